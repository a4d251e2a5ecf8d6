"""The command line.

python -m autograder grade vae my_submission     grade a folder or a file
python -m autograder grade                       in Gradescope's container: take the platform's places
python -m autograder doctor                      which layers of isolation hold on this machine

A command is declared in a module of its own, which is imported only when it is named: what one command needs costs the
others nothing.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder import stopping
from autograder.assignment import known_assignments
from autograder.errors import FAULT, GraderError
from autograder.worker.starting import begin_again_in_order

ASSIGNMENTS = Path(__file__).resolve().parents[1] / "assignments"

# Name, module and one line of help, in the order in which the help lists them.
_COMMANDS = (
    ("grade", "autograder.grade_command", "grade one submission"),
    (
        "doctor",
        "autograder.doctor",
        "say what is wrong with this machine, and which layers of isolation hold on it",
    ),
    ("new", "autograder.scaffold", "make an assignment to start from"),
    ("validate", "autograder.validate.command", "measure whether an assignment's checks are fair"),
    ("calibrate", "autograder.validate.command", "measure what trainings of the reference reach"),
    ("template", "autograder.written.command", "print the answers.md that students fill in"),
    ("explain", "autograder.explain.command", "list an assignment's parts and checks, and what each of them catches"),
    ("bundle", "autograder.bundle", "make the zip for Gradescope"),
    ("rehearse", "autograder.rehearse", "do with a zip and a submission what Gradescope would"),
    ("handout", "autograder.handout.command", "make what students get"),
    ("class", "autograder.classes.command", "a page and tables about a whole class, from a folder of results"),
    ("regrade", "autograder.regrade.command", "grade a whole class, from what was downloaded"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. The status is 0 for a completed grading, whatever the score, and 2 for a fault of ours."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        options = _parser(arguments[0] if arguments else "").parse_args(arguments)
        stopping.stop_when_told()
        status: int = options.run(options, ASSIGNMENTS)
        return status
    except GraderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return FAULT
    except KeyboardInterrupt:
        print("autograder: stopped", file=sys.stderr)
        return 130
    except OSError as error:
        if error.filename is not None or error.errno not in _OF_A_STREAM:
            raise
        return _cannot_be_written(error)


_OF_A_STREAM = (errno.EPIPE, errno.ENOSPC, errno.EIO)


def _cannot_be_written(error: OSError) -> int:
    """Standard output takes no more, and is not written to again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if error.errno == errno.EPIPE:  # as in `explain vae | head`: no fault, but what was read may be unfinished
        return 141  # as of a program that SIGPIPE ends
    print(f"autograder: cannot write: {error.strerror}", file=sys.stderr)
    return FAULT


def _parser(named: str) -> argparse.ArgumentParser:
    """The parser, with the arguments of the command that is named: of the others there is a line in the help."""
    parser = argparse.ArgumentParser(
        prog=os.environ.get("AUTOGRADER_PROGRAM", "python -m autograder"),
        description="Grades homework on deep generative models.",
        epilog="python -m autograder COMMAND --help has the options of a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    wanted = next((module for name, module, _ in _COMMANDS if name == named), None)
    for name, module, line in _COMMANDS:
        if module != wanted:
            commands.add_parser(name, help=line)
    if wanted is not None:
        importlib.import_module(wanted).add_to(commands, known_assignments(ASSIGNMENTS))  # it sets what runs it
    return parser


def _leave(status: int) -> None:
    """End at once: taking torch's modules apart would cost a tenth of the run."""
    try:
        sys.stdout.flush()
    except OSError as error:
        status = _cannot_be_written(error)
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    begin_again_in_order()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without μ is no reason to lose a report
    _leave(main())
