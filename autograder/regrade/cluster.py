"""The slots of a Dask cluster at work, with the face of a crew: orders in, graded submissions out.

Nothing is shared with the workers but the connection to their scheduler: the grader travels as a zip (cluster_side.py),
submissions as bytes, results as plain data. Dask gives an order to another worker when one is lost; what was lost with
every worker that might grade it is sent again from here. A submission whose workers were lost again and again may have
killed them, or only been beside one that did: it is tried once more when nothing else is left, alone. Only a few orders
for each thread are on their way at a time, so neither this process nor the scheduler holds the whole class.
"""

from __future__ import annotations

import io
import queue
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from autograder.assignment import Assignment
from autograder.messages import cluster as messages
from autograder.regrade.connection import Cancelled, Connection, KilledWorkers, TaskFailed
from autograder.regrade.crew import TRIES, Hope, Stopped
from autograder.regrade.order import Graded, Order, Task, receive_answer, send_order
from autograder.report.text import clean

IN_FLIGHT = 2  # orders for each thread: one at work, one that waits beside it
LOSSES = 3  # how often all workers of a submission may be lost before it is suspected
LOOK_EVERY_S = 1.0
SAY_AFTER_S = 10.0  # without a worker
_RESULT_S = 10.0


@dataclass
class _Wanted:
    """An order, and what became of it so far."""

    order: Order
    failures: int = 0
    losses: int = 0
    is_alone: bool = False
    failed_on: set[str] = field(default_factory=set)


@dataclass
class _Sent:
    """An order on its way, to one of some workers."""

    wanted: _Wanted
    future: Any  # of Dask's
    places: frozenset[str]


def _tell(text: str) -> None:
    sys.stderr.write(clean(text) + "\n")


