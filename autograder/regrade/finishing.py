"""A graded class -> its tables, its class report, what changed since older results, and what staff are told."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.assignment import Assignment
from autograder.classes.catalogue import catalogue
from autograder.classes.command import FOLDER as CLASS_FOLDER
from autograder.classes.files import Files, Wanted, files_of
from autograder.errors import UsageError
from autograder.listing import few
from autograder.messages import regrading as messages
from autograder.model import Report, Status
from autograder.regrade.changes.changes import Changes, changes
from autograder.regrade.changes.old_results import OldResults, from_platform, is_platform, old_reports
from autograder.regrade.changes.page import page
from autograder.regrade.changes.summary import summary
from autograder.regrade.changes.table import table
from autograder.regrade.changes.text import text
from autograder.regrade.grades import Row, called, grades, people, times
from autograder.regrade.handed_in import HandedIn
from autograder.regrade.order import RECORD
from autograder.regrade.results import SUBMISSIONS
from autograder.regrade.run import Run
from autograder.screens import Screen
from autograder.whole_files import write_whole

_OPTIONAL = {f"{CLASS_FOLDER}/grades.csv", f"{CLASS_FOLDER}/gradescope.csv", "changes.csv", "changes.html"}
_NAMED = 8  # as many that were not graded are told of
_MISSING = "; off: "  # in the line about isolation: see worker/survey.py
_SUSPICIOUS = 2  # so many without a point may be by chance


def old_results(options: argparse.Namespace, assignment: Assignment, submissions: Sequence[HandedIn]) -> OldResults:
    """What the new results are compared with, to be read before there are any. Raises GraderError."""
    if is_platform(options.compare, options.submissions):
        return OldResults(from_platform(submissions))
    if options.compare.resolve() == options.output.resolve():
        raise UsageError(messages.COMPARED_WITH_ITSELF.format(folder=options.compare))
    return old_reports(options.compare, [handed_in.name for handed_in in submissions], assignment.name)


def finish(
    run: Run, root: Path, options: argparse.Namespace, old: OldResults | None, remarks: Sequence[str]
) -> tuple[list[str], bool]:
    """Write the tables. What to tell, and whether every submission was graded without a fault of ours.

    What decides whether grades can be released comes last, where it is still on the screen.
    """
    rows = run.rows()
    contents: dict[str, str] = {}
    said: list[str] = []
    if options.only is None:
        made = _class_report(run, rows, root, options)
        contents = {"grades.csv": grades(rows), "times.csv": times(rows)}
        contents |= {f"{CLASS_FOLDER}/{name}": text for name, text in made.contents.items()}
        said += [*made.remarks, *_left_over(run)]
    if old is not None:
        found = _changes(old, rows, run.wanted.assignment)
        contents |= {
            "changes.csv": table(found, people(rows)),
            "changes.html": page(found, run.wanted.assignment.title),
        }
        said += ["", text(found, Screen.of(sys.stdout, os.environ).columns)]
    folder = run.results.folder
    if options.only is None:
        for name in sorted(_OPTIONAL - contents.keys()):  # an earlier run's: they would be taken for this one's
            (folder / name).unlink(missing_ok=True)
    for name, content in contents.items():
        write_whole(folder / name, content, messages.WRITE_CURE)
    said += ["", *(str(folder / name) for name in contents), *([] if options.only is None else [messages.NO_TABLES])]
    faults = [row.handed_in.name for row in rows if row.report and row.report.with_status(Status.ERROR)]
    said += ["", *_summary(run, rows, faults, remarks), *(summary(found)[:1] if old is not None else [])]
    return said, not faults and not run.failures


def _changes(old: OldResults, rows: Sequence[Row], assignment: Assignment) -> Changes:
    names = [row.handed_in.name for row in rows]
    refused = [f"{one.path}: {one.why}" for one in old.refused]
    return changes(old.reports, _reports(rows), catalogue(assignment.folder), names=names, unreadable=refused)


def _class_report(run: Run, rows: Sequence[Row], root: Path, options: argparse.Namespace) -> Files:
    """The class report, of what is graded; nothing where nothing is."""
    reports = _reports(rows)
    if not reports:
        return Files()
    folder = run.results.folder / CLASS_FOLDER
    wanted = Wanted(folder, options.roster, options.column, first_salt=_salt(run), called=called(rows))
    return files_of(reports, wanted, root)


def _reports(rows: Sequence[Row]) -> dict[str, Report]:
    return {row.handed_in.name: row.report for row in rows if row.report is not None}


def _salt(run: Run) -> str:
    """The same for the same class, so that its report is; nobody who has not all its submissions can find it."""
    return hashlib.sha256("\n".join(run.keys[name] for name in sorted(run.keys)).encode()).hexdigest()


def _left_over(run: Run) -> list[str]:
    """Results of earlier runs that are of no submission any more."""
    folder = run.results.folder / SUBMISSIONS
    names = {handed_in.name for handed_in in run.wanted.submissions}
    left = [path.name for path in folder.iterdir() if path.name not in names]
    if not left:
        return []
    words = messages.LEFT_OVER_ONE if len(left) == 1 else messages.LEFT_OVER
    return [words.format(count=len(left), folder=folder, names=few(sorted(left)))]


def _summary(run: Run, rows: Sequence[Row], faults: Sequence[str], remarks: Sequence[str]) -> list[str]:
    tally = run.tally
    words = messages.SUMMARY_ONE if tally.total == 1 else messages.SUMMARY
    name = run.wanted.assignment.name
    lines = [*remarks, *_isolation(rows), *_nothing(rows, name)]
    for failed, why in list(run.failures.items())[:_NAMED]:
        lines.append(messages.NOT_GRADED.format(name=failed, why=why))
    if len(run.failures) > _NAMED:
        lines.append(messages.MORE_NOT_GRADED.format(count=len(run.failures) - _NAMED))
    if faults:
        where = run.results.folder / SUBMISSIONS / faults[0] / RECORD
        lines.append(messages.SUMMARY_FAULTS.format(count=len(faults), names=few(faults), where=where))
    return [*lines, words.format(total=tally.total, assignment=name, graded=tally.graded, before=tally.before)]


def _nothing(rows: Sequence[Row], assignment: str) -> list[str]:
    """The submissions without a point: somebody should talk to them, or it is the wrong homework."""
    graded = [row for row in rows if row.report is not None]
    names = [row.handed_in.name for row in graded if row.report is not None and not row.report.score]
    if not names:
        return []
    if len(names) > _SUSPICIOUS and 2 * len(names) > len(graded):
        return [messages.MOST_HAVE_NOTHING.format(count=len(names), total=len(graded), assignment=assignment)]
    return [messages.HAVE_NOTHING.format(count=len(names), names=few(names))]


def _isolation(rows: Sequence[Row]) -> list[str]:
    """The layers of isolation, where one is missing."""
    lines = sorted({row.finished.isolation for row in rows if row.finished})
    return [messages.ISOLATION.format(line=line) for line in lines if _MISSING in line]
