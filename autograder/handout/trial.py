"""Tries a handout out before it is given to anybody: grades the reference and the skeleton with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.packing import write_folder
from autograder.validate.cases import HANDOUT, REFERENCE, Case, handed_in

_LAST_CHARS = 3000


def try_out(assignment: Assignment, files: Mapping[str, Path | bytes]) -> None:
    """Raise AssignmentError if the reference loses a point with the handout, or anything is a fault of ours."""
    with tempfile.TemporaryDirectory(prefix="autograder-handout-") as place:
        folder = Path(place) / "handout"
        write_folder(folder, files)
        for path in (Path(place), *folder.rglob("*"), folder):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))  # workers are other users
        with handed_in(Case(REFERENCE, REFERENCE), assignment) as sample:
            tests = _graded(assignment, folder, sample)
        lost = [
            f"{test['number']} {test['name']}: {test['output']}"
            for test in tests
            if test["score"] < test["max_score"] and not test["output"].startswith("Graded after submission.")
        ]
        if lost:
            raise AssignmentError(
                f"{assignment.checks_file}: the reference loses points with what was recorded of itself at\n"
                + "\n".join(lost)
            )
        with handed_in(Case(HANDOUT, HANDOUT), assignment) as skeleton:
            _graded(assignment, folder, skeleton)


def _graded(assignment: Assignment, folder: Path, submission: Path) -> list[dict[str, Any]]:
    """The tests of a submission, graded by the handout's own grader."""
    results = folder / "results.json"
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", str(submission), "--results", str(results), "--staff"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = f"{done.stdout}\n{done.stderr}"[-_LAST_CHARS:]
        raise AssignmentError(f"{assignment.checks_file}: cannot be graded in a handout:\n{said}")
    tests: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))["tests"]
    return tests
