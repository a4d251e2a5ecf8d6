"""What in the runs of a class needs somebody: faults of the autograder, slow runs, points that a person gives."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.classes.entry import Entry, number_key
from autograder.model import Check, Status, Verdict

SLOW_TIMES, SLOW_MORE_S = 2.0, 10.0  # slower than twice the median run, and by more than this


@dataclass(frozen=True)
class Fault:
    """A check that ended in an ERROR, and the submissions in which it did."""

    check: Check
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Slow:
    """A slow run, and the check that took most of it, where that is known."""

    id: str
    wall_s: float
    slowest: Verdict | None


@dataclass(frozen=True)
class Waiting:
    """Points of one check that a person has still to give, in how many submissions."""

    check: Check
    submissions: int
    points: float


def faults(entries: Sequence[Entry]) -> list[Fault]:
    """The checks with ERROR verdicts, in order."""
    found: dict[str, tuple[Check, list[str]]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        for verdict in entry.report.with_status(Status.ERROR):
            found.setdefault(verdict.check.number, (verdict.check, []))[1].append(entry.id)
    return [Fault(check, tuple(ids)) for _, (check, ids) in sorted(found.items(), key=lambda one: number_key(one[0]))]


def slow(entries: Sequence[Entry]) -> list[Slow]:
    """The slow runs, the slowest first."""
    median_s = statistics.median(entry.report.wall_s for entry in entries)
    limit_s = max(SLOW_TIMES * median_s, median_s + SLOW_MORE_S)
    found = [entry for entry in entries if entry.report.wall_s > limit_s]
    found.sort(key=lambda entry: (-entry.report.wall_s, entry.id))
    return [Slow(entry.id, entry.report.wall_s, _slowest(entry.report.verdicts)) for entry in found]


def _slowest(verdicts: Sequence[Verdict]) -> Verdict | None:
    timed = [verdict for verdict in verdicts if verdict.wall_s]
    return max(timed, key=lambda verdict: verdict.wall_s, default=None)


def waiting(entries: Sequence[Entry]) -> list[Waiting]:
    """The checks with points that a person gives, in order."""
    found: dict[str, tuple[Check, list[float]]] = {}
    for entry in entries:
        for verdict in entry.report.verdicts:
            if points := verdict.by_hand:
                found.setdefault(verdict.check.number, (verdict.check, []))[1].append(points)
    ordered = sorted(found.items(), key=lambda one: number_key(one[0]))
    return [Waiting(check, len(points), sum(points)) for _, (check, points) in ordered]
