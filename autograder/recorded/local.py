"""A conversation with a module of our own, in this process: packed and opened as for a worker, without the wall."""

from __future__ import annotations

import builtins
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from autograder.conversation import Answer, Record, enveloped
from autograder.errors import GraderError
from autograder.recorded.tape import Said
from autograder.worker import parcel, plain, serve, wire

_BOUNDS = wire.Bounds(header_bytes=1 << 30, body_bytes=1 << 34)
_NOWHERE = Path("/nowhere")  # no frame of a traceback is the student's


class Local:
    """Has the module's functions called. What they raise comes as an exception of the same name."""

    def __init__(self, module: ModuleType | Any) -> None:
        self.worker = serve.Worker(_BOUNDS, _NOWHERE)
        self.worker.objects[serve.MODULE_HANDLE] = module
        self._released: list[int] = []
        self._number = 0

    def call(
        self, what: str, target: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[Answer, list[torch.Tensor]]:
        """The answer of a function, and the arguments that a gradient can be asked for."""
        said, leaves = self.exchange(serve.Request(target, arguments, keywords))
        return self.answer(said), leaves

    def vjp(
        self, what: str, record: Record, cotangents: tuple[torch.Tensor | None, ...], *, create_graph: bool
    ) -> tuple[Answer, list[torch.Tensor]]:
        """Cotangents times the Jacobian of an earlier result."""
        said, leaves = self.exchange(
            serve.Request(record=record.number, cotangents=cotangents, create_graph=create_graph)
        )
        return self.answer(said), leaves

    def about(self, handle: int, name: str) -> Any:
        """What Python asks of a function: its name and its signature."""
        value = self.worker.objects[handle]
        if name == "__signature__" and callable(value):
            return inspect.signature(value)
        if name == "__name__":
            return getattr(value, name)
        raise AttributeError(name)

    def exchange(self, request: serve.Request) -> tuple[Said, list[torch.Tensor]]:
        """Have a request answered. Raises GraderError if it cannot be asked, or answered in plain data."""
        try:
            packed = parcel.pack_request(request, parcel.SECRET_ROOTS)
        except parcel.Unpackable as error:
            raise GraderError(f"the reference cannot be asked this: {error}") from error
        if any(owner is not self for owner in packed.owners):
            raise GraderError("the reference is given an object of the student's")
        self._number += 1
        released, self._released[:] = list(self._released), []
        envelope, buffers = enveloped(self._number, packed, [], released)
        message, body = self.worker.answer(envelope, bytearray(b"".join(buffers)))
        match message["kind"]:
            case "raised":
                return Said(raised=(message["type"], message["text"])), packed.differentiable
            case "value":
                joined = bytearray(b"".join(body))
                infos = plain.tensor_infos(message["tensors"], len(joined), _BOUNDS)
                differentiable = tuple(info.differentiable for info in infos)
                tensors = tuple(plain.read_tensors(infos, joined))
                return Said(message["value"], tensors, differentiable), packed.differentiable
        raise GraderError(f"the reference cannot answer this: {message.get('text')}")

    def answer(self, said: Said) -> Answer:
        """What was said, as `student.py` takes it. Raises what was raised."""
        return answer_of(said, Record(self._number, self._released))


def answer_of(said: Said, record: Record) -> Answer:
    """What was said, as `student.py` takes it. Raises what was raised."""
    if said.raised is not None:
        raise raised(*said.raised)
    tensors = [tensor.clone() for tensor in said.tensors]
    return Answer(plain.read_tree(said.tree, len(tensors), _BOUNDS), tensors, list(said.differentiable), record)


def raised(kind: str, text: str) -> Exception:
    """An exception with this name and text."""
    known = getattr(builtins, kind, None)
    if not (isinstance(known, type) and issubclass(known, Exception)) or issubclass(known, UnicodeError):
        known = type(kind, (RuntimeError,), {})
    found: Exception = known(text)
    return found
