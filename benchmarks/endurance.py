"""python -m benchmarks.endurance [N] [one|many]: what remains of a grading, after hundreds of them.

`one` grades N submissions in one process with one nursery, `many` in N processes one after another, as the platform's
command; without a word both. The submissions take turns: correct, crashing, hanging, flooding, wrong. What should
stay as it is, is counted as it goes: descriptors, children, zombies, processes of the workers' users, entries of
the temporary folders, locks on users, memory.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = """
import torch
from autograder import assert_close, number, timeout, weight


@number("1.1")
@weight(1)
def test_double(student, reference):
    "double doubles"
    x = torch.linspace(-1, 1, 5, requires_grad=True)
    assert_close(student.double(x), reference.double(x), name="double")


@number("1.2")
@weight(1)
@timeout(0.3)
def test_act(student):
    "act ends"
    student.act()
"""
REFERENCE = "def double(x): return 2 * x\n"
CORRECT = "import os\ndef double(x): return 2 * x\ndef act(): pass\n"
SUBMISSIONS = {
    "correct": CORRECT,
    "crashing": CORRECT + "def act(): os.kill(os.getpid(), 11)\n",
    "hanging": CORRECT + "def act():\n    while True: pass\n",
    "flooding": CORRECT + "def act():\n    while True: os.write(1, bytes(65536))\n",
    "wrong": CORRECT + "def double(x): return 3 * x\n",
    "littering": CORRECT + "import tempfile\ndef act():\n    tempfile.mkdtemp(dir='/tmp')\n    os.fork()\n",
    "exiting": CORRECT + "raise SystemExit\n",
}
TOML = """
title = "Homework"
files = ["submission.py"]
reference = "reference.double"
[parts.1]
title = "Part"
points = 2
[limits]
timeout_s = 5
output_mib = 1
"""
_WORKERS = range(60_000, 65_200)


@dataclass(frozen=True)
class Held:
    """What is held at one moment."""

    gradings: int
    descriptors: int  # of the grader
    nursery_descriptors: int
    children: int  # of the grader and of the nursery
    zombies: int
    strangers: int  # processes of the workers' users
    temporary: int  # entries of TMPDIR, /tmp and /dev/shm
    locks: int
    grader_rss_mib: float
    grader_pss_mib: float
    nursery_rss_mib: float
    nursery_pss_mib: float
    seconds: float


def main(count: int, ways: Sequence[str]) -> None:
    """Grade, and print what is held."""
    for way in ways:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            place.chmod(0o755)
            _write(place)
            os.environ["TMPDIR"] = tempfile.tempdir = str(place / "temporary")
            print(f"{count} gradings in {'one process' if way == 'one' else 'as many processes'}", flush=True)
            _report(_in_one(place, count) if way == "one" else _in_many(place, count))
            os.environ.pop("TMPDIR")
            tempfile.tempdir = None


def _write(place: Path) -> None:
    (place / "source" / "reference").mkdir(parents=True)
    (place / "source" / "reference" / "__init__.py").touch()
    (place / "source" / "reference" / "double.py").write_text(REFERENCE)
    unneeded = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder", place / "source" / "autograder", ignore=unneeded)
    homework = place / "source" / "assignments" / "hw"
    homework.mkdir(parents=True)
    (homework / "checks.py").write_text(CHECKS)
    (homework / "assignment.toml").write_text(TOML)
    for name, text in SUBMISSIONS.items():
        (place / name / "submission").mkdir(parents=True)
        (place / name / "submission" / "submission.py").write_text(text)
    (place / "temporary").mkdir()
    (place / "temporary").chmod(0o1777)


def _in_one(place: Path, count: int) -> Iterator[Held]:
    sys.path.insert(0, str(place / "source"))
    from autograder.assignment import load_assignment
    from autograder.pipeline import Progress, start_nursery
    from autograder.report import gradescope
    from autograder.submission import stage

    assignment = load_assignment(place / "source" / "assignments" / "hw")
    names = list(SUBMISSIONS)
    started = time.monotonic()
    with closing(start_nursery(assignment)) as nursery:
        from autograder.collect import run_checks
        from autograder.host import Host

        for number in range(count + 1):
            if number in _moments(count):
                gc.collect()
                yield _held(number, os.getpid(), nursery._pid, started)
            folder = place / names[number % len(names)]
            progress = Progress(assignment, lambda report, verdict, total: None)
            with stage(folder / "submission", assignment) as workspace:
                run_checks(assignment, Host(nursery, workspace, assignment), listener=progress)
            gradescope.write(progress.report(), folder / "results.json")


def _in_many(place: Path, count: int) -> Iterator[Held]:
    names = list(SUBMISSIONS)
    started = time.monotonic()
    for number in range(count + 1):
        if number in _moments(count):
            yield _held(number, os.getpid(), None, started)
        subprocess.run(
            [sys.executable, "-m", "autograder", "grade"],
            cwd=place / "source",
            env={
                **os.environ,
                "AUTOGRADER_ROOT": str(place / names[number % len(names)]),
                "AUTOGRADER_ASSIGNMENT": "hw",
                "PYTHONPATH": str(place / "source"),
                "OMP_NUM_THREADS": "1",
            },
            stdout=subprocess.DEVNULL,
            check=True,
        )


def _moments(count: int) -> set[int]:
    return {min(10, count), *range(100, count, 100), count}  # not the first: what is made once is no leak


def _held(gradings: int, grader: int, nursery: int | None, started: float) -> Held:
    children = [pid for parent in (grader, nursery) if parent for pid in _children(parent)]
    places = {Path(tempfile.gettempdir()), Path("/tmp"), Path("/dev/shm")}
    return Held(
        gradings=gradings,
        descriptors=len(list(Path(f"/proc/{grader}/fd").iterdir())) - 1,  # this look takes one
        nursery_descriptors=len(list(Path(f"/proc/{nursery}/fd").iterdir())) if nursery else 0,
        children=len(children),
        zombies=sum("State:\tZ" in _text(Path(f"/proc/{pid}/status")) for pid in children),
        strangers=_strangers(),
        temporary=sum(_is_ours(path) for place in places for path in place.iterdir()),
        locks=_locks(grader),
        grader_rss_mib=_mib(grader, "Rss"),
        grader_pss_mib=_mib(grader, "Pss"),
        nursery_rss_mib=_mib(nursery, "Rss"),
        nursery_pss_mib=_mib(nursery, "Pss"),
        seconds=round(time.monotonic() - started, 1),
    )


def _is_ours(path: Path) -> bool:
    """Other programs come and go in shared places: what counts is what a worker left, or lies in our own folder."""
    return path.parent == Path(tempfile.gettempdir()) or _owner(path) in _WORKERS


def _strangers() -> int:
    """Processes of the workers' users that stay: those of other gradings on this machine come and go."""
    found: set[str] | None = None
    for _ in range(3):
        now = {path.name for path in Path("/proc").iterdir() if path.name.isdigit() and _owner(path) in _WORKERS}
        found = now if found is None else found & now
        if not found:
            break
        time.sleep(1)
    return len(found or ())


