"""Figures of a class: how scores are spread, and what each part and each check tells about the submissions."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.classes.entry import Entry, checks_of, is_decided, number_key
from autograder.model import Check, Status, Verdict

BINS = 20
FEWEST = 10  # submissions: a correlation of fewer is mostly chance


@dataclass(frozen=True)
class Spread:
    """Where numbers lie: the smallest and the largest, the quartiles, and the mean."""

    least: float
    lower: float
    median: float
    upper: float
    most: float
    mean: float


@dataclass(frozen=True)
class PartFigures:
    """What a class earned in one part. `share` is of the points that are decided; None if none are."""

    number: str
    title: str
    points: float
    mean: float
    share: float | None
    full: int  # submissions with all its points


@dataclass(frozen=True)
class CheckFigures:
    """What one check says about a class. `decided` counts the submissions that it says something about."""

    check: Check
    decided: int
    difficulty: float | None
    discrimination: float | None
    statuses: Mapping[Status, int]

    @property
    def never_fails(self) -> bool:
        """Whether it tells no submission from another, because all have it right."""
        return self.decided > 0 and self.statuses.get(Status.PASSED, 0) == self.decided

    @property
    def always_fails(self) -> bool:
        """Whether no submission has it right."""
        others = self.statuses.get(Status.PASSED, 0) + self.statuses.get(Status.MANUAL, 0)  # a person may let pass
        return self.decided > 0 and not others


def spread(numbers: Sequence[float]) -> Spread:
    """Where the numbers lie; there must be some. Quartiles are between the numbers, as most spreadsheets have them."""
    if len(numbers) == 1:
        return Spread(*[float(numbers[0])] * 6)
    lower, median, upper = statistics.quantiles(numbers, n=4, method="inclusive")
    return Spread(min(numbers), lower, median, upper, max(numbers), statistics.fmean(numbers))


def histogram(shares: Sequence[float]) -> tuple[int, ...]:
    """How many shares lie in each twentieth from 0 to 1; the last has 1 itself, and all above it."""
    counts = Counter(min(BINS - 1, int(share * BINS + 1e-9)) for share in shares)
    return tuple(counts[number] for number in range(BINS))


def by_part(entries: Sequence[Entry]) -> list[PartFigures]:
    """The figures of every part that has points, in order."""
    titles = {part.number: part.title for entry in entries for part in entry.report.parts}
    numbers = sorted({check.part for check in checks_of(list(entries)) if check.max_score}, key=number_key)
    return [_part(number, titles.get(number, ""), entries) for number in numbers]


def _part(number: str, title: str, entries: Sequence[Entry]) -> PartFigures:
    own = [[v for v in entry.report.verdicts if v.check.part == number] for entry in entries]
    decided = [verdict for verdicts in own for verdict in verdicts if is_decided(verdict)]
    possible = sum(verdict.check.max_score for verdict in decided)
    return PartFigures(
        number=number,
        title=title,
        points=max(sum(v.check.max_score for v in verdicts) for verdicts in own),
        mean=statistics.fmean(sum(v.score for v in verdicts) for verdicts in own),
        share=sum(verdict.score for verdict in decided) / possible if possible else None,
        full=sum(all(v.score >= v.check.max_score for v in verdicts) for verdicts in own if verdicts),
    )


def by_check(entries: Sequence[Entry]) -> list[CheckFigures]:
    """The figures of every check, in order."""
    own: dict[str, list[tuple[Verdict, float | None]]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        decided = [verdict for verdict in entry.report.verdicts if is_decided(verdict)]
        score, worth = sum(v.score for v in decided), sum(v.check.max_score for v in decided)
        for verdict in entry.report.verdicts:
            possible = worth - (verdict.check.max_score if is_decided(verdict) else 0.0)
            rest = (score - verdict.score) / possible if score > 0 and possible > 1e-9 else None
            own.setdefault(verdict.check.number, []).append((verdict, rest))
    return [_check(check, own[check.number]) for check in checks_of(list(entries))]


def _check(check: Check, own: Sequence[tuple[Verdict, float | None]]) -> CheckFigures:
    """Its figures; `own` has, for each submission, the share of the other points, or None if it earned nothing."""
    decided = [(earned(verdict), rest) for verdict, rest in own if is_decided(verdict)]
    pairs = [(share, rest) for share, rest in decided if rest is not None and check.max_score]
    return CheckFigures(
        check=check,
        decided=len(decided),
        difficulty=statistics.fmean(share for share, _ in decided) if decided else None,
        discrimination=discrimination([share for share, _ in pairs], [rest for _, rest in pairs]),
        statuses=Counter(verdict.status for verdict, _ in own),
    )


def earned(verdict: Verdict) -> float:
    """The share of a check's points that was earned; of a check without points, whether it passed."""
    if verdict.check.max_score:
        return verdict.score / verdict.check.max_score
    return float(verdict.status is Status.PASSED)


def discrimination(shares: Sequence[float], rests: Sequence[float]) -> float | None:
    """The corrected item-total correlation: of what a check earned with what all *other* checks earned, from -1 to 1.

    Source: S. Henrysson, "Correction of item-total correlations in item analysis", Psychometrika 28 (1963) 211-218;
    with the check itself left out of the total, as its own points would correlate with themselves. None where there
    are too few submissions, or where one of the two is the same for all, so that it is undefined. Submissions that
    earned nothing are to be left out: one empty file among sixty would make every check agree with every other.
    """
    if len(shares) < FEWEST or _same(shares) or _same(rests):
        return None
    return statistics.correlation(shares, rests)


def _same(numbers: Sequence[float]) -> bool:
    return max(numbers) - min(numbers) < 1e-9
