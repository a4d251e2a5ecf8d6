"""Checks as an ordinary pytest shows them: every check is a test, and what it came to is the test's outcome.

PASSED passes; FAILED fails, with what the student reads; BLOCKED and MANUAL are skipped, with the reason; ERROR, a
fault of ours, is pytest's error. Number, points and part are properties of the test, which --junitxml writes.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from _pytest.runner import runtestprotocol

from autograder import grading, messages
from autograder.assignment import Assignment, load_assignment
from autograder.collect import Plugin
from autograder.collection import Collection
from autograder.host import Host
from autograder.listeners import Silent
from autograder.model import Check, Report, Status, Verdict
from autograder.report.text import clean, points
from autograder.written.questions import load_questions
from autograder.written.sheet import Answers

_Phase = Literal["setup", "call", "teardown"]
_Outcome = Literal["passed", "failed", "skipped"]


class Row(pytest.Item):
    """A check that is no function: the import of the student's module, or a written question."""

    def __init__(self, *, check: Check, **options: Any) -> None:
        super().__init__(**options)
        self.check = check

    def runtest(self) -> None:
        """Nothing: its verdict comes from elsewhere."""

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands, and what reports call it."""
        return self.path, None, self.check.label


class ChecksFile(pytest.Module):
    """A checks.py, with the import of the module and the written questions in front of its functions."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Everything that is graded."""
        assignment = load_assignment(self.path.parent)
        importing = grading.import_check(assignment.module_file, assignment.limits.import_timeout_s)
        for check in [importing, *(question.check for question in load_questions(assignment))]:
            yield Row.from_parent(self, name=check.id, check=check)
        yield from super().collect()


class Rows:
    """The plugin that collects; alone where nothing is graded, as with --collect-only."""

    pytest_configure = Collection.pytest_configure
    pytest_pycollect_makeitem = Collection.pytest_pycollect_makeitem

    def pytest_pycollect_makemodule(self, module_path: Path, parent: Any) -> pytest.Module | None:
        if module_path.name == "checks.py" and (module_path.parent / "assignment.toml").is_file():
            return ChecksFile.from_parent(parent, path=module_path)
        return None


