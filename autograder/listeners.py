"""Who hears of a run while it goes on: of the checks that are planned, that begin, and of their verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from autograder.model import Check, Verdict


class Listener(Protocol):
    """Hears of every check that is planned, of every one that begins to run, and of every verdict that is reached."""

    def planned(self, checks: Sequence[Check]) -> None: ...

    def begins(self, check: Check) -> None: ...

    def reached(self, verdict: Verdict) -> None: ...


class Silent:
    """A listener that nobody listens to."""

    def planned(self, checks: Sequence[Check]) -> None:
        """Says nothing."""

    def begins(self, check: Check) -> None:
        """Says nothing."""

    def reached(self, verdict: Verdict) -> None:
        """Says nothing."""
