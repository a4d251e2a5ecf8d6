"""Grades sample submissions in one process: one nursery, many submissions. Shared by tests and benchmarks.

    python tests/sample_grading.py vae submissions_sample/vae/correct_reference ...

prints a JSON object: for each folder the verdict of every check, with its text. A training that the folder's
expected.toml expects to pass is run for correct submissions only, and for the first of the others: it takes most of
the time, and what makes a submission wrong shows elsewhere.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]


class Silent:
    """Listens to a grading, says nothing, and knows which checks there are."""

    def __init__(self) -> None:
        self.checks: Sequence[Any] = ()

    def planned(self, checks: Sequence[Any]) -> None:
        self.checks = checks

    def begins(self, check: object) -> None: ...

    def reached(self, verdict: object) -> None: ...


def without_passing_trainings(folder: Path, checks: Sequence[Any], trainings: Collection[str]) -> list[str]:
    """The ids of the checks to run for a folder: all but the trainings that it is expected to pass."""
    if folder.name.startswith("correct_"):
        return []
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8")).get("verdicts", {})
    passing = {number for number in trainings if expected.get(number, expected.get("others", "passed")) == "passed"}
    return [check.id for check in checks if check.number not in passing and check.id != "import"]


def grade_all(assignment_name: str, folders: Sequence[Path]) -> Iterator[tuple[Path, list[dict[str, object]]]]:
    """Grade folders one after another; yields each with its verdicts."""
    sys.path.insert(0, str(ROOT))
    from autograder.assignment import load_assignment
    from autograder.pipeline import start_nursery

    assignment = load_assignment(ROOT / "assignments" / assignment_name)
    known: dict[bool, Sequence[Any]] = {True: (), False: ()}  # the checks, with and without the written questions
    with closing(start_nursery(assignment)) as nursery:
        from autograder.collect import run_checks
        from autograder.host import Host
        from autograder.submission import stage
        from autograder.validate.calibrate import training_checks
        from autograder.written.sheet import ANSWERS, answers_to

        trainings = training_checks(assignment)
        for folder in folders:
            with stage(folder, assignment) as workspace:
                written = answers_to(assignment, workspace) if (folder / ANSWERS).is_file() else None
                host = Host(nursery, workspace, assignment)
                only = without_passing_trainings(folder, known[written is not None], trainings)
                listener = Silent()
                verdicts = run_checks(assignment, host, only=only, listener=listener, written=written)
                known[written is not None] = known[written is not None] or listener.checks
                run = {verdict.check.id: verdict for verdict in verdicts}
            yield folder, [_plain(run.get(check.id), check) for check in known[written is not None]]


def _plain(verdict: Any, check: Any) -> dict[str, object]:
    """A verdict as plain data; of a training that was left out, what it is expected to be."""
    return {
        "number": check.number,
        "status": verdict.status.value if verdict else "left out",
        "score": verdict.score if verdict else check.max_score,
        "max_score": check.max_score,
        "text": verdict.student_output if verdict else "",
        "staff": verdict.staff_output if verdict else "",
    }


if __name__ == "__main__":
    name, *paths = sys.argv[1:]
    print(json.dumps({path.name: verdicts for path, verdicts in grade_all(name, [Path(p) for p in paths])}))
