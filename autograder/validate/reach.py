"""Which checks can a mistake change? Those in which the function that it stands for runs, directly or through others.

A check in which it does not run does with the mistake exactly what it does without: seeds are fixed, and every check
has a worker of its own. So a mistake is graded with the checks that reach its function, and with what these require.
"""

from __future__ import annotations

from autograder.assignment import Assignment
from autograder.model import Check
from autograder.replay import Call, Replays


class Reach:
    """Observes a grading of the reference: `reached` has the names that run in each check, by its number."""

    def __init__(self, assignment: Assignment) -> None:
        self._replays = Replays(assignment, {})
        self._names = [name for part in assignment.parts for name in part.names]
        self.reached: dict[str, list[str]] = {}

    def __call__(self, check: Check, call: Call) -> None:
        # What has no student cannot be replayed: it may reach anything.
        names = self._replays.reached(call, self._names) if call.replayable else self._names
        self.reached[check.number] = sorted(names)
