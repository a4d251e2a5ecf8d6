"""A processor for each slot of this machine: threads that one submission starts take no time from its neighbours.

Time limits are of the wall clock. A submission may start dozens of threads, and without this all slots would share the
processors with them. A processor is claimed by locking a file, as users are (users.py): two classes that are graded at
the same time do not take the same ones. The kernel frees the lock when the run ends, however it ends.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from autograder.claims import claim, is_own


def available() -> int:
    """How many processors this process may use at once: of the machine, and of the container that it is in."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        if quota != "max":
            count = min(count, max(1, round(int(quota) / int(period))))
    return count


class Cores:
    """Processors that are this run's alone, as far as other classes are concerned; none where there are too few."""

    def __init__(self, count: int) -> None:
        self._locks: list[int] = []
        self.free: list[int] = []
        if count > 1 and hasattr(os, "sched_getaffinity"):  # a single slot has no neighbours
            with suppress(OSError):
                self._claim(count, _folder())
        if len(self.free) < count:
            self.close()

    def take(self) -> int | None:
        """One that no slot has, if there is one. Several threads may ask."""
        with suppress(IndexError):
            return self.free.pop(0)
        return None

    def close(self) -> None:
        """Give them back."""
        for lock in self._locks:
            os.close(lock)
        self._locks, self.free = [], []

    def _claim(self, count: int, folder: Path) -> None:
        for core in sorted(os.sched_getaffinity(0)):
            if len(self.free) == count:
                return
            with suppress(BlockingIOError):  # another run's
                self._locks.append(claim(folder / str(core)))
                self.free.append(core)


def _folder() -> Path:
    """A folder of this user's own. Raises OSError if there is none to be had."""
    folder = Path(tempfile.gettempdir()) / f"autograder-cores-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not is_own(folder):
        raise OSError(f"{folder} is another user's")
    return folder
