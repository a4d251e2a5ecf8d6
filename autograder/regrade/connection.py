"""The connection to a Dask cluster: brings the grader there, sends orders, and knows the workers that can grade."""

from __future__ import annotations

import json
import logging
import re
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloudpickle  # noqa: TID251 - to send: what runs on workers, by value

from autograder.assignment import Assignment
from autograder.bundle_files import grading_files
from autograder.errors import GraderError, UsageError
from autograder.messages import cluster as messages
from autograder.packing import write_zip
from autograder.regrade.fingerprint import fingerprint, versions
from autograder.regrade.order import Task

if TYPE_CHECKING:
    from distributed import Client, Future

_ADDRESS = re.compile(r"(?:[a-z]+://)?(?:[^\s/:]+|\[[0-9a-fA-F:.]+\]):\d{1,5}")
_CONNECT_S = 10.0
_KNOWN_S = 15.0  # workers tell their state with their heartbeat, every few seconds at most
_LEAVE_S = 10.0
_RETRIES = 2  # of a task whose station ended
_GPU = "GPU"


class KilledWorkers(Exception):
    """Worker after worker was lost with a task."""


class Cancelled(Exception):
    """A task is not known any more: somebody cancelled it, or restarted the cluster."""


class TaskFailed(Exception):
    """A task failed on a worker, again and again."""


