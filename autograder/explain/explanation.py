"""An assignment -> what there is to say about each of its checks, and how well it is known.

Times, false alarms and caught mistakes come from measurements: of a grading of the reference, of `validate --store`, of
`calibrate`. What was not measured is said to be so, never guessed, but for the mistakes that a check may catch: without
a measurement these are the known ones of the functions that it asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import CodeType
from typing import Any

from autograder import calibration, measurement
from autograder.assignment import Assignment
from autograder.collection import listed
from autograder.compare.training import ATTEMPTS
from autograder.diagnosis import Mistake
from autograder.loading import all_mistakes, load_reference
from autograder.measurement import Measurement
from autograder.model import Check, Part
from autograder.written.questions import Question, load_questions

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class FalseAlarm:
    """With which probability a check fails a correct submission, at most; None where that is not known."""

    probability: float | None
    why: str


@dataclass(frozen=True)
class Explained:
    """A check, and what is known about it. `catches` are mistakes; `is_measured` says whether it was seen to."""

    check: Check
    requires: tuple[str, ...]  # numbers
    kind: str  # "code", "training", or the kind of a written question
    took_s: float | None
    false_alarm: FalseAlarm
    catches: tuple[str, ...]
    catches_some: tuple[tuple[str, float], ...] = ()  # trainings: in this share of them
    is_measured: bool = True


@dataclass(frozen=True)
class Explanation:
    """Everything there is to say about an assignment's checks. `stale` are files changed since it was measured."""

    assignment: Assignment
    checks: tuple[Explained, ...]
    torch: str | None
    stale: tuple[str, ...]
    mistakes: int
    caught_by_none: tuple[str, ...]

    def of(self, part: Part) -> tuple[Explained, ...]:
        """The checks of a part."""
        return tuple(explained for explained in self.checks if explained.check.part == part.number)


def explain(assignment: Assignment, fresh: Measurement | None = None) -> Explanation:
    """What is known about every check: from what is stored, and from `fresh` where that has it."""
    checks, functions = listed(assignment)
    load_reference(assignment)  # mistakes.py may import it
    mistakes = all_mistakes(assignment)
    stored = measurement.load(assignment)
    measured = _merged(stored, fresh)
    known = _Known(assignment, measured, stored is not None, calibration.load(assignment), mistakes)
    questions = {question.id: question for question in load_questions(assignment)}
    numbers = {check.id: check.number for check in checks}
    explained = []
    for check in checks:
        one = known.question(questions[check.id]) if check.id in questions else known.code(check, functions[check.id])
        explained.append(replace(one, requires=tuple(numbers[name] for name in check.requires)))
    found = {name for one in explained for name in (*one.catches, *(name for name, _ in one.catches_some))}
    return Explanation(
        assignment=assignment,
        checks=tuple(explained),
        torch=measured.torch or None,
        stale=tuple(measurement.changed(assignment, stored)) if stored else (),
        mistakes=len(mistakes),
        caught_by_none=tuple(m.name for m in mistakes if m.name not in found) if stored else (),
    )


def measure_now(assignment: Assignment) -> Measurement:
    """Times and false alarms, from one grading of the reference."""
    from autograder.validate import measure
    from autograder.validate.cases import HANDOUT, REFERENCE, Case

    order = measure.Order(Case(REFERENCE, REFERENCE), reach=True)
    right = measure.grade_cases(assignment, [order], jobs=1, device="cpu", progress=lambda case: None)
    nothing = measure.Outcome(Case(HANDOUT, HANDOUT), "", ())
    return measure.stored(measure.Measured(assignment, (), tuple(right), nothing))


def plain(explanation: Explanation) -> dict[str, Any]:
    """Everything, for machines."""
    assignment = explanation.assignment
    questions = {question.id: question for question in load_questions(assignment)}
    return {
        "assignment": assignment.name,
        "title": assignment.title,
        "points": math.fsum(part.points for part in assignment.parts),
        "measured": {"torch": explanation.torch, "changed_since": explanation.stale} if explanation.torch else None,
        "mistakes": explanation.mistakes,
        "caught_by_none": explanation.caught_by_none,
        "parts": [
            {
                "number": part.number,
                "title": part.title,
                "points": part.points,
                "names": part.names,
                "checks": [_plain(one, questions.get(one.check.id)) for one in explanation.of(part)],
            }
            for part in assignment.parts
        ],
    }


