"""A verdict -> how staff run its check again: the command, and the seed of its worker."""

from __future__ import annotations

import re
import shlex

from autograder.messages import terminal as messages
from autograder.model import Report, Verdict
from autograder.report.text import clean

_LONGEST_NAME = 4096  # of a path


def command(report: Report, verdict: Verdict) -> tuple[str, str]:
    """The two halves of the command: of the submission, and of the check."""
    name = _name(report.place or report.submission)
    whole = messages.COMMAND.format(assignment=report.assignment, submission=name)
    return whole, messages.OF_ONE_CHECK.format(number=shlex.quote(clean(verdict.check.number)))


def reproduction(report: Report, verdict: Verdict, width: int | None = None) -> list[str]:
    """Lines for staff. A command that takes more than `width` characters is continued on a second line."""
    whole, of_check = command(report, verdict)
    fits = width is None or len(whole) + len(of_check) + 1 <= width
    lines = [messages.REPRODUCE, *([f"{whole} {of_check}"] if fits else [f"{whole} \\", f"    {of_check}"])]
    return [*lines, *([messages.SEED.format(seed=verdict.seed)] if verdict.seed is not None else [])]


def _name(submission: str) -> str:
    """The submission as a word for a shell. A student may have chosen it: it can be nothing but a name."""
    if not 0 < len(submission) <= _LONGEST_NAME:
        return messages.SUBMISSION
    name = re.sub(r"\s", " ", clean(submission))
    return shlex.quote(f"./{name}" if name.startswith("-") else name)
