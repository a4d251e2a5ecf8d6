"""checks.py -> pytest's items -> the checks that they declare. Nothing of a student's is needed, and nothing runs."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest

from autograder import declarations, grading
from autograder.assignment import Assignment
from autograder.errors import AssignmentError, GraderError
from autograder.model import Check
from autograder.policies.fitted import fitted
from autograder.written.questions import load_questions

ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
os.environ.setdefault("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
os.environ.pop("PYTEST_ADDOPTS", None)  # meant for other runs; -x or -k would lose checks


# Plugins of pytest's own for whoever looks on or asks by an option. Those that have fixtures for a check stay, and
# "debugging", whose options unittest's checks are run by.
_NOT_NEEDED = (
    "cacheprovider", "faulthandler", "logging", "pastebin", "setuponly", "setupplan", "stepwise", "terminal",
)  # fmt: skip


class Collection:
    """A plugin of pytest's that finds an assignment's checks."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.problem: GraderError | None = None
        self.found: dict[str, Callable[..., Any]] = {}  # the function of every check, by its id

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("python_files", "checks.py")

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: Any) -> Any:
        # gradescope-utils' partial_credit and leaderboard wrap the function to pass set_score and
        # set_leaderboard_value; here these are fixtures, so that no score stays behind on a function object.
        if collector.funcnamefilter(name) and (inner := declarations.unwrap(obj)) is not obj:
            setattr(collector.obj, name, inner)
        return None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.problem is None:
            self.problem = AssignmentError(f"{self.assignment.checks_file}: cannot be imported:\n{report.longreprtext}")

    def declared(
        self, items: Sequence[pytest.Item], later: Sequence[Check] = ()
    ) -> tuple[list[Check], list[Check], list[Check]]:
        """Those `later` checks that have no item here, the checks of the written questions, and those of the items.

        Raises AssignmentError.
        """
        path = str(self.assignment.checks_file)
        if not items:
            raise AssignmentError(f"{path}: has no checks; a check is a function whose name begins with test_")
        ids = declarations.unique_ids([item.name for item in items])
        self.found = {name: _function(item) for name, item in zip(ids, items, strict=True)}
        described = declarations.checks(list(self.found.items()), self.assignment, path)
        questions = [question.check for question in load_questions(self.assignment)]
        elsewhere = [check for check in later if check.id not in self.found]
        grading.validate([*elsewhere, *questions, *described], self.assignment.parts, path)
        toml = str(self.assignment.folder / "assignment.toml")
        checks = fitted([*questions, *described], self.assignment.parts, self.assignment.policies, toml)
        return elsewhere, checks[: len(questions)], checks[len(questions) :]


class _Listing(Collection):
    """Ends pytest's run when the checks are known."""

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(assignment)
        self.checks: tuple[list[Check], list[Check]] = [], []

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        try:
            self.checks = self.declared(items)[1:] if self.problem is None else self.checks
        except GraderError as error:
            self.problem = error
        items.clear()


def listed(assignment: Assignment) -> tuple[list[Check], dict[str, Callable[..., Any]]]:
    """All checks of an assignment, the written questions first, and the functions of those that have one."""
    listing = _Listing(assignment)
    run_pytest(assignment, listing)
    questions, described = listing.checks
    return [*questions, *described], listing.found


def run_pytest(assignment: Assignment, plugin: Collection) -> None:
    """Run pytest on an assignment's checks, with this plugin and no others. Raises AssignmentError."""
    output = io.StringIO()
    options = ["--import-mode=importlib", *(f"-pno:{name}" for name in _NOT_NEEDED)]
    place = [f"--rootdir={assignment.folder}", f"--confcutdir={assignment.folder}", "-c", os.devnull, "--capture=sys"]
    bytecode = sys.dont_write_bytecode
    sys.modules.pop(assignment.checks_file.stem, None)  # pytest would take another assignment's for this one
    with redirect_stdout(output), redirect_stderr(output):
        status = pytest.main([*options, *place, str(assignment.checks_file)], plugins=[plugin])
    sys.dont_write_bytecode = bytecode
    if plugin.problem is not None:
        raise plugin.problem
    if status not in ENDED:
        raise AssignmentError(f"{assignment.checks_file}: pytest ended with {status!r}\n{output.getvalue()[-4000:]}")


def _function(item: pytest.Item) -> Any:
    return item.function if isinstance(item, pytest.Function) else item.obj  # type: ignore[attr-defined]
