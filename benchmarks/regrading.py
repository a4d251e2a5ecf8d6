"""python -m benchmarks.regrading [COUNT] [--quick]: a class of COUNT submissions, graded in four ways, side by side.

    gradescope-utils   a process of its JSONTestRunner for each submission, as most graders on the platform run
    run_autograder     our own ./run_autograder for each submission
    regrade            the whole class by one command, with one worker and with two

Each way grades the same class with the same checks, without and with a short training, on two processors at once (but
regrade with one worker). Then: how regrade grows with the class, and the peak memory of all its processes together.
COUNT is 60 if it is not given; --quick leaves the growth out.
"""

from __future__ import annotations

import compileall
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.worker.starting import ONE_THREAD
from benchmarks.measure import PYTHON, Cost, cost, peak_pss_mib
from benchmarks.misbehaving import passed
from benchmarks.page import Section, table
from benchmarks.peers.calling import names

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
HOMEWORK = HERE / "homework"
KINDS = ("checks", "training")  # without and with a short training
AT_ONCE = 2
GROWTH = (10, 40, 120)
REPEATS = 3  # of the cheap way, between the pieces of the others
_TRAINING = re.compile(r'@number\("1\.14"\).*?(?=@number)', re.DOTALL)


@dataclass
class Way:
    """A way to grade a class, and what it cost: for the submissions of each piece that it was given."""

    name: str
    count: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def add(self, count: int, spent: Cost) -> None:
        """It graded so many more."""
        self.count, self.wall_s, self.cpu_s = self.count + count, self.wall_s + spent.wall_s, self.cpu_s + spent.cpu_s

    @property
    def per_minute(self) -> float:
        """Submissions a minute."""
        return 60 * self.count / self.wall_s

    @property
    def cpu_each_s(self) -> float:
        """Processor time for one submission."""
        return self.cpu_s / self.count


def sections(source: Path, count: int, *, growth_too: bool = True) -> list[Section]:
    """Four ways side by side, without and with a training; how regrade grows; the memory of all its processes."""
    classes = {size: make_class(source.parent / f"class-{size}", size) for size in {count, *GROWTH}}
    found = [
        Section(f"A class of {count}: {what}", report(side_by_side(source, kind, classes[count])))
        for kind, what in (("checks", "19 checks"), ("training", "the same, and one that trains"))
    ]
    memory = [
        [str(workers), *(f"{peak(regrade(source, kind, classes[GROWTH[0]], workers)):.0f}" for kind in KINDS)]
        for workers in (1, 2)
    ]
    head = ["workers", "peak MiB, checks alone", "peak MiB, with a training"]
    tables = [*([growth(source, classes)] if growth_too else []), table(head, memory)]
    return [*found, Section("By the size of the class", "\n\n".join(tables))]


@contextmanager
def project() -> Iterator[Path]:
    """A copy of the project with the homework in two versions, without and with the check that trains."""
    with tempfile.TemporaryDirectory(prefix="regrading-") as made:
        Path(made).chmod(0o755)  # workers are other users
        source = Path(made) / "source"
        skipped = shutil.ignore_patterns("__pycache__")
        for name in ("autograder", "reference", "benchmarks"):
            shutil.copytree(ROOT / name, source / name, ignore=skipped)
        for name in ("setup.sh", "run_autograder", "requirements.txt", "requirements-pictures.txt", "LICENSE"):
            shutil.copy(ROOT / name, source / name)
        for kind in KINDS:
            folder = source / "assignments" / kind
            shutil.copytree(HOMEWORK, folder, ignore=skipped)
            if kind == "checks":
                checks, toml = folder / "checks.py", folder / "assignment.toml"
                checks.write_text(_TRAINING.sub("", checks.read_text(), count=1))
                toml.write_text(toml.read_text().replace("points = 14", "points = 13"))
        compileall.compile_dir(str(source), quiet=1)  # as a first run does, if PYTHONDONTWRITEBYTECODE is not set
        yield source


def make_class(folder: Path, count: int) -> Path:
    """A folder for each submission: all correct, and no two the same."""
    text = (HOMEWORK / "submission" / "submission.py").read_text()
    for number in range(count):
        place = folder / f"student-{number:04d}"
        place.mkdir(parents=True)
        (place / "submission.py").write_text(f"{text}\n# {number}\n")
    return folder


# ------------------------------------------------------------------------------------- the ways


