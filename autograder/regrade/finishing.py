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
from autograder.messages import regrading as messages
from autograder.model import Status
from autograder.regrade.changes.changes import Changes, changes
from autograder.regrade.changes.old_results import OldResults, from_platform, is_platform, old_reports
from autograder.regrade.changes.page import page
from autograder.regrade.changes.table import table
from autograder.regrade.changes.text import text
from autograder.regrade.grades import Row, called, grades, times
from autograder.regrade.handed_in import HandedIn
from autograder.regrade.results import SUBMISSIONS
from autograder.regrade.run import Run
from autograder.screens import Screen
from autograder.whole_files import write_whole

_NAMED = 8  # as many submissions are named on one line


def old_results(options: argparse.Namespace, assignment: Assignment, submissions: Sequence[HandedIn]) -> OldResults:
    """What the new results are compared with, to be read before there are any. Raises GraderError."""
    if is_platform(options.compare, options.submissions):
        return OldResults(from_platform(submissions))
    if options.compare.resolve() == options.output.resolve():
        raise UsageError(messages.COMPARED_WITH_ITSELF.format(folder=options.compare))
    return old_reports(options.compare, [handed_in.name for handed_in in submissions], assignment.name)


def finish(run: Run, root: Path, options: argparse.Namespace, old: OldResults | None) -> tuple[list[str], bool]:
    """Write the tables. What to tell, and whether every submission was graded without a fault of ours."""
    rows = run.rows()
    made = _class_report(run, rows, root, options)
    contents = {"grades.csv": grades(rows), "times.csv": times(rows)}
    contents |= {f"{CLASS_FOLDER}/{name}": text for name, text in made.contents.items()}
    faults = [row.handed_in.name for row in rows if row.report and row.report.with_status(Status.ERROR)]
    said = [*made.remarks, *_left_over(run), "", *_summary(run, rows, faults)]
    if old is not None:
        found = _changes(old, rows, run.wanted.assignment)
        contents |= {"changes.csv": table(found), "changes.html": page(found, run.wanted.assignment.title)}
        said += ["", text(found, Screen.of(sys.stdout, os.environ).columns), ""]
    folder = run.results.folder
    for name, content in contents.items():
        write_whole(folder / name, content, messages.WRITE_CURE)
    return [*said, *(str(folder / name) for name in contents)], not faults and not run.failures


def _changes(old: OldResults, rows: Sequence[Row], assignment: Assignment) -> Changes:
    new = {row.handed_in.name: row.report for row in rows if row.report is not None}
    names = [row.handed_in.name for row in rows]
    refused = [f"{one.path}: {one.why}" for one in old.refused]
    return changes(old.reports, new, catalogue(assignment.folder), names=names, unreadable=refused)


def _class_report(run: Run, rows: Sequence[Row], root: Path, options: argparse.Namespace) -> Files:
    """The class report, of what is graded; nothing where nothing is."""
    graded = frozenset(row.handed_in.name for row in rows if row.report is not None)
    if not graded:
        return Files()
    folder = run.results.folder
    wanted = Wanted(
        folder / SUBMISSIONS,
        folder / CLASS_FOLDER,
        run.wanted.assignment.name,
        options.roster,
        options.column,
        only=graded,
        first_salt=_salt(run),
        called=called(rows),
    )
    return files_of(wanted, root)


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
    return [messages.LEFT_OVER.format(count=len(left), folder=folder, names=_listed(sorted(left)))]


def _summary(run: Run, rows: Sequence[Row], faults: Sequence[str]) -> list[str]:
    tally = run.tally
    name = run.wanted.assignment.name
    lines = [messages.SUMMARY.format(total=tally.total, assignment=name, graded=tally.graded, before=tally.before)]
    for failed, why in list(run.failures.items())[:_NAMED]:
        lines.append(messages.NOT_GRADED.format(name=failed, why=why))
    if len(run.failures) > _NAMED:
        lines.append(messages.MORE_NOT_GRADED.format(count=len(run.failures) - _NAMED))
    if faults:
        lines.append(messages.SUMMARY_FAULTS.format(count=len(faults), names=_listed(faults)))
    isolation = sorted({row.finished.isolation for row in rows if row.finished})
    return [*lines, *(messages.ISOLATION.format(line=line) for line in isolation)]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
