"""The command doctor: what is wrong with this machine, and which layers of isolation hold on it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.assignment import DEFAULT_ISOLATION, find_assignment, load_assignment
from autograder.isolation import switched_off
from autograder.machine import Finding, examine
from autograder.worker import survey

_EPILOG = """\
exit status: 0 if nothing is missing and every layer that the assignment requires holds (isolation in its
assignment.toml; without an assignment: those that it requires unless it says otherwise), 1 otherwise."""


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "doctor",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Looks at versions, memory and disk, tries every layer of the confinement of student code,\nand "
        "says what to do where something is missing.",
        epilog=_EPILOG,
    )
    command.add_argument("assignment", nargs="?", help="whose requirements to check, for example vae")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Print both tables. The exit status."""
    required: Sequence[str] = DEFAULT_ISOLATION
    if options.assignment is not None:
        required = load_assignment(find_assignment(options.assignment, root)).isolation
    standings = survey.survey(switched_off())  # before torch is loaded: in a small process it takes milliseconds
    findings = examine(root.parent)
    print(f"{survey.system()}\n\n{machine(findings)}\n\n{isolation(standings, required)}")
    return 1 if survey.missing(standings, required) or any(finding.cure for finding in findings) else 0


def machine(findings: Sequence[Finding]) -> str:
    """What was found, and the cures."""
    width = max(len(finding.what) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{'BAD' if finding.cure else 'ok '}  {finding.what:<{width}}  {finding.value}")
        lines += [f"     {'':<{width}}  cure: {finding.cure}"] if finding.cure else []
    return "\n".join(lines)


def isolation(standings: Sequence[survey.Standing], required: Sequence[str]) -> str:
    """The layers, what each keeps student code from, and the verdict."""
    width = max(len(standing.name) for standing in standings)
    lines = []
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
