"""Every check that trains is justified: many trainings of the reference reach its bounds, with room to spare."""

import statistics
from pathlib import Path

import pytest

from autograder import calibration
from autograder.assignment import known_assignments, load_assignment
from autograder.validate.calibrate import training_checks

ROOT = Path(__file__).resolve().parents[1]
ROOM = 4  # standard deviations of a figure between its mean and its bound, at least


@pytest.mark.parametrize("name", known_assignments(ROOT / "assignments"))
def test_trainings_of_the_reference_stay_within_the_bounds_with_room(name):
    assignment = load_assignment(ROOT / "assignments" / name)
    table = calibration.load(assignment)
    assert set(table) == set(training_checks(assignment))
    for number, entry in table.items():
        assert entry["runs"] >= 50, number
        assert entry["fell_short"] == 0, number
        for figure, values in entry["figures"].items():
            assert len(values) == entry["runs"]
            mean, sd = statistics.mean(values), statistics.stdev(values)
            assert mean + ROOM * sd <= entry["at_most"].get(figure, float("inf")), (number, figure)
            assert mean - ROOM * sd >= entry["at_least"].get(figure, float("-inf")), (number, figure)
        for band in entry["curves"].values():
            assert band["step"] == sorted(band["step"]) and band["step"][0] == 1
            assert all(low <= high for low, high in zip(band["low"], band["high"], strict=True))
        assert any(share == 1 for share in entry["power"].values()), number  # it catches something
