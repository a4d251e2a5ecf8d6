"""Measures the written questions: every spelling accepted, every known mistake caught and named, no two alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.answers import read
from autograder.assignment import Assignment
from autograder.maths import equal
from autograder.maths.operators_used import operators
from autograder.maths.problems import Unreadable
from autograder.written.expressions import solution
from autograder.written.graded import Graded
from autograder.written.questions import Question, load_questions
from autograder.written.sheet import grade
from autograder.written.template import template

_FORMULAS = ("expr", "steps", "number")


@dataclass(frozen=True)
class WrittenMeasured:
    """What was tried, and what fell short."""

    questions: int
    spellings: int
    mistakes: int
    named: int
    findings: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Nothing falls short, but one mistake or 5 % of them may be unnamed."""
        unnamed = self.mistakes - self.named
        return len(self.findings) == unnamed and (unnamed <= 1 or unnamed <= 0.05 * self.mistakes)

    def __str__(self) -> str:
        return "\n".join(
            [
                *self.findings,
                f"written: {self.questions} questions, {self.spellings} spellings accepted, "
                f"{self.mistakes} mistakes, {self.named} named",
            ]
        )


def measure(assignment: Assignment) -> WrittenMeasured | None:
    """Try everything that the questions of an assignment state about themselves; None if there are none."""
    questions = load_questions(assignment)
    if not questions:
        return None
    findings = [finding for question in questions for finding in _findings(question)]
    findings += _whole_file(assignment, questions)
    mistakes = sum(len(_wrong(question)) for question in questions)
    unnamed = sum(finding.startswith("UNNAMED") for finding in findings)
    spellings = sum(len(question.spellings) for question in questions)
    return WrittenMeasured(len(questions), spellings, mistakes, mistakes - unnamed, tuple(findings))


def answered(question: Question, text: str) -> Graded:
    """What an answer with this text comes to."""
    sheet = read(f"## {question.id}\n\n{text}\n", {question.id: question.number})
    return grade(question, sheet.answers[question.id])


def _findings(question: Question) -> Iterator[str]:
    if question.kind in _FORMULAS:
        yield from _formula_findings(question)
    if question.solution and question.kind != "text":
        graded = answered(question, question.solution)
        if graded.share != 1.0:
            yield f"REJECTED  {question.id}: its own solution earns {graded.share:g} of 1: {graded.text}"
    elif question.kind == "steps":
        yield f"INCOMPLETE {question.id}: a derivation needs a solution, to see that it earns full marks"


def _formula_findings(question: Question) -> Iterator[str]:
    try:
        wanted = solution(question.expect, question.names)
        if ruled_out := operators(wanted) - question.allow:
            yield f"INCOMPLETE {question.id}: its solution uses {', '.join(sorted(ruled_out))}, which allow lacks"
        if not any(True for _ in equal.worlds(wanted, question.names)):
            yield f"INCOMPLETE {question.id}: its solution has no value in any world"
    except Unreadable as problem:
        yield f"INCOMPLETE {question.id}: expect cannot be read: {problem.shown(question.expect)}"
        return
    as_formula = _as_expression(question)
    for spelling in (question.expect, *question.spellings):
        graded = answered(as_formula, _block(spelling))
        if graded.share != 1.0:
            yield f"REJECTED  {question.id}: {spelling}: {graded.text} {graded.staff}"
    for slot in question.slots:
        for form in slot.forms:
            try:
                solution(form, question.names)
            except Unreadable as problem:
                yield f"INCOMPLETE {question.id}: slot {slot.name}: {problem.shown(form)}"
    yield from _mistake_findings(question)


def _mistake_findings(question: Question) -> Iterator[str]:
    for known in question.mistakes:
        graded = answered(_as_expression(question), _block(known.when))
        if graded.share == 1.0:
            yield f"SURVIVES  {question.id}: {known.when}"
        elif known.hint not in graded.text:
            yield f"UNNAMED   {question.id}: {known.when}: {graded.text} {graded.staff}"
    for one, other in itertools.combinations(question.mistakes, 2):
        if one.hint != other.hint and _alike(question, one.when, other.when):
            yield f"AMBIGUOUS {question.id}: {one.when} and {other.when} are equal, but have different hints"


def _alike(question: Question, one: str, other: str) -> bool:
    try:
        a, b = (solution(text, question.names) for text in (one, other))
    except Unreadable:
        return False
    return equal.compare(a, b, question.names).outcome is equal.Outcome.EQUAL


def _as_expression(question: Question) -> Question:
    """A derivation's end alone is graded as a formula; its mistakes may use any operator."""
    used = question.allow
    for text in (question.expect, *[known.when for known in question.mistakes]):
        try:
            used |= operators(solution(text, question.names))
        except Unreadable:
            continue
    return replace(question, kind="number" if question.kind == "number" else "expr", allow=used)


def _wrong(question: Question) -> list[str]:
    return [known.when for known in question.mistakes] if question.kind in _FORMULAS else []


def _block(text: str) -> str:
    return f"```math\n{text}\n```"


def _whole_file(assignment: Assignment, questions: Sequence[Question]) -> Iterator[str]:
    """The template earns nothing, and the same with all solutions everything."""
    numbers = {question.id: question.number for question in questions}
    for solutions, wanted in ((False, 0.0), (True, 1.0)):
        sheet = read(template(assignment, questions, solutions=solutions), numbers)
        yield from (f"INCOMPLETE template: {problem}" for problem in sheet.problems)
        for question in questions:
            answer = sheet.answers.get(question.id)
            if question.kind == "text" or answer is None or not answer.pieces:
                continue
            graded = grade(question, answer)
            if graded.share != wanted:
                which = "the file with all solutions" if solutions else "the template"
                yield f"REJECTED  {question.id}: {which} earns {graded.share:g} of it: {graded.text}"
