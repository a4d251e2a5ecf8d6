"""A case's result against what must come of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.red_team.cases import Case

KINDS = {
    "unearned": "more marks than the honest content is worth",
    "lost": "fewer marks than the honest content is worth",
    "breach": "something forbidden worked",
    "leak": "a secret word seen by a student",
    "trace": "left something behind",
    "no result": "no valid result, or a verdict missing",
    "our fault": "a verdict that puts the fault on the grader",
    "message": "the student is not told what is wrong",
    "time": "much longer than the limits",
}
POINTS = {"4.1.1": 1.0, "4.1.2": 2.0, "4.1.3": 1.0, "5.1.1": 1.0, "5.1.2": 1.5, "5.1.3": 1.5, "5.1.4": 1.0}


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it must be; its kind is a key of KINDS."""

    kind: str
    text: str


def problems(case: Case, result: dict[str, Any]) -> list[Problem]:
    """All that is not as it must be."""
    found = [Problem(kind, text) for kind, text in result["findings"]]
    if result["verdicts"]:
        return [*found, *_score(case, result["verdicts"]), *_verdicts(case, result["verdicts"]), *_words(case, result)]
    return found or [Problem("no result", "there are no verdicts")]


def _score(case: Case, verdicts: list[dict[str, Any]]) -> Iterator[Problem]:
    total = sum(verdict["score"] for verdict in verdicts)
    low, high = case.score
    text = f"score {total:g} is not in [{low:g}, {high:g}]: {_table(verdicts)}"
    if total > high + 1e-9:
        yield Problem("unearned", text)
    elif total < low - 1e-9:
        yield Problem("lost", text)


def _verdicts(case: Case, verdicts: list[dict[str, Any]]) -> Iterator[Problem]:
    numbers = [verdict["number"] for verdict in verdicts]
    if len(set(numbers)) != len(numbers):
        yield Problem("no result", f"more than one verdict of one number: {numbers}")
    wanted = [number for number in POINTS if any(number == c or number.startswith(f"{c}.") for c in case.checks)]
    if all(check in POINTS or f"{check}.1" in POINTS for check in case.checks):
        if numbers != ["0", *wanted]:
            yield Problem("no result", f"verdicts of {numbers}")
        possible = sum(verdict["max_score"] for verdict in verdicts)
        if possible != sum(POINTS[number] for number in wanted):
            yield Problem("no result", f"the denominator is {possible:g}")
    for verdict in verdicts:
        if verdict["status"] == "error" and not case.error:
            yield Problem("our fault", f"{verdict['number']}: {verdict['text'][:300]} | {verdict['staff'][-700:]}")


def _words(case: Case, result: dict[str, Any]) -> Iterator[Problem]:
    texts = {verdict["number"]: verdict["text"] for verdict in result["verdicts"]}
    for number, phrase in case.says.items():
        if phrase not in texts.get(number, ""):
            yield Problem("message", f"{number} does not say {phrase!r}, but {texts.get(number, '')[:400]!r}")
    everything = result["visible"]
    if case.says_any and case.says_any not in everything:
        yield Problem("message", f"nothing says {case.says_any!r}: {everything[-1500:]!r}")
    if case.never and case.never in everything:
        yield Problem("leak", f"a text that the student reads says {case.never!r}")


def _table(verdicts: list[dict[str, Any]]) -> str:
    return ", ".join(f"{v['number']} {v['status']} {v['score']:g}" for v in verdicts)
