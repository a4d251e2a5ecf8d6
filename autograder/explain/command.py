"""The command explain: its command line. What it says is in explanation.py, how in table.py."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment, find_assignment, load_assignment
from autograder.explain.remembered import Remembering, remembered
from autograder.worker import starting


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "explain",
        description="Lists parts, checks and written questions with their points, visibility and requirements; the "
        "limit of time; the probability of a false alarm; and the known mistakes that each catches. Times, "
        "probabilities and what is caught are what `validate --store` measured; --measure measures the first two "
        "now, with the reference.",
    )
    command.add_argument("assignment", metavar="ASSIGNMENT", help=f"one of {', '.join(assignments)}")
    command.add_argument("--measure", action="store_true", help="grade the reference now: half a minute")
    command.add_argument("--json", action="store_true", help="print everything as JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Print the explanation. The exit status."""
    os.environ.update(starting.ONE_THREAD)
    assignment = load_assignment(find_assignment(options.assignment, root))
    texts = None if options.measure else remembered(assignment)
    if texts is None:
        remembering = Remembering(assignment)
        texts = _explained(assignment, measure=options.measure)
        if not options.measure:
            remembering.keep(texts)
    print(texts["json" if options.json else "table"])
    return 0


def _explained(assignment: Assignment, *, measure: bool) -> dict[str, str]:
    """What there is to say, for people and for machines."""
    from autograder.explain.explanation import explain, measure_now, plain
    from autograder.explain.table import table

    explanation = explain(assignment, measure_now(assignment) if measure else None)
    return {"table": table(explanation), "json": json.dumps(plain(explanation), indent=1, ensure_ascii=False)}
