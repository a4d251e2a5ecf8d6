"""Gradings of a tiny homework in an imitation of the platform, with harm done at any step: what must hold afterwards.

    python -m tests.faults [PART OF A STEP'S NAME]

sweeps through the protocol: the first, second and last call of every function on the way, before and after it. There
the grader, the nursery or the worker is killed, or the grader is asked to end. It prints what does not hold, and
figures. The tests in `test_faults.py` take a choice.
"""

from __future__ import annotations

import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema

from tests import fault_injection
from tests.answering import Answering

ROOT = Path(__file__).resolve().parents[1]
USER = 65_500  # an ordinary user without an account, for gradings that are not root's
OURS = "This check could not be graded: "
KILLED = "was killed by the system, most likely for memory"
CHECKS = """
import torch
from autograder import assert_close, number, requires, timeout, weight


@number("1.1")
@weight(2)
def test_double(student, reference):
    "double doubles, in value and in gradient"
    x = torch.linspace(-1, 1, 5, requires_grad=True)
    y = student.double(x)
    assert_close(y, reference.double(x), name="double")
    (gradient,) = torch.autograd.grad(y.sum(), x)
    assert_close(gradient, torch.full((5,), 2.0), name="gradient")


@number("1.2")
@weight(1)
def test_half(student, reference):
    "half halves"
    assert_close(student.half(3.0), reference.half(3.0), name="half(3)")


@number("1.3")
@weight(1)
@requires(test_half)
def test_quarter(student):
    "half of a half is a quarter"
    assert student.half(student.half(4.0)) == 1.0


@number("1.4")
@weight(1)
def test_crash(student):
    "crash does not end the process"
    student.crash()


@number("1.5")
@weight(1)
@timeout(0.3)
def test_slow(student):
    "slow ends"
    student.slow()


@number("1.6")
@weight(1)
def test_samples(student):
    "samples have the right mean"
    assert abs(student.samples(4096).mean() - 1) < 0.1
"""
HANGING = """
import os
import time

from autograder import number, timeout, weight


def spin():
    while True:
        pass


HANGS = {
    "sleeps": lambda: time.sleep(100),
    "spins": spin,
    "is stuck in native code": lambda: sum(range(10**12)),
}
if os.environ["HANGS"] == "when it is loaded":
    spin()


@number("1.1")
@weight(4)
@timeout(0.5)
def test_double(student):
    "double doubles"
    assert student.double(2) == 4


@number("1.2")
@weight(1)
@timeout(0.5)
def test_hangs(student):
    "this one never ends"
    HANGS[os.environ["HANGS"]]() if os.environ["HANGS"] in HANGS else student.slow()


@number("1.3")
@weight(2)
@timeout(60)
def test_half(student):
    "half halves"
    student.half(1)
"""
REFERENCE = "def double(x): return 2 * x\ndef half(x): return x / 2\n"
SUBMISSION = """
import os, time, torch

def double(x): return 2 * x
def half(x):
    print("halving", x)
    return x / 3
def crash(): os._exit(3)
def slow(): time.sleep(60)
def samples(n): return 1 + torch.randn(n)
"""
GOOD = """
import torch

def double(x): return 2 * x
def half(x): return x / 2
def crash(): pass
def slow(): pass
def samples(n): return 1 + torch.randn(n)
"""
QUESTIONS = r"""
[[questions]]
id = "half"
number = "2.1"
title = "A number"
points = 2
kind = "number"
ask = "What is a half?"
expect = '\frac12'
"""
ANSWERS = "## half\n0.5\n"
TOML = """
title = "Homework"
files = ["submission.py"]
reference = "reference.halves"
[parts.1]
title = "Functions"
points = 7
[parts.2]
title = "Numbers"
points = 2.0
[limits]
timeout_s = 3
import_timeout_s = 2
"""
POINTS = 9


def make_source(folder: Path) -> Path:
    """The project's own files with two tiny homeworks, `hw` and `hanging`, as the platform unpacks them."""
    source = folder / "source"
    shutil.copytree(ROOT / "autograder", source / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "reference").mkdir()
    (source / "reference" / "__init__.py").touch()
    (source / "reference" / "halves.py").write_text(REFERENCE)
    for name, checks in (("hw", CHECKS), ("hanging", HANGING)):
        homework = source / "assignments" / name
        homework.mkdir(parents=True)
        (homework / "checks.py").write_text(checks)
        (homework / "assignment.toml").write_text(TOML if name == "hw" else TOML.replace("= 2\n", "= 0.7\n"))
        (homework / "questions.toml").write_text(QUESTIONS)
    open_up(folder)
    return source


def make_root(folder: Path, submission: str = SUBMISSION) -> Path:
    """The platform's places, for one run."""
    for name in ("submission", "results", "temporary"):
        (folder / name).mkdir(parents=True)
    (folder / "temporary").chmod(0o1777)
    (folder / "submission" / "submission.py").write_text(textwrap.dedent(submission))
    (folder / "submission" / "answers.md").write_text(ANSWERS)
    (folder / "submission_metadata.json").write_text("{}")
    open_up(folder)
    return folder


