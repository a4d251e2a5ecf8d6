"""Where old results are -> an old report for each submission of a class.

They are the results of an earlier regrading, any folder of records or results.json files, or the grades that the
platform keeps of submissions and exports with them. Read them before the new ones are written, which may take their
place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.classes.reading import Found, Refused, reports_in
from autograder.classes.results import report_of
from autograder.errors import GraderError
from autograder.messages import changes as messages
from autograder.model import Report
from autograder.regrade.handed_in import HandedIn

PLATFORM = "platform"  # instead of a folder: the grades that came with the submissions
_TOLD = 8  # as many refusals are told where nothing was found
_SUBMISSIONS = "submissions"  # in the results of a regrading: their folder, and what is of interest in it
_RESULTS = ("record.json", "results.json")


@dataclass(frozen=True)
class OldResults:
    """Reports by the names of their submissions in the class, or else by their own; and what was not read, and why."""

    reports: Mapping[str, Report] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()

    @property
    def unreadable(self) -> tuple[str, ...]:
        """What was not read, and why, a line each."""
        return tuple(f"{one.path}: {one.why}" for one in self.refused)


def is_platform(place: Path, submissions: Path) -> bool:
    """Whether `place` stands for the platform's own grades: the word, or the place of the submissions themselves."""
    if place.exists():
        return place.resolve() == submissions.resolve()
    return str(place) == PLATFORM


def old_reports(place: Path, names: Iterable[str], assignment: str | None = None) -> OldResults:
    """The old reports in a folder, by the names of the class. Raises GraderError if there are none.

    A report belongs to the submission that has its name, or else to the only one that is called like its last folder.
    Records of another assignment are refused; a results.json does not say of which it is.
    """
    if not place.is_dir():
        raise GraderError(messages.NO_PLACE.format(place=place))
    found, refused = _reports_in(place)
    refused += [Refused(one.path, _of_another(one, assignment)) for one in found if _is_of_another(one, assignment)]
    found = [one for one in found if not _is_of_another(one, assignment)]
    if not found:
        why = OldResults(refused=tuple(refused[:_TOLD])).unreadable
        raise GraderError("\n".join([messages.NOTHING_THERE.format(place=place), *why]))
    named, ambiguous = _named(found, set(names))
    return OldResults(named, (*refused, *ambiguous))


def _reports_in(place: Path) -> tuple[list[Found], list[Refused]]:
    """The reports in a folder; of a regrading's results those of its submissions, beside which other files may lie."""
    inside = place / _SUBMISSIONS
    if not inside.is_dir():
        return reports_in(place)
    found, refused = reports_in(inside)
    return found, [one for one in refused if one.path.name in _RESULTS]


def _is_of_another(one: Found, assignment: str | None) -> bool:
    return assignment is not None and one.report.assignment not in ("", assignment)


def _of_another(one: Found, assignment: str | None) -> str:
    return messages.OTHER_ASSIGNMENT.format(other=one.report.assignment, assignment=assignment)


def _named(found: list[Found], names: set[str]) -> tuple[dict[str, Report], list[Refused]]:
    """The reports by the names of the class; by their own where none of its submissions is meant."""
    named = {one.name: one.report for one in found if one.name in names}
    rest = [one for one in found if one.name not in names]
    free = Counter(_last(name) for name in names if name not in named)
    of_last = {_last(name): name for name in sorted(names) if name not in named}
    wanted = Counter(_last(one.name) for one in rest)
    refused = []
    for one in rest:
        last = _last(one.name)
        if not free[last]:
            named[one.name] = one.report
        elif free[last] == 1 and wanted[last] == 1:
            named[of_last[last]] = one.report
        else:
            refused.append(Refused(one.path, messages.NOT_OF_ONE))
    return named, refused


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def from_platform(handed_in: Iterable[HandedIn]) -> dict[str, Report]:
    """The platform's grades as reports, by the names of the submissions; none of what it has no results of.

    Raises GraderError if it has none of any.
    """
    found = {}
    for one in handed_in:
        report = _graded(one.graded) if one.graded is not None else None
        if report is not None:
            found[one.name] = report
    if not found:
        raise GraderError(messages.NO_GRADES.format(word=PLATFORM))
    return found


def _graded(document: Mapping[str, Any]) -> Report | None:
    """The report of a results.json as the platform keeps it: each key is there, and null where it was not set."""
    try:
        tests = [_said(test) for test in document.get("tests") or ()]
        return report_of({**_said(document), "tests": tests})
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return None


def _said(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value is not None}
