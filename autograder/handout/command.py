"""The command handout: its command line. What it does is in recording.py and content.py, which import torch."""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

from autograder.assignment import find_assignment, load_assignment
from autograder.errors import UsageError
from autograder.packing import write_folder, write_zip
from autograder.worker import starting


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "handout",
        description="Makes what students get: the skeleton, the template for their answers, the grader, and the "
        "visible checks with what the reference answers to them. The reference, the known mistakes, the solutions "
        "of written questions and hidden checks are not in it. It takes minutes: every known mistake is tried out.",
    )
    command.add_argument("assignment", metavar="ASSIGNMENT", help=f"one of {', '.join(assignments)}")
    command.add_argument(
        "--output", type=Path, metavar="PATH", help="a zip, or a folder that is not there yet (ASSIGNMENT-handout.zip)"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Make the handout. The exit status."""
    started_s = time.monotonic()
    os.environ.update(starting.ONE_THREAD)
    assignment = load_assignment(find_assignment(options.assignment, root))
    if assignment.recorded:
        raise UsageError(f"{assignment.folder} is from a handout itself: make handouts where the reference is")
    output = options.output or Path(f"{assignment.name}-handout.zip")
    if output.suffix != ".zip" and output.exists():
        raise UsageError(f"{output} is there already: name a new folder, or a zip")
    from autograder.handout.content import content, waiting
    from autograder.handout.recording import record
    from autograder.handout.trial import try_out

    recording, checks = record(assignment, _progress)
    files = content(assignment, recording, checks)
    _progress("grading the reference and the skeleton with it")
    try_out(assignment, files)
    if output.suffix == ".zip":
        write_zip(output, {f"{output.stem}/{name}": file for name, file in files.items()})
    else:
        write_folder(output, files)
    size = sum(len(file) if isinstance(file, bytes) else file.stat().st_size for file in files.values())
    checks = waiting(assignment, recording)
    later = math.fsum(check.max_score + check.by_hand for check in checks)
    total = math.fsum(part.points for part in assignment.parts)
    print(f"{output}: {len(files)} files, {size >> 10} KiB, {time.monotonic() - started_s:.0f} s")
    print(f"{total - later:g} of {total:g} points are graded in it, {later:g} after submission:")
    for check in checks:
        print(f"  {check.number:<7}{check.max_score + check.by_hand:>5g}  {check.name}")
    return 0


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(text[:100], file=sys.stderr)
