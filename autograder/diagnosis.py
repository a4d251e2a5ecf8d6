"""Which known mistake behaves like this?

A mistake is a wrong implementation with the hint that it deserves, written in an assignment's mistakes.py with the
signature of the function (or class) it stands for. When a check fails, it is replayed with each mistake in the
student's place (replay.py); here is decided which of them fails as the student's code does. One hint at most is given:
that of the mistake that agrees best, and none where several agree equally well and their hints differ.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch

from autograder import messages
from autograder.compare.values import Tolerance, same
from autograder.errors import CheckFailed, Evidence, Mismatch

_NUMBER = re.compile(r"[-−+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\binf\b|\bnan\b)")
_ALIKE = Tolerance(rtol=1e-3, atol=1e-4)  # of values that two implementations of one mistake give, in any dtype
_EXACT, _NEAR = 2e-3, 0.15  # relative: five digits are printed; statistics of other draws are near


class Agreement(enum.IntEnum):
    """How well two failures of one check agree."""

    NONE = 0
    KIND = 1  # the same words, numbers near each other: what statistics of different draws give
    TEXT = 2  # the same words and numbers
    EVIDENCE = 3  # the same values and gradients wherever they were compared


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
    """Declare the decorated function or class to be a known mistake for the student's `of`."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__mistake__ = Mistake(function, of, hint, source)  # type: ignore[attr-defined]
        return function

    return declare


def mistakes_in(module: ModuleType | None) -> dict[str, tuple[Mistake, ...]]:
    """The mistakes that a module declares, by the name of the function they stand for, in order."""
    found: dict[str, tuple[Mistake, ...]] = {}
    for value in vars(module).values() if module else ():
        declared = vars(value).get("__mistake__") if hasattr(value, "__dict__") else None
        if isinstance(declared, Mistake):
            found[declared.of] = (*found.get(declared.of, ()), declared)
    return found


def agreement(seen: CheckFailed, replayed: BaseException) -> Agreement:
    """How well the failure of a replay agrees with the failure that was seen."""
    if not isinstance(replayed, CheckFailed):  # a mistake that raises: the student's is told with its line
        said = f": {replayed}".splitlines()[0] if str(replayed) else ""
        words = messages.running.RAISED.format(exception=type(replayed).__name__) + said
        if any(line.endswith(words) for line in _text(seen).splitlines()):
            return Agreement.TEXT
        return _same_text(_text(seen), str(replayed))  # what pytest raises for the check is no CheckFailed either
    if isinstance(seen, Mismatch) and isinstance(replayed, Mismatch) and seen.evidence and replayed.evidence:
        return Agreement.EVIDENCE if _same_evidence(seen.evidence, replayed.evidence) else Agreement.NONE
    return _same_text(_text(seen), _text(replayed))


def best(candidates: Iterable[tuple[Agreement, Mistake]]) -> tuple[Agreement, tuple[Mistake, ...]]:
    """The mistakes that agree best, all with that agreement."""
    found = [(degree, known) for degree, known in candidates if degree]
    top = max((degree for degree, _ in found), default=Agreement.NONE)
    return top, tuple(known for degree, known in found if degree is top)


def one_hint(mistakes: Sequence[Mistake]) -> str | None:
    """The hint of mistakes that agree equally well, if they have the same one."""
    hints = {known.hint for known in mistakes}
    return hints.pop() if len(hints) == 1 else None


def _text(failure: CheckFailed) -> str:
    return failure.text if isinstance(failure, Mismatch) else str(failure)


def _same_evidence(one: Evidence, other: Evidence) -> bool:
    if one.where != other.where or one.actual.keys() != other.actual.keys():
        return False
    return all(_alike(value, other.actual[label]) for label, value in one.actual.items())


def _alike(one: Any, other: Any) -> bool:
    if one is None or other is None:  # no path for a gradient, or one along which nothing flows
        given = other if one is None else one
        return given is None or (isinstance(given, torch.Tensor) and not bool(given.any()))
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        scale = other.detach().double().abs()
        size = float(scale[scale.isfinite()].max()) if bool(scale.isfinite().any()) else 1.0
        return one.dtype == other.dtype and same(one, other, Tolerance(_ALIKE.rtol, min(_ALIKE.atol, 1e-4 * size)))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=_ALIKE.rtol, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other)


def _same_text(one: str, other: str) -> Agreement:
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return Agreement.NONE
    pairs = [
        (float(a.replace("−", "-")), float(b.replace("−", "-")))
        for a, b in zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    ]
    if all(_close(a, b, _EXACT) for a, b in pairs):
        return Agreement.TEXT
    return Agreement.KIND if all(_close(a, b, _NEAR) for a, b in pairs) else Agreement.NONE


def _close(a: float, b: float, relative: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= relative * max(abs(a), abs(b)) < math.inf
