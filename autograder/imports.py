"""Which modules of a project a file imports, and what those import in turn: found in the source, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.errors import AssignmentError

ENGINE = "autograder"


def imported_files(project: Path, files: Iterable[Path], modules: Iterable[str] = ()) -> list[Path]:
    """The project's own modules that these files import, and these modules, with all that they import in turn.

    The engine is left out, and so is what is not the project's: libraries. Imports whose name is put together while
    the program runs are not seen. Raises AssignmentError for a module of the project's that is not there.
    """
    found: dict[Path, None] = {}
    waiting = [path for name in modules for path in _files_of(project, name)]
    waiting += [path for file in files for path in _imports(project, file)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = None
            waiting += _imports(project, path)
    return sorted(found)


def _imports(project: Path, file: Path) -> Iterator[Path]:
    try:
        parsed = ast.parse(file.read_bytes(), str(file))
    except SyntaxError as error:
        raise AssignmentError(f"{file}, line {error.lineno}: is not valid Python: {error.msg}") from None
    for node in ast.walk(parsed):
        for name in _names(node, _package(project, file)):
            if _is_own(project, name):
                if not _is_there(project, name):
                    raise AssignmentError(f"{file}, line {node.lineno}: imports {name}, which is not in {project}")  # type: ignore[attr-defined]
                yield from _files_of(project, name)


def _names(node: ast.AST, package: list[str]) -> Iterator[str]:
    """The modules that a statement names; `from a import b` may mean a.b or a name in a."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        yield base
        yield from (f"{base}.{alias.name}?" for alias in node.names)
    elif isinstance(node, ast.Call) and node.args and _called(node.func) == "import_module":
        given = node.args[0]
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield given.value


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _package(project: Path, file: Path) -> list[str]:
    return list(file.parent.relative_to(project).parts) if file.is_relative_to(project) else []


def _is_own(project: Path, name: str) -> bool:
    top = name.split(".")[0].rstrip("?")
    return top not in ("", ENGINE) and ((project / top).is_dir() or (project / f"{top}.py").is_file())


def _is_there(project: Path, name: str) -> bool:
    """Is there a module or a folder of modules of that name? What has a `?` may be a name in a module instead."""
    base = project.joinpath(*name.split("."))
    return name.endswith("?") or base.is_dir() or base.with_name(f"{base.name}.py").is_file()


def _files_of(project: Path, name: str) -> list[Path]:
    """A module's file, after those of the packages that it is in: of all these, what there is."""
    parts = name.rstrip("?").split(".")
    base = project.joinpath(*parts)
    module = base.with_name(f"{base.name}.py")
    packages = [project.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    return [path for path in [*packages, module] if path.is_file()]
