"""The command template: prints the answers.md that students fill in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from autograder.assignment import find_assignment, load_assignment
from autograder.errors import UsageError


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "template",
        description="Prints the template of an assignment's written part: every question under its heading.",
    )
    command.add_argument("assignments", nargs=1, metavar="ASSIGNMENT", help=f"one of {', '.join(assignments)}")
    command.add_argument("--solutions", action="store_true", help="with all solutions: for staff only")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Print the template. The exit status."""
    from autograder.written.questions import load_questions
    from autograder.written.template import template

    assignment = load_assignment(find_assignment(options.assignments[0], root))
    questions = load_questions(assignment)
    if not questions:
        raise UsageError(
            f"{assignment.name} has no written questions: there is no {assignment.folder / 'questions.toml'}"
        )
    sys.stdout.write(template(assignment, questions, solutions=options.solutions))
    return 0
