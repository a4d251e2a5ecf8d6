"""What a process and its children take."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.metering import Meter, tree, wait

SHARED = """
import os, sys, time
mine = bytearray(80 << 20)
mine[::4096] = os.urandom(len(mine[::4096]))  # every page, and no copy of the whole
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        time.sleep(1.0)
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
"""
BUSY = """
import os, time
child = os.fork()
end = time.process_time() + 0.4
while time.process_time() < end:
    pass
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
raise SystemExit(3)
"""


def start(source):
    return subprocess.Popen([sys.executable, "-I", "-c", source], start_new_session=True)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_memory_that_processes_share_counts_once():
    meter = Meter()
    assert wait(start(SHARED), 30.0, meter).status == 0
    assert 80 < meter.peak_mib < 160  # four processes of 80 MiB each, if it were counted four times
    assert not meter.is_bound


def test_the_time_of_children_counts_and_the_status_is_kept():
    ended = wait(start(BUSY), 30.0)
    assert ended.status == 3
    assert 0.7 < ended.cpu_s < 3.0
    assert not ended.timed_out


def test_a_process_that_takes_too_long_is_killed_and_nothing_else():
    process = start("import os, time\nif os.fork() == 0:\n    time.sleep(5)\ntime.sleep(30)\n")
    time.sleep(0.5)
    child = tree(process.pid)[1]
    started_s = time.monotonic()
    ended = wait(process, 0.2)
    assert (ended.status, ended.timed_out) == (-9, True)
    assert time.monotonic() - started_s < 5.0
    assert tree(child) == [child]
    state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
    assert state in "SR"
    os.kill(child, 9)
