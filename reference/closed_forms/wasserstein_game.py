"""The critic of a Wasserstein game between two points, real data at theta_0 and generated at theta.

The critic minimises D(theta) - D(theta_0). Costs are in units of the score, without the factor of the penalty.
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Abs,
    Expr,
    Integer,
    Min,
    Ne,
    diff,
    integrate,
    limit,
    oo,
    simplify,
    solve,
    sqrt,
    symbols,
)

from reference.closed_forms.calculus import ProofError, only_solution, require, total
from reference.closed_forms.form import ClosedForm, ProvedBy

theta, theta_0 = symbols("theta theta_0", real=True)
w = symbols("w_1:4", real=True)
penalty = symbols("lambda", positive=True)
_slope, _t = symbols("m t", real=True)
_apart, _steepness = symbols("d k", positive=True)
_x = symbols("x_1:4", real=True)

_CS236 = "Stanford CS 236, problem set 3, question 5"
_GULRAJANI = "Gulrajani et al. 2017, Improved training of Wasserstein GANs"


def _cost_of_slope(slope: Expr, distance: Expr) -> Expr:
    """D(theta) - D(theta_0) of the critic with constant slope: the integral of its slope."""
    return integrate(slope, (_t, 0, distance))


def _optimum_with_slope_at_most_one() -> Expr:
    """The cost is linear in a constant slope, so the least one is at an end, -1 or 1.

    No other critic does better: |D(theta) - D(theta_0)| is at most the integral of |D'| <= 1 over the distance.
    """
    distance = theta - theta_0
    require(diff(_cost_of_slope(_slope, distance), _slope, 2) == 0, "the cost is linear in the slope")
    at_the_ends = Min(_cost_of_slope(Integer(-1), distance), _cost_of_slope(Integer(1), distance)).rewrite(Abs)
    bound = -Abs(integrate(Integer(1), (_t, theta_0, theta)))
    if simplify(at_the_ends - bound) != 0:
        raise ProofError(f"the bounds {at_the_ends} and {bound} differ")
    return bound


LIPSCHITZ_OPTIMUM = ClosedForm(
    statement="the least D(theta) - D(theta_0) among critics of slope at most 1: minus the distance W_1",
    symbols=(theta, theta_0),
    expression=-Abs(theta - theta_0),
    source=_CS236,
    proved_by=ProvedBy.BOUNDS,
    proof=_optimum_with_slope_at_most_one,
)


LIPSCHITZ_SLOPE = ClosedForm(
    statement="the slope of that critic between the points: -1 where theta lies above theta_0, 1 where below",
    symbols=(theta, theta_0),
    expression=-(theta - theta_0) / Abs(theta - theta_0),
    source=_CS236,
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: only_solution(_cost_of_slope(_slope, theta - theta_0) - _optimum_with_slope_at_most_one(), _slope),
    where=(Ne(theta, theta_0),),
)

UNCONSTRAINED_OPTIMUM = ClosedForm(
    statement="the infimum of D(theta) - D(theta_0) among all critics: there is no minimiser",
    symbols=(),
    expression=-oo,
    source=_CS236,
    proved_by=ProvedBy.LIMIT,
    proof=lambda: limit(_cost_of_slope(-_steepness, _apart), _steepness, oo),
)

# --- the gradient penalty


def _penalty_of_a_linear_critic() -> Expr:
    """(|gradient| - 1)^2, the gradient taken coordinate by coordinate."""
    bias = symbols("b", real=True)
    score = total(weight * x for weight, x in zip(w, _x, strict=True)) + bias
    gradient = [diff(score, x) for x in _x]
    return (sqrt(total(entry**2 for entry in gradient)) - 1) ** 2


PENALTY_LINEAR_CRITIC = ClosedForm(
    statement="the gradient penalty of the critic w x + b in three dimensions, at any point",
    symbols=w,
    expression=(sqrt(w[0] ** 2 + w[1] ** 2 + w[2] ** 2) - 1) ** 2,
    source=f"{_GULRAJANI}, equation 3",
    proved_by=ProvedBy.DERIVATIVE,
    proof=_penalty_of_a_linear_critic,
)


def _best_penalised_slope() -> Expr:
    """For theta above theta_0: m d + lambda (|m| - 1)^2 has its minimum at a slope m = -k."""
    cost = _cost_of_slope(-_steepness, _apart) + penalty * (_steepness - 1) ** 2
    require(diff(cost, _steepness, 2).is_positive, "the cost is convex in k")
    steepness = solve(diff(cost, _steepness), _steepness)
    require(len(steepness) == 1, "one stationary point")
    return -steepness[0]


PENALISED_SLOPE = ClosedForm(
    statement="the best constant slope for theta = theta_0 + d under the penalty lambda (|D'| - 1)^2: steeper than 1",
    symbols=(_apart, penalty),
    expression=-1 - _apart / (2 * penalty),
    source=f"{_GULRAJANI}, equation 3",
    proved_by=ProvedBy.OPTIMUM,
    proof=_best_penalised_slope,
)
