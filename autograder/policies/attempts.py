"""Which submissions are graded where there is a limit, and which attempt this one is.

An attempt is a submission that was graded. The rule is applied to the earlier submissions in the order of their times,
and then to this one: it needs no clock and no memory, so a run that is repeated counts the same. What ended in a fault
of the platform's or of ours is no attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from autograder.metadata import Earlier, Metadata
from autograder.policies.declared import Limit


@dataclass(frozen=True)
class Attempts:
    """The attempts before a submission, and whether it may be one itself."""

    before: tuple[Earlier, ...]
    may_be_one: bool = True
    next_at: datetime | None = None  # from when on there may be one more; None for never

    @property
    def number(self) -> int:
        """Which attempt this submission is, if it may be one."""
        return len(self.before) + 1


def attempts(limit: Limit | None, metadata: Metadata) -> Attempts | None:
    """The attempts so far; None where it is not known when this submission was made."""
    if metadata.submitted_at is None:
        return None
    before: list[Earlier] = []
    for earlier in metadata.earlier:
        if not earlier.is_fault and _may(limit, before, earlier.submitted_at):
            before.append(earlier)
    if limit is None or _may(limit, before, metadata.submitted_at):
        return Attempts(tuple(before))
    return Attempts(tuple(before), False, _next(limit, before))


def _may(limit: Limit | None, before: Sequence[Earlier], at: datetime) -> bool:
    if limit is None or len(before) < limit.submissions:
        return True
    following = _next(limit, before)
    return following is not None and at >= following


def _next(limit: Limit, before: Sequence[Earlier]) -> datetime | None:
    """When the first of the attempts that use up the limit no longer counts."""
    if limit.within_hours is None:
        return None
    return before[-limit.submissions].submitted_at + timedelta(hours=limit.within_hours)
