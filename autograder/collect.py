"""One run of an assignment's checks -> Verdicts. pytest runs them; collection.py finds them.

A check is a pytest function; gradescope-utils' decorators say what it is worth, ours (`requires`, `timeout`) what it
needs. Whatever happens, every check has exactly one verdict: an error in a fixture, a skip, a failing subtest or a
crash of the student's code never loses one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from autograder import calibration, declarations, grading, messages
from autograder.assignment import Assignment
from autograder.attribution import Attribution
from autograder.closer_look import MOST_S, look_closer
from autograder.collection import Collection, run_pytest
from autograder.compare import inputs
from autograder.compare.smallest import examples
from autograder.compare.training import Judge, Trains
from autograder.errors import AssignmentError, CheckFailed, GraderError
from autograder.host import Host, Transcript
from autograder.importing import import_verdict
from autograder.knowledge import knowledge_of
from autograder.listeners import Listener
from autograder.loading import load_beside, load_mistakes
from autograder.model import Check, Verdict
from autograder.replay import Call
from autograder.showing import Show
from autograder.student import Student, origin_of
from autograder.verdicts import Run, Settled, verdict_of

if TYPE_CHECKING:
    from autograder.written.sheet import Answers


def run_checks(
    assignment: Assignment,
    host: Host,
    *,
    only: Sequence[str] = (),
    listener: Listener,
    deadline_s: float | None = None,
    observer: Callable[[Check, Call], None] | None = None,
    written: Answers | None = None,
) -> tuple[Verdict, ...]:
    """Collect an assignment's checks and run them. Raises AssignmentError or UsageError before the first of them runs.

    `written` are the student's answers to the written questions; without them only the code is graded.
    `only` are numbers of checks to run, with what they require. `deadline_s` is the monotonic time by which the run
    must end: checks that would not fit before it get an ERROR verdict. `observer` is told how every check was called.
    """
    plugin = Plugin(assignment, host, only, listener, deadline_s, observer, written)
    with inputs.varied(host.inputs_salt):
        run_pytest(assignment, plugin)
    if not plugin.verdicts:
        raise AssignmentError(f"{assignment.checks_file}: pytest ran none of its checks")
    return tuple(plugin.verdicts.values())


class Plugin(Collection):
    """Runs the checks on one submission, and comes to a verdict for each of them."""

    def __init__(
        self,
        assignment: Assignment,
        host: Host,
        only: Sequence[str],
        listener: Listener,
        deadline_s: float | None,
        observer: Callable[[Check, Call], None] | None,
        written: Answers | None,
    ) -> None:
        super().__init__(assignment)
        self.observer, self.written = observer, written
        self.host = host
        self.only = only
        self.listener = listener
        self.deadline_s = deadline_s
        self.verdicts: dict[str, Verdict] = {}
        self._runs: dict[str, Run] = {}
        self._started_s = time.monotonic()
        self._checks: dict[str, Check] = {}  # by pytest's node id
        self._knowledge = knowledge_of(assignment)
        self._attribution = Attribution(self._knowledge, host)

    # ------------------------------------------------------------------------------------- collection

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        try:
            self._plan(items)
        except GraderError as error:
            self.problem = self.problem or error
        if self.problem is not None:
            items.clear()
            return
        for module in {item.module for item in items if isinstance(item, pytest.Function)}:
            self.host.publish(module)

    def _plan(self, items: list[pytest.Item]) -> None:
        later, questions, described = self.declared(items, self._knowledge.later)
        chosen = grading.select([*later, *(questions if self.written else []), *described], self.only)
        by_item = [(check, item) for check, item in zip(described, items, strict=True) if check in chosen]
        items[:] = [item for _, item in sorted(by_item, key=lambda pair: grading.comes_late(pair[0], described))]
        self._checks = {item.nodeid: check for check, item in by_item}
        importing = grading.import_check(self.assignment.module_file, self.assignment.limits.import_timeout_s)
        asked = [check for check in questions if check in chosen]
        later = [check for check in later if check in chosen]
        self.listener.planned([*later, *asked, *([importing] if by_item else []), *(check for check, _ in by_item)])
        for check in later:
            self._reach(grading.later(check))
        if self.written is not None:
            for check in asked:
                self.listener.begins(check)
                self._reach(self.written.verdict(check))
        if by_item:
            self._import(importing)

    def _import(self, check: Check) -> None:
        """The first verdict: does the student's module import at all?"""
        self.listener.begins(check)
        self._reach(import_verdict(self.host, check))

    # ------------------------------------------------------------------------------------- running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        check = self._checks[item.nodeid]
        self._runs[item.nodeid] = self._run_of(check)
        if by := grading.blocker(check, self.verdicts):
            raise Settled(grading.blocked(check, by))
        if any(waits.id == check.id for waits in self._knowledge.later):
            raise Settled(grading.later(check))
        self._knowledge.begin(check)
        if self.deadline_s is not None and self._ends_within(check.timeout_s + self.assignment.limits.import_timeout_s):
            raise Settled(grading.late(check, self.host.spent_s, self.deadline_s - self._started_s))
        self.listener.begins(check)

    def _run_of(self, check: Check) -> Run:
        curves = calibration.curves(self.assignment).get(check.number) if self.host.exhibits else None
        show = Show(wanted=self.host.exhibits, curves=curves)
        return Run(check, show=show, seed=self.host.seed(check.id))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        run = self._runs[item.nodeid]
        if call.when == "call" and isinstance(item, pytest.Function):
            run.call = Call.of(item.obj, item.funcargs, self.host.seed(run.check.id), run.check.id)
        if call.excinfo is not None:
            if run.failure is None:
                run.failure = _failure(call)
                if (
                    call.when == "call"
                    and isinstance(run.failure, AssertionError)
                    and not self._ends_within(2 * MOST_S)
                ):
                    look_closer(run, run.failure)
                if isinstance(run.failure, pytest.FixtureLookupError):  # its own text is empty
                    run.notes.append(report.longreprtext)
            else:
                run.notes.append(messages.grading.LATER_FAILURE.format(phase=call.when, failure=call.excinfo.value))
        elif report.failed and run.failure is None:  # failing subtests: reported without an exception of the check's
            run.failure = AssertionError(report.longreprtext)
        run.notes += [
            f"{title}:\n{content}" for title, content in report.sections if call.when == "teardown" and content
        ]
        return report

    def _ends_within(self, seconds: float) -> bool:
        return self.deadline_s is not None and time.monotonic() + seconds > self.deadline_s

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        run = self._runs.pop(nodeid)
        self._attribution.settle(run)
        verdict = verdict_of(run)  # before the observer: its time is not the check's
        if self.observer is not None and run.call is not None:
            self.observer(run.check, run.call)
        self._reach(verdict)

    def _reach(self, verdict: Verdict) -> None:
        self.verdicts[verdict.check.id] = verdict
        self.listener.reached(verdict)

    # ------------------------------------------------------------------------------------- fixtures

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The student's module, in a fresh worker."""
        run = self._runs[request.node.nodeid]
        with self.host.student(run.check.id, run.check.timeout_s, run.transcript) as student:
            with examples(partial(self._origin_of, student) if self.host.exhibits else None):
                run.student = student
                yield student
                run.student = None

    def _origin_of(self, student: Student, function: object) -> tuple[str, str] | None:
        found = origin_of(student, function)
        is_module = self.host.workspace.recognised.notebook is None
        return found if found is None or is_module else ("", found[1])

    @pytest.fixture(scope="session")
    def new_student(self) -> Callable[..., Any]:
        """A context manager for fixtures of a wider scope, whose worker several checks share."""

        @contextmanager
        def open_student(purpose: str, timeout_s: float) -> Iterator[Student]:
            with self.host.student(purpose, timeout_s, Transcript()) as student:
                yield student

        return open_student

    @pytest.fixture(scope="session")
    def reference(self) -> Any:
        """The module that the checks compare with: same face as `student`."""
        return self._knowledge.reference

    @pytest.fixture(scope="session")
    def mistakes(self) -> dict[str, Any]:
        """The known mistakes of mistakes.py, by the name of the function they stand for."""
        return load_mistakes(self.assignment)

    @pytest.fixture(scope="session")
    def recipes(self) -> ModuleType | None:
        """The assignment's recipes.py: functions that may travel to the worker."""
        module = load_beside(self.assignment, "recipes")
        if module is not None:
            self.host.publish(module)
        return module

    @pytest.fixture
    def seed(self, request: pytest.FixtureRequest) -> int:
        """A seed for the inputs of this check: the same in every run."""
        return self.host.seed(self._runs[request.node.nodeid].check.id)

    @pytest.fixture
    def device(self) -> str:
        """Where trainings run: "cpu" or "cuda"."""
        return self.host.device

    @pytest.fixture
    def trains(self, request: pytest.FixtureRequest) -> Trains:
        """Judges the figures of short trainings, with fresh seeds where one falls short."""
        check = self._runs[request.node.nodeid].check
        band = calibration.bands(self.assignment).get(check.number, {})
        return Judge(self.host.seed(check.id), self.host.device, band)

    @pytest.fixture
    def show(self, request: pytest.FixtureRequest) -> Show:
        """Takes pictures for the report, where somebody asked for them."""
        return self._runs[request.node.nodeid].show

    @pytest.fixture
    def set_score(self, request: pytest.FixtureRequest) -> Callable[[float], None]:
        """For checks with partial credit: sets the points."""
        run = self._runs[request.node.nodeid]

        def setter(score: float) -> None:
            if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= run.check.max_score:
                raise AssignmentError(f"set_score({score!r}): should be a number from 0 to {run.check.max_score:g}")
            run.score = float(score)

        return setter

    @pytest.fixture
    def set_leaderboard_value(self, request: pytest.FixtureRequest) -> Callable[[float | str], None]:
        """For checks with a leaderboard column: sets its value."""
        run = self._runs[request.node.nodeid]

        def setter(value: float | str) -> None:
            run.leaderboard_value = declarations.leaderboard_value(value)

        return setter


def _failure(call: pytest.CallInfo[None]) -> BaseException:
    error = call.excinfo.value if call.excinfo else None
    # Not its subclass, which is xfail's; and elsewhere than in the call pytest itself reports with it.
    if call.when == "call" and type(error) is pytest.fail.Exception:
        failure = CheckFailed(str(error))
        failure.__cause__ = error
        return failure
    assert error is not None
    return error
