"""One submission: the same homework graded by others, and by us, in turns."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

from autograder.worker import starting
from benchmarks import misbehaving
from benchmarks.measure import PYTHON, Cost, cost, peak_pss_mib
from benchmarks.page import Section, figure, mebibytes, ratios, table
from benchmarks.peers import environments
from benchmarks.peers.calling import names
from benchmarks.peers.ways import Way, ways

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SUBMISSION = HERE / "homework" / "submission"
FLOOR, COMMON = "bare script, 1 thread", "gradescope-utils"
SLOW_S, SLOW_ROUNDS = 15.0, 2
OURS = "a process, a user and a copy per check"
_HIDDEN = (*starting.ONE_THREAD, "PYTHONPATH")
_WHAT = {
    "checks": "19 checks, none of which trains",
    "training": "The same and a check that trains for 50 steps: 20 checks",
}


@dataclass
class Measured:
    """A way, and what it took in each round."""

    way: Way
    costs: list[Cost] = field(default_factory=list)
    peak_mib: float = 0.0


def sections(source: Path, scratch: Path, rounds: int) -> list[Section]:
    """A table for each homework of the copy `source` of the project: see regrading.project()."""
    peers = environments.available()
    left_out = [why for why in peers.values() if isinstance(why, str)]
    found = []
    for kind, what in _WHAT.items():
        homework = source / "assignments" / kind
        all_ways = [
            *ways(homework, SUBMISSION, scratch / kind, peers),
            *_ours(source, kind, scratch / kind, SUBMISSION),
        ]
        measured = _in_turns(all_ways, rounds, len(names(homework)))
        found.append(Section(f"One submission: {what[0].lower()}{what[1:]}", _text(measured, left_out)))
    homework = source / "assignments" / "checks"
    given = {
        name: [*ways(homework, folder, scratch / name, peers), *_ours(source, "checks", scratch / name, folder)]
        for name, folder in misbehaving.written(scratch / "misbehaving").items()
    }
    found.append(misbehaving.section(homework, given["takes"], given["ends"]))
    found.append(Section("When the first verdict is there", _first_verdicts(source, rounds)))
    return found


def _ours(source: Path, kind: str, scratch: Path, submission: Path) -> list[Way]:
    """As a student runs it, and as Gradescope does."""
    own = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    own["AUTOGRADER_VENV"] = str(ROOT / ".venv")
    program = str(source / "run_autograder")
    place = scratch / "platform"
    shutil.copytree(submission, place / "submission", dirs_exist_ok=True)
    platform = {**own, "AUTOGRADER_ROOT": str(place), "AUTOGRADER_ASSIGNMENT": kind}
    results = scratch / "ours.json"
    return [
        Way(
            "ours, at home",
            OURS,
            [program, kind, str(submission), "--fail-under", "100", "--results", str(results)],
            own,
            results,
        ),
        Way("ours, on Gradescope", OURS, [program], platform, place / "results" / "results.json"),
    ]


def _in_turns(all_ways: Sequence[Way], rounds: int, count: int) -> list[Measured]:
    measured = [Measured(way) for way in all_ways]
    first = {one.way.name: _cost(one.way, count).wall_s for one in measured}  # not counted: files come from the cache
    for number in range(rounds):
        for one in measured:
            if number < SLOW_ROUNDS or first[one.way.name] < SLOW_S:
                one.costs.append(_cost(one.way, count))
    for one in measured:
        one.peak_mib = peak_pss_mib(one.way.command, one.way.environment)
    return measured


def _cost(way: Way, count: int) -> Cost:
    """What it took. Raises RuntimeError unless its results say that so many checks passed."""
    way.results.unlink(missing_ok=True)
    spent = cost(way.command, way.environment)
    if (found := misbehaving.passed(way.results)) != count:
        raise RuntimeError(f"{way.name}: {found} of {count} checks passed in {way.results}")
    return spent


def _text(measured: Sequence[Measured], left_out: Sequence[str]) -> str:
    cpu = {one.way.name: [spent.cpu_s for spent in one.costs] for one in measured}
    wall = {one.way.name: [spent.wall_s for spent in one.costs] for one in measured}
    rows = [
        [
            one.way.name,
            one.way.isolation,
            figure(wall[one.way.name]),
            figure(cpu[one.way.name]),
            ratios(cpu[one.way.name], cpu[FLOOR]),
            ratios(cpu[one.way.name], cpu[COMMON]),
            mebibytes(one.peak_mib),
        ]
        for one in measured
    ]
    head = ["", "what a check has of its own", "wall s", "CPU s", "CPU, × bare script", f"CPU, × {COMMON}", "peak MiB"]
    return "\n\n".join([table(head, rows), *left_out])


def _first_verdicts(source: Path, rounds: int) -> str:
    """Seconds from the start of the command to its first verdict, and to its end."""
    rows = []
    for kind, submission in (
        ("training", SUBMISSION),
        ("vae", ROOT / "submissions_sample" / "vae" / "correct_reference"),
    ):
        folder = source / "assignments" / kind if kind == "training" else ROOT / "assignments" / kind
        command = [PYTHON, str(HERE / "through_wall.py"), str(folder), str(submission), str(source.parent / "r.json")]
        times = [_moments(command) for _ in range(rounds)]
        rows.append([kind, *(figure([moment[side] for moment in times]) for side in range(3))])
    what = "Whoever waits sees verdicts one by one; gradescope-utils, otter-grader and check50 write theirs at the end."
    head = ["homework", "first verdict, s", "half of the verdicts, s", "all, s"]
    return f"{what}\n\n{table(head, rows)}"


def _moments(command: Sequence[str]) -> tuple[float, float, float]:
    started = time.perf_counter()
    seen = []
    begun = starting.environment()
    with Popen([*command, "--tell"], env=begun, stdout=PIPE, stderr=STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("verdict"):
                seen.append(time.perf_counter() - started)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed")
    return seen[0], statistics.median_low(seen), time.perf_counter() - started
