"""Hints that need no catalogue: how a wrong result is related to the right one, and silence where it is not."""

import pytest
import torch

from autograder.compare.gradients import assert_matches
from autograder.compare.inputs import normal, uniform
from autograder.errors import Mismatch


def kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)


def scaled(x, logvar_x, logvar_y):
    return x * (0.5 * logvar_x).exp() + logvar_y


def spread(x, var):
    return x.square() / var + var.log()


def width(x, sigma):
    return x / sigma + sigma.log()


def rows(x, y):
    return x + 2 * y


def gaussians():
    return normal(3, 5, seed=1), normal(3, 5, seed=2)


def hint(actual, expected=kl, inputs=None, **options):
    """The hint with which a function is refused, None if there is none."""
    with pytest.raises(Mismatch) as raised:
        assert_matches(actual, expected, *(inputs or gaussians()), **options)
    return raised.value.hint


# ------------------------------------------------------------------------------------- factors, signs and shifts


@pytest.mark.parametrize(
    ("factor", "words"),
    [(2.0, "2"), (0.5, "1/2"), (1 / 3, "1/3"), (-2.0, "-2"), (2.302585, "2.303"), (0.2, "1/5")],
)
def test_a_factor_is_told_with_its_size(factor, words):
    told = hint(lambda mu, logvar: factor * kl(mu, logvar))
    assert told == f"the result and its gradients have the right form, but {words} times the right size."


def test_a_wrong_sign_is_told():
    assert hint(lambda mu, logvar: -kl(mu, logvar)) == "the result and its gradients have the wrong sign."


def test_a_factor_of_the_result_alone_is_told_where_no_gradient_is_compared():
    told = hint(lambda mu, logvar: -kl(mu, logvar).detach(), without_gradient=["mu", "logvar"])
    assert told == "the result has the wrong sign."


def test_a_factor_that_the_gradients_do_not_have_is_not_told():
    def half_way(mu, logvar):
        value = kl(mu, logvar)
        return 2 * value.detach() + value - value.detach()

    assert hint(half_way) is None


@pytest.mark.parametrize(("shift", "words"), [(1.5, "large by the same amount, 1.5"), (-0.25, "small")])
def test_a_shift_is_told_with_its_size(shift, words):
    told = hint(lambda mu, logvar: kl(mu, logvar) + shift)
    assert told.startswith("every value is too ") and words in told
    if shift < 0:
        assert told == "every value is too small by the same amount, 1/4."


def test_two_numbers_are_too_few_for_a_factor_or_a_shift():
    few = normal(2, 1, seed=1), normal(2, 1, seed=2)
    assert hint(lambda mu, logvar: 2 * kl(mu, logvar).detach(), inputs=few, without_gradient=["mu", "logvar"]) is None
    assert hint(lambda mu, logvar: kl(mu, logvar) + 1, inputs=few) is None


# ------------------------------------------------------------------------------------- shapes


def terms(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar)


@pytest.mark.parametrize(
    ("actual", "expected", "told"),
    [
        (lambda mu, logvar: kl(mu, logvar).sum(), kl, "kl is reduced too far: it is the sum over all axes"),
        (lambda mu, logvar: kl(mu, logvar).mean(), kl, "kl is reduced too far: it is the mean over all axes"),
        (lambda mu, logvar: terms(mu, logvar).sum(0), terms, "terms is reduced too far: it is the sum over the first"),
        (lambda mu, logvar: terms(mu, logvar).mean(0), terms, "terms is reduced too far: it is the mean over the firs"),
        (lambda mu, logvar: terms(mu, logvar).mean(1), terms, "terms is reduced too far: it is the mean over the last"),
        (terms, kl, "kl is not reduced far enough: its sum over the last axis is right."),
        (lambda mu, logvar: terms(mu, logvar).T, terms, "the axes of terms are exchanged."),
        (lambda mu, logvar: kl(mu, logvar)[:, None], kl, "the values of kl are right, their shape is not."),
    ],
)
def test_a_reduction_or_another_shape_is_told(actual, expected, told):
    assert hint(actual, expected).startswith(told)


