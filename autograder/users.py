"""Unprivileged users for workers, where the grader is root.

A worker's user is its own: whatever still runs as that user when the worker has ended is killed. So two graders on
one machine must not use the same ones. Each claims a block of user ids by binding an abstract socket of a fixed name,
which the kernel frees when the grader ends, however it ends.
"""

from __future__ import annotations

import os
import socket

from autograder.errors import WallError

FIRST_USER_ID, BLOCK, BLOCKS = 60_100, 100, 50  # above what systems hand out, below 65534 (nobody)


class Users:
    """A block of user ids without accounts, given out in turn; None for every worker where we are not root."""

    def __init__(self) -> None:
        self._claim: socket.socket | None = None
        self._first: int | None = None
        self._given = 0
        if os.geteuid() == 0:
            self._claim, block = _claim_block()
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
        if self._claim is not None:
            self._claim.close()
            self._claim = None


def _claim_block() -> tuple[socket.socket | None, int]:
    if not hasattr(os, "pidfd_open"):  # not Linux: no abstract sockets; one grader at a time there
        return None, 0
    for block in range(BLOCKS):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0autograder-users-{block}")
        except OSError:
            claim.close()
            continue
        return claim, block
    raise WallError(f"{BLOCKS} gradings are running on this machine already; wait until one has ended")
