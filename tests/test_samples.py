"""Every folder of submissions_sample/ receives exactly the verdicts of its expected.toml."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.slices import sliced

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "submissions_sample"
ASSIGNMENTS = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
ALL = sorted(path for name in ASSIGNMENTS for path in (SAMPLES / name).iterdir() if path.is_dir())
CORRECT = [path for path in ALL if path.name.startswith("correct_")]  # they train: slow
UNTOUCHED = [path for path in ALL if path.name == "broken_not_implemented"]
OTHERS = [path for path in ALL if path not in [*CORRECT, *UNTOUCHED]]
CHOSEN = sliced(UNTOUCHED, 3)
FOLDERS = sorted([*CHOSEN, *sliced(CORRECT, 15), *sliced(OTHERS, 40)])

Graded = dict[str, dict[str, list[dict[str, Any]]]]


@pytest.fixture(scope="module")
def graded() -> Graded:
    """The verdicts of every sample, by assignment and folder; two assignments are graded beside each other."""
    with ThreadPoolExecutor(2) as side_by_side:
        return dict(zip(ASSIGNMENTS, side_by_side.map(grade, ASSIGNMENTS), strict=True))


def grade(assignment: str) -> dict[str, list[dict[str, Any]]]:
    """The verdicts of an assignment's samples, by folder."""
    folders = [str(path) for path in FOLDERS if path.parent.name == assignment]
    if not folders:
        return {}
    command = [sys.executable, str(ROOT / "tests" / "sample_grading.py"), assignment, *folders]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True)
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def expected(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_sample_receives_its_verdicts(folder: Path, graded: Graded) -> None:
    verdicts = graded[folder.parent.name][folder.name]
    want = expected(folder)
    changed = dict(want.get("verdicts", {}))
    others = changed.pop("others", "passed")

    assert {v["number"]: v["status"].replace("left out", "passed") for v in verdicts} == {
        v["number"]: changed.get(v["number"], others) for v in verdicts
    }, "\n".join(f"{v['number']}: {v['text']}\n{v['staff']}" for v in verdicts if v["status"] in ("failed", "error"))
    assert set(changed) <= {v["number"] for v in verdicts}
    assert sum(v["score"] for v in verdicts) == pytest.approx(want["score"])
    texts = {v["number"]: v["text"] for v in verdicts}
    for number, phrase in want.get("says", {}).items():
        assert phrase in texts[number]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_correct_samples_lose_nothing(assignment: str, graded: Graded) -> None:
    correct = {name: v for name, v in graded[assignment].items() if name.startswith("correct_")}
    assert len([path for path in ALL if path.parent.name == assignment and path.name.startswith("correct_")]) >= 4
    lost = {name: [v["number"] for v in verdicts if v["score"] < v["max_score"]] for name, verdicts in correct.items()}
    assert lost == {name: [] for name in correct}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_denominator_never_changes(assignment: str, graded: Graded) -> None:
    with_answers = {path.parent.name for path in (SAMPLES / assignment).glob("*/answers.md")}
    for names in (with_answers & set(graded[assignment]), set(graded[assignment]) - with_answers):
        totals = {tuple((v["number"], v["max_score"]) for v in graded[assignment][name]) for name in names}
        assert len(totals) <= 1


def test_an_untouched_submission_is_the_handout_as_given() -> None:
    assert [path.parent.name for path in UNTOUCHED] == ASSIGNMENTS
    for sample in UNTOUCHED:
        handout = ROOT / "assignments" / sample.parent.name / "handout" / "submission.py"
        assert (sample / "submission.py").read_bytes() == handout.read_bytes()


@pytest.mark.parametrize("sample", CHOSEN, ids=lambda path: path.parent.name)
def test_the_handout_as_given_is_never_our_fault(sample: Path, graded: Graded) -> None:
    verdicts = graded[sample.parent.name][sample.name]
    assert {v["status"] for v in verdicts} <= {"passed", "failed", "blocked"}
    assert sum(v["score"] for v in verdicts) == 0
