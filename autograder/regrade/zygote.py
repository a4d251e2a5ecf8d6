"""Theory of operation: the zygote, a process that has imported torch and forks slots.

A slot is a process that grades submissions, one after another: a grader with a nursery of its own (worker/nursery.py).
What takes long is done once for all slots of a machine: the zygote imports torch, and each slot is a fork of it, so
most of their memory is one memory. The zygote knows no secret, for that of every nursery, and so of every worker, is a
copy of its own: it loads no assignment, sees no submission and no result, and does nothing but fork.

    regrade ──control──> zygote ──fork──> slot ──fork──> nursery ──fork──> worker
       └──────────── orders, answers ──────┘

Whoever wants slots starts the zygote as a new program, so it may itself have threads, or results of hidden checks in
memory. When it ends, however it ends, the control socket does: the zygote ends every slot, and every nursery ends its
workers and removes what they left when its slot is gone. So nothing goes on after a run that was killed.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, BinaryIO

from autograder.errors import WallError
from autograder.messages import regrading as messages
from autograder.regrade.order import Task
from autograder.worker import confine, starting

_MESSAGE_BYTES = 1 << 16
_GRACE_S = 1.0
_END_S = 20.0


class SlotEnds:
    """Our end of a slot: its process, and the stream of orders and answers."""

    def __init__(self, pid: int, sock: socket.socket) -> None:
        self.pid = pid
        self.sock = sock
        self.stream: BinaryIO = sock.makefile("rwb")  # type: ignore[assignment]

    def kill(self) -> None:
        """End it at once; its nursery ends its workers."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def await_end(self) -> None:
        """Let it clear up what it has, if it does so soon."""
        self.sock.settimeout(_GRACE_S)
        with suppress(OSError):
            while self.sock.recv(_MESSAGE_BYTES):
                continue

    def close(self) -> None:
        """Have no more orders: it ends when it has answered the last one."""
        with suppress(OSError):
            self.stream.close()
        self.sock.close()


class Zygote:
    """A handle of the zygote; use as a context manager.

    It runs the engine in the folder `project`. What its slots say beside their answers goes to `log`. Several threads
    may ask it for slots.
    """

    def __init__(self, project: Path, log: IO[Any] | None = None) -> None:
        ours, theirs = socket.socketpair()
        self._control = ours
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "autograder.regrade.zygote"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=project,
                env=starting.environment(),
                start_new_session=True,  # a Ctrl-C at the terminal is for whoever started it
            )

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def fork(self, assignment: Path, task: Task, *, core: int | None = None) -> SlotEnds:
        """A new slot for an assignment, on the processor `core` alone if one is named. Raises WallError."""
        here, there = socket.socketpair()
        wanted = {
            "assignment": str(assignment.resolve()),
            "task": asdict(task),
            "core": core,
        }
        try:
            with self._one_at_a_time:
                with there:
                    socket.send_fds(self._control, [json.dumps(wanted).encode()], [there.fileno()])
                answer = self._control.recv(_MESSAGE_BYTES)
        except OSError as error:
            here.close()
            raise WallError(messages.ZYGOTE_DIED.format(why=error.strerror)) from error
        if not answer:
            here.close()
            raise WallError(messages.ZYGOTE_DIED.format(why=messages.ENDED))
        return SlotEnds(json.loads(answer)["pid"], here)

    def close(self) -> None:
        """End it, and with it every slot."""
        self._control.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:  # it was stopped
            self._process.kill()
            self._process.wait()


# ------------------------------------------------------------------------------------- the process itself


def live(control: socket.socket) -> None:
    """The life of the zygote: forks slots until the control socket is closed."""
    confine.hide_memory()
    gc.disable()  # nothing that torch's import makes is garbage
    import torch

    from autograder.regrade import slot

    torch.set_num_threads(1)
    gc.freeze()  # or the first collection would look through all of it
    gc.enable()
    slots: set[int] = set()
    try:
        while message := _next(control):
            wanted, fd = message
            pid = _fork(control, slot.serve, wanted, fd)
            os.close(fd)
            slots.add(pid)
            control.send(json.dumps({"pid": pid}).encode())
            slots -= _ended()
    finally:
        _end(slots)


def _end(slots: set[int]) -> None:
    """End the slots: those that are at nothing end by themselves, because their orders do."""
    deadline_s = time.monotonic() + _GRACE_S
    while (slots := slots - _ended()) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    for pid in slots:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while slots:
        slots.discard(os.wait()[0])


def _next(control: socket.socket) -> tuple[dict[str, Any], int] | None:
    try:
        content, fds, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 1)
    except OSError:
        return None
    return (json.loads(content), fds[0]) if content else None


def _fork(control: socket.socket, serve: Callable[..., None], wanted: dict[str, Any], fd: int) -> int:
    gc.collect()
    gc.freeze()  # before the fork: a collection would touch, and so copy, every page
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        control.close()
        if wanted["core"] is not None:
            os.sched_setaffinity(0, {wanted["core"]})
        serve(socket.socket(fileno=fd), Path(wanted["assignment"]), Task(**wanted["task"]))
        status = 0
    except BaseException:  # noqa: BLE001 - a fault of ours: the log has it, and whoever waits sees that the slot ended
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _ended() -> set[int]:
    found = set()
    with suppress(ChildProcessError):
        while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            found.add(pid)
    return found


def take_control() -> socket.socket:
    """The control socket, which is standard input; that is empty from now on."""
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return control


if __name__ == "__main__":
    live(take_control())
