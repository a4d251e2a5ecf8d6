"""The nursery from inside: forks workers, ends them with everything they started, and says how they ended.

Theory of operation: see `nursery.py`, which is the grader's end of it.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import pickle
import signal
import socket
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.worker import confine, environment, in_process, readable, seccomp, serve, survey, wire
from autograder.worker.clearing import clear
from autograder.worker.processes import processes_of

MESSAGE_BYTES = 1 << 16
OUT_OF_MEMORY = 71  # exit status of a worker that could not even say so
_LOW_FDS = 10


@dataclass(frozen=True)
class Duty:
    """What a nursery is told when it starts."""

    bounds: wire.Bounds
    without: tuple[str, ...] = ()  # layers of confinement to leave off, as on a platform that does not offer them
    leftovers: str | None = None  # a folder to remove in the end: the grader may be killed before it does that


def nurse(control: socket.socket, duty: Duty) -> None:
    """The life of the nursery: obeys the grader until that closes the control socket, or ends."""
    # A Ctrl-C at the terminal is for the grader. When it ends, however it ends, the control socket does: then every
    # worker is ended too, and what it started. To be killed with the grader would leave that running.
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the grader's own handling would go on in every worker
    signal.signal(signal.SIGINT, signal.default_int_handler)
    confine.hide_memory()
    confine.adopt_orphans()
    environment.forget()
    _prepare()
    nursing = _Nursing(duty.bounds, survey.survey(duty.without))
    try:
        while message := _next(control):
            _answer(control, nursing, *message)
    finally:
        for pid, user_id in nursing.alive.items():
            _end(pid, user_id)
        _sweep(set())
        if duty.leftovers is not None:
            clear(Path(duty.leftovers))


def _next(control: socket.socket) -> tuple[bytes, list[int]] | None:
    """The next message and the descriptors that came with it, or None when the grader is gone."""
    try:
        message, fds, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 3)
    except OSError:  # it was killed before it read our last answer
        return None
    return (message, fds) if message else None


def _answer(control: socket.socket, nursing: _Nursing, message: bytes, fds: list[int]) -> None:
    try:
        answer = nursing.obey(json.loads(message), fds)
    except OSError as error:
        answer = {"failed": str(error)}
    finally:
        for fd in fds:
            os.close(fd)
    with suppress(OSError):  # the grader may be gone: the next receive says so
        control.send(json.dumps(answer).encode())


def _prepare() -> None:
    """Pay once what every worker would pay again."""
    import torch.nested._internal.nested_tensor  # noqa: F401 - imported by the first backward()

    serve.seed(0)  # imports numpy.random
    _compute()
    in_process.load_data_in_process()
    confine.tasks_of_user()
    for gpu in (False, True):
        readable.paths(gpu)
        with suppress(OSError):  # no layer for this machine: the survey says so
            seccomp.prepared(gpu)
    _forget_listings()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # workers are short-lived: a collection seldom pays before their end


def _forget_listings() -> None:
    """Python keeps which files lie where it imported from: of folders that a worker may not read, it must not know."""
    may_be_read = [*map(Path, readable.paths(True))]
    for place in list(sys.path_importer_cache):
        if not any(Path(place).is_relative_to(known) for known in may_be_read):
            del sys.path_importer_cache[place]


def _compute() -> None:
    """The first computation finds out what the processor can do. Too small for threads, and without gradients."""
    import torch

    model = torch.nn.Linear(2, 2)
    torch.optim.Adam(model.parameters())
    with torch.no_grad():
        model(torch.randn(2, 2)).exp().sum()


class _Nursing:
    """Does what the grader asks, and remembers its workers."""

    def __init__(self, bounds: wire.Bounds, standings: tuple[survey.Standing, ...]) -> None:
        self.bounds = bounds
        self.standings = standings
        self.alive: dict[int, int | None] = {}  # the workers that the grader has not ended yet, with their users
        self.ended: dict[int, dict[str, Any]] = {}  # how the others ended: a grader that was interrupted asks again

    def obey(self, message: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        """Do what a message says. The answer."""
        match message["do"]:
            case "survey":
                return {"standings": [asdict(standing) for standing in self.standings]}
            case "hatch":
                task: serve.Task = pickle.loads(bytes.fromhex(message["task"]))  # noqa: S301 - the grader's
                pid = _hatch(task, fds, self.bounds, survey.names(self.standings))
                self.alive[pid] = task.plan.user_id
                self.ended.pop(pid, None)
                return {"pid": pid}
            case "signal":
                with suppress(ProcessLookupError):
                    os.kill(message["pid"], signal.SIGUSR1)
                return {}
        return self._end(message["pid"], message["user_id"])

    def _end(self, pid: int, user_id: int | None) -> dict[str, Any]:
        if pid not in self.ended:
            self.ended[pid] = _end(pid, user_id)
            self.alive.pop(pid, None)
            _sweep(set(self.alive))
        return self.ended[pid]


def _hatch(task: serve.Task, fds: list[int], bounds: wire.Bounds, layers: Collection[str]) -> int:
    nursery_pid = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        _take_descriptors(*fds)
        serve.run(task, bounds, nursery_pid, layers)
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
    if not any(processes_of({user_id})):
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
