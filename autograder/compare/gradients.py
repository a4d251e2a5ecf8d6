"""A function of the student's against one of ours: values, then gradients with respect to each input.

The reference runs in float64 on the same inputs. Gradients are compared under a fixed random cotangent: v·f is
differentiated for one random v, which no constant factor, sign or missing path survives.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from autograder import messages
from autograder.compare import relations, smallest
from autograder.compare.inputs import normal
from autograder.compare.values import Tolerance, assert_close, reference_is_mistaken, same, tolerance_for
from autograder.errors import CheckFailed, Evidence, Mismatch, NotRecorded
from autograder.exhibits import Example
from autograder.listing import listed
from autograder.wording import argument, kind_of

_COTANGENT_SEED = 20_140_401


@dataclass(frozen=True)
class _Case:
    """One call that both sides make."""

    name: str
    arguments: dict[str, Any]  # by name, in the order of the reference's signature
    differentiable: tuple[str, ...]
    rtol: float | None
    atol: float | None

    @property
    def where(self) -> str:
        shown = [f"{name} {argument(value)}" for name, value in self.arguments.items()]
        return f"{self.name}({', '.join(shown)})"

    def inputs(self, dtype: torch.dtype | None = None) -> dict[str, Any]:
        """Fresh leaves for one call: the differentiable arguments ask for a gradient."""
        fresh = {}
        for name, value in self.arguments.items():
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                leaf = value.detach().to(dtype or value.dtype)
                fresh[name] = leaf.requires_grad_() if name in self.differentiable else leaf
            else:
                fresh[name] = value
        return fresh

    def tolerance(self, dtype: torch.dtype) -> Tolerance:
        return tolerance_for(dtype, self.rtol, self.atol)


@dataclass(frozen=True)
class _Seen:
    """What one side gave for a case: the value, the results in it by label, and the inputs it was given."""

    value: Any
    results: dict[str, Any]
    inputs: dict[str, Any]

    def everything(self, case: _Case) -> dict[str, Any]:
        """The results and, as far as there are any, the gradients, by label: for the diagnosis."""
        try:
            gradients = self.gradients(case) if case.differentiable else {}
        except (CheckFailed, RuntimeError):
            gradients = {}
        shown = {messages.comparing.GRADIENT_OF_ALL.format(name=name): value for name, value in gradients.items()}
        return {**self.results, **shown}

    def gradients(self, case: _Case) -> dict[str, torch.Tensor | None]:
        total = torch.zeros((), dtype=torch.float64)
        for number, label in enumerate(sorted(self.results)):  # a dict of the student's may have another order
            result = self.results[label]
            if isinstance(result, torch.Tensor) and result.is_floating_point():
                if not result.requires_grad:
                    raise Mismatch(
                        messages.comparing.NO_GRADIENT_AT_ALL.format(
                            label=label, names=listed(case.differentiable), where=case.where
                        ),
                        hint=messages.comparing.NO_GRADIENT_AT_ALL_HINT,
                    )
                cotangent = normal(*result.shape, seed=_COTANGENT_SEED + number, dtype=torch.float64)
                total = total + (result.double() * cotangent).sum()
        leaves = [self.inputs[name] for name in case.differentiable]
        found = torch.autograd.grad(total, leaves, allow_unused=True, retain_graph=True)
        return dict(zip(case.differentiable, found, strict=True))


def assert_matches(
    actual: Callable[..., Any],
    expected: Callable[..., Any],
    *arguments: Any,
    without_gradient: Sequence[str] = (),
    rtol: float | None = None,
    atol: float | None = None,
    **keywords: Any,
) -> None:
    """The student's function `actual` equals the reference's `expected` for these arguments, gradients included.

    Compared are the kind, shape, dtype and values of every result (tensors, or tuples, lists and dicts of them), and
    then the gradient with respect to every floating-point tensor argument whose name is not in `without_gradient`.
    Raises Mismatch, whose evidence holds all values and gradients of both sides.
    """
    case = _case(expected, arguments, keywords, without_gradient, rtol, atol)
    seen = _run(actual, case)
    try:
        _compare(seen, expected, case)
    except Mismatch as mismatch:
        with suppress(NotRecorded):  # then the failure is told without
            _explain(mismatch, seen, expected, case)
        if (origin := smallest.origin_of(actual)) is not None:
            mismatch.find_example = partial(_example, origin, mismatch, actual, expected, case)
        raise
    if (aside := _ASIDE.get()) is not None:
        with aside():
            _explain(Mismatch(""), seen, expected, case)


_ASIDE: ContextVar[Callable[[], AbstractContextManager[None]] | None] = ContextVar("_ASIDE", default=None)


@contextmanager
def explaining_always(aside: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Ask the reference what a failure would have to be explained with, also where nothing fails: to record it.

    It is asked within `aside()`, which leaves the reference as it was.
    """
    token = _ASIDE.set(aside)
    try:
        yield
    finally:
        _ASIDE.reset(token)


