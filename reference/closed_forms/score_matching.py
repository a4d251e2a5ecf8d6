"""Denoising score matching on one axis. A score is the derivative of a log density in x, in units of 1 / x.

y = x + sigma * noise is the noisy value; where data need a distribution, x ~ N(mu, r).
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Expr,
    diff,
    simplify,
    sqrt,
    symbols,
)

from reference.closed_forms.calculus import expectation, gaussian_integral, log_normal, minimiser, normal_of
from reference.closed_forms.form import ClosedForm, ProvedBy

x, y, mu, score = symbols("x y mu s", real=True)
sigma, r = symbols("sigma r", positive=True)

_VINCENT = "Vincent 2011, A connection between score matching and denoising autoencoders"

_log_noisy = log_normal(y, x, sigma**2)
_log_data = log_normal(x, mu, r)

SCORE_TARGET = ClosedForm(
    statement="the derivative of log N(y; x, sigma^2) in y, the target of denoising score matching",
    symbols=(y, x, sigma),
    expression=-(y - x) / sigma**2,
    source=f"{_VINCENT}, section 4.2",
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: diff(_log_noisy, y),
)


def _score_of_the_noisy_marginal() -> Expr:
    """x is integrated out, then the derivative in y taken."""
    return simplify(diff(gaussian_integral(_log_noisy + _log_data, x), y))


MARGINAL_SCORE = ClosedForm(
    statement="the score of the noisy data, y ~ N(mu, r + sigma^2)",
    symbols=(y, mu, r, sigma),
    expression=-(y - mu) / (r + sigma**2),
    source=f"{_VINCENT}, section 4.2",
    proved_by=ProvedBy.INTEGRAL,
    proof=_score_of_the_noisy_marginal,
)


def _best_answer_to_the_target() -> Expr:
    """The s that minimises E [(s - target)^2 | y], x given y being normal: the target's conditional mean."""
    mean, variance = normal_of(_log_noisy + _log_data, x)
    squared_error = (score - diff(_log_noisy, y)) ** 2
    return simplify(minimiser(expectation(squared_error, x, mean, sqrt(variance)), score))


DENOISING_OPTIMUM = ClosedForm(
    statement="the s(y) of least E (s(y) - target)^2: the score of the noisy data, though the target is another",
    symbols=(y, mu, r, sigma),
    expression=-(y - mu) / (r + sigma**2),
    source=f"{_VINCENT}, section 4.2",
    proved_by=ProvedBy.OPTIMUM,
    proof=_best_answer_to_the_target,
)
