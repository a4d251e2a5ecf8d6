"""Ends a run that our own code would not end: the platform kills it otherwise, and throws its verdicts away.

The grader keeps the student's time; nothing keeps the grader's. So a small process, forked before anything large is
loaded, waits for the grader's end. If that does not come in time the grader is killed, and what it has written by then
is what counts: results.json is valid after every verdict, and checks that have none say that the run ended before them.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def watched(deadline_s: float | None) -> Iterator[None]:
    """Kill this process if the block has not ended by `deadline_s` (monotonic time); without one, do nothing."""
    if deadline_s is None:
        yield
        return
    try:
        reading, writing, grader = *os.pipe(), os.getpid()
        pid = os.fork()
    except OSError as error:  # the run is worth more than its watchdog
        print(f"autograder: there is no watchdog: {error}", file=sys.stderr)
        yield
        return
    if pid == 0:
        try:
            os.close(writing)
            _wait(reading, grader, deadline_s)
        finally:
            os._exit(0)
    os.close(reading)
    try:
        yield
    finally:
        os.close(writing)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _wait(reading: int, grader: int, deadline_s: float) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the grader
        signal.signal(number, signal.SIG_IGN)
    while os.getppid() == grader:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            print("autograder: the run took too long and was ended; results.json has what was reached", file=sys.stderr)
            sys.stderr.flush()
            os.kill(grader, signal.SIGKILL)
            return
        if select.select([reading], [], [], left_s)[0]:  # the grader has ended
            return
