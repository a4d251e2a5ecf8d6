"""Are two formulas equal? Decided in random worlds, at 40 digits.

Formulas that are equal as functions agree in every world. Two that differ are analytic on the declared domains (or
pieces of analytic functions, for |x|, max and min), and the zeros of their difference are a null set: each scalar is
drawn from 2^60 values, so a polynomial difference of degree d vanishes at a drawn point with probability at most
d / 2^60 (Schwartz and Zippel), and eight worlds multiply that. What is left is precision: a difference below 1e-40 of
the size of both sides is taken for none. Signs of real scalars are stratified over the worlds, so that |x| is not x.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import mpmath
from mpmath import mpf

from autograder import messages
from autograder.maths.evaluate import value
from autograder.maths.names import Names
from autograder.maths.nodes import Integral, Node, Number
from autograder.maths.problems import NoValue
from autograder.maths.worlds import DIGITS, Value, World, world

WORLDS = 8
_TRIES = 3 * WORLDS  # the reference itself may have no value in some
_EXACT = mpf(10) ** -40
_INTEGRALS = mpf(10) ** -14
ROUNDED = mpf(10) ** -4  # relative, where a number was typed with a decimal point and is all there is


class Outcome(enum.Enum):
    """What a comparison came to."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Compared:
    """The outcome, and why it is undecided."""

    outcome: Outcome
    why: str = ""


def compare(
    given: Node,
    wanted: Node,
    names: Names,
    holds: Callable[[Value, Value], bool] | None = None,
    adapt: Callable[[World], None] | None = None,
) -> Compared:
    """Whether a formula equals the wanted one, or is in another relation to it, in random worlds.

    `adapt` changes a world before it is looked at.
    """
    agree = holds or tolerant(given)
    seen = 0
    missing = ""
    for place, ours in valued(wanted, names, adapt):
        try:
            theirs = value(given, place)
        except NoValue as error:
            missing = str(error)
            continue
        seen += 1
        with mpmath.workdps(DIGITS):
            if not agree(theirs, ours):
                return Compared(Outcome.DIFFERENT)
    if not seen:
        return Compared(Outcome.UNDECIDED, missing or messages.formulas.NO_VALUE_ANYWHERE)
    if missing:
        return Compared(Outcome.UNDECIDED, messages.formulas.NOT_EVERYWHERE.format(why=missing))
    return Compared(Outcome.EQUAL)


def worlds(wanted: Node, names: Names) -> Iterator[World]:
    """Worlds in which the wanted formula has a value."""
    return (place for place, _ in valued(wanted, names))


def valued(wanted: Node, names: Names, adapt: Callable[[World], None] | None = None) -> Iterator[tuple[World, Value]]:
    """Worlds in which the wanted formula has a value, each with it."""
    found = 0
    for seed in range(_TRIES):
        place = world(names, seed)
        if adapt is not None:
            adapt(place)
        try:
            yield place, value(wanted, place)
        except NoValue:
            continue
        found += 1
        if found == WORLDS:
            return


def tolerant(given: Node) -> Callable[[Value, Value], bool]:
    """Equality for a formula: exact, but for a number that was rounded when it was typed."""
    if is_rounded(given):
        return lambda a, b: near(a, b, ROUNDED)
    by_quadrature = any(isinstance(part, Integral) and part.lower is not None for part in given.walk())
    return lambda a, b: same(a, b, _INTEGRALS if by_quadrature else _EXACT)


def is_rounded(given: Node) -> bool:
    """Whether a formula is a number that was typed with a decimal point."""
    parts = list(given.walk())
    rounded = any(isinstance(part, Number) and part.rounded for part in parts)
    return rounded and {type(part).__name__ for part in parts} <= _NUMERIC


_NUMERIC = {"Number", "Add", "Multiply", "Divide", "Negate", "Power", "Constant", "Call"}


def near(a: Value, b: Value, relative: mpf) -> bool:
    """Whether two numbers are the same up to rounding: nothing but 0 is near 0."""
    if isinstance(a, mpmath.matrix) or isinstance(b, mpmath.matrix) or mpmath.isinf(a) or mpmath.isinf(b):
        return same(a, b)
    return bool(abs(a - b) <= relative * max(abs(a), abs(b)))


def same(a: Value, b: Value, relative: mpf = _EXACT) -> bool:
    """Whether two values are the same up to a relative error; infinity is the same as infinity of its sign only."""
    if isinstance(a, mpmath.matrix) or isinstance(b, mpmath.matrix):
        if not (isinstance(a, mpmath.matrix) and isinstance(b, mpmath.matrix)):
            return False
        if (a.rows, a.cols) != (b.rows, b.cols):
            return False
        return all(same(x, y, relative) for x, y in zip(a, b, strict=True))
    if mpmath.isinf(a) or mpmath.isinf(b):
        return bool(a == b)
    return bool(abs(a - b) <= relative * max(1, abs(a), abs(b)))
