"""Formula -> code for the Bernoulli log-likelihoods, their edges, and second routes that share no code."""

import itertools
import math

import pytest
import sympy
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Independent
from torch.testing import assert_close

from reference.bernoulli import log_bernoulli, log_bernoulli_with_logits
from reference.closed_forms import bernoulli as closed

ROUNDING = {"rtol": 1e-12, "atol": 0.0}  # float64; no atol: the tails are far below any
PROBABILITIES = [1e-40, 1e-20, 1e-3, 0.2, 0.5, 0.71, 0.999]
LOGITS = [-100.0, -30.0, -3.0, -0.2, 0.0, 1e-9, 0.4, 3.0, 30.0, 100.0]

# name: torch function, the closed form it must equal, values of its second argument
FORMS = {
    "log_bernoulli": (log_bernoulli, closed.LOG_BERNOULLI, PROBABILITIES),
    "log_bernoulli_with_logits": (log_bernoulli_with_logits, closed.LOG_BERNOULLI_WITH_LOGITS, LOGITS),
}


@pytest.fixture(params=FORMS)
def form(request):
    function, closed_form, values = FORMS[request.param]
    grid = torch.cartesian_prod(*(torch.tensor(axis, dtype=torch.float64) for axis in ([0.0, 1.0], values)))
    x, parameter = grid[:, :1], grid[:, 1:].clone().requires_grad_()
    return function, closed_form, x, parameter


def binary(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randint(2, shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def logits(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return 5 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_the_code_equals_the_closed_form(form, exact) -> None:
    function, closed_form, x, parameter = form
    expected = exact(closed_form.symbols, closed_form.expression, x, parameter)
    assert_close(function(x, parameter).detach(), expected, **ROUNDING)


def test_the_gradient_equals_the_derivative_of_the_closed_form(form, exact) -> None:
    function, closed_form, x, parameter = form
    (gradient,) = torch.autograd.grad(function(x, parameter).sum(), parameter)
    slope = exact(closed_form.symbols, sympy.diff(closed_form.expression, closed_form.symbols[1]), x, parameter)
    assert_close(gradient.squeeze(1), slope, **ROUNDING)


def test_pixels_add_up_and_examples_stay_apart(form) -> None:
    function, _, x, parameter = form
    wide_x, wide = x[:12].reshape(4, 3), parameter.detach()[:12].reshape(4, 3)
    assert_close(function(wide_x, wide), function(x[:12], parameter[:12]).detach().view(4, 3).sum(dim=1))


def test_both_agree_with_torch_distributions() -> None:
    x, scores = binary(7, 20, seed=0), logits(7, 20, seed=1)
    expected = Independent(Bernoulli(logits=scores), 1).log_prob(x)
    assert_close(log_bernoulli_with_logits(x, scores), expected, rtol=1e-12, atol=0)
    assert_close(log_bernoulli(x, scores.sigmoid()), expected, rtol=1e-9, atol=0)  # sigmoid near 1 loses digits


def test_the_probabilities_of_all_images_of_six_pixels_sum_to_one() -> None:
    images = torch.tensor(list(itertools.product([0.0, 1.0], repeat=6)), dtype=torch.float64)
    scores = logits(1, 6, seed=0).expand(64, 6)
    for log_likelihood in (
        log_bernoulli_with_logits(images, scores),
        log_bernoulli(images, scores.sigmoid()),
    ):
        assert log_likelihood.exp().sum().item() == pytest.approx(1, rel=1e-12)


def test_the_mean_is_minus_the_entropy_for_pixels_drawn_with_their_probabilities() -> None:
    p = torch.tensor([0.05, 0.3, 0.5, 0.9], dtype=torch.float64)
    u = torch.rand(50_000, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    values = log_bernoulli((u < p).double(), p.expand(50_000, 4))
    error = values.std() / 50_000**0.5
    assert (values.mean() + Bernoulli(p).entropy().sum()).abs() < 6 * error


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_certain_pixel_that_agrees_contributes_exactly_nothing(dtype: torch.dtype) -> None:
    x = torch.tensor([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]], dtype=dtype)
    p = torch.tensor([[0.0, 1.0, 0.25], [1.0, 0.0, 0.5]], dtype=dtype, requires_grad=True)
    value = log_bernoulli(x, p)
    assert_close(value.detach(), torch.tensor([math.log(0.25), math.log(0.5)], dtype=dtype))
    (gradient,) = torch.autograd.grad(value.sum(), p)
    assert gradient.tolist() == [[-1, 1, 4], [1, -1, -2]]


@pytest.mark.parametrize(("x", "p", "slope"), [(1.0, 0.0, math.inf), (0.0, 1.0, -math.inf)])
def test_a_certain_pixel_that_disagrees_is_impossible(x: float, p: float, slope: float) -> None:
    probability = torch.tensor([[p]], requires_grad=True)
    value = log_bernoulli(torch.tensor([[x]]), probability)
    assert value.item() == -math.inf
    assert torch.autograd.grad(value.sum(), probability)[0].item() == slope


@pytest.mark.parametrize("score", [-100.0, 100.0])
def test_extreme_logits_in_float32_cost_their_size_or_nothing(score: float) -> None:
    scores = torch.full((2, 1), score, requires_grad=True)
    value = log_bernoulli_with_logits(torch.tensor([[0.0], [1.0]]), scores)
    assert value.tolist() == pytest.approx([min(-score, 0.0), min(score, 0.0)], abs=1e-30)
    (gradient,) = torch.autograd.grad(value.sum(), scores)
    assert gradient.flatten().tolist() == pytest.approx([-float(score > 0), float(score < 0)], abs=1e-30)


def test_784_pixels_do_not_underflow() -> None:
    x, scores = binary(3, 784, seed=0, dtype=torch.float32), torch.zeros(3, 784)
    expected = torch.full((3,), -784 * math.log(2))
    assert_close(log_bernoulli_with_logits(x, scores), expected, rtol=1e-6, atol=0)
    assert_close(log_bernoulli(x, scores.sigmoid()), expected, rtol=1e-6, atol=0)
    assert_close(log_bernoulli_with_logits(x, 200 * (x - 0.5)), torch.zeros(3))
    assert_close(log_bernoulli_with_logits(x, 200 * (0.5 - x)), torch.full((3,), -78_400.0), rtol=1e-6, atol=0)


def test_a_log_likelihood_is_never_positive() -> None:
    x, scores = binary(50, 20, seed=0, dtype=torch.float32), 4 * logits(50, 20, seed=1, dtype=torch.float32)
    assert (log_bernoulli_with_logits(x, scores) <= 0).all()
    assert (log_bernoulli(x, scores.sigmoid()) <= 0).all()


def test_probabilities_taken_for_logits_have_the_known_floors() -> None:
    """Squashed twice, a perfect reconstruction costs 0.313 where the target is 1, and 0.693 where it is 0."""
    x = torch.tensor([[1.0], [0.0]])
    assert (-log_bernoulli_with_logits(x, x)).tolist() == pytest.approx([0.313, 0.693], abs=5e-4)
