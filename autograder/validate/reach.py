"""Which checks can a mistake change, and which can another seed?

A mistake changes those in which the function that it stands for runs, directly or through others. A check in which it
does not run does with the mistake exactly what it does without: seeds are fixed, and every check has a worker of its
own. So a mistake is graded with the checks that reach its function, and with what these require; and repeats with other
seeds are graded with the checks in which something is drawn.
"""

from __future__ import annotations

from autograder.assignment import Assignment
from autograder.model import Check
from autograder.replay import Call, Replays
from autograder.validate.false_alarms import FalseAlarms


class Reach:
    """Observes a grading of the reference: the names that run in each check, by number, and what is by chance in it."""

    def __init__(self, assignment: Assignment) -> None:
        self._replays = Replays(assignment, {})
        self._false_alarms = FalseAlarms(assignment)
        self._names = [name for part in assignment.parts for name in part.names]
        self.reached: dict[str, list[str]] = {}
        self.by_chance: list[str] = []
        self.false_alarms: dict[str, float] = {}
        self.trains: list[str] = []

    def __call__(self, check: Check, call: Call) -> None:
        # What has no student cannot be replayed: it may reach anything.
        names = self._replays.reached(call, self._names) if call.replayable else self._names
        self.reached[check.number] = sorted(names)
        if self._replays.by_chance(call):
            self.by_chance.append(check.number)
        if stated := self._false_alarms.stated_in(call):
            self.false_alarms[check.number] = stated
        if call.trains:
            self.trains.append(check.number)
