"""What was handed in -> Workspace: a folder, a file, or a zip of them.

Only regular files are taken: a link could point at the answers. What other tools left behind is not copied.
"""

from __future__ import annotations

import enum
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder import messages
from autograder.assignment import Assignment
from autograder.errors import UsageError, nearest
from autograder.recognition import recognise
from autograder.unpacking import NotUnpacked, unpack
from autograder.users import Users
from autograder.worker.clearing import clear
from autograder.workspace import Workspace

_LEFT_BEHIND = {"__MACOSX", ".DS_Store", "__pycache__", ".git", ".venv", ".ipynb_checkpoints", "node_modules"}
_MAX_FILES, _MAX_MIB, _MAX_DEPTH = 1000, 100, 20
_MAX_PATH_BYTES = 1000  # of the 4096 that Linux takes, less where the copies lie
_ZIPS_WITHIN_ZIPS = 3


@contextmanager
def stage(path: Path, assignment: Assignment, users: Users | None = None) -> Iterator[Workspace]:
    """A fresh workspace with a copy of what was handed in, a folder or the module's file alone; removed in the end.

    Its workers are some of `users`, which stay claimed; else it claims its own.
    """
    workspace = None
    try:
        with _signals_held_back():
            workspace = Workspace(assignment.module_file, users)
        if path.is_file():
            shutil.copyfile(path, workspace.staged / path.name)
        else:
            _copy(_top(path, assignment.module_file), workspace)
        _unpack(workspace, assignment.module_file)
        if workspace.refusal is None:
            workspace.recognised = recognise(workspace.staged, assignment.module_file, assignment.names)
        yield workspace
    finally:
        if workspace is not None:
            workspace.remove()


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """A signal to stop waits until the folder that was made has a name, under which it is removed."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _unpack(workspace: Workspace, wanted: str) -> None:
    """Take what is in a zip, if that is all that was handed in, and in a zip within it."""
    for number in range(_ZIPS_WITHIN_ZIPS):
        found = [path for path in workspace.staged.rglob("*") if path.is_file() and not _is_marker(path.name)]
        if len(found) != 1 or found[0].suffix.lower() != ".zip":
            return
        unpacked = workspace.root / f"unpacked-{number}"
        unpacked.mkdir(mode=0o700)
        try:
            unpack(found[0], unpacked)
            clear(workspace.staged)  # what was beside the zip must not be in the way
            workspace.staged.mkdir(mode=0o700)
            _copy(_top(unpacked, wanted), workspace)
        except NotUnpacked as error:
            workspace.refusal = str(error)
            return
        finally:
            clear(unpacked)


def _is_marker(name: str) -> bool:
    """The platform leaves an empty __homework.zip__ beside what it unpacked."""
    return name.startswith("__") and name.endswith("__")


def check_path(path: Path) -> None:
    """Raise UsageError, with the cure, if there is nothing to grade at a path."""
    if path.is_symlink():  # in a student's repository it may lead to the solution
        raise UsageError(f"{path}: is a link, which is not followed; name the folder or the file that it leads to")
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        return
    if path.is_dir():
        raise UsageError(f"{path}: the folder is empty; put your files there, or name the folder that holds them")
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    similar = nearest(path.name, siblings)
    cure = f"did you mean {path.parent / similar}?" if similar else "give the folder that holds your files"
    raise UsageError(f"{path}: there is no such file or folder; {cure}")


def _top(path: Path, module_file: str) -> Path:
    """The folder with the files: one extra folder on top is common in what students pack."""
    entries = [entry for entry in path.iterdir() if entry.name not in _LEFT_BEHIND]
    if len(entries) == 1 and entries[0].is_dir() and not entries[0].is_symlink() and not (path / module_file).exists():
        return entries[0]
    return path


def _copy(folder: Path, workspace: Workspace) -> None:
    """Copy the regular files below a folder; what is not taken is noted in the workspace."""
    try:
        for entry in entries(folder):
            target = workspace.staged / entry.below
            match entry.kind:
                case Kind.FILE:
                    shutil.copyfile(entry.source, target)
                case Kind.FOLDER:
                    target.mkdir(exist_ok=True)
                case Kind.LINK:
                    workspace.not_files[str(entry.below)] = messages.handing_in.A_LINK
                case Kind.DEVICE:
                    workspace.not_files[str(entry.below)] = messages.handing_in.A_DEVICE
    except Refused as refused:
        workspace.refusal = str(refused)


class Kind(enum.Enum):
    """What lies in a folder that was handed in."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    DEVICE = "device"


@dataclass(frozen=True)
class Entry:
    """Something in a folder that was handed in: where it lies, as seen from the folder, and what it is."""

    source: Path
    below: Path
    kind: Kind


class Refused(Exception):
    """A folder is not taken, or not all of it; the text says why, for the student."""


def entries(folder: Path, unreadable: Callable[[OSError], object] | None = None) -> Iterator[Entry]:
    """What is in a folder, in order, without what other tools left behind. Raises Refused where it is too much.

    `unreadable` is called for a folder that cannot be listed; else it is taken to be empty.
    """
    count, size = 0, 0
    for current, folders, names in os.walk(folder, onerror=unreadable, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _LEFT_BEHIND)
        below = Path(current).relative_to(folder)
        kept = sorted(name for name in names if name not in _LEFT_BEHIND)
        found = [Path(current) / name for name in [*kept, *folders]]
        kinds = [_kind(path) for path in found]
        count += len(found)
        size += sum(path.stat().st_size for path, kind in zip(found, kinds, strict=True) if kind is Kind.FILE)
        check_size(count, size)
        if any(len(os.fsencode(below / path.name)) > _MAX_PATH_BYTES for path in found):
            raise Refused(messages.handing_in.TOO_LONG.format(most=_MAX_PATH_BYTES))
        if len(below.parts) > _MAX_DEPTH:
            raise Refused(messages.handing_in.TOO_DEEP.format(depth=_MAX_DEPTH))
        yield from (Entry(path, below / path.name, kind) for path, kind in zip(found, kinds, strict=True))


def _kind(path: Path) -> Kind:
    if path.is_symlink():
        return Kind.LINK
    return Kind.FILE if path.is_file() else Kind.FOLDER if path.is_dir() else Kind.DEVICE


def check_size(count: int, size: int) -> None:
    """Raise Refused if so many files, or bytes, are too much: every worker gets a copy of its own."""
    if count > _MAX_FILES or size > _MAX_MIB << 20:
        raise Refused(messages.handing_in.TOO_MUCH.format(files=_MAX_FILES, mib=_MAX_MIB))
