"""Properties of a student's function that hold whatever its values are: how it treats shapes, batches and the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from autograder import messages
from autograder.compare.gradients import flatten
from autograder.compare.values import assert_close, tolerance_for
from autograder.errors import Mismatch
from autograder.wording import argument, kind_of


def assert_runs(actual: Callable[..., Any], expected: Callable[..., Any], *arguments: Any, **keywords: Any) -> None:
    """The student's function gives results of the kind, shape and dtype of the reference's; values are not looked at.

    Raises Mismatch.
    """
    name = expected.__name__
    where = _call(name, (*arguments, *keywords.values()))
    wanted = flatten(name, expected(*arguments, **keywords))
    seen = flatten(name, actual(*arguments, **keywords))
    for label, value in wanted.items():
        if label not in seen:
            there = ", ".join(seen) or messages.comparing.NOTHING
            raise Mismatch(messages.comparing.ABSENT.format(label=label, there=there, where=where))
        if isinstance(value, torch.Tensor):
            assert_close(_blank(seen[label]), _blank(value), name=label, where=where)
        elif not _same_kind(seen[label], value):
            raise Mismatch(
                messages.comparing.ANOTHER_KIND.format(
                    label=label, got=kind_of(seen[label]), wanted=kind_of(value), where=where
                )
            )
    if extra := [label for label in seen if label not in wanted]:
        raise Mismatch(messages.comparing.UNWANTED.format(label=extra[0], where=where))


def assert_batchwise(function: Callable[..., Any], *inputs: torch.Tensor, name: str) -> None:
    """Example i of the result depends on example i of the inputs only, and a permuted batch permutes the result.

    All inputs, and the result, have the batch first; the batch has 3 examples or more. Raises Mismatch.
    """
    whole = function(*inputs)
    if not isinstance(whole, torch.Tensor) or whole.shape[:1] != inputs[0].shape[:1]:
        raise Mismatch(messages.comparing.NOT_BATCHED.format(name=name, got=kind_of(whole)))
    where = _call(name, inputs)
    tolerance = tolerance_for(whole.dtype)
    order = torch.arange(len(inputs[0])).roll(1)
    mixed = function(*(value[order] for value in inputs))
    assert_close(
        mixed, whole[order], name=messages.comparing.PERMUTED.format(name=name), where=where, tolerance=tolerance
    )
    for some in (slice(0, 1), slice(1, None)):
        alone = function(*(value[some] for value in inputs))
        label = messages.comparing.FIRST_ALONE if some.start == 0 else messages.comparing.ALL_BUT_FIRST
        assert_close(alone, whole[some], name=label.format(name=name), where=where, tolerance=tolerance)


def assert_no_trace(student: Any, call: Callable[[], Any], *, name: str) -> None:
    """A call leaves the worker's default dtype, gradient mode and generators' seeds as they were. Raises Mismatch."""
    before = student.settings()
    call()
    after = student.settings()
    for what, value in before.items():
        if after.get(what) != value:
            raise Mismatch(messages.comparing.LEFT_A_TRACE.format(name=name, what=what))


def _same_kind(one: Any, other: Any) -> bool:
    kinds = [(int, float) if type(value) in (int, float) else type(value) for value in (one, other)]
    return kinds[0] == kinds[1]


def _blank(value: Any) -> Any:
    """The same tensor with its values gone."""
    return torch.zeros_like(value) if isinstance(value, torch.Tensor) else value


def _call(name: str, arguments: tuple[Any, ...]) -> str:
    return f"{name}({', '.join(argument(value) for value in arguments)})"
