"""The name of a submission -> an id that stays the same, and from which nobody gets back to the name.

The id is a keyed hash. Without the key (the salt, which stays in the report's folder) nobody can find an id by hashing
the names of a course, which are known.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import GraderError
from autograder.messages import classes as messages

SALT = "salt.txt"
_SALT = re.compile(r"[0-9a-f]{64}")
_BYTES = 5  # eight letters: among 10 000 submissions two share an id once in 20 000 classes


def ids(names: Iterable[str], salt: str) -> dict[str, str]:
    """The id of each name. Raises GraderError if two would have the same one."""
    found = {name: anonymous(name, salt) for name in names}
    if len(set(found.values())) < len(found):
        raise GraderError(messages.SAME_ID.format(salt=SALT))
    return found


def anonymous(name: str, salt: str) -> str:
    """The id of a submission: a letter first, so that no spreadsheet takes it for a number."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogateescape"), key=bytes.fromhex(salt), digest_size=_BYTES)
    return "s" + base64.b32encode(digest.digest()).decode().lower()


def salt_in(folder: Path, first: str | None = None) -> str:
    """The salt of a report's folder; a new one, which is written there, if it has none yet: `first`, or any."""
    path = folder / SALT
    try:
        if path.exists():
            salt = path.read_text(encoding="ascii").strip()
            if not _SALT.fullmatch(salt):
                raise GraderError(messages.BROKEN_SALT.format(path=path))
            return salt
        folder.mkdir(parents=True, exist_ok=True)
        salt = first or secrets.token_hex(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(salt + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GraderError(messages.NO_SALT.format(path=path, reason=error)) from None
    return salt
