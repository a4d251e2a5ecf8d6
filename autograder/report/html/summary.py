"""Report -> what stands above its parts: the score, and all that must be known to read it rightly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.messages import html as messages
from autograder.model import Report, Status
from autograder.report.html.pieces import line
from autograder.report.text import points

_SLOWEST = 5
_MOST_LINKS = 20


@dataclass(frozen=True)
class BarPiece:
    """A piece of the bar: of which kind, and its share of the whole in percent."""

    kind: str
    percent: float
    text: str


@dataclass(frozen=True)
class Summary:
    """The score and its remarks."""

    title: str
    submission: str
    score: str
    possible: str
    tally: str
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    bar: tuple[BarPiece, ...]
    failed: tuple[tuple[str, str], ...]  # label and anchor of what to look at; none where it is nearly everything

    @classmethod
    def of(cls, report: Report, anchors: Mapping[str, str], *, staff: bool) -> Summary:
        """The summary of what is shown of a report."""
        failed = [v.check for v in report.verdicts if v.status in (Status.FAILED, Status.ERROR)]
        passed = len(report.with_status(Status.PASSED))
        return cls(
            title=line(report.title),
            submission=line(report.submission),
            score=str(points(report.score)),
            possible=str(points(report.max_score - report.later)),
            tally=messages.COUNTED.format(
                done=passed, all=len(report.verdicts) - len(report.with_status(Status.LATER))
            ),
            remarks=tuple(_remarks(report, staff=staff)),
            notes=tuple(filter(None, map(line, report.notes))),
            bar=_bar(report),
            failed=tuple((line(check.label), anchors[check.id]) for check in failed)
            if len(failed) <= _MOST_LINKS
            else (),
        )

    @property
    def bar_text(self) -> str:
        """The bar in words."""
        return messages.BAR.format(possible=self.possible, pieces=", ".join(piece.text for piece in self.bar))


@dataclass(frozen=True)
class StaffSummary:
    """What staff read about the whole run."""

    isolation: str
    notes: tuple[str, ...]
    run: str
    slowest: tuple[tuple[str, str, str], ...]  # label, anchor, time


def staff_summary(report: Report, anchors: Mapping[str, str]) -> StaffSummary:
    """What staff read about the whole run."""
    slowest = sorted((v for v in report.verdicts if v.wall_s > 0), key=lambda v: -v.wall_s)[:_SLOWEST]
    return StaffSummary(
        isolation=line(report.isolation),
        notes=tuple(filter(None, map(line, report.staff_notes))),
        run=messages.STAFF_RUN.format(seconds=f"{report.wall_s:.1f}"),
        slowest=tuple(
            (line(v.check.label), anchors[v.check.id], messages.SECONDS.format(seconds=f"{v.wall_s:.2f}"))
            for v in slowest
        ),
    )


def _remarks(report: Report, *, staff: bool) -> Iterator[str]:
    if report.adjustments:
        yield messages.EARNED.format(earned=points(report.earned), possible=points(report.max_score))
        for adjustment in report.adjustments:
            yield line((adjustment.staff_text if staff else "") or adjustment.text)
    earned, possible = report.extra_credit
    if possible:
        yield messages.EXTRA_CREDIT.format(earned=points(earned), possible=points(possible))
    if blocked := len(report.with_status(Status.BLOCKED)):
        yield messages.ONE_BLOCKED if blocked == 1 else messages.BLOCKED.format(count=blocked)
    if report.later:
        yield messages.LATER.format(points=_counted(report.later))
    if report.by_hand:
        one = points(report.by_hand) == 1
        yield messages.ONE_BY_HAND if one else messages.BY_HAND.format(points=_counted(report.by_hand))
    if report.ungraded_points:
        yield messages.UNGRADED.format(points=_counted(report.ungraded_points))


def _counted(number: float) -> str:
    count = points(number)
    return messages.ONE_POINT_OF if count == 1 else messages.SOME_POINTS_OF.format(count=count)


def _bar(report: Report) -> tuple[BarPiece, ...]:
    """What became of the points that are possible now; together they are the whole."""
    possible = report.max_score - report.later
    if possible <= 0:
        return ()
    own = [verdict for verdict in report.verdicts if not verdict.check.extra_credit]
    waiting = math.fsum(v.check.max_score - v.score for v in own if v.status is Status.MANUAL)
    ungraded = math.fsum(v.check.max_score for v in own if v.status is Status.ERROR)
    earned = min(report.score, possible)
    waiting, ungraded = min(waiting, possible - earned), min(ungraded, possible - earned)
    lost = max(0.0, possible - earned - waiting - ungraded)
    amounts = {"earned": earned, "lost": lost, "manual": waiting, "ungraded": ungraded}
    return tuple(
        BarPiece(kind, round(100 * amount / possible, 2), f"{points(amount)} {messages.BAR_PIECES[kind]}")
        for kind, amount in amounts.items()
        if amount > 0
    )
