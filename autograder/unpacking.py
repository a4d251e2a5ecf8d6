"""A zip that was handed in -> a folder. Only regular files, within bounds, and nowhere but below the folder."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath

from autograder import messages
from autograder.bounded import TookTooMuch, bounded

MAX_ENTRIES, MAX_MIB = 2000, 200
_CHUNK = 1 << 20
_WITHIN_S = 30.0
# What zipfile and the four decompressors raise for what is damaged, encrypted or odd.
DAMAGED = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, ValueError, KeyError, OSError, struct.error),
)


class NotUnpacked(Exception):
    """The zip cannot be taken; the text says why, for the student."""


class TooLarge(Exception):
    """An entry has more bytes than there is room for."""


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of a zip below a folder, in a process with limits. Raises NotUnpacked."""
    try:
        bounded(lambda: _unpack(archive, folder), _WITHIN_S)
    except TookTooMuch as error:
        raise NotUnpacked(messages.handing_in.NOT_UNPACKED.format(name=archive.name, why=error)) from None


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            if len(entries) > MAX_ENTRIES:
                raise NotUnpacked(messages.handing_in.TOO_MANY_ENTRIES.format(name=archive.name, entries=MAX_ENTRIES))
            left = MAX_MIB << 20  # what an entry says of its size may be a lie
            for entry in entries:
                left -= write_entry(opened, entry, folder, left) or 0
    except TooLarge:
        raise NotUnpacked(messages.handing_in.TOO_LARGE_ZIP.format(name=archive.name, mib=MAX_MIB)) from None
    except DAMAGED as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)  # no path of ours
        raise NotUnpacked(messages.handing_in.DAMAGED_ZIP.format(name=archive.name, why=why)) from None


def write_entry(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, room: int) -> int | None:
    """Write one entry below a folder; how many bytes it had, or None for what is no file or would lie elsewhere.

    Raises TooLarge if it has more than `room` bytes, and one of DAMAGED.
    """
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if not entry.filename or entry.is_dir() or is_link or path.is_absolute() or ".." in path.parts or not path.parts:
        return None
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    try:
        with opened.open(entry) as source, target.open("wb") as file:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > room:
                    raise TooLarge
                file.write(chunk)
    except (TooLarge, *DAMAGED):
        with suppress(OSError):
            target.unlink()  # half a file is not what was handed in
        raise
    return written
