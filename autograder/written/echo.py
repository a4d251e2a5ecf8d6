"""What a handout's grader says of an answer without the solution: how it was understood, or that it cannot be read."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from autograder import messages
from autograder.answers import Answer
from autograder.maths.chains import Side, final
from autograder.maths.problems import Unreadable
from autograder.written.choices import chosen
from autograder.written.expressions import understood
from autograder.written.found import last_formula, number_in
from autograder.written.graded import Graded, joined
from autograder.written.questions import Question
from autograder.written.steps import lines_of

_MOST_LINES, _MOST_PROBLEMS = 60, 3


def echo(question: Question, answer: Answer) -> Graded:
    """No points, and what was understood."""
    match question.kind:
        case "expr" | "number":
            return Graded(0.0, _of_formula(question, answer))
        case "steps":
            return Graded(0.0, _of_derivation(question, answer))
        case "choice":
            options, reasons = chosen(question, answer)
            keys = ", ".join(option.key for option in (*options, *reasons))
            return Graded(
                0.0, messages.answers.TICKED.format(keys=keys) if options else messages.answers.NOTHING_TICKED
            )
    return Graded(0.0, "")


def _of_formula(question: Question, answer: Answer) -> str:
    given = last_formula(answer)
    text = number_in(given.text) if question.kind == "number" else given.text
    try:
        side = final(text, replace(question.names, allow=question.allow), code=given.code)
    except Unreadable as problem:
        return joined(_unread(problem, text, given.line), messages.answers.FOR_A_PERSON)
    return _of_sides([(side, text, given.line)])


def _of_derivation(question: Question, answer: Answer) -> str:
    try:
        lines = [line for line in islice(lines_of(question, answer), _MOST_LINES) if not line.side.label]
    except Unreadable as problem:
        return joined(str(problem), messages.answers.FOR_A_PERSON)
    if not lines:
        return messages.answers.NO_FORMULA
    return _of_sides([(line.side, line.written.text, line.written.line) for line in lines])


def _of_sides(sides: list[tuple[Side, str, int]]) -> str:
    """How the last one was understood, and which cannot be read."""
    unread = [_unread(side.problem, text, line) for side, text, line in sides if side.problem is not None]
    last = sides[-1][0]
    said = understood(last.readings[0]) if last.problem is None else ""
    return joined(said, *unread[:_MOST_PROBLEMS], messages.answers.FOR_A_PERSON if unread else "")


def _unread(problem: Unreadable, text: str, line: int) -> str:
    return messages.answers.AT_LINE.format(line=line, text=problem.shown(text))
