"""Grades cases on several cores and says of each what it came to: killed, named, collateral, rejected."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import torch

from autograder.assignment import Assignment
from autograder.diagnosis import Mistake
from autograder.errors import GraderError
from autograder.measurement import Measurement
from autograder.validate.cases import HANDOUT, MISTAKE, Case
from autograder.worker import starting

_EPSILON = 1e-9


@dataclass(frozen=True)
class Seen:
    """One check's verdict for one case."""

    number: str
    status: str
    worth: float
    lost: float
    text: str
    staff: str
    mistakes: tuple[str, ...]
    wall_s: float


@dataclass(frozen=True)
class Outcome:
    """All verdicts of one case."""

    case: Case
    salt: str
    verdicts: tuple[Seen, ...]
    reached: Mapping[str, Sequence[str]] = field(default_factory=dict)  # names by check, where that was asked for
    by_chance: Sequence[str] = ()  # checks in which something is drawn, likewise
    trains: Sequence[str] = ()  # checks that train, likewise
    false_alarms: Mapping[str, float] = field(default_factory=dict)  # that checks state, likewise

    def failed(self, *statuses: str) -> tuple[Seen, ...]:
        """The verdicts with one of these statuses."""
        return tuple(seen for seen in self.verdicts if seen.status in statuses)

    @property
    def lost(self) -> float:
        """Points not earned."""
        return sum(seen.lost for seen in self.verdicts)

    @property
    def earned(self) -> float:
        """Points of the checks that were graded, without what was lost."""
        return sum(seen.worth for seen in self.verdicts) - self.lost

    @property
    def faults(self) -> tuple[Seen, ...]:
        """ERROR verdicts: faults of the checks or of the grader."""
        return self.failed("error")


@dataclass(frozen=True)
class Judged:
    """What the checks make of one mistake."""

    mistake: Mistake
    outcome: Outcome
    part: str  # the part that asks for the function
    others: Mapping[str, Mistake]  # all mistakes of the assignment, by name

    @property
    def own(self) -> tuple[Seen, ...]:
        """The FAILED verdicts of its own part."""
        return tuple(seen for seen in self.outcome.failed("failed") if seen.number.split(".")[0] == self.part)

    @property
    def killed(self) -> bool:
        """Whether a check of its own part failed."""
        return bool(self.own)

    @property
    def named(self) -> bool:
        """Whether the student is given the mistake's own hint."""
        return any(self.mistake.hint in seen.text for seen in self.own)

    @property
    def collateral(self) -> tuple[Seen, ...]:
        """Verdicts of other parts that lost points."""
        return tuple(s for s in self.outcome.verdicts if s.lost > _EPSILON and s.number.split(".")[0] != self.part)

    @property
    def confused_with(self) -> tuple[str, ...]:
        """Mistakes with other hints that a check of its own part cannot tell from it."""
        alike = {name: None for seen in self.own for name in seen.mistakes if name in self.others}
        return tuple(name for name in alike if self.others[name].hint != self.mistake.hint)


@dataclass(frozen=True)
class Measured:
    """Everything that was measured of one assignment."""

    assignment: Assignment
    mistakes: tuple[Judged, ...]
    right: tuple[Outcome, ...]  # reference (each repeat) and variants
    handout: Outcome

    @property
    def survivors(self) -> tuple[Judged, ...]:
        return tuple(judged for judged in self.mistakes if not judged.killed)

    @property
    def unnamed(self) -> tuple[Judged, ...]:
        return tuple(judged for judged in self.mistakes if judged.killed and not judged.named)

    @property
    def collateral(self) -> tuple[Judged, ...]:
        return tuple(judged for judged in self.mistakes if judged.collateral)

    @property
    def rejected(self) -> tuple[Outcome, ...]:
        """Correct submissions that lost points."""
        return tuple(outcome for outcome in self.right if outcome.lost > _EPSILON or outcome.faults)

    @property
    def faults(self) -> tuple[Outcome, ...]:
        """Cases with ERROR verdicts."""
        everything = (self.handout, *self.right, *(judged.outcome for judged in self.mistakes))
        return tuple(outcome for outcome in everything if outcome.faults)

    @property
    def named_share(self) -> float:
        """Of the mistakes, how many are named; 1 if there are none."""
        return sum(judged.named for judged in self.mistakes) / len(self.mistakes) if self.mistakes else 1.0

    @property
    def holds(self) -> bool:
        """Every mistake killed, all but one or 95 % named, no collateral, nothing right rejected, no fault."""
        named = len(self.unnamed) <= 1 or self.named_share >= 0.95
        wrong = (*self.survivors, *self.collateral, *self.rejected, *self.faults)
        return not wrong and self.handout.earned < _EPSILON and named


