"""How a worker gives up its rights, for good, before it imports the student's module.

`confine(plan, names)` applies the layers below in order; each needs the ones before it (limits are set while it is
still allowed, the user is dropped before no-new-privileges, and nothing else works under Landlock and seccomp). Which
layers the platform offers is tried out once, in a process of its own: see `survey.py`.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.worker import landlock, readable, seccomp
from autograder.worker.starting import ONE_THREAD

_LINUX = sys.platform.startswith("linux")
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

_GPU_VARIABLES = ("CUDA_", "NVIDIA_", "LD_LIBRARY_PATH")
_GPU_DRIVER_MIB = 4096
_SPARE_TASKS = 1024  # what else the user starts meanwhile, and what a worker may
_LIBRARIES_MIB = 256  # address space for what the student's code imports beyond what the nursery has
_CAP_CHOWN, _CAP_KILL, _CAP_SETGID, _CAP_SETUID = 0, 5, 6, 7


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


@dataclass(frozen=True)
class Layer:
    """One thing that a worker gives up. `apply` raises OSError, with the reason, where it is not to be had."""

    name: str
    keeps: str  # what it keeps the student's code from, for whoever reads the table of the doctor
    apply: Callable[[Plan], None]


def confine(plan: Plan, names: Collection[str]) -> None:
    """Apply the layers of these names, in order. Raises OSError if one fails, although the platform offers it."""
    for layer in LAYERS:
        if layer.name in names:
            layer.apply(plan)


def may_change_user() -> bool:
    """Is this process root, and with the capabilities to give a worker a user of its own?"""
    if os.geteuid() != 0:
        return False
    if not _LINUX:
        return True
    effective = int(_status()["CapEff"], 16)
    return all(effective >> capability & 1 for capability in (_CAP_CHOWN, _CAP_KILL, _CAP_SETGID, _CAP_SETUID))


@functools.cache  # the nursery asks first: it takes as long as a fork
def tasks_of_user() -> int:
    """How many processes and threads this user has, as of the first time that this is asked."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if entry.stat().st_uid == os.geteuid():
                found += (entry / "task").stat().st_nlink - 2
    return found


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
    # When the container is out of memory the kernel shall take the worker, not the grader. To a process whose memory is
    # hidden its own files in /proc belong to root; this one has nothing to hide yet.
    _linux_only()
    _prctl(_PR_SET_DUMPABLE, 1)
    Path("/proc/self/oom_score_adj").write_text("1000")
    _prctl(_PR_SET_DUMPABLE, 0)


def _limit(what: int, soft: int, spare: int = 0) -> None:
    """Set a limit for good; where the machine's own is lower, that one holds."""
    hard = resource.getrlimit(what)[1]
    value = soft + spare if hard == resource.RLIM_INFINITY else min(soft + spare, hard)
    resource.setrlimit(what, (min(soft, value), value))


def _limits(plan: Plan) -> None:
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, plan.cpu_s, spare=1)  # SIGXCPU, which names the cause; SIGKILL only after it
    _limit(resource.RLIMIT_FSIZE, plan.file_mib << 20)
    _limit(resource.RLIMIT_NOFILE, plan.descriptors)
    # It counts all processes and threads of the user: those that are not the worker's must be counted in.
    _limit(resource.RLIMIT_NPROC, plan.processes if plan.user_id is not None else tasks_of_user() + _SPARE_TASKS)


def _memory(plan: Plan) -> None:
    _linux_only()
    # DATA counts private writable memory: the closest to a budget. ADDRESS SPACE also bounds shared mappings.
    held = _status()
    budget = (plan.memory_mib + (_GPU_DRIVER_MIB if plan.gpu else 0)) << 20
    _limit(resource.RLIMIT_DATA, _bytes(held["VmData"]) + budget)
    if not plan.gpu:
        _limit(resource.RLIMIT_AS, _bytes(held["VmSize"]) + budget + (_LIBRARIES_MIB << 20))


def _status() -> dict[str, str]:
    lines = Path("/proc/self/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _bytes(kib: str) -> int:
    return int(kib.removesuffix("kB")) << 10


def _user(plan: Plan) -> None:
    if plan.user_id is not None:
        os.setgroups([])
        os.setgid(plan.user_id)
        os.setuid(plan.user_id)


def _no_new_privileges(plan: Plan) -> None:
    _linux_only()
    die_with_parent()  # after the change of user, which clears it
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _files(plan: Plan) -> None:
    _linux_only()
    landlock.restrict(readable.paths(plan.gpu), [plan.home, plan.temporary], readable.devices(plan.gpu))


def _calls(plan: Plan) -> None:
    _linux_only()
    seccomp.restrict(gpu=plan.gpu)


def _linux_only() -> None:
    if not _LINUX:
        raise OSError(errno.ENOSYS, "it exists on Linux only")


LAYERS = (
    Layer("own group", "outliving its check unseen", _own_group),
    Layer("own place", "seeing the grader's environment and folders", _own_place),
    Layer("first victim", "taking the grader down when the container's memory ends", _first_victim),
    Layer("limits", "using processor time, files and descriptors without end", _limits),
    Layer("memory", "using memory without end", _memory),
    Layer("user", "reading, signalling and changing what is not its own", _user),
    Layer("no new privileges", "gaining rights, and outliving the nursery", _no_new_privileges),
    Layer("files", "opening any file but libraries and its own folder (Landlock)", _files),
    Layer("system calls", "the network, other processes, starting any (seccomp)", _calls),
)
