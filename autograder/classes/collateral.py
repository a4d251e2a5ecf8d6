"""What a mistake costs those who show it: in the checks that name it, in those that these block, and elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.classes.entry import Entry, lost
from autograder.classes.misconceptions import Misconception
from autograder.model import Report, Status, Verdict


@dataclass(frozen=True)
class Cost:
    """Points lost, on average, by the submissions that show a misconception.

    `named` is lost in checks that name it, `blocked` in checks that were not run because of these; `other` is the
    rest, which other mistakes of the same submissions cost as well.
    """

    named: float
    blocked: float
    other: float


def costs(
    entries: Sequence[Entry], shown: Mapping[str, Mapping[Misconception, Sequence[Verdict]]]
) -> dict[Misconception, Cost]:
    """The cost of every misconception; `shown` has, for each id, the verdicts that name each of them."""
    losses: dict[Misconception, list[Cost]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        for misconception, verdicts in shown[entry.id].items():
            losses.setdefault(misconception, []).append(cost(entry.report, verdicts))
    return {misconception: _mean(own) for misconception, own in losses.items()}


def cost(report: Report, named: Sequence[Verdict]) -> Cost:
    """What one submission lost: in the verdicts that name a mistake, in those that they block, and elsewhere."""
    own = {verdict.check.id for verdict in named}
    below = blocked_by(report, own)
    sums = {"named": 0.0, "blocked": 0.0, "other": 0.0}
    for verdict in report.verdicts:
        where = "named" if verdict.check.id in own else "blocked" if verdict.check.id in below else "other"
        sums[where] += lost(verdict)
    return Cost(**sums)


def blocked_by(report: Report, ids: set[str]) -> set[str]:
    """The ids of the checks that were not run because one of these failed, or one that waits for these."""
    below: set[str] = set()
    for verdict in report.with_status(Status.BLOCKED):  # in order: a check stands behind what it requires
        if (ids | below) & set(verdict.check.requires):
            below.add(verdict.check.id)
    return below


def _mean(losses: Sequence[Cost]) -> Cost:
    count = len(losses)
    return Cost(
        sum(one.named for one in losses) / count,
        sum(one.blocked for one in losses) / count,
        sum(one.other for one in losses) / count,
    )
