"""Samples: their noise decides them, their distribution is the one asked for, and their noise is fresh."""

import math

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from reference.sampling import interpolate, reparameterize, sample_bernoulli

pytestmark = pytest.mark.usefixtures("one_stream_of_noise")

N = 200_000


def mean_is(samples: Tensor, expected: float) -> bool:
    """Within six standard errors: false alarm 2e-9."""
    return (samples.mean() - expected).abs().item() < 6 * samples.std().item() / samples.numel() ** 0.5


def test_a_gaussian_sample_is_the_mean_plus_its_noise_in_standard_deviations() -> None:
    mu, logvar = torch.tensor([[1.0, -2.0]]).double(), torch.tensor([[0.25, 9.0]]).double().log()
    eps = torch.tensor([[1.0, -0.5]]).double()
    assert_close(reparameterize(mu, logvar, eps), torch.tensor([[1.5, -3.5]]).double(), rtol=1e-12, atol=0)


def test_a_gaussian_sample_has_the_pathwise_gradient() -> None:
    mu, logvar, eps = (torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(3))
    z = reparameterize(mu, logvar, eps)
    to_mu, to_logvar, to_eps = torch.autograd.grad(z.sum(), (mu, logvar, eps))
    assert_close(to_mu, torch.ones_like(mu))
    assert_close(to_logvar, (z - mu) / 2)
    assert_close(to_eps, (0.5 * logvar).exp())


def test_drawn_noise_carries_the_same_gradient_as_noise_passed_in() -> None:
    mu, logvar = torch.zeros(3, 4, requires_grad=True), torch.ones(3, 4, requires_grad=True)
    z = reparameterize(mu, logvar)
    to_mu, to_logvar = torch.autograd.grad(z.sum(), (mu, logvar))
    assert_close(to_mu, torch.ones(3, 4))
    assert_close(to_logvar, z.detach() / 2)


def test_gaussian_samples_have_the_mean_the_variance_and_the_shape_of_a_normal() -> None:
    z = reparameterize(torch.full((N, 1), 3.0).double(), torch.full((N, 1), 0.25).double().log())
    assert mean_is(z, 3.0)
    assert mean_is((z - 3).square(), 0.25)
    assert mean_is((z - 3) ** 4, 3 * 0.25**2)  # uniform noise would give 1.8 * 0.25^2
    for deviations, below in ((-1.0, 0.15865525393145707), (0.0, 0.5), (2.0, 0.9772498680518208)):
        assert mean_is((z < 3 + deviations * 0.5).double(), below)


def test_gaussian_noise_is_independent_between_rows_columns_and_calls() -> None:
    mu, logvar = torch.zeros(N, 2).double(), torch.zeros(N, 2).double()
    first, second = reparameterize(mu, logvar), reparameterize(mu, logvar)
    assert mean_is(first[:, 0] * first[:, 1], 0)
    assert mean_is(first[1:, 0] * first[:-1, 0], 0)
    assert mean_is(first[:, 0] * second[:, 0], 0)


def test_expanded_parameters_still_get_one_noise_per_entry() -> None:
    z = reparameterize(torch.zeros(1, 1).expand(50, 40), torch.zeros(1, 1).expand(50, 40))
    x = sample_bernoulli(torch.full((1, 1), 0.5).expand(50, 40))
    assert z.unique().numel() > 1900  # of 2000; float32 draws may coincide
    assert x.unique(dim=0).shape == (50, 40) and x.unique(dim=1).shape == (50, 40)


def test_log_variances_of_sixty_keep_the_sample_finite_in_float32() -> None:
    mu, eps = torch.zeros(1, 2), torch.tensor([[2.0, 2.0]])
    z = reparameterize(mu, torch.tensor([[60.0, -60.0]]), eps)
    assert_close(z.double(), torch.tensor([[2 * math.exp(30), 2 * math.exp(-30)]]).double(), rtol=1e-6, atol=0)


