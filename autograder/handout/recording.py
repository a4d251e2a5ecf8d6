"""Makes the recording for a handout: runs every visible check with the reference, and with each known mistake.

The student's side is a copy of the reference here. A check is graded after submission only if what it asks the
reference depends on what the student's code did: a measure of a trained model, for example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import cached_property
from types import ModuleType

from autograder.assignment import Assignment
from autograder.compare.gradients import explaining_always
from autograder.compare.training import Judge
from autograder.compare.values import mistaken_reference
from autograder.diagnosis import Mistake
from autograder.errors import AssignmentError, NotRecorded
from autograder.loading import all_mistakes, load_beside
from autograder.model import Check, Verdict, Visibility
from autograder.pipeline import start_nursery
from autograder.recorded.local import Local
from autograder.recorded.outcomes import Outcome
from autograder.recorded.player import Player, RecordedReference
from autograder.recorded.recorder import Recorder
from autograder.recorded.recording import Recording
from autograder.recorded.tape import RIGHT
from autograder.replay import Call, Replays, as_in_a_worker
from autograder.standin import StandIn
from autograder.student import Student
from autograder.submission import stage
from autograder.validate.cases import Case, handed_in

_OTHER_SEED = 12_345


class _Collected:
    """The checks of an assignment, and how each was called."""

    def __init__(self) -> None:
        self.checks: Sequence[Check] = ()
        self.calls: list[tuple[Check, Call]] = []
        self.failed: list[Verdict] = []

    def planned(self, checks: Sequence[Check]) -> None:
        """The checks are known."""
        self.checks = checks

    def begins(self, check: Check) -> None:
        """A check begins."""

    def reached(self, verdict: Verdict) -> None:
        """A verdict was reached."""
        if verdict.score < verdict.check.max_score:
            self.failed.append(verdict)

    def called(self, check: Check, call: Call) -> None:
        """A check was called."""
        self.calls.append((check, call))


def record(assignment: Assignment, progress: Callable[[str], None]) -> tuple[Recording, Sequence[Check]]:
    """The recording of an assignment, and all its checks. Raises AssignmentError if the reference fails a check."""
    collected = _collect(assignment)
    if collected.failed:
        verdict = collected.failed[0]
        raise AssignmentError(
            f"{assignment.checks_file}: the reference itself does not pass {verdict.check.label}: "
            f"{verdict.student_output}\n{verdict.staff_output}"
        )
    recording = Recording(assignment, mistakes=all_mistakes(assignment))
    later = []
    bench = _Bench(assignment, recording)
    for check, call in collected.calls:
        if check.visibility is not Visibility.VISIBLE:
            continue
        progress(f"recording {check.label}")
        if not bench.record(check, call):
            later.append(check)
    recording.later = later
    seen = {name for outcome in recording.outcomes.values() for name in outcome.failures}
    recording.mistakes = [known for known in recording.mistakes if known.name in seen]
    return recording, collected.checks


def _collect(assignment: Assignment) -> _Collected:
    collected = _Collected()
    with closing(start_nursery(assignment)) as nursery:
        from autograder.collect import run_checks
        from autograder.host import Host

        with handed_in(Case("reference", "reference"), assignment) as place, stage(place, assignment) as workspace:
            host = Host(nursery, workspace, assignment)
            run_checks(assignment, host, listener=collected, observer=collected.called)
    return collected


class _Bench:
    """Rehearses checks with a stand-in on each side."""

    def __init__(self, assignment: Assignment, recording: Recording) -> None:
        self._assignment, self._recording = assignment, recording
        self._students, self._references = StandIn(assignment), StandIn(assignment)
        self._reaches = Replays(assignment, {})
        self._names = [name for part in assignment.parts for name in part.names]

    def record(self, check: Check, call: Call) -> bool:
        """Record all that a check may ask. Whether it can be graded with that."""
        if "reference" in call.arguments and not call.replayable:
            return False
        if not call.replayable:
            return True
        failure, touched = self._rehearse(check, call, (), RIGHT)
        if isinstance(failure, NotRecorded) or (failure is not None and call.trains):
            return False
        if "reference" in call.arguments and not self._is_enough(check, call):
            return False
        reached = self._reaches.reached(call, self._names)
        outcome = Outcome(sorted(touched), sorted(reached), failure is None)
        self._recording.outcomes[check.id] = outcome
        if not call.trains:
            for known in self._recording.mistakes:
                if known.of in reached:
                    self._try(check, call, known, outcome)
        return True

    def _try(self, check: Check, call: Call, known: Mistake, outcome: Outcome) -> None:
        failure, _ = self._rehearse(check, call, (known,), RIGHT)
        if failure is None:  # the mistake changes nothing here
            return
        if not isinstance(failure, NotRecorded):
            outcome.failures[known.name] = failure
        own = set(outcome.touched) & self._assignment.names_of(check.part)
        if known.of in (own or set(outcome.touched)) or "reference" not in call.arguments:
            return
        failure, _ = self._rehearse(check, call, (known,), known.name)
        if failure is None:
            outcome.comparable.append(known.name)

    def _rehearse(
        self, check: Check, call: Call, mistakes: Sequence[Mistake], track: str
    ) -> tuple[BaseException | None, frozenset[str]]:
        """Run a check with mistakes on the student's side, and on the reference's too if the track says so."""
        with (
            self._students.with_mistakes(mistakes) as student,
            self._references.with_mistakes(mistakes if track != RIGHT else ()) as reference,
            mistaken_reference() if track != RIGHT else nullcontext(),
            as_in_a_worker(call.seed),
        ):
            session = Recorder(reference.module, self._recording.tape, track)
            session.begin(check.id)
            touched: Iterable[str] = student.touched
            with nullcontext() if mistakes else explaining_always(session.aside):
                failure = _failure(call, Student(Local(student.module), "student"), RecordedReference(session))
            return failure, frozenset(touched)

    def _is_enough(self, check: Check, call: Call) -> bool:
        """Whether correct code in other styles, that draws other numbers, asks the reference for nothing else."""
        judge = call.arguments.get("trains")
        trains = {"trains": Judge(judge.seed + _OTHER_SEED, judge.device)} if isinstance(judge, Judge) else {}
        other = replace(call, arguments={**call.arguments, **trains})
        with self._students.with_mistakes(()) as student:
            for module in [student.module, *([] if trains else self._variants)]:
                with as_in_a_worker(call.seed + _OTHER_SEED):
                    player = Player(self._recording.tape)
                    player.begin(check.id)
                    failure = _failure(other, Student(Local(module), "student"), RecordedReference(player))
                if isinstance(failure, NotRecorded):
                    return False
        return True

    @cached_property
    def _variants(self) -> list[ModuleType]:
        """The variants, imported here: they are staff's."""
        names = [f"variants/{path.stem}" for path in sorted((self._assignment.folder / "variants").glob("*.py"))]
        found = [load_beside(self._assignment, name) for name in names]
        return [module for module in found if module is not None]


def _failure(call: Call, student: Student, reference: Student) -> BaseException | None:
    try:
        call.rehearse(student, reference=reference)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a mistake may fail in any way, and pytest.fail is one too
        return error
    return None
