"""The whole flow, from what was handed in to a report. Data goes one way:

    submission -stage-> Workspace -worker-> values -check-> Verdict -add up-> Report

`grade` imports torch and forks the nursery first, and only then loads checks and reference: see worker/nursery.py.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder import devices, grading, messages
from autograder.assignment import Assignment
from autograder.isolation import isolation_of, switched_off
from autograder.metadata import Metadata, read_metadata
from autograder.model import Check, Part, Report, Verdict
from autograder.policies.adjusted import adjusted
from autograder.policies.given_back import over_the_limit
from autograder.submission import stage
from autograder.worker import confine, starting
from autograder.written.questions import has_questions

if TYPE_CHECKING:
    from autograder.listeners import Listener
    from autograder.worker.nursery import Nursery
    from autograder.workspace import Workspace
    from autograder.written.sheet import Answers


@dataclass
class Progress:
    """What is known so far; tells `changed` after every verdict, so that a valid report exists at any time.

    `listeners` hear of checks and verdicts too.
    """

    assignment: Assignment
    changed: Callable[[Report, Verdict | None, int], None]
    started_s: float = field(default_factory=time.monotonic)
    checks: list[Check] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    _waiting: dict[str, Verdict] = field(default_factory=dict, init=False)  # those of checks that were not reached yet
    isolation: str = ""
    workspace: Workspace | None = None
    notes: tuple[str, ...] = ()
    metadata: Metadata | None = None
    submission: str = ""  # the name of what was handed in
    place: str = ""  # as the command line said it
    given_back: Report | None = None  # of an earlier submission, instead of this one's
    listeners: tuple[Listener, ...] = ()

    def planned(self, checks: Sequence[Check]) -> None:
        """The checks of this run are known."""
        self.checks = list(checks)
        self._waiting = {check.id: grading.unfinished(check, messages.grading.NOT_REACHED) for check in checks}
        self.changed(self.report(), None, len(self.checks))
        for listener in self.listeners:
            listener.planned(checks)

    def begins(self, check: Check) -> None:
        """A check begins."""
        for listener in self.listeners:
            listener.begins(check)

    def reached(self, verdict: Verdict) -> None:
        """A verdict was reached."""
        self.verdicts[verdict.check.id] = verdict
        self.changed(self.report(), verdict, len(self.checks))
        for listener in self.listeners:
            listener.reached(verdict)

    def report(self, why: str | None = None) -> Report:
        """The report so far: checks without a verdict are unfinished because of `why`, or were not reached yet."""
        wall_s = time.monotonic() - self.started_s
        if self.given_back is not None:
            return replace(self.given_back, wall_s=wall_s)
        checks = self.checks or [_placeholder(part) for part in self.assignment.parts]
        report = Report(
            assignment=self.assignment.name,
            title=self.assignment.title,
            parts=self.assignment.parts,
            verdicts=tuple(self.verdicts.get(check.id) or self._unfinished(check, why) for check in checks),
            wall_s=wall_s,
            isolation=self.isolation,
            notes=(*(self.workspace.recognised.notes if self.workspace else ()), *self.notes),
            submission=self.submission,
            place=self.place,
        )
        return adjusted(report, self.assignment.policies, self.metadata)

    def _unfinished(self, check: Check, why: str | None) -> Verdict:
        if why is None and check.id in self._waiting:
            return self._waiting[check.id]
        return grading.unfinished(check, why or messages.grading.NOT_REACHED)


def broken_report(why: str) -> Report:
    """A report for when not even the assignment can be read: one verdict, ours."""
    check = Check("autograder", messages.grading.SET_UP, "0", 0.0, timeout_s=1.0)
    verdict = grading.unfinished(check, why)
    notes = (messages.grading.NOTHING_GRADED,)
    return Report("", "Autograder", (), (verdict,), 0.0, notes=notes)


def _placeholder(part: Part) -> Check:
    return Check(f"part {part.number}", part.title, part.number, part.automatic, timeout_s=1.0)


def grade(
    assignment: Assignment,
    submission: Path,
    progress: Progress,
    *,
    only: Sequence[str] = (),
    deadline_s: float | None = None,
    device: str = "auto",
    require_isolation: bool = False,
    metadata: Path | None = None,
    exhibits: bool = False,
) -> Report:
    """Grade one submission. Raises GraderError for faults of ours; the student's become verdicts.

    With `require_isolation` nothing of the student's runs unless the layers that the assignment names hold.
    Trainings run on `device`: "cpu", "cuda", or "auto" for a GPU if there is one. `metadata` is the platform's file
    about the submission: some policies of the assignment depend on it. With `exhibits` the report has pictures and
    examples, which cost further calls of the student's code.
    """
    progress.submission, progress.place = submission.name, str(submission)
    with stage(submission, assignment) as workspace:
        with closing(start_nursery(assignment, leftovers=workspace.root)) as nursery:
            progress.isolation = isolation_of(nursery, assignment.isolation if require_isolation else ())
            wishes = Wishes(tuple(only), deadline_s, device, exhibits)
            return grade_staged(assignment, workspace, nursery, progress, wishes, metadata)


@dataclass(frozen=True)
class Wishes:
    """How a submission is to be graded: see `grade`. Without `figures` the report has none that no second run has."""

    only: tuple[str, ...] = ()
    deadline_s: float | None = None
    device: str = "auto"
    exhibits: bool = False
    figures: bool = True


def grade_staged(
    assignment: Assignment,
    workspace: Workspace,
    nursery: Nursery,
    progress: Progress,
    wishes: Wishes,
    metadata: Path | None = None,
) -> Report:
    """Grade a staged submission with a nursery that runs; it may have served other submissions before."""
    # From here on secrets may be loaded: the nursery, and so every worker, was forked without them.
    from autograder.collect import run_checks
    from autograder.host import Host

    progress.metadata = _metadata(assignment, metadata)
    progress.given_back = over_the_limit(progress.report(), assignment.policies, progress.metadata)
    if progress.given_back is not None:
        return progress.report()
    students = progress.metadata.students if progress.metadata else ()
    device, exhibits = devices.chosen(wishes.device), wishes.exhibits
    host = Host(
        nursery, workspace, assignment, device=device, students=students, exhibits=exhibits, figures=wishes.figures
    )
    written = _answers(assignment, workspace, exhibits)
    progress.workspace, progress.notes = workspace, written.notes if written else ()
    run_checks(assignment, host, only=wishes.only, listener=progress, deadline_s=wishes.deadline_s, written=written)
    return progress.report()


def _answers(assignment: Assignment, workspace: Workspace, exhibits: bool) -> Answers | None:
    """The answers to the written questions, if there are any: reading formulas takes a tenth of a second to import."""
    if not has_questions(assignment):
        return None
    from autograder.written.sheet import answers_to

    return answers_to(assignment, workspace, exhibits=exhibits)


def _metadata(assignment: Assignment, path: Path | None) -> Metadata | None:
    """What is known about the submission, if anything asks for it. After the fork: hidden checks' output is in it."""
    asked = assignment.policies.need_metadata or assignment.inputs == "student"
    return read_metadata(path) if asked and path is not None else None


def start_nursery(assignment: Assignment, leftovers: Path | None = None) -> Nursery:
    """Import torch, once, and fork the nursery, which removes the folder `leftovers` when it ends."""
    os.environ.update(starting.ONE_THREAD)
    gc.disable()  # nothing that torch's import makes is garbage
    from autograder.worker.nursery import Nursery

    gc.freeze()  # or the first collection would look through all of it
    gc.enable()
    confine.hide_memory()
    return Nursery.start(
        without=switched_off(),
        leftovers=str(leftovers) if leftovers else None,
    )
