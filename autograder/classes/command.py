"""The command class: its command line, the files it reads and writes. What it says is in page.py and exports.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.assignment import find_assignment, known_assignments, load_assignment
from autograder.classes import exports
from autograder.classes.anonymous import ids, salt_in
from autograder.classes.catalogue import Catalogue, catalogue
from autograder.classes.entry import Entry
from autograder.classes.reading import Found, of_one_assignment, reports_in
from autograder.classes.roster import matched, read_roster
from autograder.errors import GraderError
from autograder.messages import classes as messages
from autograder.report.text import clean

FOLDER = "class"
_NAMED = 8  # as many names are told on one line


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser("class", help=messages.HELP, description=messages.DESCRIPTION)
    command.add_argument("results", type=Path, metavar="RESULTS_DIR", help=messages.HELP_FOLDER)
    command.add_argument("-o", "--output", type=Path, metavar="FOLDER", help=messages.HELP_OUTPUT)
    command.add_argument("--roster", type=Path, metavar="ROSTER.csv", help=messages.HELP_ROSTER)
    command.add_argument("--column", metavar="HEADING", help=messages.HELP_COLUMN)
    command.add_argument("--assignment", metavar="NAME", help=messages.HELP_ASSIGNMENT)
    command.add_argument("--staff-key", action="store_true", help=messages.HELP_KEY)
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Write the class report. The exit status."""
    output: Path = options.output or options.results / FOLDER
    found, refused = reports_in(options.results, without=output)
    for one in refused:
        _tell(messages.NOT_COUNTED.format(path=one.path, why=one.why))
    if not found:
        raise GraderError(messages.NO_REPORTS.format(folder=options.results))
    found = of_one_assignment(found, _titles(root), options.assignment)
    files = _files(options, root, found, output)
    for name, text in files.items():
        _write(output / name, text)
    if options.staff_key:
        _tell(messages.KEY_WARNING.format(path=output / "key.csv"))
    return 0


def _files(options: argparse.Namespace, root: Path, found: Sequence[Found], output: Path) -> dict[str, str]:
    """What is to be written, by the names of the files. All of it is made before any of it is written."""
    from autograder.classes.page import page  # jinja2: no other command needs it

    _make(output)
    names = ids((one.name for one in found), salt_in(output))
    entries = [Entry(names[one.name], one.report) for one in found]
    files = {"class.html": page(entries, _catalogue(root, found)), "class.csv": exports.of_class(entries)}
    if options.roster is not None:
        files |= _grades(options, found)
    if options.staff_key:
        files["key.csv"] = exports.key(names)
    return files


def _grades(options: argparse.Namespace, found: Sequence[Found]) -> dict[str, str]:
    students = read_roster(options.roster)
    reports = {one.name: one.report for one in found}
    names = {one.name: [one.report.submission] if one.report.submission else [] for one in found}
    of = matched(students, names, options.roster)
    grades = {student: reports[name] if name else None for student, name in of.items()}
    _tell_who_is_missing([student.name for student, name in of.items() if name is None], messages.UNKNOWN_STUDENTS)
    _tell_who_is_missing(sorted(reports.keys() - set(of.values())), messages.UNKNOWN_SUBMISSIONS)
    if any(report and (report.by_hand or report.ungraded_points) for report in grades.values()):
        _tell(messages.PRELIMINARY)
    possible = max(report.max_score for report in reports.values())
    first = found[0].report
    column = options.column or first.title or first.assignment
    return {
        "grades.csv": exports.for_canvas(grades, column, possible),
        "gradescope.csv": exports.for_gradescope(grades, possible),
    }


def _tell_who_is_missing(names: Sequence[str], text: str) -> None:
    if names:
        shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
        _tell(text.format(count=len(names), names=shown))


def _titles(root: Path) -> dict[str, str]:
    """The names of the assignments that are here, by their titles."""
    titles = {}
    for name in known_assignments(root):
        try:
            titles[load_assignment(root / name).title] = name
        except GraderError:  # whoever grades it is told
            continue
    return titles


def _catalogue(root: Path, found: Sequence[Found]) -> Catalogue:
    """The known mistakes of the assignment, if it is here."""
    try:
        return catalogue(find_assignment(found[0].report.assignment, root))
    except GraderError:
        return Catalogue()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderError(messages.CANNOT_WRITE.format(path=folder, reason=error.strerror)) from None


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise GraderError(messages.CANNOT_WRITE.format(path=path, reason=error.strerror)) from None
    size = (len(text.encode("utf-8")) + 1023) // 1024
    print(messages.WRITTEN.format(path=path, size=size))


def _tell(text: str) -> None:
    """Tell staff, on the terminal. Names of files and students are in it: none of it may steer the terminal."""
    print(clean(text), file=sys.stderr)
