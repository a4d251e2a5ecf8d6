"""The watchdog ends a run that our own code would not end, and leaves every other run alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.watchdog import watched

ROOT = Path(__file__).resolve().parents[1]
HANGS = """
import os, sys, time
from autograder.watchdog import watched
with watched(time.monotonic() + float(sys.argv[1])):
    {body}
"""


def children() -> list[psutil.Process]:
    return psutil.Process().children()


def run(body: str, left_s: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", HANGS.format(body=body), str(left_s)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=False)


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(60)",
        "while True: pass",
        "import ctypes; ctypes.PyDLL(None).sleep(60)",
        "import signal; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]; time.sleep(60)",
    ],
)
def test_a_run_that_hangs_is_ended(body: str) -> None:
    started = time.monotonic()
    done = run(body, 0.3)
    assert done.returncode == -signal.SIGKILL
    assert "the run took too long and was ended" in done.stderr
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(("body", "status"), [("pass", 0), ("sys.exit(3)", 3), ("os._exit(4)", 4), ("1 / 0", 1)])
def test_a_run_that_ends_is_left_alone(body: str, status: int) -> None:
    done = run(body, 60)
    assert done.returncode == status
    assert "too long" not in done.stderr


def test_it_leaves_no_process_and_no_descriptor() -> None:
    def held() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = held(), children()
    with watched(time.monotonic() + 60):
        assert len(children()) == len(before[1]) + 1
    assert (held(), children()) == before


def test_without_a_deadline_there_is_no_watchdog() -> None:
    before = children()
    with watched(None):
        assert children() == before
