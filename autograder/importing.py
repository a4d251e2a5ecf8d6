"""The first verdict: can the student's module be imported? If not, what can be cut out of it is graded.

The module is tried as it is. If that fails through the student's code, its definitions, imports and constants are tried
once more, in a fresh worker under the same limit. With one of the names that students are asked to define among them,
every later check uses these; what failed and what was left out is told. A module that can be imported is never cut.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from autograder import messages
from autograder.errors import StudentCodeFailed
from autograder.host import Host, Transcript
from autograder.model import Check, Verdict
from autograder.student import Student
from autograder.verdicts import Run, verdict_of


def import_verdict(host: Host, check: Check) -> Verdict:
    """The verdict of the import check. It blocks the others only if nothing could be cut out of the module."""
    run = Run(check)
    run.failure = _failure(host, check, run.transcript)
    goes_on = False
    if isinstance(run.failure, StudentCodeFailed):
        try:
            goes_on = _goes_on(host, run, run.failure)
        except Exception as error:  # noqa: BLE001 - a fault of ours
            run.failure = error
    return replace(verdict_of(run), blocks=not goes_on)


def _failure(host: Host, check: Check, transcript: Transcript, names: Collection[str] = ()) -> Exception | None:
    """How an import fails; it should have one of some names, if any are given."""
    try:
        with host.student(check.id, check.timeout_s, transcript) as student:
            if names and not any(_has(student, name) for name in sorted(names)):
                raise StudentCodeFailed(messages.running.NONE_OF_THE_NAMES)
    except Exception as error:  # noqa: BLE001 - sorted into the student's faults and ours by verdict_of
        return error
    return None


def _has(student: Student, name: str) -> bool:
    try:
        getattr(student.module, name)
    except StudentCodeFailed:
        return False
    return True


def _goes_on(host: Host, run: Run, failure: StudentCodeFailed) -> bool:
    """Whether the host goes on with what can be cut out of the module; the run is told what was left out."""
    whole, cut_down = host.workspace.recognised, host.workspace.cut_down(host.assignment.names)
    if cut_down is None or cut_down.cut is None:
        return False
    host.workspace.recognised = cut_down
    transcript = Transcript()
    second = _failure(host, run.check, transcript, host.assignment.names or cut_down.cut.defined)
    if second is None:
        lines = [str(failure), "", *cut_down.notes[len(whole.notes) :]]
        lines += (
            [messages.running.NOT_A_DEFINITION_HINT]
            if any(not piece.problem for piece in cut_down.cut.left_out)
            else []
        )
        if transcript.printed.strip():
            lines += ["", messages.running.PRINTED_WHILE_CUT.format(printed=transcript.printed)]
        run.failure = StudentCodeFailed("\n".join(lines))
        run.failure.__cause__ = failure
        return True
    host.workspace.recognised = whole
    if not isinstance(second, StudentCodeFailed):
        raise second
    return False
