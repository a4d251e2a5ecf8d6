"""Loads the secret modules of an assignment into the grader: its reference, its mistakes, its recipes."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

from autograder.assignment import Assignment
from autograder.diagnosis import Mistake, mistakes_in
from autograder.errors import AssignmentError


def load_reference(assignment: Assignment) -> ModuleType:
    """The module that an assignment names as its reference."""
    root = str(assignment.folder.resolve().parents[1])
    if root not in sys.path:
        sys.path.append(root)
    try:
        return importlib.import_module(assignment.reference)
    except ImportError as error:
        place = assignment.folder / "assignment.toml"
        raise AssignmentError(
            f"{place}: reference is {assignment.reference!r}, which cannot be imported: {error}"
        ) from error


def load_mistakes(assignment: Assignment) -> dict[str, tuple[Mistake, ...]]:
    """The known mistakes of an assignment, by the name of the function they stand for, in their order."""
    return mistakes_in(load_beside(assignment, "mistakes"))


def all_mistakes(assignment: Assignment) -> list[Mistake]:
    """The known mistakes of an assignment, whatever they stand for, in their order."""
    return [known for group in load_mistakes(assignment).values() for known in group]


def load_beside(assignment: Assignment, stem: str) -> ModuleType | None:
    """The module `stem`.py in the assignment's folder, or None if there is none."""
    path = assignment.folder / f"{stem}.py"
    if not path.is_file():
        return None
    name = f"assignments.{assignment.name}.{stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise AssignmentError(f"{path}: cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 - whatever a module of staff's raises, the file is named
        raise AssignmentError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
    return module