class Graded(Plugin):
    """The plugin that grades: the grader's own, whose verdicts become pytest's reports."""

    def __init__(
        self, assignment: Assignment, host: Host, written: Answers | None, *, header: str, staff: bool
    ) -> None:
        super().__init__(assignment, host, (), Silent(), None, None, written)
        self._header, self._staff = header, staff
        self._shown: dict[str, Verdict] = {}  # by pytest's node id
        self._questions: dict[str, Check] = {}

    # ------------------------------------------------------------------------------------- collection

    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        if self.problem is not None:  # checks.py cannot be imported: pytest itself says so
            return
        super().pytest_collection_modifyitems(session, items)
        if self.problem is not None:
            raise pytest.UsageError(str(self.problem))

    def _plan(self, items: list[pytest.Item]) -> None:
        rows = [item for item in items if isinstance(item, Row)]
        functions = [item for item in items if not isinstance(item, Row)]
        session = items[0].session if items else None
        chosen = session is not None and any("::" in argument for argument in session.config.args)
        every = list(_functions(items[0].getparent(ChecksFile))) if chosen else functions
        _, questions, described = self.declared(every, self._knowledge.later)
        self._questions = {check.id: check for check in questions}
        by_node = {item.nodeid: check for item, check in zip(every, described, strict=True)}
        functions.sort(key=lambda item: grading.comes_late(by_node[item.nodeid], described))
        self._checks = {item.nodeid: by_node[item.nodeid] for item in functions}
        items[:] = [*rows, *functions]
        for item in items:  # so that -k 4.1 finds it
            item.extra_keyword_matches.add(self._check(item).number)

    def _check(self, item: pytest.Item) -> Check:
        if isinstance(item, Row):  # a policy may have made another of a question's
            return self._questions.get(item.check.id, item.check)
        return self._checks[item.nodeid]

    # ------------------------------------------------------------------------------------- running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        if any(not isinstance(item, Row) or item.check.id == grading.IMPORT_CHECK_ID for item in session.items):
            self._import(grading.import_check(self.assignment.module_file, self.assignment.limits.import_timeout_s))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        with warnings.catch_warnings():  # what a project does about warnings is no matter of a check's
            warnings.resetwarnings()
            warnings.simplefilter("ignore", pytest.PytestRemovedIn10Warning)  # of the fixtures in collect.py
            verdict = self._verdict(item, nextitem)
        self._shown[item.nodeid] = verdict
        for report in self._reports(item, verdict):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _verdict(self, item: pytest.Item, nextitem: pytest.Item | None) -> Verdict:
        if not isinstance(item, Row):
            runtestprotocol(item, log=False, nextitem=nextitem)  # a failure may yet be taken back
            super().pytest_runtest_logfinish(item.nodeid)
        elif item.check.id not in self.verdicts and self.written is not None:
            self._reach(self.written.verdict(self._check(item)))
        return self.verdicts[self._check(item).id]

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Nothing is left to do: the verdict was reached before it was reported."""

    def _reports(self, item: pytest.Item, verdict: Verdict) -> Iterator[pytest.TestReport]:
        text = clean(verdict.student_output).strip() or messages.grading.PROPERTY.format(name=verdict.check.name)
        properties = _properties(verdict)
        if verdict.status in (Status.PASSED, Status.FAILED):
            yield _phase(item, "setup", "passed", properties)
            report = _phase(item, "call", "passed" if verdict.status is Status.PASSED else "failed", properties)
            report.longrepr = text if report.failed else None
            report.duration = verdict.wall_s
        elif verdict.status is Status.ERROR:
            report = _phase(item, "setup", "failed", properties)
            report.longrepr = f"{text}\n\n{clean(verdict.staff_output)}"
        else:
            report = _phase(item, "setup", "skipped", properties)
            reason = messages.reports.A_PERSON_DECIDES.format(text=text) if verdict.status is Status.MANUAL else text
            report.longrepr = str(item.path), 0, messages.reports.SKIPPED_BECAUSE.format(reason=reason)
        if self._staff and verdict.status is Status.FAILED and verdict.staff_output:
            report.sections.append((messages.reports.FOR_STAFF, clean(verdict.staff_output)))
        yield report
        yield _phase(item, "teardown", "passed", properties)

    # ------------------------------------------------------------------------------------- the report

    def pytest_report_header(self) -> list[str]:
        return [
            messages.reports.ASSIGNMENT.format(name=self.assignment.name, title=self.assignment.title),
            *self._header.splitlines(),
        ]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._shown:
            return
        terminalreporter.section("points")
        everything = self._report(self._shown.values())
        for part in everything.parts:
            graded = self._report(v for v in self._shown.values() if v.check.part == part.number)
            if graded.verdicts:
                terminalreporter.write_line(
                    messages.reports.PART_SCORE.format(number=part.number, title=part.title, score=_score(graded))
                )
        by_hand = messages.reports.AND_BY_HAND.format(points=points(everything.by_hand)) if everything.by_hand else ""
        terminalreporter.write_line(messages.reports.TOTAL.format(score=_score(everything), by_hand=by_hand))
        for note in everything.notes:
            terminalreporter.write_line(clean(note))

    def _report(self, verdicts: Iterable[Verdict]) -> Report:
        notes = (*self.host.workspace.recognised.notes, *(self.written.notes if self.written else ()))
        about = self.assignment
        return Report(about.name, about.title, about.parts, tuple(verdicts), 0.0, notes=notes)


def _functions(collector: Any) -> Iterator[pytest.Item]:
    """The functions of a file, also those that the command line does not name: checks are numbered among all."""
    for node in collector.collect():
        if isinstance(node, pytest.Collector):
            yield from _functions(node)
        elif not isinstance(node, Row):
            yield node


def _phase(
    item: pytest.Item, phase: _Phase, outcome: _Outcome, properties: list[tuple[str, object]]
) -> pytest.TestReport:
    report = pytest.TestReport.from_item_and_call(item, pytest.CallInfo.from_call(lambda: None, when=phase))
    report.outcome, report.sections = outcome, []
    report.user_properties = [*report.user_properties, *properties]
    return report


def _properties(verdict: Verdict) -> list[tuple[str, object]]:
    check = verdict.check
    return [
        ("number", check.number),
        ("part", check.part),
        ("points", points(verdict.score)),
        ("max_points", points(check.max_score)),
        ("verdict", verdict.status.value),
    ]


def _score(report: Report) -> str:
    return f"{points(report.score)}/{points(report.max_score)}"
