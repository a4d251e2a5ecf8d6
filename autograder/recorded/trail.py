"""Where a conversation with the reference stands: what its objects come from, and how far its generators are.

The one who records and the one who plays back go the same way, and so find the same entries. The derivation of an
object is the request that made it, and what was done to it since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from autograder.recorded.fingerprint import NotRecorded
from autograder.recorded.tape import Entry
from autograder.worker import serve
from autograder.worker.parcel import Handle

_MODULE = "module"


class Trail:
    """The state of one conversation."""

    def __init__(self, session: object) -> None:
        self._session = session
        self._fixed: dict[int, str] = {serve.MODULE_HANDLE: _MODULE}  # handles of functions and classes
        self._objects: dict[int, str] = {}  # of objects, which calls may change
        self._made: dict[str, int] = {}
        self.draws = ""
        self._gradients = ""

    def begin(self, check_id: str) -> None:
        """A new check: nothing was done yet, and the generators are seeded for it."""
        self._objects, self._made, self._gradients = {}, {}, ""
        self.draws = _joined("begin", check_id)

    @property
    def objects(self) -> dict[int, str]:
        """The derivations of this check's objects, by handle."""
        return dict(self._objects)

    def derivation(self, handle: Handle) -> str:
        """Where the object behind a handle comes from. Raises NotRecorded for an object of the student's."""
        if object.__getattribute__(handle, "_session") is not self._session:
            raise NotRecorded("the reference is given an object of the student's")
        number: int = object.__getattribute__(handle, "_handle")
        found = self._fixed.get(number) or self._objects.get(number)
        if found is None:
            raise NotRecorded("the reference is given an object that another check made")
        return found

    def asks(self, target: object, arguments: object, keywords: object) -> object:
        """What a fingerprint is taken of."""
        return target, arguments, keywords, self._gradients if target is serve.named_gradients else ""

    def advance(self, entry: Entry, target: object, made: Sequence[int]) -> None:
        """A request was answered; the objects behind `made` are in the answer, in this order."""
        exact = entry.asked.exact
        if entry.drew:
            self.draws = _joined(exact, "" if target is serve.seed else self.draws)
        for handle, derivation in self._objects.items():
            if derivation in entry.changed:
                self._objects[handle] = _joined(derivation, exact)
        described = list(entry.about.values())
        for place, handle in enumerate(made):
            derivation = _joined(exact, entry.draws or "", str(place))
            if described[place].get("fixed"):
                self._fixed[handle] = derivation
            else:  # two that were made in the same way are two
                self._made[derivation] = self._made.get(derivation, 0) + 1
                self._objects[handle] = _joined(derivation, str(self._made[derivation]))

    def differentiated(self, entry: Entry) -> None:
        """A gradient was asked for: it adds to those of parameters behind handles."""
        self._gradients = _joined(self._gradients, entry.asked.exact)


def _joined(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:24]
