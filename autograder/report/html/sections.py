"""Report -> the sections of a page: a part each, and in it a view of each of its checks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.exhibits import Exhibit, Formula
from autograder.grading import blocker
from autograder.messages import html as messages
from autograder.model import Report, Status, Verdict, Visibility
from autograder.report.html.pieces import Pieces, Sketcher, block, line
from autograder.report.message import PRINTED, Message, message
from autograder.report.reproduction import command
from autograder.report.shown import exhibits, part_numbers
from autograder.report.text import clean, clip, points

_TEXT_CHARS, _REASON_CHARS, _STAFF_CHARS = 20_000, 2_000, 30_000
_COMMAND_CHARS = 5_000
_MOST_HINTS = 5  # more of them are not our own
_SHOULD_BE = "should be "  # the label says it
_PRINTED = PRINTED.lstrip("\n")  # also where nothing stands before it


@dataclass(frozen=True)
class Link:
    """A check of the same page."""

    label: str
    anchor: str


@dataclass(frozen=True)
class StaffView:
    """What staff read about a check."""

    facts: tuple[tuple[str, str], ...]
    command: str
    output: str


@dataclass(frozen=True)
class CheckView:
    """A check as the page shows it."""

    anchor: str
    number: str
    name: str
    status: str
    points: str
    badge: str  # when students see it, if not from the first
    message: Message
    printed: str
    waits_for: tuple[Link, ...]
    same_for: str  # other checks, about which there is nothing else to say
    pieces: Pieces
    staff: StaffView | None

    @property
    def is_folded(self) -> bool:
        """Whether what there is to say about it can wait until somebody asks."""
        return self.status == Status.PASSED.value

    @property
    def has_more(self) -> bool:
        """Whether there is anything to say about it at all."""
        return bool(self.message.reason or self.printed or self.pieces or self.staff)


@dataclass(frozen=True)
class Section:
    """A part as the page shows it."""

    anchor: str
    title: str
    rule: str
    points: str
    passed: str
    checks: tuple[CheckView, ...]


def sections(report: Report, sketcher: Sketcher, *, staff: bool) -> tuple[Section, ...]:
    """The parts that have checks, in order."""
    names = anchors(report)
    return tuple(_section(report, number, names, sketcher, staff=staff) for number in part_numbers(report))


def anchors(report: Report) -> dict[str, str]:
    """Check id -> what the page calls its place: check-4.1.2, as long as no other one is called so."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for position, verdict in enumerate(report.verdicts, 1):
        name = f"check-{re.sub(r'[^0-9A-Za-z.]', '', verdict.check.number)}"
        name = name if name not in taken and name != "check-" else f"check-at-{position}"
        taken.add(name)
        found[verdict.check.id] = name
    return found


def _section(report: Report, number: str, names: Mapping[str, str], sketcher: Sketcher, *, staff: bool) -> Section:
    verdicts = [verdict for verdict in report.verdicts if verdict.check.part == number]
    part = next((part for part in report.parts if part.number == number), None)
    graded = [verdict for verdict in verdicts if verdict.status is not Status.LATER]
    earned, possible = sum(v.score for v in graded), sum(v.check.max_score for v in graded)
    passed = sum(verdict.status is Status.PASSED for verdict in verdicts)
    rule = ""
    if part and (part.extra_credit or part.all_or_nothing):
        rule = messages.EXTRA_CREDIT_PART if part.extra_credit else messages.ALL_OR_NOTHING_PART
    return Section(
        anchor=f"part-{part_numbers(report).index(number)}",
        title=messages.PART.format(number=line(number), title=line(part.title)) if part else messages.WITHOUT_PART,
        rule=rule,
        points=f"{points(earned)}/{points(possible)}" if possible else "",
        passed=messages.TALLY.format(done=passed, all=len(graded)),
        checks=tuple(
            _view(report, verdict, names, sketcher, others, staff=staff)
            for verdict, others in zip(verdicts, _same(verdicts, staff), strict=True)
        ),
    )


