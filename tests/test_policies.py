"""Policies in Gradescope's places, imitated in a folder: from submission_metadata.json to results.json."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import load_assignment
from autograder.host import Host
from tests import test_platform
from tests.policies.test_given_back import normalised
from tests.test_metadata import REAL, earlier

pytestmark = pytest.mark.in_turn(3)

platform = test_platform.platform
SECRET = "what a hidden check said before"
CHECKS = """
from autograder import assert_close, normal, number, visibility, weight

@number("1.1")
@weight(6)
def test_double(student, reference):
    "double doubles"
    assert_close(student.double(2), 4, name="double(2)")

@number("1.2")
@weight(4)
def test_half(student):
    "half halves"
    x = normal(seed=1)
    assert_close(student.half(x), x / 2, name="half(x)")

@number("2.1")
@weight(3)
def test_more(student):
    "double doubles text"
    assert_close(len(student.double("ab")), 4, name="len(double)")
"""
SUBMISSION = "def double(x): return 2 * x\ndef half(x): return 10 + x\n"
TOML = """
title = "Homework"
files = ["submission.py"]
reference = "reference.double"
inputs = "{inputs}"
[parts.1]
title = "Doubles"
points = 10
[parts.2]
title = "More"
points = 3
extra_credit = true
[policies]
{policies}
"""
POLICIES = """
hints = 2
[policies.late]
percent = 10
[policies.limit]
submissions = 2
[policies.visibility]
"1.1" = "{visibility}"
[policies.leaderboard]
"Score" = "total"
"""


@pytest.fixture
def homework(platform: Path) -> Path:
    """The platform with an assignment that has policies, and with a real submission_metadata.json."""
    (platform / "submission" / "submission.py").write_text(SUBMISSION)
    (platform / "source" / "assignments" / "hw" / "checks.py").write_text(CHECKS)
    policies(platform)
    metadata(platform)
    return platform


def policies(platform: Path, text: str = POLICIES.format(visibility="visible"), inputs: str = "student") -> None:
    toml = platform / "source" / "assignments" / "hw" / "assignment.toml"
    toml.write_text(TOML.format(policies=text, inputs=inputs))


def metadata(platform: Path, **changes: Any) -> None:
    document = {**copy.deepcopy(REAL), "previous_submissions": [], **changes}
    (platform / "submission_metadata.json").write_text(json.dumps(document))


def grade(platform: Path) -> tuple[dict[str, Any], str]:
    """results.json and what staff read."""
    done = test_platform.grade(platform)
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads((platform / "results" / "results.json").read_text(encoding="utf-8"))
    return document, done.stdout


def by_number(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {test["number"]: test for test in document["tests"]}


def test_a_late_submission_loses_its_percentage_and_no_test_changes(homework: Path) -> None:
    document, staff = grade(homework)
    tests = by_number(document)
    assert [tests[n]["score"] for n in ("1.1", "1.2", "2.1")] == [6, 0, 3]
    assert tests["2.1"]["max_score"] == 0 and tests["2.1"]["name"].endswith("(extra credit, 3 points)")
    assert document["score"] == 8.1
    assert "Late by 5 h 57 min: −10 % of 9 = −0.9" in document["output"].splitlines()
    assert document["leaderboard"] == [{"name": "Score", "value": 8.1, "order": "desc"}]
    assert "8.1/10" in staff and "3 of 3 points of extra credit are in it." in staff
    assert test_platform.mode(homework / "submission_metadata.json") == 0o600


def test_a_submission_over_the_limit_is_not_graded_and_gets_the_results_of_then(homework: Path) -> None:
    first, _ = grade(homework)
    (homework / "submission" / "submission.py").write_text("raise SystemExit('nothing of this may run')")
    before = [
        earlier("2025-05-20T09:00:00-07:00", results=normalised(first), score="8.1"),
        earlier("2025-05-20T08:00:00-07:00", results=None),
        earlier("2025-05-20T08:30:00-07:00", results=None, autograder_error=True),
    ]
    metadata(homework, previous_submissions=before)
    document, _ = grade(homework)
    assert [{**test, "output": ""} for test in document["tests"]] == [{**test, "output": ""} for test in first["tests"]]
    assert (document["score"], document["leaderboard"]) == (first["score"], first["leaderboard"])
    assert "This submission was not graded: 2 submissions are graded." in document["output"]
    assert "the submission of 2025-05-20 09:00 -07:00" in document["output"]
    metadata(homework, previous_submissions=before[1:])  # the platform's fault was no attempt
    document, _ = grade(homework)
    assert by_number(document)["0"]["status"] == "failed"  # this time it ran
    assert "not graded" not in document["output"]


def test_inputs_are_a_student_s_own_whatever_they_hand_in(homework: Path) -> None:
    def seen(student: int | str, more: str = "") -> str:
        metadata(homework, users=[{"id": student}])
        (homework / "submission" / "submission.py").write_text(SUBMISSION + more)
        tests = by_number(grade(homework)[0])
        assert tests["0"]["output"] == ""  # it could be imported
        return str(tests["1.2"]["output"])

    first = seen(7)
    assert "half(x) is" in first
    assert seen("7", "# handed in again\n") == first
    assert seen(8) != first


def test_a_group_has_inputs_of_its_own_and_unknown_students_have_everybody_s(homework: Path) -> None:
    assignment = load_assignment(homework / "source" / "assignments" / "hw")

    def salt(*students: str) -> str:
        return Host(None, None, assignment, students=students).inputs_salt  # type: ignore[arg-type]

    assert salt("7", "8") == salt("8", "7")
    assert len({salt("7"), salt("8"), salt("7", "8"), salt("78")}) == 4
    assert salt() == ""


def test_a_metadata_file_that_is_not_there_is_a_wrong_command_line(homework: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(homework / "source")}
    command = [sys.executable, "-m", "autograder", "grade", "hw", "submission", "--metadata", "nowhere.json"]
    done = subprocess.run(command, env=environment, cwd=homework, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "nowhere.json: there is no such file; --metadata names a submission_metadata.json" in done.stderr


def test_a_broken_file_applies_no_policy_and_staff_are_told(homework: Path) -> None:
    (homework / "submission_metadata.json").write_text('{"created_at": ')
    document, staff = grade(homework)
    assert "score" not in document and document["output"] == "Homework"
    assert "Staff: submission_metadata.json is not JSON (JSONDecodeError)" in " ".join(staff.split())


def test_what_is_hidden_by_a_policy_says_no_more_than_a_hidden_check(homework: Path) -> None:
    policies(homework, POLICIES.format(visibility="hidden"))
    (homework / "submission" / "submission.py").write_text("def double(x): return x\ndef half(x): return x / 2\n")
    document, staff = grade(homework)
    hidden = by_number(document)["1.1"]
    assert (hidden["visibility"], hidden["output"]) == ("hidden", "This does not hold: double doubles")
    assert "Late by 5 h 57 min: −10 % of the points earned" in document["output"].splitlines()
    assert "Late by 5 h 57 min: −10 % of 4 = −0.4" in staff


ORDER = """
import sys
from pathlib import Path
from autograder import pipeline
from autograder.assignment import load_assignment
order = []
start, read = pipeline.start_nursery, pipeline.read_metadata
pipeline.start_nursery = lambda *a, **k: (order.append("nursery"), start(*a, **k))[1]
pipeline.read_metadata = lambda path: (order.append("metadata"), read(path))[1]
assignment = load_assignment(Path(sys.argv[1]))
progress = pipeline.Progress(assignment, lambda *a: None)
pipeline.grade(assignment, Path(sys.argv[2]), progress, metadata=Path(sys.argv[3]), only=["1.1"])
print(order)
"""


def test_the_file_is_read_after_the_nursery_is_forked_and_only_if_a_policy_asks(homework: Path) -> None:
    source = homework / "source"
    paths = [source / "assignments" / "hw", homework / "submission", homework / "submission_metadata.json"]
    environment = {**os.environ, "PYTHONPATH": str(source), "OMP_NUM_THREADS": "1"}

    def order() -> str:
        command = [sys.executable, "-c", ORDER, *map(str, paths)]
        done = subprocess.run(command, env=environment, cwd=source, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert order() == "['nursery', 'metadata']"
    policies(homework, '[policies.visibility]\n"1.1" = "hidden"', inputs="same")
    assert order() == "['nursery']"
