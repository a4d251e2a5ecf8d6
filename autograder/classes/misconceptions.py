"""Reports -> which known mistakes their submissions show, and how many show each.

A check that fails names the known mistakes that it cannot tell apart. Where another check of the same submission names
fewer of them, those are meant: a submission shows as few mistakes as explain what was named. In a written answer each
name is a mistake of its own. A results.json has no names: there the text of the hint stands for the mistake, and a hint
that only one submission shows is not taken for one, unless it is known, because a student's text may look like a hint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.classes.entry import Entry, number_key
from autograder.model import Report, Status, Verdict
from autograder.report.message import HINT, PRINTED

EXAMPLES = 2


@dataclass(frozen=True)
class Misconception:
    """A known mistake; or several that no check of a submission could tell apart.

    `question` is the number of the written question that it is a mistake in. `is_hint`: the name is a hint's text.
    """

    names: tuple[str, ...]
    question: str = ""
    is_hint: bool = False


@dataclass(frozen=True)
class Shown:
    """A misconception and the submissions that show it, by their ids; `examples` are those that show little else."""

    misconception: Misconception
    ids: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Unexplained:
    """A check that failed in several submissions, of which `unknown` show no known mistake in it."""

    number: str
    name: str
    failed: int
    unknown: int


def shown_in(report: Report, hints: frozenset[str] = frozenset()) -> dict[Misconception, tuple[Verdict, ...]]:
    """The misconceptions that a submission shows, each with the verdicts that name it.

    `hints` are those that count where a report has no names of mistakes.
    """
    failed = [verdict for verdict in report.verdicts if verdict.status is not Status.PASSED]
    code = {part.number for part in report.parts if part.names}
    found: dict[Misconception, list[Verdict]] = {}
    fewest = _fewest(tuple(sorted(set(v.mistakes))) for v in failed if v.mistakes and v.check.part in code)
    for verdict in failed:
        for misconception in _named_by(verdict, code, fewest, hints if not report.parts else frozenset()):
            found.setdefault(misconception, []).append(verdict)
    return {misconception: tuple(verdicts) for misconception, verdicts in found.items()}


def _named_by(
    verdict: Verdict, code: set[str], fewest: Sequence[tuple[str, ...]], hints: frozenset[str]
) -> list[Misconception]:
    if not verdict.mistakes:
        return [Misconception((hint,), is_hint=True) for hint in hints_of(verdict) if hint in hints]
    if verdict.check.part not in code:
        return [Misconception((name,), verdict.check.number) for name in dict.fromkeys(verdict.mistakes)]
    return [Misconception(names) for names in fewest if set(names) <= set(verdict.mistakes)]


def _fewest(groups: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Of groups of names, those that have no other inside them."""
    kept: list[tuple[str, ...]] = []
    for group in sorted(set(groups), key=lambda names: (len(names), names)):
        if not any(set(smaller) <= set(group) for smaller in kept):
            kept.append(group)
    return kept


def hints_of(verdict: Verdict) -> tuple[str, ...]:
    """The hints in what a student reads about a check, without what the student's code printed."""
    own = verdict.student_output.partition(PRINTED)[0]
    return tuple(line.removeprefix(HINT) for line in own.splitlines() if line.startswith(HINT))


def hints_that_count(reports: Iterable[Report], known: Iterable[str]) -> frozenset[str]:
    """The hints that stand for mistakes: known ones. What else looks like a hint a student may have written."""
    given = {hint for report in reports for verdict in report.verdicts for hint in hints_of(verdict)}
    return frozenset(given) & frozenset(known)


def counted(shown: Mapping[str, Iterable[Misconception]]) -> list[Shown]:
    """The misconceptions of a class, those first that most submissions show; `shown` has those of each id."""
    by_misconception: dict[Misconception, list[str]] = {}
    sizes: dict[str, int] = {}
    for identity in sorted(shown):
        own = list(shown[identity])
        sizes[identity] = len(own)
        for misconception in own:
            by_misconception.setdefault(misconception, []).append(identity)
    rows = [
        Shown(misconception, tuple(ids), tuple(sorted(ids, key=lambda one: (sizes[one], one))[:EXAMPLES]))
        for misconception, ids in by_misconception.items()
    ]
    return sorted(
        rows, key=lambda row: (-len(row.ids), number_key(row.misconception.question), row.misconception.names)
    )


def unexplained(entries: Sequence[Entry], hints: frozenset[str] = frozenset()) -> list[Unexplained]:
    """The checks with failures that show no known mistake, those with most of them first.

    A part in which a submission earned nothing was perhaps not done at all: it is left out.
    """
    failed: dict[str, list[Verdict]] = {}
    for entry in entries:
        done = {verdict.check.part for verdict in entry.report.verdicts if verdict.score}
        for verdict in entry.report.with_status(Status.FAILED):
            if verdict.check.part in done:
                failed.setdefault(verdict.check.number, []).append(verdict)
    rows = [
        Unexplained(number, own[0].check.name, len(own), sum(not _explains(verdict, hints) for verdict in own))
        for number, own in failed.items()
    ]
    return sorted((row for row in rows if row.unknown), key=lambda row: (-row.unknown, number_key(row.number)))


def _explains(verdict: Verdict, hints: frozenset[str]) -> bool:
    return bool(verdict.mistakes) or any(hint in hints for hint in hints_of(verdict))
