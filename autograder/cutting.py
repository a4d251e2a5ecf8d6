"""What a notebook defines -> what is taken of it: definitions, imports and constants.

A notebook also trains, plots, prints and installs. What defines something is kept, at the same lines; all else is left
out and named. A variable that is made by a call is kept if a definition needs it, and if what it calls comes from a
library: to call what the notebook defines may be the training. Where a piece is no valid Python, the others go on. The
worker runs what is kept statement by statement (`worker/piecewise.py`), so that one that fails costs itself only.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_BEGINS = re.compile(r"[^\s#)\]}'\"\\]")  # at the left margin
_GOES_ON = re.compile(r"(?:else|elif|except|finally)\b")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
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


def definitions(source: str, asked_for: Collection[str] = ()) -> Cut:
    """The definitions of a file, its imports, its constants, and the names that are asked for. Never raises."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    nodes: list[ast.stmt] = []
    left_out: list[LeftOut] = []
    for piece in _statements(lines):
        if isinstance(piece, LeftOut):
            left_out.append(piece)
        elif problem := _why_not_compiled(piece):
            left_out.append(LeftOut(piece.lineno, _start(lines[piece.lineno - 1]), problem))
        else:
            nodes.append(piece)
    chosen = _Choice(nodes, lines, asked_for).kept()
    kept = [""] * len(lines)
    for group in _groups(nodes):
        first, last = _first_line(group[0]), max(node.end_lineno or 0 for node in group)
        if all(node in chosen for node in group):
            kept[first - 1 : last] = lines[first - 1 : last]
        elif not all(map(_says_nothing, group)):
            left_out.append(LeftOut(first, _start(lines[first - 1])))
    return Cut("\n".join(kept), tuple(sorted(left_out, key=lambda piece: piece.line)))


class _Choice:
    """Which statements of a file are kept."""

    def __init__(self, nodes: list[ast.stmt], lines: list[str], asked_for: Collection[str]) -> None:
        self.nodes = nodes
        self.lines = lines
        self.needed = set(asked_for)
        self.libraries = {*dir(builtins)} | {
            (alias.asname or alias.name).split(".")[0]
            for node in nodes
            for part in ast.walk(node)
            if isinstance(part, _IMPORTS)
            for alias in part.names
        }
        self.libraries |= {node.name for node in nodes if isinstance(node, ast.ClassDef)}
        self.libraries -= {"print", "input", "exit", "quit", "open", "exec", "eval"}

    def kept(self) -> set[ast.stmt]:
        """The statements to keep; from the last to the first, because one needs those before it."""
        found: set[ast.stmt] = set()
        for node in self.nodes:
            if isinstance(node, _DEFINITIONS):
                self.needed |= _globals_of("\n".join(self.lines[_first_line(node) - 1 : node.end_lineno]))
        for node in reversed(self.nodes):
            if self._defines(node):
                found.add(node)
                if not isinstance(node, (*_DEFINITIONS, *_IMPORTS)):
                    self.needed |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return found

    def _defines(self, node: ast.stmt) -> bool:
        if isinstance(node, (*_DEFINITIONS, *_IMPORTS)):
            return True
        if isinstance(node, _ASSIGNMENTS) and node.value is not None:
            if all(isinstance(part, _PLAIN) for part in ast.walk(node.value)) or isinstance(node.value, ast.Lambda):
                return True
            return bool(self.needed & _targets(node)) and self._calls_libraries(node.value)
        if isinstance(node, ast.If):
            return self._calls_libraries(node.test) and all(map(self._defines, [*node.body, *node.orelse]))
        if isinstance(node, ast.Try):
            handled = [part for handler in node.handlers for part in handler.body]
            return all(map(self._defines, [*node.body, *handled, *node.orelse, *node.finalbody]))
        return _says_nothing(node)

    def _calls_libraries(self, value: ast.expr) -> bool:
        calls = [part for part in ast.walk(value) if isinstance(part, (ast.Call, ast.Await))]
        return all(isinstance(call, ast.Call) and _root(call.func) in self.libraries for call in calls)


def _globals_of(text: str) -> set[str]:
    """The names that a definition takes from around it."""
    try:
        tables = [symtable.symtable(text, "definition", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found = {symbol.get_name() for symbol in tables[0].get_symbols() if symbol.is_referenced()}
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return found


def _root(function: ast.expr) -> str:
    while isinstance(function, (ast.Attribute, ast.Call, ast.Subscript)):
        function = function.func if isinstance(function, ast.Call) else function.value
    return function.id if isinstance(function, ast.Name) else ""


def _groups(nodes: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Statements that share a line stay or go together."""
    group: list[ast.stmt] = []
    last = 0
    for node in sorted(nodes, key=_first_line):
        if group and _first_line(node) > last:
            yield group
            group = []
        group.append(node)
        last = max(last, node.end_lineno or 0)
    if group:
        yield group


def _statements(lines: list[str]) -> Iterator[ast.stmt | LeftOut]:
    """The statements at the left margin; where the whole is no valid Python, piece by piece."""
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


def _why_not_compiled(node: ast.stmt) -> str:
    """What Python's compiler has against a statement that its parser took: a return outside of a function."""
    try:
        compile(ast.Module([node], []), "definition", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
    return ""


def _at_their_lines(lines: list[str], first: int, end: int) -> str:
    return "\n" * first + "\n".join(lines[first:end])


def _is_definition(line: str) -> bool:
    return re.match(r"(?:@|async\s+def\b|def\b|class\b)", line) is not None


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _says_nothing(node: ast.stmt) -> bool:
    """A docstring, or a pass."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _start(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _TEXT_CHARS else line[: _TEXT_CHARS - 1] + "…"
