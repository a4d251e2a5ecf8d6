"""What was handed in -> Workspace: a fresh directory with a staged copy, and a copy of that for every worker.

Only regular files are taken: a link could point at the answers. What other tools left behind is not copied.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import UsageError, nearest
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
        self.root = Path(tempfile.mkdtemp(prefix="autograder-"))
        self.root.chmod(0o711)  # workers pass through it; they cannot list it
        self._homes = 0
        self.staged = self.root / "staged"
        self.staged.mkdir(mode=0o700)
        self.links: list[str] = []
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
            return None
        if wanted in self.links:
            return f"{wanted} is a link, but should be a file"
        found = sorted(path.name for path in self.staged.iterdir())
        if not found:
            return f"{wanted} is missing: nothing was handed in"
        modules = [name for name in found if name.endswith(".py")]
        similar = nearest(wanted, found) or (modules[0] if len(modules) == 1 else None)
        hint = f"\nHint: if {similar} is your solution, rename it to {wanted}." if similar else ""
        return f"{wanted} is missing; found {', '.join(found[:10])}{' …' if len(found) > 10 else ''}{hint}"

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
    files, total = 0, 0
    for current, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _LEFT_BEHIND)
        place = workspace.staged / Path(current).relative_to(folder)
        if len(place.relative_to(workspace.staged).parts) > _MAX_DEPTH:
            workspace.refusal = f"what was handed in has folders within folders, more than {_MAX_DEPTH} deep"
            return
        place.mkdir(exist_ok=True)
        for name in sorted(names):
            source = Path(current) / name
            if source.is_symlink() or not source.is_file():
                workspace.links.append(str(source.relative_to(folder)))
            elif name not in _LEFT_BEHIND:
                files, total = files + 1, total + source.stat().st_size
                if files > _MAX_FILES or total > _MAX_MIB << 20:
                    workspace.refusal = (
                        f"what was handed in has more than {_MAX_FILES} files or {_MAX_MIB} MiB\n"
                        "Hint: hand in only the files that the sheet asks for."
                    )
                    return
                shutil.copyfile(source, place / name)


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
