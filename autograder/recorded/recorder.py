"""Records what the reference answers, for handouts that go without it."""

from __future__ import annotations

import copy
import hashlib
import inspect
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np
import torch

from autograder.conversation import Answer, Record
from autograder.recorded.fingerprint import content, fingerprint
from autograder.recorded.local import Local
from autograder.recorded.tape import Entry, Tape, remotes_in
from autograder.recorded.trail import Trail
from autograder.worker import serve

_UNCHANGING = (FunctionType, BuiltinFunctionType, type, ModuleType)


class Recorder(Local):
    """A conversation with the reference of which a tape is made. Its generators are its own."""

    def __init__(self, module: Any, tape: Tape, track: str) -> None:
        super().__init__(module)
        self._tape, self._track = tape, track
        tape.open(track)
        self._trail = Trail(self)
        self._entries: dict[int, Entry] = {}  # by the number of the record
        self._generators = _states()

    def begin(self, check_id: str) -> None:
        """A new check: the generators are seeded for it."""
        self._trail.begin(check_id)
        with self._own_generators():
            serve.seed(int.from_bytes(hashlib.sha256(check_id.encode()).digest()[:6], "big"))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is asked within is recorded, and then forgotten: the conversation goes on as if it had not been."""
        trail, generators = copy.deepcopy(self._trail.state), self._generators
        try:
            yield
        finally:
            trail.fixed = self._trail.state.fixed
            self._trail.state, self._generators = trail, generators

    def call(
        self, what: str, target: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[Answer, list[torch.Tensor]]:
        """As Local does; the answer is recorded."""
        asked = fingerprint(self._trail.asks(target, arguments, keywords), self._trail.derivation)
        concerned = self._trail.concerned()
        before = {handle: content(self.worker.objects[handle]) for handle in concerned}
        with self._own_generators():
            drawn = _digest(_states())
            said, leaves = self.exchange(serve.Request(target, arguments, keywords))
            drew = _digest(_states()) != drawn
        changed = {concerned[handle] for handle in concerned if content(self.worker.objects[handle]) != before[handle]}
        made = [node["remote"] for node in remotes_in(said.tree)]
        is_seed = target is serve.seed
        entry = Entry(asked, said, self._trail.draws if drew and not is_seed else None, drew, tuple(sorted(changed)))
        entry.about = {str(handle): self._about(handle) for handle in made}
        entry = self._tape.add(self._track, entry)
        self._trail.advance(entry, target, made)
        self._entries[self._number] = entry
        return self.answer(said), leaves

    def vjp(
        self, what: str, record: Record, cotangents: tuple[torch.Tensor | None, ...], *, create_graph: bool
    ) -> tuple[Answer, list[torch.Tensor]]:
        """As Local does; the answer is recorded."""
        entry = self._entries[record.number]
        asked = fingerprint((cotangents, create_graph), self._trail.derivation)
        request = serve.Request(record=record.number, cotangents=cotangents, create_graph=create_graph)
        said, leaves = self.exchange(request)
        gradient = next((known for known in entry.gradients if known.asked.exact == asked.exact), None)
        if gradient is None:
            gradient = Entry(asked, said)
            entry.gradients.append(gradient)
        self._trail.differentiated(gradient)
        self._entries[self._number] = gradient
        return self.answer(said), leaves

    def _about(self, handle: int) -> dict[str, Any]:
        value = self.worker.objects[handle]
        found: dict[str, Any] = {"fixed": True} if isinstance(value, _UNCHANGING) else {}
        if callable(value) and isinstance(getattr(value, "__name__", None), str):
            found["__name__"] = value.__name__
        if callable(value):
            try:
                found["__signature__"] = [_parameter(p) for p in inspect.signature(value).parameters.values()]
            except (TypeError, ValueError):
                pass
        return found

    @contextmanager
    def _own_generators(self) -> Iterator[None]:
        outside = _states()
        _restore(self._generators)
        try:
            yield
        finally:
            self._generators = _states()
            _restore(outside)


def _parameter(parameter: inspect.Parameter) -> Sequence[Any]:
    plain: list[Any] = [parameter.name, parameter.kind.value]
    if parameter.default is not parameter.empty:
        try:
            json.dumps(parameter.default)
            plain.append(parameter.default)
        except TypeError:
            plain.append(None)
    return plain


def _states() -> tuple[Any, Any, Any]:
    return torch.get_rng_state(), np.random.get_state(), random.getstate()


def _restore(states: tuple[Any, Any, Any]) -> None:
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])


def _digest(states: tuple[Any, Any, Any]) -> str:
    of_numpy = states[1][1].tobytes(), states[1][2:]
    return hashlib.sha256(repr((states[0].numpy().tobytes(), of_numpy, states[2])).encode()).hexdigest()
