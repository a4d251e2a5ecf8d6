"""The command regrade: its command line, and what is written and said when a class is graded."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.assignment import Assignment, find_assignment, load_assignment
from autograder.errors import FAULT, GraderError, UsageError, nearest
from autograder.isolation import is_required
from autograder.messages import regrading as messages
from autograder.metadata import moment
from autograder.regrade.cores import available
from autograder.regrade.held import sweep
from autograder.report.text import clean
from autograder.screens import Screen, show
from autograder.worker import confine
from autograder.workspace import place_of

if TYPE_CHECKING:
    from autograder.regrade.downloads.reading import ClassFolder
    from autograder.regrade.handed_in import HandedIn
    from autograder.regrade.results import Results
    from autograder.regrade.run import Class, Run

_EXAMPLE = "2026-10-01T23:59:00+02:00"


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser("regrade", description=messages.DESCRIPTION)
    command.add_argument("assignment", metavar="ASSIGNMENT", help=messages.HELP_ASSIGNMENT)
    command.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help=messages.HELP_SUBMISSIONS)
    command.add_argument("-o", "--output", type=Path, required=True, metavar="RESULTS", help=messages.HELP_OUTPUT)
    command.add_argument("--workers", type=_count, default=available(), metavar="N", help=messages.HELP_WORKERS)
    command.add_argument("--scheduler", metavar="ADDRESS", help=messages.HELP_SCHEDULER)
    command.add_argument("--compare", type=Path, metavar="OLD_RESULTS", help=messages.HELP_COMPARE)
    command.add_argument("--html", action="store_true", help=messages.HELP_HTML)
    command.add_argument("--due", type=_moment, metavar="TIME", help=messages.HELP_DUE)
    command.add_argument("--roster", type=Path, metavar="ROSTER.csv", help=messages.HELP_ROSTER)
    command.add_argument("--column", metavar="HEADING", help=messages.HELP_COLUMN)
    command.add_argument("--only", nargs="+", metavar="NAME", help=messages.HELP_ONLY)
    command.add_argument("--again", action="store_true", help=messages.HELP_AGAIN)
    command.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help=messages.HELP_DEVICE)
    command.add_argument(
        "--require-isolation", action="store_true", default=is_required(), help=messages.HELP_ISOLATION
    )
    command.add_argument("--plain", action="store_true", help=messages.HELP_PLAIN)
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Grade a class, and write its results. The exit status. Raises GraderError, whose text no terminal obeys."""
    try:
        return _regrade(options, root)
    except GraderError as error:
        raise type(error)(clean(str(error))) from error


def _regrade(options: argparse.Namespace, root: Path) -> int:
    from autograder.regrade.downloads.reading import opened
    from autograder.regrade.finishing import finish, old_results
    from autograder.regrade.order import Task
    from autograder.regrade.results import Results
    from autograder.regrade.run import Class

    assignment = load_assignment(find_assignment(options.assignment, root))
    _check_places(options.submissions, options.output)
    _check_roster(options)
    confine.hide_memory()  # all results pass through this process
    sweep(tempfile.gettempdir(), place_of(confine.may_change_user()))
    task = Task(options.device, html=options.html, require_isolation=options.require_isolation)
    results = Results(options.output)
    with opened(options.submissions, assignment.module_file, options.due) as folder, results.locked(assignment.name):
        remarks = [*folder.remarks, *_remarks(assignment, folder, options.due)]
        for remark in remarks:
            _tell(remark)
        chosen = _chosen(folder.submissions, options.only)
        wanted = Class(assignment, chosen, task, options.workers, options.scheduler, again=options.again)
        old = old_results(options, assignment, folder.submissions) if options.compare is not None else None
        run = _graded(wanted, results, plain=options.plain)
        said, is_good = finish(run, root, options, old, remarks)
    show("\n".join(map(clean, said)))
    return 0 if is_good else FAULT


def _graded(wanted: Class, results: Results, *, plain: bool) -> Run:
    from autograder.regrade.progress import Tally, display
    from autograder.regrade.run import Run

    tally = Tally(len(wanted.submissions))
    screen = Screen.of(sys.stderr, os.environ)
    try:
        with display(sys.stderr, screen, tally, plain=plain) as shown:
            run = Run(wanted, results, tally, shown)
            run.grade()
    except (KeyboardInterrupt, GraderError) as error:
        if tally.graded or isinstance(error, KeyboardInterrupt):
            _tell(messages.STOPPED.format(done=tally.graded + tally.before, total=tally.total))
        raise
    return run


def _check_places(submissions: Path, output: Path) -> None:
    """Results must not lie among submissions, or the next run would grade them."""
    inside, around = output.resolve(), submissions.resolve()
    if inside == around or around in inside.parents or inside in around.parents:
        raise UsageError(messages.ONE_IN_ANOTHER.format(output=output, submissions=submissions))


def _check_roster(options: argparse.Namespace) -> None:
    """A mistake in it must not show when the whole class is graded."""
    from autograder.classes.roster import read_roster

    if options.roster is not None:
        read_roster(options.roster)
    elif options.column is not None:
        raise UsageError(messages.NO_ROSTER)


def _chosen(submissions: Sequence[HandedIn], names: Sequence[str] | None) -> tuple[HandedIn, ...]:
    """Those that were asked for, or all. Raises UsageError."""
    if names is None:
        return tuple(submissions)
    known = [handed_in.name for handed_in in submissions]
    for name in names:
        if name not in known:
            similar = nearest(name, known)
            raise UsageError(messages.NOT_HANDED_IN.format(name=name, similar=similar or known[0]))
    return tuple(handed_in for handed_in in submissions if handed_in.name in names)


def _remarks(assignment: Assignment, folder: ClassFolder, due: datetime | None) -> Iterator[str]:
    """What staff should know before they read grades: policies that cannot be applied."""
    unknown = sum(handed_in.metadata is None for handed_in in folder.submissions)
    if assignment.policies.need_metadata and unknown:
        yield messages.NO_METADATA.format(count=unknown)
    if assignment.policies.late is not None and folder.has_times and due is None:
        yield messages.NO_DUE.format(example=_EXAMPLE)


def _tell(text: str) -> None:
    print(clean(text), file=sys.stderr)  # names of files are in it: none may steer the terminal


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(messages.NO_COUNT.format(got=text))
    return int(text)


def _moment(text: str) -> datetime:
    found = moment(text)
    if found is None:
        raise argparse.ArgumentTypeError(messages.NO_MOMENT.format(got=text, example=_EXAMPLE))
    return found
