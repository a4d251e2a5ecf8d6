"""Denoising diffusion with Gaussian noise, one axis of the data.

x_t = sqrt(alpha) x_(t-1) + sqrt(1 - alpha) noise. alpha belongs to step t, A is the product of the alphas of all steps
before t, so alpha A is alpha-bar of step t; A = 1 before the first step.
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Expr,
    Integer,
    Symbol,
    expand,
    simplify,
    sqrt,
    symbols,
)

from reference.closed_forms.calculus import expectation, log_normal, normal_of, only_solution, require
from reference.closed_forms.form import ClosedForm, ProvedBy

alpha, A = symbols("alpha A", positive=True)  # A: abar_prev
x_0, x_t, eps = symbols("x_0 x_t epsilon", real=True)
_before, _noise, _earlier_noise, _unit = symbols("x_before n n_before u", real=True)

alpha_below_one, A_below_one = alpha < 1, A < 1

_HO = "Ho, Jain & Abbeel 2020, Denoising diffusion probabilistic models"

# --- q(x_t | x_0), by induction over t


def _one_step(before: Expr) -> Expr:
    """The definition of a noising step."""
    return sqrt(alpha) * before + sqrt(1 - alpha) * _noise


def _moment_after_one_step(power: int) -> Expr:
    """E x_t^power given x_0, when x_(t-1) has mean sqrt(A) x_0 and variance 1 - A, and the new noise is its own."""
    over_noise = expectation(_one_step(_before) ** power, _noise, Integer(0), Integer(1))
    return expectation(over_noise, _before, sqrt(A) * x_0, sqrt(1 - A))


def _start(power: int) -> Expr:
    """The same claim before the first step: x_0 itself."""
    return expectation(_before**power, _before, x_0, Integer(0))


def _marginal_mean() -> Expr:
    require(_start(1) == (sqrt(A) * x_0).subs(A, 1), "the mean before any noise")
    return _moment_after_one_step(1)


def _marginal_variance() -> Expr:
    require(_start(2) - _start(1) ** 2 == (1 - A).subs(A, 1), "the variance before any noise")
    return expand(_moment_after_one_step(2)) - expand(_moment_after_one_step(1) ** 2)


MARGINAL_MEAN = ClosedForm(
    statement="the mean of q(x_t | x_0), which is normal by gaussian.LOG_LINEAR_MARGINAL",
    symbols=(x_0, alpha, A),
    expression=sqrt(alpha * A) * x_0,
    source=f"{_HO}, equation 4",
    proved_by=ProvedBy.INDUCTION,
    proof=_marginal_mean,
    where=(alpha_below_one, A <= 1),
)

MARGINAL_VARIANCE = ClosedForm(
    statement="the variance of q(x_t | x_0)",
    symbols=(alpha, A),
    expression=1 - alpha * A,
    source=f"{_HO}, equation 4",
    proved_by=ProvedBy.INDUCTION,
    proof=_marginal_variance,
    where=(alpha_below_one, A <= 1),
)


def _sample() -> Expr:
    """mean + deviation * epsilon."""
    return _marginal_mean() + sqrt(simplify(_marginal_variance())) * eps


SAMPLE = ClosedForm(
    statement="x_t, all steps at once, from the noise epsilon ~ N(0, 1)",
    symbols=(x_0, eps, alpha, A),
    expression=sqrt(alpha * A) * x_0 + sqrt(1 - alpha * A) * eps,
    source=f"{_HO}, equation 4",
    proved_by=ProvedBy.INDUCTION,
    proof=_sample,
    where=(alpha_below_one, A <= 1),
)


def _solved_for(unknown: Symbol) -> Expr:
    return only_solution(_sample() - x_t, unknown)


PREDICTED_X_0 = ClosedForm(
    statement="x_0, from x_t and its noise",
    symbols=(x_t, eps, alpha, A),
    expression=(x_t - sqrt(1 - alpha * A) * eps) / sqrt(alpha * A),
    source=f"{_HO}, equation 15",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _solved_for(x_0),
    where=(alpha_below_one, A <= 1),
)

PREDICTED_NOISE = ClosedForm(
    statement="the noise, from x_t and x_0",
    symbols=(x_t, x_0, alpha, A),
    expression=(x_t - sqrt(alpha * A) * x_0) / sqrt(1 - alpha * A),
    source=f"{_HO}, equation 4, solved for the noise",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _solved_for(eps),
    where=(alpha_below_one, A <= 1),
)

# --- q(x_(t-1) | x_t, x_0), by Bayes' theorem


def _posterior() -> tuple[Expr, Expr]:
    """The square in x_(t-1) of log q(x_t | x_(t-1)) + log q(x_(t-1) | x_0), completed."""
    step = log_normal(x_t, sqrt(alpha) * _before, 1 - alpha)
    start = log_normal(_before, sqrt(A) * x_0, 1 - A)
    return normal_of(step + start, _before)


POSTERIOR_MEAN = ClosedForm(
    statement="the mean of q(x_(t-1) | x_t, x_0)",
    symbols=(x_t, x_0, alpha, A),
    expression=sqrt(A) * (1 - alpha) / (1 - alpha * A) * x_0 + sqrt(alpha) * (1 - A) / (1 - alpha * A) * x_t,
    source=f"{_HO}, equation 7",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _posterior()[0],
    where=(alpha_below_one, A_below_one),
)

POSTERIOR_VARIANCE = ClosedForm(
    statement="the variance of q(x_(t-1) | x_t, x_0)",
    symbols=(alpha, A),
    expression=(1 - A) / (1 - alpha * A) * (1 - alpha),
    source=f"{_HO}, equation 7",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _posterior()[1],
    where=(alpha_below_one, A_below_one),
)

POSTERIOR_MEAN_FROM_NOISE = ClosedForm(
    statement="the same mean, from x_t and its noise",
    symbols=(x_t, eps, alpha, A),
    expression=(x_t - (1 - alpha) / sqrt(1 - alpha * A) * eps) / sqrt(alpha),
    source=f"{_HO}, equation 11",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _posterior()[0].subs(x_0, _solved_for(x_0)),
    where=(alpha_below_one, A_below_one),
)

# --- the first step, A -> 1

FIRST_STEP_MEAN = ClosedForm(
    statement="the posterior mean at t = 1, whatever x_1 is",
    symbols=(x_0,),
    expression=x_0,
    source=f"{_HO}, equation 7",
    proved_by=ProvedBy.LIMIT,
    proof=lambda: simplify(_posterior()[0]).limit(A, 1, "-"),
)

FIRST_STEP_VARIANCE = ClosedForm(
    statement="the posterior variance at t = 1: the last step of sampling adds no noise",
    symbols=(),
    expression=Integer(0),
    source=f"{_HO}, equation 7",
    proved_by=ProvedBy.LIMIT,
    proof=lambda: simplify(_posterior()[1]).limit(A, 1, "-"),
)