def _explain(mismatch: Mismatch, seen: _Seen, expected: Callable[..., Any], case: _Case) -> None:
    exact = _run(expected, case, torch.float64)
    mismatch.evidence = Evidence(case.where, seen.everything(case), exact.everything(case))
    mismatch.hint = mismatch.hint or relations.hint(mismatch.evidence, expected, case.inputs(torch.float64))


def _example(
    origin: smallest.Origin,
    mismatch: Mismatch,
    actual: Callable[..., Any],
    expected: Callable[..., Any],
    case: _Case,
) -> Example | None:
    """A small input that shows the mismatch. Raises what the functions raise."""
    arguments = smallest.smallest(case.arguments, mismatch, _failing(actual, expected, case))
    if arguments is None:
        return None
    small = replace(case, arguments=dict(arguments))
    by_gradient = smallest.kind(mismatch) == "gradient"
    looks = [_summed(name) for name in case.differentiable] if by_gradient else [_results]
    for look, by in zip(looks, case.differentiable if by_gradient else ("",), strict=True):
        seen, again, wanted = (look(function, small) for function in (actual, actual, expected))
        for label, value in seen.items():
            right = wanted.get(label)
            if not _alike(value, again.get(label)):  # it draws numbers: pasted, it gives others
                return None
            if not _alike(value, right):
                code = smallest.three_lines(origin, arguments, label.removeprefix(case.name), by)
                return Example(code, smallest.shown(value), smallest.shown(right))
    return None


def _failing(
    actual: Callable[..., Any], expected: Callable[..., Any], case: _Case
) -> Callable[[Mapping[str, Any]], Mismatch | None]:
    def fails(arguments: Mapping[str, Any]) -> Mismatch | None:
        other = replace(case, arguments=dict(arguments))
        try:
            _compare(_run(actual, other), expected, other)
        except Mismatch as mismatch:
            return mismatch
        return None

    return fails


def _results(function: Callable[..., Any], case: _Case) -> dict[str, Any]:
    return _run(function, case).results


def _summed(name: str) -> Callable[[Callable[..., Any], _Case], dict[str, Any]]:
    """The gradients of the sums of a function's results by one argument: what a student would ask for."""

    def gradients(function: Callable[..., Any], case: _Case) -> dict[str, Any]:
        seen = _run(function, case)
        leaf = seen.inputs[name]
        found = {}
        for label, result in seen.results.items():
            if isinstance(result, torch.Tensor) and result.requires_grad:
                (gradient,) = torch.autograd.grad(result.sum(), leaf, allow_unused=True, retain_graph=True)
                found[label] = torch.zeros_like(leaf) if gradient is None else gradient
        return found

    return gradients


def _alike(one: Any, other: Any) -> bool:
    if not isinstance(one, torch.Tensor) or not isinstance(other, torch.Tensor):
        return type(one) is type(other)
    return one.dtype == other.dtype and same(one, other, tolerance_for(one.dtype))


