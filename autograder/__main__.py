"""The command line.

python -m autograder grade vae my_submission     grade a folder or a file
python -m autograder grade                       in Gradescope's container: take the platform's places
python -m autograder doctor                      which layers of isolation hold on this machine
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from autograder import bundle, doctor, live, messages, outputs, platform_layout, rehearse, scaffold
from autograder.assignment import Assignment, find_assignment, known_assignments, load_assignment
from autograder.classes import command as classes
from autograder.errors import GraderError, UsageError
from autograder.explain import command as explaining
from autograder.handout import command as handout
from autograder.isolation import is_required
from autograder.model import Report, Status, Verdict
from autograder.pipeline import Progress, broken_report, grade
from autograder.regrade import command as regrading
from autograder.report import gradescope
from autograder.report.drawing import Drawing
from autograder.report.plain import plain
from autograder.screens import Screen, show
from autograder.submission import check_path
from autograder.validate import command as validation
from autograder.watchdog import watched
from autograder.written import command as templates

ASSIGNMENTS = Path(__file__).resolve().parents[1] / "assignments"
HANDED_OUT = "submission"  # the folder that students work in
FAULT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. The status is 0 for a completed grading, whatever the score, and 2 for a fault of ours."""
    options = _parser().parse_args(arguments)
    sys.unraisablehook = _tell_what_was_ignored
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)  # ends workers and removes folders on the way out
    try:
        status: int = options.run(options, ASSIGNMENTS)
        return status
    except GraderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return FAULT
    except KeyboardInterrupt:
        print("autograder: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return _read_enough()


def _read_enough() -> int:
    """Whoever reads standard output has ended, as in `explain vae | head`: no fault, but it may be unfinished."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 141  # as of a program that SIGPIPE ends


_stopped = threading.Event()  # what is raised below may be lost on its way through the student's or pytest's code


def _stop(number: int, frame: object) -> None:
    _stopped.set()
    raise KeyboardInterrupt


def _tell_what_was_ignored(ignored: sys.UnraisableHookArgs) -> None:
    if not isinstance(ignored.exc_value, KeyboardInterrupt):  # that one is lost in a callback, and remembered above
        sys.__unraisablehook__(ignored)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=os.environ.get("AUTOGRADER_PROGRAM", "python -m autograder"),
        description="Grades homework on deep generative models.",
        epilog="python -m autograder COMMAND --help has the options of a command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser(
        "grade",
        prog=os.environ.get("AUTOGRADER_PROGRAM"),
        help="grade one submission",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Grades one submission, prints the report and writes results.json beside the submission.",
        epilog=_EPILOG.format(assignments=", ".join(known_assignments(ASSIGNMENTS)) or "none"),
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
    command.set_defaults(run=_grade)
    for other in (doctor, scaffold, validation, templates, explaining, bundle, rehearse, handout, classes, regrading):
        other.add_to(commands, known_assignments(ASSIGNMENTS))  # each sets the function that runs it
    return parser


_EPILOG = """\
assignments: {assignments}

examples:
  ./run_autograder vae submissions_sample/vae/correct_reference
  ./run_autograder vae my_homework --check 4.1
  ./run_autograder                   in Gradescope's container: takes the platform's places

exit status: 0 when the grading was completed, whatever the score (1 if it is below --fail-under PERCENT); 2 for a
fault of the autograder's or a wrong command line."""


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


def _grade(options: argparse.Namespace, root: Path) -> int:
    _take_what_a_handout_has(options, root)
    if options.assignment is None:
        return _grade_on_platform(options)
    assignment = load_assignment(find_assignment(options.assignment, root))
    if options.submission is None:
        raise UsageError(f"no submission given; say which folder, as in: {options.assignment} my_homework")
    check_path(options.submission)
    if options.metadata is not None and not options.metadata.is_file():
        raise UsageError(f"{options.metadata}: there is no such file; --metadata names a submission_metadata.json")
    results = options.results or options.submission.resolve().parent / "results.json"
    report = _run(assignment, options.submission, results, options, deadline_s=None, exhibits=options.html is not None)
    if not options.json:
        show("\n".join(["", *([f"page: {options.html}"] if options.html else []), f"results: {results}"]))
    return FAULT if report.with_status(Status.ERROR) else outputs.status(options, report)


def _grade_on_platform(options: argparse.Namespace) -> int:
    started_s = time.monotonic()
    root = platform_layout.root()
    try:
        places = platform_layout.find(root, ASSIGNMENTS)
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
        report = _run(
            assignment, places.submission, places.results, options, deadline_s=deadline_s, exhibits=shown.pictures
        )
        if report.has_exhibits:  # what is there already is complete without them
            gradescope.write(report, places.results, shown.format, Drawing())
    return FAULT if report.with_status(Status.ERROR) else 0


def _run(
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
        if _stopped.is_set():
            raise KeyboardInterrupt
        with suppress(GraderError):  # a disk that is full now may not be at the end
            gradescope.write_meanwhile(report, results)

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
        if _stopped.is_set():
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


def _leave(status: int) -> None:
    """End at once: taking torch's modules apart would cost a tenth of the run."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = _read_enough()
    sys.stderr.flush()
    os._exit(status)


def _begin_again_with_a_fixed_hash_seed() -> None:
    """The order of a set of words depends on it, in the student's code too; Python takes it only when it starts."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


if __name__ == "__main__":
    _begin_again_with_a_fixed_hash_seed()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without μ is no reason to lose a report
    _leave(main())
