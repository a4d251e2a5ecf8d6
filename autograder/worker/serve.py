"""The worker: confines itself, imports the student's module and answers requests until it is killed.

A request is a callable with arguments (the student's module is handle 0), or a vector-Jacobian product of an
earlier result. Every request gets exactly one reply: a value as plain data, or what the student's code raised.
Objects stay here, behind handles; so does the autograd graph of every result that a gradient can be asked for.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import json
import mmap
import os
import pickle
import random
import signal
import socket
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch

from autograder.worker import confine, describe, gradients, parcel, piecewise, plain, wire

SOCKET_FD, WORDS_FD = 3, 4
MODULE_HANDLE = 0
NO_MODULE = ""  # for a worker that only tries whether a request opens
NAMES = 300
_TEXT_CHARS = 4000
_RESERVE_BYTES = 4 << 20
_HEADER_SPARE_BYTES = 1 << 14  # for what is added to a header after it was measured


@dataclass(frozen=True)
class Task:
    """What a worker is told to do: the plan for its confinement, the module and the seed."""

    plan: confine.Plan
    module_file: str  # relative to the plan's home
    seed: int
    piecewise: bool = False  # of what was cut out of a file: a statement that fails costs itself only


@dataclass(frozen=True)
class Request:
    """What the grader asks: a call, or a vector-Jacobian product if `record` is given."""

    target: Any = None
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] | None = None
    record: int | None = None
    cotangents: tuple[torch.Tensor | None, ...] = ()
    create_graph: bool = False


@dataclass(frozen=True)
class Envelope:
    """The header of a frame towards the worker: the packed request and what is needed to unpack it."""

    id: int
    pickled: bytes
    slots: list[parcel.Slot]
    extents: list[tuple[int, int]]  # offset and length of each storage in the body
    watched: list[int]  # slots of the plain tensor arguments: the student's code must not change them
    grad_enabled: bool
    released: list[int]  # records that the grader needs no more

    def packed(self) -> bytes:
        """The header of the frame."""
        return pickle.dumps(self)


def run(task: Task, bounds: wire.Bounds, parent_pid: int, layers: Collection[str]) -> None:
    """The whole life of a worker; returns when the grader closes the socket. It confines itself by these layers."""
    _redirect_output()
    faulthandler.enable(file=WORDS_FD, all_threads=False)
    faulthandler.register(signal.SIGUSR1, file=WORDS_FD, all_threads=False)
    seed(task.seed)
    with socket.socket(fileno=SOCKET_FD) as sock:
        # The first word is said before any code of the student's has run: whatever goes wrong until then is our fault.
        try:
            confine.confine(task.plan, layers)
        except (OSError, ValueError) as error:
            wire.send(sock, wire.pack(_header({"id": 0, "kind": "unconfined", "text": str(error)})))
            return
        if os.getppid() != parent_pid:  # the nursery ended before the kernel was asked to end us with it
            return
        wire.send(sock, wire.pack(_header({"id": 0, "kind": "confined"})))
        worker = Server(sock, bounds, Path(task.plan.home))
        if worker.introduce(task.module_file, task.piecewise):
            worker.serve()


def _redirect_output() -> None:
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)  # the nursery put /dev/null there
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


class _Anything(list[Any]):
    """Stands for the objects behind handles where there are none."""

    def __getitem__(self, number: Any) -> Any:
        return None


class Worker:
    """Answers requests, and keeps the objects and graphs that they are about."""

    def __init__(self, bounds: wire.Bounds, home: Path) -> None:
        self.bounds = bounds
        self.home = home
        self.objects: list[Any] = [None]
        self.records: dict[int, gradients.Record] = {}
        self.reserve = _reserve()
        self.only_opens = False  # for a worker without the student's module

    def answer(self, envelope: Envelope, body: bytearray) -> tuple[dict[str, Any], list[bytes]]:
        """The reply to one request: header and tensor bytes."""
        for number in envelope.released:
            self.records.pop(number, None)
        storages = [memoryview(body)[start : start + length] for start, length in envelope.extents]
        before = [bytes(storages[envelope.slots[i].storage]) for i in envelope.watched]
        try:
            with torch._C.DisableTorchFunction():  # a mode that the student left on must not touch what arrives
                unpacked = parcel.unpack_request(envelope.pickled, envelope.slots, storages, self.objects.__getitem__)
        except Exception as error:  # noqa: BLE001 - the grader finds out whose fault it is: see opening.py
            text = f"{type(error).__name__}: {error}"
            return {"id": envelope.id, "kind": "unopened", "text": text[:_TEXT_CHARS]}, []
        if self.only_opens:
            return {"id": envelope.id, "kind": "opened"}, []
        try:
            with torch.set_grad_enabled(envelope.grad_enabled):
                value, inputs = self.perform(unpacked.request, unpacked.leaves)
        except BaseException as error:  # noqa: BLE001 - whatever the student's code does is an answer
            return {"id": envelope.id, "kind": "raised", **self.describe(error)}, []
        try:
            with torch._C.DisableTorchFunction():
                message, buffers = self.value(envelope.id, value, inputs)
        except plain.Unsendable as problem:
            return {"id": envelope.id, "kind": "unsendable", "text": str(problem)}, []
        except Exception as error:  # noqa: BLE001 - it is no honest tensor, list or dict: nothing else fails to pack
            text = f"something that cannot be read ({type(error).__name__}: {error})"
            return {"id": envelope.id, "kind": "unsendable", "text": text[:_TEXT_CHARS]}, []
        after = [storages[envelope.slots[i].storage] for i in envelope.watched]
        message["changed"] = [i for i, old, new in zip(envelope.watched, before, after, strict=True) if old != new]
        return message, buffers

    def perform(self, request: Request, leaves: list[torch.Tensor]) -> tuple[Any, list[torch.Tensor]]:
        """The value of a request, and the tensors that gradients of this value may be asked for."""
        if request.record is None:
            return request.target(*request.arguments, **(request.keywords or {})), leaves
        record = self.records[request.record]
        if request.create_graph:
            return gradients.differentiable_vjp(record, request.cotangents), [*record.inputs, *leaves]
        return gradients.vjp(record, request.cotangents), []

    def value(self, number: int, value: Any, inputs: list[torch.Tensor]) -> tuple[dict[str, Any], list[bytes]]:
        encoder = plain.Encoder(self.keep, self.bounds)
        tree = encoder.tree(value)
        infos = encoder.infos()
        outputs = [tensor for tensor, info in zip(encoder.tensors, infos, strict=True) if info[2]]
        if outputs:
            self.records[number] = gradients.Record(inputs, outputs)
        message = {"id": number, "kind": "value", "value": tree, "tensors": infos, "changed": []}
        if len(_header(message)) > self.bounds.header_bytes - _HEADER_SPARE_BYTES:
            raise plain.Unsendable(f"more than {self.bounds.header_bytes >> 10} KiB of text and numbers")
        return message, encoder.buffers()

    def keep(self, value: Any) -> int:
        self.objects.append(value)
        return len(self.objects) - 1

    def describe(self, error: BaseException) -> dict[str, Any]:
        """What an exception says, with the student's own frames only."""
        self.reserve.close()  # room to work in: the exception may hold all the memory that there is
        return describe.exception(error, self.home)


