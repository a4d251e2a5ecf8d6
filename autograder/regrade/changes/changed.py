"""An old and a new report of one submission -> what would change if the new one were released.

A score is what is released: the total of results.json, rounded as report/text.py `points` does. Where one of the two
was read from a results.json, which tells less than a record, the other is taken for no more than its own would tell:
then what differs is a change, and not a figure that was rounded or a status that has no word there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograder.classes.catalogue import Catalogue
from autograder.classes.entry import number_key
from autograder.messages import changes as messages
from autograder.model import Report, Status, Verdict
from autograder.regrade.changes.pairs import Pair, any_pair, is_told, pairs, possible
from autograder.regrade.changes.reasons import why
from autograder.report.text import points

LEAST = 1e-9  # a smaller difference is none
_NONE = Catalogue()


@dataclass(frozen=True)
class Ended:
    """How a check ended: its status, its points, and those that were possible."""

    status: Status
    points: float
    possible: float


@dataclass(frozen=True)
class CheckChange:
    """A check that would give other points, or ends otherwise. Without `old` it is new, without `new` gone."""

    number: str
    name: str
    old: Ended | None
    new: Ended | None
    why: str

    @property
    def difference(self) -> float:
        """The points that the submission gains by it; below 0 if it loses."""
        return points((self.new.points if self.new else 0.0) - (self.old.points if self.old else 0.0))


@dataclass(frozen=True)
class AdjustmentChange:
    """What policies take or add, before and now, and what they say of it."""

    old: float
    new: float
    why: str

    @property
    def difference(self) -> float:
        """The points that the submission gains by it."""
        return points(self.new - self.old)


@dataclass(frozen=True)
class Total:
    """The score of a submission, the points that are possible, and what policies did to the score."""

    score: float
    possible: float
    adjustment: float


@dataclass(frozen=True)
class Changed:
    """A submission of which something would change: its totals, and the checks, those first that lose most.

    `totals_only`: the two reports have no check in common, so that nothing is said of any.
    """

    name: str
    old: Total
    new: Total
    checks: tuple[CheckChange, ...] = ()
    adjustment: AdjustmentChange | None = None
    totals_only: bool = False

    @property
    def difference(self) -> float:
        """The points that the submission gains; below 0 if it loses."""
        return points(self.new.score - self.old.score)


def changed(name: str, old: Report, new: Report, known: Catalogue = _NONE) -> Changed | None:
    """What would change of one submission; None if nothing would."""
    as_told = is_told(old) or is_told(new)
    before, now = _total(old, as_told), _total(new, as_told)
    found = pairs(old, new)
    totals_only = bool(old.verdicts or new.verdicts) and not any_pair(found)
    checks = [] if totals_only else [one for pair in found if (one := _check(pair, known, as_told))]
    adjustment = None if totals_only else _adjustment(old, new, before, now)
    if not (checks or adjustment or abs(now.score - before.score) > LEAST or (totals_only and before != now)):
        return None
    checks.sort(key=lambda one: (min(one.difference, 0.0), -one.difference, number_key(one.number), one.name))
    return Changed(name, before, now, tuple(checks), adjustment, totals_only)


def _total(report: Report, as_told: bool) -> Total:
    """The total of a report; `as_told` from the rounded points of its checks, as the platform adds them up."""
    earned, worth, score = points(report.earned), points(report.max_score), points(report.score)
    if as_told:
        is_sum = score == earned  # then results.json has no score of its own
        earned = points(math.fsum(points(verdict.score) for verdict in report.verdicts))
        worth = points(math.fsum(possible(verdict.check) for verdict in report.verdicts))
        score = earned if is_sum else score
    return Total(score, worth, points(score - earned))


def _adjustment(old: Report, new: Report, before: Total, now: Total) -> AdjustmentChange | None:
    if abs(before.adjustment - now.adjustment) <= LEAST:
        return None
    texts = [" ".join(one.staff_text or one.text for one in report.adjustments) for report in (old, new)]
    said = " → ".join(text or messages.NO_POINTS for text in texts) if any(texts) else ""
    return AdjustmentChange(before.adjustment, now.adjustment, said)


def _check(pair: Pair, known: Catalogue, as_told: bool) -> CheckChange | None:
    old, new = pair
    if old is not None and new is not None and _is_same(old, new, as_told):
        return None
    check = (new or old).check  # type: ignore[union-attr]  # one of them is there
    return CheckChange(check.number, check.name, _ended(old), _ended(new), why(old, new, known))


def _is_same(old: Verdict, new: Verdict, as_told: bool) -> bool:
    if points(old.score) != points(new.score) or possible(old.check) != possible(new.check):
        return False
    return _told(old) is _told(new) if as_told else old.status is new.status


def _told(verdict: Verdict) -> Status:
    """The status as a results.json tells it: there is none for what waits for a person, nor for points in part."""
    is_whole = points(verdict.score) >= points(verdict.check.max_score)
    if verdict.status is Status.MANUAL or (verdict.status is Status.PASSED and not is_whole):
        return Status.PASSED if is_whole else Status.FAILED
    return verdict.status


def _ended(verdict: Verdict | None) -> Ended | None:
    if verdict is None:
        return None
    return Ended(verdict.status, points(verdict.score), possible(verdict.check))
