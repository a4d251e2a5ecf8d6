"""What of a class was not taken, and why: collected while it is read, told in a line for each reason."""

from __future__ import annotations

from autograder.listing import few
from autograder.messages import handed_in_class as messages


class LeftOut:
    """Names, by the reason why they were not taken."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, why: str, name: str) -> None:
        """Note that something was not taken."""
        self._names.setdefault(why, []).append(name)

    def remarks(self) -> tuple[str, ...]:
        """A line for each reason, in their order."""
        return tuple(messages.NOT_TAKEN.format(names=few(self._names[why]), why=why) for why in sorted(self._names))
