"""Verdicts of a part -> the rows of its table: what says the same of several checks is said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder import grading
from autograder.messages import terminal as messages
from autograder.model import Status, Verdict
from autograder.report.message import Message, message
from autograder.report.text import points

MARKS = {
    Status.PASSED: messages.PASSED,
    Status.FAILED: messages.FAILED,
    Status.BLOCKED: messages.BLOCKED,
    Status.ERROR: messages.ERROR,
    Status.MANUAL: messages.MANUAL,
    Status.LATER: messages.LATER,
}


_SAID_ONCE = (Status.FAILED, Status.BLOCKED)  # with the same words


@dataclass(frozen=True)
class Row:
    """A row: of one check, or of several that ended in the same way."""

    status: Status
    number: str
    text: str
    score: str
    said: Message = Message("")  # below the text


def rows(verdicts: Sequence[Verdict], known: Mapping[str, Verdict], *, whole: bool) -> list[Row]:
    """The rows of a part. `known` are all verdicts of the report by id; with `whole` every check has a row."""
    if whole:
        return [_row(verdict) for verdict in verdicts]
    if len(verdicts) > 1 and all(verdict.status is Status.PASSED for verdict in verdicts):
        return [Row(Status.PASSED, "", messages.ALL_PASSED.format(count=len(verdicts)), _score(verdicts))]
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(_group(verdict, known) or verdict.check.id, []).append(verdict)
    return [_of_group(group, known) for group in groups.values()]


def _group(verdict: Verdict, known: Mapping[str, Verdict]) -> str:
    """What a check shares a row by; nothing if it has one of its own."""
    if verdict.status is Status.BLOCKED and (blocker := _blocker(verdict, known)):
        return f"blocked by {blocker}"
    if verdict.status in _SAID_ONCE and verdict.student_output.strip() and not verdict.exhibits:
        return f"said {verdict.student_output}"
    return "later" if verdict.status is Status.LATER and not _said(verdict).reason else ""


def _of_group(group: list[Verdict], known: Mapping[str, Verdict]) -> Row:
    first = group[0]
    count, numbers = len(group), ", ".join(verdict.check.number for verdict in group)
    if first.status is Status.BLOCKED and (blocker := _blocker(first, known)):
        if count == 1:
            text = messages.WAITS_FOR.format(blocker=blocker, name=first.check.name)
            return Row(first.status, first.check.number, text, _score(group))
        text = messages.WAIT_FOR.format(count=count, blocker=blocker, numbers=numbers)
        return Row(first.status, "", text, _score(group))
    if count > 1 and first.status in _SAID_ONCE:
        text = messages.SAME.format(count=count, numbers=numbers)
        return Row(first.status, "", text, _score(group), _said(first))
    if count > 1:
        return Row(first.status, "", messages.WAITING.format(count=count, numbers=numbers), _score(group))
    return _row(first)


def _row(verdict: Verdict) -> Row:
    check = verdict.check
    said = Message("") if verdict.status is Status.PASSED else _said(verdict)
    return Row(verdict.status, check.number, check.name, _score([verdict]), said)


def _said(verdict: Verdict) -> Message:
    """What a student reads about a check; of one that is graded later all but that it is."""
    if verdict.status is Status.LATER:
        return message(verdict.student_output.partition("\n")[2])
    return message(verdict.student_output)


def _blocker(verdict: Verdict, known: Mapping[str, Verdict]) -> str:
    """The check that has to be mended first: its number, which says enough but for the import. Nothing if not known."""
    seen: set[str] = set()
    by: Verdict | None = verdict
    while by is not None and by.status is Status.BLOCKED and by.check.id not in seen:
        seen.add(by.check.id)
        by = grading.blocker(by.check, known)
    if by is None or by.status is Status.BLOCKED:
        return ""
    return by.check.label if by.check.id == grading.IMPORT_CHECK_ID else by.check.number


def _score(verdicts: Sequence[Verdict]) -> str:
    """The points earned of those possible; nothing where there are none."""
    possible = sum(verdict.check.max_score for verdict in verdicts)
    earned = messages.NOT_YET if verdicts[0].status is Status.LATER else points(sum(v.score for v in verdicts))
    return f"{earned}/{points(possible)}" if possible else ""