def _case(
    expected: Callable[..., Any],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    without_gradient: Sequence[str],
    rtol: float | None,
    atol: float | None,
) -> _Case:
    bound = inspect.signature(expected).bind(*arguments, **keywords).arguments
    floating = [name for name, value in bound.items() if isinstance(value, torch.Tensor) and value.is_floating_point()]
    unknown = set(without_gradient) - set(floating)
    if unknown:
        raise ValueError(f"without_gradient names {', '.join(sorted(unknown))}, which is no floating-point argument")
    differentiable = tuple(name for name in floating if name not in without_gradient)
    return _Case(expected.__name__, dict(bound), differentiable, rtol, atol)


def _run(function: Callable[..., Any], case: _Case, dtype: torch.dtype | None = None) -> _Seen:
    inputs = case.inputs(dtype)
    value = function(*inputs.values())
    return _Seen(value, flatten(case.name, value), inputs)


def _compare(seen: _Seen, expected: Callable[..., Any], case: _Case) -> None:
    plain = flatten(case.name, expected(*case.inputs().values()))  # for the dtype and the structure of the results
    exact = _run(expected, case, None if reference_is_mistaken() else torch.float64)
    if isinstance(exact.value, torch.Tensor) and not isinstance(seen.value, torch.Tensor):
        assert_close(seen.value, exact.value, name=case.name, where=case.where)
    for label, wanted in exact.results.items():
        if label not in seen.results:
            raise Mismatch(_absent(label, seen, case))
        dtype = plain[label].dtype if isinstance(wanted, torch.Tensor) else None
        tolerance = case.tolerance(dtype) if dtype is not None else None
        assert_close(seen.results[label], wanted, name=label, where=case.where, dtype=dtype, tolerance=tolerance)
    if extra := [label for label in seen.results if label not in exact.results]:
        raise Mismatch(messages.comparing.UNWANTED.format(label=extra[0], where=case.where))
    if case.differentiable and any(isinstance(r, torch.Tensor) and r.requires_grad for r in exact.results.values()):
        _compare_gradients(seen, exact, case)


def _compare_gradients(seen: _Seen, exact: _Seen, case: _Case) -> None:
    actual, wanted = seen.gradients(case), exact.gradients(case)
    for name in case.differentiable:
        expected = wanted[name]
        if expected is None or not bool(expected.any()):
            expected = torch.zeros_like(exact.inputs[name])
        elif actual[name] is None:
            raise Mismatch(
                messages.comparing.NO_GRADIENT.format(result=case.name, name=name, where=case.where),
                hint=messages.comparing.NO_GRADIENT_HINT.format(name=name),
            )
        dtype = seen.inputs[name].dtype
        found = actual[name] if actual[name] is not None else torch.zeros_like(seen.inputs[name])
        label = messages.comparing.GRADIENT.format(result=case.name, name=name)
        assert_close(found, expected, name=label, where=case.where, dtype=dtype, tolerance=case.tolerance(dtype))


def flatten(label: str, value: Any) -> dict[str, Any]:
    """The results of a call by label: kl, elbo["loss"], encode[0]."""
    if isinstance(value, dict):  # a key of the student's may be very long
        return {k: v for key, item in value.items() for k, v in flatten(f"{label}[{repr(key)[:40]}]", item).items()}
    if isinstance(value, (list, tuple)):
        return {k: v for i, item in enumerate(value) for k, v in flatten(f"{label}[{i}]", item).items()}
    return {label: value}


def _absent(label: str, seen: _Seen, case: _Case) -> str:
    got = seen.results.get(case.name, None)
    if list(seen.results) == [case.name]:
        return messages.comparing.NO_PARTS.format(name=case.name, got=kind_of(got), label=label, where=case.where)
    there = ", ".join(seen.results) or messages.comparing.NOTHING
    return messages.comparing.ABSENT.format(label=label, there=there, where=case.where)