def test_a_bernoulli_sample_is_one_exactly_where_its_noise_is_below_p() -> None:
    p = torch.tensor([[0.3, 0.3, 0.3, 0.0, 1.0]])
    u = torch.tensor([[0.29, 0.3, 0.31, 0.0, 0.999]])
    assert sample_bernoulli(p, u).tolist() == [[1, 0, 0, 0, 1]]


@pytest.mark.parametrize("p", [0.03, 0.5, 0.8])
def test_bernoulli_samples_are_ones_as_often_as_p_says(p: float) -> None:
    x = sample_bernoulli(torch.full((N // 2, 2), p).double())
    assert mean_is(x, p)
    assert mean_is((x[:, 0] - p) * (x[:, 1] - p), 0)
    assert mean_is((x[1:, 0] - p) * (x[:-1, 0] - p), 0)


def test_certain_pixels_are_never_wrong() -> None:
    assert sample_bernoulli(torch.zeros(N)).sum() == 0
    assert sample_bernoulli(torch.ones(N)).sum() == N


@pytest.mark.parametrize("shape", [(), (7,), (2, 1, 28, 28)])
def test_bernoulli_samples_have_the_shape_and_dtype_of_p_and_no_gradient(shape: tuple[int, ...]) -> None:
    p = torch.full(shape, 0.5, dtype=torch.float64, requires_grad=True)
    for x in (sample_bernoulli(p), sample_bernoulli(p, torch.rand(shape))):
        assert x.shape == shape and x.dtype == torch.float64 and not x.requires_grad


def test_noise_is_fresh_and_follows_the_seed_of_the_caller() -> None:
    zeros, half = torch.zeros(5, 5), torch.full((5, 5), 0.5)
    for draw in (lambda: reparameterize(zeros, zeros), lambda: sample_bernoulli(half)):
        torch.manual_seed(1)
        first, second = draw(), draw()
        torch.manual_seed(1)
        again = draw()
        assert not torch.equal(first, second) and torch.equal(first, again)


def test_noise_passed_in_leaves_the_generator_alone() -> None:
    before = torch.get_rng_state()
    reparameterize(torch.zeros(3, 2), torch.zeros(3, 2), torch.ones(3, 2))
    sample_bernoulli(torch.ones(3, 2), torch.zeros(3, 2))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("shape", [(2,), (1, 2), (3, 1)])
def test_noise_that_would_be_shared_between_entries_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="eps has shape .* but should be as mu"):
        reparameterize(torch.zeros(3, 2), torch.zeros(3, 2), torch.zeros(shape))
    with pytest.raises(ValueError, match="u has shape .* but should be as p"):
        sample_bernoulli(torch.zeros(3, 2), torch.zeros(shape))


def test_interpolation_weighs_the_first_code_with_alpha() -> None:
    a, b = torch.tensor([1.0, -2.0, 0.5]), torch.tensor([5.0, 0.0, 0.5])
    codes = interpolate(a, b, torch.tensor([0.0, 0.25, 1.0, 1.5]))
    expected = torch.tensor([[5.0, 0.0, 0.5], [4.0, -0.5, 0.5], [1.0, -2.0, 0.5], [-1.0, -3.0, 0.5]])
    assert_close(codes, expected, rtol=0, atol=0)


def test_interpolation_ends_exactly_at_the_codes() -> None:
    a, b = torch.randn(2, 400).unbind()
    codes = interpolate(a, b, torch.tensor([1.0, 0.0]))
    assert torch.equal(codes[0], a) and torch.equal(codes[1], b)


def test_interpolation_has_the_gradient_of_a_weighted_sum() -> None:
    a, b = torch.randn(2, 3, dtype=torch.float64).unbind()
    alphas = torch.tensor([0.1, 0.9, 0.4, -0.2], dtype=torch.float64)
    inputs = [tensor.requires_grad_() for tensor in (a, b, alphas)]
    to_a, to_b, to_alphas = torch.autograd.grad(interpolate(*inputs).sum(), inputs)
    assert_close(to_a, torch.full_like(a, 1.2))
    assert_close(to_b, torch.full_like(b, 2.8))
    assert_close(to_alphas, (a - b).sum().expand(4))
