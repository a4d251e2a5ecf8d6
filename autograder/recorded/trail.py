"""Where a conversation with the reference stands: what its objects come from, and how far its generators are.

The one who records and the one who plays back go the same way, and so find the same entries. The derivation of an
object is the request that made it, and what was done to it since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder import messages
from autograder.errors import NotRecorded
from autograder.recorded.tape import Entry
from autograder.worker import serve
from autograder.worker.parcel import Handle

_MODULE = "module"


@dataclass
class State:
    """What changes with every request.

    `fixed` are the derivations of functions and classes, `objects` those of objects, which calls may change, by handle.
    Objects that were in one request, or came out of it, share a group. `made` counts what was made in the same way.
    """

    fixed: dict[int, str] = field(default_factory=lambda: {serve.MODULE_HANDLE: _MODULE})
    objects: dict[int, str] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    draws: str = ""
    gradients: str = ""


class Trail:
    """The state of one conversation."""

    def __init__(self, session: object) -> None:
        self._session = session
        self._asked: set[int] = set()  # the objects in the request that is looked at now
        self.state = State()

    def begin(self, check_id: str) -> None:
        """A new check: nothing was done yet, and the generators are seeded for it."""
        self._asked = set()
        self.state = State(self.state.fixed, draws=_joined("begin", check_id))

    @property
    def draws(self) -> str:
        """Where the generators stand."""
        return self.state.draws

    def concerned(self) -> dict[int, str]:
        """The objects that a request with what derivation() was asked about may change, with their derivations."""
        groups = {self.state.groups[handle] for handle in self._asked}
        return {handle: self.state.objects[handle] for handle, group in self.state.groups.items() if group in groups}

    def derivation(self, handle: Handle) -> str:
        """Where the object behind a handle comes from. Raises NotRecorded for an object of the student's."""
        if object.__getattribute__(handle, "_session") is not self._session:
            raise NotRecorded(messages.grading.OBJECT_OF_STUDENT)
        number: int = object.__getattribute__(handle, "_handle")
        if number in self.state.fixed:
            return self.state.fixed[number]
        if number not in self.state.objects:
            raise NotRecorded(messages.grading.OBJECT_OF_ANOTHER_CHECK)
        self._asked.add(number)
        return self.state.objects[number]

    def asks(self, target: object, arguments: object, keywords: object) -> object:
        """What a fingerprint is taken of: the next request."""
        self._asked = set()
        return target, arguments, keywords, self.state.gradients if target is serve.named_gradients else ""

    def advance(self, entry: Entry, target: object, made: Sequence[int]) -> None:
        """A request was answered; the objects behind `made` are in the answer, in this order."""
        exact = entry.asked.exact
        if entry.drew:
            self.state.draws = _joined(exact, "" if target is serve.seed else self.draws)
        for handle, derivation in self.state.objects.items():
            if derivation in entry.changed:
                self.state.objects[handle] = _joined(derivation, exact)
        group = self._joined_group()
        described = list(entry.about.values())
        for place, handle in enumerate(made):
            derivation = _joined(exact, entry.draws or "", str(place))
            if described[place].get("fixed"):
                self.state.fixed[handle] = derivation
            else:  # two that were made in the same way are two
                self.state.made[derivation] = self.state.made.get(derivation, 0) + 1
                self.state.objects[handle] = _joined(derivation, str(self.state.made[derivation]))
                self.state.groups[handle] = group

    def _joined_group(self) -> int:
        """One group for all objects of the request."""
        together = {self.state.groups[handle] for handle in self._asked}
        group = min(together, default=len(self.state.groups))
        while not together and group in self.state.groups.values():
            group += 1
        for handle, other in self.state.groups.items():
            if other in together:
                self.state.groups[handle] = group
        self._asked = set()
        return group

    def differentiated(self, entry: Entry) -> None:
        """A gradient was asked for: it adds to those of parameters behind handles."""
        self.state.gradients = _joined(self.state.gradients, entry.asked.exact)


def _joined(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:24]
