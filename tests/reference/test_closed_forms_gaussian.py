"""Second routes to the Gaussian forms: the integrals taken as they stand, and what the formulas imply."""

import pytest
import sympy
from sympy import Expr, Symbol, exp, expand, expand_log, integrate, log, oo, pi, simplify, sqrt

from reference.closed_forms.calculus import moment
from reference.closed_forms.gaussian import (
    KL_EQUAL_VARIANCES,
    KL_NORMAL,
    KL_STANDARD_NORMAL,
    KL_STANDARD_NORMAL_REVERSED,
    LOG_NORMAL,
    mu,
    mu_p,
    mu_q,
    sigma,
    sigma_p,
    sigma_q,
    v,
    z,
)

t = Symbol("t", real=True)


def density(mean: Expr, deviation: Expr) -> Expr:
    return exp(-(((t - mean) / deviation) ** 2) / 2) / sqrt(2 * pi) / deviation


def kl_by_integration(mean_q: Expr, deviation_q: Expr, mean_p: Expr, deviation_p: Expr) -> Expr:
    """No substitution: q (log q - log p) is integrated over the line."""
    q, p = density(mean_q, deviation_q), density(mean_p, deviation_p)
    return integrate(expand(q * expand(expand_log(log(q)) - expand_log(log(p)))), (t, -oo, oo))


@pytest.mark.parametrize(("power", "expected"), [(0, 1), (1, 0), (2, 1), (3, 0), (4, 3)])
def test_the_moments_of_standard_noise_are_integrals(power: int, expected: int) -> None:
    assert moment(power) == expected


def test_kl_to_the_standard_normal_is_the_plain_integral() -> None:
    assert simplify(kl_by_integration(mu, sigma, 0, 1) - KL_STANDARD_NORMAL.expression) == 0


def test_kl_between_two_normals_is_the_plain_integral() -> None:
    assert simplify(kl_by_integration(mu_q, sigma_q, mu_p, sigma_p) - KL_NORMAL.expression) == 0


@pytest.mark.parametrize(
    ("form", "special_case"),
    [
        (KL_STANDARD_NORMAL, {mu_q: mu, sigma_q: sigma, mu_p: 0, sigma_p: 1}),
        (KL_STANDARD_NORMAL_REVERSED, {mu_q: 0, sigma_q: 1, mu_p: mu, sigma_p: sigma}),
        (KL_EQUAL_VARIANCES, {sigma_q: sigma, sigma_p: sigma}),
    ],
)
def test_kl_between_two_normals_contains_its_special_cases(form, special_case) -> None:
    special = KL_NORMAL.expression.subs(special_case, simultaneous=True)
    assert simplify(expand_log(special - form.expression)) == 0


def test_kl_is_stationary_and_zero_only_where_q_is_p() -> None:
    slopes = [KL_NORMAL.expression.diff(mu_q), KL_NORMAL.expression.diff(sigma_q)]
    assert sympy.solve(slopes, [mu_q, sigma_q], dict=True) == [{mu_q: mu_p, sigma_q: sigma_p}]
    assert simplify(KL_NORMAL.expression.subs({mu_q: mu_p, sigma_q: sigma_p})) == 0


def test_log_normal_is_normalised_with_mean_mu_and_variance_v() -> None:
    normal = expand(exp(LOG_NORMAL.expression.subs(z, mu + sqrt(v) * t)) * sqrt(v))
    moments = [simplify(integrate((sqrt(v) * t) ** power * normal, (t, -oo, oo))) for power in (0, 1, 2)]
    assert moments == [1, 0, v]
