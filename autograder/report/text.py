"""Makes text fit for a report: printable, bounded, honest about what is left out."""

from __future__ import annotations

import unicodedata

from autograder import messages


def clean(text: str) -> str:
    """The text without control characters, direction marks or lone surrogates, which no report can show."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line if line.isprintable() else "".join(map(_printable, line)) for line in lines)


def _printable(character: str) -> str:
    if character == "\t" or character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def clip(text: str, limit: int) -> str:
    """The text, cut in the middle if it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    mark = messages.reports.LEFT_OUT.format(count=len(text) - limit)
    room = max(limit - len(mark), 2)
    return text[: room - room // 2] + mark + text[len(text) - room // 2 :]


def points(number: float) -> float | int:
    """Points without the digits that floating point adds: 3, 0.5, 0.333."""
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded
