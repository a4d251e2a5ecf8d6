"""What of a regrade runs on a cluster's workers and its scheduler. It travels there by value.

A worker has no part of the grader installed, and sees none of our files: this module may import nothing of ours. With
`Source` travels the grader itself, once for each worker, also for one that joins later. The worker unpacks it into a
folder that nobody else may enter and starts a station there (station.py); its threads only pass orders and answers
through. What is here ends when the one who brought it leaves, however that happens: see `Leaving`.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import io
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin

# The state of a worker, which it tells with its heartbeat: one of these keys.
READY, DIFFERS, BROKE = "ready", "differs", "broke"
_END_S = 20.0


class Source(WorkerPlugin):
    """The grader on a worker: its source as a zip, and the station that runs it.

    `versions` are those that a worker must have, exactly; of those in `roughly`, a build's label (+cpu) may differ.
    """

    def __init__(
        self, name: str, source: bytes, station: tuple[str, ...], versions: Mapping[str, str], roughly: tuple[str, ...]
    ) -> None:
        self.name = name
        self._source, self._station, self._versions, self._roughly = source, station, dict(versions), roughly

    async def setup(self, worker: Any) -> None:
        """Start a station, if the worker has what it needs."""
        self._state: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._idle: list[BinaryIO] = []  # connections to slots that wait for an order
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._place, self._threads = worker.local_directory, worker.state.nthreads
        worker.metrics[self.name] = self._tell
        if differing := self._differing():
            self._state = {DIFFERS: differing}
            return
        try:
            await asyncio.to_thread(self._start)
            self._state = {READY: True}
        except OSError as error:
            self._state = {BROKE: str(error)}

    async def teardown(self, worker: Any) -> None:
        """End the station, and with it every slot, and leave nothing on the disk."""
        worker.metrics.pop(self.name, None)
        await asyncio.to_thread(self._close)

    def grade(self, order: bytes) -> bytes:
        """Have one submission graded, in a thread of the worker. An error is worth another try."""
        stream = self._connected()
        try:
            stream.write(order)
            stream.flush()
            answer = stream.readline()
        except OSError:
            answer = b""
        if answer.startswith(b'{"graded"') and answer.endswith(b"\n"):
            with self._lock:
                self._idle.append(stream)
            return answer
        with suppress(OSError):
            stream.close()
        if not answer.endswith(b"\n"):
            self._await_end()
            raise RuntimeError("the station has ended")
        return answer

    def _tell(self, worker: Any) -> dict[str, Any]:
        return self._state

    def _differing(self) -> dict[str, list[str]]:
        """The packages that this worker has in another version, with what it has."""
        found = {}
        for name, wanted in self._versions.items():
            there = _version(name)
            if (there.partition("+")[0] if name in self._roughly else there) != wanted:
                found[name] = [there, wanted]
        return found

    def _connected(self) -> BinaryIO:
        """A connection to a slot that waits for an order."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the regrade has ended")
            if self._process is None or self._process.poll() is not None:
                self._end()
                self._start()
            if self._idle:
                return self._idle.pop()
            ours, theirs = socket.socketpair()
            stream: BinaryIO = ours.makefile("rwb")  # type: ignore[assignment]
            with ours, theirs:
                socket.send_fds(self._control, [b"+"], [theirs.fileno()])
            return stream

    def _start(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="autograder-", dir=self._place)  # nobody else may enter it
        try:
            with zipfile.ZipFile(io.BytesIO(self._source)) as archive:
                archive.extractall(self._folder)
            path = [self._folder, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", *self._station, str(self._threads)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    cwd=self._folder,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
                    start_new_session=True,  # what ends the worker must not end it before it has cleared up
                )
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            self._end()

    def _end(self) -> None:
        while self._idle:
            with suppress(OSError):
                self._idle.pop().close()
        if self._process is not None:
            self._control.close()
            self._await_end()
            self._process.kill()
            self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._process = None

    def _await_end(self) -> None:
        process = self._process
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)


class Leaving(SchedulerPlugin):
    """Takes `Source` off the cluster when the one who brought it has left, been killed, or lost the connection."""

    def __init__(self, name: str, client: str) -> None:
        self.name = name
        self._client = client

    def remove_client(self, scheduler: Any, client: str) -> None:
        """A client has gone."""
        if client != self._client:
            return
        scheduler.remove_plugin(name=self.name)
        if self.name in scheduler.worker_plugins:
            scheduler.loop.add_callback(scheduler.unregister_worker_plugin, None, self.name)


def grader(name: str) -> Callable[[bytes], tuple[str, bytes]]:
    """What a worker does with an order: have it graded, and tell which worker it is.

    It is a function in a function, for such a one always travels by value.
    """

    def grade(order: bytes) -> tuple[str, bytes]:
        from distributed import get_worker

        worker = get_worker()
        source = worker.plugins.get(name)
        if source is None:
            raise RuntimeError("the grader is not here")
        return worker.address, source.grade(order)  # type: ignore[attr-defined]

    return grade


def _version(name: str) -> str:
    if name == "python":
        return ".".join(platform.python_version_tuple()[:2])
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "none"
