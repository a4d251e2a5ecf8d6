"""Gives every check a student of its own: a fresh copy of the submission, a fresh worker, a view of it.

The host holds what all workers of one submission share: the nursery, the workspace, the limits and the seed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType

from autograder.assignment import Assignment
from autograder.errors import StudentCodeFailed
from autograder.session import Session
from autograder.student import Student
from autograder.worker import confine, parcel, serve
from autograder.worker.nursery import Nursery
from autograder.workspace import Workspace

_SPARE_CPU_S = 5


@dataclass
class Transcript:
    """What remains of a student when its worker is gone: what it printed, and what it used."""

    printed: str = ""
    max_rss_mib: int = 0


@dataclass
class Host:
    """Opens students for the checks of one submission."""

    nursery: Nursery
    workspace: Workspace
    assignment: Assignment
    public_modules: Sequence[str] = ()
    device: str = "cpu"  # of trainings: "cpu" or "cuda"
    salt: str = ""  # makes other seeds, and so other runs, of the same submission
    students: tuple[str, ...] = ()  # the ids of those who handed it in, if they are known
    exhibits: bool = False  # whether the report is to have pictures and examples
    figures: bool = True  # whether staff are told the memory that a failing check took: it varies from run to run
    spent_s: float = 0.0  # waited for the student's code so far, imports included

    @contextmanager
    def student(self, check_id: str, timeout_s: float, transcript: Transcript) -> Iterator[Student]:
        """A student in a fresh worker, for at most `timeout_s` of waiting. Raises StudentCodeFailed."""
        if self.workspace.problem is not None:
            raise StudentCodeFailed(self.workspace.problem)
        limits = replace(self.assignment.limits, timeout_s=timeout_s)
        module_file = self.assignment.module_file
        with self.workspace.home() as home:
            plan = confine.Plan(
                home=str(home.folder),
                temporary=str(home.temporary),
                user_id=home.user_id,
                memory_mib=limits.memory_mib,
                cpu_s=int(limits.timeout_s + limits.import_timeout_s) + _SPARE_CPU_S,
                gpu=self.device != "cpu",
            )
            task = serve.Task(plan, module_file, self.seed(check_id), self.workspace.recognised.cut is not None)
            place, why_left_out = self.workspace.place, self.workspace.why_left_out
            session = Session(self.nursery, task, limits, self.public_modules, place, why_left_out)
            try:
                with session:
                    yield Student(session, module_file.removesuffix(".py"))
            finally:
                try:
                    session.close()
                finally:  # also when the nursery is dead: what the code printed is known
                    self.spent_s += session.import_s + session.waited_s
                    transcript.printed = session.printed
                    transcript.max_rss_mib = session.max_rss_mib if self.figures else 0

    @property
    def inputs_salt(self) -> str:
        """What makes the inputs of checks this submission's or its students' own, if the assignment asks for that."""
        match self.assignment.inputs:
            case "submission":
                return self.workspace.digest
            case "student" if self.students:
                return json.dumps(["students", *sorted(self.students)])
            case _:  # everybody's: also where students are not known, as at home
                return ""

    def publish(self, module: ModuleType) -> None:
        """Let functions and classes of a module of ours travel to workers."""
        parcel.send_by_value(module)
        self.public_modules = (*self.public_modules, module.__name__)

    def seed(self, check_id: str) -> int:
        """The seed of a check: the same for every submission and every run, unless there is a salt."""
        digest = hashlib.sha256(f"{self.assignment.name}/{check_id}{self.salt}".encode()).digest()
        return int.from_bytes(digest[:6], "big")
