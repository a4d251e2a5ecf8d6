"""Explanation -> a text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from autograder.explain.explanation import Explained, Explanation
from autograder.model import Part, Visibility
from autograder.report.text import clean, points

_WIDTH = 80
_INDENT = " " * 9
_HEAD = f"  {'number':<7}{'check':<38}{'points':>7}{'limit':>8}{'took':>9}{'alarm':>9}"


def table(explanation: Explanation) -> str:
    """The whole explanation."""
    title = textwrap.fill(clean(explanation.assignment.title), _WIDTH)
    lines = [title, "=" * max(map(len, title.splitlines())), "", *_wrapped(_about(explanation), ""), "", _HEAD]
    for part in explanation.assignment.parts:
        lines += ["", *_part(explanation, part)]
    if explanation.caught_by_none:
        lines += ["", *_wrapped(f"Caught by no check: {', '.join(explanation.caught_by_none)}", "")]
    return "\n".join(lines)


def _about(explanation: Explanation) -> str:
    count = f"{len(explanation.checks)} checks and questions, {explanation.mistakes} known mistakes in code."
    alarm = "alarm: the probability with which the check fails a correct submission, at most (- where it is not known)."
    if explanation.torch is None:
        name = explanation.assignment.name
        known = f"Nothing was measured: see explain --measure, and validate {name} --store, which takes minutes."
    elif explanation.stale:
        known = f"Measured before {' and '.join(explanation.stale)} changed: store it anew with validate --store."
    else:
        known = f"Measured with torch {explanation.torch}."
    return f"{count} {known} {alarm}"


def _part(explanation: Explanation, part: Part) -> Iterator[str]:
    worth = f"{points(part.points)} points"
    room = _WIDTH - len(worth) - 2
    heading = f"Part {part.number}  {clean(part.title)}"[:room]
    yield f"{heading:<{_WIDTH - len(worth)}}{worth}"
    for explained in explanation.of(part):
        yield from _check(explained)


def _check(explained: Explained) -> Iterator[str]:
    check = explained.check
    name = clean(check.name)
    shown = name if len(name) <= 37 else name[:36] + "…"
    took = "-" if explained.took_s is None else f"{explained.took_s:.2f} s"
    probability = explained.false_alarm.probability
    alarm = "-" if probability is None else f"{probability:.0e}".replace("e-0", "e-") if probability else "0"
    worth = str(points(check.max_score + check.by_hand))
    limit = f"{check.timeout_s:g} s"
    yield f"  {check.number:<7}{shown:<38}{worth:>7}{limit:>8}{took:>9}{alarm:>9}"
    for text in _more(explained):
        yield from _wrapped(text, _INDENT)


def _more(explained: Explained) -> Iterator[str]:
    check, is_question = explained.check, explained.kind not in ("code", "training")
    if is_question:
        yield f"written, {explained.kind}" + ("; a person gives the points" if check.by_hand else "")
    if check.visibility is not Visibility.VISIBLE:
        yield f"visibility: {check.visibility.value}"
    if explained.requires:
        yield f"needs {', '.join(explained.requires)}"
    if explained.kind == "training" or explained.false_alarm.probability is None and not is_question:
        yield f"false alarm: {explained.false_alarm.why}"
    if is_question and explained.catches:
        yield f"knows {_count(len(explained.catches), 'wrong answer')}"
    elif explained.catches and explained.is_measured:
        yield f"catches {', '.join(explained.catches)}"
    elif explained.catches:
        known = _count(len(explained.catches), "known mistake")
        yield f"{known} in what it asks for; which of them it catches was not measured"
    if explained.catches_some:
        some = [f"{name} ({share:.0%})" for name, share in explained.catches_some]
        yield f"catches in some trainings {', '.join(some)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        clean(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
