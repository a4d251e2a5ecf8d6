"""Report -> the part of it that a student may see: for files that, unlike results.json, no platform filters."""

from __future__ import annotations

from dataclasses import replace

from autograder import messages
from autograder.exhibits import Exhibit
from autograder.model import Report, Verdict, Visibility


def shown(report: Report, *, staff: bool) -> Report:
    """The report without its hidden checks, and without any figure that they are in; for staff the whole of it.

    When a check becomes visible (after the due date, after publication) only the platform knows: till then it is not.
    """
    if staff or report.is_shown_whole:
        return report
    visible = report.visible
    count = len(report.verdicts) - len(visible.verdicts)
    words = messages.reports.ONE_NOT_SHOWN if count == 1 else messages.reports.NOT_SHOWN
    texts = [adjustment.text for adjustment in report.adjustments]
    return replace(visible, adjustments=(), notes=(*texts, *report.notes, words.format(count=count)))


def share(report: Report) -> float:
    """Of the points that are decided, the share that was earned, from 0 to 1; 1 where there are none to earn."""
    waiting = sum(verdict.open_points for verdict in report.verdicts)
    possible = report.max_score - report.later - waiting
    return min(1.0, report.score / possible) if possible > 0 else 1.0


def part_numbers(report: Report) -> list[str]:
    """The parts that the verdicts belong to, in order; first what belongs to none of the assignment's."""
    own = [part.number for part in report.parts]
    present = dict.fromkeys(verdict.check.part for verdict in report.verdicts)
    return [*(number for number in present if number not in own), *(number for number in own if number in present)]


def exhibits(verdict: Verdict, *, staff: bool) -> tuple[Exhibit, ...]:
    """The exhibits of a verdict that its reader may see: of a check that says no more than its property, none."""
    check = verdict.check
    says_all = check.hide_errors is None and check.visibility is Visibility.VISIBLE
    return verdict.exhibits if staff or says_all else ()
