"""Statistical tests of samplers: a correct one is refused as rarely as the check asks, a wrong one always."""

import math

import pytest
import torch

from autograder.compare.distributions import assert_bernoulli, assert_standard_normal
from autograder.errors import Mismatch

STRICT, LOOSE = 1e-9, 0.2
SEEDS = 1000
P = torch.tensor([0.1, 0.5, 0.8])


def refused(check):
    try:
        check()
    except Mismatch:
        return True
    return False


def at_most(alarms, seeds, probability):
    """Whether so many alarms fit the probability: four standard deviations of a binomial above it."""
    return alarms <= seeds * probability + 4 * math.sqrt(seeds * probability * (1 - probability))


# ------------------------------------------------------------------------------------- standard normal


def noise(seed, n=200, d=3):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=generator), torch.randn(n, d, generator=generator)


def normal_alarms(seeds, false_alarm, **size):
    draws = (noise(seed, **size) for seed in seeds)
    return sum(
        refused(lambda: assert_standard_normal(first, again=second, false_alarm=false_alarm, name="eps"))  # noqa: B023
        for first, second in draws
    )


def test_correct_noise_is_never_refused_at_the_rate_that_checks_use():
    assert normal_alarms(range(SEEDS), STRICT, n=64) == 0


@pytest.mark.parametrize(("n", "d"), [(40, 1), (60, 2), (51, 3)])
def test_correct_noise_is_refused_as_rarely_as_was_asked(n, d):
    alarms = normal_alarms(range(SEEDS), LOOSE, n=n, d=d)
    assert at_most(alarms, SEEDS, LOOSE)
    assert alarms > 0  # the bounds are not so wide that nothing is tested


WRONG_NOISE = {
    "variance for sigma": lambda eps, again: (eps * 2, again * 2),
    "too narrow": lambda eps, again: (eps * 0.7, again * 0.7),
    "uniform": lambda eps, again: tuple((torch.special.ndtr(e) - 0.5) * math.sqrt(12) for e in (eps, again)),
    "Rademacher": lambda eps, again: (eps.sign(), again.sign()),
    "shared rows": lambda eps, again: (eps[:1].expand_as(eps), again[:1].expand_as(again)),
    "rows shared in pairs": lambda eps, again: (eps[::2].repeat_interleave(2, 0), again),
    "shared columns": lambda eps, again: (eps[:, :1].expand_as(eps), again[:, :1].expand_as(again)),
    "opposite columns": lambda eps, again: (torch.stack([eps[:, 0], -eps[:, 0], eps[:, 2]], 1), again),
    "the same in two calls": lambda eps, again: (eps, eps),
    "the opposite in two calls": lambda eps, again: (eps, -eps),
    "shifted mean": lambda eps, again: (eps + 0.2, again + 0.2),
    "truncated at 1": lambda eps, again: (eps.clamp(-1, 1), again.clamp(-1, 1)),
    "folded": lambda eps, again: (eps.abs(), again.abs()),
    "all zeros": lambda eps, again: (eps * 0, again * 0),
    "wrong in the second call only": lambda eps, again: (eps, again * 2),
}


@pytest.mark.parametrize("wrong", WRONG_NOISE)
def test_wrong_noise_is_refused(wrong):
    for seed in range(20):
        first, second = WRONG_NOISE[wrong](*noise(seed, n=2000))
        assert refused(lambda: assert_standard_normal(first, again=second, false_alarm=STRICT, name="eps"))  # noqa: B023


def normal_refusal(first, second):
    with pytest.raises(Mismatch) as raised:
        assert_standard_normal(first, again=second, false_alarm=STRICT, name="the noise")
    return str(raised.value)


