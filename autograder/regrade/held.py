"""Temporary folders that are removed even if every process that knew them was killed: by the next run that looks.

Whoever has one holds a lock on a file in it, and so do its forks. The kernel frees the lock when the last of them ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.claims import claim, is_own

_LOCK = ".held"
SLOT, CLASS = "autograder-slot-", "autograder-class-"


@contextmanager
def held(prefix: str, place: str | None = None) -> Iterator[Path]:
    """A new folder, which is removed in the end."""
    unlocked = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=place))
    folder = unlocked.with_name(unlocked.name[1:])
    lock = claim(unlocked / _LOCK)
    try:
        unlocked.rename(folder)  # it has the name that is looked for when nobody else can have the lock
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(*places: str) -> None:
    """Remove what this user's killed runs left in some folders."""
    for path in {path for place in places for prefix in (SLOT, CLASS) for path in Path(place).glob(f"{prefix}*")}:
        with suppress(OSError):
            if is_own(path):
                lock = claim(path / _LOCK, make=False)  # an error: somebody has it, or it is not one of ours
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)
