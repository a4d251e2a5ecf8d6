"""What a file defines -> what is taken of it: definitions, imports and constants.

For a notebook, and for a script that cannot be imported: they also train, plot, print and install. What defines
something is kept, at the same lines; all else is left out and named. A variable that is made by a call is kept if a
definition needs it, and if what it calls comes from a library: to call what the file defines may be the training.
Where a piece is no valid Python the others go on, and so do the other methods of its class. The worker runs what is
kept statement by statement (`worker/piecewise.py`), so that one that fails costs itself only.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from autograder.statements import DEFINITIONS, LeftOut, first_line, start_of, statements

_IMPORTS = (ast.Import, ast.ImportFrom)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
_PLAIN = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.USub, ast.UAdd, ast.Not, ast.Load)
_ANYTHING = "*"  # what an import of everything from a module binds


@dataclass(frozen=True)
class Cut:
    """What is kept, with every line where it was, and what is left out."""

    source: str
    left_out: tuple[LeftOut, ...]
    defined: frozenset[str] = frozenset()  # the functions and classes that are kept
    bound: frozenset[str] = frozenset()  # these, and the names of imports and constants

    def may_have(self, names: Collection[str]) -> bool:
        """Whether one of some names is kept, as far as can be told without running it."""
        return _ANYTHING in self.bound or not self.bound.isdisjoint(names)


def definitions(source: str, asked_for: Collection[str] = ()) -> Cut:
    """The definitions of a file, its imports, its constants, and the names that are asked for. Never raises."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    nodes: list[ast.stmt] = []
    left_out: list[LeftOut] = []
    for piece in statements(lines):
        if isinstance(piece, LeftOut):
            left_out.append(piece)
        elif problem := _why_not_compiled(piece):
            left_out.append(LeftOut(piece.lineno, start_of(lines[piece.lineno - 1]), problem, _bound([piece])))
        else:
            nodes.append(piece)
    chosen = _Choice(nodes, lines, asked_for).kept()
    kept = [""] * len(lines)
    for group in _groups(nodes):
        first, last = first_line(group[0]), max(node.end_lineno or 0 for node in group)
        if all(node in chosen for node in group):
            kept[first - 1 : last] = lines[first - 1 : last]
        elif not all(map(_says_nothing, group)):
            left_out.append(LeftOut(first, start_of(lines[first - 1]), names=_bound(group)))
    defined = frozenset(node.name for node in chosen if isinstance(node, DEFINITIONS))
    return Cut("\n".join(kept), tuple(sorted(left_out, key=lambda piece: piece.line)), defined, _bound(chosen))


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
            if isinstance(node, DEFINITIONS):
                self.needed |= _globals_of("\n".join(self.lines[first_line(node) - 1 : node.end_lineno]))
        for node in reversed(self.nodes):
            try:
                defines = self._defines(node)
            except RecursionError:  # hundreds of elif
                defines = False
            if defines:
                found.add(node)
                if not isinstance(node, (*DEFINITIONS, *_IMPORTS)):
                    self.needed |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return found

    def _defines(self, node: ast.stmt) -> bool:
        if isinstance(node, (*DEFINITIONS, *_IMPORTS)):
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
    for node in sorted(nodes, key=first_line):
        if group and first_line(node) > last:
            yield group
            group = []
        group.append(node)
        last = max(last, node.end_lineno or 0)
    if group:
        yield group


def _bound(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that some statements make."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, DEFINITIONS):
            found.add(node.name)
            continue  # what is made within it is its own
        if isinstance(node, _IMPORTS):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return frozenset(found)


def _why_not_compiled(node: ast.stmt) -> str:
    """What Python's compiler has against a statement that its parser took: a return outside of a function."""
    try:
        compile(ast.Module([node], []), "definition", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
    return ""


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _says_nothing(node: ast.stmt) -> bool:
    """A docstring, or a pass."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