def test_a_wrong_shape_of_wrong_values_is_not_explained():
    assert hint(lambda mu, logvar: mu.sum()) is None


def test_one_wrong_result_of_several_is_told_by_its_name():
    def both(mu, logvar):
        return {"kl": kl(mu, logvar), "mu": mu}

    told = hint(lambda mu, logvar: {"kl": kl(mu, logvar).sum(), "mu": mu}, both)
    assert told == "both['kl'] is reduced too far: it is the sum over all axes of the right values."


# ------------------------------------------------------------------------------------- another reading of arguments


@pytest.mark.parametrize(
    ("actual", "expected", "told"),
    [
        (lambda mu, v: kl(mu, 2 * v), kl, "logvar was taken for the logarithm of the standard deviation."),
        (lambda mu, v: kl(mu, v.log()), kl, "logvar was taken for the variance."),
        (lambda mu, v: kl(mu, 2 * v.log()), kl, "logvar was taken for the standard deviation."),
        (lambda x, var: spread(x, var**2), spread, "var was taken for the standard deviation."),
        (lambda x, var: spread(x, var.exp()), spread, "var was taken for the log-variance."),
        (lambda x, sigma: width(x, sigma.sqrt()), width, "sigma was taken for the variance."),
        (lambda x, y: rows(y, x), rows, "x and y were exchanged."),
    ],
)
def test_a_misread_or_exchanged_argument_is_told(actual, expected, told):
    inputs = normal(3, 5, seed=1), uniform(3, 5, seed=2, low=0.5, high=1.5)
    assert hint(actual, expected, inputs) == f"it looks as if {told}"


def test_all_arguments_of_a_kind_may_be_misread_together():
    inputs = tuple(uniform(3, 5, seed=seed, low=0.5, high=1.5) for seed in range(3))
    told = hint(lambda x, a, b: scaled(x, 2 * a, 2 * b), scaled, inputs)
    assert told == ("it looks as if logvar_x and logvar_y were taken for the logarithm of the standard deviation.")


@pytest.mark.parametrize("value", [0.5, 2, None])
def test_an_argument_that_is_no_tensor_is_not_read_in_another_way(value):
    def noisy(x, sigma):
        return x * (sigma or 1.0)

    def tempered(x, logvar):
        return x + (logvar or 1.0)

    for expected in (noisy, tempered):
        assert hint(lambda x, _: x.exp(), expected, (normal(3, 5, seed=1), value)) is None


def test_a_reference_that_cannot_be_given_exchanged_arguments_is_no_fault():
    def look_up(index, table):
        return {0: "a"}[int(index[0])] and table[index].float()

    index, table = torch.tensor([0, 1, 2]), torch.tensor([7, 8, 9])
    assert hint(lambda index, table: table.float().square(), look_up, (index, table)) is None


# ------------------------------------------------------------------------------------- silence


def hint_at_random(seed, shape, right, inputs):
    return hint(lambda *_: normal(*shape, seed=1000 + seed), right, inputs, without_gradient=["x", "logvar"])


@pytest.mark.parametrize("shape", [(3,), (3, 5), (10, 1)])
def test_random_results_give_no_hint(shape):
    def right(x, logvar):
        return x + logvar.exp()

    for seed in range(200):
        assert hint_at_random(seed, shape, right, (normal(*shape, seed=seed), normal(*shape, seed=500 + seed))) is None


@pytest.mark.parametrize("shape", [(), (3, 5), (5,)])
def test_random_results_of_another_shape_give_no_hint(shape):
    def right(x, logvar):
        return (x + logvar.exp()).sum(-1)

    for seed in range(200):
        assert hint_at_random(seed, shape, right, (normal(3, 5, seed=seed), normal(3, 5, seed=500 + seed))) is None


@pytest.mark.parametrize(
    "result",
    [
        lambda x: x * torch.nan,
        lambda x: x * torch.inf,
        lambda x: 0 * x,
        lambda x: x[:0],
        lambda x: x.int(),
        lambda x: x > 0,
        lambda x: [x, x],
        lambda x: None,
        lambda x: 1.0,
    ],
)
def test_absurd_results_give_no_hint(result):
    assert hint(lambda mu, logvar: result(mu.sum(-1))) is None
