"""Plays back what the reference answered: the side that checks compare with, where the reference is not."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from autograder import messages
from autograder.conversation import Answer, Conversation, Record
from autograder.errors import GraderError, NotRecorded
from autograder.recorded.fingerprint import fingerprint
from autograder.recorded.local import answer_of
from autograder.recorded.tape import RIGHT, Entry, Said, Tape, remotes_in
from autograder.recorded.trail import Trail
from autograder.student import Student
from autograder.worker import parcel, serve


class Player:
    """A conversation with a tape. Raises NotRecorded for what the reference was not asked."""

    def __init__(self, tape: Tape, track: str = RIGHT) -> None:
        self._tape, self._track = tape, track
        self._trail = Trail(self)
        self._answered: dict[int, Entry] = {}  # by the number of the record
        self._released: list[int] = []
        self._about: dict[int, dict[str, Any]] = {}
        self._handles = serve.MODULE_HANDLE

    def begin(self, check_id: str) -> None:
        """A new check begins."""
        self._trail.begin(check_id)

    def call(
        self, what: str, target: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[Answer, list[torch.Tensor]]:
        """The recorded answer of a function, and the arguments that a gradient can be asked for."""
        asked = fingerprint(self._trail.asks(target, arguments, keywords), self._trail.derivation)
        entry = self._tape.find(self._track, asked, self._trail.draws)
        if entry is None:
            raise NotRecorded(messages.grading.NO_SUCH_ARGUMENTS.format(what=what))
        said, made = self._with_handles_of_ours(entry)
        self._trail.advance(entry, target, made)
        return self._answer(entry, said), _leaves((target, arguments, keywords))

    def vjp(
        self, what: str, record: Record, cotangents: tuple[torch.Tensor | None, ...], *, create_graph: bool
    ) -> tuple[Answer, list[torch.Tensor]]:
        """The recorded gradient of an answer."""
        asked = fingerprint((cotangents, create_graph), self._trail.derivation)
        entry = self._answered[record.number].gradient(asked)
        if entry is None:
            raise NotRecorded(messages.grading.NO_SUCH_COTANGENTS.format(what=what))
        self._trail.differentiated(entry)
        return self._answer(entry, entry.said), _leaves(cotangents)

    def about(self, handle: int, name: str) -> Any:
        """What Python asks of a function: its name and its signature."""
        found = self._about.get(handle, {})
        if name not in found:
            raise AttributeError(name)
        return _signature(found[name]) if name == "__signature__" else found[name]

    def _answer(self, entry: Entry, said: Said) -> Answer:
        number = len(self._answered) + 1
        self._answered[number] = entry
        return answer_of(said, Record(number, self._released))

    def _with_handles_of_ours(self, entry: Entry) -> tuple[Said, list[int]]:
        made = []
        renamed: dict[int, int] = {}
        for node in remotes_in(entry.said.tree):
            self._handles += 1
            renamed[node["remote"]] = self._handles
            made.append(self._handles)
            self._about[self._handles] = entry.about.get(str(node["remote"]), {})
        said = entry.said
        return Said(_renamed(said.tree, renamed), said.tensors, said.differentiable, said.raised), made


class RecordedReference(Student):
    """The recorded reference: the same face as the reference itself."""

    def __init__(self, player: Conversation) -> None:
        super().__init__(player, "reference")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if name not in self._found:
            value = getattr(self.module, name)
            if not isinstance(value, parcel.Handle):  # plain data
                return value
            self._found[name] = value  # type: ignore[assignment]
        return self._found[name]


def _leaves(request: Any) -> list[torch.Tensor]:
    """The tensors of a request that a gradient can be asked for, in the order in which a recorder numbers them."""
    try:
        return parcel.pack_request(request, parcel.SECRET_ROOTS).differentiable
    except parcel.Unpackable as error:
        raise GraderError(f"the recorded reference cannot be asked this: {error}") from error


def _renamed(tree: Any, handles: dict[int, int]) -> Any:
    if isinstance(tree, dict):
        return {key: handles[item] if key == "remote" else _renamed(item, handles) for key, item in tree.items()}
    if isinstance(tree, list):
        return [_renamed(item, handles) for item in tree]
    return tree


def _signature(parameters: list[list[Any]]) -> inspect.Signature:
    kinds = {kind.value: kind for kind in inspect._ParameterKind}
    return inspect.Signature(
        [
            inspect.Parameter(name, kinds[kind], **({"default": default[0]} if default else {}))
            for name, kind, *default in parameters
        ]
    )
