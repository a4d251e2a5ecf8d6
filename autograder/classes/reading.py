"""A folder of results -> one report for each submission, and what in it was no result.

A submission is named by the place of its file: `alice/record.json`, `alice/results.json` and `alice.json` are all
alice's. Where there are a record and a results.json of one submission, the record counts: it tells more.

A file that lies beside a student's own files was perhaps written by the student, and is not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.classes.results import report_of
from autograder.errors import GraderError
from autograder.messages import classes as messages
from autograder.model import Report
from autograder.report.record import understood

_MOST_BYTES = 64 << 20
_OWN_NAMES = ("record", "results")  # of files: then the folder names the submission
_HANDED_IN = ("*.py", "*.ipynb", "answers.md")
_EXPORT = "submission_metadata.yml"


@dataclass(frozen=True)
class Found:
    """A report, the name of its submission, and whether it is a record, which has everything."""

    name: str
    path: Path
    report: Report
    is_record: bool


@dataclass(frozen=True)
class Refused:
    """A file that is not counted, and why not."""

    path: Path
    why: str


def reports_in(folder: Path, without: Path | None = None) -> tuple[list[Found], list[Refused]]:
    """The reports below a folder, one for each submission, by their names; and what was refused.

    What lies below `without` is left out: the class report itself. Raises GraderError if there is no such folder.
    """
    if not folder.is_dir():
        raise GraderError(messages.NO_FOLDER.format(folder=folder))
    found: list[Found] = []
    refused: list[Refused] = []
    for path in _files(folder, without):
        if path.name == _EXPORT:
            refused.append(Refused(path, messages.YAML))
        elif _is_beside_student_files(path, folder):
            refused.append(Refused(path, messages.BESIDE_A_SUBMISSION))
        else:
            one = _read(path, folder)
            (found if isinstance(one, Found) else refused).append(one)  # type: ignore[arg-type]
    return _one_each(found, refused), refused


def _files(folder: Path, without: Path | None) -> Iterator[Path]:
    for path in sorted([*folder.rglob("*.json"), *folder.rglob(_EXPORT)]):
        inside = path.relative_to(folder).parts
        is_hidden = any(name.startswith(".") for name in inside)
        if path.is_file() and not path.is_symlink() and not is_hidden and not (without and without in path.parents):
            yield path


def _is_beside_student_files(path: Path, folder: Path) -> bool:
    """Whether a folder from the file's own up to the one below `folder` holds what students hand in."""
    between = [parent for parent in path.parents if folder in parent.parents]
    return any(next(parent.glob(pattern), None) for parent in between for pattern in _HANDED_IN)


def _read(path: Path, folder: Path) -> Found | Refused:
    try:
        document = _document(path)
        if isinstance(document, dict) and "format" in document and "verdicts" in document:
            return Found(_name(path, folder), path, understood(document, path), is_record=True)
        if isinstance(document, dict) and isinstance(document.get("tests"), list):
            return Found(_name(path, folder), path, report_of(document), is_record=False)
    except GraderError as error:
        return Refused(path, str(error).removeprefix(f"{path}: "))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        pass
    return Refused(path, messages.NO_RESULT)


def _document(path: Path) -> Any:
    if path.stat().st_size > _MOST_BYTES:
        raise GraderError(messages.TOO_LARGE)
    return json.loads(path.read_bytes())


def _name(path: Path, folder: Path) -> str:
    """The name of a file's submission."""
    *folders, name = path.relative_to(folder).parts
    stem = name.removesuffix(".json")
    for own in _OWN_NAMES:
        stem = stem.removesuffix(f".{own}")
    if stem not in _OWN_NAMES:
        folders.append(stem)
    elif folders and folders[-1] in _OWN_NAMES:  # the platform's /autograder/results/results.json
        folders.pop()
    return "/".join(folders) or folder.resolve().name


def _one_each(found: list[Found], refused: list[Refused]) -> list[Found]:
    """One report for each submission. What is left out, though it says something else, is refused."""
    chosen: dict[str, Found] = {}
    with_records = {one.path.parent for one in found if one.is_record}
    for one in sorted(found, key=lambda one: (one.name, not one.is_record, one.path)):
        if not one.is_record and one.path.name == "results.json" and one.path.parent in with_records:
            continue  # what the grading that wrote the record, or the last of them, left beside it
        if one.name not in chosen:
            chosen[one.name] = one
        elif one.is_record == chosen[one.name].is_record:
            refused.append(Refused(one.path, messages.TWICE.format(other=chosen[one.name].path)))
    return list(chosen.values())


def of_one_assignment(found: list[Found], titles: dict[str, str], wanted: str | None) -> list[Found]:
    """The reports of one assignment: of the wanted one, or of the only one there is. Raises GraderError.

    `titles` has the names of assignments by their titles: a results.json has only the title.
    """
    settled = [replace(one, report=_with_name(one.report, titles)) for one in found]
    names = sorted({one.report.assignment or one.report.title for one in settled})
    if wanted is None and len(names) > 1:
        raise GraderError(messages.SEVERAL_ASSIGNMENTS.format(names=", ".join(names), first=names[0]))
    chosen = [one for one in settled if wanted in (None, one.report.assignment, one.report.title)]
    if not chosen:
        raise GraderError(messages.NOTHING_OF.format(wanted=wanted, names=", ".join(names)))
    return chosen


def _with_name(report: Report, titles: dict[str, str]) -> Report:
    return report if report.assignment else replace(report, assignment=titles.get(report.title, ""))
