"""The command doctor: which layers of isolation hold on this machine, and what is missing for an assignment."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.assignment import DEFAULT_ISOLATION, find_assignment, load_assignment
from autograder.isolation import switched_off
from autograder.worker import survey

_EPILOG = """\
exit status: 0 if every layer that the assignment requires holds (isolation in its assignment.toml; without an
assignment: those that it requires unless it says otherwise), 1 if one is missing."""


def add_to(commands: Any) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "doctor",
        help="say which layers of isolation hold on this machine",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Tries every layer of the confinement of student code, and says which hold and why others do not.",
        epilog=_EPILOG,
    )
    command.add_argument("assignment", nargs="?", help="whose requirements to check, for example vae")


def run(options: argparse.Namespace, root: Path) -> int:
    """Print the table. The exit status."""
    required: Sequence[str] = DEFAULT_ISOLATION
    if options.assignment is not None:
        required = load_assignment(find_assignment(options.assignment, root)).isolation
    standings = survey.survey(switched_off())
    print(table(standings, required))
    return 1 if survey.missing(standings, required) else 0


def table(standings: Sequence[survey.Standing], required: Sequence[str]) -> str:
    """The layers, what each keeps student code from, and the verdict."""
    width = max(len(standing.name) for standing in standings)
    lines = [survey.system(), ""]
    for standing in standings:
        lines.append(f"{'on ' if standing.holds else 'OFF'}  {standing.name:<{width}}  keeps it from {standing.keeps}")
        if not standing.holds:
            needed = " (required)" if standing.name in required else ""
            lines.append(f"     {'':<{width}}  because {standing.why_not}{needed}")
    if absent := survey.missing(standings, required):
        verdict = f"Required and missing: {', '.join(absent)}. Student code can do what these would keep it from."
    else:
        verdict = "Every required layer holds."
    return "\n".join([*lines, "", verdict])
