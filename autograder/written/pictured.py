"""A written answer as a report shows it: the formula as it was understood, and the curve that it describes."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice

from mpmath import mpf

from autograder import messages
from autograder.answers import Answer
from autograder.exhibits import Exhibit, Formula, Line, Plot
from autograder.maths.chains import final
from autograder.maths.evaluate import value
from autograder.maths.mathml import mathml
from autograder.maths.names import pretty
from autograder.maths.nodes import Name, Node
from autograder.maths.problems import NoValue, Unreadable
from autograder.maths.render import rendered
from autograder.maths.worlds import World, world
from autograder.written.found import last_formula, number_in
from autograder.written.questions import Question
from autograder.written.steps import lines_of

_POINTS, _BUDGET_S = 41, 1.0
_MOST_LINES = 60
_RANGES = {"real": (-3.0, 3.0), "positive": (0.1, 4.0), "unit": (0.02, 0.98)}
_ELSEWHERE = {"real": 0.7, "positive": 1.3, "unit": 0.4}  # where no term vanishes


def pictured(question: Question, answer: Answer, *, curve: bool = True) -> tuple[Exhibit, ...]:
    """The last formula of an answer, and its curve if asked for; nothing where there is none that can be read."""
    try:
        node = _last_node(question, answer)
    except Unreadable:
        return ()
    if node is None:
        return ()
    formula = Formula(messages.pictures.UNDERSTOOD, rendered(node), mathml(node))
    drawn = _curve(question, node) if curve else None
    return (formula, drawn) if drawn is not None else (formula,)


def _last_node(question: Question, answer: Answer) -> Node | None:
    if question.kind == "steps":
        lines = [line for line in islice(lines_of(question, answer), _MOST_LINES) if not line.side.label]
        sides = [line.side for line in lines]
    elif question.kind in ("expr", "number"):
        given = last_formula(answer)
        text = number_in(given.text) if question.kind == "number" else given.text
        sides = [final(text, replace(question.names, allow=question.allow), code=given.code)]
    else:
        return None
    return sides[-1].readings[0].node if sides and sides[-1].problem is None else None


def _curve(question: Question, node: Node) -> Plot | None:
    """The formula over the first of its scalars, all others at a simple value."""
    used = {part.name for part in node.walk() if isinstance(part, Name)}
    scalars = [entry for entry in question.names.entries.values() if entry.name in used and entry.domain in _RANGES]
    scalars = [entry for entry in scalars if entry.what == "scalar"]
    if not scalars:
        return None
    over, others = scalars[0], scalars[1:]
    place = world(question.names, 0)
    for entry in others:
        place.values[entry.name] = mpf(_ELSEWHERE[entry.domain])
    points = _points(node, place, over.name, *_RANGES[over.domain])
    if len(points) < _POINTS // 2:
        return None
    line = Line("yours", tuple(x for x, _ in points), tuple(y for _, y in points))
    at = ", ".join(f"{pretty(entry.name)} = {_ELSEWHERE[entry.domain]:g}" for entry in others)
    caption = messages.pictures.AT.format(values=at) if at else ""
    return Plot(messages.pictures.CURVE, pretty(over.name), messages.pictures.VALUE, (line,), caption=caption)


def _points(node: Node, place: World, name: str, low: float, high: float) -> list[tuple[float, float]]:
    started_s = time.monotonic()
    found = []
    for step in range(_POINTS):
        x = low + (high - low) * step / (_POINTS - 1)
        if time.monotonic() - started_s > _BUDGET_S:
            return []
        try:
            y = float(value(node, place, **{name: mpf(x)}))
        except (NoValue, TypeError, OverflowError):
            continue
        if abs(y) < 1e9:
            found.append((round(x, 4), float(f"{y:.5g}")))
    return found
