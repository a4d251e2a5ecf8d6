"""Report -> the text that a student reads in a terminal, at 80 columns and without colour."""

from __future__ import annotations

import textwrap

from autograder.model import Part, Report, Status, Verdict
from autograder.report.text import clean, clip, points

_WIDTH = 80
_MARKS = {
    Status.PASSED: "pass",
    Status.FAILED: "FAIL",
    Status.BLOCKED: "skip",
    Status.ERROR: "????",
    Status.MANUAL: "hand",
    Status.LATER: "wait",
}
_DETAIL_CHARS = 3000


def terminal(report: Report, *, staff: bool = False) -> str:
    """The whole report: a table by part, the reasons below it, and the total."""
    title = textwrap.fill(clean(report.title), _WIDTH)
    lines = [title, "=" * max(map(len, title.splitlines()), default=0)]
    loose = [v for v in report.verdicts if v.check.part not in {part.number for part in report.parts}]
    lines += ["", *[_row(verdict) for verdict in loose]] if loose else []
    for part in report.parts:
        verdicts = [v for v in report.verdicts if v.check.part == part.number]
        if verdicts:
            lines += ["", _heading(part, verdicts), *[_row(verdict) for verdict in verdicts]]
    details = [_detail(verdict, staff) for verdict in report.verdicts if _has_detail(verdict, staff)]
    if details:
        lines += ["", "What to look at", "---------------", *details]
    isolation = [_indented(f"Isolation: {clean(report.isolation)}").strip()] if staff and report.isolation else []
    notes = [line for note in report.staff_notes for line in _wrapped(f"Staff: {note}")] if staff else []
    return "\n".join([*lines, "", *_total(report, staff=staff), *isolation, *notes])


def progress(verdict: Verdict, done: int, total: int) -> str:
    """One line while the grading goes on."""
    return f"[{done:>{len(str(total))}}/{total}] {_MARKS[verdict.status]} {clean(verdict.check.label)[: _WIDTH - 20]}"


def _heading(part: Part, verdicts: list[Verdict]) -> str:
    graded = [v for v in verdicts if v.status is not Status.LATER]
    earned, possible = sum(v.score for v in graded), sum(v.check.max_score for v in graded)
    rule = " (extra credit)" if part.extra_credit else " (all or nothing)" if part.all_or_nothing else ""
    score = f"{points(earned)}/{points(possible)}" if graded else ""
    return _spread(f"Part {part.number}  {clean(part.title)}{rule}", score)


def _row(verdict: Verdict) -> str:
    check = verdict.check
    score = f"{points(verdict.score)}/{points(check.max_score)}" if check.max_score else ""
    return _spread(f"  {_MARKS[verdict.status]}  {check.number:<6} {clean(check.name)}", score)


def _spread(left: str, right: str) -> str:
    room = _WIDTH - len(right) - 2
    shown = left if len(left) <= room else left[: room - 1] + "…"
    return f"{shown:<{_WIDTH - len(right)}}{right}".rstrip()


def _has_detail(verdict: Verdict, staff: bool) -> bool:
    if staff and verdict.staff_output:
        return True
    return verdict.status in (Status.FAILED, Status.ERROR, Status.MANUAL)


def _detail(verdict: Verdict, staff: bool) -> str:
    text = clip(clean(verdict.student_output), _DETAIL_CHARS)
    if staff and verdict.staff_output:
        text += "\n-- staff --\n" + clip(clean(verdict.staff_output), 10 * _DETAIL_CHARS)
    return f"\n{textwrap.fill(clean(verdict.check.label), _WIDTH)}\n{_indented(text)}"


def _indented(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        line = line.expandtabs(4)
        indent = "    " + line[: min(len(line) - len(line.lstrip()), _WIDTH // 2)]
        wrapped = textwrap.wrap(line.strip(), _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
        lines += [indent + piece for piece in wrapped] or [""]
    return "\n".join(lines)


def _total(report: Report, *, staff: bool) -> list[str]:
    blocked = len(report.with_status(Status.BLOCKED))
    lines = []
    if report.adjustments:
        lines = [_spread("Earned", f"{points(report.earned)}/{points(report.max_score)}")]
        said = [(adjustment.staff_text if staff else "") or adjustment.text for adjustment in report.adjustments]
        lines += [line for text in said for line in _wrapped(text)]
    lines.append(_spread("Total", f"{points(report.score)}/{points(report.max_score - report.later)}"))
    earned, possible = report.extra_credit
    if possible:
        lines.append(f"{points(earned)} of {points(possible)} points of extra credit are in it.")
    if blocked:
        they = (
            "1 check was skipped, because a check that it needs"
            if blocked == 1
            else (f"{blocked} checks were skipped, because a check that they need")
        )
        lines.append(f"{they} failed.")
    if report.later:
        lines.append(f'{points(report.later)} further points are graded after submission: those marked "wait".')
    if report.by_hand:
        lines.append(f'{points(report.by_hand)} further points are given by a person, who reads what is marked "hand".')
    if report.ungraded_points:
        lines.append(f"{points(report.ungraded_points)} points could not be graded: a fault of the autograder (????).")
    for note in report.notes:
        lines += _wrapped(note)
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(clean(text), _WIDTH, break_long_words=False, break_on_hyphens=False)
