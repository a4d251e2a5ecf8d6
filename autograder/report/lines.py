"""Texts -> lines of a terminal, measured in its columns: a wide character takes two of them, a combining one none."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from autograder.report.text import clean

NAME_CHARS = 400  # a name may pile up characters without a width
_TAB = 4


def one_line(text: str) -> str:
    """A text as one line that a terminal can show."""
    return " ".join(clean(text[: 2 * NAME_CHARS]).split())[:NAME_CHARS]


def cut(text: str, columns: int) -> str:
    """A line that takes at most so many columns; what is left out is told by an ellipsis."""
    line = Text(text)
    line.truncate(max(columns, 1), overflow="ellipsis")
    return line.plain


def spread(left: str, right: str, width: int) -> str:
    """One text at the left end of a line and one at its right end, which is whole in any case."""
    shown = cut(left, width - cell_len(right) - 2)
    return f"{shown}{' ' * (width - cell_len(shown) - cell_len(right))}{right}".rstrip()


def wrapped(console: Console, text: str, width: int, indent: int = 0) -> list[str]:
    """The lines of a text, broken between words; a word that is longer than a line is broken too.

    What a line is indented by in the text stands before all the lines that it becomes.
    """
    lines: list[str] = []
    for line in clean(text).split("\n"):
        line = line.expandtabs(_TAB).rstrip()
        own = min(len(line) - len(line.lstrip()), width // 2)
        room = max(width - indent - own, 2)  # a wide character has to fit
        pieces = Text(line.strip()).wrap(console, room, overflow="fold") if line.strip() else [Text()]
        lines += [f"{' ' * (indent + own)}{piece.plain}".rstrip() for piece in pieces]
    return lines