def _locks(grader: int) -> int:
    """Locks that this process holds, or one that has ended."""
    holders = [line.split()[4] for line in _text(Path("/proc/locks")).splitlines() if "FLOCK" in line]
    return sum(int(pid) == grader or not Path(f"/proc/{pid}").exists() for pid in holders)


def _children(pid: int) -> list[int]:
    return [int(child) for child in _text(Path(f"/proc/{pid}/task/{pid}/children")).split()]


def _mib(pid: int | None, name: str) -> float:
    rows = _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines() if pid else []
    return next((round(int(row.split()[1]) / 1024, 1) for row in rows if row.startswith(f"{name}:")), 0.0)


def _owner(path: Path) -> int:
    try:
        return path.lstat().st_uid
    except OSError:  # it has ended meanwhile
        return -1


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _report(moments: Iterator[Held]) -> None:
    names = [field.name.replace("_", " ") for field in fields(Held)]
    widths = [max(len(name), 7) for name in names]
    print("  ".join(f"{name:>{width}}" for name, width in zip(names, widths, strict=True)), flush=True)
    seen: list[Held] = []
    for held in moments:
        seen.append(held)
        print("  ".join(f"{value:>{width}}" for value, width in zip(astuple(held), widths, strict=True)), flush=True)
    gradings = seen[-1].gradings - seen[0].gradings
    for name in ("grader_rss_mib", "grader_pss_mib", "nursery_rss_mib", "nursery_pss_mib"):
        slope = (getattr(seen[-1], name) - getattr(seen[0], name)) * 1024 / max(gradings, 1)
        print(f"{name.replace('_mib', '').replace('_', ' '):<14} {slope:+.2f} KiB a grading")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(
        next((int(word) for word in words if word.isdigit()), 500),
        [word for word in words if word in ("one", "many")] or ["one", "many"],
    )
