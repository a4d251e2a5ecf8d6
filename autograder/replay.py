"""A failed check, run again with a stand-in: which known mistake fails in the same way, and what follows from what?

Two questions are answered, both without a line in any check:
- *diagnosis*: the check is replayed with each known mistake in the student's place; the one whose failure agrees with
  the student's names the mistake;
- *one mistake costs its points once*: if the student showed a mistake in another function, the check is graded again
  against a reference that has this mistake. What passes then is right, given the mistake that was paid for already.
"""

from __future__ import annotations

import inspect
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np
import torch

from autograder.assignment import Assignment
from autograder.compare.smallest import examples
from autograder.compare.values import mistaken_reference
from autograder.diagnosis import Agreement, Mistake, agreement, best
from autograder.errors import CheckFailed
from autograder.showing import NOTHING
from autograder.standin import StandIn
from autograder.student import InProcess, Student
from autograder.worker import serve

_BUDGET_S = 10.0  # for the diagnosis of one check
_MOST_SETS = 8  # of mistakes shown elsewhere, for each failed check


@dataclass(frozen=True)
class Call:
    """A call of a check: its function with the fixtures that it asked for, and its seed."""

    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    seed: int
    check_id: str = ""

    @classmethod
    def of(cls, function: Callable[..., Any], fixtures: Mapping[str, Any], seed: int, check_id: str = "") -> Call:
        """The call of a check that was given some of these fixtures."""
        names = inspect.signature(function).parameters
        return cls(function, {name: value for name, value in fixtures.items() if name in names}, seed, check_id)

    @property
    def replayable(self) -> bool:
        """Whether a stand-in can take the student's place in it."""
        return "student" in self.arguments

    @property
    def trains(self) -> bool:
        """Whether it trains: too slow to replay with every mistake."""
        return "trains" in self.arguments

    def run(self, **replaced: Any) -> None:
        """Call the check with other values for some of its fixtures. It is not shown: it is no student's own."""
        replaced = {"show": NOTHING, **replaced}
        with examples(None):
            self.function(**{**self.arguments, **{k: v for k, v in replaced.items() if k in self.arguments}})

    def rehearse(self, student: InProcess | Student, **replaced: Any) -> None:
        """Call the check in this process with a stand-in for the student; it earns nothing."""
        self.run(student=student, set_score=_nothing, set_leaderboard_value=_nothing, **replaced)


Replayed = tuple[BaseException | None, frozenset[str]]  # how a replay failed, and the names that it asked for
Shown = tuple[Mistake, ...]  # a mistake that was shown, or several of which one was


@dataclass(frozen=True)
class Diagnosis:
    """The known mistakes that fail a check as the student's code does, and how well they agree."""

    degree: Agreement = Agreement.NONE
    mistakes: tuple[Mistake, ...] = ()

    @property
    def shown(self) -> tuple[Mistake, ...]:
        """The mistake that the student's code shows for certain; several where the check cannot tell them apart."""
        return self.mistakes if self.degree >= Agreement.TEXT else ()


