"""Which folder is the folder of the class, and which platform filled it. By names alone: no file is opened.

A class is Gradescope's where submission_metadata.yml lies beside the submissions; Canvas' or Moodle's where more than
half of the entries have names as these make them; else every folder, zip, notebook and .py file is a submission.

Where one folder is all that is there, it is the folder of the class (hw1/alice, hw1/bob) or the only submission. It is
taken for the class where it could not be graded as one submission, because which file counts could not be told:

    - several of the folders in it hold the module; or none, and several hold the module's notebook
    - it holds nothing but zips, and several of them; or files of which more than half are named by Canvas or Moodle
    - submission_metadata.yml lies in it, and it is called as Gradescope calls it (assignment_12_export), or it has
      several folders submission_...

and where neither the module nor its notebook nor answers.md lies in it directly. So a student's package that can be
graded is not taken for a class.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from autograder.regrade.downloads import canvas, moodle
from autograder.regrade.downloads.entries import Entry, Kind, entries_of
from autograder.regrade.downloads.gradescope_export import FILE

_EXPORT = re.compile(r"assignment_\d+_export")
_SUBMISSION = re.compile(r"submission_\d+")
_ANSWERS = "answers.md"


class Layout(enum.Enum):
    """Who gave the submissions their names."""

    GRADESCOPE = enum.auto()
    CANVAS = enum.auto()
    MOODLE = enum.auto()
    PLAIN = enum.auto()


@dataclass(frozen=True)
class Listed:
    """The folder of a class, with what lies in it."""

    folder: Path
    entries: Sequence[Entry]
    layout: Layout
    is_guessed: bool = False  # it is not what was named, and not called as a platform calls it

    def direct(self, module_file: str) -> Entry | None:
        """A file that makes the folder one submission, if it is none of a platform's."""
        return None if self.layout is not Layout.PLAIN else _direct(self.entries, module_file)


def listed(folder: Path, module_file: str) -> Listed:
    """The folder of the class: what was named, or the only folder in it. Raises OSError."""
    entries = entries_of(folder)
    if len(entries) == 1 and entries[0].kind is Kind.FOLDER:
        below = entries_of(entries[0].path)
        if _is_class(entries[0].name, below, module_file):
            is_usual = bool(_EXPORT.fullmatch(entries[0].name))
            return Listed(entries[0].path, below, _layout(below), is_guessed=not is_usual)
    return Listed(folder, entries, _layout(entries))


def _layout(entries: Sequence[Entry]) -> Layout:
    if any(entry.name == FILE and entry.kind is Kind.FILE for entry in entries):
        return Layout.GRADESCOPE
    if 2 * sum(map(canvas.fits, entries)) > len(entries):
        return Layout.CANVAS
    return Layout.MOODLE if 2 * sum(map(moodle.fits, entries)) > len(entries) else Layout.PLAIN


def _direct(entries: Sequence[Entry], module_file: str) -> Entry | None:
    asked_for = {module_file, _notebook(module_file), _ANSWERS}
    return next((entry for entry in entries if entry.kind is Kind.FILE and entry.name in asked_for), None)


def _is_class(name: str, entries: Sequence[Entry], module_file: str) -> bool:
    """Whether a folder is that of a class: see above."""
    if _direct(entries, module_file) is not None:
        return False
    folders = [entry for entry in entries if entry.kind is Kind.FOLDER]
    match _layout(entries):
        case Layout.GRADESCOPE:
            return bool(_EXPORT.fullmatch(name)) or sum(bool(_SUBMISSION.fullmatch(one.name)) for one in folders) > 1
        case Layout.CANVAS | Layout.MOODLE:
            return len(entries) > 1
    if not folders:
        return len(entries) > 1 and all(entry.kind is Kind.FILE and entry.ending == ".zip" for entry in entries)
    if any(entry.ending in (".py", ".ipynb") for entry in entries if entry.kind is Kind.FILE):
        return False
    held = [_held(folder.path, module_file) for folder in folders]
    modules = held.count(module_file)
    return modules > 1 or (modules == 0 and held.count(_notebook(module_file)) > 1)


def _held(folder: Path, module_file: str) -> str:
    """The module or its notebook, if it lies in a folder, or in the only folder in it."""
    try:
        entries = entries_of(folder)
        if len(entries) == 1 and entries[0].kind is Kind.FOLDER:
            entries = entries_of(entries[0].path)
    except OSError:  # of one student: it is told where it is graded
        return ""
    names = {entry.name for entry in entries if entry.kind is Kind.FILE}
    return next((name for name in (module_file, _notebook(module_file)) if name in names), "")


def _notebook(module_file: str) -> str:
    return PurePath(module_file).with_suffix(".ipynb").name
