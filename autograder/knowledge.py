"""What the grader knows of the right answers: the reference and its known mistakes, or a recording of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

from autograder.assignment import Assignment
from autograder.diagnosis import Mistake
from autograder.errors import CheckFailed
from autograder.loading import load_mistakes, load_reference
from autograder.model import Check
from autograder.replay import Call, Diagnosis, Replays, Shown
from autograder.student import InProcess


class Trials(Protocol):
    """Finds out which known mistake fails a check, and what follows from what: see replay.py."""

    def diagnose(self, call: Call, failure: CheckFailed) -> Diagnosis: ...

    def elsewhere(self, call: Call, part: str, shown: Sequence[Shown]) -> list[Shown]: ...

    def what_follows(self, elsewhere: Sequence[Shown]) -> Iterator[tuple[tuple[Mistake, ...], Any]]: ...

    def falls_short_too(self, call: Call, elsewhere: Sequence[Mistake]) -> bool: ...

    def comparable(self, call: Call, chosen: Sequence[Mistake], mistaken: Any) -> bool: ...

    def fails_alike(self, call: Call, elsewhere: Sequence[Mistake], failure: CheckFailed) -> bool: ...


class Knowledge(Protocol):
    """`later` are the checks that it is not enough for; `begin` tells it which check is run next."""

    @property
    def reference(self) -> Any: ...

    @property
    def trials(self) -> Trials: ...

    @property
    def later(self) -> Sequence[Check]: ...

    def begin(self, check: Check) -> None: ...


class _Whole:
    """The reference itself, and the mistakes."""

    later: Sequence[Check] = ()

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment

    @cached_property
    def reference(self) -> Any:
        """The module that the checks compare with."""
        return InProcess(load_reference(self._assignment))

    @cached_property
    def trials(self) -> Trials:  # made when the first check fails
        """Tries the mistakes out."""
        return Replays(self._assignment, load_mistakes(self._assignment))

    def begin(self, check: Check) -> None:
        """Every check finds the reference as it is."""


def knowledge_of(assignment: Assignment) -> Knowledge:
    """What the grader knows of an assignment."""
    if not assignment.recorded:
        return _Whole(assignment)
    from autograder.recorded.recording import load_recording  # safetensors: only handouts need it

    return load_recording(assignment)
