"""What grading needs of a machine besides isolation: versions, memory, disk; what to do where something is short."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_OLDEST_PYTHON = (3, 10)
_MEMORY_MIB, _DISK_MIB = 1024, 512


@dataclass(frozen=True)
class Finding:
    """One fact about the machine, and the cure if it is a problem."""

    what: str
    value: str
    cure: str = ""


def examine(project: Path) -> list[Finding]:
    """Everything that grading needs, in the order in which it is needed."""
    return [_python(), *_packages(project / "requirements.txt"), _torch(), _threads(), _memory(), _disk()]


def _python() -> Finding:
    cure = "" if sys.version_info >= _OLDEST_PYTHON else "install Python 3.10 or newer and run ./setup.sh again"
    return Finding("Python", f"{sys.version.split()[0]} ({sys.executable})", cure)


def _packages(requirements: Path) -> list[Finding]:
    """The packages that are pinned for this Python: those that are not there in that version."""
    from packaging.requirements import Requirement  # now: of all commands one needs it

    lines = requirements.read_text(encoding="utf-8").splitlines() if requirements.is_file() else []
    pinned = [Requirement(text) for line in lines if (text := line.split("#")[0].strip())]
    pinned = [one for one in pinned if one.marker is None or one.marker.evaluate()]
    found = []
    for one in pinned:
        installed = _version(one.name)
        if installed is None or not one.specifier.contains(installed):
            cure = (
                f"{one.name} should be {one.specifier}: run ./setup.sh again, and start the grader by ./run_autograder"
            )
            found.append(Finding(one.name, installed or "is not installed", cure))
    return found or [Finding("packages", f"{len(pinned)} as pinned in requirements.txt")]


def _torch() -> Finding:
    if _version("torch") is None:
        return Finding("torch", "is not installed", "run ./setup.sh, and start the grader by ./run_autograder")
    import torch

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU: trainings run on the CPU"
    return Finding(
        "torch", f"{torch.__version__}, {str(torch.get_default_dtype()).removeprefix('torch.')} by default, {gpu}"
    )


def _threads() -> Finding:
    given = os.environ.get("OMP_NUM_THREADS", "not set")
    return Finding("threads", f"the grader uses one (OMP_NUM_THREADS here: {given}), of {os.cpu_count()} processors")


def _memory() -> Finding:
    available = _available_mib()
    if available is None:
        return Finding("memory", "unknown on this system")
    cure = (
        f"grading with trainings takes up to {_MEMORY_MIB} MiB: close other programs" if available < _MEMORY_MIB else ""
    )
    return Finding("memory", f"{available} MiB available", cure)


def _available_mib() -> int | None:
    limits = []
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file() and (line := re.search(r"^MemAvailable:\s+(\d+) kB", meminfo.read_text(), re.MULTILINE)):
        limits.append(int(line[1]) >> 10)
    container = Path("/sys/fs/cgroup/memory.max")
    if container.is_file() and (text := container.read_text().strip()).isdigit():
        limits.append(int(text) >> 20)
    return min(limits, default=None)


def _disk() -> Finding:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free >> 20
    cure = f"grading needs up to {_DISK_MIB} MiB there: make room, or name another folder in TMPDIR"
    return Finding("disk", f"{free} MiB free in {folder}", cure if free < _DISK_MIB else "")


def _version(name: str) -> str | None:
    from importlib import metadata  # as above

    try:
        return metadata.version(name).split("+")[0]
    except metadata.PackageNotFoundError:
        return None