class Replays:
    """Replays the failed checks of one assignment."""

    def __init__(self, assignment: Assignment, mistakes: Mapping[str, Sequence[Mistake]]) -> None:
        self._assignment = assignment
        self._stand_in = StandIn(assignment)
        self._mistakes = mistakes
        self._right: tuple[Call, Replayed] | None = None  # the last call that was replayed without a mistake

    def diagnose(self, call: Call, failure: CheckFailed) -> Diagnosis:
        """The known mistakes whose failure of this check agrees best with the one seen."""
        if not call.replayable or call.trains:
            return Diagnosis()
        return Diagnosis(*best(self._agreements(call, failure)))

    def reached(self, call: Call, names: Iterable[str]) -> frozenset[str]:
        """Those of the reference's names whose code runs when a check is passed: asked for, or used by what is."""
        owners = self._stand_in.owners(names)
        found: set[str] = set()

        def see(frame: FrameType, event: str, argument: Any) -> None:
            found.update(owners.get(frame.f_code, ()))

        sys.setprofile(see)
        try:
            _, touched = self._replay(call, ())
        finally:
            sys.setprofile(None)
        return frozenset(found | touched)

    def by_chance(self, call: Call) -> bool:
        """Whether other seeds can make a difference: the check asks for one, or something in it draws unseeded."""
        if call.trains or "seed" in call.arguments or not call.replayable:
            return True
        with as_in_a_worker(call.seed):
            before = _generators()
            with self._stand_in.with_mistakes(()) as stand_in, suppress(CheckFailed):  # the verdict says so already
                call.rehearse(stand_in)
            return _generators() != before

    def elsewhere(self, call: Call, part: str, shown: Sequence[Shown]) -> list[Shown]:
        """Those of the shown mistakes that a check of this part should not cost points for.

        They are in functions that the check does not ask for itself, or that belong to another part.
        """
        if not shown or not call.replayable:
            return []
        right, touched = self._replay_right(call)
        if right is not None:  # then no replay says anything
            return []
        own = touched & self._assignment.names_of(part)
        return [known for known in shown if known[0].of not in (own or touched)]

    def what_follows(self, elsewhere: Sequence[Shown]) -> Iterator[tuple[tuple[Mistake, ...], InProcess]]:
        """Mistakes that may have been made elsewhere, all together and one by one, and the reference with them."""
        sets = [*itertools.product(*elsewhere)] + [(known,) for group in elsewhere for known in group]
        for chosen in list(dict.fromkeys(sets))[:_MOST_SETS] if elsewhere else ():
            with self._stand_in.with_mistakes(chosen) as mistaken:
                yield chosen, mistaken

    def falls_short_too(self, call: Call, elsewhere: Sequence[Mistake]) -> bool:
        """Whether a training fails the same check with nothing but the mistakes that the student showed elsewhere."""
        failure, _ = self._replay(call, elsewhere)
        return failure is not None

    def comparable(self, call: Call, chosen: Sequence[Mistake], mistaken: InProcess) -> bool:
        """Whether a check can be graded against the reference with these mistakes: it agrees with itself, and runs."""
        if "reference" not in call.arguments:
            return False
        try:
            with mistaken_reference(), as_in_a_worker(call.seed):
                call.rehearse(mistaken, reference=mistaken)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - a mistake may fail in any way
            return False
        return True

    def fails_alike(self, call: Call, elsewhere: Sequence[Mistake], failure: CheckFailed) -> bool:
        """Whether a check fails in the same way with nothing but the mistakes that the student showed elsewhere."""
        replayed, _ = self._replay(call, elsewhere)
        return replayed is not None and agreement(failure, replayed) >= Agreement.TEXT

    def _agreements(self, call: Call, failure: CheckFailed) -> Iterator[tuple[Agreement, Mistake]]:
        started_s = time.monotonic()
        right, names = self._replay_right(call)
        if right is not None:  # then no replay says anything
            return
        for name in sorted(names):
            for known in self._mistakes.get(name, ()):
                if time.monotonic() - started_s > _BUDGET_S:
                    return
                replayed, _ = self._replay(call, (known,))
                if replayed is not None and (degree := agreement(failure, replayed)):
                    yield degree, known

    def _replay_right(self, call: Call) -> Replayed:
        if self._right is None or self._right[0] is not call:
            self._right = call, self._replay(call, ())
        return self._right[1]

    def _replay(self, call: Call, mistakes: Sequence[Mistake]) -> Replayed:
        with self._stand_in.with_mistakes(mistakes) as stand_in, as_in_a_worker(call.seed):
            try:
                call.rehearse(stand_in)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a mistake may fail in any way, and pytest.fail is one too
                return error, frozenset(stand_in.touched)
            return None, frozenset(stand_in.touched)


def _nothing(value: Any) -> None:
    """In the place of set_score: a replay earns nothing."""


def _generators() -> tuple[str, ...]:
    """The states of the generators of torch, NumPy and Python."""
    return str(torch.get_rng_state().tolist()), str(np.random.get_state()), str(random.getstate())


@contextmanager
def as_in_a_worker(seed: int) -> Iterator[None]:
    """Generators seeded as a worker's are, and everything that a mistake may change put back."""
    dtype, gradients = torch.get_default_dtype(), torch.is_grad_enabled()
    of_numpy, of_python = np.random.get_state(), random.getstate()
    with torch.random.fork_rng(devices=[]):
        serve.seed(seed)
        try:
            yield
        finally:
            torch.set_default_dtype(dtype)
            torch.set_grad_enabled(gradients)
            np.random.set_state(of_numpy)
            random.setstate(of_python)
