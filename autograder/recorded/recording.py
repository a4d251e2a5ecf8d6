"""A recording as a whole, as a handout has it: the tape, the mistakes, their outcomes, and what is graded later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.diagnosis import Mistake
from autograder.errors import AssignmentError
from autograder.model import Check
from autograder.recorded.outcomes import (
    Outcome,
    RecordedReplays,
    mistakes_of,
    outcome_of,
    plain_mistakes,
    plain_outcome,
)
from autograder.recorded.player import Player, RecordedReference
from autograder.recorded.tape import FROM_THE_HANDOUT, Tape, TensorStore


@dataclass
class Recording:
    """What was recorded of an assignment's reference.

    `later` are checks that are graded after submission only: hidden ones, which have no function here, and those for
    which what is recorded is not enough.
    """

    assignment: Assignment
    tape: Tape = field(default_factory=Tape)
    mistakes: Sequence[Mistake] = ()
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    later: Sequence[Check] = ()

    def __post_init__(self) -> None:
        self._player = Player(self.tape)
        self.reference = RecordedReference(self._player)
        self.trials = RecordedReplays(self.assignment, self.tape, self.mistakes, self.outcomes)

    def begin(self, check: Check) -> None:
        """A check begins."""
        self._player.begin(check.id)

    def save(self, folder: Path) -> None:
        """Write it into an assignment's folder."""
        store = TensorStore()
        extra = {
            "mistakes": plain_mistakes(self.mistakes),
            "outcomes": {check_id: plain_outcome(outcome, store) for check_id, outcome in self.outcomes.items()},
            "later": [_plain_check(check) for check in self.later],
        }
        self.tape.save(folder, extra, store)


def load_recording(assignment: Assignment) -> Recording:
    """The recording in an assignment's folder. Raises AssignmentError."""
    tape, extra, tensors = Tape.load(assignment.folder)
    try:
        outcomes = {check_id: outcome_of(plain, tensors) for check_id, plain in extra["outcomes"].items()}
        later = [_check(plain) for plain in extra["later"]]
        return Recording(assignment, tape, mistakes_of(extra["mistakes"]), outcomes, later)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AssignmentError(
            f"{assignment.folder}: what was recorded is not complete ({error!r}); {FROM_THE_HANDOUT}"
        ) from None


def _plain_check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "name": check.name,
        "number": check.number,
        "points": check.max_score,
        "by_hand": check.by_hand,
    }


def _check(plain: Mapping[str, Any]) -> Check:
    return Check(plain["id"], plain["name"], plain["number"], plain["points"], timeout_s=1.0, by_hand=plain["by_hand"])
