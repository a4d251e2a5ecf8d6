"""The whole flow of a class, from what was handed in to its results. What is finished already is not graded again.

SUBMISSIONS -opened-> HandedIn -packed-> Order -slots-> Graded -kept-> RESULTS -added up-> tables, class report
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from autograder.assignment import Assignment
from autograder.errors import GraderError
from autograder.regrade.crew import Crew, Hope
from autograder.regrade.fingerprint import fingerprint, key
from autograder.regrade.grades import Row
from autograder.regrade.handed_in import HandedIn
from autograder.regrade.order import RECORD, Graded, Order, Task
from autograder.regrade.packed import packed
from autograder.regrade.progress import Display, Tally
from autograder.regrade.results import Results
from autograder.report.record import read

if TYPE_CHECKING:
    from autograder.regrade.cluster import Cluster


@dataclass(frozen=True)
class Class:
    """What is to be graded, and how: the submissions of an assignment, by slots here or by a cluster's."""

    assignment: Assignment
    submissions: tuple[HandedIn, ...]
    task: Task
    workers: int
    scheduler: str | None = None
    again: bool = False  # what is finished too


@dataclass
class Run:
    """One run over a class."""

    wanted: Class
    results: Results
    tally: Tally
    display: Display
    failures: dict[str, str] = field(default_factory=dict)  # why a submission was not graded, by its name
    keys: dict[str, str] = field(default_factory=dict)

    def grade(self) -> None:
        """Grade what is not finished, and keep every result at once. Raises GraderError."""
        with ExitStack() as stack:
            log = stack.enter_context(self.results.log())
            graders = _graders(self.wanted, log, self.display.tell)
            stack.enter_context(graders)
            for graded in graders.grade(self._orders(graders.hope)):
                self._keep(graded)

    def rows(self) -> list[Row]:
        """What has become of every submission, in order."""
        return [self._row(handed_in) for handed_in in self.wanted.submissions]

    def _orders(self, hope: Hope) -> Iterator[Order]:
        """What is still to be graded."""
        grader = fingerprint(self.wanted.assignment, self.wanted.task)
        for handed_in in self.wanted.submissions:
            name = handed_in.name
            try:
                files = packed(handed_in)
            except GraderError as error:
                self._fail(name, str(error))
                continue
            self.keys[name] = key(grader, files, handed_in.metadata)
            finished = self.results.finished(name, self.keys[name])
            if finished and not finished.errors and not self.wanted.again:
                self.tally.before += 1
                hope.graded += 1  # by an earlier run: the grader works
                self.display.changed()
            else:
                yield Order(name, self.keys[name], files.data, files.refusal, handed_in.metadata)

    def _keep(self, graded: Graded) -> None:
        if graded.failure:
            self._fail(graded.name, graded.failure)
            return
        self.results.keep(graded)
        self.tally.graded += 1
        self.tally.faults += bool(graded.errors)
        self.display.changed()

    def _fail(self, name: str, why: str) -> None:
        self.failures[name] = why
        self.tally.not_graded += 1
        self.display.changed()

    def _row(self, handed_in: HandedIn) -> Row:
        name = handed_in.name
        if name in self.failures:
            return Row(handed_in, failure=self.failures[name])
        finished = self.results.finished(name, self.keys[name])
        return Row(handed_in, read(self.results.of(name) / RECORD), finished)


def _graders(wanted: Class, log: IO[Any], say: Callable[[str], None]) -> Crew | Cluster:
    if wanted.scheduler is None:
        return Crew(wanted.assignment, wanted.task, wanted.workers, log)
    from autograder.regrade.cluster import Cluster  # an extra: only who has a cluster needs it

    return Cluster(wanted.scheduler, wanted.assignment, wanted.task, say)
