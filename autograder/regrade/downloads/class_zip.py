"""The zip of a class, as it was downloaded -> a folder.

The zip is a platform's, but names and contents in it are students'. As in unpacking.py nothing is written outside of
the folder and no link is made; the bounds are those of a class. An entry that cannot be unpacked is noted, and costs
nobody else anything.
"""

from __future__ import annotations

import errno
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError
from autograder.messages import handed_in_class as messages
from autograder.regrade.downloads.left_out import LeftOut
from autograder.regrade.held import CLASS, held
from autograder.unpacking import DAMAGED, TooLarge, write_entry

MAX_ENTRIES, MAX_GIB = 200_000, 20
_SPARED_MIB = 256  # of the disk: grading needs some too
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def unpacked(archive: Path, left_out: LeftOut) -> Iterator[Path]:
    """A temporary folder with what is in the zip. Raises UsageError, with the cure."""
    with held(CLASS) as folder:
        inside = folder / "class"
        inside.mkdir()
        _unpack(archive, inside, left_out)
        yield inside


def _unpack(archive: Path, folder: Path, left_out: LeftOut) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            left = _room(archive, entries, folder)
            for entry in entries:
                left -= _write(opened, entry, folder, left, left_out)
    except TooLarge:
        raise UsageError(messages.TOO_LARGE.format(place=archive, gib=MAX_GIB)) from None
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise UsageError(messages.NO_ROOM_LEFT.format(place=archive, folder=folder.parent)) from None
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(messages.BROKEN_ZIP.format(place=archive, why=why)) from None


def _room(archive: Path, entries: list[zipfile.ZipInfo], folder: Path) -> int:
    """How many bytes may be written. Raises UsageError if the zip itself says that it has more, or too many entries."""
    if len(entries) > MAX_ENTRIES:
        raise UsageError(messages.TOO_MANY_ENTRIES.format(place=archive, entries=MAX_ENTRIES))
    need = sum(entry.file_size for entry in entries)
    if need > MAX_GIB << 30:
        raise TooLarge
    free = shutil.disk_usage(folder).free - (_SPARED_MIB << 20)
    if need > free:
        text = messages.NO_ROOM
        need_mib, free_mib = need >> 20, max(free, 0) >> 20
        raise UsageError(text.format(place=archive, need_mib=need_mib, folder=folder.parent, free_mib=free_mib))
    return MAX_GIB << 30


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, room: int, left_out: LeftOut) -> int:
    """Write an entry, or note why not; how many bytes it had."""
    try:
        written = write_entry(opened, entry, folder, room)
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        left_out.add(messages.NOT_UNPACKED, entry.filename)
        return 0
    if written is None:
        left_out.add(messages.OUTSIDE, entry.filename)
    return written or 0
