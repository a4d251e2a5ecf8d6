"""What a result depends on besides the submission: engine, assignment, reference, and the versions of what they use."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.bundle_files import grading_files
from autograder.isolation import switched_off
from autograder.regrade.order import Task
from autograder.regrade.packed import Packed

_PACKAGES = ("torch", "numpy", "sympy", "mpmath", "markdown-it-py", "gradescope-utils", "pytest")
_WITHOUT_EFFECT = ("require_isolation",)  # on results: it keeps a run from beginning
_OF_PAGES = ("matplotlib", "jinja2")


def versions(task: Task) -> dict[str, str]:
    """The versions of Python and of the packages that results depend on. Of one that is not there: "none"."""
    found = {"python": platform.python_version()}
    for name in (*_PACKAGES, *(_OF_PAGES if task.html else ())):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "none"
    return found


def fingerprint(assignment: Assignment, task: Task) -> str:
    """Changes with every file that grading reads, with the versions of packages, and with how is graded."""
    files = {name: _digest(file) for name, file in grading_files(assignment).items()}
    wishes = {name: wish for name, wish in asdict(task).items() if name not in _WITHOUT_EFFECT}
    packages = sorted(
        {f"{one.name} {one.version}" for one in importlib.metadata.distributions()}
    )  # students may import
    return _of([files, platform.python_version(), packages, wishes, switched_off()])


def key(grader: str, submission: Packed, metadata: Mapping[str, Any] | None) -> str:
    """What the result of one submission depends on: a result with this key need not be made again."""
    return _of([grader, submission.digest, metadata])


def _digest(file: Path | bytes) -> str:
    return hashlib.sha256(file if isinstance(file, bytes) else file.read_bytes()).hexdigest()


def _of(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
