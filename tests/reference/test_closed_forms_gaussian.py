"""Definition -> formula: sympy integrates each Gaussian closed form from the density it is defined by."""

import pytest
import sympy
from sympy import Expr, Symbol, exp, expand, expand_log, integrate, log, oo, pi, simplify, sqrt

from reference.closed_forms import ClosedForm
from reference.closed_forms.gaussian import (
    KL_NORMAL,
    KL_STANDARD_NORMAL,
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
standard_density = exp(-(t**2) / 2) / sqrt(2 * pi)


def density(at: Expr, mean: Expr, deviation: Expr) -> Expr:
    """The density of mean + deviation * t, t ~ N(0, 1), by the change of variables."""
    return standard_density.subs(t, (at - mean) / deviation) / deviation


def kl_by_substitution(mean_q: Expr, deviation_q: Expr, mean_p: Expr, deviation_p: Expr) -> Expr:
    """E_q[log q - log p] with x = mean_q + deviation_q * t: a polynomial in t, and the moments of t."""
    at = mean_q + deviation_q * t
    log_ratio = expand_log(log(density(at, mean_q, deviation_q))) - expand_log(log(density(at, mean_p, deviation_p)))
    terms = sympy.Poly(expand(log_ratio), t).terms()  # raises where the log ratio is not a polynomial in t
    return sum(coefficient * moment(power) for (power,), coefficient in terms)


def kl_by_integration(mean_q: Expr, deviation_q: Expr, mean_p: Expr, deviation_p: Expr) -> Expr:
    q, p = (density(t, mean_q, deviation_q), density(t, mean_p, deviation_p))
    return integrate(expand(q * expand(expand_log(log(q)) - expand_log(log(p)))), (t, -oo, oo))


def moment(power: int) -> Expr:
    return integrate(t**power * standard_density, (t, -oo, oo))


@pytest.mark.parametrize(("power", "expected"), [(0, 1), (1, 0), (2, 1)])
def test_the_moments_of_standard_noise_are_integrals(power: int, expected: int) -> None:
    assert moment(power) == expected


@pytest.mark.parametrize("derive", [kl_by_substitution, kl_by_integration])
def test_kl_to_the_standard_normal_follows_from_its_definition(derive) -> None:
    assert simplify(derive(mu, sigma, 0, 1) - KL_STANDARD_NORMAL.expression) == 0


@pytest.mark.parametrize("derive", [kl_by_substitution, kl_by_integration])
def test_kl_between_two_normals_follows_from_its_definition(derive) -> None:
    assert simplify(derive(mu_q, sigma_q, mu_p, sigma_p) - KL_NORMAL.expression) == 0


def test_a_derivation_tells_the_two_directions_of_the_kl_apart() -> None:
    assert simplify(kl_by_substitution(mu_p, sigma_p, mu_q, sigma_q) - KL_NORMAL.expression) != 0


def test_kl_between_two_normals_contains_the_kl_to_the_standard_normal() -> None:
    special = KL_NORMAL.expression.subs({mu_q: mu, sigma_q: sigma, mu_p: 0, sigma_p: 1})
    assert simplify(expand_log(special - KL_STANDARD_NORMAL.expression)) == 0


def test_kl_is_stationary_and_zero_only_where_q_is_p() -> None:
    slopes = [KL_NORMAL.expression.diff(mu_q), KL_NORMAL.expression.diff(sigma_q)]
    assert sympy.solve(slopes, [mu_q, sigma_q], dict=True) == [{mu_q: mu_p, sigma_q: sigma_p}]
    assert simplify(KL_NORMAL.expression.subs({mu_q: mu_p, sigma_q: sigma_p})) == 0


def test_log_normal_is_the_slope_of_the_distribution_function() -> None:
    """P(mu + sqrt(v) * t <= z) is integrated; its derivative in z is the density."""
    distribution = integrate(standard_density, (t, -oo, z)).subs(z, (z - mu) / sqrt(v))
    assert simplify(distribution.diff(z) / exp(LOG_NORMAL.expression)) == 1


def test_log_normal_is_normalised_with_mean_mu_and_variance_v() -> None:
    normal = expand(exp(LOG_NORMAL.expression.subs(z, mu + sqrt(v) * t)) * sqrt(v))
    moments = [simplify(integrate((sqrt(v) * t) ** power * normal, (t, -oo, oo))) for power in (0, 1, 2)]
    assert moments == [1, 0, v]


def test_a_closed_form_with_an_undeclared_symbol_is_refused() -> None:
    with pytest.raises(ValueError, match="not a formula in exactly"):
        ClosedForm(symbols=(mu,), expression=mu**2 + sigma**2, source="none")
