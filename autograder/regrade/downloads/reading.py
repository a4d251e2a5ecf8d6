"""What staff have downloaded -> the submissions of a class, and what of it is no submission.

A folder or a zip of Gradescope, Canvas or Moodle, or any folder of folders, zips, notebooks and .py files. Only names
are read here, and Gradescope's submission_metadata.yml: no student's file is opened, so thousands take a second.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from autograder.errors import UsageError, nearest
from autograder.listing import few
from autograder.messages import handed_in_class as messages
from autograder.regrade.downloads import canvas, moodle, plain
from autograder.regrade.downloads.class_folder import Layout, Listed, listed
from autograder.regrade.downloads.class_zip import unpacked
from autograder.regrade.downloads.entries import Entry
from autograder.regrade.downloads.gradescope_export import FILE, read_export
from autograder.regrade.downloads.left_out import LeftOut
from autograder.regrade.downloads.naming import Candidate, named
from autograder.regrade.handed_in import HandedIn


@dataclass(frozen=True)
class ClassFolder:
    """The submissions of a class, sorted by their names, which are unique; and what staff should be told.

    `has_times`: when they were handed in is known of some, so that late penalties can be taken if the due date is.
    """

    submissions: tuple[HandedIn, ...]
    remarks: tuple[str, ...] = ()
    has_times: bool = False


@contextmanager
def opened(place: Path, module_file: str, due: datetime | None = None) -> Iterator[ClassFolder]:
    """The class in a folder, or in a zip that is unpacked while the block runs. Raises UsageError, with the cure."""
    try:
        _check(place, module_file)
    except OSError as error:
        raise UsageError(messages.UNREADABLE.format(place=place, why=error.strerror)) from None
    left_out = LeftOut()
    if place.is_dir():
        yield _read(place, place, module_file, due, left_out)
    else:
        with unpacked(place, left_out) as folder:
            yield _read(place, folder, module_file, due, left_out)


def _check(place: Path, module_file: str) -> None:
    if place.is_dir():
        return
    if not place.exists():
        siblings = [entry.name for entry in place.parent.iterdir()] if place.parent.is_dir() else []
        similar = nearest(place.name, siblings)
        cure = messages.DID_YOU_MEAN.format(path=place.parent / similar) if similar else messages.NAME_THE_CLASS
        raise UsageError(messages.NO_SUCH.format(place=place, cure=cure))
    if place.suffix.lower() in (".py", ".ipynb") or place.name == module_file:
        raise UsageError(messages.ONE_FILE.format(place=place))
    if not zipfile.is_zipfile(place):
        raise UsageError(messages.NO_ZIP.format(place=place))


def _read(place: Path, folder: Path, module_file: str, due: datetime | None, left_out: LeftOut) -> ClassFolder:
    """What is in a folder; `place` is what staff know it by."""
    try:
        found = listed(folder, module_file)
    except OSError as error:
        raise UsageError(messages.UNREADABLE.format(place=place, why=error.strerror)) from None
    if not found.entries:
        raise UsageError("\n".join([messages.EMPTY.format(place=place), *left_out.remarks()]))
    if direct := found.direct(module_file):
        raise UsageError(messages.ONE_SUBMISSION.format(place=place, file=direct.name))
    remarks = [messages.CLASS_BELOW.format(folder=found.folder.name)] if found.is_guessed else []
    candidates = _candidates(found, module_file, left_out, remarks)
    if not candidates:
        raise UsageError("\n".join([messages.NO_SUBMISSION.format(place=place), *left_out.remarks()]))
    if found.layout is Layout.GRADESCOPE:
        candidates = _with_metadata(found.folder / FILE, candidates, due, left_out, remarks)
    submissions, alike = named(candidates)
    if len(submissions) == 1:
        remarks.append(messages.ONLY_ONE.format(name=submissions[0].name))
    has_times = any(one.metadata is not None and one.metadata.get("created_at") for one in submissions)
    return ClassFolder(tuple(submissions), (*remarks, *alike, *left_out.remarks()), has_times)


def _candidates(found: Listed, module_file: str, left_out: LeftOut, remarks: list[str]) -> list[Candidate]:
    """The submissions of a platform; entries that are not named as it names them are submissions as anywhere."""
    match found.layout:
        case Layout.CANVAS:
            theirs, rest = _parted(found.entries, canvas.fits)
            candidates, told = canvas.submissions(theirs, module_file, left_out)
            remarks += told
        case Layout.MOODLE:
            theirs, rest = _parted(found.entries, moodle.fits)
            candidates = moodle.submissions(theirs, left_out)
        case Layout.GRADESCOPE:
            rest, candidates = [entry for entry in found.entries if entry.name != FILE], []
        case Layout.PLAIN:
            rest, candidates = list(found.entries), []
    return [*candidates, *plain.submissions(rest, module_file, left_out)]


def _parted(entries: Sequence[Entry], fits: Callable[[Entry], bool]) -> tuple[list[Entry], list[Entry]]:
    """The entries that fit, and the others."""
    return [entry for entry in entries if fits(entry)], [entry for entry in entries if not fits(entry)]


def _with_metadata(
    path: Path, candidates: list[Candidate], due: datetime | None, left_out: LeftOut, remarks: list[str]
) -> list[Candidate]:
    """The submissions with what Gradescope knows of them, as far as it can be read."""
    export = read_export(path, due)
    remarks += export.remarks
    found = []
    for one in candidates:
        if known := export.known.pop(one.handed_in.name, None):
            people, metadata, graded = known.people, known.metadata, known.graded
            one = replace(one, handed_in=replace(one.handed_in, people=people, metadata=metadata, graded=graded))
        found.append(one)
    unknown = [one.full_name for one in found if one.handed_in.metadata is None]
    if unknown:
        remarks.append(messages.UNKNOWN.format(file=path.name, names=few(unknown)))
    for name in export.known:
        left_out.add(messages.NO_FILES, name)
    return found
