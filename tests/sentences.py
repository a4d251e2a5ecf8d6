"""Finds in the engine's source where the catalogue of messages is used, and which sentences stand elsewhere."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

from autograder import messages

CATALOGUE = "autograder.messages"
# What a student or staff read of a submission goes through one of these.
SAYING = {
    *("Mismatch", "CheckFailed", "StudentCodeFailed", "MissingName", "NotRecorded", "Graded", "Verdict", "Adjustment"),
    *("Unreadable", "NoValue", "Reason", "Compared", "Problem", "Link", "unfinished", "later", "broken_report"),
    *("NotUnpacked", "NotANotebook", "TookTooMuch", "Recognised", "LeftOut", "Metadata"),
}
# Readers of these are staff who run a command, or programmers.
FOR_OTHERS = {
    *("GraderError", "AssignmentError", "UsageError", "WallError", "ValueError", "WireError"),
    *("compile", "split"),  # patterns, and lists of words
}


@dataclass(frozen=True)
class Use:
    """A place where a constant of the catalogue is used; the names it is given, or None where it is not filled in."""

    constant: str
    given: frozenset[str] | None


def constants() -> dict[str, str]:
    """The texts of the catalogue, by module and name."""
    names = [found.name for found in pkgutil.iter_modules(messages.__path__)]
    modules = {name: importlib.import_module(f"{CATALOGUE}.{name}") for name in names}
    return {f"{name}.{key}": text if isinstance(text, str) else "" for name, module in modules.items()
            for key, text in vars(module).items() if key.isupper()}  # fmt: skip


def used_in_template(source: str, module: str) -> set[str]:
    """The constants that a template uses, which is given one module of the catalogue by the name `messages`."""
    return {f"{module}.{name}" for name in re.findall(r"\bmessages\.([A-Z_]+)\b", source)}


def fields(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def known_as(tree: ast.Module) -> dict[str, str]:
    """What a file calls the catalogue, its modules and its constants: messages -> "", running -> "running"."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole == CATALOGUE or whole.startswith(f"{CATALOGUE}."):
                    found[alias.asname or alias.name] = whole.removeprefix(CATALOGUE).lstrip(".")
    return found


def named(node: ast.AST, names: dict[str, str]) -> str | None:
    """The constant "module.NAME" that an expression is, if it is one."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return None
    whole = ".".join([*filter(None, [names[node.id]]), *parts])
    return whole if whole.count(".") == 1 and whole.rpartition(".")[2].isupper() else None


def filled(node: ast.AST) -> frozenset[str] | None:
    """The names that a call of `format` is given; None if it is no such call."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        if not node.args and all(keyword.arg for keyword in node.keywords):
            return frozenset(str(keyword.arg) for keyword in node.keywords)
    return None


def uses(tree: ast.Module) -> Iterator[Use]:
    """Every use of the catalogue in a file."""
    names, direct = known_as(tree), set()
    for node in ast.walk(tree):
        given = filled(node)
        if given is not None and (constant := named(node.func.value, names)):  # type: ignore[attr-defined]
            direct.add(node.func.value)  # type: ignore[attr-defined]
            yield Use(constant, given)
    for node in ast.walk(tree):
        if node not in direct and (constant := named(node, names)):
            yield Use(constant, None)


def filled_later(tree: ast.Module) -> list[frozenset[str]]:
    """What a file gives to texts that it has chosen before: words.format(name=name)."""
    calls = [node for node in ast.walk(tree) if filled(node) is not None]
    return [filled(call) or frozenset() for call in calls if isinstance(call.func.value, ast.Name)]  # type: ignore[attr-defined]


def wrong_uses(tree: ast.Module, texts: dict[str, str]) -> list[str]:
    """The uses that do not fit the text of their constant."""
    found = list(uses(tree))
    chosen = [fields(texts[use.constant]) for use in found if use.given is None and fields(texts.get(use.constant, ""))]
    later = filled_later(tree)
    wrong = [use.constant for use in found if use.constant not in texts]
    for use in (use for use in found if use.constant in texts):
        room = fields(texts[use.constant])
        if use.given is None and room and not any(room <= given for given in later):
            wrong.append(use.constant)
        if use.given is not None and use.given != room:
            wrong.append(use.constant)
    for given in later if chosen else ():
        fitting = [room for room in chosen if room <= given]
        if fitting and given != frozenset().union(*fitting):
            wrong.append(f"format({', '.join(sorted(given))})")
    return wrong


# --------------------------------------------------------------------------------------------------- sentences


def sentence(node: ast.AST) -> str | None:
    """The text of a literal if it has a word of its own beside another word or a value."""
    if isinstance(node, ast.JoinedStr):
        pieces = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        pieces = [node.value]
    else:
        return None
    text = "".join(map(str, pieces)).replace("Hint:", "")  # the grammar's, not a wording
    words = re.findall(r"(?<![\w.\\/<-])[^\W\d_]{2,}(?![\w/(=.-]*[(=])|[{][}]", text)
    spaced = re.search(r"[\w)\]},;:.…] +[\w(\[{]", text)
    return text if spaced and len(words) > 1 and any(word != "{}" for word in words) else None


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literals(node: ast.AST) -> Iterator[str]:
    """The sentences in an expression, f-strings as a whole."""
    if text := sentence(node):
        yield text
    elif not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from literals(child)


def said_itself(tree: ast.Module) -> list[str]:
    """The sentences that a file passes on to readers."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) in SAYING]
    return [text for call in calls for part in (*call.args, *call.keywords) for text in literals(part)]


def written_anywhere(tree: ast.AST) -> Iterator[str]:
    """The sentences that stand in a file, but for docstrings and what is for others."""
    for node in ast.iter_child_nodes(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or (isinstance(node, ast.Call) and called(node) in FOR_OTHERS):
            continue
        if text := sentence(node):
            yield text
        elif not isinstance(node, ast.JoinedStr):
            yield from written_anywhere(node)
