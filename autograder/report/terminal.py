"""Report -> the text that a student reads in a terminal: a table by part, details of what failed, and the totals.

rich lays it out. What students and their code write never gets to it as anything but `Text`: a string would be read as
its markup. The colours are the terminal's own sixteen, which its theme makes readable on dark and on light ground, and
none of them says anything that a word does not say too.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from autograder.messages import terminal as messages
from autograder.model import Part, Report, Status, Verdict
from autograder.report.examples import examples
from autograder.report.lines import NAME_CHARS, cut, one_line, spread, wrapped
from autograder.report.message import HINT
from autograder.report.reproduction import reproduction
from autograder.report.rows import MARKS, Row, rows
from autograder.report.shown import part_numbers, shown
from autograder.report.text import clip
from autograder.report.totals import Sum, counts, for_staff, graded, rule, totals

NARROWEST, USUAL, WIDEST = 40, 80, 100
_SMALL = 12  # a report of so few checks shows each of them
_INDENT = 4
_DETAIL_CHARS, _STAFF_CHARS = 3_000, 30_000
_HINT_LINES = 3
_LEFT_COLUMNS = 8  # "  FAIL  "
_COLOURS = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.BLOCKED: "magenta",
    Status.ERROR: "bold magenta",
    Status.MANUAL: "cyan",
    Status.LATER: "cyan",
}
_HEADING = "bold"


def terminal(
    report: Report, *, staff: bool = False, width: int = USUAL, colour: bool = False, whole: bool = False
) -> str:
    """The report as text of at most `width` columns. With `whole` every check has its row in the table."""
    return _Page(shown(report, staff=staff), staff=staff, width=width, colour=colour, whole=whole).text()


class _Page:
    """The report on its way to be text."""

    def __init__(self, report: Report, *, staff: bool, width: int, colour: bool, whole: bool) -> None:
        self.report, self.staff = report, staff
        self.width = min(max(width, NARROWEST), WIDEST)
        self.whole = whole or staff or len(report.verdicts) <= _SMALL
        self.known = {verdict.check.id: verdict for verdict in report.verdicts}
        self.cut: set[str] = set()  # the numbers of checks about which there is more than the table has room for
        self.file = io.StringIO()
        self.console = Console(  # told everything, so that nothing is taken from the environment
            file=self.file,
            width=self.width,
            height=25,
            color_system="standard" if colour else None,
            force_terminal=colour,
            force_interactive=False,
            force_jupyter=False,
            no_color=not colour,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def text(self) -> str:
        self._title()
        for number in part_numbers(self.report):
            self._part(number)
        self._details()
        self._totals()
        return "\n".join(line.rstrip() for line in self.file.getvalue().split("\n")).rstrip("\n")

    def _say(self, lines: Iterable[str], style: str = "") -> None:
        for line in lines:
            self.console.print(Text(line, style=style, no_wrap=True, overflow="ignore"), soft_wrap=True)

    def _title(self) -> None:
        lines = wrapped(self.console, one_line(self.report.title), self.width)
        self._say(lines, _HEADING)
        self._say(["=" * max(map(cell_len, lines))])

    # ------------------------------------------------------------------------------------- the table

    def _part(self, number: str) -> None:
        verdicts = [verdict for verdict in self.report.verdicts if verdict.check.part == number]
        part = next((part for part in self.report.parts if part.number == number), None)
        self._say([""])
        if part is not None:
            self._say([_heading(part, verdicts, self.width)], _HEADING)
        self._table(rows(verdicts, self.known, whole=self.whole))

    def _table(self, shown: Sequence[Row]) -> None:
        of_numbers = max((cell_len(one_line(v.check.number)) for v in self.report.verdicts), default=0)
        of_numbers = min(max(of_numbers, 5), self.width // 4) + 2
        of_scores = max(cell_len(row.score) for row in shown) + 2
        room = self.width - _LEFT_COLUMNS - of_numbers - of_scores
        table = Table.grid(padding=0)
        for columns in (_LEFT_COLUMNS, of_numbers, room):
            table.add_column(width=columns)
        table.add_column(width=of_scores, justify="right", no_wrap=True)
        for row in shown:
            mark, number = f"  {MARKS[row.status]}", cut(one_line(row.number), of_numbers - 2)
            text = Group(*map(Text, self._below_each_other(row, room)))
            table.add_row(Text(mark, style=_COLOURS[row.status]), Text(number), text, Text(row.score))
        self.console.print(table)

    def _below_each_other(self, row: Row, room: int) -> Iterator[str]:
        """What stands in the middle of a row: the check's name, why it did not pass, and the hint."""
        yield self._cut(row, row.text, room)
        said = row.said
        if said.reason.strip():
            yield self._cut(row, said.reason, room)
        if said.hints:
            lines = wrapped(self.console, one_line(messages.HINT.format(hint=said.hints[0])), room)
            if len(lines) > _HINT_LINES:
                self.cut.add(row.number)
                lines = [*lines[: _HINT_LINES - 1], cut(f"{lines[_HINT_LINES - 1]} {lines[_HINT_LINES]}", room)]
            yield from lines
        if said.rest.strip():
            self.cut.add(row.number)

    def _cut(self, row: Row, text: str, room: int) -> str:
        line = one_line(text)
        shown = cut(line, room)
        if shown != line or len(text) > NAME_CHARS:
            self.cut.add(row.number)
        return shown

    # ------------------------------------------------------------------------------------- details

    def _details(self) -> None:
        parts = part_numbers(self.report)
        in_order = sorted(self.report.verdicts, key=lambda verdict: parts.index(verdict.check.part))  # the table's
        shown = [verdict for verdict in in_order if self._has_detail(verdict)]
        if not shown:
            return
        self._say(["", messages.DETAILS], _HEADING)
        self._say(["-" * len(messages.DETAILS)])
        for verdict in shown:
            self._detail(verdict)

    def _has_detail(self, verdict: Verdict) -> bool:
        if self.staff and verdict.staff_output:
            return True
        if examples(verdict, staff=self.staff):
            return True
        looked_at = verdict.status not in (Status.PASSED, Status.BLOCKED)
        return looked_at and (verdict.check.number in self.cut or (self.staff and verdict.status is not Status.LATER))

    def _detail(self, verdict: Verdict) -> None:
        check = verdict.check
        label = messages.LABEL.format(number=one_line(check.number), name=one_line(check.name))
        self._say(["", *wrapped(self.console, label, self.width)], f"{_HEADING} {_COLOURS[verdict.status]}")
        for line in self._indented(clip(verdict.student_output.strip("\n"), _DETAIL_CHARS)):
            self._say([line], _HEADING if line.lstrip().startswith(HINT) else "")
        self._say(" " * _INDENT + line for line in examples(verdict, staff=self.staff))  # whole: to be pasted
        if self.staff:
            self._say(self._indented(messages.STAFF_ONLY))
            self._say(self._indented(clip(verdict.staff_output.strip("\n"), _STAFF_CHARS)))
            self._say(self._indented("\n".join(reproduction(self.report, verdict, self.width - _INDENT))))

    def _indented(self, text: str) -> list[str]:
        return wrapped(self.console, text, self.width, _INDENT) if text else []

    # ------------------------------------------------------------------------------------- totals

    def _totals(self) -> None:
        self._say(["", *wrapped(self.console, counts(self.report), self.width)])
        for total in totals(self.report, staff=self.staff, marked=True):
            if isinstance(total, Sum):
                self._say([spread(total.label, f"{total.score}/{total.possible}", self.width)], _HEADING)
            else:
                self._paragraph(total)
        if self.staff:
            for text in for_staff(self.report):
                self._paragraph(text)

    def _paragraph(self, text: str) -> None:
        self._say(wrapped(self.console, " ".join(clip(text, _DETAIL_CHARS).split()), self.width))


def _heading(part: Part, verdicts: list[Verdict], width: int) -> str:
    total = graded(verdicts)
    title = messages.PART.format(number=part.number, title=one_line(part.title), rule=rule(part))
    return spread(title, f"{total.score}/{total.possible}" if total else "", width)
