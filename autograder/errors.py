"""The exceptions of the grader: ours, and the student's.

    GraderError                 a fault of ours: exit status 2, shown to staff
      UsageError                the command line or a path on it is wrong
      AssignmentError           an assignment's folder is wrong: names file, place and cure
      IsolationMissing          the machine does not offer what --require-isolation insists on
      WallError                 the nursery or the machinery between it and the grader failed

    CheckFailed                 a fault of the student's: its text is shown to the student
      Mismatch                  a value, shape, dtype or gradient is not what it should be
      StudentCodeFailed         the student's code raised, crashed, hung or could not be understood

    NotRecorded                 nobody's: what only the grading after submission can tell

A check may raise any `CheckFailed`; every other exception that leaves a check becomes an ERROR verdict.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.exhibits import Example

FAULT = 2  # the exit status of a run that a fault of ours ended


class GraderError(Exception):
    """A fault of the grader, the assignment or the command line; never the student's."""


class UsageError(GraderError):
    """The command line, or a path on it, is wrong. The text says what to do."""


class AssignmentError(GraderError):
    """The files of an assignment are wrong. The text names the file, the place in it and the cure."""


class WallError(GraderError):
    """The nursery died or answered nonsense: nothing the student's code should be able to cause."""


class IsolationMissing(GraderError):
    """A layer of isolation that was asked for does not hold here."""


class CheckFailed(AssertionError):
    """The student's code does not have the property that a check states."""


class Mismatch(CheckFailed):
    """A result is not what it should be: `what is X, but should be Y [where]`, and a hint if there is one.

    `evidence` is what was compared, for the diagnosis; `find_example` looks for a small input that
    shows it, by further calls, if examples are asked for.
    """

    def __init__(self, text: str, *, hint: str | None = None, evidence: Evidence | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint
        self.evidence = evidence
        self.find_example: Callable[[], Example | None] | None = None

    def __str__(self) -> str:
        return self.text if self.hint is None else f"{self.text}\nHint: {self.hint}"


class NotRecorded(BaseException):
    """The reference is only a recording here, and was not asked this when it was made. Nobody's fault.

    Not an Exception: a check that looks how something fails must not take it for the reference's failure.
    """


@dataclass(frozen=True)
class Evidence:
    """What was seen where a check failed, and what should have been: values and gradients (None: no path) by label."""

    where: str
    actual: Mapping[str, Any]
    expected: Mapping[str, Any]


class StudentCodeFailed(CheckFailed):
    """The student's code did not give a result: it raised, ended, hung, or answered nonsense."""


class MissingName(StudentCodeFailed, AttributeError):
    """The student's module or object does not have the name that a check asked for."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The name in `known` that looks most like `name`, if one looks like it at all."""
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
