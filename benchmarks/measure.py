"""Measures commands as whole process trees: wall time, processor time, peak memory."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable


@dataclass(frozen=True)
class Cost:
    """What one run of a command took, with everything that it started and waited for."""

    wall_s: float
    cpu_s: float


def cost(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command and say what it took. Raises RuntimeError with its output if it fails.

    `environment` are all its variables; the caller's, if it is left out.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output.decode()}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime)


def peak_pss_mib(command: Sequence[str], environment: Mapping[str, str] | None = None, every_s: float = 0.02) -> float:
    """The largest sum of the proportional set sizes of a command's process tree, in MiB; NaN for all but root on Linux.

    What the files on disk and the forks of a process share is counted once. Others may not look into a nursery.
    """
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return math.nan
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(_pss_kib(pid) for pid in _tree(process.pid)) / 1024)
        time.sleep(every_s)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed")
    return peak


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        try:
            found += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            continue
    return found


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def spread(values: Sequence[float]) -> str:
    """Smallest, median and largest of some values."""
    return f"{min(values):.2f} / {statistics.median(values):.2f} / {max(values):.2f}"
