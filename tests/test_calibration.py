"""calibration.json: what trainings of the reference reached, read back as it was written."""

import pytest

from autograder import calibration
from autograder.assignment import Assignment, Limits
from autograder.errors import AssignmentError
from autograder.model import Part

TABLE = {
    "7.4": {"check": "It learns", "runs": 3, "figures": {"w1": [0.04, 0.05, 0.06]}, "at_most": {"w1": 1.0}},
    "7.5": {"check": "It covers", "runs": 3, "figures": {}},
}


@pytest.fixture
def assignment(tmp_path):
    return Assignment(tmp_path, "A homework", ("submission.py",), "right", (Part("7", "Training", 1.0),), Limits())


def test_what_is_saved_is_loaded(assignment):
    calibration.save(assignment, TABLE)
    assert calibration.load(assignment) == TABLE
    assert calibration.bands(assignment) == {"7.4": {"w1": [0.04, 0.05, 0.06]}, "7.5": {}}


def test_an_assignment_without_a_calibration_has_an_empty_one(assignment):
    assert calibration.load(assignment) == {}
    assert calibration.bands(assignment) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not valid JSON: "),
        ("[]", "should hold an object with figures for every check; calibrate again"),
        ('{"7.4": 3}', "should hold an object with figures for every check; calibrate again"),
        ('{"7.4": {"runs": 3}}', "should hold an object with figures for every check; calibrate again"),
    ],
)
def test_a_calibration_that_cannot_be_read_names_the_file_and_the_cure(assignment, content, message):
    path = assignment.folder / "calibration.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AssignmentError) as raised:
        calibration.load(assignment)
    assert str(raised.value).startswith(f"{path}: {message}")
    assert str(raised.value).endswith("calibrate again")
