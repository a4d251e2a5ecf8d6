"""Single values: what is X, but should be Y [where].

The order is fixed, so that the first difference is the most useful one: kind, shape, dtype, finiteness, values.
Shapes are compared before values, so that broadcasting never hides a wrong one, and NaN equals nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch

from autograder import messages
from autograder.errors import Evidence, Mismatch
from autograder.wording import dtype_name, kind_of, shape_of


@dataclass(frozen=True)
class Tolerance:
    """|actual - expected| <= atol + rtol * |expected|."""

    rtol: float
    atol: float

    def __str__(self) -> str:
        return messages.comparing.TOLERANCE.format(atol=_short(self.atol), rtol=_short(self.rtol))


# Reductions over some hundred terms that are summed in another order, against a reference in float64.
DEFAULT_TOLERANCES = {
    torch.float16: Tolerance(rtol=1e-2, atol=1e-3),
    torch.bfloat16: Tolerance(rtol=3e-2, atol=1e-2),
    torch.float32: Tolerance(rtol=1e-4, atol=1e-5),
    torch.float64: Tolerance(rtol=1e-8, atol=1e-9),
}


_MISTAKEN_REFERENCE = ContextVar("_MISTAKEN_REFERENCE", default=False)


@contextmanager
def mistaken_reference() -> Iterator[None]:
    """While the reference has a mistake in it: where it overflows, the student's function may do so too."""
    token = _MISTAKEN_REFERENCE.set(True)
    try:
        yield
    finally:
        _MISTAKEN_REFERENCE.reset(token)


def reference_is_mistaken() -> bool:
    """Whether the reference has a mistake in it now."""
    return _MISTAKEN_REFERENCE.get()


def tolerance_for(dtype: torch.dtype, rtol: float | None = None, atol: float | None = None) -> Tolerance:
    """The default tolerance of a dtype (exact for integers and bools), with what is given put in its place."""
    default = DEFAULT_TOLERANCES.get(dtype, Tolerance(0.0, 0.0))
    return Tolerance(default.rtol if rtol is None else rtol, default.atol if atol is None else atol)


def assert_close(
    actual: Any,
    expected: torch.Tensor | float,
    *,
    name: str,
    where: str = "",
    dtype: torch.dtype | None = None,
    tolerance: Tolerance | None = None,
) -> None:
    """`actual`, called `name` in messages, is a tensor with the shape, the dtype and the values of `expected`.

    A number is compared with a number. `dtype` is what the result should have, if not the dtype of `expected` (which
    may be more exact). Raises Mismatch, whose text ends with `where` in brackets.
    """
    try:
        _assert_close(actual, expected, name, f" [{where}]" if where else "", dtype, tolerance)
    except Mismatch as mismatch:
        mismatch.evidence = Evidence(where, {name: actual}, {name: expected})
        raise


def _assert_close(
    actual: Any,
    expected: torch.Tensor | float,
    name: str,
    end: str,
    dtype: torch.dtype | None,
    tolerance: Tolerance | None,
) -> None:
    if not isinstance(expected, torch.Tensor):
        _assert_number(actual, expected, name, end, tolerance)
        return
    dtype = dtype or expected.dtype
    if not isinstance(actual, torch.Tensor):
        raise Mismatch(
            messages.comparing.NOT_A_TENSOR.format(name=name, got=kind_of(actual), wanted=shape_of(expected), end=end)
        )
    if actual.shape != expected.shape:
        raise Mismatch(
            messages.comparing.SHAPE.format(name=name, got=shape_of(actual), wanted=shape_of(expected), end=end)
        )
    if actual.dtype != dtype:
        raise Mismatch(
            messages.comparing.DTYPE.format(name=name, got=dtype_name(actual.dtype), wanted=dtype_name(dtype), end=end)
        )
    if dtype.is_floating_point:
        _assert_values(actual.detach(), expected.detach(), name, end, tolerance or tolerance_for(dtype))
    else:
        _assert_equal(actual, expected.to(dtype), name, end)


