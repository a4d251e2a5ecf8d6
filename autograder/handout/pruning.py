"""checks.py and recipes.py without what only hidden checks need: what is left is what students may read.

A statement at the top of the file stays if a visible check needs it, directly or by way of others. With a statement go
the comments right above it. A file from which nothing goes stays as it is, to the last byte.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_ROOTS = ("test", "Test", "setup", "teardown", "setUp", "tearDown", "pytest_")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def visible_checks(source: str, hidden: Collection[str], hidden_numbers: Collection[str]) -> str:
    """The source of checks.py without the functions named in `hidden`.

    `hidden_numbers` are the numbers that @requires may name and that no visible check has or begins with.
    """
    if not hidden:
        return source
    tree = ast.parse(source)
    gone: list[ast.stmt] = [node for node in tree.body if isinstance(node, _DEFINITIONS) and _is_gone(node, hidden)]
    for holder in (node for node in tree.body if isinstance(node, ast.ClassDef) and node not in gone):
        gone += [node for node in holder.body if _name(node, holder) in hidden]
    edits = [_without(node) for node in gone]
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS) and node not in gone:
            edits += _requirements(source, node, hidden, hidden_numbers)
    return _without_docstring(_only_needed(_edited(source, edits)), "The visible checks.")


def needed_recipes(source: str, checks: str) -> str:
    """The source of recipes.py without what checks.py does not ask for."""
    asked = set()
    for node in ast.walk(ast.parse(checks)):  # whatever the fixture is called where it is used
        if isinstance(node, ast.Attribute):
            asked.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            asked.add(node.value)
    return _without_docstring(_only_needed(source, asked), "What runs beside the student's code.")


def _is_gone(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, hidden: Collection[str]) -> bool:
    """A hidden check, or a class of which every check is hidden."""
    if not isinstance(node, ast.ClassDef):
        return node.name in hidden
    checks = [_name(inner, node) for inner in node.body if _is_check(inner)]
    return bool(checks) and set(checks) <= set(hidden)


def _is_check(node: ast.stmt) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")


def _name(node: ast.stmt, holder: ast.ClassDef) -> str:
    return f"{holder.name}.{node.name}" if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else ""


def _without_docstring(source: str, instead: str) -> str:
    """The file with another docstring: its own may tell of what is gone."""
    first = next(iter(ast.parse(source).body), None)
    if not (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    ):
        return source
    return _edited(source, [_Edit(first.lineno, first.end_lineno or first.lineno, f'"""{instead}"""\n')])


@dataclass(frozen=True)
class _Edit:
    """Lines first to last (from 1) give way to `text`."""

    first: int
    last: int
    text: str = ""
    with_comments: bool = False


def _without(node: ast.stmt) -> _Edit:
    return _Edit(_first_line(node), node.end_lineno or node.lineno, with_comments=True)


def _requirements(source: str, node: ast.stmt, hidden: Collection[str], numbers: Collection[str]) -> Iterator[_Edit]:
    """What is left of @requires(...) when hidden checks are gone."""
    for decorator in getattr(node, "decorator_list", ()):
        if not (isinstance(decorator, ast.Call) and _name_of(decorator.func) == "requires"):
            continue
        kept = [argument for argument in decorator.args if not _is_hidden(argument, hidden, numbers)]
        if len(kept) < len(decorator.args):
            shown = [ast.get_source_segment(source, argument) or ast.unparse(argument) for argument in kept]
            indent = " " * (decorator.col_offset - 1)
            text = f"{indent}@requires({', '.join(shown)})\n" if kept else ""
            yield _Edit(decorator.lineno, decorator.end_lineno or decorator.lineno, text)


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _is_hidden(argument: ast.expr, hidden: Collection[str], numbers: Collection[str]) -> bool:
    if isinstance(argument, ast.Constant):
        return argument.value in numbers
    return _name_of(argument) in hidden


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _edited(source: str, edits: Iterable[_Edit]) -> str:
    lines = source.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        first = edit.first - 1
        last = edit.last
        while edit.with_comments and first > 0 and _is_aside(lines[first - 1]):
            first -= 1
        depth = len(lines[edit.first - 1]) - len(lines[edit.first - 1].lstrip())
        while edit.with_comments and last < len(lines) and _is_within(lines[last], depth):
            last += 1
        lines[first:last] = [edit.text] if edit.text else []
    return "".join(lines)


def _is_within(line: str, depth: int) -> bool:
    """A comment behind the last statement of a body that is indented by more than `depth`."""
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) > depth


def _is_aside(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _only_needed(source: str, asked: Collection[str] | None = None) -> str:
    """The source without top-level statements that nothing needs, and without imports that nothing uses.

    Needed is what the names `asked` need; where none are given, what checks, fixtures and plain statements need.
    """
    tree = ast.parse(source)
    makers: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in _made(node):
            makers.setdefault(name, []).append(node)
    waiting: list[ast.stmt] = [node for node in tree.body if _is_root(node, asked)]
    needed: list[ast.stmt] = []
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.append(node)
            waiting += [maker for name in _used(node) for maker in makers.get(name, ())]
    used = {name for node in needed for name in _used(node)}
    edits = [edit for node in tree.body for edit in _left_out(source, node, needed, used)]
    return _trimmed(_edited(source, edits)) if edits else source


def _is_root(node: ast.stmt, asked: Collection[str] | None) -> bool:
    made = _made(node)
    if asked is not None and made:
        return bool(set(made) & set(asked))
    if isinstance(node, _DEFINITIONS):
        return node.name.startswith(_ROOTS) or any("autouse" in ast.dump(d) for d in node.decorator_list)
    return not made


def _made(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a file makes."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).split(".")[0] for alias in names]
        case ast.Assign() | ast.AnnAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return []


def _used(node: ast.stmt) -> set[str]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}  # fixtures


def _left_out(source: str, node: ast.stmt, needed: list[ast.stmt], used: set[str]) -> Iterator[_Edit]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return
        kept = [
            alias for alias in node.names if (alias.asname or alias.name).split(".")[0] in used or alias.name == "*"
        ]
        if len(kept) < len(node.names):
            text = _import(node, kept) if kept else ""
            yield _Edit(node.lineno, node.end_lineno or node.lineno, text)
    elif node not in needed:
        yield _without(node)


def _import(node: ast.Import | ast.ImportFrom, kept: list[ast.alias]) -> str:
    shorter = ast.Import(kept) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, kept, node.level)
    line = ast.unparse(shorter)
    if len(line) <= 100 or isinstance(node, ast.Import):
        return f"{line}\n"
    head, _, names = line.partition(" import ")
    return f"{head} import (\n" + "".join(f"    {name},\n" for name in names.split(", ")) + ")\n"


def _trimmed(source: str) -> str:
    """No more than two empty lines in a row, and one line break at the end."""
    lines: list[str] = []
    for line in source.rstrip().splitlines():
        if line.strip() or len(lines) < 2 or lines[-1].strip() or lines[-2].strip():
            lines.append(line)
    return "\n".join(lines) + "\n"
