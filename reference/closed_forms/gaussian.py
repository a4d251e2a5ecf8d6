"""Gaussians, in nats. sigma is the standard deviation, v the variance.

Every expectation is an integral: x = mu + sigma t with t ~ N(0, 1) turns it into moments of t, which are integrated.
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Expr,
    Integer,
    Rational,
    diff,
    exp,
    expand,
    integrate,
    log,
    oo,
    pi,
    simplify,
    sqrt,
    symbols,
)

from reference.closed_forms.calculus import expectation, gaussian_integral, log_normal, standard_density, total
from reference.closed_forms.form import ClosedForm, ProvedBy

mu, mu_q, mu_p, z, x, c, w, b = symbols("mu mu_q mu_p z x c w b", real=True)
sigma, sigma_q, sigma_p, v, r = symbols("sigma sigma_q sigma_p v r", positive=True)
_t = symbols("t", real=True)

_HALF = Rational(1, 2)
_BISHOP = "Bishop 2006, Pattern Recognition and Machine Learning"
_KINGMA = "Kingma & Welling 2014, Auto-Encoding Variational Bayes"

# --- the density


def _slope_of_the_distribution_function() -> Expr:
    """P(mu + sqrt(v) t <= z) is integrated, and differentiated in z."""
    distribution = integrate(standard_density(_t), (_t, -oo, z)).subs(z, (z - mu) / sqrt(v))
    return log(simplify(diff(distribution, z)))


LOG_NORMAL = ClosedForm(
    statement="log N(z; mu, v), the log density of mu + sqrt(v) t with t ~ N(0, 1)",
    symbols=(z, mu, v),
    expression=-log(2 * pi * v) / 2 - (z - mu) ** 2 / (2 * v),
    source=f"{_BISHOP}, equation 1.46",
    proved_by=ProvedBy.INTEGRAL,
    proof=_slope_of_the_distribution_function,
)

NORMAL_MASS = ClosedForm(
    statement="the integral of N(z; mu, v) over z",
    symbols=(),
    expression=Integer(1),
    source=f"{_BISHOP}, equation 1.48",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: exp(simplify(gaussian_integral(log_normal(z, mu, v), z))),
)

# --- expectations under q = N(mu_q, sigma_q^2)


def _under_q(polynomial: Expr) -> Expr:
    return expectation(polynomial, x, mu_q, sigma_q)


SQUARED_DISTANCE = ClosedForm(
    statement="E (x - c)^2 for x ~ N(mu_q, sigma_q^2): the spread and the squared distance of the mean",
    symbols=(mu_q, sigma_q, c),
    expression=sigma_q**2 + (mu_q - c) ** 2,
    source=f"{_BISHOP}, equations 1.49 to 1.51",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _under_q((x - c) ** 2),
)

CROSS_ENTROPY_NORMAL = ClosedForm(
    statement="the cross-entropy -E_q log p for q = N(mu_q, sigma_q^2) and p = N(mu_p, sigma_p^2)",
    symbols=(mu_q, sigma_q, mu_p, sigma_p),
    expression=log(2 * pi * sigma_p**2) / 2 + (sigma_q**2 + (mu_q - mu_p) ** 2) / (2 * sigma_p**2),
    source=f"{_BISHOP}, exercise 1.30",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: -_under_q(log_normal(x, mu_p, sigma_p**2)),
)

CROSS_ENTROPY_STANDARD_NORMAL = ClosedForm(
    statement="the cross-entropy -E_q log p for q = N(mu, sigma^2) and p = N(0, 1)",
    symbols=(mu, sigma),
    expression=log(2 * pi) / 2 + (mu**2 + sigma**2) / 2,
    source=f"{_KINGMA}, appendix B",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: -expectation(log_normal(x, Integer(0), Integer(1)), x, mu, sigma),
)

ENTROPY_NORMAL = ClosedForm(
    statement="the entropy -E_q log q of q = N(mu, sigma^2), whatever mu is",
    symbols=(sigma,),
    expression=log(2 * pi) / 2 + log(sigma**2) / 2 + _HALF,
    source=f"{_BISHOP}, equation 1.110",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: -expectation(log_normal(x, mu, sigma**2), x, mu, sigma),
)

# --- divergences


def _kl(mean_q: Expr, deviation_q: Expr, mean_p: Expr, deviation_p: Expr) -> Expr:
    """E_q [log q - log p]."""
    log_ratio = log_normal(x, mean_q, deviation_q**2) - log_normal(x, mean_p, deviation_p**2)
    return expectation(log_ratio, x, mean_q, deviation_q)


KL_NORMAL = ClosedForm(
    statement="KL( N(mu_q, sigma_q^2) || N(mu_p, sigma_p^2) )",
    symbols=(mu_q, sigma_q, mu_p, sigma_p),
    expression=log(sigma_p / sigma_q) + (sigma_q**2 + (mu_q - mu_p) ** 2) / (2 * sigma_p**2) - _HALF,
    source=f"{_BISHOP}, exercise 1.30",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _kl(mu_q, sigma_q, mu_p, sigma_p),
)

KL_STANDARD_NORMAL = ClosedForm(
    statement="KL( N(mu, sigma^2) || N(0, 1) )",
    symbols=(mu, sigma),
    expression=_HALF * (mu**2 + sigma**2 - 1 - log(sigma**2)),
    source=f"{_KINGMA}, appendix B",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _kl(mu, sigma, Integer(0), Integer(1)),
)

KL_STANDARD_NORMAL_REVERSED = ClosedForm(
    statement="KL( N(0, 1) || N(mu, sigma^2) ), the other direction",
    symbols=(mu, sigma),
    expression=_HALF * ((mu**2 + 1) / sigma**2 - 1 + log(sigma**2)),
    source=f"{_BISHOP}, exercise 1.30",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _kl(Integer(0), Integer(1), mu, sigma),
)

KL_EQUAL_VARIANCES = ClosedForm(
    statement="KL( N(mu_q, sigma^2) || N(mu_p, sigma^2) ), equal variances",
    symbols=(mu_q, mu_p, sigma),
    expression=(mu_q - mu_p) ** 2 / (2 * sigma**2),
    source=f"{_BISHOP}, exercise 1.30",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _kl(mu_q, sigma, mu_p, sigma),
)

KL_ITSELF = ClosedForm(
    statement="KL( q || q ) for q = N(mu, sigma^2)",
    symbols=(),
    expression=Integer(0),
    source="Kullback & Leibler 1951, On information and sufficiency, section 3",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _kl(mu, sigma, mu, sigma),
)

mus = symbols("mu_1:4", real=True)
sigmas = symbols("sigma_1:4", positive=True)
_xs = symbols("x_1:4", real=True)


def _kl_in_three_dimensions() -> Expr:
    """The integral over all of R^3, one axis after the other, of the log ratio of the joint densities."""
    rest = total(log_normal(x, m, s**2) for x, m, s in zip(_xs, mus, sigmas, strict=True))
    rest -= total(log_normal(x, Integer(0), Integer(1)) for x in _xs)
    for variable, m, s in zip(_xs, mus, sigmas, strict=True):
        rest = expectation(rest, variable, m, s)
    return expand(rest)


KL_STANDARD_NORMAL_DIAGONAL = ClosedForm(
    statement="KL( N(mu, diag(sigma^2)) || N(0, I) ) in three dimensions; divergences.KL_PRODUCT adds any further one",
    symbols=(*mus, *sigmas),
    expression=total(_HALF * (m**2 + s**2 - 1 - log(s**2)) for m, s in zip(mus, sigmas, strict=True)),
    source=f"{_KINGMA}, appendix B",
    proved_by=ProvedBy.INTEGRAL,
    proof=_kl_in_three_dimensions,
)

# --- a linear map with noise

LOG_LINEAR_MARGINAL = ClosedForm(
    statement="log p(x) for x = w z + b + noise of variance v, and z ~ N(mu, r)",
    symbols=(x, w, b, mu, v, r),
    expression=-log(2 * pi * (v + w**2 * r)) / 2 - (x - w * mu - b) ** 2 / (2 * (v + w**2 * r)),
    source=f"{_BISHOP}, equation 2.115",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: gaussian_integral(log_normal(x, w * z + b, v) + log_normal(z, mu, r), z),
)
