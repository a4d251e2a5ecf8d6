"""A written answer in a report: the formula as it was understood, and its curve."""

import math

import pytest

from autograder.answers import read
from autograder.assignment import load_assignment
from autograder.exhibits import Formula, Plot
from autograder.written.pictured import pictured
from autograder.written.questions import load_questions
from tests.grading_bench import ROOT


@pytest.fixture(scope="module")
def questions():
    return {q.id: q for q in load_questions(load_assignment(ROOT / "assignments" / "vae"))}


def shown(question, text):
    sheet = read(f"## {question.id}\n\n{text}\n", {question.id: question.number})
    return pictured(question, sheet.answers[question.id])


def test_a_formula_is_shown_as_it_was_understood_with_its_curve(questions):
    formula, curve = shown(questions["kl_std"], "$$\\frac12(\\mu^2+\\sigma^2-1-\\log\\sigma^2)$$")
    assert isinstance(formula, Formula)
    assert formula.mathml.startswith("<math") and "σ" in formula.text
    assert isinstance(curve, Plot)
    assert (curve.x_label, curve.caption) == ("μ", "at σ = 1.3")
    line = curve.lines[0]
    assert min(line.y) == line.y[line.x.index(0.0)] == pytest.approx((1.3**2 - 1 - math.log(1.3**2)) / 2, rel=1e-4)
    assert line.y[0] == pytest.approx(min(line.y) + 4.5, rel=1e-4)


def test_a_curve_of_a_wrong_formula_is_another_curve(questions):
    _, right = shown(questions["kl_std"], "$$\\frac12(\\mu^2+\\sigma^2-1-\\log\\sigma^2)$$")
    _, wrong = shown(questions["kl_std"], "$$\\frac12(\\mu^2+\\sigma^2-1-\\log\\sigma)$$")
    assert right.lines != wrong.lines


@pytest.mark.parametrize("text", ["no formula at all", "$$\\frac{$$", "$$\\foo(x)$$"])
def test_what_cannot_be_read_is_not_shown(questions, text):
    assert shown(questions["kl_std"], text) == ()


def test_a_choice_has_no_formula(questions):
    choice = next(question for question in questions.values() if question.kind == "choice")
    assert shown(choice, "- [x] a") == ()


def test_a_formula_without_scalars_has_no_curve(questions):
    number = next(question for question in questions.values() if question.kind == "number")
    found = shown(number, "$$42$$")
    assert [type(exhibit) for exhibit in found] == [Formula]


def test_a_curve_leaves_out_where_the_formula_has_no_value(questions):
    _, curve = shown(questions["kl_std"], "$$\\log\\mu+\\sigma$$")
    assert min(curve.lines[0].x) > 0
