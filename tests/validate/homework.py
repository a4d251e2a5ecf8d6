"""A tiny homework for the commands validate and calibrate: two functions, mistakes of every kind, variants, a handout.

Part 1 asks for half, part 2 for total, which is built on half.
"""

import io
import itertools
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from textwrap import dedent
from unittest.mock import patch

from autograder import __main__ as command_line

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = """
import torch

def half(x):
    return x / 2

def total(x):
    return half(x).sum(-1)
"""
TOML = """
title = "Halves"
files = ["submission.py"]
reference = "{reference}"
[parts.1]
title = "Half"
points = 2
names = ["half"]
[parts.2]
title = "Total"
points = 1
names = ["total"]
[limits]
timeout_s = 10
"""
CHECKS = """
from autograder import *

@number("1.1")
@weight(1)
def test_half(student, reference):
    "half halves"
    assert_matches(student.half, reference.half, normal(3, 4, seed=1))

@number("1.2")
@weight(1)
def test_half_runs(student, reference):
    "half gives a tensor"
    assert_runs(student.half, reference.half, normal(3, 4, seed=1))

@number("2.1")
@weight(1)
def test_total(student, reference):
    "total adds the halves"
    assert_matches(student.total, reference.total, normal(3, 4, seed=1))
"""
MISTAKES = """
import torch
from autograder import mistake

@mistake("half", "Into how many parts?", "H1")
def third(x):
    return x / 3

@mistake("half", "Which sign?")
def negative(x):
    return -x / 2

@mistake("total", "Sum or mean?", "T1")
def mean(x):
    return x.mean(-1) / 2
"""
RIGHT = """
def half(x):
    return 0.5 * x

def total(x):
    return half(x).sum(dim=1)
"""
HANDOUT = """
def half(x):
    raise NotImplementedError

def total(x):
    raise NotImplementedError
"""


_modules = itertools.count()


def write(folder, *, checks=CHECKS, mistakes=MISTAKES, toml=TOML, handout=HANDOUT, reference=REFERENCE, **variants):
    """Write the homework "hw" into a project's folder."""
    place = folder / "assignments" / "hw"
    (place / "handout").mkdir(parents=True)
    (place / "variants").mkdir()
    module = f"halves_{os.getpid()}_{next(_modules)}"
    files = {
        folder / f"{module}.py": reference,
        place / "assignment.toml": toml.format(reference=module),
        place / "checks.py": checks,
        place / "mistakes.py": mistakes,
        place / "handout" / "submission.py": handout,
        **{place / "variants" / f"{name}.py": source for name, source in variants.items()},
    }
    for path, source in files.items():
        path.write_text(dedent(source), encoding="utf-8")
    return folder


COMMAND = """
import sys
from pathlib import Path
from autograder import __main__ as command
command.ASSIGNMENTS = Path(sys.argv[1])
sys.exit(command.main(sys.argv[2:]))
"""


def run_outside(folder, *arguments):
    """(status, stdout, stderr) of a command in a process of its own, with the project's assignments."""
    done = subprocess.run(
        [sys.executable, "-c", dedent(COMMAND), str(folder / "assignments"), *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def run(folder, *arguments):
    """The same in this process: torch is loaded already."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(command_line, "ASSIGNMENTS", folder / "assignments"),
        patch.object(signal, "signal"),
        patch.object(sys, "path", [*sys.path]),
        patch.dict(os.environ),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        status = command_line.main([*arguments])
    return status, out.getvalue(), err.getvalue()


def measured(folder, *arguments):
    """(status, what `validate --json` says of the one homework)."""
    status, out, err = run(folder, "validate", "--jobs", "1", "--json", *arguments)
    assert err == ""
    (document,) = json.loads(out)
    return status, document
