"""Names in a sentence: all of them, or the first and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.messages import lists as messages


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    if len(names) < 2:
        return "".join(names)
    return messages.LISTED.format(names=", ".join(names[:-1]), last=names[-1])


def few(names: Sequence[str], most: int = 8, between: str = ", ") -> str:
    """a, b and 3 more: as many names as are told on one line."""
    named = between.join(names[:most])
    return messages.FEW.format(names=named, count=len(names) - most) if len(names) > most else named
