"""Theory of operation: the nursery, the process that forks workers.

The grader imports torch once and forks the nursery before it reads checks, expected values or the reference, so
the nursery's memory, and that of every worker, holds no secret. The nursery does what only an unconfined process
can do once (lazy imports, a first small computation), freezes the garbage collector and does no more: after a
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

import gc
import json
import os
import pickle
import socket
from collections.abc import Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import torch

from autograder.worker import nursing, serve, survey, wire
from autograder.worker.lazy_compiler import import_compiler_when_asked_for


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
    def start(
        cls,
        *,
        bounds: wire.Bounds | None = None,
        without: Collection[str] = (),
        leftovers: str | None = None,
    ) -> Nursery:
        """Fork the nursery. Call this before anything secret is loaded. See `nursing.Duty` for the arguments."""
        torch.set_num_threads(1)
        import_compiler_when_asked_for()
        bounds = bounds or wire.Bounds()
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET if _has_seqpacket() else socket.SOCK_DGRAM
        )
        gc.freeze()  # before the fork: a collection would touch, and so copy, every page
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                ours.close()
                nursing.nurse(theirs, nursing.Duty(bounds, tuple(without), leftovers))
                status = 0
            finally:
                os._exit(status)
        theirs.close()
        return cls(ours, pid, bounds)

    def survey(self) -> tuple[survey.Standing, ...]:
        """Which layers of confinement hold for the workers of this nursery. Raises NurseryDied."""
        return tuple(survey.Standing(**standing) for standing in self._ask({"do": "survey"})["standings"])

    def hatch(self, task: serve.Task) -> Ends:
        """Fork a worker for a task. Raises NurseryDied, and OSError if there are no descriptors left."""
        with ExitStack() as ours, ExitStack() as theirs:
            here, there = socket.socketpair()
            ours.callback(here.close)
            theirs.callback(there.close)
            (output, output_end), (words, words_end) = (_pipe(ours, theirs) for _ in range(2))
            message = {"do": "hatch", "task": pickle.dumps(task).hex()}
            answer = self._ask(message, [there.fileno(), output_end, words_end])
            ours.pop_all()
        return Ends(answer["pid"], here, output, words)

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
            answer = self._control.recv(nursing.MESSAGE_BYTES)
        except OSError as error:
            raise NurseryDied(str(error)) from error
        if not answer:
            raise NurseryDied("it closed its control socket")
        decoded: dict[str, Any] = json.loads(answer)
        if "failed" in decoded:
            raise NurseryDied(decoded["failed"])
        return decoded


def _pipe(ours: ExitStack, theirs: ExitStack) -> tuple[int, int]:
    reading, writing = os.pipe()
    ours.callback(os.close, reading)
    theirs.callback(os.close, writing)
    return reading, writing


def _has_seqpacket() -> bool:
    return hasattr(socket, "SOCK_SEQPACKET") and os.uname().sysname != "Darwin"