@dataclass(frozen=True)
class Order:
    """A case to grade: with other seeds if there is a salt, with some of the checks only, noting what they reach."""

    case: Case
    salt: str = ""
    only: tuple[str, ...] = ()
    reach: bool = False


def grade_cases(
    assignment: Assignment, orders: Sequence[Order], *, jobs: int, device: str, progress: Callable[[Case], None]
) -> list[Outcome]:
    """Grade cases in `jobs` processes; the outcomes in the order of the cases."""
    queue: SimpleQueue[int] = SimpleQueue()
    for index in range(len(orders)):
        queue.put(index)
    outcomes: dict[int, Outcome] = {}
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with _Bench(assignment, device) as bench:
                while not failures:
                    try:
                        index = queue.get_nowait()
                    except Empty:
                        return
                    outcomes[index] = bench.grade(orders[index])
                    progress(orders[index].case)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(jobs, len(orders)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [outcomes[index] for index in range(len(orders))]


class _Bench:
    """A process that grades cases. Use as a context manager."""

    def __init__(self, assignment: Assignment, device: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.validate.bench", str(assignment.folder.resolve()), device],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
            env=starting.environment(),
        )

    def __enter__(self) -> _Bench:
        return self

    def __exit__(self, *problem: object) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def grade(self, order: Order) -> Outcome:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise GraderError(f"grading the {order.case.kind} {order.case.name} ended early; its reason is above")
        answer = json.loads(line)
        verdicts = tuple(Seen(**{**seen, "mistakes": tuple(seen["mistakes"])}) for seen in answer["verdicts"])
        found = {key: answer[key] for key in ("reached", "by_chance", "trains", "false_alarms") if key in answer}
        return Outcome(order.case, order.salt, verdicts, **found)


def own_part(assignment: Assignment, of: str) -> str | None:
    """The number of the part that asks for a name."""
    return next((part.number for part in assignment.parts if of in part.names), None)


def judge(assignment: Assignment, known: Sequence[Mistake], outcomes: Sequence[Outcome]) -> Measured:
    """Sort outcomes into what is measured."""
    by_name = {mistake.name: mistake for mistake in known}
    mistakes = []
    for outcome in outcomes:
        if outcome.case.kind == MISTAKE:
            mistake = by_name[outcome.case.name]
            mistakes.append(Judged(mistake, outcome, own_part(assignment, mistake.of) or "", by_name))
    right = tuple(outcome for outcome in outcomes if outcome.case.kind not in (MISTAKE, HANDOUT))
    handout = next(outcome for outcome in outcomes if outcome.case.kind == HANDOUT)
    return Measured(assignment, tuple(mistakes), right, handout)


def plain(measured: Measured) -> dict[str, Any]:
    """What was measured, for machines."""
    return {
        "assignment": measured.assignment.name,
        "holds": measured.holds,
        "mistakes": [
            {
                "name": judged.mistake.name,
                "of": judged.mistake.of,
                "source": judged.mistake.source,
                "killed_by": [seen.number for seen in judged.own],
                "named": judged.named,
                "collateral": [seen.number for seen in judged.collateral],
                "confused_with": list(judged.confused_with),
            }
            for judged in measured.mistakes
        ],
        "correct": [
            {"kind": o.case.kind, "name": o.case.name, "salt": o.salt, "lost": o.lost,
             "failed": [seen.number for seen in o.failed("failed", "error")]}
            for o in measured.right
        ],
        "handout": {"earned": measured.handout.earned, "errors": [seen.number for seen in measured.handout.faults]},
        "seconds": seconds(measured),
    }  # fmt: skip


def stored(measured: Measured) -> Measurement:
    """What `explain` reads of it."""
    right = measured.right[0]
    return Measurement(
        seconds={number: round(wall_s, 3) for number, wall_s in seconds(measured).items()},
        by_chance=tuple(right.by_chance),
        false_alarms=right.false_alarms,
        caught={judged.mistake.name: tuple(seen.number for seen in judged.own) for judged in measured.mistakes},
        torch=torch.__version__.partition("+")[0],
    )


def seconds(measured: Measured) -> dict[str, float]:
    """Of each check, the wall time with the reference."""
    return {seen.number: seen.wall_s for seen in measured.right[0].verdicts}
