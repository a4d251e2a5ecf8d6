"""Formulas and numbers: is the last formula under the heading the wanted one, and if not, why?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from mpmath import mpf

from autograder import messages
from autograder.answers import Answer
from autograder.maths import equal
from autograder.maths.chains import final
from autograder.maths.diagnose import Reason, reason
from autograder.maths.equal import Compared, Outcome
from autograder.maths.names import Names, pretty
from autograder.maths.nodes import Item, Name, Node
from autograder.maths.operators_used import operators
from autograder.maths.problems import Unreadable
from autograder.maths.readings import Reading
from autograder.maths.render import rendered
from autograder.written.found import Written, last_formula, number_in
from autograder.written.graded import Graded, joined
from autograder.written.questions import Mistake, Question

_ROUNDED_TOO_FAR = mpf("0.02")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


def expression(question: Question, answer: Answer) -> Graded:
    """Grade a formula or a number: the last one under the heading."""
    given = last_formula(answer)
    names = replace(question.names, allow=question.allow)
    if question.kind == "number" and _DECIMAL_COMMA.fullmatch(given.text.strip("$ ")):
        given = Written(given.text.replace(",", "."), given.line)
    if question.kind == "number":
        given = replace(given, text=number_in(given.text))
    try:
        side = final(given.text, names, code=given.code)
        if side.problem is not None:
            raise side.problem
    except Unreadable as problem:
        return unreadable(question, given, problem)
    if question.final and (used := left_over(question, side.readings[0].node)):
        echo, mistake = understood(side.readings[0]), known_mistake(question, side.readings[0].node)
        if mistake is not None:
            return wrong(mistake, echo, messages.answers.LINE.format(line=given.line))
        return Graded(0.0, joined(messages.answers.STILL_HAS.format(names=", ".join(sorted(used))), echo), given.text)
    return judged(question, side.readings, messages.answers.AT_LINE.format(line=given.line, text=side.text))


def judged(question: Question, readings: tuple[Reading, ...], where: str) -> Graded:
    """Compare all readings of a formula with the wanted one."""
    wanted = wanted_of(question)
    compared = [compare(question, reading.node, wanted) for reading in readings]
    for reading, found in zip(readings, compared, strict=True):
        if found.outcome is Outcome.EQUAL:
            return Graded(1.0, understood(reading), messages.answers.EQUAL.format(where=where))
    echo = understood(readings[0])
    if question.kind == "number" and _is_near(question, readings[0].node, wanted):
        close = messages.answers.NUMBER_CLOSE
        return Graded(0.0, joined(close, echo), messages.answers.ROUNDED_TOO_FAR.format(where=where))
    mistake = next((m for r in readings if (m := known_mistake(question, r.node)) is not None), None)
    if mistake is not None:
        return wrong(mistake, echo, where)
    if compared[0].outcome is Outcome.UNDECIDED:
        staff = messages.answers.UNDECIDED_FOR_STAFF.format(why=compared[0].why, where=where, wanted=question.expect)
        return Graded(0.0, joined(messages.answers.UNDECIDED, echo), staff, by_hand=True)
    why, detail = _reason(readings[0].node, wanted, question.names)
    hint = f"Hint: {why.hint}" if why else ""
    staff = joined(messages.answers.DIFFERENT.format(wanted=question.expect, where=where), detail)
    return Graded(0.0, joined(messages.answers.DIFFERS, echo, hint), staff)


def _reason(given: Node, wanted: Node, names: Names) -> tuple[Reason | None, str]:
    """Why a formula is wrong, and what staff read of it; a fault of ours here must not take the verdict with it."""
    try:
        found = reason(given, wanted, names)
    except Exception as error:  # noqa: BLE001 - see above
        return None, messages.answers.SEARCH_FAILED.format(error=error)
    return found, found.detail if found else messages.answers.NO_KNOWN_REASON


def wrong(known: Mistake, echo: str, where: str) -> Graded:
    """A known mistake: its hint, and its share of the points."""
    text = joined(messages.answers.DIFFERS, echo, f"Hint: {known.hint}")
    return Graded(
        known.share, text, messages.answers.KNOWN_MISTAKE.format(name=name_of(known), where=where), (name_of(known),)
    )


def name_of(known: Mistake) -> str:
    """How reports call a known mistake."""
    return known.source or known.when


def wanted_of(question: Question) -> Node:
    """The solution of a question."""
    return solution(question.expect, question.names)


@cache
def solution(text: str, names: Names) -> Node:
    """A formula of the course's own. Raises Unreadable."""
    side = final(text, names)
    if side.problem is not None:
        raise side.problem
    return side.readings[0].node


def compare(question: Question, given: Node, wanted: Node) -> Compared:
    """Whether a formula is the wanted one."""
    if question.kind == "number" and equal.is_rounded(given):
        return equal.compare(given, wanted, question.names, lambda a, b: equal.near(a, b, mpf(question.tolerance)))
    return equal.compare(given, wanted, question.names)


def _is_near(question: Question, given: Node, wanted: Node) -> bool:
    """Whether a number is the solution, rounded too far."""
    if not equal.is_rounded(given):
        return False
    found = equal.compare(given, wanted, question.names, lambda a, b: equal.near(a, b, _ROUNDED_TOO_FAR))
    return found.outcome is Outcome.EQUAL


def known_mistake(question: Question, given: Node, mistakes: Iterable[Mistake] | None = None) -> Mistake | None:
    """The known mistake that a formula equals."""
    for known in question.mistakes if mistakes is None else mistakes:
        if compare(question, given, solution(known.when, question.names)).outcome is Outcome.EQUAL:
            return known
    return None


def understood(reading: Reading) -> str:
    """How a formula was understood: it tells a misreading at a glance."""
    return joined(
        messages.answers.UNDERSTOOD.format(formula=rendered(reading.node)),
        *[messages.answers.READ_SO.format(note=note) for note in reading.notes],
    )


def unreadable(question: Question, given: Written, problem: Unreadable) -> Graded:
    """A formula that cannot be read goes to a person; one with an operator that the question rules out is wrong."""
    shown = messages.answers.AT_LINE.format(line=given.line, text=problem.shown(given.text))
    if problem.ruled_out:
        return Graded(0.0, shown, messages.answers.OPERATOR_RULED_OUT.format(text=given.text))
    staff = messages.answers.UNREAD_FOR_STAFF.format(text=given.text, wanted=question.expect)
    return Graded(0.0, joined(messages.answers.UNREAD, shown), staff, by_hand=True)


def left_over(question: Question, node: Node) -> set[str]:
    """Operators and names of a formula that the final one may not have: with them it restates the question."""
    found = set(operators(node) - question.allow)
    if question.final:
        used = {part.name for part in node.walk() if isinstance(part, (Name, Item)) and part.name in known(question)}
        found |= {pretty(name) for name in used - question.final}
    return found


def known(question: Question) -> set[str]:
    """The scalars and indexed names that a question declares."""
    return {*question.names.entries, *question.names.indexed} - {question.names.size}