class Server(Worker):
    """A worker that is asked over a socket."""

    def __init__(self, sock: socket.socket, bounds: wire.Bounds, home: Path) -> None:
        super().__init__(bounds, home)
        self.sock = sock
        self.pid = os.getpid()

    def introduce(self, module_file: str, is_piecewise: bool) -> bool:
        """Import the student's module and send the first, unasked reply: its names, or what it raised."""
        if module_file == NO_MODULE:
            self.objects, self.only_opens = _Anything(), True
            self.reply({"id": 0, "kind": "ready", "names": []})
            return True
        try:
            module = import_student(self.home, module_file, is_piecewise)
        except BaseException as error:  # noqa: BLE001 - whatever the student's code does is an answer
            self.reply({"id": 0, "kind": "raised", **self.describe(error)})
            return False
        self.objects[MODULE_HANDLE] = module
        names = [name for name in vars(module) if isinstance(name, str) and not name.startswith("_")]
        self.reply({"id": 0, "kind": "ready", "names": names[:NAMES]})
        return True

    def serve(self) -> None:
        while (preamble := wire.receive_exactly(self.sock, wire.PREAMBLE.size)) is not None:
            _, header_bytes, body_bytes = wire.PREAMBLE.unpack(preamble)
            header = wire.receive_exactly(self.sock, header_bytes)
            body = wire.receive_exactly(self.sock, body_bytes) if body_bytes else bytearray()
            if header is None or body is None:
                return
            envelope: Envelope = pickle.loads(header)  # noqa: S301 - from the grader, which the worker trusts
            message, buffers = self.answer(envelope, body)
            self.reply(message, buffers)

    def reply(self, message: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        if os.getpid() != self.pid:  # a process that the student's code forked, and that returned from it
            os._exit(0)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # noqa: BLE001, S110 - the student may have put anything there
                pass
        wire.send(self.sock, wire.pack(_header(message), buffers or ()))
        if self.reserve.closed:
            with suppress(OSError):
                self.reserve = _reserve()


def import_student(home: Path, module_file: str, is_piecewise: bool = False) -> ModuleType:
    """Import the student's module from its file; files beside it can be imported, but hide nothing installed."""
    path = home / module_file
    sys.dont_write_bytecode = True
    grader_root = Path(__file__).resolve().parents[2]
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry).resolve() != grader_root]
    sys.path.append(str(path.parent))  # last, so that a random.py beside the submission does not hide the real one
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{module_file} is not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    sys.argv = [module_file]
    if is_piecewise:
        for failed in piecewise.run(path.read_text(encoding="utf-8"), str(path), vars(module)):
            sys.stderr.write(f"{module_file}, {failed}\n")
    else:
        spec.loader.exec_module(module)
    return module


def _reserve() -> mmap.mmap:
    """Memory that counts against the limit, and takes none until it is written to."""
    return mmap.mmap(-1, _RESERVE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def _header(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode("ascii")


# ------------------------------------------------------------ what the grader asks beyond the student's functions


def seed(number: int) -> None:
    """Seed torch's, NumPy's and Python's generators."""
    if torch.backends.cuda.is_built() or torch.backends.mps.is_built():  # type: ignore[no-untyped-call]
        torch.manual_seed(number)
    else:  # the same without what it notes for GPUs, a stack trace each
        torch.default_generator.manual_seed(number)
    np.random.seed(number % (1 << 32))
    random.seed(number)


def settings() -> dict[str, Any]:
    """What a function has no business to change for the whole program, by the words for it."""
    return {
        "torch's default dtype": str(torch.get_default_dtype()),
        "the seed of torch's generator": torch.initial_seed(),
    }


def named_parameters(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The values of a model's parameters."""
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def named_gradients(model: torch.nn.Module) -> dict[str, torch.Tensor | None]:
    """The gradients of a model's parameters, None where there is none."""
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def place(value: Any) -> Any:
    """The object itself: what is no plain data stays in the worker and comes back to the grader as a handle."""
    return value
