"""The commands validate and calibrate: their command lines. What they do is in run.py, which imports torch."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from autograder.worker import starting


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "validate",
        description="Puts every known mistake into the reference submission and grades it; it must fail a check of its "
        "own part, be named, and cost no points elsewhere. Variants and the reference must have full marks, the "
        "handout no ERROR. Exit status: 0 if all this holds, 1 if anything falls short, 2 for a fault.",
    )
    command.add_argument(
        "assignments", nargs="*", metavar="ASSIGNMENT", help=f"all of {', '.join(assignments)} if none"
    )
    command.add_argument("--repeat", type=int, default=1, metavar="N", help="grade the reference N times, other seeds")
    command.add_argument("--mistake", action="append", default=[], metavar="NAME", help="only this mistake, or those "
                         "of this function; may be repeated; the word none leaves all out")  # fmt: skip
    command.add_argument(
        "--trainings",
        action="store_true",
        help="grade the checks that train with every mistake and in every repeat, not only with those mistakes that "
        "nothing else catches",
    )
    command.add_argument("--slice", default="1/1", metavar="K/N", help="only every N-th mistake, from the "
                         "K-th, and a third of the variants")  # fmt: skip
    command.add_argument("--check", action="append", default=[], metavar="NUMBER", help="only these checks")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes side by side")
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="cpu", help="where trainings run")
    command.add_argument("--json", action="store_true", help="print what was measured as JSON")
    command.add_argument("--store", action="store_true", help="also store what was measured as measured.json in the "
                         "assignment's folder, for explain")  # fmt: skip
    command.add_argument("--no-matrix", action="store_true", help="leave the kill matrix out")
    command.add_argument("--written", action="store_true", help="only the written questions: some seconds")
    command.set_defaults(run=run)
    command = commands.add_parser(
        "calibrate",
        description="Trains the reference with many seeds for every check that trains, and known mistakes with some; "
        "stores what they reach as calibration.json in the assignment's folder.",
    )
    command.add_argument("assignments", nargs=1, metavar="ASSIGNMENT", help=f"one of {', '.join(assignments)}")
    command.add_argument("--check", action="append", default=[], metavar="NUMBER", help="only these checks")
    command.add_argument("--runs", type=int, default=100, metavar="N", help="trainings of the reference (100)")
    command.add_argument("--power-runs", type=int, default=5, metavar="N", help="trainings with each mistake (5); "
                         "0 keeps what is known of them")  # fmt: skip
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes side by side")
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="cpu", help="where trainings run")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Run the command that was asked for. The exit status."""
    os.environ.update(starting.ONE_THREAD)
    from autograder.validate.run import recalibrate, validate

    return validate(options, root) if options.command == "validate" else recalibrate(options, root)
