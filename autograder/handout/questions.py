"""questions.toml -> what students may know of it: what the template shows, and the names that formulas are read with.

A name that stands for an expression, or a density with known moments, would give solutions away: here it is a number,
or a density, and no more. Which operators the last formula may have is a hint as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.written.questions import read_table

_PUBLIC = (
    "id", "number", "title", "points", "kind", "ask", "uses", "size", "default", "called", "dropped", "several",
)  # fmt: skip
_NAME = re.compile(r"\w+\*?")
_CALL = re.compile(r"\w+\([\w,| ]*\)")


def without_solutions(path: Path) -> str:
    """The questions without their solutions, as JSON."""
    table = read_table(path)
    content = {
        "questions": [_question(question) for question in table.get("questions", [])],
        "shared": {name: _names(names) for name, names in table.get("shared", {}).items()},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: question[key] for key in _PUBLIC if key in question}
    kept, defined = _aliases(question.get("alias", {}))
    found["names"] = {**defined, **_names(question.get("names", {}))}
    found["alias"] = kept
    for key in ("options", "reasons"):
        if key in question:
            found[key] = [{"key": row["key"], "text": row["text"]} for row in question[key]]
    if "pairs" in question:
        found["pairs"] = [{"key": row["key"], "text": row["text"], "expect": ""} for row in question["pairs"]]
    return found


def _names(names: Mapping[str, str]) -> dict[str, str]:
    return {name: _opaque(name, domain) for name, domain in names.items()}


def _opaque(name: str, domain: str) -> str:
    """What kind of thing a name is, without what it is equal to."""
    if "(" not in name:
        return "real" if domain.startswith("=") else domain
    if domain.startswith("="):
        return "function real"
    return "density" if domain.startswith(("normal(", "image(")) else domain


def _aliases(aliases: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Other spellings of a name, which stay; and names of expressions, which become numbers."""
    kept, defined = {}, {}
    for alias, meaning in aliases.items():
        if _NAME.fullmatch(meaning) or _CALL.fullmatch(meaning):
            kept[alias] = meaning
        elif _NAME.fullmatch(alias):
            defined[alias] = "real"
    return kept, defined
