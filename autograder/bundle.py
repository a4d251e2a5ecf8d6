"""The command bundle: the zip that is uploaded to Gradescope, tried out before it is written."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment, find_assignment, load_assignment
from autograder.bundle_check import CheckOfZipFailed, check, expect_fit
from autograder.bundle_files import bundle_files
from autograder.containers import Fit, table
from autograder.packing import write_zip

_EPILOG = """\
exit status: 0 when the zip was written, 1 when it was tried out and is not fit to be uploaded (then it is not
written), 2 for a wrong command line or a broken assignment. docs/gradescope.md says what to do with the zip."""


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "bundle",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Makes the zip for Gradescope: the grader, one assignment, and what that imports. Then grades the "
        "handout\nand a correct submission with the unpacked zip, measures the run, and says which containers it fits.",
        epilog=_EPILOG,
    )
    command.add_argument("assignment", help=f"one of {', '.join(assignments)}")
    command.add_argument("--output", type=Path, metavar="PATH", help="where the zip goes (ASSIGNMENT.zip, here)")
    command.add_argument(
        "--sample", type=Path, metavar="FOLDER", help="a correct submission, if none is in submissions_sample/"
    )
    command.add_argument("--no-check", action="store_true", help="do not try it out")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, root: Path) -> int:
    """Make the zip. The exit status."""
    started_s = time.monotonic()
    assignment = load_assignment(find_assignment(options.assignment, root))
    output = options.output or Path(f"{assignment.name}.zip")
    files = bundle_files(assignment, options.sample)
    unchecked = output.with_name(f".{output.name}.unchecked")
    try:
        write_zip(unchecked, files)
        if not options.no_check:
            print(_checked(unchecked, assignment))
        unchecked.replace(output)
    except CheckOfZipFailed as error:
        older = "; an older one is there and was left as it was" if output.exists() else ""
        print(f"bundle: {error}\nbundle: {output} was not written{older}.", file=sys.stderr)
        return 1
    finally:
        with suppress(OSError):
            unchecked.unlink(missing_ok=True)
    tried = ", not tried out" if options.no_check else ""
    size_kib = output.stat().st_size / 1024
    print(f"{output}: {len(files)} files, {size_kib:.0f} KiB, {time.monotonic() - started_s:.0f} s{tried}")
    return 0


def _checked(archive: Path, assignment: Assignment) -> str:
    """Try the zip out; what was found. Raises CheckOfZipFailed."""
    print(f"Grading the handout and a correct submission with the unpacked zip ({assignment.name}) ...", flush=True)
    found = check(archive, assignment)
    lines = [
        "handout             no fault of the autograder" if found.had_handout else "handout             there is none",
        f"correct submission  full marks, {found.score:g}",
        f"took here           {found.usage.wall_s:.1f} s ({found.usage.cpu_s:.1f} s of a processor), "
        f"{'at most ' if found.usage.is_bound else ''}{found.usage.peak_mib:.0f} MiB",
        *_warnings(),
        "",
        table(found.usage, assignment.container, assignment.limits.memory_mib),
        "",
    ]
    text = "\n".join(lines)
    if found.fitting.fit is Fit.TOO_SMALL:
        print(text)
        expect_fit(found, assignment)
    return text


def _warnings() -> list[str]:
    """What makes the measured run differ from one on the platform, where setup.sh installs torch's CPU build."""
    from importlib.metadata import version as version_of  # it takes longer to import than all other commands together

    version = version_of("torch")
    if sys.platform != "linux" or version.endswith("+cpu"):
        return []
    return [f"{'':<20}with torch {version}: the platform's CPU build takes less memory than one for GPUs"]
