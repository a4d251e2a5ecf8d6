"""Every closed form follows from its definition, exactly; and no proof accepts a wrong one."""

from dataclasses import replace
from random import Random

import pytest
import sympy
from sympy import Eq, Rational, Symbol, oo, symbols

from reference.closed_forms import TOPICS, ClosedForm, ProvedBy, all_forms
from reference.closed_forms.calculus import ProofError, kl, maximiser, only_solution
from reference.closed_forms.form import difference

FORMS = all_forms()
WITH_SYMBOLS = {path: form for path, form in FORMS.items() if form.symbols}


def wrong_versions(form: ClosedForm) -> list[sympy.Expr]:
    """Off by one, doubled, sign flipped: whichever differ from the right formula."""
    right = form.expression
    if right in (oo, -oo):
        return [-right, sympy.Integer(0), sympy.log(2)]
    return [right + 1, *([2 * right, -right] if right != 0 else [])]


def a_form(**changes: object) -> ClosedForm:
    x = Symbol("x", positive=True)
    fields = {
        "statement": "the square",
        "symbols": (x,),
        "expression": x**2,
        "source": "none",
        "proved_by": ProvedBy.EQUATIONS,
        "proof": lambda: x * x,
    }
    return ClosedForm(**(fields | changes))


@pytest.mark.parametrize("path", FORMS)
def test_the_proof_derives_exactly_the_formula(path: str) -> None:
    assert FORMS[path].residual() == 0


@pytest.mark.parametrize("path", FORMS)
def test_the_proof_refuses_a_wrong_formula(path: str) -> None:
    form = FORMS[path]
    for wrong in wrong_versions(form):
        assert replace(form, expression=wrong).residual() != 0, wrong


@pytest.mark.parametrize("path", FORMS)
def test_a_form_states_what_it_is_and_where_it_is_printed(path: str) -> None:
    form = FORMS[path]
    for text in (form.statement, form.source):
        assert text.strip() == text
        assert text
        assert "\n" not in text
    assert isinstance(form.proved_by, ProvedBy)
    assert callable(form.proof)


def test_every_topic_has_forms_and_no_form_has_two_names() -> None:
    assert {path.split(".")[0] for path in FORMS} == set(TOPICS)
    assert len({id(form) for form in FORMS.values()}) == len(FORMS)


@pytest.mark.parametrize("path", WITH_SYMBOLS)
def test_a_sampled_point_lies_in_the_domain_and_gives_a_finite_real_value(path: str) -> None:
    form, rng = WITH_SYMBOLS[path], Random(0)
    for _ in range(3):
        point = form.sample(rng)
        assert tuple(point) == form.symbols
        for symbol, value in point.items():
            assert value.is_Rational
            assert all(getattr(value, f"is_{kind}") for kind, holds in symbol.assumptions0.items() if holds)
        assert all(relation.subs(point) is sympy.true for relation in form.where)
        value = form.at(**{symbol.name: number for symbol, number in point.items()})
        assert value.is_extended_real
        assert value.evalf(30).is_finite


# --- the dataclass itself


def test_a_form_with_an_undeclared_symbol_is_refused() -> None:
    x, y = symbols("x y")
    with pytest.raises(ValueError, match="not a formula in exactly"):
        a_form(symbols=(x,), expression=x + y)


def test_a_domain_of_undeclared_symbols_is_refused() -> None:
    with pytest.raises(ValueError, match="of other symbols"):
        a_form(where=(Symbol("y") < 1,))


def test_a_value_takes_one_number_for_every_symbol() -> None:
    assert a_form().at(x=Rational(3, 2)) == Rational(9, 4)
    with pytest.raises(ValueError, match="values are given for"):
        a_form().at(x=1, y=2)


def test_a_difference_knows_that_probabilities_sum_to_one() -> None:
    p, q = symbols("p q", positive=True)
    assert difference(p + q, 1, (Eq(p + q, 1),)) == 0
    assert difference(p + q, 1) != 0


@pytest.mark.parametrize(("left", "right"), [(oo, 1), (1, oo), (oo, -oo)])
def test_infinity_differs_from_everything_else(left, right) -> None:
    assert difference(sympy.sympify(left), sympy.sympify(right)) != 0


def test_a_domain_without_a_point_on_the_grid_is_an_error() -> None:
    form = a_form()
    with pytest.raises(ValueError, match="no point was found"):
        replace(form, where=(form.symbols[0] < Rational(1, 99),)).sample(Random(0))


# --- the steps of proofs refuse what is not so


def test_a_minimum_is_no_maximum() -> None:
    x = Symbol("x", real=True)
    assert maximiser(-(x**2) + 2 * x, x) == 1
    with pytest.raises(ProofError, match="negative"):
        maximiser(x**2, x)


def test_two_solutions_are_not_one() -> None:
    x = Symbol("x", real=True)
    with pytest.raises(ProofError, match="one solution"):
        only_solution(x**2 - 1, x)


def test_a_divergence_has_a_direction() -> None:
    p, q = symbols("p_1:3", positive=True), symbols("q_1:3", positive=True)
    assert difference(kl(p, q), kl(q, p), (Eq(p[0] + p[1], 1), Eq(q[0] + q[1], 1))) != 0
