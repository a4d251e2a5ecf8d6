"""Grades sample submissions in one process: one nursery, many submissions. Shared by tests and benchmarks.

    python tests/sample_grading.py vae submissions_sample/vae/correct_reference ...

prints a JSON object: for each folder the verdict of every check, with its text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Silent:
    """Listens to a grading and says nothing."""

    def planned(self, checks: Sequence[object]) -> None: ...

    def reached(self, verdict: object) -> None: ...


def grade_all(assignment_name: str, folders: Sequence[Path]) -> Iterator[tuple[Path, list[dict[str, object]]]]:
    """Grade folders one after another; yields each with its verdicts."""
    sys.path.insert(0, str(ROOT))
    from autograder.assignment import load_assignment
    from autograder.pipeline import start_nursery

    assignment = load_assignment(ROOT / "assignments" / assignment_name)
    with closing(start_nursery(assignment)) as nursery:
        from autograder.collect import run_checks
        from autograder.host import Host
        from autograder.submission import stage
        from autograder.written.sheet import ANSWERS, answers_to

        for folder in folders:
            with stage(folder, assignment) as workspace:
                written = answers_to(assignment, workspace) if (folder / ANSWERS).is_file() else None
                host = Host(nursery, workspace, assignment)
                verdicts = run_checks(assignment, host, listener=Silent(), written=written)
            yield (
                folder,
                [
                    {
                        "number": verdict.check.number,
                        "status": verdict.status.value,
                        "score": verdict.score,
                        "max_score": verdict.check.max_score,
                        "text": verdict.student_output,
                        "staff": verdict.staff_output,
                    }
                    for verdict in verdicts
                ],
            )


if __name__ == "__main__":
    name, *paths = sys.argv[1:]
    print(json.dumps({path.name: verdicts for path, verdicts in grade_all(name, [Path(p) for p in paths])}))