def open_up(folder: Path) -> None:
    """Let everybody pass: workers of root's are other users."""
    for place in (folder, *folder.parents):
        if place in (Path(tempfile.gettempdir()), Path("/")):
            break
        place.chmod(0o755)


def let_read(source: Path) -> None:
    """Let everybody read what a run of root's has closed."""
    for path in (source, *source.rglob("*")):
        path.chmod(path.stat().st_mode | 0o055)


def command(source: Path, root: Path, before: tuple[str, ...] = (), **variables: str) -> subprocess.Popen[str]:
    """The platform's command, as a process of its own, on what lies in a run's places."""
    with (root / "stderr.txt").open("w") as stderr:
        return subprocess.Popen(
            [*before, sys.executable, "-m", "autograder", "grade"],
            cwd=root,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("AUTOGRADER_")},
                "AUTOGRADER_ROOT": str(root),
                "AUTOGRADER_ASSIGNMENT": "hw",
                "PYTHONPATH": str(source),
                "TMPDIR": str(root / "temporary"),
                "OMP_NUM_THREADS": "1",
                **variables,
            },
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            text=True,
        )


def own(folder: Path, user: int) -> None:
    """Give a folder with everything in it to a user."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user)


def results_of(root: Path) -> dict[str, dict[str, Any]]:
    """The tests of a run's results.json, by number. Raises unless the file is valid."""
    document = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "autograder" / "report" / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    return {test["number"]: test for test in document["tests"]}


def is_ours(test: dict[str, Any]) -> bool:
    """Whether a test tells the student that it was our fault."""
    return (
        test["output"].startswith(OURS)
        and "a fault of the autograder, not of your submission" in test["output"]
        and test["score"] == 0
        and test["status"] == "failed"
    )


@dataclass(frozen=True)
class Harm:
    """What is done, before or after the n-th call of a function: `SIGKILL worker`, `raise ENOSPC`, `limit DATA 0` …

    A signal goes to the grader, the nursery or the worker that is alive then.
    """

    do: str
    point: str
    when: str = "before"
    call: int = 1
    lasting: bool = False  # every later call too

    def __str__(self) -> str:
        return f"{self.do} {self.when} call {self.call} of {self.point.partition(':')[2]}"


@dataclass(frozen=True)
class Outcome:
    """What became of one grading."""

    root: Path
    harm: Harm | None
    grader: int
    status: int | None
    wall_s: float
    gone_s: float
    left: list[str]
    had_nursery: bool
    fired: int
    reached: int
    student_ran_at_harm: bool
    counts: dict[str, int] = field(repr=False)

    @property
    def tests(self) -> dict[str, dict[str, Any]]:
        """The tests in results.json, by number."""
        return results_of(self.root)

    @property
    def stderr(self) -> str:
        """What the grader wrote on stderr."""
        return (self.root / "stderr.txt").read_text(errors="replace")


class Stage(Answering):
    """A process that forks graders, and the places for them. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self.source = make_source(folder)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AUTOGRADER_")}
        environment |= {"PYTHONPATH": f"{self.source}{os.pathsep}{ROOT}", "AUTOGRADER_ASSIGNMENT": "hw"}
        super().__init__("-m", "tests.fault_injection", folder=self.source, environment=environment)

    def root(self, submission: str = SUBMISSION) -> Path:
        """The places for another run."""
        self._count += 1
        return make_root(self.folder / f"run{self._count}", submission)

    def grade(
        self,
        harm: Harm | None = None,
        *,
        root: Path | None = None,
        limits: dict[str, int] | None = None,
        environment: dict[str, str] | None = None,
        user: int | None = None,
        without: tuple[str, ...] = (),
        timeout_s: float = 30.0,
    ) -> Outcome:
        """Grade what lies in a run's places, with harm done on the way; `without` are layers that workers leave off."""
        root = root or self.root()
        request = {
            "root": str(root),
            "harm": vars(harm) if harm else None,
            "limits": limits or {},
            "environment": environment or {},
            "user": user,
            "without": without,
            "timeout_s": timeout_s,
        }
        return Outcome(root=root, harm=harm, **self.ask(request))


# ------------------------------------------------------------------------------------------ what must hold


def problems(outcome: Outcome, clean: dict[str, dict[str, Any]]) -> list[str]:
    """What does not hold after a grading, given what an unharmed one says. No problem: an empty list."""
    return [*_about_processes(outcome), *_about_files(outcome), *_about_verdicts(outcome, clean)]


def _about_processes(outcome: Outcome) -> Iterator[str]:
    killed = outcome.harm is not None and outcome.harm.do == "SIGKILL grader" and outcome.fired
    if outcome.status is None:
        yield "the grader did not end"
    elif killed:
        if outcome.status != -9:
            yield f"the grader was killed, but its exit status is {outcome.status}"
    elif outcome.status not in (0, 2, 130):
        yield f"the exit status is {outcome.status}"
    wanting = outcome.harm is None or outcome.harm.do.split()[0] in ("raise", "limit")  # staff may see where
    told = wanting and outcome.stderr.splitlines()[-1:] and outcome.stderr.splitlines()[-1].startswith("autograder: ")
    if "Traceback" in outcome.stderr and not killed and not told:
        yield f"a traceback on stderr: ...{outcome.stderr[-600:]}"
    if outcome.left:
        yield f"processes left: {outcome.left}"