def _same(verdicts: Sequence[Verdict], staff: bool) -> list[Sequence[str] | None]:
    """For every verdict the numbers of later ones that say just the same; None for these: it is said already."""
    groups: dict[str, list[str]] = {}
    found: list[Sequence[str] | None] = []
    for verdict in verdicts:
        text = verdict.student_output
        can_be_said_once = verdict.status is Status.FAILED and text.strip() and not verdict.exhibits and not staff
        if can_be_said_once and text in groups:
            groups[text].append(verdict.check.number)
            found.append(None)
        else:
            found.append(groups.setdefault(text, []) if can_be_said_once else [])
    return found


def _view(
    report: Report,
    verdict: Verdict,
    names: Mapping[str, str],
    sketcher: Sketcher,
    others: Sequence[str] | None,
    *,
    staff: bool,
) -> CheckView:
    check = verdict.check
    text, _, printed = verdict.student_output.partition(_PRINTED) if others is not None else ("", "", "")
    shown = exhibits(verdict, staff=staff)
    said = _said(_without_formulas(text, shown))
    is_shown = check.visibility is Visibility.VISIBLE
    return CheckView(
        anchor=names[check.id],
        number=line(check.number),
        name=line(check.name),
        status=verdict.status.value,
        points=f"{_score(verdict)}/{points(check.max_score)}" if check.max_score else "",
        badge="" if is_shown else check.visibility.value.replace("_", " "),
        message=said,
        printed=block(printed),
        waits_for=_waits_for(report, verdict, names),
        same_for=messages.SAME_FOR.format(numbers=line(", ".join(others))) if others else "",
        pieces=sketcher.pieces(shown),
        staff=_staff(report, verdict) if staff else None,
    )


def _without_formulas(text: str, shown: Sequence[Exhibit]) -> str:
    """The text without the lines that say in one line what is shown as a formula."""
    formulas = {f"{exhibit.label}: {exhibit.text}" for exhibit in shown if isinstance(exhibit, Formula)}
    return "\n".join(line for line in text.split("\n") if line not in formulas)


def _said(text: str) -> Message:
    """The pieces of what a student reads about a check, each of a bounded length."""
    said = message(clip(clean(text), _TEXT_CHARS))
    seen, wanted, where = (line(piece, _REASON_CHARS) for piece in (said.seen, said.wanted, said.where))
    return Message(
        reason=line(said.reason, _REASON_CHARS),
        seen=seen,
        wanted=wanted.removeprefix(_SHOULD_BE),
        where=where,
        hints=tuple(line(hint) for hint in said.hints[:_MOST_HINTS]),
        rest=block("\n".join([said.rest, *said.hints[_MOST_HINTS:]])),
    )


def _score(verdict: Verdict) -> str:
    """The points earned; none are known where nothing was graded yet."""
    is_open = verdict.status in (Status.ERROR, Status.LATER, Status.MANUAL) and not verdict.score
    return messages.NO_SCORE if is_open else str(points(verdict.score))


def _waits_for(report: Report, verdict: Verdict, names: Mapping[str, str]) -> tuple[Link, ...]:
    """What keeps a check from running: the check that it needs, and what that one waits for, to the first cause."""
    verdicts = {other.check.id: other for other in report.verdicts}
    links: list[Link] = []
    while verdict.status is Status.BLOCKED:
        by = blocker(verdict.check, verdicts)
        if by is None or len(links) == len(verdicts):
            break
        links.append(Link(line(by.check.label), names[by.check.id]))
        verdict = by
    return tuple(links)


def _staff(report: Report, verdict: Verdict) -> StaffView:
    check = verdict.check
    facts = [
        (messages.STAFF_VISIBILITY, check.visibility.value.replace("_", " ")),
        (messages.STAFF_SEED, "" if verdict.seed is None else str(verdict.seed)),
        (messages.STAFF_TIME, messages.SECONDS.format(seconds=f"{verdict.wall_s:.2f}")),
        (messages.STAFF_MISTAKES, line(", ".join(verdict.mistakes))),
    ]
    there = tuple((name, value) for name, value in facts if value)
    return StaffView(there, _command(report, verdict), block(verdict.staff_output, _STAFF_CHARS))


def _command(report: Report, verdict: Verdict) -> str:
    """The command that runs a check again; empty if not even the assignment could be read."""
    return line(" ".join(command(report, verdict)), _COMMAND_CHARS) if report.assignment else ""
