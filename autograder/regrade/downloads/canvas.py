"""The files of an assignment as Canvas gives them, all in one folder -> submissions.

    doejane_LATE_12345_67890_vae-1.py     name, whether it is late, user's id, file's id, and what the file was called

The name is that by which Canvas sorts ("Doe, Jane"), in small letters, with nothing but letters and digits. In an
assignment that is graded without names it is `anon_X7bQ2`. What was typed in ends in `_text.html`, a link that was
given in `_link.html`. A file that was handed in again by an earlier one's name is marked with a number: `vae-1.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from autograder.messages import handed_in_class as messages
from autograder.recognition import means
from autograder.regrade.downloads.entries import Entry, Kind, is_junk
from autograder.regrade.downloads.left_out import LeftOut
from autograder.regrade.downloads.naming import Candidate
from autograder.regrade.handed_in import HandedIn, Person

_PERSON = r"(?P<who>anon_[A-Za-z0-9]+?|[^\x00-/:-^`{-\x7f]*?_(?:LATE_)?(?P<user>\d+))"
_FILE = re.compile(rf"(?P<late>LATE_)?{_PERSON}_(?P<file_id>\d+)_(?P<name>.+)", re.DOTALL)
_TYPED_IN = re.compile(rf"(?:LATE_)?{_PERSON}_(?:text|link)\.html")
_MARK = re.compile(r"-(?:(?P<number>\d{1,2})|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", re.ASCII)
_AFTER_NUMBERS = 100  # Canvas gives up counting, and marks a file with something random
_ANSWERS = "answers.md"


@dataclass(frozen=True)
class _File:
    """A file of a submission: what it was called, in which version."""

    entry: Entry
    name: str
    file_id: int
    is_late: bool

    @property
    def ending(self) -> str:
        """The ending of the name in small letters."""
        return PurePath(self.name.lower()).suffix

    @property
    def unmarked(self) -> str:
        """The name without the mark of a version."""
        stem = self.name[: len(self.name) - len(self.ending)]
        return _MARK.sub("", stem) + self.name[len(stem) :]

    @property
    def version(self) -> tuple[int, int]:
        """What orders the versions of a file: Canvas' mark of it, then the file's id."""
        mark = _MARK.search(self.name[: len(self.name) - len(self.ending)])
        return (int(mark["number"] or _AFTER_NUMBERS) if mark else 0, self.file_id)


def fits(entry: Entry) -> bool:
    """Whether an entry has a name as Canvas makes them."""
    return entry.kind is Kind.FILE and bool(_FILE.fullmatch(entry.name) or _TYPED_IN.fullmatch(entry.name))


def submissions(entries: Iterable[Entry], module_file: str, left_out: LeftOut) -> tuple[list[Candidate], list[str]]:
    """The submissions of entries that fit, and what staff should be told."""
    of: dict[str, list[_File]] = {}
    for entry in entries:
        match = _FILE.fullmatch(entry.name)
        if match is None:
            left_out.add(messages.TYPED_IN, entry.name)
        elif not is_junk(match["name"]):
            who = match["who"].replace("_LATE_", "_").lstrip("_")
            is_late = bool(match["late"]) or "_LATE_" in match["who"]
            of.setdefault(who, []).append(_File(entry, match["name"], int(match["file_id"]), is_late))
    late = sum(any(file.is_late for file in files) for files in of.values())
    found = [
        Candidate(HandedIn(who, files=files, people=_people(who)), who)
        for who, all_files in of.items()
        if (files := {name: file.entry.path for name, file in _newest(all_files, module_file, left_out).items()})
    ]
    return found, [messages.MARKED_LATE.format(count=late)] if late else []


def _people(who: str) -> tuple[Person, ...]:
    """The name as far as it is known. The id is Canvas' own and no student's number: the submission is named by it."""
    name, _, _ = who.rpartition("_")
    return (Person(name),) if name and name != "anon" else ()


def _newest(files: Sequence[_File], module_file: str, left_out: LeftOut) -> dict[str, _File]:
    """The newest version of each file, by the names that they were handed in with."""
    given = [file.name for file in files]
    versions = Counter(file.unmarked for file in files)
    newest: dict[str, _File] = {}
    for file in sorted(files, key=lambda file: (file.version, file.name)):
        has_versions = versions[file.unmarked] > 1
        name = file.unmarked if _is_marked(file, given, module_file, has_versions=has_versions) else file.name
        if name in ("", ".", ".."):
            left_out.add(messages.NO_NAME, file.entry.name)
            continue
        if name in newest:
            left_out.add(messages.OLDER, newest[name].entry.name)
        newest[name] = file
    return newest


def _is_marked(file: _File, given: Collection[str], module_file: str, *, has_versions: bool) -> bool:
    """Whether a number at the end of a name is Canvas' mark; it may be the student's own.

    It is a mark where the same name without it is there too, and where nobody would write it: a module that is called
    layers-1.py cannot be imported. Where only one file can be the module, its mark stays: the engine understands it.
    """
    if file.unmarked in given or file.unmarked.lower() == _ANSWERS:
        return True
    if file.ending in (".py", ".ipynb") and means(f"{file.name[: -len(file.ending)]}.py", module_file):
        return has_versions
    return file.ending == ".py"
