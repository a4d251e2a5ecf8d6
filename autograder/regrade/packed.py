"""A submission as bytes, for a slot that sees none of the staff's files: a tar that depends on what is in it alone.

What is no file or folder travels as what it is, without where it leads: the slot tells the student that it was not
taken. So grading from bytes comes to the same as grading the folder itself.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from autograder.errors import GraderError
from autograder.messages import regrading as messages
from autograder.regrade.handed_in import HandedIn
from autograder.submission import Entry, Kind, Refused, check_size, entries

_TYPES = {
    Kind.FILE: tarfile.REGTYPE,
    Kind.FOLDER: tarfile.DIRTYPE,
    Kind.LINK: tarfile.SYMTYPE,
    Kind.DEVICE: tarfile.FIFOTYPE,
}
_NOWHERE = "nowhere"


@dataclass(frozen=True)
class Packed:
    """The files of a submission, and why not all of them are there, for the student; empty if they are."""

    data: bytes
    refusal: str = ""

    @property
    def digest(self) -> str:
        """The same for the same files under the same names."""
        return hashlib.sha256(self.refusal.encode() + b"\0" + self.data).hexdigest()


def packed(handed_in: HandedIn) -> Packed:
    """The files of a submission. Raises GraderError if one cannot be read."""
    buffer, refusal = io.BytesIO(), ""
    try:
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            try:
                for entry in _entries(handed_in):
                    _add(archive, entry)
            except Refused as refused:
                refusal = str(refused)
    except OSError as error:
        raise GraderError(messages.NOT_READ.format(path=error.filename, why=error.strerror)) from None
    return Packed(buffer.getvalue(), refusal)


def _entries(handed_in: HandedIn) -> Iterator[Entry]:
    if handed_in.place is None:
        return _single_files(handed_in.files)
    if stat.S_ISDIR(handed_in.place.stat().st_mode):  # raises where there is nothing any more
        return entries(handed_in.place, _raise)
    return _single_files({handed_in.place.name: handed_in.place})


def _single_files(files: Mapping[str, Path]) -> Iterator[Entry]:
    check_size(len(files), sum(source.lstat().st_size for source in files.values()))
    for name, source in sorted(files.items()):
        kind = Kind.FILE if source.is_file() and not source.is_symlink() else Kind.LINK
        yield Entry(source, Path(PurePath(name).name), kind)


def _raise(error: OSError) -> None:
    raise error


def _add(archive: tarfile.TarFile, entry: Entry) -> None:
    info = tarfile.TarInfo(entry.below.as_posix())
    info.type, info.mode = _TYPES[entry.kind], 0o755 if entry.kind is Kind.FOLDER else 0o644
    if entry.kind is Kind.FILE:
        content = entry.source.read_bytes()
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    else:
        info.linkname = _NOWHERE if entry.kind is Kind.LINK else ""
        archive.addfile(info)


def unpack(data: bytes, folder: Path) -> None:
    """Write what was packed into a folder that is there and empty."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            place = folder / info.name
            if ".." in PurePath(info.name).parts or place == folder or not place.is_relative_to(folder):
                continue  # no name in a folder is like this
            place.parent.mkdir(parents=True, exist_ok=True)
            match info.type:
                case tarfile.DIRTYPE:
                    place.mkdir(exist_ok=True)
                case tarfile.SYMTYPE:
                    place.symlink_to(_NOWHERE)
                case tarfile.FIFOTYPE:
                    os.mkfifo(place)
                case _:
                    file = archive.extractfile(info)
                    place.write_bytes(file.read() if file else b"")
