"""What a process and all that it starts take: wall time, processor time, and memory together, sampled as it runs.

Forked processes share memory, so their sizes must not be added up. What each has for itself is Pss_Anon, in which a
page that two of them share counts half for each. Files (torch's libraries) are counted once, as in a container where
nobody else has them open. A process that hides its memory, as the grader does from its workers, shows Pss_Anon to root
alone; to others the sum of what each holds, shared or not, is an upper bound.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.02
_SAMPLE_S = 0.1
_SHARE = 0.1  # of the time, at the most, goes into looking
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


class Meter:
    """The largest memory that a process and its descendants were seen to have."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self.is_bound = False
        self._next_s = 0.0

    def look(self, process: int) -> None:
        """Measure, unless that was done a moment ago."""
        started_s = time.monotonic()
        if started_s < self._next_s:
            return
        seen = [memory for pid in tree(process) if (memory := _memory(pid)) is not None]
        total_kib = sum(memory.own_kib for memory in seen) + max((memory.files_kib for memory in seen), default=0)
        if total_kib / 1024 > self.peak_mib:
            self.peak_mib = total_kib / 1024
            self.is_bound = any(memory.is_bound for memory in seen)
        took_s = time.monotonic() - started_s
        self._next_s = time.monotonic() + max(_SAMPLE_S, took_s / _SHARE)


@dataclass(frozen=True)
class Ended:
    """How a process ended; `status` is negative for a signal, as in subprocess."""

    status: int
    wall_s: float
    cpu_s: float
    timed_out: bool


def wait(process: subprocess.Popen[bytes], timeout_s: float, meter: Meter | None = None) -> Ended:
    """Wait for a process; kill it, and nothing that it started, when the time is over."""
    started_s = time.monotonic()
    timed_out = False
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        wall_s = time.monotonic() - started_s
        if pid:
            break
        if wall_s > timeout_s and not timed_out:
            timed_out = True
            process.kill()
        elif meter is not None:
            meter.look(process.pid)
        time.sleep(_POLL_S)
    process.returncode = os.waitstatus_to_exitcode(status)  # or Popen would wait for it once more
    return Ended(process.returncode, wall_s, used.ru_utime + used.ru_stime, timed_out)


def tree(process: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found = [process]
    for pid in found:  # grows as it is read
        found += children.get(pid, [])
    return found


def _parents() -> Iterable[tuple[int, int]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (entry / "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1]
        except OSError:  # it has ended
            continue
        yield int(entry.name), int(after_name.split()[1])


@dataclass(frozen=True)
class _Memory:
    own_kib: int
    files_kib: int
    is_bound: bool


def _memory(pid: int) -> _Memory | None:
    """None for a process that has ended."""
    try:
        _, resident, shared = (_PAGE_KIB * int(pages) for pages in Path(f"/proc/{pid}/statm").read_text().split()[:3])
    except (OSError, ValueError):
        return None
    try:
        found = re.search(r"^Pss_Anon:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        found = None
    if found is None:
        return _Memory(resident - shared, shared, is_bound=resident > 0)
    return _Memory(int(found[1]), shared, is_bound=False)