def _plain(explained: Explained, question: Question | None) -> dict[str, Any]:
    check = explained.check
    content = {
        "number": check.number,
        "id": check.id,
        "name": check.name,
        "kind": explained.kind,
        "points": check.max_score,
        "by_hand": check.by_hand,
        "visibility": check.visibility.value,
        "requires": explained.requires,
        "timeout_s": check.timeout_s,
        "took_s": explained.took_s,
        "false_alarm": asdict(explained.false_alarm),
        "catches": explained.catches,
        "catches_some": dict(explained.catches_some),
        "catches_is_measured": explained.is_measured,
    }
    if question is not None:
        content["wrong_answers"] = [asdict(known) for known in question.mistakes]
    return content


class _Known:
    """What is known of an assignment's checks, by measurement or else by name."""

    def __init__(
        self,
        assignment: Assignment,
        measured: Measurement,
        is_complete: bool,
        calibrated: Mapping[str, Mapping[str, Any]],
        mistakes: Sequence[Mistake],
    ) -> None:
        self._assignment, self._measured, self._is_complete = assignment, measured, is_complete
        self._calibrated, self._mistakes = calibrated, mistakes

    def question(self, question: Question) -> Explained:
        """A written question: every known wrong answer is caught by it, and `validate` tries them all."""
        why = "a person decides" if question.kind == "text" else "nothing is drawn"
        alarm = FalseAlarm(None if question.kind == "text" else 0.0, why)
        wrong = tuple(known.when for known in question.mistakes)
        return Explained(question.check, (), question.kind, None, alarm, wrong)

    def code(self, check: Check, function: Callable[..., Any]) -> Explained:
        """A check that is a function."""
        trains = _trains(function)
        took_s = self._measured.seconds.get(check.number)
        alarm = self._of_trainings(check) if trains else self._stated(check)
        if not self._is_complete:
            asked = self._assignment.names & set(_names(function.__code__))
            by_name = tuple(known.name for known in self._mistakes if known.of in asked)
            return Explained(check, (), _kind(trains), took_s, alarm, by_name, is_measured=False)
        caught = [name for name, numbers in self._measured.caught.items() if check.number in numbers]
        power = self._calibrated.get(check.number, {}).get("power", {}) if trains else {}
        always = [name for name, share in power.items() if share == 1 and name not in caught]
        some = tuple((name, share) for name, share in power.items() if 0 < share < 1 and name not in caught)
        return Explained(check, (), _kind(trains), took_s, alarm, (*caught, *always), some)

    def _stated(self, check: Check) -> FalseAlarm:
        if check.number not in self._measured.seconds:
            return FalseAlarm(None, "not measured")
        if check.number in self._measured.false_alarms:
            return FalseAlarm(self._measured.false_alarms[check.number], "stated by the check")
        if check.number in self._measured.by_chance:
            return FalseAlarm(None, "it draws something, and states no false alarm")
        return FalseAlarm(0.0, "nothing is drawn")

    def _of_trainings(self, check: Check) -> FalseAlarm:
        entry = self._calibrated.get(check.number)
        if entry is None:
            return FalseAlarm(None, "not calibrated")
        short, runs = int(entry["fell_short"]), int(entry["runs"])
        why = f"{short} of {runs} trainings of the reference fell short; {ATTEMPTS} in a row must"
        return FalseAlarm(at_most(short, runs) ** ATTEMPTS, why)


def at_most(hits: int, trials: int) -> float:
    """The largest probability with which so few hits are still seen with 5 % (Clopper and Pearson 1934)."""
    if hits >= trials:
        return 1.0
    low, high = hits / trials, 1.0
    for _ in range(60):
        p = (low + high) / 2
        seen = math.fsum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(hits + 1))
        low, high = (p, high) if seen > 1 - _CONFIDENCE else (low, p)
    return high


def _merged(stored: Measurement | None, fresh: Measurement | None) -> Measurement:
    if stored is None or fresh is None:
        return stored or fresh or Measurement()
    return replace(fresh, caught=stored.caught, files=stored.files)


def _kind(trains: bool) -> str:
    return "training" if trains else "code"


def _trains(function: Callable[..., Any]) -> bool:
    code = function.__code__
    return "trains" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function asks for, in the functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
