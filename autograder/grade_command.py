"""The command grade: one submission, at home or in Gradescope's container."""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder import live, messages, outputs, platform_layout, stopping
from autograder.assignment import Assignment, find_assignment, known_assignments, load_assignment
from autograder.errors import FAULT, GraderError, UsageError
from autograder.isolation import is_required
from autograder.model import Report, Status, Verdict
from autograder.pipeline import Progress, broken_report, grade
from autograder.report import gradescope
from autograder.report.plain import plain
from autograder.screens import Screen, show
from autograder.submission import check_path
from autograder.watchdog import watched

HANDED_OUT = "submission"  # the folder that students work in
_EPILOG = """\
assignments: {assignments}

examples:
  ./run_autograder vae submissions_sample/vae/correct_reference
  ./run_autograder vae my_homework --check 4.1
  ./run_autograder                   in Gradescope's container: takes the platform's places

exit status: 0 when the grading was completed, whatever the score (1 if it is below --fail-under PERCENT); 2 for a
fault of the autograder's or a wrong command line."""


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "grade",
        prog=os.environ.get("AUTOGRADER_PROGRAM"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Grades one submission, prints the report and writes results.json beside the submission.",
        epilog=_EPILOG.format(assignments=", ".join(assignments) or "none"),
    )
    command.add_argument("assignment", nargs="?", help="which homework, for example vae")
    command.add_argument("submission", nargs="?", type=Path, help="the folder with your files, or the file itself")
    command.add_argument(
        "--check",
        action="append",
        default=[],
        metavar="NUMBER",
        dest="only",
        help="run only this check (4.1.2; or 4.1 for 4.1.1, 4.1.2, ...) and what it requires; may be repeated",
    )
    command.add_argument("--results", type=Path, metavar="PATH", help="where to write results.json")
    command.add_argument(
        "--metadata", type=Path, metavar="PATH", help="the platform's submission_metadata.json, for policies"
    )
    command.add_argument("--json", action="store_true", help="print the results as JSON instead of the report")
    command.add_argument(
        "--plain", action="store_true", help="print sentences without a table: for screen readers and logs"
    )
    command.add_argument("--staff", action="store_true", help="also print what only staff should see")
    command.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where trainings run; auto takes a GPU if there is one",
    )
    command.add_argument(
        "--require-isolation",
        action="store_true",
        default=is_required(),
        help="run no student code unless the layers of isolation that the assignment names hold (see doctor)",
    )
    outputs.add_to(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Grade. The exit status: 0 for a completed grading, whatever the score, and 2 for a fault of ours."""
    _take_what_a_handout_has(options, root)
    if options.assignment is None:
        return _grade_on_platform(options, root)
    assignment = load_assignment(find_assignment(options.assignment, root))
    if options.submission is None:
        raise UsageError(f"no submission given; say which folder, as in: {options.assignment} my_homework")
    check_path(options.submission)
    if options.metadata is not None and not options.metadata.is_file():
        raise UsageError(f"{options.metadata}: there is no such file; --metadata names a submission_metadata.json")
    results = options.results or options.submission.resolve().parent / "results.json"
    report = _graded(
        assignment, options.submission, results, options, deadline_s=None, exhibits=options.html is not None
    )
    if not options.json:
        show("\n".join(["", *([f"page: {options.html}"] if options.html else []), f"results: {results}"]))
    return FAULT if report.with_status(Status.ERROR) else outputs.status(options, report)


def _take_what_a_handout_has(options: argparse.Namespace, root: Path) -> None:
    """In a handout there is one assignment and one folder to work in: neither has to be named."""
    known = known_assignments(root)
    try:
        if len(known) != 1 or not load_assignment(root / known[0]).recorded:
            return
    except GraderError:  # whoever grades it says so
        return
    if options.submission is None and options.assignment != known[0]:
        options.submission = Path(options.assignment) if options.assignment else None
        options.assignment = known[0]
    options.submission = options.submission or root.parent / HANDED_OUT


def _grade_on_platform(options: argparse.Namespace, assignments: Path) -> int:
    started_s = time.monotonic()
    root = platform_layout.root()
    try:
        places = platform_layout.find(root, assignments)
        assignment = load_assignment(places.assignment)
    except GraderError:  # without a results.json the platform would blame the submission
        gradescope.write(broken_report(messages.grading.FILES_NOT_IN_ORDER), platform_layout.results_in(root))
        raise
    places.protect()
    options.metadata = places.metadata
    options.staff = True  # the platform shows standard output to staff only
    shown = assignment.presentation
    with watched(started_s + places.last_moment_s):
        deadline_s = started_s + places.budget_s
        report = _graded(
            assignment, places.submission, places.results, options, deadline_s=deadline_s, exhibits=shown.pictures
        )
        if report.has_exhibits:  # what is there already is complete without them
            from autograder.report.drawing import Drawing  # now: nothing else needs what draws

            gradescope.write(report, places.results, shown.format, Drawing())
    return FAULT if report.with_status(Status.ERROR) else 0


def _graded(
    assignment: Assignment,
    submission: Path,
    results: Path,
    options: argparse.Namespace,
    deadline_s: float | None,
    exhibits: bool = False,
) -> Report:
    screen = Screen() if options.json else Screen.of(sys.stderr, os.environ)
    shown = live.display(sys.stderr, screen, plain=options.plain)

    def changed(report: Report, verdict: Verdict | None, total: int) -> None:
        if stopping.is_asked_for():
            raise KeyboardInterrupt
        with suppress(GraderError):  # a disk that is full now may not be at the end
            meanwhile.write(report)

    meanwhile = gradescope.Meanwhile(results)
    progress = Progress(assignment, changed, listeners=(shown,))
    # Held open, not read: the workers' memory is a copy of this one's, and may hold no hidden check's result.
    before = results.open("rb") if results.is_file() else None
    gradescope.write(progress.report(), results)  # a valid file from the first second
    try:
        with shown:
            report = grade(
                assignment,
                submission,
                progress,
                only=options.only,
                deadline_s=deadline_s,
                device=options.device,
                require_isolation=options.require_isolation,
                metadata=options.metadata,
                exhibits=exhibits,
            )
    except UsageError:  # nothing was graded: what was there before stays
        if before is None:
            results.unlink(missing_ok=True)
        else:
            results.write_bytes(before.read())
        raise
    except Exception as error:
        gradescope.write(progress.report(messages.grading.STOPPED_EARLY), results)
        if stopping.is_asked_for():
            raise KeyboardInterrupt from None
        if isinstance(error, GraderError):
            raise
        traceback.print_exc()
        raise GraderError(f"unexpected {type(error).__name__}: {error}") from error
    gradescope.write(report, results, assignment.presentation.format)
    if options.json:
        show(gradescope.as_json(gradescope.results(report)))
    else:
        show(_readable(report, options))
    outputs.write(options, report)
    return report


def _readable(report: Report, options: argparse.Namespace) -> str:
    """The report for whoever reads standard output."""
    if options.plain:
        return plain(report, staff=options.staff)
    from autograder.report.terminal import terminal  # now: what it takes to import is for nothing until then

    screen = Screen.of(sys.stdout, os.environ)
    return terminal(report, staff=options.staff, width=screen.columns, colour=screen.colour, whole=bool(options.only))
