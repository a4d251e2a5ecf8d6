"""Entries -> CSV: one line for each submission, and the lists of grades that Canvas and Gradescope know.

A spreadsheet takes a text for a formula if it begins in certain ways, and a formula can read other cells and send them
away. Texts that begin so are given an apostrophe, which spreadsheets take for "this is a text". Numbers are numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from autograder.classes.entry import Entry, checks_of
from autograder.classes.roster import Student
from autograder.classes.statistics import by_part
from autograder.messages import classes as messages
from autograder.model import Report
from autograder.report.text import clean, points

_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")  # wide ones too: some take them for the others
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POSSIBLE = "    Points Possible"  # as Canvas writes it: its import looks for these words
Cell = str | float | int


def of_class(entries: Sequence[Entry]) -> str:
    """A line for each submission: id, total, the parts, then points and status of each check."""
    parts = [part.number for part in by_part(entries)]
    numbers = [check.number for check in checks_of(list(entries))]
    header: list[Cell] = [messages.CSV_ID, messages.CSV_TOTAL, messages.CSV_MAX]
    header += [messages.CSV_PART.format(number=number) for number in parts]
    for number in numbers:
        header += [messages.CSV_POINTS.format(number=number), messages.CSV_STATUS.format(number=number)]
    return table([header, *(_line(entry, parts, numbers) for entry in sorted(entries, key=lambda e: e.id))])


def _line(entry: Entry, parts: Sequence[str], numbers: Sequence[str]) -> list[Cell]:
    report = entry.report
    cells: list[Cell] = [entry.id, points(report.score), points(report.max_score)]
    cells += [points(sum(v.score for v in report.verdicts if v.check.part == part)) for part in parts]
    own = {verdict.check.number: verdict for verdict in report.verdicts}
    for number in numbers:
        verdict = own.get(number)
        cells += [points(verdict.score), verdict.status.value] if verdict else ["", ""]
    return cells


def for_canvas(grades: Mapping[Student, Report | None], column: str, possible: float) -> str:
    """What Canvas' gradebook imports. Who handed nothing in has an empty cell, which changes nothing there."""
    rows: list[Sequence[Cell]] = [[*_CANVAS, column], [_POSSIBLE, "", "", "", "", points(possible)]]
    for student, report in grades.items():
        own = [student.name, student.canvas_id, student.sid, student.login, student.section]
        rows.append([*own, points(report.score) if report else ""])
    return table(rows)


def for_gradescope(grades: Mapping[Student, Report | None], possible: float) -> str:
    """A list in the style of Gradescope's own: an empty score for who handed nothing in."""
    rows: list[Sequence[Cell]] = [["Name", "SID", "Email", "Total Score", "Max Points"]]
    for student, report in grades.items():
        total = points(report.score) if report else ""
        rows.append([student.name, student.sid, student.email, total, points(possible)])
    return table(rows)


def key(names: Mapping[str, str]) -> str:
    """The submission of every id; `names` has the id of every submission."""
    rows = sorted((identity, name) for name, identity in names.items())
    return table([[messages.CSV_ID, messages.CSV_SUBMISSION], *rows])


def table(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV, in which no text can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def safe(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula."""
    line = clean(text).replace("\n", " ")
    return f"'{line}" if line.lstrip(" \u00a0'\"").startswith(_FORMULA) or line.startswith("\t") else line
