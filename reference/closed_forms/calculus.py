"""The steps that proofs share. Each of them computes, and raises ProofError where it has no value."""

from collections.abc import Iterable, Sequence
from functools import cache

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Expr,
    Integer,
    Poly,
    Symbol,
    diff,
    exp,
    expand,
    expand_log,
    factor,
    integrate,
    limit,
    log,
    oo,
    pi,
    simplify,
    solve,
    sqrt,
    symbols,
)

_t = Symbol("t", real=True)
_v = Symbol("v", positive=True)


class ProofError(Exception):
    """A step of a proof does not hold."""


def require(holds: bool, what: str) -> None:
    if not holds:
        raise ProofError(f"not so: {what}")


# --- Gaussians


def standard_density(at: Expr) -> Expr:
    """The density of N(0, 1)."""
    return exp(-(at**2) / 2) / sqrt(2 * pi)


def log_normal(at: Expr, mean: Expr, variance: Expr) -> Expr:
    """log of the density of mean + sqrt(variance) * t, t ~ N(0, 1), by the change of variables."""
    density = standard_density(_t) / sqrt(_v)
    return expand_log(log(density)).subs({_t: (at - mean) / sqrt(_v)}).subs(_v, variance)


@cache
def moment(power: int) -> Expr:
    """E t^power of t ~ N(0, 1), integrated."""
    return integrate(_t**power * standard_density(_t), (_t, -oo, oo))


def expectation(polynomial: Expr, variable: Symbol, mean: Expr, deviation: Expr) -> Expr:
    """E f(X) of X ~ N(mean, deviation^2) by the substitution X = mean + deviation * t; f is a polynomial."""
    terms = Poly(expand(polynomial.subs(variable, mean + deviation * _t)), _t).terms()
    return sum((coefficient * moment(power) for (power,), coefficient in terms), Integer(0))


def gaussian_integral(exponent: Expr, variable: Symbol) -> Expr:
    """log of the integral of exp(exponent) over the line; the exponent is a quadratic a x^2 + b x + c, a < 0."""
    minus_a, b = Symbol("minus_a", positive=True), Symbol("b", real=True)
    log_integral = expand_log(log(_quadratic_integral(minus_a, b)), force=True)
    found = Poly(expand(exponent), variable).all_coeffs()
    require(len(found) == 3, f"{exponent} is a quadratic in {variable}")
    return log_integral.subs({minus_a: -found[0], b: found[1]}) + found[2]


@cache
def _quadratic_integral(minus_a: Symbol, b: Symbol) -> Expr:
    return simplify(integrate(exp(-minus_a * _t**2 + b * _t), (_t, -oo, oo)))


def normal_of(log_density: Expr, variable: Symbol) -> tuple[Expr, Expr]:
    """Mean and variance of the normal whose log density, up to a constant, is this quadratic: its square completed."""
    a, b, _ = Poly(expand(log_density), variable).all_coeffs()
    return simplify(-b / (2 * a)), simplify(-1 / (2 * a))


# --- finite worlds: a distribution is a table of probabilities


def table(name: str, size: int) -> tuple[Symbol, ...]:
    """Positive symbols name_1, name_2, ..."""
    return tuple(symbols(f"{name}_1:{size + 1}", positive=True))


def total(terms: Iterable[Expr]) -> Expr:
    return sum(terms, Integer(0))


def mean(values: Sequence[Expr]) -> Expr:
    return total(values) / Integer(len(values))


def kl(p: Sequence[Expr], q: Sequence[Expr]) -> Expr:
    """E_p log(p / q)."""
    return total(a * log(a / b) for a, b in zip(p, q, strict=True))


def entropy_term(p: Expr, q: Expr) -> Expr:
    """p log(p / q) for densities that may be 0, by its limit: 0 where only p is 0, oo where only q is."""
    u = Symbol("u", positive=True)
    if p == 0:
        return limit(u * log(u / q), u, 0, "+")
    if q == 0:
        return limit(p * log(p / u), u, 0, "+")
    return p * log(p / q)


# --- optima


def only_solution(equation: Expr, unknown: Symbol) -> Expr:
    """The solution of equation = 0, which has to be the only one."""
    found = solve(equation, unknown)
    require(len(found) == 1, f"{equation} = 0 has one solution in {unknown}, not {found}")
    return found[0]


def maximiser(function: Expr, unknown: Symbol) -> Expr:
    """The only stationary point, where the second derivative has to be negative."""
    point = only_solution(diff(function, unknown), unknown)
    bend = factor(simplify(diff(function, unknown, 2).subs(unknown, point)))
    require(bend.is_negative, f"{bend} is negative")
    return point


def minimiser(function: Expr, unknown: Symbol) -> Expr:
    """The only stationary point, where the second derivative has to be positive."""
    return maximiser(-function, unknown)


def logistic(h: Expr) -> Expr:
    return 1 / (1 + exp(-h))
