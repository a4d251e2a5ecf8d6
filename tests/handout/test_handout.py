"""A handout: the same verdicts and messages for what students may see, and nothing that they may not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import tomllib

from tests.handout.conftest import SUBMISSIONS, command, graded
from tests.slices import sliced

pytestmark = pytest.mark.in_turn(4)  # not 3, as GRADED: of those the same would always be left out

SECRETS = (
    b"SECRET",
    b"HIDDEN_COMMENT",
    b"for staff only",
    b"hidden_helper",
    b"3*14",
    b"expect =",
    b"41 + 1",
    b"40 + 2",
)
NEEDED = ["right", "mean", "minus"]  # below
GRADED = [*NEEDED, *sliced([name for name in SUBMISSIONS if name not in NEEDED], 3)]
LATER = {"1.\u2026", "2.\u2026", "2.3", "3.1", "3.2"}


@pytest.fixture(scope="module")
def both(project: Path, handout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The results of every submission, with the reference and in the handout."""
    place = tmp_path_factory.mktemp("submissions")
    folders = {name: place / name.replace(" ", "_") for name in GRADED}
    for name, folder in folders.items():
        folder.mkdir()
        (folder / "submission.py").write_text(SUBMISSIONS[name])
    after, before = (graded(side, "small", list(folders.values())) for side in (project, handout))
    return {name: (after[str(folder)], before[str(folder)]) for name, folder in folders.items()}


@pytest.mark.parametrize("name", GRADED)
def test_the_report_is_the_same_as_after_submission(name: str, both: dict[str, Any]) -> None:
    after, before = both[name]
    assert set(before) == {"0", "1.1", "1.3", "2.1", "2.2"} | LATER
    for number in set(before) - LATER:
        if after[number]["output"].startswith("Skipped: needs a check that is not shown"):
            continue  # what a hidden check blocks is run here
        assert before[number] == after[number], number


def test_what_is_graded_later_says_so_and_has_its_points(both: dict[str, Any]) -> None:
    _, before = both["right"]
    points = {number: before[number]["max_score"] for number in LATER}
    assert points == {"1.…": 4, "2.…": 1, "2.3": 2, "3.1": 2, "3.2": 0}
    assert all(before[number]["output"].startswith("Graded after submission.") for number in LATER)
    assert "answers.md is missing" in before["3.1"]["output"]
    assert before["1.…"]["name"] == "2 more checks"


def test_a_known_mistake_is_named_and_costs_its_points_once(both: dict[str, Any]) -> None:
    _, before = both["mean"]
    assert "Is the mean what is asked for?" in before["1.3"]["output"]
    assert before["2.1"]["status"] == "passed"
    _, before = both["minus"]
    assert "Which sign has a penalty?" in before["2.1"]["output"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("40 + 2", "Understood as: 40 + 2"),
        ("40 + + (2", "a person has to look at it"),
        ("", "Nothing stands under the heading"),
    ],
)
def test_an_answer_is_read_but_not_graded(handout: Path, tmp_path: Path, answer: str, said: str) -> None:
    (tmp_path / "submission.py").write_text(SUBMISSIONS["right"])
    (tmp_path / "answers.md").write_text(f"# Part 3\n\n## one\n\n{answer}\n\n## why\n\nBecause.\n")
    found = graded(handout, "small", [tmp_path])[str(tmp_path)]
    assert said in found["3.1"]["output"], found["3.1"]["output"]
    assert found["3.1"]["score"] == 0


def test_nothing_secret_is_in_a_handout(handout: Path) -> None:
    files = [path for path in handout.rglob("*") if path.is_file()]
    own = [path for path in files if not path.is_relative_to(handout / "autograder")]
    assert [(path, secret) for path in own for secret in SECRETS if secret in path.read_bytes()] == []
    names = {path.relative_to(handout).as_posix() for path in own}
    assert names == {
        "LICENSE",
        "README.md",
        "requirements-pictures.txt",
        "requirements.txt",
        "run_autograder",
        "setup.sh",
        "submission/submission.py",
        "submission/answers.md",
        "assignments/small/assignment.toml",
        "assignments/small/calibration.json",
        "assignments/small/checks.py",
        "assignments/small/recipes.py",
        "assignments/small/expected.json",
        "assignments/small/expected.safetensors",
        "assignments/small/questions.json",
    }


