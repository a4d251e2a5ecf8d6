"""A verdict -> how staff run its check again: the command, and the seed of its worker."""

from __future__ import annotations

import shlex

from autograder.messages import terminal as messages
from autograder.model import Report, Verdict
from autograder.report.text import clean


def command(report: Report, verdict: Verdict) -> tuple[str, str]:
    """The two halves of the command: of the submission, and of the check."""
    name = clean(report.submission).replace("\n", " ")  # a student may have chosen it: quoted, it is nothing but a name
    name = f"./{name}" if name.startswith("-") else name
    whole = messages.COMMAND.format(
        assignment=report.assignment, submission=shlex.quote(name) if name else messages.SUBMISSION
    )
    return whole, messages.OF_ONE_CHECK.format(number=shlex.quote(clean(verdict.check.number)))


def reproduction(report: Report, verdict: Verdict, width: int | None = None) -> list[str]:
    """Lines for staff. A command that takes more than `width` characters is continued on a second line."""
    whole, of_check = command(report, verdict)
    fits = width is None or len(whole) + len(of_check) + 1 <= width
    lines = [messages.REPRODUCE, *([f"{whole} {of_check}"] if fits else [f"{whole} \\", f"    {of_check}"])]
    return [*lines, *([messages.SEED.format(seed=verdict.seed)] if verdict.seed is not None else [])]
