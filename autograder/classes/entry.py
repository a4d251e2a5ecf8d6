"""One submission of a class: its report, under an id that tells nothing about who handed it in."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.model import Check, Report, Status, Verdict

_DECIDED = (Status.PASSED, Status.FAILED, Status.BLOCKED)


@dataclass(frozen=True)
class Entry:
    """A submission's anonymous id and its report."""

    id: str
    report: Report


def is_decided(verdict: Verdict) -> bool:
    """Whether the verdict says what the submission is worth: not where a person, or a mended grader, has the word."""
    return verdict.status in _DECIDED


def lost(verdict: Verdict) -> float:
    """The points that the submission lost in a check: none where nothing is decided, none of extra credit."""
    if verdict.check.extra_credit or not is_decided(verdict):
        return 0.0
    return verdict.check.max_score - verdict.score


def checks_of(entries: list[Entry]) -> list[Check]:
    """The checks that any of the reports has, by their numbers, in order."""
    found: dict[str, Check] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        for verdict in entry.report.verdicts:
            found.setdefault(verdict.check.number, verdict.check)
    return sorted(found.values(), key=lambda check: number_key(check.number))


_MOST_DIGITS = 10


def number_key(number: str) -> list[tuple[int, int, str]]:
    """Sorts 4.10 behind 4.9, and what is no number behind all that is."""
    pieces = number.split(".")
    return [
        (0, int(piece), "") if piece.isdecimal() and piece.isascii() and len(piece) < _MOST_DIGITS else (1, 0, piece)
        for piece in pieces
    ]