def test_the_visible_checks_are_left_as_they_are(handout: Path) -> None:
    source = (handout / "assignments" / "small" / "checks.py").read_text()
    assert "def test_square_loss_runs(student, reference):" in source
    assert "@requires(test_square_loss_runs)\n" in source
    assert '@requires("1.2")' not in source
    assert "import math" not in source and "import unittest" not in source
    assert "ENOUGH = 3" in source


def test_the_handout_needs_no_arguments(handout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    shutil.copytree(handout, folder)
    for place in (folder, *folder.parents[:3]):
        place.chmod(0o755)
    done = command(folder, "grade")
    assert done.returncode == 0, done.stderr
    results = json.loads((folder / "results.json").read_text())
    assert sum(test["score"] for test in results["tests"]) == 0
    assert '9 points are graded after submission: those marked "wait".' in done.stdout
    assert "1 further point is given by a person" in done.stdout
    assert any(line.startswith("Visible checks ") and line.endswith(" 0/13") for line in done.stdout.splitlines())
    one = command(folder, "grade", "--check", "2.2")
    assert "  FAIL  2.2" in one.stdout and "1.3" not in one.stdout


def test_the_readme_says_how_many_points_wait(handout: Path) -> None:
    text = (handout / "README.md").read_text()
    assert "| all | 23 | 13 |" in text and "10 points are graded after submission only." in text


def test_the_assignment_keeps_its_points_and_loses_its_reference(handout: Path) -> None:
    table = tomllib.loads((handout / "assignments" / "small" / "assignment.toml").read_text())
    assert table["recorded"] is True and "reference" not in table
    assert sum(part["points"] for part in table["parts"].values()) == 23
    assert table["policies"] == {"hints": "always"}
    assert "inputs" not in table and "visibility" not in str(table)


def test_a_handout_of_a_handout_is_refused(handout: Path) -> None:
    done = command(handout, "handout", "small")
    assert done.returncode == 2 and "where the reference is" in done.stderr


def test_a_damaged_recording_is_our_fault_and_named(handout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    shutil.copytree(handout, folder)
    index = folder / "assignments" / "small" / "expected.json"
    whole = index.read_text()
    for damaged in ("{}", "[]", whole.replace('"outcomes":{', '"outcomes":[],"others":{')):
        index.write_text(damaged)
        done = command(folder, "grade")
        assert done.returncode == 2
        assert "take them from the handout again" in done.stderr
    index.write_text(whole)
    numbers = index.with_suffix(".safetensors")
    numbers.write_bytes(numbers.read_bytes()[:-8])
    done = command(folder, "grade")
    assert done.returncode == 2
    assert "expected.safetensors" in done.stderr and "take them from the handout again" in done.stderr


def test_the_same_handout_has_the_same_bytes(project: Path, handout: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert command(project, "handout", "small", "--output", str(again)).returncode == 0
    names = sorted(path.relative_to(handout) for path in handout.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (handout / name).read_bytes() != (again / name).read_bytes()] == []


def test_a_reference_that_fails_its_own_checks_is_told_before_anything_is_written(
    project: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(project, broken)
    for place in (broken, *broken.parents[:3]):
        place.chmod(0o755)
    path = broken / "reference" / "small.py"
    path.write_text(path.read_text().replace("x.abs()", "torch.full_like(x, float('nan'))"))
    done = command(broken, "handout", "small", "--output", "out.zip")
    assert done.returncode == 2 and "the reference itself does not pass 2.1" in done.stderr
    assert not (broken / "out.zip").exists()
