"""A graded class -> the tables of its grades and of its times. No text becomes a formula: see classes/exports.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.classes.exports import Cell, table
from autograder.grading import IMPORT_CHECK_ID
from autograder.messages import regrading as messages
from autograder.model import Report, Status
from autograder.regrade.handed_in import HandedIn
from autograder.regrade.results import Finished
from autograder.report.text import points


@dataclass(frozen=True)
class Row:
    """One submission of a class: its report, and what grading it took; or why it was not graded."""

    handed_in: HandedIn
    report: Report | None = None
    finished: Finished | None = None
    failure: str = ""


def grades(rows: Iterable[Row]) -> str:
    """A line for each submission: who handed it in, the points, and those that are not decided."""
    header: list[Cell] = [*messages.GRADES_HEADER]
    return table([header, *(_grade(row) for row in rows)])


def _grade(row: Row) -> list[Cell]:
    people = row.handed_in.people
    who: list[Cell] = [row.handed_in.name, _all(p.name for p in people)]
    who += [_all(p.sid for p in people), _all(p.email for p in people)]
    if row.report is None:
        return [*who, "", "", "", "", messages.STATE_NOT_GRADED, row.failure]
    report = row.report
    faults = [
        f"{verdict.check.number}: {_first_line(verdict.staff_output)}" for verdict in report.with_status(Status.ERROR)
    ]
    figures = [points(number) for number in (report.score, report.max_score, report.by_hand, report.ungraded_points)]
    return [*who, *figures, messages.STATE_FAULTS if faults else messages.STATE_GRADED, _why(report, faults)]


def _why(report: Report, faults: Sequence[str]) -> str:
    """What staff should know of a submission besides its points: faults of ours, or why nothing of it could be run."""
    if faults:
        return "; ".join(faults)
    found = [verdict for verdict in report.verdicts if verdict.check.id == IMPORT_CHECK_ID]
    return _first_line(found[0].student_output) if found and found[0].status is Status.FAILED else ""


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _all(texts: Iterable[str]) -> str:
    return "; ".join(text for text in texts if text)


def times(rows: Iterable[Row]) -> str:
    """A line for each graded submission: seconds in all, and of the slowest check. No second run has the same."""
    header: list[Cell] = [*messages.TIMES_HEADER]
    return table([header, *(_time(row.handed_in.name, row.finished) for row in rows if row.finished)])


def _time(name: str, finished: Finished) -> list[Cell]:
    return [name, round(finished.seconds, 2), finished.slowest, round(finished.slowest_seconds, 2)]


def people(rows: Iterable[Row]) -> Mapping[str, str]:
    """Who handed in each submission, as far as is known."""
    return {
        row.handed_in.name: _all(person.name or person.email or person.sid for person in row.handed_in.people)
        for row in rows
    }


def called(rows: Iterable[Row]) -> Mapping[str, list[str]]:
    """What a roster may call each submission: besides its name, by those who handed it in."""
    return {
        row.handed_in.name: [
            text for person in row.handed_in.people for text in (person.sid, person.email, person.name) if text
        ]
        for row in rows
    }
