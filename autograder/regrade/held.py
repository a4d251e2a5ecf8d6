"""Temporary folders that are removed even if every process that knew them was killed: by the next run that looks.

Whoever has one holds a lock on a file in it, and so do its forks. The kernel frees the lock when the last of them ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = ".held"
SLOT, CLASS = "autograder-slot-", "autograder-class-"


@contextmanager
def held(prefix: str, place: str | None = None) -> Iterator[Path]:
    """A new folder, which is removed in the end."""
    unlocked = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=place))
    folder = unlocked.with_name(unlocked.name[1:])
    lock = os.open(unlocked / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        unlocked.rename(folder)  # it has the name that is looked for when nobody else can have the lock
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(*places: str) -> None:
    """Remove what this user's killed runs left in some folders."""
    for path in {path for place in places for prefix in (SLOT, CLASS) for path in Path(place).glob(f"{prefix}*")}:
        with suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.geteuid():
                continue
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # an error: somebody has it
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
