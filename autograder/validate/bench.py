"""A process that grades the cases of one assignment: one case in every line of stdin, its verdicts in one of stdout.

    python -m autograder.validate.bench ASSIGNMENT_FOLDER DEVICE

A process of its own, because the nursery must be forked before any secret is loaded, and for every core its own.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from autograder.assignment import load_assignment
from autograder.model import Verdict
from autograder.pipeline import start_nursery
from autograder.submission import stage
from autograder.validate.cases import Case, handed_in


def serve(folder: Path, device: str) -> None:
    """Answer requests until stdin ends."""
    assignment = load_assignment(folder)
    answers = sys.stdout
    with closing(start_nursery(assignment)) as nursery:
        from autograder.collect import run_checks
        from autograder.host import Host
        from autograder.listeners import Silent
        from autograder.validate.reach import Reach

        for line in sys.stdin:
            request = json.loads(line)
            with handed_in(Case(**request["case"]), assignment) as place, stage(place, assignment) as workspace:
                host = Host(nursery, workspace, assignment, device=device, salt=request["salt"])
                reach = Reach(assignment) if request["reach"] else None
                verdicts = run_checks(assignment, host, only=request["only"], listener=Silent(), observer=reach)
            answer: dict[str, Any] = {"verdicts": [_plain(v) for v in verdicts]}
            if reach is not None:
                answer |= {key: getattr(reach, key) for key in ("reached", "by_chance", "trains", "false_alarms")}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {
        "number": verdict.check.number,
        "status": verdict.status.value,
        "worth": verdict.check.max_score,
        "lost": verdict.check.max_score - verdict.score,
        "text": verdict.student_output,
        "staff": verdict.staff_output,
        "mistakes": verdict.mistakes,
        "wall_s": verdict.wall_s,
    }


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
