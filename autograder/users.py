"""Unprivileged users for workers, where the grader is root.

A worker's user is its own: whatever still runs as that user when the worker has ended is killed, and whatever it left
in shared places is removed. So two graders on one machine must not use the same ones. Each claims a block of user ids
by locking a file that only root can open; the kernel frees the lock when the grader ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

from autograder.errors import WallError
from autograder.worker import confine

FIRST_USER_ID, BLOCK, BLOCKS = 60_100, 100, 50  # above what systems hand out, below 65534 (nobody)


class Users:
    """A block of user ids without accounts, given out in turn; None for every worker where we are not root."""

    def __init__(self) -> None:
        self._lock: int | None = None
        self._first: int | None = None
        self._given = 0
        if confine.may_change_user():
            self._lock, block = _claim_block(_lock_folder())
            self._first = FIRST_USER_ID + block * BLOCK

    def next(self) -> int | None:
        """The user of the next worker."""
        if self._first is None:
            return None
        user_id = self._first + self._given % BLOCK
        self._given += 1
        return user_id

    def close(self) -> None:
        """Give the block back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock_folder() -> Path:
    base = Path("/run") if os.access("/run", os.W_OK) else Path(tempfile.gettempdir())
    folder = base / "autograder-users"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != 0:
        raise WallError(f"{folder} is not root's; remove it")
    return folder


def _claim_block(folder: Path) -> tuple[int, int]:
    for block in range(BLOCKS):
        lock = os.open(folder / str(block), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        return lock, block
    raise WallError(f"{BLOCKS} gradings are running on this machine already; wait until one has ended")
