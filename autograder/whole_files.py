"""Files that a reader sees as they were or as they are now, never in part."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from autograder.errors import GraderError


def write_whole(path: Path, text: str, cure: str, *, lasting: bool = True) -> None:
    """Write a file, with the folders it lies in. Raises GraderError, with the cure; then nothing of it stays.

    Also where the run is told to stop or is killed: the file of before is there, or the new one. That does not hold
    where the whole machine stops if the file is not `lasting`, because another one follows soon.
    """
    temporary = path.with_name(f".{path.name}.new")  # one name: what a killed run leaves, the next one takes away
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException as error:  # noqa: BLE001 - also when the run is told to stop: nothing of it stays
        with suppress(OSError):
            temporary.unlink()
        if not isinstance(error, OSError):
            raise
        raise GraderError(f"{path}: cannot be written ({error.strerror}); {cure}") from error
