"""The slots of this machine at work: orders in, graded submissions out, in whatever order they are done.

A slot that breaks is replaced. A submission is tried twice: what broke may have been the slot, or the machine, which
had no memory left. If it breaks twice it is not graded, and everybody else's is.
"""

from __future__ import annotations

import selectors
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import IO, Any

from autograder.assignment import Assignment
from autograder.errors import GraderError
from autograder.messages import regrading as messages
from autograder.regrade.cores import Cores
from autograder.regrade.disk import Disk
from autograder.regrade.order import Graded, Order, Task, receive_answer, send_order
from autograder.regrade.zygote import SlotEnds, Zygote

TRIES = 2
_LOOK_EVERY_S = 0.25
HOPELESS = 5  # submissions that could not be graded before any could
STUCK_AFTER_S = 2 * 3600.0  # checks have limits of their own: a slot that takes so long is broken


class Stopped(GraderError):
    """No submission can be graded: the fault is in the assignment, or this machine lacks what was asked for."""


@dataclass
class Hope:
    """Ends a run when submission after submission could not be graded before any could."""

    limit: float = HOPELESS
    log: str = messages.LOG_HERE
    graded: int = 0
    failed: int = 0

    def hear(self, graded: Graded) -> Graded:
        """Count it, and give it back. Raises Stopped."""
        if not graded.failure:
            self.graded += 1
            return graded
        self.failed += 1
        if not self.graded and self.failed >= self.limit:
            raise Stopped(messages.HOPELESS.format(count=self.failed, why=graded.failure, log=self.log))
        return graded


@dataclass
class _At:
    """A slot, and what it is at."""

    ends: SlotEnds
    core: int | None = None  # the processor that it has for itself
    order: Order | None = None
    tries: int = 0
    since_s: float = 0.0
    is_suspect: bool = False  # what it comes to may be a neighbour's doing


class Crew:
    """Slots of this machine; use as a context manager: leaving it ends them.

    Several crews may share a zygote and processors, each in a thread of its own; else a crew has its own.
    """

    def __init__(
        self,
        assignment: Assignment,
        task: Task,
        workers: int,
        log: IO[Any] | None = None,
        *,
        zygote: Zygote | None = None,
        cores: Cores | None = None,
        hope: Hope | None = None,
    ) -> None:
        self._assignment, self._task, self._workers, self._log = assignment, task, workers, log
        self._open = ExitStack()
        self._selector = selectors.DefaultSelector()
        self._again: list[tuple[Order, int]] = []  # with how often each was tried
        self._at: dict[int, _At] = {}  # by the slot's process
        self._zygote, self._shared_cores = zygote, cores
        self.hope = hope or Hope()
        self._disk = Disk(tempfile.gettempdir()) if workers > 1 else None  # a single slot has no neighbours
        self._suspected: list[Order] = []

    def __enter__(self) -> Crew:
        self._open.callback(self._selector.close)
        self._cores = self._shared_cores or self._open.enter_context(closing(Cores(self._workers)))
        return self

    def __exit__(self, *problem: object) -> None:
        for at in self._at.values():
            if at.order is not None:  # nobody waits for it any more
                at.ends.kill()
            at.ends.close()
            self._give_back(at)
        self._open.close()

    @property
    def slots(self) -> tuple[int, ...]:
        """The processes of the slots that there are now."""
        return tuple(self._at)

    def grade(self, orders: Iterator[Order]) -> Iterator[Graded]:
        """Grade what is ordered; an order is taken when a slot is free. Raises Stopped and WallError."""
        yield from self._grade(orders)
        self._disk = None  # one at a time nobody fills it but for itself
        while self._suspected:
            yield from self._grade(iter([self._suspected.pop(0)]))

    def _grade(self, orders: Iterator[Order]) -> Iterator[Graded]:
        self._start(orders)
        while any(at.order for at in self._at.values()):
            heard = self._selector.select(timeout=_LOOK_EVERY_S)
            self._suspect()
            for key, _ in heard:
                if graded := self._hear(key.data):
                    yield graded
                if key.data.ends.pid in self._at and key.data.order is None:
                    self._give(key.data, orders)
            self._end_stuck()
            self._start(orders)

    def _start(self, orders: Iterator[Order]) -> None:
        """Give slots that are at nothing something, and fork more until there are enough, or no more orders."""
        for at in self._at.values():
            if at.order is None:
                self._give(at, orders)
        while len(self._at) < self._workers and (following := self._next(orders)):
            core = self._cores.take()
            at = _At(self._fork(core), core)
            self._at[at.ends.pid] = at
            self._selector.register(at.ends.sock, selectors.EVENT_READ, at)
            self._send(at, *following)

    def _fork(self, core: int | None) -> SlotEnds:
        wanted = self._assignment
        if self._zygote is None:
            project = wanted.folder.resolve().parents[1]
            self._zygote = self._open.enter_context(Zygote(project, self._log))
        return self._zygote.fork(wanted.folder, self._task, core=core)

    def _next(self, orders: Iterator[Order]) -> tuple[Order, int] | None:
        if self._again:
            return self._again.pop(0)
        order = next(orders, None)
        return (order, 0) if order is not None else None

    def _give(self, at: _At, orders: Iterator[Order]) -> None:
        following = self._next(orders)
        if following:
            self._send(at, *following)

    def _send(self, at: _At, order: Order, tries: int) -> None:
        at.order, at.tries, at.since_s, at.is_suspect = order, tries + 1, time.monotonic(), False
        try:
            send_order(at.ends.stream, order)
        except OSError:  # it has ended: hearing from it says so
            return

    def _hear(self, at: _At) -> Graded | None:
        """What a slot says: of its submission, or nothing any more."""
        answer = receive_answer(at.ends.stream)
        if answer is not None and "stop" in answer:
            raise Stopped(answer["stop"])
        if answer is not None and "graded" in answer:
            order, at.order = at.order, None
            if at.is_suspect and order is not None:
                self._suspected.append(order)
                return None
            return self.hope.hear(Graded(**answer["graded"]))
        if answer is not None:
            at.ends.await_end()
        return self._lose(at, answer["broke"] if answer else messages.SLOT_ENDED)

    def _lose(self, at: _At, why: str) -> Graded | None:
        """A slot is lost. Its submission is tried again, or is the answer if it was tried often enough."""
        self._selector.unregister(at.ends.sock)
        del self._at[at.ends.pid]
        at.ends.kill()
        at.ends.close()
        self._give_back(at)
        if at.order is None:
            return None
        if at.tries < TRIES:
            self._again.append((at.order, at.tries))
            return None
        failure = messages.TRIED.format(times=at.tries, why=why)
        return self.hope.hear(Graded(at.order.name, at.order.key, failure=failure))

    def _suspect(self) -> None:
        """Where one submission fills the disk, others fail: who is at work then is graded once more, alone."""
        if self._disk is not None and self._disk.is_full:
            for at in self._at.values():
                at.is_suspect = True

    def _give_back(self, at: _At) -> None:
        if at.core is not None:
            self._cores.free.append(at.core)

    def _end_stuck(self) -> None:
        for at in list(self._at.values()):
            if at.order is not None and time.monotonic() - at.since_s > STUCK_AFTER_S:
                at.ends.kill()  # what is heard of it next is that it ended
