"""The reports of a class -> the content of every file of its class report, and what staff should be told about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.assignment import find_assignment, known_assignments, load_assignment
from autograder.classes import exports
from autograder.classes.anonymous import ids, salt_in
from autograder.classes.catalogue import Catalogue, catalogue
from autograder.classes.entry import Entry
from autograder.classes.page import page
from autograder.classes.reading import of_one_assignment, reports_in
from autograder.classes.roster import matched, read_roster
from autograder.errors import GraderError
from autograder.listing import few
from autograder.messages import classes as messages
from autograder.model import Report

KEY = "key.csv"


@dataclass(frozen=True)
class Wanted:
    """What was asked for: where the report goes, and with which lists."""

    output: Path
    roster: Path | None = None
    column: str | None = None
    key: bool = False
    first_salt: str | None = None  # where there is none yet: else any
    called: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what else a roster may call them


@dataclass
class Files:
    """Contents by the names of the files, and remarks for staff, which may hold names."""

    contents: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def files_from(results: Path, assignment: str | None, wanted: Wanted, root: Path) -> Files:
    """The files of a class report about a folder of results. Raises GraderError."""
    found, refused = reports_in(results, without=wanted.output)
    remarks = [messages.NOT_COUNTED.format(path=one.path, why=one.why) for one in refused]
    if not found:
        raise GraderError("\n".join([messages.NO_REPORTS.format(folder=results), *remarks]))
    found = of_one_assignment(found, _titles(root), assignment)
    made = files_of({one.name: one.report for one in found}, wanted, root)
    made.remarks[:0] = remarks
    return made


def files_of(reports: Mapping[str, Report], wanted: Wanted, root: Path) -> Files:
    """The files of a class report about reports of one assignment, by the names of their submissions.

    Nothing is written but a salt, where there is none. Raises GraderError.
    """
    made = Files()
    if wanted.roster is not None:
        _add_grades(made, reports, wanted)
    names = ids(reports, salt_in(wanted.output, wanted.first_salt))
    entries = [Entry(names[name], report) for name, report in sorted(reports.items())]
    own = {"class.html": page(entries, _catalogue(root, entries)), "class.csv": exports.of_class(entries)}
    made.contents = {**own, **made.contents}
    if wanted.key:
        made.contents[KEY] = exports.key(names)
        made.remarks.append(messages.KEY_WARNING.format(path=wanted.output / KEY))
    return made


def _add_grades(made: Files, reports: Mapping[str, Report], wanted: Wanted) -> None:
    assert wanted.roster is not None
    called = {
        name: [*([report.submission] if report.submission else []), *wanted.called.get(name, ())]
        for name, report in reports.items()
    }
    of = matched(read_roster(wanted.roster), called, wanted.roster)
    grades = {student: reports[name] if name else None for student, name in of.items()}
    possible = max(report.max_score for report in reports.values())
    first = next(iter(reports.values()))
    heading = wanted.column or first.title or first.assignment
    made.contents["grades.csv"] = exports.for_canvas(grades, heading, possible)
    made.contents["gradescope.csv"] = exports.for_gradescope(grades, possible)
    made.remarks += _missing([student.name for student, name in of.items() if name is None], messages.UNKNOWN_STUDENTS)
    made.remarks += _missing(sorted(reports.keys() - set(of.values())), messages.UNKNOWN_SUBMISSIONS)
    if any(report and (report.by_hand or report.ungraded_points) for report in grades.values()):
        made.remarks.append(messages.PRELIMINARY)


def _missing(names: Sequence[str], text: str) -> list[str]:
    return [text.format(count=len(names), names=few(names))] if names else []


def _titles(root: Path) -> dict[str, str]:
    """The names of the assignments that are here, by their titles."""
    titles = {}
    for name in known_assignments(root):
        try:
            titles[load_assignment(root / name).title] = name
        except GraderError:  # whoever grades it is told
            continue
    return titles


def _catalogue(root: Path, entries: Sequence[Entry]) -> Catalogue:
    """The known mistakes of the assignment, if it is here."""
    try:
        return catalogue(find_assignment(entries[0].report.assignment, root))
    except GraderError:
        return Catalogue()
