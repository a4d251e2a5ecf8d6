"""How the known mistakes fail the checks, recorded: what `replay.py` finds out by trying, where it cannot be tried."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder import messages
from autograder.assignment import Assignment
from autograder.diagnosis import Agreement, Mistake, agreement, best
from autograder.errors import CheckFailed, Evidence, Mismatch, NotRecorded
from autograder.recorded.local import raised
from autograder.recorded.player import Player, RecordedReference
from autograder.recorded.tape import Tape, TensorStore
from autograder.replay import Call, Diagnosis, Shown


@dataclass
class Outcome:
    """What was found out about one check with the reference and its known mistakes."""

    touched: list[str]  # the names that it asks the student for
    reached: list[str]  # those that run in it
    passes: bool = True  # with the reference in the student's place
    failures: dict[str, BaseException] = field(default_factory=dict)  # by the name of the mistake
    comparable: list[str] = field(default_factory=list)  # mistakes that the reference may have in it


class RecordedReplays:
    """The face of `replay.Replays`, from a recording."""

    def __init__(
        self, assignment: Assignment, tape: Tape, mistakes: Sequence[Mistake], outcomes: dict[str, Outcome]
    ) -> None:
        self._assignment, self._tape = assignment, tape
        self._mistakes, self._outcomes = mistakes, outcomes

    def diagnose(self, call: Call, failure: CheckFailed) -> Diagnosis:
        """The known mistakes whose failure of this check agrees best with the one seen."""
        outcome = self._outcomes.get(call.check_id)
        if outcome is None or not call.replayable or call.trains or not outcome.passes:
            return Diagnosis()
        return Diagnosis(*best(self._agreements(outcome, failure)))

    def _agreements(self, outcome: Outcome, failure: CheckFailed) -> Iterator[tuple[Agreement, Mistake]]:
        for name in sorted(outcome.touched):
            for known in (mistake for mistake in self._mistakes if mistake.of == name):
                replayed = outcome.failures.get(known.name)
                if replayed is not None and (degree := agreement(failure, replayed)):
                    yield degree, known

    def elsewhere(self, call: Call, part: str, shown: Sequence[Shown]) -> list[Shown]:
        """Those of the shown mistakes that a check of this part should not cost points for, and that it reaches."""
        outcome = self._outcomes.get(call.check_id)
        if not shown or not call.replayable or outcome is None or not outcome.passes:
            return []
        own = set(outcome.touched) & self._assignment.names_of(part)
        others = [known for known in shown if known[0].of not in (own or set(outcome.touched))]
        return [known for known in others if known[0].of in outcome.reached]

    def what_follows(self, elsewhere: Sequence[Shown]) -> Iterator[tuple[tuple[Mistake, ...], Any]]:
        """The mistakes made elsewhere, one by one, and the reference with them. Raises NotRecorded after several."""
        for group in elsewhere:
            for known in group:
                if self._tape.has(known.name):
                    yield (known,), RecordedReference(Player(self._tape, known.name))
        if len(elsewhere) > 1:
            raise NotRecorded(messages.grading.MAY_FOLLOW_FROM_SEVERAL)

    def falls_short_too(self, call: Call, elsewhere: Sequence[Mistake]) -> bool:
        """No training was recorded with mistakes."""
        raise NotRecorded(messages.grading.MAY_FOLLOW)

    def comparable(self, call: Call, chosen: Sequence[Mistake], mistaken: Any) -> bool:
        """Whether a check can be graded against the reference with this mistake."""
        (known,) = chosen
        begin(mistaken, call.check_id)
        return known.name in self._outcomes[call.check_id].comparable

    def fails_alike(self, call: Call, elsewhere: Sequence[Mistake], failure: CheckFailed) -> bool:
        """Whether a check fails in the same way with nothing but the mistake that the student showed elsewhere."""
        (known,) = elsewhere
        replayed = self._outcomes[call.check_id].failures.get(known.name)
        return replayed is not None and agreement(failure, replayed) >= Agreement.TEXT


def begin(reference: Any, check_id: str) -> None:
    """Tell a recorded reference that a check begins."""
    session = object.__getattribute__(reference, "_session")
    session.begin(check_id)


# ----------------------------------------------------------------------------------------------- as plain data


def plain_mistakes(mistakes: Iterable[Mistake]) -> list[list[str]]:
    """Mistakes without their code."""
    return [[known.name, known.of, known.hint] for known in mistakes]


def mistakes_of(plain: Iterable[Sequence[str]]) -> list[Mistake]:
    """Mistakes whose code is not here."""
    return [Mistake(_gone(name), of, hint) for name, of, hint in plain]


def plain_outcome(outcome: Outcome, store: TensorStore) -> dict[str, Any]:
    """An outcome for the index."""
    return {
        "touched": outcome.touched,
        "reached": outcome.reached,
        "passes": outcome.passes,
        "comparable": outcome.comparable,
        "failures": {name: _plain_failure(failure, store) for name, failure in outcome.failures.items()},
    }


def outcome_of(plain: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Outcome:
    """An outcome from the index."""
    failures = {name: _failure(known, tensors) for name, known in plain["failures"].items()}
    return Outcome(plain["touched"], plain["reached"], plain["passes"], failures, plain["comparable"])


def _plain_failure(failure: BaseException, store: TensorStore) -> dict[str, Any]:
    if not isinstance(failure, Mismatch):
        kind = "CheckFailed" if isinstance(failure, CheckFailed) else type(failure).__name__
        return {"kind": kind, "text": str(failure)}
    plain: dict[str, Any] = {"kind": "Mismatch", "text": failure.text, "hint": failure.hint}
    if failure.evidence is not None:
        actual = {label: _plain_value(value, store) for label, value in failure.evidence.actual.items()}
        plain |= {"where": failure.evidence.where, "actual": actual}
    return plain


def _failure(plain: dict[str, Any], tensors: dict[str, torch.Tensor]) -> BaseException:
    match plain["kind"]:
        case "Mismatch":
            actual = {label: _value(value, tensors) for label, value in plain.get("actual", {}).items()}
            evidence = Evidence(plain["where"], actual, {"": None}) if "where" in plain else None
            return Mismatch(plain["text"], hint=plain["hint"], evidence=evidence)
        case "CheckFailed":
            return CheckFailed(plain["text"])
    return raised(plain["kind"], plain["text"])


def _plain_value(value: Any, store: TensorStore) -> Any:
    """A value of the evidence: a tensor by name, a number as text, anything else by its kind."""
    if isinstance(value, torch.Tensor):
        return {"tensor": store.name(value)}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"number": repr(float(value))}
    return None if value is None else {"kind": type(value).__name__}


class _OfAnotherKind:
    """Stands for a value that is neither a tensor nor a number."""


def _value(plain: Any, tensors: dict[str, torch.Tensor]) -> Any:
    match plain:
        case None:
            return None
        case {"tensor": str(name)}:
            return tensors[name]
        case {"number": str(text)}:
            return float(text) if text != "nan" else math.nan
        case {"kind": "str"}:
            return ""
        case {"kind": "bool"}:
            return True
    return _OfAnotherKind()


def _gone(name: str) -> Callable[..., Any]:
    def gone(*arguments: Any, **keywords: Any) -> None:
        raise NotRecorded(messages.grading.MISTAKE_NOT_HERE.format(name=name))

    gone.__name__ = name
    return gone
