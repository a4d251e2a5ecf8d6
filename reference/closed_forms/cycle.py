"""Cycle consistency on small examples: G maps X to Y, F maps Y to X. Absolute errors, in the units of the data."""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Abs,
    Expr,
    Integer,
    Rational,
    Symbol,
    diff,
    integrate,
    solve,
    symbols,
)

from reference.closed_forms.calculus import only_solution, require, total
from reference.closed_forms.form import ClosedForm, ProvedBy

x, y, y_2, b, c = symbols("x y y_2 b c", real=True)
a = symbols("a", positive=True)
_start = Symbol("start", real=True)

_ZHU = "Zhu et al. 2017, Unpaired image-to-image translation using cycle-consistent adversarial networks"

# --- affine maps of the line, G(x) = a x + b


def _affine(point: Expr) -> Expr:
    return a * point + b


def _inverse(point: Expr) -> Expr:
    """The start from which G comes to the point."""
    return only_solution(_affine(_start) - point, _start)


def _inverse_in_both_orders() -> Expr:
    """F(G(x)) = x by construction; G(F(y)) = y has to hold as well."""
    require((_affine(_inverse(y)) - y).simplify() == 0, "G(F(y)) = y")
    return _inverse(y)


INVERSE_OF_AFFINE = ClosedForm(
    statement="the F with F(G(x)) = x and G(F(y)) = y for G(x) = a x + b",
    symbols=(y, a, b),
    expression=(y - b) / a,
    source=f"{_ZHU}, section 3.2",
    proved_by=ProvedBy.EQUATIONS,
    proof=_inverse_in_both_orders,
)


def _cycle_with_an_offset() -> Expr:
    """|F(G(x)) - x| + |G(F(y)) - y| for an F that ends c too high."""
    there_and_back = _inverse(_affine(x)) + c
    back_and_there = _affine(_inverse(y) + c)
    return Abs((there_and_back - x).simplify()) + Abs((back_and_there - y).simplify())


CYCLE_WITH_AN_OFFSET = ClosedForm(
    statement="|F(G(x)) - x| + |G(F(y)) - y| for G(x) = a x + b and F(y) = (y - b) / a + c, for any x and y",
    symbols=(a, c),
    expression=(1 + a) * Abs(c),
    source=f"{_ZHU}, equation 2",
    proved_by=ProvedBy.EQUATIONS,
    proof=_cycle_with_an_offset,
)

IDENTITY_OF_AFFINE = ClosedForm(
    statement="|G(y) - y| + |F(x) - x| for G(x) = a x + b and its inverse F: each map on its own target domain",
    symbols=(x, y, a, b),
    expression=Abs((a - 1) * y + b) + Abs((1 - a) * x - b) / a,
    source=f"{_ZHU}, section 5.2",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: Abs((_affine(y) - y).collect(y)) + Abs(((_inverse(x) - x) * a).expand().collect(x)) / a,
)

# --- one direction is not enough: G embeds a line into a plane, F projects the plane to the line


def _embed(point: Expr) -> tuple[Expr, Expr]:
    return point, Integer(0)


def _project(point: tuple[Expr, Expr]) -> Expr:
    return point[0]


CYCLE_FROM_THE_LINE = ClosedForm(
    statement="|F(G(x)) - x| for G(x) = (x, 0) and F(y, y_2) = y",
    symbols=(),
    expression=Integer(0),
    source=f"{_ZHU}, equation 2",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: Abs(_project(_embed(x)) - x),
)

CYCLE_FROM_THE_PLANE = ClosedForm(
    statement="|G(F(y, y_2)) - (y, y_2)| for the same maps, absolute values added: they are no inverses",
    symbols=(y_2,),
    expression=Abs(y_2),
    source=f"{_ZHU}, equation 2",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: total(Abs(end - start) for end, start in zip(_embed(_project((y, y_2))), (y, y_2), strict=True)),
)

# --- adversarial losses alone do not choose: both maps take U[0, 1] to U[1, 2]


def _pushed_forward(image: Expr) -> Expr:
    """The density of image(x) at y for x ~ U[0, 1]: 1 / |slope| on the image of [0, 1], which has to be [1, 2]."""
    require({image.subs(x, 0), image.subs(x, 1)} == {Integer(1), Integer(2)}, "[0, 1] goes to [1, 2]")
    (back,) = solve(image - y, x)
    return Abs(diff(back, y))


DENSITY_AFTER_A_SHIFT = ClosedForm(
    statement="the density on [1, 2] of x + 1, x ~ U[0, 1]",
    symbols=(),
    expression=Integer(1),
    source=f"{_ZHU}, section 3.2",
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: _pushed_forward(x + 1),
)

DENSITY_AFTER_A_REFLECTION = ClosedForm(
    statement="the density on [1, 2] of 2 - x, x ~ U[0, 1]: the same",
    symbols=(),
    expression=Integer(1),
    source=f"{_ZHU}, section 3.2",
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: _pushed_forward(2 - x),
)

CYCLE_OF_A_MISMATCH = ClosedForm(
    statement="E |F(G(x)) - x| for x ~ U[0, 1], G(x) = x + 1 and F(y) = 2 - y: the cycle loss tells them apart",
    symbols=(),
    expression=Rational(1, 2),
    source=f"{_ZHU}, equation 2",
    proved_by=ProvedBy.INTEGRAL,
    proof=lambda: integrate(Abs((2 - (x + 1)) - x), (x, 0, 1)),
)
