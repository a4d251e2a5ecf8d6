"""Report -> what its points come to, in figures and sentences: the same in the terminal's table and without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.messages import terminal as messages
from autograder.model import Part, Report, Status, Verdict
from autograder.report.text import points

_COUNTS = {
    Status.PASSED: messages.COUNT_PASSED,
    Status.FAILED: messages.COUNT_FAILED,
    Status.BLOCKED: messages.COUNT_BLOCKED,
    Status.MANUAL: messages.COUNT_MANUAL,
    Status.LATER: messages.COUNT_LATER,
    Status.ERROR: messages.COUNT_ERROR,
}
_SLOWEST = 3
_SLOW_S = 0.05


@dataclass(frozen=True)
class Sum:
    """Points of points, and what they are."""

    label: str
    score: float | int
    possible: float | int


def counts(report: Report) -> str:
    """How many checks ended how, in one line."""
    found = [(text, len(report.with_status(status))) for status, text in _COUNTS.items()]
    return messages.COUNTS.format(counts=", ".join(text.format(count=count) for text, count in found if count))


def totals(report: Report, *, staff: bool, marked: bool) -> Iterator[Sum | str]:
    """The sums, and what has to be said of them; `marked` if the words of the table may be referred to."""
    possible = points(report.max_score - report.later)
    if report.adjustments:
        yield Sum(messages.EARNED, points(report.earned), possible)
        for adjustment in report.adjustments:
            yield (adjustment.staff_text if staff else "") or adjustment.text
    yield Sum(messages.VISIBLE if report.later else messages.TOTAL, points(report.score), possible)
    yield from _remarks(report, marked)
    yield from report.notes


def _remarks(report: Report, marked: bool) -> Iterator[str]:
    earned, possible = report.extra_credit
    if possible:
        yield messages.EXTRA.format(earned=points(earned), possible=points(possible))
    if blocked := len(report.with_status(Status.BLOCKED)):
        yield messages.SKIPPED_ONE if blocked == 1 else messages.SKIPPED.format(count=blocked)
    for one, several, open_points, mark in (
        (messages.SUBMITTED_ONE, messages.SUBMITTED, points(report.later), messages.MARK_LATER),
        (messages.BY_HAND_ONE, messages.BY_HAND, points(report.by_hand), messages.MARK_BY_HAND),
        (messages.UNGRADED_ONE, messages.UNGRADED, points(report.ungraded_points), messages.MARK_UNGRADED),
    ):
        if open_points:
            text = one if open_points == 1 else several
            yield text.format(points=open_points, mark=mark if marked else "")


def for_staff(report: Report) -> Iterator[str]:
    """What staff read below the totals: time, isolation, notes."""
    slow = sorted((v for v in report.verdicts if v.wall_s >= _SLOW_S), key=lambda v: -v.wall_s)[:_SLOWEST]
    checks = ", ".join(messages.SLOW.format(number=v.check.number, seconds=v.wall_s) for v in slow)
    yield messages.TIMES.format(seconds=report.wall_s, slowest=messages.SLOWEST.format(checks=checks) if slow else "")
    if report.isolation:
        yield messages.ISOLATION.format(layers=report.isolation)
    for note in report.staff_notes:
        yield messages.STAFF.format(note=note)


def graded(verdicts: list[Verdict]) -> Sum | None:
    """What the checks of a part come to, without those that are graded later; None if there are no others."""
    own = [verdict for verdict in verdicts if verdict.status is not Status.LATER]
    if not own:
        return None
    return Sum("", points(sum(v.score for v in own)), points(sum(v.check.max_score for v in own)))


def rule(part: Part) -> str:
    """What a part's heading says of how its points count."""
    return messages.EXTRA_CREDIT if part.extra_credit else messages.ALL_OR_NOTHING if part.all_or_nothing else ""
