"""The policies of an assignment, as its assignment.toml declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.model import Leaderboard, Visibility

HOUR_S = 3600.0
UNITS_S = {"hour": HOUR_S, "day": 24 * HOUR_S}
TOTAL = "total"


@dataclass(frozen=True)
class Late:
    """What a late submission loses."""

    percent: float = 0.0
    per: str = "day"  # every begun "hour" or "day", or "once"
    of: str = "earned"  # or "possible": of which points
    at_most_percent: float = 100.0
    grace_minutes: float = 0.0
    nothing_after_hours: float | None = None


@dataclass(frozen=True)
class Limit:
    """How many submissions are graded, and which earlier results come back for the others."""

    submissions: int
    within_hours: float | None = None  # None: ever
    gives_back: str = "latest"  # or "best"


@dataclass(frozen=True)
class Column:
    """A column of the leaderboard: of the total, or of a part by its number."""

    board: Leaderboard
    of: str


@dataclass(frozen=True)
class Policies:
    """All policies of an assignment; these defaults change nothing.

    Hints and details are shown from an attempt on: 1 for always, None for never.
    """

    late: Late | None = None
    limit: Limit | None = None
    hints_from: int | None = 1
    details_from: int | None = 1
    visibility: Mapping[str, Visibility] = field(default_factory=dict, hash=False)
    columns: tuple[Column, ...] = ()

    @property
    def need_metadata(self) -> bool:
        """Whether one of them asks who handed in, or when."""
        counts = any(first not in (1, None) for first in (self.hints_from, self.details_from))
        return self.late is not None or self.limit is not None or counts
