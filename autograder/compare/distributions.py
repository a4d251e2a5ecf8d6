r"""Is this noise standard normal, are these coins fair? Tests whose error probability is stated, not hoped for.

Every bound holds for finite samples, so a correct sampler is refused with at most the probability that the check
asks for, `false_alarm`, shared equally among the tests. Sources: Dvoretzky, Kiefer and Wolfowitz 1956 with the
constant of Massart 1990 (distribution function), Laurent and Massart 2000, lemma 1 (chi-square), Hoeffding 1963.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import torch

from autograder import messages
from autograder.errors import Mismatch
from autograder.wording import shape_of


def assert_standard_normal(draws: torch.Tensor, *, again: torch.Tensor, false_alarm: float, name: str) -> None:
    """Two sets of draws (n, d) are standard normal, independent within and between them.

    Tested, each with an equal share of `false_alarm`: for each of the two sets the mean of all entries, their mean
    square and their distribution function; the inner products of every two columns, of neighbouring rows, and of
    the two sets. Raises Mismatch.
    """
    first, second = _matrix(draws, name), _matrix(again, name)
    columns = first.shape[1]
    pairs = columns * (columns - 1) // 2
    alpha = false_alarm / (6 + pairs + 2)
    for noise in (first, second):
        _assert_mean(noise, alpha, name)
        _assert_mean_square(noise, alpha, name)
        _assert_distribution(noise, alpha, name)
    _assert_orthogonal(
        first.reshape(-1),
        second.reshape(-1),
        alpha,
        messages.comparing.TWO_CALLS.format(name=name),
        messages.comparing.CALLS_RELATED,
    )
    _assert_orthogonal(
        first[:-1:2], first[1::2], alpha, messages.comparing.TWO_ROWS.format(name=name), messages.comparing.ROWS_RELATED
    )
    for i in range(columns):
        for j in range(i):
            _assert_orthogonal(
                first[:, i],
                first[:, j],
                alpha,
                messages.comparing.TWO_COLUMNS.format(name=name),
                messages.comparing.COLUMNS_RELATED,
            )


def _matrix(draws: torch.Tensor, name: str) -> torch.Tensor:
    noise = draws.detach().double()
    if noise.dim() != 2:
        raise ValueError(f"{name} has shape {shape_of(noise)}, but should be (n, d)")
    if not bool(torch.isfinite(noise).all()):
        raise Mismatch(messages.comparing.NOT_FINITE.format(name=name))
    return noise[: noise.shape[0] // 2 * 2]


def _assert_mean(noise: torch.Tensor, alpha: float, name: str) -> None:
    n = noise.numel()
    bound = NormalDist().inv_cdf(1 - alpha / 2) / math.sqrt(n)  # the mean is N(0, 1/n) exactly
    mean = float(noise.mean())
    if abs(mean) > bound:
        raise Mismatch(messages.comparing.MEAN.format(name=name, mean=mean, bound=bound, n=n))


def _assert_mean_square(noise: torch.Tensor, alpha: float, name: str) -> None:
    n, x = noise.numel(), math.log(2 / alpha)
    square = float(noise.square().mean())
    low, high = 1 - 2 * math.sqrt(x / n), 1 + 2 * math.sqrt(x / n) + 2 * x / n
    if not low <= square <= high:
        raise Mismatch(messages.comparing.MEAN_SQUARE.format(name=name, square=square, low=low, high=high, n=n))


def _assert_distribution(noise: torch.Tensor, alpha: float, name: str) -> None:
    n = noise.numel()
    ordered = torch.special.ndtr(noise.reshape(-1).sort().values)
    steps = torch.arange(n + 1, dtype=torch.float64) / n
    distance = float(torch.maximum(ordered - steps[:-1], steps[1:] - ordered).max())
    bound = math.sqrt(math.log(2 / alpha) / (2 * n))
    if distance > bound:
        raise Mismatch(messages.comparing.DISTRIBUTION.format(name=name, distance=distance, bound=bound, n=n))


def _assert_orthogonal(a: torch.Tensor, b: torch.Tensor, alpha: float, name: str, meaning: str) -> None:
    # The inner product of independent standard normal vectors is half the difference of two chi-squares.
    n, x = a.numel(), math.log(4 / alpha)
    product = float((a * b).sum())
    bound = 2 * math.sqrt(n * x) + x
    if abs(product) > bound:
        raise Mismatch(
            messages.comparing.CORRELATION.format(
                pair=name, correlation=product / n, bound=bound / n, n=n, meaning=meaning
            )
        )


def assert_bernoulli(draws: torch.Tensor, p: torch.Tensor, *, false_alarm: float, name: str) -> None:
    """Draws (n, d) of 0 and 1 have the success probabilities p (d,) and are independent of each other.

    Tested, each with an equal share of `false_alarm`: the frequency of every column, and the agreement of every two
    columns and of neighbouring rows with what independence gives. Raises Mismatch.
    """
    tosses, p = draws.detach().double(), p.detach().double()
    if not bool(((tosses == 0) | (tosses == 1)).all()):
        raise Mismatch(messages.comparing.NO_COINS.format(name=name))
    n, columns = tosses.shape
    alpha = false_alarm / (2 * columns + columns * (columns - 1) // 2)
    centred = tosses - p
    for i in range(columns):
        _assert_small(centred[:, i], alpha, messages.comparing.FREQUENCY.format(name=name, p=float(p[i])), float(p[i]))
        _assert_small(
            centred[:-1:2, i] * centred[1::2, i], alpha, messages.comparing.COVARIANCE_OF_ROWS.format(name=name), 0.0
        )
        for j in range(i):
            _assert_small(
                centred[:, i] * centred[:, j], alpha, messages.comparing.COVARIANCE_OF_COLUMNS.format(name=name), 0.0
            )


def _assert_small(terms: torch.Tensor, alpha: float, what: str, centre: float) -> None:
    # Hoeffding: independent terms of mean 0 in an interval of length at most 1 (products of two: at most 1 as well).
    n = terms.numel()
    bound = math.sqrt(math.log(2 / alpha) / (2 * n))
    mean = float(terms.mean())
    if abs(mean) > bound:
        raise Mismatch(messages.comparing.COIN.format(what=what, got=centre + mean, wanted=centre, bound=bound, n=n))
