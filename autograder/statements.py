"""A file's text -> its statements; where the whole is no valid Python, those of the pieces that are.

A piece begins at the left margin and ends before the next one. A class whose methods are broken keeps the others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autograder import messages

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BEGINS = re.compile(r"[^\s#)\]}'\"\\]")  # at the left margin
_GOES_ON = re.compile(r"(?:else|elif|except|finally)\b")
_OF_SCRIPTS = re.compile(r"if\s*\(?\s*__name__\s*==")
_MAKES = re.compile(r"(?:(?:async\s+)?(?:def|class)\s+(\w+)|(\w+)\s*(?::[^=]*)?=(?!=))")
_CLASS = re.compile(r"class\s+(\w+)[^#]*:\s*(?:#.*)?$")  # all that stands before its body
_TEXT_CHARS = 60
_TAIL = 40  # pieces that one statement may go on over: more would take quadratic time


@dataclass(frozen=True)
class LeftOut:
    """A piece of a file that was not taken: where it begins, or what is wrong with it and where if it is broken."""

    line: int
    text: str
    problem: str = ""
    names: frozenset[str] = frozenset()  # that it would have made, "VAE.sample" if it is a method

    @property
    def is_not_imported(self) -> bool:
        """Whether it is the block that Python runs in scripts only: an import leaves it out in any case."""
        return _OF_SCRIPTS.match(self.text) is not None


def statements(lines: list[str], *, in_class: bool = False) -> Iterator[ast.stmt | LeftOut]:
    """The statements at the left margin; where the whole is no valid Python, piece by piece.

    The lines of a broken method are blanked in `lines`, so that the rest of its class is valid.
    """
    if (whole := _parsed(lines, 0, len(lines))) is not None:
        yield from whole
        return
    starts = [i for i, line in enumerate(lines) if _BEGINS.match(line) and not _GOES_ON.match(line)]
    position = 0
    while position < len(starts):
        first = starts[position]
        last = min(position + _TAIL, len(starts))
        for after in range(position + 1, last + 1):  # decorators and strings over several lines go on
            end = starts[after] if after < len(starts) else len(lines)
            found = _parsed(lines, first, end)
            begins_next = after > position + 1 and _is_definition(lines[starts[after - 1]])
            if found is not None or (begins_next and not lines[starts[after - 2]].startswith("@")):
                break
        if found is not None:
            yield from found
            position = after
        else:
            while position + 1 < len(starts) and lines[starts[position]].startswith("@"):
                position += 1  # what is decorated goes with its decorators
            end = starts[position + 1] if position + 1 < len(starts) else len(lines)
            if not in_class:
                yield from _without_broken_methods(lines, first, starts[position], end)
            if (rest := _parsed(lines, first, end)) is None:
                yield _broken(lines, first, starts[position], end)
            yield from rest or []
            position += 1


def first_line(node: ast.stmt) -> int:
    """Where a statement begins: with its decorators."""
    decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def start_of(line: str) -> str:
    """The line, short enough for a message."""
    line = line.strip()
    return line if len(line) <= _TEXT_CHARS else line[: _TEXT_CHARS - 1] + "…"


def _without_broken_methods(lines: list[str], first: int, head: int, end: int) -> Iterator[LeftOut]:
    """The broken statements of a class, which are blanked; none where the class cannot be read without them."""
    header = _CLASS.match(lines[head])
    body = [i for i in range(head + 1, end) if lines[i].strip() and not lines[i].lstrip().startswith("#")]
    indent = lines[body[0]][: -len(lines[body[0]].lstrip())] if body else ""
    if header is None or not indent or not all(lines[i].startswith(indent) for i in body):
        return
    shifted = [""] * end
    for i in body:
        shifted[i] = lines[i][len(indent) :]
    pieces = list(statements(shifted, in_class=True))
    nodes = [piece for piece in pieces if not isinstance(piece, LeftOut)]
    whole = {i for node in nodes for i in range(first_line(node) - 1, node.end_lineno or 0)}
    kept = [lines[i] if first <= i <= head or i in whole else "" for i in range(end)]
    if _parsed(kept, first, end) is not None:
        lines[first:end] = kept[first:end]
        for piece in pieces:
            if isinstance(piece, LeftOut):
                yield replace(piece, names=frozenset(f"{header[1]}.{name}" for name in piece.names))


def _parsed(lines: list[str], first: int, end: int) -> list[ast.stmt] | None:
    """The statements of some lines, with their numbers in the file; None if they are no valid Python."""
    try:
        return ast.parse(_at_their_lines(lines, first, end)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _broken(lines: list[str], first: int, head: int, end: int) -> LeftOut:
    """What is wrong with some lines; what they make is said in the line `head`, after the decorators."""
    made = _MAKES.match(lines[head])
    names = frozenset(name for name in made.groups() if name) if made else frozenset()
    try:
        ast.parse(_at_their_lines(lines, first, end))
    except SyntaxError as error:
        line = min(max(error.lineno or 0, first + 1), end)
        return LeftOut(line, start_of(lines[line - 1]), error.msg, names)
    except (ValueError, RecursionError, MemoryError) as error:
        return LeftOut(first + 1, start_of(lines[first]), str(error) or type(error).__name__, names)
    return LeftOut(first + 1, start_of(lines[first]), messages.handing_in.BELONGS_BEFORE, names)


def _at_their_lines(lines: list[str], first: int, end: int) -> str:
    return "\n" * first + "\n".join(lines[first:end])


def _is_definition(line: str) -> bool:
    return re.match(r"(?:@|async\s+def\b|def\b|class\b)", line) is not None
