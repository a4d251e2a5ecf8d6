"""The linear-Gaussian model p(z) = N(0, 1), p(x | z) = N(w z + b, v), whose every quantity is known, in nats.

The encoder is q(z) = N(m, s^2).
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Expr,
    Integer,
    Rational,
    diff,
    expand_log,
    limit,
    log,
    oo,
    pi,
    simplify,
    solve,
    symbols,
)

from reference.closed_forms.calculus import expectation, gaussian_integral, log_normal, normal_of, require
from reference.closed_forms.form import ClosedForm, ProvedBy

x, w, b, m = symbols("x w b m", real=True)
v, s, beta = symbols("v s beta", positive=True)
_z = symbols("z", real=True)

_HALF = Rational(1, 2)
_TIPPING = "Tipping & Bishop 1999, Probabilistic principal component analysis"
_LUCAS = "Lucas, Tucker, Grosse & Norouzi 2019, Don't blame the ELBO!"

_log_prior = log_normal(_z, Integer(0), Integer(1))
_log_likelihood = log_normal(x, w * _z + b, v)


def _under_q(polynomial: Expr) -> Expr:
    return expectation(polynomial, _z, m, s)


def _log_evidence() -> Expr:
    return gaussian_integral(_log_prior + _log_likelihood, _z)


def _elbo(weight: Expr) -> Expr:
    """E_q log p(x | z) - weight * KL(q || prior)."""
    return _under_q(_log_likelihood) - weight * _under_q(log_normal(_z, m, s**2) - _log_prior)


LOG_EVIDENCE = ClosedForm(
    statement="log p(x)",
    symbols=(x, w, b, v),
    expression=-log(2 * pi * (w**2 + v)) / 2 - (x - b) ** 2 / (2 * (w**2 + v)),
    source=f"{_TIPPING}, equation 4",
    proved_by=ProvedBy.INTEGRAL,
    proof=_log_evidence,
)

POSTERIOR_MEAN = ClosedForm(
    statement="the mean of the posterior p(z | x), which is normal",
    symbols=(x, w, b, v),
    expression=w * (x - b) / (w**2 + v),
    source=f"{_TIPPING}, equation 6",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: normal_of(_log_prior + _log_likelihood, _z)[0],
)

POSTERIOR_VARIANCE = ClosedForm(
    statement="the variance of the posterior p(z | x), the same for every x",
    symbols=(w, v),
    expression=v / (w**2 + v),
    source=f"{_TIPPING}, equation 6",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: normal_of(_log_prior + _log_likelihood, _z)[1],
)

# --- the bound

ELBO = ClosedForm(
    statement="the ELBO of q(z) = N(m, s^2)",
    symbols=(x, w, b, v, m, s),
    expression=-log(2 * pi * v) / 2
    - ((x - w * m - b) ** 2 + w**2 * s**2) / (2 * v)
    - _HALF * (s**2 + m**2 - 1 - log(s**2)),
    source=_LUCAS,
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _under_q(_log_prior + _log_likelihood - log_normal(_z, m, s**2)),
)

GAP = ClosedForm(
    statement="log p(x) - ELBO: the divergence of N(m, s^2) from the posterior",
    symbols=(x, w, b, v, m, s),
    expression=_HALF
    * (
        log(v / ((w**2 + v) * s**2)) + (s**2 + (m - POSTERIOR_MEAN.expression) ** 2) / POSTERIOR_VARIANCE.expression - 1
    ),
    source="Kingma & Welling 2014, Auto-Encoding Variational Bayes, equation 1",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _log_evidence() - _elbo(Integer(1)),
)

# --- the best q: the posterior, tempered where beta is not 1


def _best_q() -> tuple[Expr, Expr]:
    """Mean and variance where the slopes in m and s vanish; the objective is a sum of concave functions of each."""
    objective = _elbo(beta)
    for slope in (diff(objective, m, 2), diff(objective, s, 2)):
        require(simplify(slope).is_negative, f"{slope} is negative")
    require(simplify(diff(objective, m, s)) == 0, "m and s do not interact")
    means, variances = solve(diff(objective, m), m), solve(diff(objective, s), s)
    require(len(means) == len(variances) == 1, "one stationary point")
    return simplify(means[0]), simplify(variances[0] ** 2)


OPTIMAL_MEAN_BETA = ClosedForm(
    statement="the mean m that maximises E_q log p(x | z) - beta KL(q || prior); the posterior mean at beta = 1",
    symbols=(x, w, b, v, beta),
    expression=w * (x - b) / (w**2 + beta * v),
    source=f"{_LUCAS}; beta: Higgins et al. 2017",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _best_q()[0],
)

OPTIMAL_VARIANCE_BETA = ClosedForm(
    statement="the variance s^2 that maximises the same; the posterior variance at beta = 1",
    symbols=(w, v, beta),
    expression=beta * v / (w**2 + beta * v),
    source=f"{_LUCAS}; beta: Higgins et al. 2017",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _best_q()[1],
)

OPTIMAL_MEAN_LARGE_BETA = ClosedForm(
    statement="the limit of that mean for beta -> oo: the prior's, whatever x is (posterior collapse)",
    symbols=(),
    expression=Integer(0),
    source=_LUCAS,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: limit(_best_q()[0], beta, oo),
)

OPTIMAL_VARIANCE_LARGE_BETA = ClosedForm(
    statement="the limit of that variance for beta -> oo: the prior's",
    symbols=(),
    expression=Integer(1),
    source=_LUCAS,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: limit(_best_q()[1], beta, oo),
)

NEGATIVE_LOG_LIKELIHOOD = ClosedForm(
    statement="-log p(x | z) of a Gaussian decoder: squared error over 2 v, and a constant",
    symbols=(x, m, v),
    expression=(x - m) ** 2 / (2 * v) + log(2 * pi) / 2 + log(v) / 2,
    source="Bishop 2006, Pattern Recognition and Machine Learning, equation 1.54",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: expand_log(-log_normal(x, m, v)),
)
