"""A failure, looked at once more for the report: pictures and a small example, by calls that are no part of the check.

It happens when the check has failed for good and its worker is still there. The calls have a time of their own, and
nothing that comes of them changes the verdict.
"""

from __future__ import annotations

import traceback

from autograder import messages
from autograder.errors import CheckFailed, Mismatch, NotRecorded
from autograder.student import aside
from autograder.verdicts import Run

MOST_S = 2.0


def look_closer(run: Run, failure: AssertionError) -> None:
    """Take the pictures that are for failures, and look for an example. Where nobody asked for any, nothing."""
    if run.student is None or not run.show.wanted:
        return
    with aside(run.student, MOST_S):
        run.show.failed()
        if isinstance(failure, Mismatch) and failure.find_example is not None:
            try:
                run.example = failure.find_example()
            except (CheckFailed, NotRecorded):  # then it is told without
                pass
            except Exception:  # noqa: BLE001 - an example is never a reason for a verdict
                run.notes.append(messages.pictures.NOT_MADE.format(trace=traceback.format_exc()))
