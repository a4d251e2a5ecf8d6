"""Report -> a summary in GitHub's Markdown, for a job summary: a table for each part, and what to look at, folded.

Nothing in it can be more than text, whoever wrote it: a student's code chooses what it prints and raises, and its
files' names. Every ASCII punctuation mark is written as a character reference, which Markdown never takes for
structure; what stands in a block of several lines is inside <pre>. What GitHub looks for in finished text (@somebody,
#1, :smile:, addresses) is broken by a space of no width, and is not looked for in <pre>.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autograder import messages
from autograder.model import Report, Status, Verdict
from autograder.report.shown import part_numbers, shown
from autograder.report.text import clean, clip, points

_WORDS = {
    Status.PASSED: messages.reports.PASSED,
    Status.FAILED: messages.reports.FAILED,
    Status.BLOCKED: messages.reports.BLOCKED,
    Status.ERROR: messages.reports.NOT_GRADED,
    Status.MANUAL: messages.reports.BY_HAND,
    Status.LATER: messages.reports.AFTER_SUBMISSION,
}
_DETAIL_CHARS, _STAFF_CHARS = 3_000, 10_000
_MOST_BYTES = 900_000  # GitHub takes 1 MiB, and nothing at all of what is longer
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")
_LOOKED_FOR = re.compile(r"([@#]|:(?=\S)|\bwww(?=\.))", re.IGNORECASE)


def markdown(report: Report, *, staff: bool = False) -> str:
    """The summary. Without `staff` it has only what students may see."""
    report = shown(report, staff=staff)
    blocks = [f"# {line(report.title)}", *_total(report)]
    blocks += [table for number in part_numbers(report) if (table := _table(report, number))]
    details = [detail for verdict in report.verdicts for detail in _details(verdict, staff)]
    if details:
        blocks += [messages.reports.LOOK_AT, *_that_fit(details, _MOST_BYTES - sum(map(_size, blocks)))]
    return "\n\n".join(blocks) + "\n"


def line(text: str) -> str:
    """A text as one line that is nothing but text."""
    flat = " ".join(clean(text).split())
    return _escaped(_LOOKED_FOR.sub("\\1\u200b", flat))


def block(text: str) -> str:
    """A text of several lines, as it stands."""
    return f"<pre>\n{_escaped(clean(text).expandtabs(4))}\n</pre>"


def _escaped(text: str) -> str:
    return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", text)


def _total(report: Report) -> Iterator[str]:
    yield messages.reports.POINTS.format(points=points(report.score), possible=points(report.max_score - report.later))
    if items := [f"- {text}" for text in _remarks(report) if text]:  # an empty item would make a heading of the line
        yield "\n".join(items)


def _remarks(report: Report) -> Iterator[str]:
    if blocked := len(report.with_status(Status.BLOCKED)):
        yield messages.reports.SKIPPED.format(count=blocked)
    for one, several, open_points in (
        (messages.reports.LATER_ONE, messages.reports.LATER, report.later),
        (messages.reports.GIVEN_BY_HAND_ONE, messages.reports.GIVEN_BY_HAND, report.by_hand),
        (messages.reports.NOT_GRADED_POINT, messages.reports.NOT_GRADED_POINTS, report.ungraded_points),
    ):
        if open_points:
            text = one if open_points == 1 else several
            yield text.format(points=points(open_points))
    yield from map(line, (*(adjustment.text for adjustment in report.adjustments), *report.notes))


def _table(report: Report, number: str) -> str:
    verdicts = [verdict for verdict in report.verdicts if verdict.check.part == number]
    titles = {part.number: messages.reports.PART.format(number=part.number, title=part.title) for part in report.parts}
    title = titles.get(number, "")
    earned, possible = sum(v.score for v in verdicts), sum(v.check.max_score for v in verdicts)
    heading = [f"## {line(title)} ({points(earned)}/{points(possible)})", ""] if title else []
    return "\n".join([*heading, messages.reports.TABLE_HEAD, "|:--|:--|--:|", *map(_row, verdicts)])


def _row(verdict: Verdict) -> str:
    check = verdict.check
    score = f"{points(verdict.score)}/{points(check.max_score)}" if check.max_score else ""
    return f"| {_WORDS[verdict.status]} | {line(f'{check.number} {check.name}')} | {score} |"


def _details(verdict: Verdict, staff: bool) -> Iterator[str]:
    texts = []
    if verdict.status in (Status.FAILED, Status.ERROR, Status.MANUAL) and verdict.student_output.strip():
        texts.append(clip(verdict.student_output, _DETAIL_CHARS))
    if staff and verdict.staff_output.strip():
        texts.append(messages.reports.STAFF + clip(verdict.staff_output, _STAFF_CHARS))
    if texts:
        summary = f"<summary>{line(verdict.check.label)}</summary>"
        yield "\n\n".join(["<details>\n" + summary, *map(block, texts), "</details>"])


def _that_fit(details: Iterable[str], room: int) -> Iterator[str]:
    left_out = 0
    for detail in details:
        room -= _size(detail)
        if room > 0:
            yield detail
        else:
            left_out += 1
    if left_out:
        yield messages.reports.NO_ROOM.format(count=left_out)


def _size(text: str) -> int:
    return len(text.encode()) + 2