def test_the_messages_say_what_is_wrong_and_by_how_much():
    first, second = noise(0, n=2000)
    ones = torch.ones(2000, 3)
    assert normal_refusal(ones, second) == "the mean of the noise is 1, but should be 0 within 0.084 (6000 draws)"
    assert normal_refusal(first * 2, second).startswith("the mean square of the noise is 3.99, but")
    assert normal_refusal(first * 2, second).endswith("but should be 1, between 0.874 and 1.134 (6000 draws)")
    assert normal_refusal(first.sign(), second).startswith("the distribution function of the noise is 0.")
    assert normal_refusal(first, first).startswith("the correlation between the noise of two calls is 0.997, but")
    assert normal_refusal(first, first).endswith("(6000 pairs). Two calls are related.")
    assert normal_refusal(first[::2].repeat_interleave(2, 0), second).endswith("Two examples share noise.")
    shared = torch.stack([first[:, 0], first[:, 0], first[:, 2]], 1)
    assert normal_refusal(shared, second).endswith("Two entries share noise.")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_noise_that_is_not_finite_is_refused(value):
    first, second = noise(0)
    first[3, 1] = value
    assert normal_refusal(first, second) == "the noise has entries that are not finite"


def test_draws_of_another_form_are_a_mistake_of_the_check():
    with pytest.raises(ValueError, match=r"eps has shape \(4,\), but should be \(n, d\)"):
        assert_standard_normal(torch.randn(4), again=torch.randn(4), false_alarm=STRICT, name="eps")


# ------------------------------------------------------------------------------------- Bernoulli


def tosses(seed, n=200, p=P):
    return (torch.rand(n, len(p), generator=torch.Generator().manual_seed(seed)) < p).float()


def bernoulli_alarms(seeds, false_alarm, **size):
    draws = (tosses(seed, **size) for seed in seeds)
    return sum(
        refused(lambda: assert_bernoulli(x, P, false_alarm=false_alarm, name="x"))  # noqa: B023
        for x in draws
    )


def test_correct_tosses_are_never_refused_at_the_rate_that_checks_use():
    assert bernoulli_alarms(range(SEEDS), STRICT, n=64) == 0


def test_correct_tosses_are_refused_as_rarely_as_was_asked():
    alarms = bernoulli_alarms(range(SEEDS), LOOSE, n=60)
    assert at_most(alarms, SEEDS, LOOSE)
    assert alarms > 0


def test_sure_events_are_accepted_and_their_opposites_are_not():
    p = torch.tensor([0.0, 1.0])
    assert_bernoulli(p.expand(100, 2), p, false_alarm=STRICT, name="x")
    assert refused(lambda: assert_bernoulli(1 - p.expand(100, 2), p, false_alarm=STRICT, name="x"))


WRONG_TOSSES = {
    "inverted": lambda x, seed: 1 - x,
    "rounded": lambda x, seed: P.round().expand_as(x),
    "shared columns": lambda x, seed: (
        torch.rand(len(x), 1, generator=torch.Generator().manual_seed(seed)) < P
    ).float(),
    "shared rows": lambda x, seed: x[:1].expand_as(x),
    "rows shared in pairs": lambda x, seed: x[::2].repeat_interleave(2, 0),
    "p off by 0.1": lambda x, seed: tosses(seed, len(x), P + 0.1),
    "always 1": lambda x, seed: torch.ones_like(x),
    "probabilities": lambda x, seed: P.expand_as(x),
    "minus one for zero": lambda x, seed: 2 * x - 1,
    "not a number": lambda x, seed: x * math.nan,
}


@pytest.mark.parametrize("wrong", WRONG_TOSSES)
def test_wrong_tosses_are_refused(wrong):
    for seed in range(20):
        x = WRONG_TOSSES[wrong](tosses(seed, n=4000), seed)
        assert refused(lambda: assert_bernoulli(x, P, false_alarm=STRICT, name="x"))  # noqa: B023


def bernoulli_refusal(x):
    with pytest.raises(Mismatch) as raised:
        assert_bernoulli(x, P, false_alarm=STRICT, name="the sample")
    return str(raised.value)


def test_the_messages_about_tosses_say_what_is_wrong_and_by_how_much():
    x = tosses(0, n=4000)
    assert bernoulli_refusal(torch.ones_like(x)) == (
        "the frequency of ones in the sample with p = 0.1 is 1.0000, but should be 0.1 within 0.0543 (4000 draws)"
    )
    assert bernoulli_refusal(2 * x) == "the sample has entries that are neither 0 nor 1"
    assert bernoulli_refusal(x[::2].repeat_interleave(2, 0)).startswith(
        "the covariance of two rows of the sample is 0."
    )
    shared = WRONG_TOSSES["shared columns"](x, 0)
    assert bernoulli_refusal(shared).startswith("the covariance of two columns of the sample is 0.")
