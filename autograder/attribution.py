"""What a failed check is put down to: a mistake that was paid for elsewhere, a known mistake, or neither."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

from autograder import messages
from autograder.compare.values import mistaken_reference
from autograder.diagnosis import Mistake, one_hint
from autograder.errors import CheckFailed, Mismatch, NotRecorded
from autograder.host import Host
from autograder.knowledge import Knowledge
from autograder.replay import Call, Shown
from autograder.showing import NOTHING
from autograder.verdicts import Run


class Attribution:
    """Settles the failed checks of one submission, in their order, and remembers the mistakes that were shown."""

    def __init__(self, knowledge: Knowledge, host: Host) -> None:
        self._knowledge = knowledge
        self._host = host
        self._shown: list[Shown] = []

    def settle(self, run: Run) -> None:
        """Take a failure back if it follows from a mistake shown elsewhere; else give it the hint it deserves."""
        if run.call is None or not isinstance(run.failure, CheckFailed):
            return
        try:
            self._settle(run, run.call, run.failure)
        except NotRecorded as silent:
            run.failure = silent
        except Exception:  # noqa: BLE001 - a fault of ours in the diagnosis must not change what a check says
            run.notes.append(messages.grading.DIAGNOSIS_FAILED.format(trace=traceback.format_exc()))

    def _settle(self, run: Run, call: Call, failure: CheckFailed) -> None:
        if excuse := self._excuse(run, call, failure):
            run.failure, run.show = None, NOTHING  # its pictures are of what went wrong elsewhere
            names = ", ".join(messages.grading.MISTAKE_IN.format(name=known.name, of=known.of) for known in excuse)
            run.notes.append(messages.grading.FOLLOWS.format(names=names))
            return
        diagnosis = self._knowledge.trials.diagnose(call, failure)
        run.mistakes = tuple(known.name for known in diagnosis.mistakes)
        if diagnosis.mistakes:
            run.notes.append(
                messages.grading.BEHAVES_LIKE.format(
                    names=", ".join(run.mistakes), degree=diagnosis.degree.name.lower()
                )
            )
        if (hint := one_hint(diagnosis.mistakes)) is not None:
            run.failure = _with_hint(failure, hint)
        if diagnosis.shown and diagnosis.shown not in self._shown:
            self._shown.append(diagnosis.shown)

    def _excuse(self, run: Run, call: Call, failure: CheckFailed) -> Sequence[Mistake]:
        """The mistakes shown elsewhere from which the failure follows, if it does."""
        elsewhere = self._knowledge.trials.elsewhere(call, run.check.part, self._shown)
        if elsewhere and call.trains:
            first = [known[0] for known in elsewhere]
            return first if self._knowledge.trials.falls_short_too(call, first) else ()
        for chosen, mistaken in self._knowledge.trials.what_follows(elsewhere):
            if self._knowledge.trials.comparable(call, chosen, mistaken):
                follows = self._passes_against(mistaken, run, call)
            else:
                follows = self._knowledge.trials.fails_alike(call, chosen, failure)
            if follows:
                return chosen
        return ()

    def _passes_against(self, mistaken: Any, run: Run, call: Call) -> bool:
        """Whether the student passes a check against a mistaken reference."""
        try:
            with (
                mistaken_reference(),
                self._host.student(run.check.id, run.check.timeout_s, run.transcript) as student,
            ):
                call.run(student=student, reference=mistaken)
        except CheckFailed:
            return False
        return True


def _with_hint(failure: CheckFailed, hint: str) -> CheckFailed:
    if isinstance(failure, Mismatch):
        settled: CheckFailed = Mismatch(failure.text, hint=hint, evidence=failure.evidence)
    elif "\nHint: " in str(failure):  # the engine's own words for what it noticed itself
        return failure
    else:
        settled = CheckFailed(f"{failure}\nHint: {hint}")
    return settled.with_traceback(failure.__traceback__)
