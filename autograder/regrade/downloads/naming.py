"""Names of submissions: what staff find them by, and at once names of the folders of their results.

What a file is called is up to students. A name here is one step of a path anywhere: no control characters, no slash,
not hidden, not too long, and no name that the folder of results has another use for.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.listing import few
from autograder.messages import handed_in_class as messages
from autograder.regrade.handed_in import HandedIn

_MOST_BYTES = 150  # of the 255 that file systems take: others add endings
_NAMELESS = "submission"
_RESERVED = {"class", "record", "results"}  # the class report takes these for its own: classes/reading.py


@dataclass(frozen=True)
class Candidate:
    """A submission by the name that it should have, and the full name of what it was read from."""

    handed_in: HandedIn
    full_name: str


def usable(name: str) -> str:
    """The name, or the nearest that is one step of a path."""
    text = "".join(map(_usable, unicodedata.normalize("NFC", name))).strip().lstrip(".").strip() or _NAMELESS
    if text.casefold() in _RESERVED:
        text += "_"
    if len(text.encode()) > _MOST_BYTES:
        digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
        text = f"{text.encode()[:_MOST_BYTES].decode(errors='ignore').strip()}-{digest}"
    return text


def _usable(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return " "
    return character if character.isprintable() and character not in "/\\" else "_"


def named(candidates: Sequence[Candidate]) -> tuple[list[HandedIn], list[str]]:
    """The submissions, sorted by names that are unique on every file system; and what staff should be told of that.

    Of those that would have one name, each gets its full name, and a number where that is not enough.
    """
    wanted = Counter(_folded(usable(one.handed_in.name)) for one in candidates)
    taken: set[str] = set()
    found: list[HandedIn] = []
    alike: dict[str, list[str]] = {}
    for one in sorted(candidates, key=lambda one: (one.full_name, one.handed_in.name)):
        name = usable(one.handed_in.name)
        if wanted[_folded(name)] > 1:
            alike.setdefault(_folded(name), []).append(one.full_name)
            name = usable(one.full_name)
        name = _free(name, taken)
        taken.add(_folded(name))
        found.append(replace(one.handed_in, name=name))
    remarks = [messages.ONE_NAME.format(names=few(names)) for names in alike.values()]
    return sorted(found, key=lambda one: one.name), remarks


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while _folded(free) in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _folded(name: str) -> str:
    """The same for names that are one on a file system without capital letters."""
    return unicodedata.normalize("NFC", name.casefold())
