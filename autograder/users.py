"""Unprivileged users for workers, where the grader is root.

A worker's user is its own: whatever still runs as that user when the worker has ended is killed, and whatever it left
in shared places is removed. So two graders on one machine must not use the same ones. Each claims a block of user ids
by locking a file that only root can open; the kernel frees the lock when the grader and its nursery have ended, however
they end. The nursery is forked after the claim: it ends the workers of a grader that was killed, by their users, and
nobody else may have these until then.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from autograder.claims import claim, is_own
from autograder.errors import WallError
from autograder.worker import confine
from autograder.worker.processes import processes_of

FIRST_USER_ID, BLOCK, BLOCKS = 60_100, 25, 200  # above what systems hand out, below 65534 (nobody)
_THREADS = 17  # where their number stands behind the name in /proc/PID/stat


class Users:
    """A block of user ids without accounts, given out in turn; None for every worker where we are not root."""

    def __init__(self) -> None:
        self._lock: int | None = None
        self._first: int | None = None
        self._given = 0
        if confine.may_change_user():
            self._lock, block = _claim_block(_lock_folder())
            self._first = FIRST_USER_ID + block * BLOCK

    @property
    def are_given(self) -> bool:
        """Does every worker have a user of its own?"""
        return self._first is not None

    def next(self) -> int | None:
        """The user of the next worker."""
        if self._first is None:
            return None
        user_id = self._first + self._given % BLOCK
        self._given += 1
        return user_id

    def end_all(self) -> None:
        """End what still runs as one of these users."""
        if self._first is not None:
            _end_all(range(self._first, self._first + BLOCK))

    def close(self) -> None:
        """End what still runs as one of these users, and give the block back."""
        self.end_all()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _end_all(users: range, patience_s: float = 2.0) -> None:
    """The nursery has done this after every worker; it may have been killed since."""
    deadline = time.monotonic() + patience_s
    while (left := list(filter(_runs, processes_of(users)))) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    """Not if it has ended and nobody has asked how; of a process that runs, too, the first thread may have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return False
    return fields[0] != "Z" or int(fields[_THREADS]) > 1


def _lock_folder() -> Path:
    base = Path("/run") if os.access("/run", os.W_OK) else Path(tempfile.gettempdir())
    folder = base / "autograder-users"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not is_own(folder):
        raise WallError(f"{folder} is not root's; remove it")
    return folder


def _claim_block(folder: Path) -> tuple[int, int]:
    for block in range(BLOCKS):
        with suppress(BlockingIOError):  # another grader's
            return claim(folder / str(block)), block
    raise WallError(f"{BLOCKS} gradings are running on this machine already; wait until one has ended")
