"""The command class: its command line, and the files that it writes. What is in them is in files.py and below."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from autograder.errors import GraderError
from autograder.messages import classes as messages
from autograder.report.text import clean
from autograder.whole_files import write_whole

FOLDER = "class"


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser("class", description=messages.DESCRIPTION)
    command.add_argument("results", type=Path, metavar="RESULTS_DIR", help=messages.HELP_FOLDER)
    command.add_argument("-o", "--output", type=Path, metavar="FOLDER", help=messages.HELP_OUTPUT)
    command.add_argument("--roster", type=Path, metavar="ROSTER.csv", help=messages.HELP_ROSTER)
    command.add_argument("--column", metavar="HEADING", help=messages.HELP_COLUMN)
    command.add_argument("--assignment", metavar="NAME", help=messages.HELP_ASSIGNMENT)
    command.add_argument("--staff-key", action="store_true", help=messages.HELP_KEY)
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Write the class report. The exit status."""
    from autograder.classes.files import Wanted, files_from  # jinja2 and more: no other command needs it

    output: Path = options.output or options.results / FOLDER
    wanted = Wanted(output, options.roster, options.column, key=options.staff_key)
    try:
        made = files_from(options.results, options.assignment, wanted, root)
    except GraderError as error:
        raise GraderError(clean(str(error))) from None
    for name, text in made.contents.items():
        _write(output / name, text)
    for remark in made.remarks:  # names of files and students are in it, as in errors: none may steer the terminal
        print(clean(remark), file=sys.stderr)
    return 0


def _write(path: Path, text: str) -> None:
    write_whole(path, text, messages.CANNOT_WRITE)
    print(messages.WRITTEN.format(path=clean(str(path)), size=(len(text.encode()) + 1023) // 1024))
