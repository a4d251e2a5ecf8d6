"""How late a submission is, and what that costs. By the platform's times only: a run that is repeated says the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

from autograder import messages
from autograder.metadata import Metadata
from autograder.model import Adjustment
from autograder.policies.declared import HOUR_S, UNITS_S, Late


@dataclass(frozen=True)
class Points:
    """What a deduction is taken from: the points earned so far, and those possible without extra credit."""

    earned: float
    possible: float
    are_shown: bool = True  # to the student


def late_s(metadata: Metadata) -> float:
    """Seconds after the due date; 0 for in time, or where one of the two times is not known."""
    if metadata.submitted_at is None or metadata.due_at is None:
        return 0.0
    return max(0.0, (metadata.submitted_at - metadata.due_at).total_seconds())


def penalty(late: Late, seconds: float, points: Points) -> Adjustment | None:
    """What a submission that is so late loses; None if nothing is due. Never more than was earned."""
    grace_s = late.grace_minutes * 60
    if seconds <= grace_s:
        return None
    said = messages.policies.LATE_BY.format(duration=duration(seconds))
    if grace_s:
        said += messages.policies.GRACE.format(duration=duration(grace_s))
    if late.nothing_after_hours is not None and seconds > late.nothing_after_hours * HOUR_S:
        said += messages.policies.NOTHING_AFTER.format(duration=duration(late.nothing_after_hours * HOUR_S))
        return _taken(said, points.earned, points, "")
    percent = percent_of(late, seconds - grace_s)
    if not percent:
        return None
    base = points.earned if late.of == "earned" else points.possible
    words = messages.policies.OF_EARNED if late.of == "earned" else messages.policies.OF_POSSIBLE
    hidden = messages.policies.PERCENT_HIDDEN.format(said=said, percent=percent, words=words)
    shown = messages.policies.PERCENT.format(said=said, percent=percent, base=figure(base))
    return _taken(shown, percent / 100 * base, points, hidden)


def percent_of(late: Late, counted_s: float) -> float:
    """The percentage for a time after the end of the grace."""
    begun = 1 if late.per == "once" else math.ceil(counted_s / UNITS_S[late.per])
    return min(begun * late.percent, late.at_most_percent)


def _taken(said: str, wanted: float, points: Points, hidden: str) -> Adjustment:
    taken = min(wanted, points.earned)
    words, lost = (messages.policies.EQUALS, wanted) if hidden else (messages.policies.TAKES, taken)
    shown = words.format(said=said, points=figure(lost))
    if hidden and taken < wanted:
        shown += messages.policies.ONLY_SO_MUCH.format(points=figure(taken))
    return Adjustment(shown if points.are_shown else hidden or said, -taken, shown)


def figure(number: float) -> str:
    """Points without the digits that floating point adds."""
    return f"{round(number, 3):.10g}"


def duration(seconds: float) -> str:
    """A time in the two largest units that it has: "3 h 12 min", "1 day 2 h"."""
    left = int(seconds)
    days, hours, minutes = left // 86400, left // 3600 % 24, left // 60 % 60
    if left < 60:
        return messages.policies.SECONDS.format(seconds=left) if left else messages.policies.UNDER_A_SECOND
    if days:
        said = messages.policies.ONE_DAY if days == 1 else messages.policies.DAYS.format(days=days)
        return messages.policies.AND_HOURS.format(days=said, hours=hours) if hours else said
    if hours and minutes:
        return messages.policies.HOURS_AND_MINUTES.format(hours=hours, minutes=minutes)
    if hours:
        return messages.policies.HOURS.format(hours=hours)
    return messages.policies.MINUTES.format(minutes=minutes)
