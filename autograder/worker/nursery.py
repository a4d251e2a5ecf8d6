"""Theory of operation: the nursery, the process that forks workers.

The grader imports torch once and forks the nursery before it reads checks, expected values or the reference, so
the nursery's memory, and that of every worker, holds no secret. The nursery does what only an unconfined process
can do once (lazy imports, a first optimizer), freezes the garbage collector and does no tensor work: after a
parallel operation every forked child would hang. All threads are one.

For every worker the grader makes a socketpair and two pipes (printed output; last words of a dying process) and
passes the worker's ends to the nursery, which forks: the child takes them as descriptors 3, 1 and 2, and 4,
closes everything else and becomes the worker (`serve.py`). The nursery keeps no end of them. It is the parent,
so only it can wait for a worker: the grader asks it to end one, and is told how it ended. It also adopts what a
worker leaves behind, and kills that too before it answers.

    grader ──control──> nursery ──fork──> worker ──fork──> (whatever the student starts)
       └────────────── socket, output, last words ─────────┘
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import pickle
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.worker import confine, serve, wire

_MESSAGE_BYTES = 1 << 16
_LOW_FDS = 10
OUT_OF_MEMORY = 71  # exit status of a worker that could not even say so


class NurseryDied(Exception):
    """The nursery did not answer: no more workers can be forked."""


@dataclass(frozen=True)
class Ended:
    """How a worker ended: its exit status, or the signal that killed it; and what it used."""

    status: int | None
    signal: int | None
    max_rss_mib: int


@dataclass(frozen=True)
class Ends:
    """The grader's ends of the socket and the pipes to one worker, and the worker's process id."""

    pid: int
    sock: socket.socket
    output_fd: int
    words_fd: int


class Nursery:
    """The grader's handle of the nursery process."""

    def __init__(self, control: socket.socket, pid: int, bounds: wire.Bounds) -> None:
        self._control = control
        self._pid = pid
        self.bounds = bounds

    @classmethod
    def start(cls, *, warm_up_optimizer: bool = False, bounds: wire.Bounds | None = None) -> Nursery:
        """Fork the nursery. Call this before anything secret is loaded."""
        torch.set_num_threads(1)
        bounds = bounds or wire.Bounds()
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET if _has_seqpacket() else socket.SOCK_DGRAM
        )
        gc.collect()
        gc.freeze()  # before the fork: a collection would touch, and so copy, every page
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                ours.close()
                _nurse(theirs, warm_up_optimizer, bounds)
                status = 0
            finally:
                os._exit(status)
        theirs.close()
        return cls(ours, pid, bounds)

    def hatch(self, task: serve.Task) -> Ends:
        """Fork a worker for a task."""
        ours, theirs = socket.socketpair()
        output_read, output_write = os.pipe()
        words_read, words_write = os.pipe()
        try:
            answer = self._ask(
                {"do": "hatch", "task": pickle.dumps(task).hex()},
                [theirs.fileno(), output_write, words_write],
            )
        except NurseryDied:
            ours.close()
            os.close(output_read)
            os.close(words_read)
            raise
        finally:
            theirs.close()
            os.close(output_write)
            os.close(words_write)
        return Ends(answer["pid"], ours, output_read, words_read)

    def dump_stack(self, pid: int) -> None:
        """Ask a worker that does not answer to write where it is into its last words."""
        self._ask({"do": "signal", "pid": pid})

    def end(self, pid: int, user_id: int | None) -> Ended:
        """Kill a worker with everything it started, and wait for it."""
        answer = self._ask({"do": "end", "pid": pid, "user_id": user_id})
        return Ended(answer["status"], answer["signal"], answer["max_rss_mib"])

    def close(self) -> None:
        """End the nursery and with it every worker."""
        self._control.close()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def _ask(self, message: dict[str, Any], fds: list[int] | None = None) -> dict[str, Any]:
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], fds or [])
            answer = self._control.recv(_MESSAGE_BYTES)
        except OSError as error:
            raise NurseryDied(str(error)) from error
        if not answer:
            raise NurseryDied("it closed its control socket")
        decoded: dict[str, Any] = json.loads(answer)
        if "failed" in decoded:
            raise NurseryDied(decoded["failed"])
        return decoded


