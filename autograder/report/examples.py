"""A verdict -> the small examples that belong to it, in lines that can be pasted."""

from __future__ import annotations

from autograder.exhibits import Example
from autograder.messages import terminal as messages
from autograder.model import Status, Verdict
from autograder.report.shown import exhibits


def examples(verdict: Verdict, *, staff: bool) -> list[str]:
    """The lines; none of a check that passed, or that its reader may not see."""
    lines: list[str] = []
    if verdict.status is Status.PASSED:
        return lines
    for exhibit in exhibits(verdict, staff=staff):
        if isinstance(exhibit, Example):
            seen, wanted = (
                messages.EXAMPLE_SEEN.format(seen=exhibit.seen),
                messages.EXAMPLE_WANTED.format(wanted=exhibit.wanted),
            )
            lines += [messages.EXAMPLE, *(f"    {line}" for line in exhibit.code.splitlines()), seen, wanted]
    return lines
