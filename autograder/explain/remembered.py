"""What explain said last time, as long as nothing that it depends on has changed.

To list checks they have to be imported, and they import torch: two seconds for what is nearly always the same text. So
it is kept in the `__pycache__` of the assignment, with a hash of every file of the assignment and of every module of
the project's that was imported for it, and of the names beside these (a new file may hide a module). What a checks.py
asks elsewhere, an environment variable for example, is not seen: what is kept may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import GraderError
from autograder.whole_files import write_whole

_ENGINE = Path(__file__).resolve().parents[1]
_PLACE = Path("__pycache__") / "explained.json"
TEXTS = ("table", "json")


def remembered(assignment: Assignment) -> dict[str, str] | None:
    """The texts that were kept, by what they are; None if there are none, or something changed since."""
    try:
        kept = json.loads((assignment.folder / _PLACE).read_text(encoding="utf-8"))
        texts: dict[str, str] = kept["texts"]
        files = kept["files"]
        is_fresh = kept["environment"] == _environment() and _fingerprints(map(Path, files)) == files
        is_whole = all(str(path) in files for path in _own(assignment))
        is_text = all(isinstance(text, str) for text in texts.values())
        return texts if is_fresh and is_whole and is_text and set(texts) == set(TEXTS) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # there is none, or none that can be read
        return None


class Remembering:
    """Keeps texts that are made while it is there: made before anything is read for them."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._began_ns = self._moment()

    def keep(self, texts: dict[str, str]) -> None:
        """Keep them, unless a file was changed meanwhile. Where nothing can be written, nothing is kept."""
        project = self._assignment.folder.resolve().parents[1]
        loaded = [Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))]
        read = {*_own(self._assignment), *(path for path in loaded if _is_ours(path, project))}
        with suppress(OSError, GraderError):
            if self._began_ns is None or any(path.stat().st_mtime_ns >= self._began_ns for path in read):
                return
            kept = {"environment": _environment(), "files": _fingerprints(read), "texts": texts}
            write_whole(self._assignment.folder / _PLACE, json.dumps(kept), "")

    def _moment(self) -> int | None:
        """Now, by the clock that files' times are of; None where no file can be written."""
        mark = (self._assignment.folder / _PLACE).with_suffix(".began")
        try:
            mark.parent.mkdir(exist_ok=True)
            mark.touch()
            now = mark.stat().st_mtime_ns
            mark.unlink()
        except OSError:
            return None
        return now


def _own(assignment: Assignment) -> list[Path]:
    """The files of the assignment, links to folders followed: also those that are read without being imported."""
    found, seen = [], set()
    for folder, inside, names in os.walk(assignment.folder.resolve(), followlinks=True):
        seen.add(Path(folder).resolve())
        inside[:] = [name for name in inside if name != "__pycache__" and Path(folder, name).resolve() not in seen]
        found += [Path(folder, name) for name in names]
    return sorted(path for path in found if path.is_file())


def _is_ours(path: Path, project: Path) -> bool:
    """Whether a module is the project's or the grader's: not a library's, nor Python's, wherever these lie."""
    is_here = path.is_relative_to(project) or path.is_relative_to(_ENGINE)
    return is_here and not path.is_relative_to(sys.prefix)


def _fingerprints(paths: Iterable[Path]) -> dict[str, str]:
    """Of what is in each file, and of the names beside it."""
    files = sorted(paths)
    names = {folder: "\n".join(sorted(os.listdir(folder))) for folder in {path.parent for path in files}}  # noqa: PTH208
    return {str(path): hashlib.sha256(path.read_bytes() + names[path.parent].encode()).hexdigest() for path in files}


def _environment() -> list[str]:
    """Changes with Python, where it looks for modules, and when a package is installed or removed."""
    packages = str(Path(sysconfig.get_path("purelib")).stat().st_mtime_ns)
    return [sys.version, os.environ.get("PYTHONPATH", ""), packages]
