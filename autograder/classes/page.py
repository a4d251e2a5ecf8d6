"""Entries -> class.html: one page without scripts, network or names. The layout is in page.html: see layout.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment

from autograder.classes import runs, statistics
from autograder.classes.anonymous import SALT
from autograder.classes.catalogue import Catalogue, in_words
from autograder.classes.collateral import Cost, costs
from autograder.classes.entry import Entry, checks_of
from autograder.classes.layout import templates
from autograder.classes.misconceptions import (
    Misconception,
    Shown,
    Unexplained,
    counted,
    hints_that_count,
    shown_in,
    unexplained,
)
from autograder.messages import classes as messages
from autograder.model import Status
from autograder.report.text import points

_NONE = Catalogue()
_MOST_UNEXPLAINED = 15
_ALWAYS = (Status.PASSED, Status.FAILED, Status.BLOCKED)


@dataclass(frozen=True)
class Row:
    """A misconception as the page shows it."""

    text: str
    hint: str
    shown: Shown
    cost: Cost


def page(entries: Sequence[Entry], known: Catalogue = _NONE) -> str:
    """The page of a class with at least one submission. The same entries, in any order, give the same page."""
    entries = sorted(entries, key=lambda entry: entry.id)
    return _environment().get_template("page.html").render(_content(entries, known))


@cache
def _environment() -> Environment:
    environment = templates()
    environment.filters.update(points=points, percent=percent, signed=signed, seconds=seconds)
    environment.globals.update(messages=messages)
    return environment


def _content(entries: Sequence[Entry], known: Catalogue) -> dict[str, Any]:
    checks = statistics.by_check(entries)
    rows, has_hints = _mistakes(entries, known)
    hints = hints_that_count([entry.report for entry in entries], known.hints)
    return {
        **_overview(entries),
        "parts": statistics.by_part(entries),
        "checks": checks,
        "statuses": [s for s in Status if s in _ALWAYS or any(figures.statuses.get(s) for figures in checks)],
        "fewest": statistics.FEWEST,
        "never": [figures for figures in checks if figures.never_fails and figures.check.max_score],
        "always": [figures for figures in checks if figures.always_fails],
        "rows": [row for row in rows if len(row.shown.ids) > 1 or len(entries) < statistics.FEWEST],
        "single": [row for row in rows if len(row.shown.ids) == 1 and len(entries) >= statistics.FEWEST],
        "showing": len({identity for row in rows for identity in row.shown.ids}),
        "has_hints": has_hints,
        "unexplained": _most(unexplained(entries, hints)),
        "faults": runs.faults(entries),
        "slow": runs.slow(entries),
        "slow_times": runs.SLOW_TIMES,
        "slow_more_s": runs.SLOW_MORE_S,
        "waiting": runs.waiting(entries),
        "salt": SALT,
    }


def _overview(entries: Sequence[Entry]) -> dict[str, Any]:
    reports = [entry.report for entry in entries]
    possible = [report.max_score for report in reports]
    sizes = [len(report.verdicts) for report in reports]
    bins = statistics.histogram([report.score / report.max_score if report.max_score else 0.0 for report in reports])
    total = max(sum(part.points for part in report.parts) for report in reports) or max(possible)
    return {
        "title": messages.TITLE.format(title=reports[0].title or reports[0].assignment),
        "submissions": submissions(len(entries)),
        "count": len(entries),
        "possible": max(possible),
        "all_points": total,
        "spread": statistics.spread([report.score for report in reports]),
        "full": sum(report.score >= report.max_score - 1e-9 for report in reports),
        "waiting_points": sum(report.by_hand for report in reports),
        "fault_points": sum(report.ungraded_points for report in reports),
        "median_s": statistics.spread([report.wall_s for report in reports]).median,
        "bins": [(100 // statistics.BINS * place, count) for place, count in enumerate(bins)],
        "bin_width": 100 // statistics.BINS,
        "histogram": _histogram_in_words(bins),
        "warnings": [
            *([messages.DIFFERENT_MAX] if max(possible) - min(possible) > 1e-9 else []),
            *([messages.DIFFERENT_CHECKS.format(least=min(sizes), most=max(sizes))] if len(set(sizes)) > 1 else []),
        ],
    }


def _histogram_in_words(bins: Sequence[int]) -> str:
    step = 100 // statistics.BINS
    counts = [
        messages.HISTOGRAM_BIN.format(low=step * place, high=step * (place + 1), count=count)
        for place, count in enumerate(bins)
        if count
    ]
    return messages.HISTOGRAM.format(counts=", ".join(counts))


def _mistakes(entries: Sequence[Entry], known: Catalogue) -> tuple[list[Row], bool]:
    """The misconceptions, and whether any of them is known by a hint only."""
    hints = hints_that_count([entry.report for entry in entries if not entry.report.parts], known.hints)
    shown = {entry.id: shown_in(entry.report, hints) for entry in entries}
    cost_of = costs(entries, shown)
    titles = {check.number: check.name for check in checks_of(list(entries))}
    rows = [Row(*_text(row.misconception, known, titles), row, cost_of[row.misconception]) for row in counted(shown)]
    return rows, any(row.shown.misconception.is_hint for row in rows)


def _text(misconception: Misconception, known: Catalogue, titles: Mapping[str, str]) -> tuple[str, str]:
    """What the page says of a misconception: a name in words, and a hint."""
    first = misconception.names[0]
    if misconception.is_hint:
        return first, ""
    if misconception.question:
        number = misconception.question
        found = known.written.get((number, first))
        name = messages.IN_ANSWER.format(number=number, title=titles.get(number, ""))
        return name, messages.OR_HINT.join(found.hints) if found else first
    named = [known.code.get(name) for name in misconception.names]
    texts = [
        messages.IN_CODE.format(of=found.of, words=found.words) if found else in_words(name)
        for name, found in zip(misconception.names, named, strict=True)
    ]
    hints = dict.fromkeys(hint for found in named if found for hint in found.hints)
    return messages.OR.join(texts), messages.OR_HINT.join(hints)


def _most(rows: Iterable[Unexplained]) -> list[Unexplained]:
    return list(rows)[:_MOST_UNEXPLAINED]


def submissions(count: int) -> str:
    """A number of submissions in words."""
    return messages.SUBMISSION if count == 1 else messages.SUBMISSIONS.format(count=count)


def percent(share: float | None) -> str:
    """A share as a percentage; blank if there is none."""
    return "" if share is None else f"{100 * share:.0f}\u00a0%"


def signed(number: float | None) -> str:
    """A correlation; blank if there is none."""
    return "" if number is None else f"{round(number, 2) + 0.0:.2f}".replace("-", "−")


def seconds(number: float) -> str:
    """Seconds, to a tenth where that says something."""
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"