class Cluster:
    """Slots of a Dask cluster; use as a context manager: leaving it ends what was started there."""

    def __init__(
        self, address: str, assignment: Assignment, task: Task, say: Callable[[str], None] | None = None
    ) -> None:
        self._say = say or _tell
        self._connection = Connection(address, assignment, task, self._say)
        self._open = ExitStack()
        self._arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._waiting: deque[_Wanted] = deque()
        self._suspected: deque[_Wanted] = deque()
        self._sent: dict[int, _Sent] = {}  # by the number of the task
        self._count = 0
        self._slots: dict[str, int] = {}  # how many submissions each worker can grade at a time
        self._looked_s = self._had_slots_s = time.monotonic()
        self._is_told = False
        self.hope = Hope(log=messages.LOG_THERE)

    def __enter__(self) -> Cluster:
        """Connect. Raises UsageError."""
        self._open.enter_context(self._connection)
        self._look()
        return self

    def __exit__(self, *problem: object) -> None:
        self._open.close()

    @property
    def slots(self) -> dict[str, int]:
        """How many submissions each worker can grade at a time, by its address, as far as is known."""
        return dict(self._slots)

    def grade(self, orders: Iterator[Order]) -> Iterator[Graded]:
        """Grade what is ordered; orders are taken when there is room for them. Raises Stopped and GraderError."""
        while self._are_more(orders) or self._sent:
            self._send(orders)
            if (graded := self._hear()) is not None:
                yield graded
            if time.monotonic() - self._looked_s >= LOOK_EVERY_S:
                yield from self._look()

    # --------------------------------------------------------------------------------- sending

    def _are_more(self, orders: Iterator[Order]) -> bool:
        """Whether something waits to be sent. The next order is taken only when it is asked for."""
        if not self._waiting and (order := next(orders, None)) is not None:
            self._waiting.append(_Wanted(order))
        if not self._waiting and not self._sent and self._suspected:
            self._waiting.append(self._suspected.popleft())
        return bool(self._waiting)

    def _send(self, orders: Iterator[Order]) -> None:
        room = IN_FLIGHT * sum(self._slots.values())
        while len(self._sent) < room and self._are_more(orders):
            self._send_one(self._waiting.popleft())

    def _send_one(self, wanted: _Wanted) -> None:
        places = frozenset(self._slots) - wanted.failed_on or frozenset(self._slots)
        written = io.BytesIO()
        send_order(written, wanted.order)
        self._count += 1
        future = self._connection.send(self._count, written.getvalue(), places)
        self._sent[self._count] = _Sent(wanted, future, places)
        self._listen(self._count)

    def _listen(self, number: int) -> None:
        self._sent[number].future.add_done_callback(lambda future: self._arrived.put(number))

    # --------------------------------------------------------------------------------- hearing

    def _hear(self) -> Graded | None:
        """What the next task that ends comes to, if one does within a second."""
        try:
            number = self._arrived.get(timeout=LOOK_EVERY_S)
        except queue.Empty:
            return None
        sent = self._sent.get(number)
        if sent is None:  # it was sent again meanwhile
            return None
        try:
            result = self._connection.result(sent.future, _RESULT_S)
        except KilledWorkers:
            return self._suspect(self._take(number))
        except Cancelled:
            return self._lose(self._take(number))
        except TaskFailed as error:
            return self._again(self._take(number), messages.TASK_FAILED.format(why=error))
        if result is None:
            self._listen(number)
            return None
        return self._told(self._take(number), *result)

    def _take(self, number: int) -> _Wanted:
        return self._sent.pop(number).wanted

    def _told(self, wanted: _Wanted, worker: str, answer: bytes) -> Graded | None:
        told = receive_answer(io.BytesIO(answer)) or {}
        if "stop" in told:
            raise Stopped(messages.ON_WORKER.format(why=told["stop"], worker=worker))
        if "graded" in told:
            graded = Graded(**told["graded"])
            if not graded.failure:
                return self.hope.hear(graded)
            return self._again(wanted, messages.ON_WORKER.format(why=graded.failure, worker=worker), worker)
        return self._again(wanted, messages.ON_WORKER.format(why=told.get("broke", ""), worker=worker), worker)

    def _again(self, wanted: _Wanted, why: str, worker: str = "") -> Graded | None:
        """Try it again, on another worker if there is one; or it is not graded."""
        wanted.failures += 1
        wanted.failed_on |= {worker}
        if wanted.failures < TRIES:
            self._waiting.appendleft(wanted)
            return None
        return self.hope.hear(Graded(wanted.order.name, wanted.order.key, failure=why))

    # --------------------------------------------------------------------------------- losing workers

    def _lose(self, wanted: _Wanted) -> Graded | None:
        """It is lost, with every worker that might have graded it."""
        wanted.losses += 1
        if wanted.losses <= LOSSES:
            self._waiting.appendleft(wanted)
            return None
        return self._suspect(wanted)

    def _suspect(self, wanted: _Wanted) -> Graded | None:
        """Workers were lost with it too often: it is tried alone, or is not graded if it was alone."""
        if wanted.is_alone:
            return self.hope.hear(Graded(wanted.order.name, wanted.order.key, failure=messages.KILLED))
        wanted.is_alone, wanted.losses = True, 0
        self._suspected.append(wanted)
        return None

    def _look(self) -> list[Graded]:
        """See which workers there are; send again what was lost with all of its own. Raises GraderError."""
        self._looked_s = now = time.monotonic()
        present, self._slots = self._connection.look()
        if self._slots:
            if self._is_told:
                self._say(messages.GOES_ON.format(address=self._connection.address))
            self._had_slots_s, self._is_told = now, False
        elif not self._is_told and now - self._had_slots_s >= SAY_AFTER_S:
            self._is_told = True
            self._say(self._connection.nobody())
        lost = [number for number, sent in self._sent.items() if sent.places.isdisjoint(present)]
        found = []
        for number in lost:
            self._sent[number].future.cancel()
            if (graded := self._lose(self._take(number))) is not None:
                found.append(graded)
        return found
