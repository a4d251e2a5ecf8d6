"""What explain said last time, as long as nothing that it depends on has changed.

To list checks they have to be imported, and they import torch: two seconds for what is nearly always the same text. So
it is kept in the `__pycache__` of the assignment, with a hash of every file of the project's that was read or imported
for it. A file that becomes one of these later can only do so by a change of one of them, or of the assignment's folder.
"""

from __future__ import annotations

import hashlib
import json
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


def remembered(assignment: Assignment) -> dict[str, str] | None:
    """The texts that were kept, by what they are; None if there are none, or something changed since."""
    try:
        kept = json.loads((assignment.folder / _PLACE).read_text(encoding="utf-8"))
        texts: dict[str, str] = kept["texts"]
        files = kept["files"]
        is_fresh = kept["environment"] == _environment() and _hashes(map(Path, files)) == files
        is_complete = all(str(path) in files for path in _own(assignment))
        return texts if is_fresh and is_complete and all(isinstance(text, str) for text in texts.values()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # there is none, or none that can be read
        return None


def remember(assignment: Assignment, texts: dict[str, str]) -> None:
    """Keep texts that were made in this process. Where nothing can be written, nothing is kept."""
    project = assignment.folder.resolve().parents[1]
    loaded = [Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))]
    read = {*_own(assignment), *(path for path in loaded if _is_own(path, project))}
    with suppress(OSError, GraderError):
        (assignment.folder / _PLACE).parent.mkdir(exist_ok=True)
        kept = {"environment": _environment(), "files": _hashes(read), "texts": texts}
        write_whole(assignment.folder / _PLACE, json.dumps(kept), "")


def _own(assignment: Assignment) -> list[Path]:
    """The files of the assignment: also those that are read without being imported."""
    found = sorted(assignment.folder.resolve().rglob("*"))
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def _is_own(path: Path, project: Path) -> bool:
    """Whether a module is the project's or ours: not a library's, nor Python's, wherever these lie."""
    is_here = path.is_relative_to(project) or path.is_relative_to(_ENGINE)
    return is_here and not path.is_relative_to(sys.prefix)


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def _environment() -> list[str]:
    """Changes with Python, and when a package is installed or removed."""
    return [sys.version, str(Path(sysconfig.get_path("purelib")).stat().st_mtime_ns)]
