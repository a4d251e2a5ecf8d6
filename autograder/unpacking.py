"""A zip that was handed in -> a folder. Only regular files, within bounds, and nowhere but below the folder."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

MAX_ENTRIES, MAX_MIB = 2000, 200
_CHUNK = 1 << 20
# What zipfile and the four decompressors raise for what is damaged, encrypted or odd.
_DAMAGED = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, ValueError, KeyError, OSError, struct.error),
)


class NotUnpacked(Exception):
    """The zip cannot be taken; the text says why, for the student."""


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of a zip below a folder. Raises NotUnpacked."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            if len(entries) > MAX_ENTRIES:
                raise NotUnpacked(f"{archive.name} has more than {MAX_ENTRIES} entries")
            left = MAX_MIB << 20  # what an entry says of its size may be a lie
            for entry in entries:
                left -= _write(opened, entry, folder, left)
    except _DAMAGED as error:
        raise NotUnpacked(f"{archive.name} cannot be unpacked ({error}); pack it again") from None


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, room: int) -> int:
    """Write one entry; how many bytes it had."""
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if entry.is_dir() or is_link or name.is_absolute() or ".." in name.parts or not name.parts:
        return 0
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(entry) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > room:
                raise NotUnpacked(f"{opened.filename} holds more than {MAX_MIB} MiB; hand in only the files asked for")
            file.write(chunk)
    return written
