"""How a wrong result is related to the right one: a factor, a shift, a sign, another reduction, another convention.

For mistakes that no catalogue has. A relation is told only if it holds for all values and gradients that were compared.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from autograder import messages
from autograder.compare.values import Tolerance, same
from autograder.errors import Evidence
from autograder.listing import listed

_CLOSE = Tolerance(rtol=1e-3, atol=1e-6)
_GRADIENT = messages.comparing.GRADIENT_OF_ALL.format(name="")
_ENOUGH = 3  # entries: two numbers are related to two others in too many ways

# How an argument may be misread: (its name begins with, what it was taken for, the value that a right function would
# have to be given to do the same).
_MISREADINGS: tuple[tuple[str, str, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    ("logvar", messages.comparing.LOG_STANDARD_DEVIATION, lambda v: 2 * v),
    ("logvar", messages.comparing.VARIANCE, lambda v: v.abs().log()),
    ("logvar", messages.comparing.STANDARD_DEVIATION, lambda v: 2 * v.abs().log()),
    ("var", messages.comparing.STANDARD_DEVIATION, lambda v: v.square()),
    ("var", messages.comparing.LOG_VARIANCE, lambda v: v.exp()),
    ("v", messages.comparing.STANDARD_DEVIATION, lambda v: v.square()),
    ("sigma", messages.comparing.VARIANCE, lambda v: v.sqrt()),
)


def hint(evidence: Evidence, expected: Callable[..., Any], inputs: Mapping[str, Any]) -> str | None:
    """What relates the results seen to the right ones, in a sentence, if anything does.

    `expected` is the right function and `inputs` its arguments by name, for what another reading of them gives.
    """
    values = {label: value for label, value in evidence.actual.items() if not label.startswith(_GRADIENT)}
    wanted = {label: evidence.expected.get(label) for label in values}
    if not all(isinstance(value, torch.Tensor) for value in (*values.values(), *wanted.values())):
        return None
    return (
        _reduction(values, wanted)
        or _proportion(evidence, values)
        or _shift(values, wanted)
        or _misreading(values, expected, inputs)
    )


def _proportion(evidence: Evidence, values: Mapping[str, torch.Tensor]) -> str | None:
    labels = [label for label, value in evidence.actual.items() if isinstance(value, torch.Tensor)]
    if any(not isinstance(evidence.expected.get(label), torch.Tensor) for label in labels):
        return None
    seen, right = (
        torch.cat([side[label].detach().double().reshape(-1) for label in labels]) if labels else None
        for side in (evidence.actual, evidence.expected)
    )
    if seen is None or right is None or len(seen) != len(right) or len(seen) < _ENOUGH:
        return None
    if not bool((seen.isfinite() & right.isfinite()).all()) or not bool(right.any()):
        return None
    factor = float((seen * right).sum() / right.square().sum())
    if abs(factor) < 1e-6 or abs(factor - 1) < 1e-3 or not same(seen, factor * right, _CLOSE):
        return None
    with_gradients = len(labels) > len(values)
    if abs(factor + 1) < 1e-3:
        return messages.comparing.EVERYTHING_SIGN if with_gradients else messages.comparing.RESULT_SIGN
    words = messages.comparing.EVERYTHING_FACTOR if with_gradients else messages.comparing.RESULT_FACTOR
    return words.format(factor=_number(factor))


def _shift(values: Mapping[str, torch.Tensor], wanted: Mapping[str, Any]) -> str | None:
    if len(values) != 1:
        return None
    (seen,), (right,) = values.values(), wanted.values()
    if seen.shape != right.shape or seen.numel() < _ENOUGH:
        return None
    difference = seen.detach().double() - right.detach().double()
    mean = float(difference.mean())
    if not (math.isfinite(mean) and abs(mean) > 1e-3) or not same(
        difference, torch.full_like(difference, mean), _CLOSE
    ):
        return None
    words = messages.comparing.TOO_LARGE if mean > 0 else messages.comparing.TOO_SMALL
    return words.format(amount=_number(abs(mean)))


def _reduction(values: Mapping[str, torch.Tensor], wanted: Mapping[str, Any]) -> str | None:
    for label, seen in values.items():
        right, seen = wanted[label].detach().double(), seen.detach().double()
        if seen.shape == right.shape:
            continue
        if seen.dim() == right.dim() == 2 and seen.T.shape == right.shape and same(seen.T, right, _CLOSE):
            return messages.comparing.AXES_EXCHANGED.format(label=label)
        if seen.numel() == right.numel() and same(seen.reshape(right.shape), right, _CLOSE):
            return messages.comparing.SHAPE_ONLY.format(label=label)
        for there, here, words in (
            (right, seen, messages.comparing.REDUCED_TOO_FAR),
            (seen, right, messages.comparing.NOT_REDUCED),
        ):
            for name, value in _reductions(there):
                if value.shape == here.shape and same(value, here, _CLOSE):
                    return words.format(label=label, reduction=name)
    return None


def _reductions(value: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    yield messages.comparing.SUM_OF_ALL, value.sum()
    yield messages.comparing.MEAN_OF_ALL, value.mean()
    if value.dim() > 1:
        yield messages.comparing.SUM_OF_FIRST, value.sum(0)
        yield messages.comparing.MEAN_OF_FIRST, value.mean(0)
        yield messages.comparing.SUM_OF_LAST, value.sum(-1)
        yield messages.comparing.MEAN_OF_LAST, value.mean(-1)


def _misreading(
    values: Mapping[str, torch.Tensor], expected: Callable[..., Any], inputs: Mapping[str, Any]
) -> str | None:
    if len(values) != 1:
        return None
    (seen,) = values.values()
    real = [name for name, value in inputs.items() if isinstance(value, torch.Tensor) and value.is_floating_point()]
    for prefix, taken_for, as_if in _MISREADINGS:
        names = tuple(name for name in real if name == prefix or name.startswith(f"{prefix}_"))
        if names and _gives(expected, {**inputs, **{name: as_if(inputs[name]) for name in names}}, seen):
            words = messages.comparing.MISREAD if len(names) == 1 else messages.comparing.SEVERAL_MISREAD
            return words.format(names=listed(names), taken_for=taken_for)
    tensors = [name for name, value in inputs.items() if isinstance(value, torch.Tensor)]
    for i, first in enumerate(tensors):
        for second in tensors[i + 1 :]:
            if inputs[first].shape == inputs[second].shape:
                if _gives(expected, {**inputs, first: inputs[second], second: inputs[first]}, seen):
                    return messages.comparing.EXCHANGED.format(first=first, second=second)
    return None


def _gives(expected: Callable[..., Any], inputs: Mapping[str, Any], seen: torch.Tensor) -> bool:
    try:
        value = expected(*(inputs[name] for name in inspect.signature(expected).parameters if name in inputs))
    except Exception:  # noqa: BLE001 - the right function need not accept what nobody should give it
        return False
    return isinstance(value, torch.Tensor) and bool(value.isfinite().all()) and same(seen, value, _CLOSE)


def _number(value: float) -> str:
    for whole in range(1, 1001):
        if abs(value * whole - 1) < 1e-3:
            return f"1/{whole}" if whole > 1 else "1"
    return f"{value:.4g}"
