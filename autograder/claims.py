"""What one process has and no other: a lock on a file.

The process's forks have it too. The kernel gives it back when the last of them has ended or closed the file, however
they end.
"""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path


def claim(path: Path, *, make: bool = True) -> int:
    """Lock a file, which is made if it is not there: the descriptor, which gives the file back when it is closed.

    Raises BlockingIOError if another process has it, and any other OSError if it cannot be had at all.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if make else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def is_own(folder: Path) -> bool:
    """Whether a folder is this user's, and no link to one: where everybody may write, another may have made it."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
