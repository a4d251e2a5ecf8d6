"""A fresh directory with a staged copy of what was handed in, and a copy of that for every worker."""

from __future__ import annotations

import codecs
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder import messages
from autograder.errors import WallError, nearest
from autograder.recognition import Recognised, cut_down
from autograder.users import Users
from autograder.worker.clearing import clear


@dataclass(frozen=True)
class Home:
    """A worker's own places: its copy of the submission, its temporary directory and its user."""

    folder: Path
    temporary: Path
    user_id: int | None


class Workspace:
    """The staged copy of one submission, and where its copies for workers are made."""

    def __init__(self, module_file: str, users: Users | None = None) -> None:
        self._module_file = module_file
        self._users, self._owns_users = users or Users(), users is None
        try:
            self.root = Path(tempfile.mkdtemp(prefix="autograder-", dir=place_of(self._users.are_given)))
        except BaseException:
            self._leave_users()
            raise
        self.root.chmod(0o711)  # workers pass through it; they cannot list it
        self._homes = 0
        self.staged = self.root / "staged"
        self.staged.mkdir(mode=0o700)
        self.not_files: dict[str, str] = {}  # what was not taken, and what it is
        self.refusal: str | None = None  # why the files were not taken
        self.recognised = Recognised()

    def remove(self) -> None:
        """Remove everything, and give the users back, if they are its own."""
        self._leave_users()
        clear(self.root)

    def _leave_users(self) -> None:
        if self._owns_users:
            self._users.close()
        else:
            self._users.end_all()

    @property
    def problem(self) -> str | None:
        """Why there is no module to import, in words for the student; None if there is one."""
        wanted = self._module_file
        if refusal := self.refusal or self.recognised.problem:
            return refusal
        if (self.staged / wanted).is_file():
            return _encoding_problem(self.staged / wanted)
        if (self.staged / wanted).is_dir():
            return messages.handing_in.A_FOLDER.format(wanted=wanted)
        if wanted in self.not_files:
            return messages.handing_in.NO_FILE.format(wanted=wanted, kind=self.not_files[wanted])
        found = sorted(path.name for path in self.staged.iterdir())
        if not found:
            odd = sorted(self.not_files.items())
            left = [messages.handing_in.IS_KIND.format(name=name, kind=kind) for name, kind in odd]
            return messages.handing_in.NOTHING_TAKEN.format(
                wanted=wanted, what="; ".join(left[:3]) or messages.handing_in.NOTHING
            )
        modules = [name for name in found if name.endswith(".py")]
        similar = nearest(wanted, found) or (modules[0] if len(modules) == 1 else None)
        hint = messages.handing_in.RENAME.format(similar=similar, wanted=wanted) if similar else ""
        more = messages.handing_in.AND_MORE if len(found) > 10 else ""
        return messages.handing_in.MISSING.format(wanted=wanted, found=", ".join(found[:10]), more=more, hint=hint)

    def cut_down(self, names: Collection[str]) -> Recognised | None:
        """What can be taken of a module that cannot be imported, to be `recognised` instead; None if nothing."""
        return None if self.problem else cut_down(self.recognised, self.staged / self._module_file, names)

    def why_left_out(self, name: str) -> str:
        """Why the student's module lacks a name that stands in their file, in words; nothing if it was not cut out."""
        pieces = self.recognised.cut.left_out if self.recognised.cut else ()
        for piece in pieces:
            if name in piece.names:
                place = self.place(self._module_file, piece.line)
                what = messages.handing_in.LEFT_OUT.format(name=name, place=place, text=piece.text)
                if piece.problem:
                    return messages.handing_in.LEFT_OUT_BROKEN.format(what=what, problem=piece.problem)
                return messages.handing_in.LEFT_OUT_RUN.format(what=what)
        return ""

    def place(self, file: str, line: int) -> str:
        """Where a line of the student's code stands, for messages: in the notebook, if the file was made from one."""
        if self.recognised.notebook is not None and file == self._module_file:
            place = self.recognised.notebook.place(line)
            return messages.handing_in.NOTEBOOK_PLACE.format(name=self.recognised.notebook_name, place=place)
        return messages.handing_in.FILE_LINE.format(file=file, line=line)

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
        if (cut := self.recognised.cut) is not None:
            (home.folder / self._module_file).write_text(cut.source, encoding="utf-8", errors="replace")
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


def place_of(for_other_users: bool) -> str:
    """Where a workspace is made. Workers that are other users than root must be able to get there."""
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
        return messages.handing_in.NO_UTF8.format(name=path.name)
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
