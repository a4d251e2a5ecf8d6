"""Entries of a folder -> submissions, where no platform gave them names: a folder, a zip, a notebook, a module each."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.messages import handed_in_class as messages
from autograder.regrade.downloads.entries import ARCHIVES, Entry, Kind
from autograder.regrade.downloads.left_out import LeftOut
from autograder.regrade.downloads.naming import Candidate
from autograder.regrade.handed_in import HandedIn

_TAKEN = {".zip", ".ipynb", ".py"}


def submissions(entries: Iterable[Entry], module_file: str, left_out: LeftOut) -> list[Candidate]:
    """A submission for each entry that is one; what is none is noted."""
    found = []
    for entry in entries:
        if why := not_taken(entry):
            left_out.add(why, entry.name)
        else:
            found.append(Candidate(_submission(entry, module_file), entry.name))
    return found


def not_taken(entry: Entry) -> str:
    """Why an entry is no submission; nothing if it is one."""
    match entry.kind:
        case Kind.FOLDER:
            return ""
        case Kind.LINK:
            return messages.A_LINK
        case Kind.DEVICE:
            return messages.A_DEVICE
    if entry.ending in _TAKEN:
        return ""
    if entry.ending in ARCHIVES:
        return messages.AN_ARCHIVE
    return messages.OF_ENDING.format(ending=entry.ending) if entry.ending else messages.NO_ENDING


def _submission(entry: Entry, module_file: str) -> HandedIn:
    if entry.kind is Kind.FOLDER:
        return HandedIn(entry.name, entry.path)
    if entry.ending == ".py":  # alice.py has the student's name in place of the module's: it is what was handed in
        return HandedIn(entry.stem, files={module_file: entry.path})
    return HandedIn(entry.stem, entry.path)