def side_by_side(source: Path, kind: str, folder: Path) -> list[Way]:
    """All ways on one class. The slow ones grade it in pieces, between which the quick one grades all of it."""
    ways = [Way("gradescope-utils"), Way("run_autograder"), Way("regrade, 1 worker"), Way("regrade, 2 workers")]
    submissions = sorted(folder.iterdir())
    each: list[Callable[[Path], list[str]]] = [
        lambda place: json_test_runner(source, kind, place),
        lambda place: run_autograder(source, kind, place),
    ]
    for way_command in each:  # one run each that is not counted: files come from the cache
        cost(way_command(submissions[0]))
    for piece in range(REPEATS):
        for way, command in zip(ways, each, strict=False):
            own = submissions[piece::REPEATS]
            way.add(len(own), many([command(place) for place in own], threads=way.name == "gradescope-utils"))
        for way, workers in ((ways[2], 1), (ways[3], 2)):
            if workers == 2 or piece == 0:
                way.add(len(submissions), cost(regrade(source, kind, folder, workers)))
                expect_all_passed(source, kind, len(submissions))
    return ways


def json_test_runner(source: Path, kind: str, place: Path) -> list[str]:
    """gradescope-utils on one submission."""
    runner = source / "benchmarks" / "peers" / "json_test_runner.py"
    return [PYTHON, str(runner), str(source / "assignments" / kind), str(place), str(results(place))]


def run_autograder(source: Path, kind: str, place: Path) -> list[str]:
    """Our own command on one submission."""
    command = [str(source / "run_autograder"), kind, str(place), "--fail-under", "100"]
    return [*command, "--results", str(results(place))]


def regrade(source: Path, kind: str, folder: Path, workers: int) -> list[str]:
    """The command for the whole class."""
    made = source.parent / f"regraded-{kind}"
    arguments = ["regrade", kind, str(folder), "-o", str(made), "--again", "--plain", "--workers", str(workers)]
    return ["env", "-C", str(source), PYTHON, "-m", "autograder", *arguments]


def expect_all_passed(source: Path, kind: str, count: int) -> None:
    """Raises RuntimeError unless the class's results say that every check of every submission passed."""
    found = list((source.parent / f"regraded-{kind}" / "submissions").glob("*/results.json"))
    wanted = len(names(source / "assignments" / kind))
    lost = [path for path in found if passed(path) != wanted]
    if lost or len(found) != count:
        raise RuntimeError(f"{len(found)} of {count} submissions were graded; checks were lost in {lost[:3]}")


def results(place: Path) -> Path:
    """Where results of a single submission go."""
    folder = place.parent.parent / "single"
    folder.mkdir(exist_ok=True)
    return folder / f"{place.name}.json"


def many(commands: Sequence[list[str]], *, threads: bool) -> Cost:
    """Run commands, two at a time; what all of them cost. With `threads` torch takes as many as it likes."""
    before = dict(os.environ)
    os.environ.update({"AUTOGRADER_VENV": str(ROOT / ".venv")})
    for name in ONE_THREAD:
        os.environ.pop(name, None)
    if not threads:
        os.environ.update(ONE_THREAD)
    started_s = time.perf_counter()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            costs = list(pool.map(cost, commands))
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Cost(time.perf_counter() - started_s, sum(one.cpu_s for one in costs))


# ------------------------------------------------------------------------------------- what is said of it


def report(ways: Sequence[Way]) -> str:
    """A table, with ratios to the first way."""
    rows = [
        [
            way.name,
            f"{way.per_minute:.1f}",
            f"{way.per_minute / ways[0].per_minute:.1f}",
            f"{way.cpu_each_s:.2f}",
            f"{way.cpu_each_s / ways[0].cpu_each_s:.2f}",
        ]
        for way in ways
    ]
    name = ways[0].name
    return table(["", "submissions a minute", f"× {name}", "CPU s each", f"CPU, × {name}"], rows)


def growth(source: Path, classes: dict[int, Path]) -> str:
    """Wall and processor time of regrade by the size of the class."""
    rows = []
    for workers in (1, 2):
        smaller: tuple[int, float] | None = None
        for size in GROWTH:
            spent = cost(regrade(source, "checks", classes[size], workers))
            more = f"{(spent.cpu_s - smaller[1]) / (size - smaller[0]):.2f}" if smaller else ""
            figures = [f"{spent.wall_s:.1f}", f"{spent.cpu_s:.1f}", f"{60 * size / spent.wall_s:.0f}", more]
            rows.append([str(workers), str(size), *figures])
            smaller = size, spent.cpu_s
    return table(["workers", "submissions", "wall s", "CPU s", "a minute", "CPU s for one more"], rows)


def peak(command: list[str]) -> float:
    """The median of three peaks."""
    return statistics.median(peak_pss_mib(command) for _ in range(3))


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--quick"]
    with project() as made:
        for section in sections(made, int(given[0]) if given else 60, growth_too="--quick" not in sys.argv):
            print(f"{section.heading}\n\n{section.text}\n", flush=True)
