"""Distances between simple distributions on the line: KL and JSD in nats, Wasserstein distances in units of x.

A W_1 is proved from both sides: a transport plan gives an upper bound, a function of slope at most 1 a lower one.
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Abs,
    Expr,
    Integer,
    Rational,
    diff,
    integrate,
    limit,
    log,
    oo,
    simplify,
    symbols,
)

from reference.closed_forms.calculus import (
    ProofError,
    entropy_term,
    expectation,
    log_normal,
    mean,
    minimiser,
    only_solution,
    require,
    total,
)
from reference.closed_forms.form import ClosedForm, ProvedBy

a, b, theta, theta_0, mu_q, mu_p = symbols("a b theta theta_0 mu_q mu_p", real=True)
s, epsilon, sigma_q, sigma_p = symbols("s epsilon sigma_q sigma_p", positive=True)
_x, _r = symbols("x r", real=True)
_apart = symbols("d", positive=True)  # a distance that is not 0

_ARJOVSKY = "Arjovsky, Chintala & Bottou 2017, Wasserstein GAN"
_CS446 = "UIUC CS 446, homework 3, GAN question (e)"
_CS236 = "Stanford CS 236, problem set 3, question 5"

# --- densities that are constant on pieces: (length, p, q)

Pieces = list[tuple[Expr, Expr, Expr]]


def _shifted_uniforms(shift: Expr) -> Pieces:
    """U[0, 1] and U[shift, 1 + shift] for 0 <= shift <= 1: only p, both, only q."""
    one, zero = Integer(1), Integer(0)
    only = integrate(one, (_x, 0, shift))
    both = integrate(one, (_x, shift, 1))
    return [(only, one, zero), (both, one, one), (only, zero, one)]


def _kl(pieces: Pieces) -> Expr:
    return total(length * entropy_term(p, q) for length, p, q in pieces if length != 0)


def _jsd(pieces: Pieces) -> Expr:
    from_p = _kl([(length, p, mean([p, q])) for length, p, q in pieces])
    from_q = _kl([(length, q, mean([p, q])) for length, p, q in pieces])
    return mean([from_p, from_q])


def _w1_of_a_shift(shift: Expr) -> Expr:
    """Every point moves by the shift; and f(x) = x has slope 1. Both bounds are integrated."""
    upper = integrate(Abs(_x + shift - _x), (_x, 0, 1))
    lower = integrate(_x, (_x, shift, 1 + shift)) - integrate(_x, (_x, 0, 1))
    return _where_both_agree(lower, upper)


def _where_both_agree(lower: Expr, upper: Expr) -> Expr:
    if simplify(upper - lower) != 0:
        raise ProofError(f"the bounds {lower} and {upper} differ")
    return upper


_half, _one = Rational(1, 2), Integer(1)
_uniform_w1 = "Villani 2003, Topics in optimal transportation, theorem 1.14"

KL_HALF_OVERLAP = ClosedForm(
    statement="KL( U[0, 1] || U[1/2, 3/2] ): p has mass 1/2 where q is 0",
    symbols=(),
    expression=oo,
    source=_CS446,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _kl(_shifted_uniforms(_half)),
)

KL_DISJOINT = ClosedForm(
    statement="KL( U[0, 1] || U[1, 2] )",
    symbols=(),
    expression=oo,
    source=_CS446,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _kl(_shifted_uniforms(_one)),
)

JSD_HALF_OVERLAP = ClosedForm(
    statement="JSD( U[0, 1], U[1/2, 3/2] )",
    symbols=(),
    expression=log(2) / 2,
    source="Lin 1991, Divergence measures based on the Shannon entropy, equation 4.1",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _jsd(_shifted_uniforms(_half)),
)

JSD_DISJOINT = ClosedForm(
    statement="JSD( U[0, 1], U[1, 2] ), the greatest value it has",
    symbols=(),
    expression=log(2),
    source="Lin 1991, Divergence measures based on the Shannon entropy, equation 4.1",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _jsd(_shifted_uniforms(_one)),
)

W1_HALF_OVERLAP = ClosedForm(
    statement="W_1( U[0, 1], U[1/2, 3/2] )",
    symbols=(),
    expression=Rational(1, 2),
    source=_CS446,
    proved_by=ProvedBy.BOUNDS,
    proof=lambda: _w1_of_a_shift(_half),
)

W1_DISJOINT = ClosedForm(
    statement="W_1( U[0, 1], U[1, 2] )",
    symbols=(),
    expression=Integer(1),
    source=_CS446,
    proved_by=ProvedBy.BOUNDS,
    proof=lambda: _w1_of_a_shift(_one),
)

JSD_SHIFT = ClosedForm(
    statement="JSD( U[0, 1], U[s, 1 + s] ) while the two overlap",
    symbols=(s,),
    expression=s * log(2),
    source="Lin 1991, Divergence measures based on the Shannon entropy, equation 4.1",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: _jsd(_shifted_uniforms(s)),
    where=(s < 1,),
)

W1_SHIFT = ClosedForm(
    statement="W_1( U[0, 1], U[s, 1 + s] )",
    symbols=(s,),
    expression=s,
    source=_uniform_w1,
    proved_by=ProvedBy.BOUNDS,
    proof=lambda: _w1_of_a_shift(s),
)

# --- point masses

_two_points: Pieces = [(_one, _one, Integer(0)), (_one, Integer(0), _one)]


def _w1_of_points() -> Expr:
    """There is one plan only, a to b; and f(x) = |x - b| has slope at most 1."""
    return _where_both_agree(lower=Abs(a - b) - Abs(b - b), upper=Abs(b - a))


KL_POINTS = ClosedForm(
    statement="KL between two different point masses",
    symbols=(),
    expression=oo,
    source=f"{_ARJOVSKY}, example 1",
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _kl(_two_points),
)

JSD_POINTS = ClosedForm(
    statement="JSD between two different point masses, however near they are",
    symbols=(),
    expression=log(2),
    source=f"{_ARJOVSKY}, example 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: _jsd(_two_points),
)

W1_POINTS = ClosedForm(
    statement="W_1 between point masses at a and b",
    symbols=(a, b),
    expression=Abs(a - b),
    source=f"{_ARJOVSKY}, example 1",
    proved_by=ProvedBy.BOUNDS,
    proof=_w1_of_points,
)

# --- Gaussians


def _squared_w2() -> Expr:
    """E (X - Y)^2 falls with the correlation r of X and Y; r <= 1, and r = 1 is reached by one noise for both.

    r <= 1 is Cauchy's inequality: E (X / sigma_q - Y / sigma_p)^2 = 2 - 2 r for centred X and Y cannot be negative.
    """
    of_x, of_y, mixed = sigma_q**2, sigma_p**2, _r * sigma_q * sigma_p  # E of X^2, Y^2 and X Y, both centred
    cost = (mu_q - mu_p) ** 2 + of_x + of_y - 2 * mixed
    require(diff(cost, _r).is_negative, "the cost falls with r")
    never_negative = of_x / sigma_q**2 + of_y / sigma_p**2 - 2 * mixed / (sigma_q * sigma_p)
    require(diff(never_negative, _r).is_negative, "so does what cannot be negative: r ends where it is 0")
    greatest_r = only_solution(never_negative, _r)
    upper = expectation((mu_q + sigma_q * _x - mu_p - sigma_p * _x) ** 2, _x, Integer(0), Integer(1))
    return _where_both_agree(lower=cost.subs(_r, greatest_r), upper=upper)


SQUARED_W2_NORMAL = ClosedForm(
    statement="the square of W_2( N(mu_q, sigma_q^2), N(mu_p, sigma_p^2) )",
    symbols=(mu_q, sigma_q, mu_p, sigma_p),
    expression=(mu_q - mu_p) ** 2 + (sigma_q - sigma_p) ** 2,
    source="Dowson & Landau 1982, The Frechet distance between multivariate normal distributions",
    proved_by=ProvedBy.BOUNDS,
    proof=_squared_w2,
)


def _kl_narrow() -> Expr:
    log_ratio = log_normal(_x, theta, epsilon**2) - log_normal(_x, theta_0, epsilon**2)
    return expectation(log_ratio, _x, theta, epsilon)


KL_NARROW = ClosedForm(
    statement="KL( N(theta, epsilon^2) || N(theta_0, epsilon^2) )",
    symbols=(theta, theta_0, epsilon),
    expression=(theta - theta_0) ** 2 / (2 * epsilon**2),
    source=_CS236,
    proved_by=ProvedBy.INTEGRAL,
    proof=_kl_narrow,
)

KL_NARROW_SLOPE = ClosedForm(
    statement="its derivative in theta",
    symbols=(theta, theta_0, epsilon),
    expression=(theta - theta_0) / epsilon**2,
    source=_CS236,
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: diff(_kl_narrow(), theta),
)

KL_NARROW_MINIMISER = ClosedForm(
    statement="the theta of least divergence",
    symbols=(theta_0,),
    expression=theta_0,
    source=_CS236,
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: minimiser(_kl_narrow(), theta),
)


def _for_epsilon_to_zero(quantity: Expr, offset: Expr) -> Expr:
    return limit(simplify(quantity.subs(theta, theta_0 + offset)), epsilon, 0, "+")


KL_NARROW_LIMIT = ClosedForm(
    statement="the limit of the divergence for epsilon -> 0 and theta other than theta_0",
    symbols=(),
    expression=oo,
    source=_CS236,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _for_epsilon_to_zero(_kl_narrow(), _apart),
)

KL_NARROW_SLOPE_LIMIT_ABOVE = ClosedForm(
    statement="the limit of the slope for epsilon -> 0 and theta > theta_0",
    symbols=(),
    expression=oo,
    source=_CS236,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _for_epsilon_to_zero(diff(_kl_narrow(), theta), _apart),
)

KL_NARROW_SLOPE_LIMIT_BELOW = ClosedForm(
    statement="the limit of the slope for epsilon -> 0 and theta < theta_0",
    symbols=(),
    expression=-oo,
    source=_CS236,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _for_epsilon_to_zero(diff(_kl_narrow(), theta), -_apart),
)
