"""A stand-in for the student: the reference, with known mistakes in it.

The stand-in works on a copy of the reference's modules, so that the reference itself stays right. A mistake takes the
place of the right function in every module of the copy: what is built on the function shows the mistake too, as it
would in a submission.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, ModuleType
from typing import Any

from autograder.assignment import Assignment
from autograder.diagnosis import Mistake
from autograder.errors import AssignmentError
from autograder.loading import load_reference
from autograder.student import InProcess


class StandIn:
    """A copy of an assignment's reference that can be given mistakes."""

    def __init__(self, assignment: Assignment) -> None:
        load_reference(assignment)
        self._assignment = assignment
        self._modules = _copies(assignment.reference)
        self._top = self._modules[assignment.reference]

    @contextmanager
    def with_mistakes(self, mistakes: Sequence[Mistake]) -> Iterator[_Watched]:
        """The copy while it has these mistakes; it remembers which of its names were asked for."""
        replaced: list[tuple[ModuleType, str, Any]] = []
        try:
            for known in mistakes:
                right = getattr(self._top, known.of, None)
                if right is None:
                    raise AssignmentError(
                        f"{self._assignment.folder / 'mistakes.py'}: {known.name} is a mistake in {known.of!r}, "
                        f"which {self._assignment.reference} does not have"
                    )
                for module in self._modules.values():
                    for name in [name for name, value in vars(module).items() if value is right]:
                        replaced.append((module, name, right))
                        setattr(module, name, known.function)
            yield _Watched(self._top)
        finally:
            for module, name, right in reversed(replaced):
                setattr(module, name, right)

    def owners(self, names: Iterable[str]) -> dict[CodeType, list[str]]:
        """Which of these names each piece of code belongs to: a function's own, or those of a class's methods."""
        found: dict[CodeType, list[str]] = {}
        for name in names:
            value = getattr(self._top, name, None)
            parts = vars(value).values() if isinstance(value, type) else [value]
            for part in parts:
                code = getattr(inspect.unwrap(part), "__code__", None) if callable(part) else None
                if code is not None:
                    found.setdefault(code, []).append(name)
        return found


class _Watched(InProcess):
    """A module of our own in the student's place, and the names that were asked for."""

    def __init__(self, module: ModuleType) -> None:
        self.touched: set[str] = set()
        super().__init__(_Door(module, self.touched))  # type: ignore[arg-type]


class _Door:
    """A module that notes which of its names are asked for, by a check or by a recipe."""

    def __init__(self, module: ModuleType, touched: set[str]) -> None:
        self._module, self._touched = module, touched

    def __getattr__(self, name: str) -> Any:
        self._touched.add(name)
        return getattr(self._module, name)


def _copies(name: str) -> dict[str, ModuleType]:
    """A second import of a module and of everything in its package, beside the first."""
    package = name.split(".")[0]

    def loaded() -> dict[str, ModuleType]:
        return {key: module for key, module in sys.modules.items() if key.split(".")[0] == package}

    first = loaded()
    for key in first:
        del sys.modules[key]
    try:
        importlib.import_module(name)
        return loaded()
    finally:
        for key in loaded():
            del sys.modules[key]
        sys.modules.update(first)
