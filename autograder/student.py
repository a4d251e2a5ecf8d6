"""The wall, seen by a check: `student` behaves like the imported module.

Calls cross to the worker; tensors come back as ordinary tensors with an autograd graph, whose backward() asks the
worker for the vector-Jacobian product, so that `torch.autograd.grad` and `gradcheck` work on the student's code.
Objects of the student's stay in the worker and come back as `Remote`. `InProcess` is the same view of a module of
our own: the reference.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import torch

from autograder import messages, wording
from autograder.conversation import Answer, Conversation, Record
from autograder.errors import StudentCodeFailed
from autograder.worker import parcel, serve
from autograder.worker.plain import RemoteRef, TensorRef

_LENGTH_LIMIT = 1 << 24


class _Crossing(torch.autograd.Function):
    """From the differentiable arguments of a call to its differentiable results, by way of the worker."""

    @staticmethod
    def forward(
        ctx: Any,
        session: Conversation,
        what: str,
        record: Record,
        results: list[torch.Tensor],
        *inputs: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        ctx.session, ctx.what, ctx.record = session, what, record
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs)
        return tuple(results)

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor | None) -> tuple[torch.Tensor | None, ...]:
        _, *inputs = ctx.saved_tensors
        if all(cotangent is None for cotangent in cotangents):
            return None, None, None, None, None, *[None] * len(inputs)
        what, create_graph = messages.running.GRADIENT_OF.format(what=ctx.what), torch.is_grad_enabled()
        answer, leaves = ctx.session.vjp(what, ctx.record, cotangents, create_graph=create_graph)
        gradients = _open(answer, ctx.session, what, [*inputs, *leaves] if create_graph else [])
        return None, None, None, None, None, *_fit(gradients, inputs)


def _fit(gradients: Any, inputs: list[torch.Tensor]) -> list[torch.Tensor | None]:
    # The worker is untrusted: autograd is given gradients of the right number, shape and dtype only.
    if not isinstance(gradients, list) or len(gradients) != len(inputs):
        return [None] * len(inputs)
    return [
        g if isinstance(g, torch.Tensor) and g.shape == x.shape and g.dtype == x.dtype else None
        for g, x in zip(gradients, inputs, strict=True)
    ]


def _open(answer: Answer, session: Conversation, what: str, inputs: list[torch.Tensor]) -> Any:
    """The value of an answer: tensors in place, joined to the graph of `inputs` where they are differentiable."""
    tensors = list(answer.tensors)
    chosen = [i for i, differentiable in enumerate(answer.differentiable) if differentiable]
    if chosen and torch.is_grad_enabled():
        # The anchor makes results differentiable that depend only on parameters living in the worker.
        anchor = torch.zeros((), requires_grad=True)
        results = _Crossing.apply(session, what, answer.record, [tensors[i] for i in chosen], anchor, *inputs)  # type: ignore[no-untyped-call]
        for i, result in zip(chosen, results, strict=True):
            tensors[i] = result
    return _build(answer.tree, tensors, session, what)


def _build(tree: Any, tensors: list[torch.Tensor], session: Conversation, what: str) -> Any:
    match tree:
        case TensorRef(index):
            return tensors[index]
        case RemoteRef(handle, type_name):
            return Remote(session, handle, type_name, what)
        case list():
            return [_build(item, tensors, session, what) for item in tree]
        case tuple():
            return tuple(_build(item, tensors, session, what) for item in tree)
        case dict():
            return {key: _build(item, tensors, session, what) for key, item in tree.items()}
    return tree


def _call(session: Conversation, what: str, target: Any, *arguments: Any, **keywords: Any) -> Any:
    answer, inputs = session.call(what, target, arguments, keywords)
    return _open(answer, session, what, inputs)


class Remote(parcel.Handle):
    """An object that lives in the worker. Attributes, methods, calls, indexing and len() work as on the object."""

    __slots__ = ("_label", "_type_name")

    def __init__(self, session: Conversation, handle: int, type_name: str, label: str) -> None:
        super().__init__(handle, session)
        for slot, value in zip(self.__slots__, (label, type_name), strict=True):
            object.__setattr__(self, slot, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            return self._session.about(self._handle, name)
        label = name if self._handle == serve.MODULE_HANDLE else f"{self._label}.{name}"
        return _call(self._session, label, getattr, self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _call(self._session, f"{self._label}.{name}", setattr, self, name, value)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        what = wording.call(self._label, arguments, keywords)
        answer, inputs = self._session.call(what, self, arguments, keywords)
        return _open(answer, self._session, self._label, inputs)

    def __getitem__(self, key: Any) -> Any:
        return _call(self._session, f"{self._label}[{key!r}]", operator.getitem, self, key)

    def __len__(self) -> int:
        length = _call(self._session, messages.running.LENGTH_OF.format(label=self._label), len, self)
        if type(length) is not int or not 0 <= length <= _LENGTH_LIMIT:  # list() makes room for so many at once
            found = length if type(length) is int else wording.kind_of(length)
            raise StudentCodeFailed(messages.running.LENGTH.format(label=self._label, got=found, most=_LENGTH_LIMIT))
        return length

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<remote {self._type_name}>"


def origin_of(student: Student, function: object) -> tuple[str, str] | None:
    """The module and the name of a function that the student wrote; None for what is no such function."""
    found = object.__getattribute__(student, "_found")
    name = next((name for name, remote in found.items() if remote is function), None)
    return (object.__getattribute__(student.module, "_label"), name) if name is not None else None


def aside(student: Student, most_s: float) -> AbstractContextManager[None]:
    """Calls that are no part of a check, of `most_s` together: see Session.aside."""
    session: Any = object.__getattribute__(student, "_session")
    context: AbstractContextManager[None] = session.aside(most_s)
    return context


class Student:
    """The student's module. `student.name(...)` calls a function of it, or builds an object of one of its classes.

    A name that is plain data is refused, as it is no function; `student.module.NAME` gives it. Names of its own: `run`,
    `place`, `parameters`, `gradients`, `seed`, `settings`, `module`; `student.module.<name>` is the student's of that
    name.
    """

    def __init__(self, session: Conversation, module_name: str) -> None:
        self._session = session
        self._found: dict[str, Remote] = {}
        self.module = Remote(session, serve.MODULE_HANDLE, "module", module_name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if name not in self._found:
            value = getattr(self.module, name)
            if not isinstance(value, Remote):
                raise StudentCodeFailed(messages.running.NOT_CALLABLE.format(name=name, got=wording.kind_of(value)))
            self._found[name] = value
        return self._found[name]

    def run(self, recipe: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        """Run a recipe beside the student's code: `recipe(module, *arguments)`, in the worker."""
        return _call(self._session, recipe.__name__, recipe, self.module, *arguments, **keywords)

    def place(self, value: Any) -> Any:
        """Move a copy of an object of ours into the worker and get it back as a Remote, to look at it later."""
        return _call(self._session, type(value).__name__, serve.place, value)

    def parameters(self, model: Remote) -> dict[str, torch.Tensor]:
        """The values of a remote model's parameters, by name."""
        found: dict[str, torch.Tensor] = _call(self._session, "parameters()", serve.named_parameters, model)
        return found

    def gradients(self, model: Remote) -> dict[str, torch.Tensor | None]:
        """The gradients of a remote model's parameters, None where there is none.

        A backward() through the wall adds to them, as it would in one process.
        """
        found: dict[str, torch.Tensor | None] = _call(self._session, "gradients()", serve.named_gradients, model)
        return found

    def seed(self, number: int) -> None:
        """Seed the generators of torch, NumPy and Python in the worker."""
        _call(self._session, "seed()", serve.seed, number)

    def settings(self) -> dict[str, Any]:
        """Settings of the whole program in the worker that a function should leave as they are."""
        found: dict[str, Any] = _call(self._session, "settings()", serve.settings)
        return found


class InProcess:
    """A module of our own with the same face as `Student`: the line that works on one works on the other."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def run(self, recipe: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        """`recipe(module, *arguments)`."""
        return recipe(self.module, *arguments, **keywords)

    def place(self, value: Any) -> Any:
        """A copy of an object."""
        return copy.deepcopy(value)

    def parameters(self, model: torch.nn.Module) -> dict[str, torch.Tensor]:
        """The values of a model's parameters, by name."""
        return serve.named_parameters(model)

    def gradients(self, model: torch.nn.Module) -> dict[str, torch.Tensor | None]:
        """The gradients of a model's parameters, None where there is none."""
        return serve.named_gradients(model)

    def seed(self, number: int) -> None:
        """Seed the generators of torch, NumPy and Python."""
        serve.seed(number)

    def settings(self) -> dict[str, Any]:
        """Settings of the whole program that a function should leave as they are."""
        return serve.settings()
