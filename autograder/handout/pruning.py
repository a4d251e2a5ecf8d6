"""checks.py and recipes.py without what only hidden checks need: what is left is what students may read.

A statement at the top of the file stays if a visible check needs it, directly or by way of others. With a statement go
the comments right above it. A file from which nothing goes stays as it is, to the last byte.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def visible_checks(source: str, hidden: Collection[str], hidden_numbers: Collection[str]) -> str:
    """The source of checks.py without the functions named in `hidden`.

    `hidden_numbers` are the numbers that @requires may name and that no visible check has or begins with.
    """
    if not hidden:
        return source
    tree = ast.parse(source)
    gone = [node for node in _functions(tree) if node.name in hidden]
    edits = [_without(node) for node in gone]
    for node in _functions(tree):
        if node not in gone:
            edits += _requirements(source, node, hidden, hidden_numbers)
    return _only_needed(_edited(source, edits))


def needed_recipes(source: str, checks: str) -> str:
    """The source of recipes.py without what checks.py does not ask for."""
    asked = set()
    for node in ast.walk(ast.parse(checks)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "recipes":
            asked.add(node.attr)
        elif isinstance(node, ast.Call) and any(isinstance(a, ast.Name) and a.id == "recipes" for a in node.args):
            if isinstance(node.func, ast.Name) and node.func.id in ("getattr", "vars", "dir"):
                return source  # by a name that is not known here
    return _only_needed(source, asked)


@dataclass(frozen=True)
class _Edit:
    """Lines first to last (from 1) give way to `text`."""

    first: int
    last: int
    text: str = ""
    with_comments: bool = False


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS):
            yield node


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
        while edit.with_comments and first > 0 and _is_aside(lines[first - 1]):
            first -= 1
        lines[first : edit.last] = [edit.text] if edit.text else []
    return "".join(lines)


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
        return node.name.startswith(("test_", "Test")) or any("fixture" in ast.dump(d) for d in node.decorator_list)
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
