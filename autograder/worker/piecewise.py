"""Runs a file statement by statement: what fails is said and skipped, so that it costs only what needs it.

For what was taken out of a notebook, where cells run in any order, and a definition may lean on what was left out.
"""

from __future__ import annotations
import __future__

import ast
from typing import Any

_NAME_CHARS = 200


def run(source: str, filename: str, namespace: dict[str, Any]) -> list[str]:
    """Run every statement in a namespace; what failed, in words. Raises SyntaxError if the whole is no Python."""
    body = ast.parse(source, filename).body
    future = [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    flags = 0
    for name in (alias.name for node in future for alias in node.names):
        flags |= getattr(__future__, name).compiler_flag if name in __future__.all_feature_names else 0
    failed: list[str] = []
    for node in (node for node in body if node not in future):
        try:
            code = compile(ast.Module([node], []), filename, "exec", flags=flags, dont_inherit=True)
            exec(code, namespace)  # noqa: S102 - in the worker, which is there for that
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the rest goes on
            failed.append(f"line {node.lineno}: {type(error).__name__}: {str(error)[:_NAME_CHARS]}")
    return failed
