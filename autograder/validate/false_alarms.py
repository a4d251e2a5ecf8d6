"""Which false alarms does a check state? Observed while it passes, not read in its source.

By convention a statistical assertion has a parameter `false_alarm`: the probability with which it fails a correct
solution. Whatever function is called with one, the engine's or a check's own, states it; what it hands on to others
inside is a part of it. A check's own probability is at most the sum.
"""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any

from autograder.assignment import Assignment
from autograder.errors import CheckFailed
from autograder.replay import Call, as_in_a_worker
from autograder.standin import StandIn

_NAME = "false_alarm"


class FalseAlarms:
    """Observes checks, replayed with the reference in the student's place."""

    def __init__(self, assignment: Assignment) -> None:
        self._stand_in = StandIn(assignment)

    def stated_in(self, call: Call) -> float:
        """The sum of what one call of a check states: 0 where there is no such assertion."""
        if call.trains or not call.replayable:
            return 0.0
        stated: list[float] = []
        outermost: FrameType | None = None

        def see(frame: FrameType, event: str, argument: Any) -> None:
            nonlocal outermost
            if event == "call" and outermost is None and _has_it(frame.f_code):
                outermost = frame
                stated.append(float(frame.f_locals[_NAME]))
            elif event == "return" and frame is outermost:
                outermost = None

        with self._stand_in.with_mistakes(()) as student, as_in_a_worker(call.seed):
            sys.setprofile(see)
            try:
                call.rehearse(student)
            except CheckFailed:  # of the reference: `validate` says so, and what was stated is known
                pass
            finally:
                sys.setprofile(None)
        return sum(stated)


def _has_it(code: CodeType) -> bool:
    return _NAME in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
