"""Closed forms evaluated so exactly that every digit a torch function loses shows; noise that repeats."""

from collections.abc import Callable, Iterator

import mpmath
import pytest
import sympy
import torch
from torch import Tensor

Exact = Callable[..., Tensor]


@pytest.fixture
def one_stream_of_noise() -> Iterator[None]:
    """Random numbers that are the same in every run, whatever ran before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(20)
        yield


@pytest.fixture(scope="session")
def exact() -> Exact:
    """exact(symbols, expression, *columns): the expression at every row of the columns, in float64.

    Evaluated with 80 digits and rounded once: at a logit of 100, 1 - sigmoid needs 44 of them.
    """

    def evaluate(symbols: tuple[sympy.Symbol, ...], expression: sympy.Expr, *columns: Tensor) -> Tensor:
        function = sympy.lambdify(symbols, expression, modules="mpmath")
        rows = zip(*(column.flatten().tolist() for column in columns), strict=True)
        with mpmath.workdps(80):
            return torch.tensor([float(function(*map(mpmath.mpf, row))) for row in rows], dtype=torch.float64)

    return evaluate
