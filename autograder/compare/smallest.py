"""The smallest input that shows a failure, as three lines of Python that a student can paste.

Batches shrink to one example, axes to one entry and numbers to round ones, as long as the function fails in the same
way. That costs further calls of both functions: it is done only where somebody asked for examples.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder import messages, wording
from autograder.errors import CheckFailed, Mismatch, NotRecorded

_MOST_CALLS, _BUDGET_S = 80, 1.0
_MOST_NUMBERS, _MOST_CHARS = 16, 160
_NO_NUMBER = re.compile(r"should be -?(nan|inf)")
_PLAIN = (bool, int, float, str, type(None))

Arguments = Mapping[str, Any]  # by name, in the order of the signature
Fails = Callable[[Arguments], Mismatch | None]

Origin = tuple[str, str]  # the name of a module (none for a notebook), and of a function in it

_ORIGIN_OF: ContextVar[Callable[[object], Origin | None] | None] = ContextVar("_ORIGIN_OF", default=None)


@contextmanager
def examples(origin_of: Callable[[object], Origin | None] | None) -> Iterator[None]:
    """Look for examples. `origin_of` tells where the student has a function, None for what is no function of theirs."""
    token = _ORIGIN_OF.set(origin_of)
    try:
        yield
    finally:
        _ORIGIN_OF.reset(token)


def origin_of(function: object) -> Origin | None:
    """Where the student has a function, if examples are asked for and it is a function of theirs."""
    find = _ORIGIN_OF.get()
    return find(function) if find is not None else None


def smallest(arguments: Arguments, mismatch: Mismatch, fails: Fails) -> Arguments | None:
    """The smallest arguments for which `fails` still gives a mismatch of the same kind; None if they are no example."""
    if not all(isinstance(value, (torch.Tensor, *_PLAIN)) for value in arguments.values()):
        return None
    search = _Search(fails, kind(mismatch), dict(arguments))
    search.narrow_axes()
    search.simplify_numbers()
    return search.best if _count(search.best) <= _MOST_NUMBERS else None


def kind(mismatch: Mismatch) -> str:
    """What a message is about: two mismatches of one kind are the same failure."""
    text = mismatch.text
    if text.startswith("the gradient") or "has no gradient" in text:
        return "gradient"
    return next((word for word in ("shape", "dtype") if f" has {word} " in text), "value")


def three_lines(origin: Origin, arguments: Arguments, pick: str, by: str) -> str:
    """Imports, arguments, call: `pick` takes one result out of several; with `by` it is the gradient by that."""
    module, name = origin
    call = f"{name}({', '.join(arguments)}){pick}"
    values = ", ".join(_literal(value, key == by) for key, value in arguments.items())
    return "\n".join(
        [
            f"import torch; from {module} import {name}" if module else messages.pictures.IN_A_NOTEBOOK,
            f"{', '.join(arguments)} = {values}",
            f"torch.autograd.grad({call}.sum(), {by})[0]" if by else call,
        ]
    )


def shown(value: Any) -> str:
    """A result as an example shows it."""
    text = repr(value.detach()) if isinstance(value, torch.Tensor) else wording.kind_of(value)
    text = " ".join(text.split())
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"


def _literal(value: Any, wants_gradient: bool) -> str:
    if not isinstance(value, torch.Tensor):
        return repr(value)
    options = [] if value.dtype in (torch.float32, torch.int64, torch.bool) else [f"dtype={value.dtype}"]
    options += ["requires_grad=True"] if wants_gradient else []
    return f"torch.tensor({', '.join([_nested(value.tolist(), value.dtype), *options])})"


def _nested(value: Any, dtype: torch.dtype) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item, dtype) for item in value)}]"
    if not isinstance(value, float):
        return repr(value)
    if not math.isfinite(value):
        return f'float("{value}")'
    for digits in range(1, 17):  # as few as give the same number in this dtype
        text = f"{value:.{digits}g}"
        if float(torch.tensor(float(text), dtype=dtype)) == value:
            break
    return repr(float(text))


def _count(arguments: Arguments) -> int:
    return sum(value.numel() for value in arguments.values() if isinstance(value, torch.Tensor))


@dataclass
class _Search:
    """Goes from the arguments that failed to smaller ones that fail in the same way."""

    fails: Fails
    kind: str
    best: dict[str, Any]
    calls: int = 0
    started_s: float = field(default_factory=time.monotonic)

    def narrow_axes(self) -> None:
        """Give axes a length of 1, or 2 where that is too short; axes of one length together, else one by one."""
        while self._narrow_together() or self._narrow_alone():
            pass

    def simplify_numbers(self) -> None:
        """Round numbers as far as they go, one argument after another."""
        for name, value in list(self.best.items()):
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                for simpler in _simpler(value):
                    if self._accept({name: simpler}):
                        break
        plain = {name: _in_float32(value) for name, value in self.best.items() if isinstance(value, torch.Tensor)}
        if self.kind != "dtype" and any(self.best[name].dtype is torch.float64 for name in plain):
            self._accept(plain)

    def _narrow_together(self) -> bool:
        lengths = {size for _, tensor in self._tensors() for size in tensor.shape if size > 1}
        for length in sorted(lengths, reverse=True):
            for start, size in _cuts(length):
                changed = {n: _narrowed(t, length, start, size) for n, t in self._tensors() if length in t.shape}
                if self._accept(changed):
                    return True
        return False

    def _narrow_alone(self) -> bool:
        for name, tensor in self._tensors():
            for axis, length in enumerate(tensor.shape):
                for start, size in _cuts(length):
                    if self._accept({name: tensor.narrow(axis, start, size)}):
                        return True
        return False

    def _tensors(self) -> list[tuple[str, torch.Tensor]]:
        return [(name, value) for name, value in self.best.items() if isinstance(value, torch.Tensor)]

    def _accept(self, changed: Mapping[str, Any]) -> bool:
        """Take the changed arguments if they are others, and fail in the same way."""
        candidate = {**self.best, **changed}
        if all(_identical(candidate[name], self.best[name]) for name in changed):
            return False
        if self.calls >= _MOST_CALLS or time.monotonic() - self.started_s > _BUDGET_S:
            return False
        self.calls += 1
        if not self._survives(candidate):
            return False
        self.best = candidate
        return True

    def _survives(self, candidate: Arguments) -> bool:
        try:
            found = self.fails(candidate)
        except (CheckFailed, NotRecorded):
            return False
        except Exception:  # noqa: BLE001 - the reference need not take every input; then this is none
            return False
        return found is not None and kind(found) == self.kind and not _NO_NUMBER.search(found.text)


def _cuts(length: int) -> list[tuple[int, int]]:
    """Where to cut an axis, and how long it is then: any of its first entries alone, or the first two."""
    alone = [(start, 1) for start in range(min(length, 3))] if length > 1 else []
    return alone + ([(0, 2)] if length > 2 else [])


def _narrowed(tensor: torch.Tensor, length: int, start: int, size: int) -> torch.Tensor:
    for axis, own in enumerate(tensor.shape):
        if own == length:
            tensor = tensor.narrow(axis, start, size)
    return tensor


def _simpler(value: torch.Tensor) -> Iterator[torch.Tensor]:
    yield torch.zeros_like(value)
    yield torch.ones_like(value)
    for decimals in (0, 1, 2):
        yield value.detach().round(decimals=decimals)


def _in_float32(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.dtype is torch.float64 else value


def _identical(one: Any, other: Any) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and torch.equal(one, other)
