"""Which processes run as which user."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress


def processes_of(users: Collection[int]) -> Iterator[int]:
    """The processes of these users; none where there is no /proc to tell.

    Zombies too: of one whose first thread has ended, others may still run.
    """
    if not os.path.isdir("/proc"):  # noqa: PTH112 - asked for every worker
        return
    with os.scandir("/proc") as entries:
        for entry in entries:
            with suppress(OSError):  # it has ended meanwhile
                if entry.name.isdigit() and entry.stat().st_uid in users:
                    yield int(entry.name)
