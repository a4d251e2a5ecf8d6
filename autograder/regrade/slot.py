"""A slot from inside: a grader that grades one submission after another, with one nursery for all of them.

No submission sees another: each has a workspace of its own, and each check of it a worker that is forked from the
nursery, which knows nothing of any submission. What a worker starts is ended with it. See zygote.py.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from autograder.assignment import Assignment, load_assignment
from autograder.errors import AssignmentError, GraderError, IsolationMissing, UsageError
from autograder.isolation import isolation_of
from autograder.model import Report, Status, Verdict
from autograder.pipeline import Progress, Wishes, grade_staged, start_nursery
from autograder.regrade.held import SLOT, held
from autograder.regrade.order import PAGE, RECORD, RESULTS, Graded, Order, Task, receive_order, send_answer
from autograder.regrade.packed import unpack
from autograder.report.text import clean
from autograder.steady import without_addresses
from autograder.submission import stage
from autograder.users import Users
from autograder.worker import confine
from autograder.workspace import place_of

if TYPE_CHECKING:
    from autograder.worker.nursery import Nursery

# Where our own files and libraries lie, which tracebacks tell: other machines have them elsewhere.
_PLACES = [str(Path(place)) + os.sep for place in (Path(__file__).resolve().parents[2], sys.prefix, sys.base_prefix)]
_WHY_CHARS = 500


def serve(sock: socket.socket, folder: Path, task: Task) -> None:
    """Grade what is ordered on a socket, until there are no more orders or something of ours broke."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    stream: BinaryIO = sock.makefile("rwb")  # type: ignore[assignment]
    with held(SLOT, place_of(confine.may_change_user())) as base:
        base.chmod(0o711)  # workers pass through it; they cannot list it
        tempfile.tempdir = str(base)  # all that this process and its children make lies there
        try:
            assignment = load_assignment(folder)
            # The users first: the nursery holds them too, and ends their processes if this one is killed.
            with closing(Users()) as users, closing(start_nursery(assignment, leftovers=base)) as nursery:
                isolation = isolation_of(nursery, assignment.isolation if task.require_isolation else ())
                slot = _Slot(assignment, task, nursery, isolation, base, users)
                while order := receive_order(stream):
                    if not _answer(stream, slot, order):
                        return
        except GraderError as error:
            send_answer(stream, {"stop": str(error)})


class _Slot:
    """What all submissions of a slot share."""

    def __init__(
        self, assignment: Assignment, task: Task, nursery: Nursery, isolation: str, base: Path, users: Users
    ) -> None:
        self.assignment, self.task, self.nursery, self.isolation = assignment, task, nursery, isolation
        self.base, self.users = base, users

    def grade(self, order: Order) -> Graded:
        """Grade a submission. Raises GraderError and whatever a fault of ours raises."""
        with tempfile.TemporaryDirectory(dir=self.base) as made:
            handed_in = Path(made) / "handed_in"
            handed_in.mkdir(mode=0o700)
            unpack(order.data, handed_in)
            metadata = Path(made) / "submission_metadata.json"
            if order.metadata is not None:
                metadata.write_text(json.dumps(order.metadata), encoding="utf-8")
            report = self._report(order, handed_in, metadata if order.metadata is not None else None)
        slowest = max(report.verdicts, key=lambda verdict: verdict.wall_s, default=None)
        return Graded(
            order.name,
            order.key,
            self._files(_steady(report)),
            isolation=self.isolation,
            seconds=report.wall_s,
            slowest=slowest.check.number if slowest else "",
            slowest_seconds=slowest.wall_s if slowest else 0.0,
            errors=len(report.with_status(Status.ERROR)),
        )

    def _report(self, order: Order, handed_in: Path, metadata: Path | None) -> Report:
        progress = Progress(self.assignment, _nobody_asks, isolation=self.isolation, submission=clean(order.name))
        wishes = Wishes(device=self.task.device, exhibits=self.task.html, figures=False)
        with stage(handed_in, self.assignment, self.users) as workspace:
            workspace.refusal = workspace.refusal or order.refusal or None
            report = grade_staged(self.assignment, workspace, self.nursery, progress, wishes, metadata)
        if report.with_status(Status.ERROR):
            isolation_of(self.nursery, ())  # raises if the nursery is dead: then the next submission would fare as ill
        return report

    def _files(self, report: Report) -> dict[str, str]:
        from autograder.report import gradescope
        from autograder.report.record import recorded

        shown = gradescope.results(report, self.assignment.presentation.format)
        files = {RESULTS: gradescope.as_json(shown), RECORD: recorded(report)}
        if self.task.html:
            from autograder.report.html import html

            files[PAGE] = html(report)
        return files


def _nobody_asks(report: Report, verdict: Verdict | None, total: int) -> None:
    """Nobody sees a report of a class before it is complete."""


def _answer(stream: BinaryIO, slot: _Slot, order: Order) -> bool:
    """Grade, and answer; whether the slot can go on."""
    try:
        graded = slot.grade(order)
    except (AssignmentError, UsageError, IsolationMissing) as error:  # so it will be for every submission
        send_answer(stream, {"stop": str(error)})
        return False
    except Exception as error:  # noqa: BLE001 - ours, and perhaps of this submission alone: another slot tries again
        traceback.print_exc()
        sys.stderr.flush()
        why = re.sub(rf"{re.escape(str(slot.base))}(/[^/\s]+/handed_in)?/?", "", f"{type(error).__name__}: {error}")
        send_answer(stream, {"broke": why[:_WHY_CHARS]})
        return False
    send_answer(stream, {"graded": asdict(graded)})
    return True


def _steady(report: Report) -> Report:
    """The report without what differs from run to run: times, and what tracebacks tell of memory and folders."""
    verdicts = [replace(v, wall_s=0.0, staff_output=_without_places(v.staff_output)) for v in report.verdicts]
    return replace(report, wall_s=0.0, verdicts=tuple(verdicts))


def _without_places(text: str) -> str:
    for place in sorted(_PLACES, key=len, reverse=True):
        text = text.replace(f'File "{place}', 'File "')
    return without_addresses(text)
