"""What was handed in -> Workspace: a fresh directory with a staged copy, and a copy of that for every worker.

Only regular files are taken: a link could point at the answers. What other tools left behind is not copied.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import UsageError, WallError, nearest
from autograder.users import Users
from autograder.worker.clearing import clear

_LEFT_BEHIND = {"__MACOSX", ".DS_Store", "__pycache__", ".git", ".venv", ".ipynb_checkpoints", "node_modules"}
_MAX_FILES, _MAX_MIB, _MAX_DEPTH = 1000, 100, 20


@dataclass(frozen=True)
class Home:
    """A worker's own places: its copy of the submission, its temporary directory and its user."""

    folder: Path
    temporary: Path
    user_id: int | None


class Workspace:
    """The staged copy of one submission, and where its copies for workers are made."""

    def __init__(self, module_file: str) -> None:
        self._module_file = module_file
        self._users = Users()
        try:
            self.root = Path(tempfile.mkdtemp(prefix="autograder-", dir=_place(self._users.are_given)))
        except BaseException:
            self._users.close()
            raise
        self.root.chmod(0o711)  # workers pass through it; they cannot list it
        self._homes = 0
        self.staged = self.root / "staged"
        self.staged.mkdir(mode=0o700)
        self.not_files: dict[str, str] = {}  # what was not taken, and what it is
        self.refusal: str | None = None  # why the files were not taken

    def remove(self) -> None:
        """Remove everything, and give the users back."""
        self._users.close()
        clear(self.root)

    @property
    def problem(self) -> str | None:
        """Why there is no module to import, in words for the student; None if there is one."""
        wanted = self._module_file
        if self.refusal is not None:
            return self.refusal
        if (self.staged / wanted).is_file():
            return _encoding_problem(self.staged / wanted)
        if (self.staged / wanted).is_dir():
            return f"{wanted} is a folder, but should be a file"
        if wanted in self.not_files:
            return f"{wanted} is {self.not_files[wanted]}, but should be a file"
        found = sorted(path.name for path in self.staged.iterdir())
        if not found:
            left = [f"{name} is {kind}" for name, kind in sorted(self.not_files.items())]
            return f"{wanted} is missing: {'; '.join(left[:3]) or 'nothing was handed in'}"
        modules = [name for name in found if name.endswith(".py")]
        similar = nearest(wanted, found) or (modules[0] if len(modules) == 1 else None)
        hint = f"\nHint: if {similar} is your solution, rename it to {wanted}." if similar else ""
        return f"{wanted} is missing; found {', '.join(found[:10])}{' …' if len(found) > 10 else ''}{hint}"

    @property
    def digest(self) -> str:
        """The same for the same files, whatever the folder that they were handed in."""
        files = sorted(path for path in self.staged.rglob("*") if path.is_file())
        parts = [
            hashlib.sha256(path.read_bytes()).hexdigest() + path.relative_to(self.staged).as_posix() for path in files
        ]
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

    @contextmanager
    def home(self) -> Iterator[Home]:
        """A fresh copy of the submission for one worker, under a user of its own where we are root."""
        base = self.root / str(self._homes)
        home = Home(base / "submission", base / "tmp", self._users.next())
        self._homes += 1
        base.mkdir(mode=0o755)
        shutil.copytree(self.staged, home.folder)
        home.temporary.mkdir()
        if home.user_id is not None:
            for path in (home.folder, home.temporary, *home.folder.rglob("*")):
                os.chown(path, home.user_id, home.user_id)
        home.folder.chmod(0o700)
        try:
            yield home
        finally:
            clear(base)
            if home.user_id is not None:
                _remove_strays(home.user_id)


@contextmanager
def stage(path: Path, assignment: Assignment) -> Iterator[Workspace]:
    """A fresh workspace with a copy of what was handed in, a folder or the module's file alone; removed in the end."""
    workspace = None
    try:
        with _signals_held_back():
            workspace = Workspace(assignment.module_file)
        if path.is_file():
            shutil.copyfile(path, workspace.staged / path.name)
        else:
            _copy(_top(path, assignment.module_file), workspace)
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


def check_path(path: Path) -> None:
    """Raise UsageError, with the cure, if there is nothing to grade at a path."""
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
    entries, size = 0, 0
    for current, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _LEFT_BEHIND)
        below = Path(current).relative_to(folder)
        sources = [Path(current) / name for name in sorted(names) if name not in _LEFT_BEHIND]
        entries += len(folders) + len(sources)
        size += sum(source.stat().st_size for source in sources if _kind(source) is None)
        if refusal := _refusal(entries, size, len(below.parts)):
            workspace.refusal = refusal
            return
        (workspace.staged / below).mkdir(exist_ok=True)
        for source in [*sources, *(Path(current) / name for name in folders)]:
            if kind := _kind(source):
                workspace.not_files[str(below / source.name)] = kind
            elif not source.is_dir():
                shutil.copyfile(source, workspace.staged / below / source.name)


def _kind(path: Path) -> str | None:
    """What a path is, in words, if it is neither a file nor a folder."""
    if path.is_symlink():
        return "a link"
    return None if path.is_file() or path.is_dir() else "a pipe, a socket or a device"


def _refusal(entries: int, size: int, depth: int) -> str | None:
    """Why no more is copied: every worker gets a copy of its own."""
    if entries > _MAX_FILES or size > _MAX_MIB << 20:
        return (
            f"what was handed in has more than {_MAX_FILES} files and folders or {_MAX_MIB} MiB\n"
            "Hint: hand in only the files that the sheet asks for."
        )
    return f"what was handed in has folders within folders, more than {_MAX_DEPTH} deep" if depth > _MAX_DEPTH else None


def _place(for_other_users: bool) -> str:
    """Where the workspace is made. Workers that are other users than root must be able to get there."""
    asked_for = tempfile.gettempdir()
    for place in (asked_for, "/tmp", "/var/tmp"):
        path = Path(place).resolve()
        if not for_other_users or all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents)):
            return place
    raise WallError(f"{asked_for}: workers are other users and cannot enter it; name another place in TMPDIR")


def _encoding_problem(path: Path) -> str | None:
    """Python reads UTF-8; an editor that saves UTF-16 leaves it zero bytes, and Python's own message does not help."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in start:
        return f"{path.name} is not saved as UTF-8 text, but should be: your editor can save it so"
    return None


def _remove_strays(user_id: int) -> None:
    """Remove what a worker left where everybody may write: it would fill the disk, and tell the next one."""
    for place in {"/tmp", "/var/tmp", "/dev/shm", tempfile.gettempdir()}:
        with suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                with suppress(OSError):  # it may have gone, and the next must go too
                    if entry.stat(follow_symlinks=False).st_uid != user_id:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        clear(Path(entry.path))
                    else:
                        Path(entry.path).unlink()
