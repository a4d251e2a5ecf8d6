"""How a worker gives up its rights, for good, before it imports the student's module.

`confine(plan)` runs the layers below in order; each needs the ones before it (limits are set while it is still
allowed, the user is dropped before no-new-privileges). A layer that the platform does not offer is skipped, and
`layers(plan)` says beforehand which ones will hold. Landlock and seccomp belong at the marked place, last.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_LINUX = sys.platform.startswith("linux")
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

_GPU_VARIABLES = ("CUDA_", "NVIDIA_", "LD_LIBRARY_PATH")
_GPU_DRIVER_MIB = 4096

# Must be set before torch is imported: with more threads every forked child hangs in its first parallel operation.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Plan:
    """What a worker may do: who it is, where it works and how much it may take."""

    home: str  # holds its copy of the submission; its current directory
    temporary: str  # its TMPDIR
    user_id: int | None  # the unprivileged user, or None where the grader is not root
    memory_mib: int  # on top of what the process has when it is forked
    cpu_s: int
    file_mib: int = 64
    processes: int = 64
    descriptors: int = 256
    gpu: bool = False  # its driver reserves address space by the terabyte, and memory of its own


def confine(plan: Plan) -> None:
    """Apply every layer that this platform offers. Raises OSError if one that it offers fails."""
    for layer in _LAYERS.values():
        layer(plan)


def layers(is_root: bool) -> list[str]:
    """The names of the layers that hold on this platform, for reports."""
    absent = set() if is_root else {"user"}
    if not _LINUX:
        absent |= {"no new privileges", "memory"}
    return [name for name in _LAYERS if name not in absent]


def hide_memory() -> None:
    """Close this process's /proc/<pid>/mem, environ and fd to other processes of the same user."""
    _prctl(_PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Make this process the parent of orphans below it, so that none escapes its clean-up."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if _LIBC is not None and _LIBC.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option})")


def _own_group(plan: Plan) -> None:
    os.setsid()


def _own_place(plan: Plan) -> None:
    os.umask(0o077)
    os.chdir(plan.home)
    keep = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": plan.home,
        "TMPDIR": plan.temporary,
    }
    tempfile.tempdir = plan.temporary  # the grader may have asked for its own, and Python remembers the answer
    keep |= {name: value for name, value in os.environ.items() if plan.gpu and name.startswith(_GPU_VARIABLES)}
    os.environ.clear()
    os.environ.update(keep | ONE_THREAD | {"MPLBACKEND": "Agg", "TORCHINDUCTOR_CACHE_DIR": plan.temporary})


def _first_victim(plan: Plan) -> None:
    try:  # when the container is out of memory the kernel shall take the worker, not the grader
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        pass


def _limits(plan: Plan) -> None:
    def limit(what: int, soft: int, spare: int = 0) -> None:
        hard = resource.getrlimit(what)[1]
        value = soft + spare if hard == resource.RLIM_INFINITY else min(soft + spare, hard)
        resource.setrlimit(what, (min(soft, value), value))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, plan.cpu_s, spare=1)  # SIGXCPU, which names the cause; SIGKILL only after it
    limit(resource.RLIMIT_FSIZE, plan.file_mib << 20)
    limit(resource.RLIMIT_NOFILE, plan.descriptors)
    if plan.user_id is not None:  # it counts all processes of the user: only fair for a user of its own
        limit(resource.RLIMIT_NPROC, plan.processes)


def _memory(plan: Plan) -> None:
    if not _LINUX:
        return
    # DATA counts private writable memory: the closest to a budget. ADDRESS SPACE also bounds shared mappings.
    held = {
        line.split(":")[0]: line.split()[1]
        for line in Path("/proc/self/status").read_text().splitlines()
        if "kB" in line
    }
    budget = (plan.memory_mib + (_GPU_DRIVER_MIB if plan.gpu else 0)) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (int(held["VmData"]) * 1024 + budget,) * 2)
    if not plan.gpu:
        resource.setrlimit(resource.RLIMIT_AS, (int(held["VmSize"]) * 1024 + 2 * budget,) * 2)


def _user(plan: Plan) -> None:
    if plan.user_id is not None:
        os.setgroups([])
        os.setgid(plan.user_id)
        os.setuid(plan.user_id)


def _no_new_privileges(plan: Plan) -> None:
    die_with_parent()  # after the change of user, which clears it
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


_LAYERS: dict[str, Callable[[Plan], None]] = {
    "own group": _own_group,
    "own place": _own_place,
    "first victim": _first_victim,
    "limits": _limits,
    "memory": _memory,
    "user": _user,
    "no new privileges": _no_new_privileges,
    # Landlock and seccomp go here: both need no-new-privileges, and nothing above works under them.
}
