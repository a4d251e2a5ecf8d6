"""Questions -> answers.md: the template that students fill in, and the same with all solutions."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.assignment import Assignment
from autograder.maths.names import Names, pretty
from autograder.written.questions import Option, Question

_HOW = """\
<!--
Write each answer under its heading, and keep the headings. A formula stands in a ```math block, between $$ and $$,
between $ and $, or as plain text on a line of its own: LaTeX, unicode (½ σ² ∞) and Python notation are all read. The
last formula under a heading is the answer; a derivation is a chain a = b = c, over as many lines as you like, and every
line of it is looked at. Logarithms are natural; a decimal number has three digits or more. To choose, put an x between
the brackets: - [x].
-->
"""


def template(assignment: Assignment, questions: Sequence[Question], *, solutions: bool = False) -> str:
    """The file that students fill in; with solutions, the file that earns full marks."""
    parts = [f"# {assignment.title}: written part", _HOW]
    titles = {part.number: part.title for part in assignment.parts}
    part = ""
    for question in questions:
        if question.check.part != part:
            part = question.check.part
            parts.append(f"# Part {part}: {titles.get(part, '')}\n".replace(": \n", "\n"))
        parts.append(_question(question, solutions=solutions))
    return "\n".join(parts)


def _question(question: Question, *, solutions: bool) -> str:
    by_hand = ", read by a person" if question.kind == "text" else ""
    points = f"{question.points:g} point{'' if question.points == 1 else 's'}"
    lines = [f"## {question.id}", "", f"> **{question.number} {question.title}** ({points}{by_hand})", ">"]
    lines += [f"> {line}".rstrip() for line in question.ask.splitlines()]
    if question.kind in ("expr", "steps", "number") and (names := _names(question.names)):
        lines += [">", f"> Names: {names}."]
    if question.kind == "match":
        lines += [">", "> Values: " + "; ".join(f"{option.key}) {option.text}" for option in question.options) + "."]
    return "\n".join([*lines, "", _answer(question, solutions=solutions), ""])


def _answer(question: Question, *, solutions: bool) -> str:
    if question.kind == "choice":
        boxes = [_box(option, ticked=solutions and option.right) for option in question.options]
        if question.reasons:
            boxes += [
                "",
                "Because:",
                "",
                *[_box(option, ticked=solutions and option.right) for option in question.reasons],
            ]
        return "\n".join([*boxes, ""])
    if question.kind == "match":
        return "\n".join(f"- {p.key}: {p.expect if solutions else ''}".rstrip() for p in question.pairs) + "\n"
    if not solutions:
        return ""
    if question.kind == "text":
        return f"{question.solution or 'An answer in words.'}\n"
    return question.solution + "\n" if question.solution else f"```math\n{question.expect}\n```\n"


def _box(option: Option, *, ticked: bool) -> str:
    return f"- [{'x' if ticked else ' '}] {option.key}) {option.text}"


def _names(names: Names) -> str:
    said = [f"{pretty(name)} (`{name}`)" for name in names.entries if name not in names.hidden]
    said += [f"{pretty(name + '_i')} (`{name}_i`)" for name in names.indexed]
    said += [f"`{law}`" for base, group in names.laws.items() if base not in names.hidden for law in group]
    return ", ".join(said)
