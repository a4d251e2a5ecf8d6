"""Report -> sentences in the order in which they are read: for screen readers and logs.

No table, no rules, no alignment, no colour. The totals stand first, then every check as one paragraph, and each
paragraph is one line, which the reader's own window breaks. Only what the student's code wrote keeps its lines. What
was said of an earlier check already is not read out again.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.messages import terminal as messages
from autograder.model import Report, Status, Verdict
from autograder.report.examples import examples
from autograder.report.message import message
from autograder.report.reproduction import reproduction
from autograder.report.shown import part_numbers, shown
from autograder.report.text import clean, clip, points
from autograder.report.totals import Sum, counts, for_staff, graded, rule, totals

_SAID = {
    Status.PASSED: messages.SAID_PASSED,
    Status.FAILED: messages.SAID_FAILED,
    Status.BLOCKED: messages.SAID_BLOCKED,
    Status.ERROR: messages.SAID_ERROR,
    Status.MANUAL: messages.SAID_MANUAL,
    Status.LATER: messages.SAID_LATER,
}
_DETAIL_CHARS, _STAFF_CHARS = 3_000, 30_000
_SHORT_CHARS = 80  # read out as often as it is said
_ENDS = (".", "!", "?", ":", ";", "…")


def plain(report: Report, *, staff: bool = False) -> str:
    """The whole report, one paragraph a line. Without `staff` it has only what students may see."""
    report = shown(report, staff=staff)
    blocks = ["\n".join([_sentence(report.title), *_totals(report, staff)])]
    first: dict[str, str] = {}
    for number in part_numbers(report):
        blocks.append("\n".join(_part(report, number, first, staff)))
    return "\n\n".join(blocks)


def _totals(report: Report, staff: bool) -> Iterator[str]:
    for total in totals(report, staff=staff, marked=False):
        if isinstance(total, Sum):
            yield messages.PLAIN_SUM.format(label=total.label, score=total.score, possible=total.possible)
        else:
            yield _sentence(total)
    yield counts(report)
    if staff:
        yield from map(_sentence, for_staff(report))


def _part(report: Report, number: str, first: dict[str, str], staff: bool) -> Iterator[str]:
    verdicts = [verdict for verdict in report.verdicts if verdict.check.part == number]
    part = next((part for part in report.parts if part.number == number), None)
    if part is not None:
        title, total = _line(part.title), graded(verdicts)
        if total is None:
            yield messages.PLAIN_WAITING_PART.format(number=part.number, title=title, rule=rule(part))
        else:
            score, possible = total.score, total.possible
            yield messages.PLAIN_PART.format(
                number=part.number, title=title, rule=rule(part), score=score, possible=possible
            )
    for verdict in verdicts:
        yield from _paragraph(report, verdict, first, staff)


def _paragraph(report: Report, verdict: Verdict, first: dict[str, str], staff: bool) -> Iterator[str]:
    """What happened to a check, in one line; below it what its message has besides. `first` is by text the check that
    it was said of first."""
    text = verdict.student_output if verdict.status is not Status.PASSED else ""
    number = _line(verdict.check.number)
    said_of = first.setdefault(text, number)
    if said_of != number and len(text) > _SHORT_CHARS:
        text = messages.PLAIN_SAME.format(number=said_of)
    said = message(clip(text, _DETAIL_CHARS))
    hints = [messages.HINT.format(hint=hint) for hint in said.hints]
    yield " ".join(_sentence(text) for text in (_statement(verdict), said.reason, *hints) if text.strip())
    yield from _lines("\n".join([said.rest, *examples(verdict, staff=staff)]))
    if staff and (verdict.staff_output or verdict.status in (Status.FAILED, Status.ERROR, Status.MANUAL)):
        yield messages.PLAIN_STAFF
        yield from _lines(clip(verdict.staff_output.strip("\n"), _STAFF_CHARS))
        yield from reproduction(report, verdict)


def _statement(verdict: Verdict) -> str:
    check = verdict.check
    number, said, name = _line(check.number), _SAID[verdict.status], _line(check.name)
    if not check.max_score or verdict.status is Status.LATER:
        return messages.PLAIN_CHECK_WITHOUT_POINTS.format(number=number, said=said, name=name)
    score, possible = points(verdict.score), points(check.max_score)
    return messages.PLAIN_CHECK.format(number=number, said=said, name=name, score=score, possible=possible)


def _line(text: str) -> str:
    return " ".join(clean(clip(text, _DETAIL_CHARS)).split())


def _sentence(text: str) -> str:
    line = _line(text)
    return line if not line or line.endswith(_ENDS) else f"{line}."


def _lines(text: str) -> Iterator[str]:
    yield from (line.expandtabs(4).rstrip() for line in clean(text).split("\n") if line.strip())