def _about_files(outcome: Outcome) -> Iterator[str]:
    killed = outcome.harm is not None and outcome.harm.do == "SIGKILL grader"
    left = sorted(path.name for path in (outcome.root / "temporary").iterdir())
    if left and not (killed and not outcome.had_nursery):  # then there was nobody who could have removed it
        yield f"left in TMPDIR: {left}"
    if (outcome.root / "results").is_dir():
        usual = {"results.json", ".results.json.new"} if killed else {"results.json"}  # the next run takes that away
        others = sorted({path.name for path in (outcome.root / "results").iterdir()} - usual)
        if others:
            yield f"left in results: {others}"
    if outcome.grader in lock_holders():
        yield "its users are still locked"


def lock_holders() -> set[int]:
    """The processes that took a lock which is still held."""
    locks = Path("/proc/locks")
    return {int(line.split()[4]) for line in locks.read_text().splitlines() if "FLOCK" in line and "->" not in line}


def _about_verdicts(outcome: Outcome, clean: dict[str, dict[str, Any]]) -> Iterator[str]:
    if not (outcome.root / "results" / "results.json").exists():
        if outcome.counts["autograder.report.gradescope:write"] > 1:
            yield "there is no results.json"
        return
    try:
        tests = outcome.tests
    except (ValueError, jsonschema.ValidationError) as error:
        yield f"results.json is not valid: {error}"
        return
    total = sum(test["max_score"] for test in tests.values())
    if total != POINTS:
        yield f"the denominator is {total}"
    ours = [number for number, test in tests.items() if is_ours(test)]
    for number, test in tests.items():
        if number not in ours and test != clean.get(number) and not _may_be(outcome, test, tests):
            yield f"{number} says: {test['output']!r}"
    only_the_grader_fell = outcome.harm is not None and outcome.harm.do.endswith("grader")
    if only_the_grader_fell and len(tests) - len(ours) < outcome.reached:
        yield f"{outcome.reached} verdicts were reached, but results.json holds {len(tests) - len(ours)}"
    if outcome.status == 0 and ours:
        yield f"the exit status is 0, but {ours} were not graded"
    if outcome.status == 2 and not ours and "autograder: " not in outcome.stderr:
        yield "the exit status is 2, but everything was graded"


def _may_be(outcome: Outcome, test: dict[str, Any], tests: dict[str, dict[str, Any]]) -> bool:
    """Other verdicts than those of an unharmed run that are right."""
    if test["number"] == "1.3" and is_ours(tests["1.2"]):  # what a check needs was not graded: it is run, and fails
        return test["output"].startswith("This does not hold: half of a half is a quarter")
    # A worker that is killed while the student's code runs is the student's: the kernel kills it for memory.
    if "a person will look at it" in test["output"]:
        return True
    if outcome.harm is None or outcome.harm.do != "SIGKILL worker" or not outcome.student_ran_at_harm:
        return False
    if KILLED in test["output"] or "did not end within" in test["output"]:
        return True
    return test["output"].startswith("Skipped: needs ") and any(KILLED in other["output"] for other in tests.values())


# ------------------------------------------------------------------------------------------ the sweep


HARMS = ("SIGKILL grader", "SIGKILL nursery", "SIGKILL worker", "SIGTERM grader", "SIGINT grader")


def sweep(clean: Outcome, harms: tuple[str, ...] = HARMS) -> Iterator[Harm]:
    """The first, second and last call of every function on the way, with every harm before and after it."""
    for point in fault_injection.POINTS:
        calls = clean.counts[point]
        for call in sorted({1, min(2, calls), calls} if calls else ()):
            for when in ("before", "after"):
                for do in harms:
                    yield Harm(do, point, when, call)


def main(wanted: str) -> None:
    """Do it all and print what does not hold."""
    started = time.monotonic()
    figures: collections.Counter[str] = collections.Counter()
    gone: list[float] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, Stage(Path(folder)) as stage:
        clean = stage.grade()
        steps = [harm for harm in sweep(clean) if wanted in str(harm)]
        print(f"{len(steps)} injections; an unharmed run takes {clean.wall_s:.2f} s", flush=True)
        for number, harm in enumerate(steps, start=1):
            outcome = stage.grade(harm)
            wrong = problems(outcome, clean.tests)
            figures[harm.do] += 1
            figures[f"{harm.do}: a fault"] += bool(wrong)
            figures[f"{harm.do}: nothing to harm"] += not outcome.fired
            gone.append(outcome.gone_s)
            for line in wrong:
                print(f"  {harm}: {line}", flush=True)
            if number % 100 == 0:
                print(f"{number} after {time.monotonic() - started:.0f} s", flush=True)
            shutil.rmtree(outcome.root)
    for name, count in sorted(figures.items()):
        print(f"{name:<40} {count}")
    print(f"the last process was gone after {max(gone, default=0.0):.2f} s at most; {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
