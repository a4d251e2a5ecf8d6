"""Which known mistake behaves like this?

A mistake is a wrong implementation with the hint that it deserves, written in an assignment's mistakes.py with the
signature of the function it stands for. When the student's results differ from the reference's, they are compared
with what each mistake gives for the same inputs; the hint of one that agrees in values and gradients is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A known wrong implementation of the function `of`, the hint it deserves, and where it is catalogued."""

    function: Callable[..., Any]
    of: str
    hint: str
    source: str = ""

    @property
    def name(self) -> str:
        """The name of the wrong implementation."""
        return self.function.__name__


def mistake(of: str, hint: str, source: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated function to be a known mistake for the student's function `of`."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__mistake__ = Mistake(function, of, hint, source)  # type: ignore[attr-defined]
        return function

    return declare


def mistakes_in(module: ModuleType | None) -> dict[str, tuple[Mistake, ...]]:
    """The mistakes that a module declares, by the name of the function they stand for, in order."""
    found: dict[str, tuple[Mistake, ...]] = {}
    for value in vars(module).values() if module else ():
        declared = getattr(value, "__mistake__", None)
        if isinstance(declared, Mistake):
            found[declared.of] = (*found.get(declared.of, ()), declared)
    return found


def diagnose(mistakes: Sequence[Mistake], agreement: Callable[[Callable[..., Any]], int]) -> Mistake | None:
    """The mistake that agrees best with what was seen.

    `agreement(function)` compares a wrong implementation with the student's: 0 if it gives other results, 1 if it
    gives the same values, 2 if it gives the same values and gradients.
    """
    best: tuple[int, Mistake | None] = (0, None)
    for candidate in mistakes:
        degree = agreement(candidate.function)
        if degree > best[0]:
            best = (degree, candidate)
    return best[1]
