"""A tiny homework with a class that handed it in, in a copy of the project, and runs of the command over it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

import psutil

from autograder.assignment import Assignment, load_assignment
from autograder.regrade.handed_in import HandedIn
from autograder.regrade.order import Order
from autograder.regrade.packed import packed
from tests import faults

KINDS = {
    "right": faults.GOOD,
    "wrong": faults.SUBMISSION,
    "prints": faults.GOOD.replace("return x / 2", "print(object(), __file__); return x / 3"),
    "no_python": "def double(x) return 2",
    "raises": faults.GOOD.replace("return x / 2", "raise ValueError(x)"),
    "draws": faults.GOOD.replace("1 + torch.randn(n)", "1.2 + 0.1 * torch.randn(n)"),
}


def write_class(folder: Path, kinds: Iterable[str] = KINDS, answers: str = faults.ANSWERS) -> Path:
    """A folder for each submission: `kind-number`, or what is handed in by its name."""
    for number, kind in enumerate(kinds):
        place = folder / f"{kind}-{number}"
        place.mkdir(parents=True)
        (place / "submission.py").write_text(textwrap.dedent(KINDS[kind]))
        (place / "answers.md").write_text(answers)
    return folder


def assignment_in(source: Path) -> Assignment:
    return load_assignment(source / "assignments" / "hw")


def orders(folder: Path) -> list[Order]:
    """An order for each submission of a class."""
    made = []
    for place in sorted(folder.iterdir()):
        files = packed(HandedIn(place.name, place))
        made.append(Order(place.name, f"key of {place.name}", files.data, files.refusal))
    return made


def started(source: Path, *arguments: object, before: tuple[str, ...] = (), **variables: str) -> subprocess.Popen[str]:
    """The command regrade, as a process that has just begun."""
    return subprocess.Popen(
        [*before, sys.executable, "-m", "autograder", "regrade", *map(str, arguments)],
        cwd=source,
        env={**os.environ, "PYTHONPATH": str(source), "OMP_NUM_THREADS": "1", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def regraded(source: Path, *arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    """The command regrade, when it has ended."""
    process = started(source, *arguments, **more)  # type: ignore[arg-type]
    out, err = process.communicate(timeout=180)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def results_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder of results that must be the same in every run, by their places."""
    kept = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    varies = ("times.csv", "regrade.log")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept if path.name not in varies}


def processes_of(source: Path) -> list[psutil.Process]:
    """What runs with a copy of the project as its folder: zygotes, slots, nurseries, workers."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == source.resolve() and "zygote" in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found
