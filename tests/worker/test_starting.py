"""A process that grades begins with one thread, a fixed order of sets, and pages that a fork has less to copy of."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.worker.starting import LARGE_PAGES, environment

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import json, os
from autograder.worker.starting import begin_again_in_order
begin_again_in_order()
print(json.dumps({"tunables": os.environ["GLIBC_TUNABLES"], "set": list({"a", "b", "c", "d"})}))
"""
LOOKED_THROUGH = """
import gc
from autograder import pipeline
looked = []
gc.callbacks.append(lambda phase, about: looked.append(len(gc.get_objects(0))) if phase == "start" else None)
from autograder.assignment import load_assignment, find_assignment
from pathlib import Path
nursery = pipeline.start_nursery(load_assignment(find_assignment("vae", Path("assignments"))))
for _ in range(2000):
    looked.append([])  # lists: enough for a collection
nursery.close()
print(max(count for count in looked if isinstance(count, int)))
"""


def begun(**variables):
    """What a process finds that began with these variables and begins again."""
    usual = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BEGIN]
    done = subprocess.run(command, env={**usual, **variables}, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_process_begins_again_with_the_same_order_of_sets():
    assert begun(PYTHONHASHSEED="3") == begun(PYTHONHASHSEED="4") == begun()


def test_what_the_c_library_was_told_already_stays():
    assert '"tunables": "glibc.malloc.check=0"' in begun(GLIBC_TUNABLES="glibc.malloc.check=0")


def test_the_script_begins_as_the_command_does():
    script = (ROOT / "run_autograder").read_text(encoding="utf-8")
    (name, value) = next(iter(LARGE_PAGES.items()))
    assert f"export {name}=${{{name}:-{value}}}" in script


def test_what_was_asked_for_stands_before_large_pages_and_not_before_threads(monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=0")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    assert (environment()["GLIBC_TUNABLES"], environment()["OMP_NUM_THREADS"]) == ("glibc.malloc.check=0", "1")


def large_pages_are_given() -> bool:
    setting = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return setting.is_file() and "[never]" not in setting.read_text()


@pytest.mark.skipif(not large_pages_are_given(), reason="this kernel gives no pages of 2 MiB")
def test_memory_lies_in_large_pages():
    look = "x = ['%d' % i * 600 for i in range(20_000)]; print(open('/proc/self/smaps_rollup').read())"
    done = subprocess.run([sys.executable, "-c", look], env=environment(), capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("AnonHugePages:"))
    assert int(line.split()[1]) > 0


def test_what_torch_s_import_made_is_not_looked_through_for_garbage():
    command = [sys.executable, "-c", LOOKED_THROUGH]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 20_000  # torch's are 170 thousand objects
