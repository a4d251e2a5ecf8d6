"""Grades submissions in one process, as a grading does one: what a student sees of every test, as JSON.

python tests/handout/grade_all.py PROJECT ASSIGNMENT SUBMISSION ...
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path


def main(project: Path, name: str, submissions: list[Path]) -> None:
    """Print an object: submission -> number -> what is shown."""
    sys.path.insert(0, str(project))
    from autograder.assignment import load_assignment
    from autograder.pipeline import Progress, start_nursery
    from autograder.submission import stage

    assignment = load_assignment(project / "assignments" / name)
    found = {}
    with closing(start_nursery(assignment)) as nursery:
        from autograder.collect import run_checks
        from autograder.host import Host
        from autograder.report.gradescope import results
        from autograder.written.sheet import answers_to

        for submission in submissions:
            with stage(submission, assignment) as workspace:
                written = answers_to(assignment, workspace)
                progress = Progress(assignment, lambda *_: None)
                run_checks(assignment, Host(nursery, workspace, assignment), listener=progress, written=written)
            kept = ("name", "score", "max_score", "status", "output")
            tests = results(progress.report())["tests"]
            found[str(submission)] = {test["number"]: {key: test[key] for key in kept} for test in tests}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [Path(name) for name in sys.argv[3:]])
