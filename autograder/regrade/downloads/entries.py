"""A folder of a class -> its entries, by kind. What systems leave behind is no entry; no file is opened."""

from __future__ import annotations

import enum
import os
from dataclasses import dataclass
from pathlib import Path, PurePath

_LEFT_BEHIND = {"__macosx", "thumbs.db", "desktop.ini", "__pycache__", "node_modules"}
ARCHIVES = {".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"}


class Kind(enum.Enum):
    """What an entry is."""

    FOLDER = enum.auto()
    FILE = enum.auto()
    LINK = enum.auto()
    DEVICE = enum.auto()


@dataclass(frozen=True)
class Entry:
    """Something that lies in a folder."""

    name: str
    path: Path
    kind: Kind

    @property
    def ending(self) -> str:
        """The ending of its name in small letters, without the .txt that a browser adds: ".py" of vae.py.txt."""
        name = PurePath(self.name.lower())
        return ".py" if name.suffixes[-2:] == [".py", ".txt"] else name.suffix

    @property
    def stem(self) -> str:
        """Its name without that ending."""
        return self.name[: self.name.lower().rindex(self.ending)] if self.ending else self.name


def entries_of(folder: Path) -> list[Entry]:
    """What lies in a folder, sorted by name. Raises OSError."""
    with os.scandir(folder) as found:
        return sorted((_entry(entry) for entry in found if not is_junk(entry.name)), key=lambda entry: entry.name)


def is_junk(name: str) -> bool:
    """Whether a name is hidden, or one that systems and tools leave behind."""
    return name.startswith(".") or name.lower() in _LEFT_BEHIND


def _entry(entry: os.DirEntry[str]) -> Entry:
    if entry.is_symlink():
        kind = Kind.LINK
    elif entry.is_dir():
        kind = Kind.FOLDER
    else:
        kind = Kind.FILE if entry.is_file() else Kind.DEVICE
    return Entry(entry.name, Path(entry.path), kind)
