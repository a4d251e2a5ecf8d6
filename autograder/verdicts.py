"""What has happened to a check -> its Verdict: whose fault it is, what it earns, and who reads what about it."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace

from autograder import grading, messages
from autograder.errors import AssignmentError, CheckFailed, Mismatch, NotRecorded, StudentCodeFailed
from autograder.exhibits import Example, Exhibit
from autograder.host import Transcript
from autograder.model import Check, Status, Verdict, Visibility
from autograder.replay import Call
from autograder.showing import NOTHING, Show
from autograder.student import Student


@dataclass
class Run:
    """What has happened so far to a check that is running."""

    check: Check
    transcript: Transcript = field(default_factory=Transcript)
    started_s: float = field(default_factory=time.monotonic)
    failure: BaseException | None = None
    notes: list[str] = field(default_factory=list)
    score: float | None = None
    leaderboard_value: float | str | None = None
    mistakes: tuple[str, ...] = ()  # known ones that the student's code behaves like
    call: Call | None = None  # of the check: what a replay needs
    show: Show = NOTHING
    student: Student | None = None  # while its worker is there
    example: Example | None = None
    seed: int | None = None


class Settled(Exception):
    """Ends a check before it runs: its verdict is known already."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict


def verdict_of(run: Run) -> Verdict:
    """What an ended check comes to. The exception decides whose fault it is."""
    if isinstance(run.failure, Settled):
        return run.failure.verdict
    return replace(_reached(run), exhibits=_exhibits(run), seed=run.seed)


def _reached(run: Run) -> Verdict:
    check, failure = run.check, run.failure
    wall_s = time.monotonic() - run.started_s
    if isinstance(failure, NotRecorded):
        return grading.later(check, str(failure))
    if failure is None and run.score is None and check.partial_credit:
        failure = AssignmentError("the check has partial credit, but ended without calling set_score")
    score = run.score if run.score is not None else check.max_score
    if failure is None and score < check.max_score:
        failure = Mismatch(messages.grading.PARTLY_EARNED.format(score=score, possible=check.max_score))
    elif failure is not None:
        score = 0.0
    staff = _staff_output(run, failure)
    if failure is None:
        return Verdict(check, Status.PASSED, score, "", staff, wall_s, run.leaderboard_value)
    if isinstance(failure, AssertionError):
        text = _student_output(check, failure, run.transcript)
        brief = _brief(check, failure)
        return Verdict(check, Status.FAILED, score, text, staff, wall_s, run.leaderboard_value, run.mistakes, brief)
    lost = grading.unfinished(check, messages.grading.RAISED_IN_CHECK.format(exception=type(failure).__name__))
    return Verdict(check, Status.ERROR, 0.0, lost.student_output, staff, wall_s)


def _exhibits(run: Run) -> tuple[Exhibit, ...]:
    example = [run.example] if run.example is not None and run.failure is not None else []
    return (*example, *run.show.exhibits)


def _student_output(check: Check, failure: AssertionError, transcript: Transcript) -> str:
    if check.hide_errors is not None:
        return check.hide_errors
    if check.visibility is not Visibility.VISIBLE:
        return messages.grading.PROPERTY.format(name=check.name)  # the property, never the inputs or the numbers
    text = str(failure)
    if not isinstance(failure, CheckFailed):  # a plain assert of the check's: its own words, not pytest's analysis
        text = text.split("\nassert ")[0] if "\nassert " in text else ""
        text = messages.grading.PROPERTY.format(name=check.name) + (
            f"\n{text}" if text and not text.startswith("assert ") else ""
        )
    return text + (messages.grading.PRINTED.format(printed=transcript.printed) if transcript.printed.strip() else "")


def _brief(check: Check, failure: AssertionError) -> str | None:
    """The property and the hint, without what was compared. How the student's code broke is said in any case."""
    is_shown = check.hide_errors is None and check.visibility is Visibility.VISIBLE
    if not is_shown or isinstance(failure, StudentCodeFailed):
        return None
    hints = [line for line in str(failure).splitlines() if line.startswith("Hint: ")]
    return "\n".join([messages.grading.PROPERTY.format(name=check.name), *hints])


def _staff_output(run: Run, failure: BaseException | None) -> str:
    parts = []
    if failure is not None:
        parts.append("".join(traceback.format_exception(failure)).strip())
    parts += [*run.notes, *run.show.problems]
    if run.transcript.printed.strip():
        parts.append(messages.grading.PRINTED_FOR_STAFF.format(printed=run.transcript.printed))
    if failure is not None and run.transcript.max_rss_mib:
        parts.append(messages.grading.PEAK_MEMORY.format(mib=run.transcript.max_rss_mib))
    return "\n\n".join(parts)
