"""A report as the policies of its assignment want it. One pure function: report and metadata in, report out.

The score of a check stays what it earned. What a policy takes or adds stands in the report's adjustments, a line each.
Where students do not see all checks, no such line has a figure: it would tell what the hidden ones earned.

Our own faults, and answers that a person has still to read, never cost points here: a part that is all or nothing is
lost by a failed check only.
"""

from __future__ import annotations

import math
from dataclasses import replace

from autograder import messages
from autograder.listing import listed
from autograder.metadata import Metadata
from autograder.model import Adjustment, Leaderboard, Part, Report, Status, Verdict
from autograder.policies.attempts import Attempts, attempts
from autograder.policies.declared import TOTAL, Policies
from autograder.policies.lateness import Points, figure, late_s, penalty

HINT = "Hint: "
_LOST = (Status.FAILED, Status.BLOCKED)


def adjusted(report: Report, policies: Policies, metadata: Metadata | None) -> Report:
    """The report with what the policies make of it. Without metadata, as at home, nothing depends on it."""
    score = _scored(report, policies, metadata)
    columns = _columns(report.visible, policies, metadata) if policies.columns else ()
    known = attempts(policies.limit, metadata) if metadata is not None else None
    number = known.number if known is not None else None
    report = replace(
        report,
        adjustments=(*report.adjustments, *score),
        columns=(*report.columns, *columns),
        notes=(*report.notes, *_withheld(policies, number), *_graded_anyway(known)),
        staff_notes=(*report.staff_notes, *_for_staff(policies, metadata, number), *_open(report)),
    )
    explained = tuple(_explained(verdict, report.parts) for verdict in report.verdicts)
    return replace(report, verdicts=tuple(_as_shown(verdict, policies, number) for verdict in explained))


# ------------------------------------------------------------------------------------- points


def _scored(report: Report, policies: Policies, metadata: Metadata | None) -> tuple[Adjustment, ...]:
    made = [found for part in report.parts if part.all_or_nothing and (found := _all_or_nothing(report, part))]
    if policies.late is not None and metadata is not None:
        earned = math.fsum([report.earned, *(adjustment.points for adjustment in made)])
        points = Points(max(0.0, earned), report.max_score, report.is_shown_whole)
        lost = penalty(policies.late, late_s(metadata), points)
        made += [lost] if lost is not None else []
    return tuple(made)


def _all_or_nothing(report: Report, part: Part) -> Adjustment | None:
    own = _of(report, part.number)
    failed = [verdict.check.number for verdict in own if verdict.status in _LOST]
    earned = math.fsum(verdict.score for verdict in own)
    if not failed or not earned:
        return None
    said = messages.policies.ALL_OR_NOTHING.format(part=part.number)
    shown = messages.policies.ALL_OR_NOTHING_LOST.format(said=said, numbers=_listed(failed), points=figure(earned))
    return Adjustment(shown if report.is_shown_whole else "", -earned, shown)  # its checks say the rule


def _of(report: Report, number: str) -> list[Verdict]:
    return [verdict for verdict in report.verdicts if verdict.check.part == number]


def _listed(numbers: list[str]) -> str:
    return messages.policies.COUNT_OF_THEM.format(count=len(numbers)) if len(numbers) > 4 else listed(numbers)


def _columns(
    seen: Report, policies: Policies, metadata: Metadata | None
) -> tuple[tuple[Leaderboard, float | str], ...]:
    """The columns of the leaderboard, which everybody sees: only of checks that students see."""
    total = replace(seen, adjustments=_scored(seen, policies, metadata)).score
    lost = {p.number for p in seen.parts if p.all_or_nothing and _all_or_nothing(seen, p)}
    found: list[tuple[Leaderboard, float | str]] = []
    for column in policies.columns:
        own = 0.0 if column.of in lost else math.fsum(verdict.score for verdict in _of(seen, column.of))
        found.append((column.board, round(total if column.of == TOTAL else own, 3)))
    return tuple(found)


# ------------------------------------------------------------------------------------- words


def _reached(first: int | None, number: int | None) -> bool:
    """Whether something is shown in this attempt. Where attempts are not known, it is shown unless it never is."""
    return first is not None and (number is None or number >= first)


def _withheld(policies: Policies, number: int | None) -> list[str]:
    return [
        messages.policies.SHOWN_FROM.format(what=what, first=first, number=number)
        for what, first in (
            (messages.policies.HINTS, policies.hints_from),
            (messages.policies.DETAILS, policies.details_from),
        )
        if first is not None and not _reached(first, number)
    ]


def _for_staff(policies: Policies, metadata: Metadata | None, number: int | None) -> list[str]:
    if metadata is None:
        return []
    found = list(metadata.problems)
    if policies.late is not None and metadata.due_at is None and not found:
        found.append(messages.policies.NO_DUE_DATE)
    if policies.need_metadata and number is not None:
        found.append(messages.policies.ATTEMPT.format(number=number))
    return found


def _graded_anyway(known: Attempts | None) -> list[str]:
    if known is None or known.may_be_one:
        return []
    return [messages.policies.OVER_THE_LIMIT]


def _open(report: Report) -> list[str]:
    """Where a person's decision can still cost a part that is all or nothing."""
    found = []
    for part in report.parts:
        own = _of(report, part.number) if part.all_or_nothing else []
        open_ = [verdict.check.number for verdict in own if verdict.status is Status.MANUAL]
        if open_ and not any(verdict.status in _LOST for verdict in own):
            found.append(messages.policies.ALL_OR_NOTHING_OPEN.format(part=part.number, numbers=_listed(open_)))
    return found


def _explained(verdict: Verdict, parts: tuple[Part, ...]) -> Verdict:
    """A check of a part that is all or nothing says so: its own points may be there and not count."""
    part = next((part for part in parts if part.number == verdict.check.part and part.all_or_nothing), None)
    if part is None or not verdict.check.max_score:
        return verdict
    said = messages.policies.ALL_OR_NOTHING_RULE.format(part=part.number)
    text, brief = (
        f"{before}\n\n{said}" if before else said for before in (verdict.student_output, verdict.brief or "")
    )
    return replace(verdict, student_output=text, brief=None if verdict.brief is None else brief)


def _as_shown(verdict: Verdict, policies: Policies, number: int | None) -> Verdict:
    if verdict.check.part == "0" or verdict.status is Status.ERROR:  # without it nothing can be done at all
        return verdict
    text, exhibits = verdict.student_output, verdict.exhibits
    if not _reached(policies.details_from, number):
        text, exhibits = verdict.student_output if verdict.brief is None else verdict.brief, ()
    if not _reached(policies.hints_from, number):
        text = "\n".join(line for line in text.split("\n") if not line.startswith(HINT))
    if text == verdict.student_output and exhibits is verdict.exhibits:
        return verdict
    return replace(verdict, student_output=text, exhibits=exhibits)