class Connection:
    """A connection to the scheduler of a cluster; use as a context manager. When it ends, the grader leaves."""

    def __init__(self, address: str, assignment: Assignment, task: Task, say: Callable[[str], None]) -> None:
        self.address, self._assignment, self._task, self._say = address, assignment, task, say
        self._open = ExitStack()
        self._left_out: set[str] = set()  # workers of which was said that they cannot grade
        self._needs_gpu = task.device == "cuda"

    def __enter__(self) -> Connection:
        """Connect, and bring the grader to all workers. Raises UsageError and GraderError."""
        with ExitStack() as stack:
            self._client = stack.enter_context(_connected(self.address))
            try:
                self._bring()
            except OSError as error:
                raise GraderError(messages.NOT_TAKEN.format(address=self.address, why=error)) from None
            self._refuse(self._known())
            self._open = stack.pop_all()
        return self

    def __exit__(self, *problem: object) -> None:
        self._open.close()

    def check(self) -> None:
        """Raises GraderError if the scheduler is lost."""
        if self._client.status != "running":
            raise GraderError(messages.LOST.format(address=self.address))

    # --------------------------------------------------------------------------------- the grader

    def _bring(self) -> None:
        """Let every worker have the grader, also those that join later."""
        from autograder.regrade import cluster_side

        which = fingerprint(self._assignment, self._task)
        self._name = f"autograder-{which[:12]}-{uuid.uuid4().hex[:8]}"  # another run may have the same grader here
        wanted = versions(self._task)
        wanted["python"] = ".".join(wanted["python"].split(".")[:2])
        roughly = ("torch",) if self._needs_gpu else ()  # the build for a GPU is not the one that is here
        for name in roughly:
            wanted[name] = wanted[name].partition("+")[0]
        station = ("autograder.regrade.station", self._assignment.name, json.dumps(asdict(self._task)))
        cloudpickle.register_pickle_by_value(cluster_side)
        source = cluster_side.Source(self._name, _source(self._assignment), station, wanted, roughly)
        self._client.register_plugin(cluster_side.Leaving(self._name, self._client.id))
        self._client.register_plugin(source)
        self._grader = cluster_side.grader(self._name)

    def _known(self) -> dict[str, Any]:
        """The workers, when all have told their state or had the time to."""
        deadline = time.monotonic() + _KNOWN_S
        while True:
            workers = self._workers()
            if all(map(self._state, workers.values())) or time.monotonic() > deadline:
                return workers
            time.sleep(0.1)

    def _refuse(self, workers: dict[str, Any]) -> None:
        """Raises UsageError if the cluster is not fit: what differs now will differ all night."""
        which = [_differing(address, self._state(worker)) for address, worker in workers.items()]
        if differing := list(filter(None, which)):
            raise UsageError(messages.DIFFERENT.format(which="; ".join(differing)))
        if workers and not any(map(self._threads, workers.values())):
            raise UsageError(messages.NO_GPU.format(address=self.address))

    # --------------------------------------------------------------------------------- orders

    def send(self, number: int, order: bytes, places: frozenset[str]) -> Future[Any]:
        """Have an order graded on one of some workers."""
        return self._client.submit(
            self._grader,
            order,
            key=f"{self._name}-{number}",  # it shows in logs and on the dashboard: it names no student
            workers=sorted(places),
            allow_other_workers=False,
            resources={_GPU: 1} if self._needs_gpu else None,
            retries=_RETRIES,
            pure=False,
        )

    def result(self, future: Future[Any], timeout_s: float) -> tuple[str, bytes] | None:
        """Which worker answered what; None if its worker was lost with the answer, and another is at it.

        Raises KilledWorkers, Cancelled and TaskFailed, and GraderError if the scheduler is lost.
        """
        import distributed

        self.check()
        try:
            worker, answer = future.result(timeout=timeout_s)
        except distributed.TimeoutError:
            return None
        except distributed.KilledWorker:
            raise KilledWorkers from None
        except distributed.CancelledError:
            self.check()
            raise Cancelled from None
        except Exception as error:  # noqa: BLE001 - whatever goes wrong on a worker
            self.check()
            raise TaskFailed(f"{type(error).__name__}: {error}") from None
        return worker, answer

    # --------------------------------------------------------------------------------- workers

    def look(self) -> tuple[set[str], dict[str, int]]:
        """The workers there are, and how many submissions each of those that can grade takes at a time."""
        from autograder.regrade.cluster_side import READY

        workers = self._workers()
        self._left_out &= set(workers)
        slots = {}
        for address, worker in workers.items():
            if READY in (state := self._state(worker)):
                slots[address] = self._threads(worker)
            elif address not in self._left_out and (why := _why_left_out(address, state)):
                self._left_out.add(address)
                self._say(why)
        return set(workers), {address: count for address, count in slots.items() if count}

    def nobody(self) -> str:
        """That no worker can grade."""
        return messages.WAITING.format(address=self.address, with_gpu=messages.WITH_GPU if self._needs_gpu else "")

    def _workers(self) -> dict[str, Any]:
        """What the scheduler knows of its workers, by their addresses. Raises GraderError."""
        workers: dict[str, Any] = self._client.scheduler_info()["workers"]
        self.check()
        return workers

    def _state(self, worker: dict[str, Any]) -> dict[str, Any]:
        return worker["metrics"].get(self._name) or {}

    def _threads(self, worker: dict[str, Any]) -> int:
        threads = int(worker["nthreads"])
        return min(threads, int(worker["resources"].get(_GPU, 0))) if self._needs_gpu else threads


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of a scheduler. Raises UsageError."""
    if not _ADDRESS.fullmatch(address):
        raise UsageError(messages.ADDRESS.format(address=address))
    try:
        import dask
        import distributed
    except ImportError as error:
        raise UsageError(messages.LACKING.format(why=error)) from None
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what is to say is said here, with its cure
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
        try:
            client: Client = distributed.Client(address, timeout=_CONNECT_S, set_as_default=False, name="autograder")
        except (OSError, ValueError, RuntimeError) as error:
            raise UsageError(messages.UNREACHABLE.format(address=address, why=error)) from None
        try:
            yield client
        finally:
            with suppress(OSError, RuntimeError):  # the scheduler may be lost: then there is nobody to take leave of
                client.close(timeout=_LEAVE_S)


def _source(assignment: Assignment) -> bytes:
    """All that grading reads, as a zip."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.zip"
        write_zip(path, grading_files(assignment))
        return path.read_bytes()


def _differing(address: str, state: dict[str, Any]) -> str:
    """Which packages of a worker differ from ours; empty if none do."""
    from autograder.regrade.cluster_side import DIFFERS

    return "; ".join(
        messages.DIFFERS.format(worker=address, package=package, there=there, wanted=wanted)
        for package, (there, wanted) in state.get(DIFFERS, {}).items()
    )


def _why_left_out(address: str, state: dict[str, Any]) -> str:
    """Why a worker cannot grade; empty if that is not known."""
    from autograder.regrade.cluster_side import BROKE

    if BROKE in state:
        return messages.LEFT_OUT_BROKE.format(worker=address, why=state[BROKE])
    differing = _differing(address, state)
    return messages.LEFT_OUT_DIFFERS.format(which=differing) if differing else ""
