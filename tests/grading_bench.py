"""Grades tiny assignments that tests write: one process with one nursery, for as many gradings as a module needs.

A process of its own, because the grader runs pytest itself and must fork its nursery before any secret is loaded.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.answering import Answering

ROOT = Path(__file__).resolve().parents[1]
PRELUDE = "import pytest, torch, unittest\nfrom autograder import *\n\n"
SUBMISSION = "def double(x):\n    return 2 * x\n"


@dataclass(frozen=True)
class Graded:
    """What a grading gave: verdicts by number, the results.json they make, or the error that stopped it."""

    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    text: str = ""
    begun: list[str] = field(default_factory=list)  # numbers of checks, as they began

    def __getitem__(self, number: str) -> dict[str, Any]:
        return self.verdicts[number]

    @property
    def statuses(self) -> dict[str, str]:
        """How every check ended, by number, without the import check."""
        return {number: verdict["status"] for number, verdict in self.verdicts.items() if number != "0"}

    @property
    def score(self) -> float:
        return sum(test["score"] for test in self.results["tests"])

    @property
    def max_score(self) -> float:
        return sum(test["max_score"] for test in self.results["tests"])


class Bench(Answering):
    """A process that grades. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = "from tests.grading_bench import serve; serve()"
        super().__init__("-c", command, folder=ROOT, environment=environment)

    def write(
        self,
        checks: str,
        *,
        points: float | dict[str, float] = 1,
        submission: str | None = SUBMISSION,
        reference: str = SUBMISSION,
        beside: dict[str, str] | None = None,
        limits: str = "",
        answers: str | None = None,
        by_hand: dict[str, float] | None = None,
    ) -> Path:
        """Write an assignment and a submission for it; the assignment's folder."""
        self._count += 1
        folder = self.folder / "assignments" / f"hw{self._count}"
        folder.mkdir(parents=True)
        parts = points if isinstance(points, dict) else {"1": points}
        module = f"reference_{os.getpid()}_{self._count}"
        (self.folder / f"{module}.py").write_text(textwrap.dedent(reference))
        (folder / "assignment.toml").write_text(
            f'title = "Homework"\nfiles = ["submission.py"]\nreference = "{module}"\n'
            + "".join(
                f'[parts.{number}]\ntitle = "Part"\npoints = {worth}\n'
                + (f"by_hand = {by_hand[number]}\n" if by_hand and number in by_hand else "")
                for number, worth in parts.items()
            )
            + f"[limits]\n{limits}\n"
        )
        (folder / "checks.py").write_text(PRELUDE + textwrap.dedent(checks))
        for name, source in (beside or {}).items():
            (folder / name).write_text(textwrap.dedent(source))
        (folder / "handed_in").mkdir()
        if submission is not None:
            (folder / "handed_in" / "submission.py").write_text(textwrap.dedent(submission))
        if answers is not None:
            (folder / "handed_in" / "answers.md").write_text(answers, encoding="utf-8")
        return folder

    def grade(
        self, folder: Path, *, only: tuple[str, ...] = (), left_s: float | None = None, exhibits: bool = False
    ) -> Graded:
        """Grade the submission beside an assignment's checks."""
        return Graded(**self.ask({"folder": str(folder), "only": only, "left_s": left_s, "exhibits": exhibits}))

    def run(
        self,
        checks: str,
        *,
        only: tuple[str, ...] = (),
        left_s: float | None = None,
        exhibits: bool = False,
        **files: Any,
    ) -> Graded:
        """Write an assignment and grade the submission that comes with it."""
        return self.grade(self.write(checks, **files), only=only, left_s=left_s, exhibits=exhibits)


def serve() -> None:
    """The process: a request in every line of stdin, an answer in every line of stdout."""
    from autograder.assignment import load_assignment
    from autograder.errors import GraderError
    from autograder.pipeline import Progress, start_nursery
    from autograder.report import gradescope
    from autograder.submission import stage

    nursery = None
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any] = {}
        progress = None
        try:
            assignment = load_assignment(Path(request["folder"]))
            nursery = nursery or start_nursery(assignment)
            from autograder.collect import run_checks
            from autograder.host import Host
            from autograder.written.sheet import answers_to

            listener = _Begun()
            progress = Progress(assignment, lambda report, verdict, total: None, listeners=(listener,))
            deadline_s = None if request["left_s"] is None else time.monotonic() + request["left_s"]
            with stage(Path(request["folder"]) / "handed_in", assignment) as workspace:
                host = Host(nursery, workspace, assignment, exhibits=request["exhibits"])
                written = answers_to(assignment, workspace, exhibits=request["exhibits"])
                progress.notes = written.notes if written else ()
                verdicts = run_checks(
                    assignment, host, only=request["only"], listener=progress, deadline_s=deadline_s, written=written
                )
            answer["begun"] = listener.numbers
            answer["verdicts"] = {verdict.check.number: _plain(verdict) for verdict in verdicts}
        except GraderError as error:
            answer |= {"error": type(error).__name__, "text": str(error)}
        if progress is not None:
            answer["results"] = gradescope.results(progress.report())
        print(json.dumps(answer, default=str), flush=True)
    if nursery is not None:
        nursery.close()


class _Begun:
    """Hears which checks begin."""

    def __init__(self) -> None:
        self.numbers: list[str] = []

    def planned(self, checks: Any) -> None: ...

    def begins(self, check: Any) -> None:
        self.numbers.append(check.number)

    def reached(self, verdict: Any) -> None: ...


def _plain(verdict: Any) -> dict[str, Any]:
    check = verdict.check
    return {
        "id": check.id,
        "name": check.name,
        "status": verdict.status.name,
        "score": verdict.score,
        "max_score": check.max_score,
        "student": verdict.student_output,
        "staff": verdict.staff_output,
        "visibility": check.visibility.value,
        "requires": list(check.requires),
        "tags": list(check.tags),
        "timeout_s": check.timeout_s,
        "board": verdict.leaderboard_value,
        "mistakes": list(verdict.mistakes),
        "seed": verdict.seed,
        "exhibits": [{"kind": type(exhibit).__name__, **asdict(exhibit)} for exhibit in verdict.exhibits],
    }