def _has_seqpacket() -> bool:
    return hasattr(socket, "SOCK_SEQPACKET") and os.uname().sysname != "Darwin"


# ---------------------------------------------------------------------------------------- in the nursery


def _nurse(control: socket.socket, warm_up_optimizer: bool, bounds: wire.Bounds) -> None:
    # A Ctrl-C at the terminal is for the grader. When it ends, however it ends, the control socket does: then every
    # worker is ended too, and what it started. To be killed with the grader would leave that running.
    os.setsid()
    confine.hide_memory()
    confine.adopt_orphans()
    _prepare(warm_up_optimizer)
    alive: dict[int, int | None] = {}  # the workers that the grader has not ended yet, with their users
    while True:
        message, fds, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 3)
        if not message:
            break
        try:
            answer = _obey(json.loads(message), fds, bounds, alive)
        except OSError as error:
            answer = {"failed": str(error)}
        finally:
            for fd in fds:
                os.close(fd)
        with suppress(OSError):  # the grader may be gone: the next receive says so
            control.send(json.dumps(answer).encode())
    for pid, user_id in alive.items():
        _end(pid, user_id)
    _sweep(set())


def _prepare(warm_up_optimizer: bool) -> None:
    """Pay once what every worker would pay again."""
    import torch.nested._internal.nested_tensor  # noqa: F401 - imported by the first backward()

    if warm_up_optimizer:  # the first optimizer of a process imports 800 modules
        parameter = torch.nn.Parameter(torch.zeros(1))
        torch.optim.Adam([parameter])
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # workers are short-lived: a collection seldom pays before their end


def _obey(message: dict[str, Any], fds: list[int], bounds: wire.Bounds, alive: dict[int, int | None]) -> dict[str, Any]:
    if message["do"] == "hatch":
        task: serve.Task = pickle.loads(bytes.fromhex(message["task"]))  # noqa: S301 - the grader's
        pid = _hatch(task, fds, bounds)
        alive[pid] = task.plan.user_id
        return {"pid": pid}
    if message["do"] == "signal":
        with suppress(ProcessLookupError):
            os.kill(message["pid"], signal.SIGUSR1)
        return {}
    answer = _end(message["pid"], message["user_id"])
    alive.pop(message["pid"], None)
    _sweep(set(alive))
    return answer


def _hatch(task: serve.Task, fds: list[int], bounds: wire.Bounds) -> int:
    nursery_pid = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        _take_descriptors(*fds)
        serve.run(task, bounds, nursery_pid)
        status = 0
    except MemoryError:  # the student's code left too little for our own words
        status = OUT_OF_MEMORY
    finally:
        os._exit(status)


def _take_descriptors(sock: int, output: int, words: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, _LOW_FDS) for fd in (null, output, output, sock, words)]
    for target, fd in enumerate(high):
        os.dup2(fd, target)
    os.closerange(serve.WORDS_FD + 1, os.sysconf("SC_OPEN_MAX"))


def _end(pid: int, user_id: int | None) -> dict[str, Any]:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):  # before it has a group of its own
        os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    if user_id is not None:
        _kill_user(user_id)
    return {
        "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "max_rss_mib": usage.ru_maxrss >> 10,
    }


def _kill_user(user_id: int) -> None:
    """Kill whatever a worker's user still runs: a child takes that user and signals all it may."""
    if not any(_runs_as(entry, user_id) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        return
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(user_id)
            os.setuid(user_id)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def _runs_as(entry: Path, user_id: int) -> bool:
    try:
        return entry.stat().st_uid == user_id
    except OSError:
        return False


def _sweep(alive: set[int], patience_s: float = 2.0) -> None:
    """Kill and wait for every process that an ended worker left behind: orphans become this process's children."""
    deadline = time.monotonic() + patience_s
    while (orphans := _children() - alive) and time.monotonic() < deadline:
        for orphan in orphans:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(orphan, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(orphan, os.WNOHANG)
        time.sleep(0.001)


def _children() -> set[int]:
    try:
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    except OSError:  # not Linux: there is no list to go by
        return set()
