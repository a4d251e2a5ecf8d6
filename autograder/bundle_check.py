"""A zip for Gradescope, tried out: unpacked elsewhere, run as on the platform, and measured."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.containers import MAX_TIMEOUT_MINUTES, Fit, Fitting, Usage, fitting
from autograder.errors import GraderError
from autograder.metering import Meter
from autograder.platform_metadata import load_metadata
from autograder.platform_rehearsal import FolderPlatform, Run, private_folder
from autograder.worker import starting

_LINES = 20


class CheckOfZipFailed(GraderError):
    """The zip does not do what it should; the text says what, and what to do."""


@dataclass(frozen=True)
class Checked:
    """What was found: the larger of the runs, and whether that fits the declared container."""

    usage: Usage
    fitting: Fitting
    had_handout: bool
    score: float


def check(archive: Path, assignment: Assignment) -> Checked:
    """Grade the handout and the zip's own sample with what is in the zip. Raises CheckOfZipFailed."""
    with private_folder() as folder:
        platform = FolderPlatform(folder)
        platform.unpack(archive)
        handout = assignment.folder / "handout"
        usage = None
        if handout.is_dir():
            usage, _ = _graded(platform, handout, assignment)
        sample = next((platform.source / "submissions_sample" / assignment.name).iterdir())
        used, document = _graded(platform, sample, assignment)
    _expect_full_marks(document["tests"], sample.name)
    usage = used if usage is None else usage.or_more(used)
    fits = fitting(usage, assignment.container, assignment.limits.memory_mib)
    return Checked(usage, fits, handout.is_dir(), sum(test["max_score"] for test in document["tests"]))


def expect_fit(checked: Checked, assignment: Assignment) -> None:
    """Raise CheckOfZipFailed where the declared container is too small."""
    if checked.fitting.fit is Fit.TOO_SMALL:
        raise CheckOfZipFailed(
            f"{assignment.folder / 'assignment.toml'}: container is {assignment.container}, which is too small: "
            f"{checked.fitting.why}. Declare one that fits in [container]"
        )


def _graded(platform: FolderPlatform, submission: Path, assignment: Assignment) -> tuple[Usage, Any]:
    """Grade a submission. Raises CheckOfZipFailed for a fault of the grader's."""
    platform.receive([submission], load_metadata(None, assignment.title).text())
    meter = Meter()
    run = platform.run(
        60 * MAX_TIMEOUT_MINUTES,  # what is too slow for the declared one is measured too
        [sys.executable, "-m", "autograder", "grade"],
        meter,
        PYTHONPATH=str(platform.source),
        **starting.ONE_THREAD,
        **starting.FIXED_ORDER,
        **starting.LARGE_PAGES,
    )
    _expect_no_fault(run, submission.name)
    return Usage(run.ended.wall_s, run.ended.cpu_s, meter.peak_mib, meter.is_bound), run.judged.document


def _expect_no_fault(run: Run, name: str) -> None:
    if run.judged.refused:
        raise CheckOfZipFailed(
            f"{name}, graded from the zip: the platform would not take the results: {'; '.join(run.judged.refused)}"
            f"\n{_last_lines(run)}"
        )
    if run.ended.status != 0:
        raise CheckOfZipFailed(
            f"{name}, graded from the zip, meets a fault of the autograder (exit status {run.ended.status}):"
            f"\n{_last_lines(run)}"
        )


def _last_lines(run: Run) -> str:
    return "\n".join(f"    {line}" for line in run.judged.stdout.splitlines()[-_LINES:])


def _expect_full_marks(tests: Sequence[Any], name: str) -> None:
    lost = [test for test in tests if test["score"] < test["max_score"] or test["status"] == "failed"]  # extra credit
    if lost:
        said = "\n".join(
            f"    {test['number']} {test['name']}: {test['score']}/{test['max_score']}\n        {_first_line(test)}"
            for test in lost
        )
        raise CheckOfZipFailed(f"{name}, which should be correct, loses points at:\n{said}")


def _first_line(test: Any) -> str:
    return str(test["output"]).strip().partition("\n")[0][:200]
