"""What an answer came to, before it is a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.exhibits import Exhibit


@dataclass(frozen=True)
class Graded:
    """The share of the points that an answer earns, and what the student and staff read about it.

    `by_hand` says that a person has to decide: the answer could not be read, or could not be compared.
    """

    share: float
    text: str = ""
    staff: str = ""
    mistakes: tuple[str, ...] = ()
    by_hand: bool = False
    exhibits: tuple[Exhibit, ...] = ()  # the formula as it was understood, and its curve


def joined(*lines: str) -> str:
    """Lines of a message, without the empty ones."""
    return "\n".join(line for line in lines if line)
