"""The homework's checks as plain functions, for every runner without a wall."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from benchmarks.plain_views import Model, load


@dataclass(frozen=True)
class Homework:
    """Checks by name, in order, and what they compare with."""

    checks: dict[str, Callable[..., object]]
    reference: Model

    def call(self, name: str, module: object) -> None:
        """Call a check on a submission's module. It raises if it fails."""
        check, views = self.checks[name], {"student": Model(module), "reference": self.reference}
        check(**{parameter: views[parameter] for parameter in inspect.signature(check).parameters})


@lru_cache(maxsize=1)
def loaded(folder: str) -> Homework:
    """A homework's checks and reference, imported once in a process."""
    found = vars(load(Path(folder, "checks.py")))
    checks = {name: check for name, check in found.items() if _is_check(name)}
    return Homework(checks, Model(load(Path(folder, "reference.py"))))


def names(folder: Path) -> list[str]:
    """The names of a homework's checks, in order. They are read, not imported, so torch is not needed."""
    tree = ast.parse((folder / "checks.py").read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and _is_check(node.name)]


def submitted(folder: str) -> object:
    """A submission's module, imported here and now."""
    return load(Path(folder, "submission.py"))


def _is_check(name: str) -> bool:
    return name.startswith("test_")