def same(actual: Any, expected: Any, tolerance: Tolerance) -> bool:
    """Whether two results are the same up to a tolerance; here, unlike in a comparison for points, NaN equals NaN."""
    if not isinstance(actual, torch.Tensor) or not isinstance(expected, torch.Tensor):
        return False
    if actual.shape != expected.shape:
        return False
    a, b = actual.detach().double(), expected.detach().double()
    near = b.isfinite() & ((a - b).abs() <= tolerance.atol + tolerance.rtol * b.abs())
    close = (a == b) | near | (a.isnan() & b.isnan())
    return bool(close.all())


def _assert_number(actual: Any, expected: float, name: str, end: str, tolerance: Tolerance | None) -> None:
    if isinstance(actual, torch.Tensor) and actual.numel() == 1 and actual.dim() == 0:
        actual = actual.item()
    if isinstance(actual, bool) or not isinstance(actual, (int, float)):
        raise Mismatch(messages.comparing.NOT_A_NUMBER.format(name=name, got=kind_of(actual), end=end))
    pair = torch.tensor([float(actual), float(expected)], dtype=torch.float64)
    _assert_values(pair[0], pair[1], name, end, tolerance or DEFAULT_TOLERANCES[torch.float64])


def _assert_equal(actual: torch.Tensor, expected: torch.Tensor, name: str, end: str) -> None:
    wrong = actual != expected  # as they are: large integers that differ may have the same float
    if bool(wrong.any()):
        index = _first(wrong)
        tail = _tail(messages.comparing.SOME_OFF, wrong)
        place = f"{name}{list(index)}" if index else name
        got, wanted = actual[index].item(), expected[index].item()
        raise Mismatch(
            messages.comparing.VALUE.format(place=place, got=got, wanted=wanted, within="", tail=tail, end=end)
        )


def _assert_values(actual: torch.Tensor, expected: torch.Tensor, name: str, end: str, tolerance: Tolerance) -> None:
    actual, expected = actual.double(), expected.double()
    error = (actual - expected).abs()
    allowed = tolerance.atol + tolerance.rtol * expected.abs()
    close = (actual == expected) | (torch.isfinite(actual) & torch.isfinite(expected) & (error <= allowed))
    if reference_is_mistaken():
        close = close | (actual.isnan() & expected.isnan())
    if bool(close.all()):
        return
    broken = torch.isfinite(expected) & ~torch.isfinite(actual)
    if bool(broken.any()):
        index, tail = _first(broken), _tail(messages.comparing.SOME_NOT_FINITE, broken)
    else:
        excess = torch.where(close, torch.full_like(error, -1.0), torch.nan_to_num(error - allowed, nan=math.inf))
        index, tail = _at(int(excess.argmax()), actual.shape), _tail(messages.comparing.SOME_OFF, ~close)
    got, wanted = _two(float(actual[index]), float(expected[index]))
    within = messages.comparing.WITHIN.format(tolerance=tolerance) if tolerance != Tolerance(0.0, 0.0) else ""
    place = f"{name}{list(index)}" if index else name
    raise Mismatch(
        messages.comparing.VALUE.format(place=place, got=got, wanted=wanted, within=within, tail=tail, end=end)
    )


def _tail(words: str, wrong: torch.Tensor) -> str:
    """How many values are wrong, if there is more than one."""
    return words.format(count=int(wrong.sum()), total=wrong.numel()) if wrong.numel() > 1 else ""


def _first(mask: torch.Tensor) -> tuple[int, ...]:
    return _at(int(mask.reshape(-1).int().argmax()), mask.shape)


def _at(flat: int, shape: torch.Size) -> tuple[int, ...]:
    return tuple(int(i) for i in torch.unravel_index(torch.tensor(flat), shape)) if shape else ()


def _two(actual: float, expected: float) -> tuple[str, str]:
    """Two numbers with as few digits as tell them apart, five at least."""
    for digits in (5, 8, 12, 17):
        pair = f"{actual:.{digits}g}", f"{expected:.{digits}g}"
        if pair[0] != pair[1]:
            break
    return pair


def _short(number: float) -> str:
    return f"{number:.0e}".replace("e-0", "e-") if 0 < number < 1e-2 else f"{number:g}"
