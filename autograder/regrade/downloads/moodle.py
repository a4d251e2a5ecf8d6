"""The files of an assignment as Moodle gives them -> submissions.

    Jane Doe_123456_assignsubmission_file/vae.py       a folder for each student; older versions end it in _
    Jane Doe_123456_assignsubmission_file_vae.py       without folders
    Jane Doe_123456_assignsubmission_onlinetext/...    what was typed in

Where names are hidden all are called Participant; a group has its own name and id, and who is in none has no id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.messages import handed_in_class as messages
from autograder.regrade.downloads.entries import Entry, Kind, is_junk
from autograder.regrade.downloads.left_out import LeftOut
from autograder.regrade.downloads.naming import Candidate
from autograder.regrade.handed_in import HandedIn, Person

_NAME = re.compile(
    r"(?P<who>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<of>[a-z]+)(?:_(?P<name>.*))?", re.DOTALL | re.ASCII
)
_TYPED_IN = "onlinetext"
_NOBODY = re.compile(r"Participant( \d+)?")


@dataclass(frozen=True)
class _Piece:
    """An entry of a submission: a folder, or a file by the name that it was handed in with."""

    entry: Entry
    name: str


def fits(entry: Entry) -> bool:
    """Whether an entry has a name as Moodle makes them."""
    return entry.kind in (Kind.FOLDER, Kind.FILE) and bool(_NAME.fullmatch(entry.name))


def submissions(entries: Iterable[Entry], left_out: LeftOut) -> list[Candidate]:
    """The submissions of entries that fit."""
    of: dict[tuple[str, str], list[_Piece]] = {}
    for entry in entries:
        match = _NAME.fullmatch(entry.name)
        name = (match and match["name"]) or ""
        if match is None or match["of"] == _TYPED_IN:
            left_out.add(messages.TYPED_IN, entry.name)
        elif entry.kind is Kind.FILE and name in ("", ".", ".."):
            left_out.add(messages.NO_NAME, entry.name)
        elif not is_junk(name):
            of.setdefault((match["who"], match["id"] or ""), []).append(_Piece(entry, name))
    return [
        Candidate(_submission(who, number, pieces, left_out), min(piece.entry.name for piece in pieces))
        for (who, number), pieces in of.items()
    ]


def _submission(who: str, number: str, pieces: Sequence[_Piece], left_out: LeftOut) -> HandedIn:
    name = f"{who}_{number}" if number else who
    people = () if _NOBODY.fullmatch(who) else (Person(who),)
    folders = [piece for piece in pieces if piece.entry.kind is Kind.FOLDER]
    if folders:
        for other in pieces:
            if other is not folders[0]:
                left_out.add(messages.BESIDE_FOLDER, other.entry.name)
        return HandedIn(name, folders[0].entry.path, people=people)
    return HandedIn(name, files={piece.name: piece.entry.path for piece in pieces}, people=people)
