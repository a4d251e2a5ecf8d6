"""Inequalities between closed forms, at exact rational tables, and second routes to the distances."""

from random import Random

import pytest
from sympy import Abs, Expr, Interval, Rational, Symbol, integrate, log, oo

from reference.closed_forms import ClosedForm, all_forms
from reference.closed_forms.form import difference
from reference.closed_forms.iwae import bound, evidence, joint, q

FORMS = all_forms()
x = Symbol("x", real=True)


def values(form: ClosedForm, seed: int, count: int = 5) -> list[Expr]:
    rng = Random(seed)
    return [form.expression.subs(form.sample(rng)).evalf(30) for _ in range(count)]


@pytest.mark.parametrize(
    "path",
    [
        "divergences.JENSEN_GAP",
        "divergences.KL_AS_SUM_OF_GAPS",
        "divergences.JENSEN_SHANNON",
        "evidence_bound.GAP",
        "evidence_bound.GAP_OF_THE_PRIOR",
        "evidence_bound.CONDITIONAL_GAP",
        "linear_gaussian.GAP",
        "iwae.GAP_2",
        "iwae.GAIN_2",
        "iwae.GAIN_3",
        "gan.COMBINED_COST",
        "gaussian.KL_NORMAL",
        "distances.SQUARED_W2_NORMAL",
    ],
)
def test_a_divergence_or_gap_is_not_negative(path: str) -> None:
    assert all(value >= 0 for value in values(FORMS[path], seed=1))


def test_the_importance_bound_grows_with_the_samples_and_stays_below_the_evidence() -> None:
    rng = Random(2)
    for _ in range(3):
        point = FORMS["iwae.BOUND_2"].sample(rng)
        bounds = [bound(m).subs(point).evalf(30) for m in (1, 2, 3, 4)]
        assert bounds == sorted(bounds)
        assert bounds[-1] <= log(evidence).subs(point).evalf(30)


def test_the_importance_bound_is_the_evidence_for_every_m_where_q_is_the_posterior() -> None:
    point = {joint[0]: Rational(1, 10), joint[1]: Rational(3, 10), q[0]: Rational(1, 4), q[1]: Rational(3, 4)}
    for m in (1, 2, 3):
        assert difference(bound(m).subs(point), log(Rational(2, 5))) == 0


def test_the_value_of_the_game_lies_between_minus_log_4_and_0() -> None:
    assert all(-log(4).evalf(30) <= value <= 0 for value in values(FORMS["gan.VALUE_AT_D_STAR"], seed=3))


def test_no_discriminator_beats_the_best_one() -> None:
    game, best, rng = FORMS["gan.VALUE"], FORMS["gan.VALUE_AT_D_STAR"], Random(4)
    for _ in range(5):
        point = game.sample(rng)
        assert game.expression.subs(point).evalf(30) <= best.expression.subs(point).evalf(30)


@pytest.mark.parametrize(
    ("path", "shift"), [("distances.W1_HALF_OVERLAP", Rational(1, 2)), ("distances.W1_DISJOINT", Rational(1))]
)
def test_w1_of_uniforms_is_the_area_between_the_distribution_functions(path: str, shift: Rational) -> None:
    """F_1 = x on [0, 1], F_2 = x - shift on [shift, 1 + shift], constant outside: three pieces."""
    pieces = [
        integrate(x, (x, 0, shift)),
        integrate(x - (x - shift), (x, shift, 1)),
        integrate(1 + shift - x, (x, 1, 1 + shift)),
    ]
    assert sum(pieces) == FORMS[path].expression


@pytest.mark.parametrize(("path", "low"), [("distances.KL_HALF_OVERLAP", Rational(1, 2)), ("distances.KL_DISJOINT", 1)])
def test_kl_is_infinite_where_p_has_mass_outside_the_support_of_q(path: str, low: Expr) -> None:
    outside = Interval(0, 1) - Interval(low, low + 1)
    assert outside.measure > 0
    assert FORMS[path].expression == oo


def test_a_shift_of_one_half_and_of_one_are_cases_of_every_shift() -> None:
    for name, half, one in (
        ("JSD_SHIFT", "JSD_HALF_OVERLAP", "JSD_DISJOINT"),
        ("W1_SHIFT", "W1_HALF_OVERLAP", "W1_DISJOINT"),
    ):
        form = FORMS[f"distances.{name}"]
        assert form.at(s=Rational(1, 2)) == FORMS[f"distances.{half}"].expression
        assert form.at(s=1) == FORMS[f"distances.{one}"].expression


def test_the_lipschitz_optimum_is_minus_the_distance_of_the_points() -> None:
    optimum, distance = FORMS["wasserstein_game.LIPSCHITZ_OPTIMUM"], FORMS["distances.W1_POINTS"]
    a, b = Rational(-7, 3), Rational(5, 4)
    assert optimum.at(theta=a, theta_0=b) == -distance.at(a=a, b=b) == -Abs(a - b)


def test_a_weak_penalty_leaves_the_critic_steep_and_a_strong_one_makes_its_slope_minus_one() -> None:
    slope = FORMS["wasserstein_game.PENALISED_SLOPE"]
    penalty = slope.symbols[1]
    assert slope.expression.limit(penalty, oo) == -1
    assert slope.at(d=2, **{"lambda": Rational(1, 2)}) == -3
