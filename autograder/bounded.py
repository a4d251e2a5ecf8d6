"""Runs a function in a child process that can be killed: reading and comparing formulas has a time and a memory limit.

The child runs our own code on the student's text, which is never executed; so what it answers may be unpickled.
"""

from __future__ import annotations

import math
import os
import pickle  # noqa: TID251 - the child runs our code alone, and sends what it made to its parent
import resource
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from autograder import messages
from autograder.worker import confine

_MEMORY_MIB = 512
Answer = TypeVar("Answer")


class TookTooMuch(Exception):
    """The child was killed: it ran too long, or took too much memory."""


def bounded(work: Callable[[], Answer], timeout_s: float) -> Answer:
    """What `work` returns, or raises. Raises TookTooMuch after `timeout_s`, or beyond 512 MiB more."""
    reading, writing = os.pipe()
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if child == 0:
        os.close(reading)
        _answer(work, writing, parent, timeout_s)
    os.close(writing)
    try:
        content = _read(reading, time.monotonic() + timeout_s)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not content:
        raise TookTooMuch(messages.running.TOOK_TOO_MUCH.format(seconds=timeout_s, mib=_MEMORY_MIB))
    succeeded, answer = pickle.loads(content)  # noqa: S301 - see above
    if not succeeded:
        raise answer
    return answer  # type: ignore[no-any-return]


def _answer(work: Callable[[], object], writing: int, parent: int, timeout_s: float) -> None:
    """In the child: work, answer, and end without the parent's clean-up."""
    try:
        confine.die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _limit(timeout_s)
        try:
            content = pickle.dumps((True, work()))
        except MemoryError:
            os._exit(1)
        except Exception as error:  # noqa: BLE001 - it is raised again in the parent
            content = pickle.dumps((False, error))
        with os.fdopen(writing, "wb") as file:
            file.write(content)
    finally:
        os._exit(0)


def _limit(timeout_s: float) -> None:
    cpu_s = math.ceil(timeout_s) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    status = Path("/proc/self/status")
    if not status.is_file():
        return
    held = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmData"))
    limit = (int(held) << 10) + (_MEMORY_MIB << 20)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _read(reading: int, deadline_s: float) -> bytes:
    parts: list[bytes] = []
    while (left_s := deadline_s - time.monotonic()) > 0 and select.select([reading], [], [], left_s)[0]:
        part = os.read(reading, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""
