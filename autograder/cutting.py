"""A file that cannot be imported as it is -> what of it can be: definitions, imports and simple constants.

Students hand in scripts that train, plot, parse arguments or read data when they are imported, and notebooks, which are
nothing else. What defines something is kept, at the same lines; everything else is left out and named. A constant that
calls something is kept if a definition uses it, and its failure leaves it undefined. Where the file is no valid Python,
the pieces that are go on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ATTEMPT = 'with __import__("contextlib").suppress(Exception): '
_BEGINS = re.compile(r"[^\s#)\]}'\"\\]")  # at the left margin
_GOES_ON = re.compile(r"(?:else|elif|except|finally)\b")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_PLAIN = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.USub, ast.UAdd, ast.Not, ast.Load)
_TEXT_CHARS = 60
_TAIL = 40  # pieces that one statement may go on over: more would take quadratic time


@dataclass(frozen=True)
class LeftOut:
    """A piece of a file that was not taken: where it begins, or what is wrong with it and where if it is broken."""

    line: int
    text: str
    problem: str = ""


@dataclass(frozen=True)
class Cut:
    """What is kept, with every line where it was, and what is left out."""

    source: str
    left_out: tuple[LeftOut, ...]


def definitions(source: str) -> Cut:
    """The definitions of a file, its imports and constants. Never raises for what a student wrote."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [""] * len(lines)
    nodes: list[ast.stmt] = []
    left_out: list[LeftOut] = []
    for node in _statements(lines):
        if isinstance(node, LeftOut):
            left_out.append(node)
        else:
            nodes.append(node)
    wanted = _constants(nodes, _names_in(node for node in nodes if isinstance(node, _DEFINITIONS)))
    for group in _groups(nodes):
        first, last = _first_line(group[0]), max(node.end_lineno or 0 for node in group)
        text = lines[first - 1 : last]
        if all(isinstance(node, _DEFINITIONS) or _is_plain(node) for node in group):
            kept[first - 1 : last] = text
        elif all(isinstance(node, _IMPORTS) or _is_plain(node) or node in wanted for node in group):
            if not _is_of_the_future(group[0]):
                kept[first - 1 : last] = [_ATTEMPT + text[0], *text[1:]]
        elif not all(map(_says_nothing, group)):
            left_out.append(LeftOut(first, _start(text[0])))
    if not kept[0] and (future := _future(nodes)):
        kept[0] = future
    return Cut("\n".join(kept), tuple(sorted(left_out, key=lambda piece: piece.line)))


def _groups(nodes: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Statements that share a line stay or go together."""
    group: list[ast.stmt] = []
    for node in sorted(nodes, key=_first_line):
        if group and _first_line(node) > max(other.end_lineno or 0 for other in group):
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _is_of_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _future(nodes: list[ast.stmt]) -> str:
    """One import of what a notebook's cells import from __future__: it must stand first in a file."""
    names = {
        name.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and _is_of_the_future(node)
        for name in node.names
    }
    return f"from __future__ import {', '.join(sorted(names))}" if names else ""


def _statements(lines: list[str]) -> Iterator[ast.stmt | LeftOut]:
    """The statements at the left margin; where the whole is no valid Python, piece by piece."""
    if (whole := _parsed(lines, 0, len(lines))) is not None:
        yield from whole
        return
    starts = [i for i, line in enumerate(lines) if _BEGINS.match(line) and not _GOES_ON.match(line)]
    position = 0
    while position < len(starts):
        first = starts[position]
        for after in range(
            position + 1, min(position + _TAIL, len(starts)) + 1
        ):  # decorators and strings over several lines go on
            end = starts[after] if after < len(starts) else len(lines)
            found = _parsed(lines, first, end)
            if found is not None or (after > position + 1 and _is_definition(lines[starts[after - 1]])):
                break
        if found is not None:
            yield from found
            position = after
        else:
            end = starts[position + 1] if position + 1 < len(starts) else len(lines)
            yield _broken(lines, first, end)
            position += 1


def _parsed(lines: list[str], first: int, end: int) -> list[ast.stmt] | None:
    """The statements of some lines, with their numbers in the file; None if they are no valid Python."""
    try:
        return ast.parse(_at_their_lines(lines, first, end)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _broken(lines: list[str], first: int, end: int) -> LeftOut:
    """What is wrong with some lines."""
    try:
        ast.parse(_at_their_lines(lines, first, end))
    except SyntaxError as error:
        line = min(max(error.lineno or 0, first + 1), end)
        return LeftOut(line, _start(lines[line - 1]), error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        return LeftOut(first + 1, _start(lines[first]), str(error) or type(error).__name__)
    return LeftOut(first + 1, _start(lines[first]), "it belongs to what stands before it")


def _at_their_lines(lines: list[str], first: int, end: int) -> str:
    return "\n" * first + "\n".join(lines[first:end])


def _is_definition(line: str) -> bool:
    return re.match(r"(?:@|async\s+def\b|def\b|class\b)", line) is not None


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _is_plain(node: ast.stmt) -> bool:
    """A constant that cannot fail: numbers, texts, and what is made of them."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
        return False
    return all(isinstance(part, _PLAIN) for part in ast.walk(node.value))


def _constants(nodes: list[ast.stmt], used: set[str]) -> set[ast.stmt]:
    """The assignments that definitions use, and those that these use."""
    wanted: set[ast.stmt] = set()
    for node in reversed(nodes):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and used & _targets(node):
            wanted.add(node)
            used |= _names_in([node])
    return wanted


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _names_in(nodes: Iterable[ast.stmt]) -> set[str]:
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


def _says_nothing(node: ast.stmt) -> bool:
    """A docstring, or a pass."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _start(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _TEXT_CHARS else line[: _TEXT_CHARS - 1] + "…"
