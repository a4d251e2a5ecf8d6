"""What a grading leaves besides results.json: files for people and machines, and an exit status that a CI job reads."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

from autograder.errors import GraderError
from autograder.model import Report
from autograder.report.junit import junit
from autograder.report.markdown import markdown
from autograder.report.record import recorded
from autograder.report.shown import share, shown
from autograder.whole_files import write_whole

TOO_FEW = 1
_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def add_to(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command `grade` that this is about."""
    command.add_argument("--junit", type=Path, metavar="PATH", help="also write the verdicts as JUnit XML")
    command.add_argument("--summary", type=Path, metavar="PATH", help='also write a summary in Markdown, for example '
                         'to "$GITHUB_STEP_SUMMARY"')  # fmt: skip
    command.add_argument("--record", type=Path, metavar="PATH", help="also write all that staff may know, hidden "
                         "checks too, as JSON for the command class; not for students")  # fmt: skip
    command.add_argument("--html", type=Path, metavar="PATH", help="also write the report as a page, with pictures if "
                         "matplotlib is there")  # fmt: skip
    command.add_argument("--fail-under", type=percent, metavar="PERCENT", help="exit with status 1 if fewer percent "
                         "of the points were earned")  # fmt: skip


def percent(text: str) -> float:
    """A number from 0 to 100."""
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"is {text}, but should be a number from 0 to 100")
    return number


def write(options: argparse.Namespace, report: Report) -> None:
    """Write the files that were asked for: what students may see, and with --staff everything; a record has all."""
    if options.junit is not None:
        _write(options.junit, junit(report, staff=options.staff), "--junit")
    if options.summary is not None:
        _write(options.summary, markdown(report, staff=options.staff), "--summary")
    if options.record is not None:
        _write(options.record, recorded(report), "--record")
    if options.html is not None:
        from autograder.report.html import html  # here: only who wants a page pays for its template and its pictures

        _write(options.html, html(report, staff=options.staff), "--html")


def status(options: argparse.Namespace, report: Report) -> int:
    """0, or 1 if fewer points were earned than asked for: of the checks that are shown, or with --staff of all."""
    wanted: float | None = options.fail_under
    if wanted is None:
        return 0
    return TOO_FEW if 100 * share(shown(report, staff=options.staff)) < wanted - 1e-9 else 0


def _write(path: Path, text: str, option: str) -> None:
    cure = f"name another place with {option} PATH"
    if str(path) != os.environ.get(_STEP_SUMMARY):
        write_whole(path, text, cure)
        return
    try:
        with path.open("a", encoding="utf-8") as file:  # what the step wrote before stays
            file.write(text)
    except OSError as error:
        raise GraderError(f"{path}: cannot be written ({error.strerror}); {cure}") from error
