"""A course's list of students, a CSV -> who handed in which submission.

The list that Canvas or Gradescope exports will do. A student is found by the column `submission`, which has the name of
a submission or of its folder; where there is none, by SID, login, email or name, or by both name and ID as Canvas puts
them together in a download (doejane_12345).
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError, nearest
from autograder.messages import classes as messages

_COLUMNS = {
    "name": ("name", "full name", "student", "student name"),
    "first_name": ("first name", "given name"),
    "last_name": ("last name", "surname", "family name"),
    "sid": ("sid", "student id", "sis user id", "student number"),
    "canvas_id": ("id", "canvas id"),
    "login": ("sis login id", "login", "login id", "username"),
    "email": ("email", "email address", "e-mail", "mail"),
    "section": ("section", "sections"),
    "submission": ("submission", "folder", "submission folder", "submission name"),
}
# In this order: the first that a row has a text for.
_FINDS = ("submission", "sid", "login", "email", "name", "canvas_download")
_NOBODY = ("points possible", "student, test")  # rows of Canvas' own


@dataclass(frozen=True)
class Student:
    """A line of the roster. What it does not have is empty."""

    line: int
    name: str = ""
    sid: str = ""
    canvas_id: str = ""
    login: str = ""
    email: str = ""
    section: str = ""
    submission: str = ""

    @property
    def canvas_download(self) -> str:
        """What Canvas calls the student's files: letters and digits of the name, and its own id, which alone could be
        another student's number."""
        name = unicodedata.normalize("NFC", self.name.casefold())
        letters = "".join(one for one in name if one.isalnum() or one == "_" or unicodedata.category(one)[0] == "M")
        return f"{letters}_{self.canvas_id}" if self.canvas_id else ""

    def key(self, field: str) -> str:
        """What the student is found by."""
        return _plain(str(getattr(self, field)))


def read_roster(path: Path) -> list[Student]:
    """The students of a roster, in its order. Raises GraderError, with the place and the cure."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(number, row) for number, row in enumerate(csv.reader(file, strict=True), 1) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GraderError(messages.ROSTER_UNREADABLE.format(path=path, reason=error)) from None
    if not rows:
        raise GraderError(messages.ROSTER_EMPTY.format(path=path))
    columns = _columns(path, rows[0][1])
    students = [_student(number, row, columns) for number, row in rows[1:]]
    return [student for student in students if student.key("name") not in _NOBODY]


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each column is that is known by its heading."""
    headings = [_plain(heading) for heading in header]
    found: dict[str, int] = {}
    for field, names in _COLUMNS.items():
        places = [headings.index(name) for name in names if name in headings]
        if places:
            found[field] = places[0]
    if "sid" not in found and "canvas_id" in found and "login" not in found:  # a plain ID, and no list of Canvas'
        found["sid"] = found.pop("canvas_id")
    has_name = "name" in found or "last_name" in found
    if not has_name:
        raise _missing(path, "Name", headings, [*_COLUMNS["name"], *_COLUMNS["last_name"]])
    if not set(found) & {"submission", "sid", "login", "email"}:
        known = [name for field in ("submission", "sid", "login", "email") for name in _COLUMNS[field]]
        raise _missing(path, "SID, Email or Submission", headings, known)
    return found


def _missing(path: Path, wanted: str, headings: Sequence[str], known: Sequence[str]) -> GraderError:
    recognised = {name for names in _COLUMNS.values() for name in names}
    unknown = [heading for heading in headings if heading and heading not in recognised]
    similar = [heading for name in known if (heading := nearest(name, unknown))]
    cure = messages.ROSTER_NEAREST.format(similar=similar[0]) if similar else messages.ROSTER_ADD
    there = ", ".join(filter(None, headings))
    return GraderError(messages.ROSTER_COLUMN.format(path=path, wanted=wanted, cure=cure, there=there))


def _student(line: int, row: Sequence[str], columns: Mapping[str, int]) -> Student:
    texts = {field: row[place].strip() if place < len(row) else "" for field, place in columns.items()}
    first, last = texts.pop("first_name", ""), texts.pop("last_name", "")
    texts["name"] = texts.get("name") or f"{first} {last}".strip()
    return Student(line, **texts)


def matched(students: Sequence[Student], names: Mapping[str, Sequence[str]], path: Path) -> dict[Student, str | None]:
    """The submission of each student, or None. `names` has what each submission is called, beside its own name.

    Raises GraderError where a student could be either of two.
    """
    known: dict[str, set[str]] = {}
    for submission, others in names.items():
        for name in {submission, *submission.split("/"), *others}:
            known.setdefault(_plain(name), set()).add(submission)
    return {student: _submission_of(student, known, path) for student in students}


def _submission_of(student: Student, known: Mapping[str, set[str]], path: Path) -> str | None:
    for field in _FINDS:
        found = known.get(student.key(field), set()) if student.key(field) else set()
        if len(found) > 1:
            text = messages.ROSTER_AMBIGUOUS
            raise GraderError(
                text.format(path=path, line=student.line, key=student.key(field), names=", ".join(sorted(found)))
            )
        if found:
            return next(iter(found))
    return None


def _plain(text: str) -> str:
    """A text as it is compared: without case and needless spaces."""
    return " ".join(text.casefold().split())
