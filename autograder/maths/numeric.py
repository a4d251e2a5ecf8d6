"""Known functions of numbers, vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
from mpmath import mpf

from autograder import messages
from autograder.maths.problems import NoValue
from autograder.maths.worlds import Value


def of_array(function: str, found: Value) -> Value:
    if not isinstance(found, mpmath.matrix):
        return abs(found) if function in ("abs", "norm", "norm1") else found
    if function == "norm1":
        return sum((abs(x) for x in found), mpf(0))
    if function == "norm" or (function == "abs" and found.cols == 1):
        return mpmath.sqrt(mpmath.fdot(found, found))
    if function in ("det", "abs"):
        return mpmath.det(found)
    return found**-1 if function == "inv" else sum(found[i, i] for i in range(found.rows))


def _log(x: mpf) -> mpf:
    if x <= 0:
        raise NoValue(messages.formulas.LOG_OF_ZERO)
    return mpmath.log(x)


def _sqrt(x: mpf) -> mpf:
    if x < 0:
        raise NoValue(messages.formulas.ROOT_OF_NUMBER)
    return mpmath.sqrt(x)


FUNCTIONS: dict[str, Callable[[mpf], mpf]] = {
    "log": _log,
    "exp": mpmath.exp,
    "sqrt": _sqrt,
    "logistic": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "tanh": mpmath.tanh,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "arctan": mpmath.atan,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "logit": lambda x: _log(x) - _log(1 - x),
    "sign": mpmath.sign,
    "relu": lambda x: x if x > 0 else mpf(0),
    "log2": lambda x: _log(x) / mpmath.log(2),
    "log10": lambda x: _log(x) / mpmath.log(10),
}
