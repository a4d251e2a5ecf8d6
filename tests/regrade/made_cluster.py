"""A Dask cluster on this machine: a scheduler and workers as processes, each with folders of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import distributed

from tests import faults

_STARTED_S = 60.0
_IMPATIENT = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}  # 3 is usual: a test would take a minute


def until(holds: Callable[[], Any], what: str, timeout_s: float = 30.0) -> None:
    """Wait until something holds. Raises AssertionError."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Farm:
    """A scheduler, and the workers that are started for it. Use as a context manager.

    A worker's current folder has nothing of this project in it, and its TMPDIR is its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._started: list[subprocess.Popen[bytes]] = []
        self._count = 0

    def __enter__(self) -> Farm:
        file = self.folder / "scheduler.json"
        self.scheduler = self._run("scheduler", "scheduler", "--scheduler-file", str(file), "--port", "0")
        until(file.exists, "the scheduler did not start", _STARTED_S)
        self.address = str(json.loads(file.read_text())["address"])
        self.client = distributed.Client(self.address, set_as_default=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        for process in self._started:
            process.kill()
        for process in self._started:
            process.wait()

    def start(self, *options: str, threads: int = 1, nanny: bool = False) -> str:
        """Start a worker; its name."""
        self._count += 1
        name = f"worker{self._count}"
        kind = "--nanny" if nanny else "--no-nanny"
        self.workers[name] = self._run(
            name, "worker", self.address, kind, "--nthreads", str(threads), "--name", name, *options
        )
        return name

    def have(self, count: int) -> None:
        """Start workers until there are so many, and wait until they are there."""
        for name in [name for name, process in self.workers.items() if process.poll() is not None]:
            del self.workers[name]
        while len(self.workers) < count:
            self.start()
        while len(self.workers) > count:
            self.kill(next(iter(self.workers)))
        until(lambda: set(self.addresses()) == set(self.workers), "the workers did not start", _STARTED_S)

    def kill(self, name: str) -> None:
        """Kill a worker."""
        process = self.workers.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def addresses(self) -> dict[str, str]:
        """The addresses of the workers that the scheduler knows, by their names."""
        workers = self.client.scheduler_info()["workers"]
        return {worker["name"]: address for address, worker in workers.items()}

    def busy(self) -> list[str]:
        """The workers that have something to do, by their names."""
        at_work = self.client.processing()
        return [name for name, address in self.addresses().items() if at_work.get(address)]

    def temporary(self, name: str) -> Path:
        """A worker's TMPDIR."""
        return self.folder / name / "temporary"

    def left(self) -> list[str]:
        """What of the grader's lies in the temporary folders of all workers there ever were."""
        return sorted(str(path) for path in self.folder.glob("*/temporary/**/autograder-*"))

    def _run(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        temporary = self.temporary(name)
        temporary.mkdir(parents=True)
        faults.open_up(temporary)
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        with (self.folder / name / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"],
                cwd=self.folder / name,
                env={**kept, "TMPDIR": str(temporary), "OMP_NUM_THREADS": "1", **_IMPATIENT},
                stdout=log,
                stderr=log,
            )
        self._started.append(process)
        return process
