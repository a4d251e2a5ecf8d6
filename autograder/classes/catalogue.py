"""The known mistakes of an assignment: what a report may say of them besides their names.

mistakes.py is read as text, and not imported: importing it would load torch, which takes longer than all the rest.
A hint that is put together in a way that is not read here is left out; then the name stands alone.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Known:
    """A known mistake: what it stands for, the hint that students get, and what it is in words.

    Wrong formulas of one question may have one name, and a hint each.
    """

    of: str
    hints: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Catalogue:
    """Known mistakes: in code by their names, in written answers by the question's number and the name."""

    code: Mapping[str, Known] = field(default_factory=dict)
    written: Mapping[tuple[str, str], Known] = field(default_factory=dict)

    @property
    def hints(self) -> frozenset[str]:
        """All their hints."""
        return frozenset(hint for known in (*self.code.values(), *self.written.values()) for hint in known.hints)


def catalogue(folder: Path) -> Catalogue:
    """The known mistakes in an assignment's folder; none of a file that is not there or cannot be read."""
    return Catalogue(_code(folder / "mistakes.py"), _written(folder / "questions.toml"))


def _code(path: Path) -> dict[str, Known]:
    try:
        module = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    texts: dict[str, str] = {}
    found = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            texts[statement.targets[0].id] = _text(statement.value, texts)
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            for arguments in _declared(statement):
                of, hint = (_text(arguments[name], texts) if name in arguments else "" for name in ("of", "hint"))
                found[statement.name] = Known(of, (hint,) if hint else (), _words(statement, of))
    return found


def _declared(statement: ast.FunctionDef | ast.ClassDef) -> Iterator[dict[str, ast.expr]]:
    """The arguments of @mistake."""
    for decorator in statement.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "mistake":
            named = {keyword.arg: keyword.value for keyword in decorator.keywords if keyword.arg}
            yield {**dict(zip(("of", "hint", "source"), decorator.args, strict=False)), **named}


def _text(node: ast.expr, texts: Mapping[str, str]) -> str:
    """A text that is written there, named there, or put together from such; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return texts.get(node.id, "")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left, texts), _text(node.right, texts)
        return left + right if left and right else ""
    return ""


def _words(statement: ast.FunctionDef | ast.ClassDef, of: str) -> str:
    said = (ast.get_docstring(statement) or "").partition("\n")[0].strip()
    return said or in_words(statement.name, of)


def in_words(name: str, of: str = "") -> str:
    """A mistake's name as words, without the name of what it stands for: "labels swapped"."""
    own = name[len(of) :].strip("_") if name.casefold().startswith(of.casefold()) else name
    return (own or name).replace("_", " ")


def _written(path: Path) -> dict[tuple[str, str], Known]:
    try:
        questions: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["questions"]
        hints: dict[tuple[str, str], dict[str, None]] = {}
        for question in questions:
            for row in question.get("mistakes", ()):
                name = str(row.get("source") or row["when"])  # as written/expressions.py names it
                hints.setdefault((str(question["number"]), name), {})[str(row["hint"])] = None
        return {place: Known("", tuple(own), place[1]) for place, own in hints.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
