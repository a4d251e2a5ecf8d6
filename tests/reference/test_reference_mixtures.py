"""Mixtures against torch.distributions, plain sums and Monte Carlo."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal, kl_divergence
from torch.testing import assert_close

from reference.mixtures import gmvae_kl_mc, log_mean_exp, log_normal_mixture

ROUNDING = {"rtol": 1e-12, "atol": 1e-13}  # float64


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def mixture(m: Tensor, v: Tensor) -> MixtureSameFamily:
    weights = Categorical(logits=torch.zeros(m.shape[:-1], dtype=m.dtype))
    return MixtureSameFamily(weights, Independent(Normal(m, v.sqrt()), 1))


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_log_mean_exp_is_the_log_of_the_mean(dim: int) -> None:
    x = normal(2, 3, 4, seed=0).requires_grad_()
    value, plain = log_mean_exp(x, dim), x.exp().mean(dim).log()
    assert_close(value, plain, **ROUNDING)
    (slope,) = torch.autograd.grad(value.square().sum(), x)
    assert_close(slope, torch.autograd.grad(plain.square().sum(), x)[0], **ROUNDING)


@pytest.mark.parametrize("shift", [-1e4, 1e4])
def test_log_mean_exp_moves_with_its_input_where_exp_leaves_float32(shift: float) -> None:
    x = torch.tensor([[0.0, 1.0, 2.0]])
    assert_close(log_mean_exp(x + shift, 1), log_mean_exp(x, 1) + shift, rtol=1e-6, atol=0)


def test_log_mean_exp_of_impossible_terms() -> None:
    x = torch.tensor([[-math.inf, 0.0], [-math.inf, -math.inf]])
    assert log_mean_exp(x, 1).tolist() == pytest.approx([-math.log(2), -math.inf])
    assert log_mean_exp(x[:, 1:], 1).tolist() == [0, -math.inf]  # one term: itself


@pytest.mark.parametrize("rows", [1, 5])
def test_the_mixture_agrees_with_torch_distributions(rows: int) -> None:
    z = normal(5, 3, seed=0).requires_grad_()
    m, v = normal(rows, 4, 3, seed=1).requires_grad_(), normal(rows, 4, 3, seed=2).exp().requires_grad_()
    value, expected = log_normal_mixture(z, m, v), mixture(m, v).log_prob(z)
    assert value.shape == (5,)
    assert_close(value, expected, **ROUNDING)
    weights = torch.arange(1.0, 6.0, dtype=torch.float64)
    slopes = torch.autograd.grad(value @ weights, (z, m, v))
    assert_close(slopes, torch.autograd.grad(expected @ weights, (z, m, v)), **ROUNDING)


def test_the_known_value_of_two_components_in_the_plane() -> None:
    z, m = torch.tensor([[1.7, 0.4]]), torch.tensor([[[0.0, 0.0], [2.0, -1.0]]])
    assert log_normal_mixture(z, m, torch.ones(1, 1, 2)).item() == pytest.approx(-3.081947, abs=1e-6)


def test_the_density_of_a_mixture_integrates_to_one() -> None:
    line = torch.linspace(-12, 12, 241, dtype=torch.float64)
    plane = torch.cartesian_prod(line, line)
    density = log_normal_mixture(plane, normal(1, 3, 2, seed=0), normal(1, 3, 2, seed=1).exp()).exp()
    assert density.sum().item() * 0.1**2 == pytest.approx(1, rel=1e-6)


def test_one_component_or_equal_components_are_one_normal() -> None:
    z, m, v = normal(4, 3, seed=0), normal(1, 1, 3, seed=1), normal(1, 1, 3, seed=2).exp()
    expected = Normal(m[0], v[0].sqrt()).log_prob(z).sum(-1)
    for copies in (1, 6):
        assert_close(log_normal_mixture(z, m.repeat(1, copies, 1), v), expected, **ROUNDING)


def test_far_from_every_component_the_nearest_one_decides_in_float32() -> None:
    z = torch.tensor([[300.0, -300.0]], requires_grad=True)
    m = torch.tensor([[[0.0, 0.0], [1.0, -1.0]]])
    value = log_normal_mixture(z, m, torch.ones(1))
    assert value.item() == pytest.approx(-(299**2) - math.log(2 * math.pi) - math.log(2), rel=1e-6)
    assert torch.autograd.grad(value.sum(), z)[0].tolist() == [[-299, 299]]


def test_the_kl_estimate_averages_to_the_kl() -> None:
    """A mixture of equal components is a normal, whose KL has a closed form; six standard errors."""
    n = 20_000
    mu, var = torch.tensor([[0.3, -1.0]]).double(), torch.tensor([[0.5, 2.0]]).double()
    z = mu + var.sqrt() * normal(n, 2, seed=0)
    m, v = torch.tensor([[[1.0, 0.5]]]).double(), torch.tensor([[[1.5, 0.8]]]).double()
    estimates = gmvae_kl_mc(z, mu, var, m.repeat(1, 3, 1), v.repeat(1, 3, 1))
    expected = kl_divergence(Normal(mu, var.sqrt()), Normal(m[0], v[0].sqrt())).sum()
    assert (estimates.mean() - expected).abs() < 6 * estimates.std() / n**0.5


def test_the_kl_estimate_is_the_difference_of_the_log_densities() -> None:
    z, mu, var = normal(3, 2, seed=0), normal(3, 2, seed=1), normal(3, 2, seed=2).exp()
    m, v = normal(3, 4, 2, seed=3), normal(3, 4, 2, seed=4).exp()
    expected = Normal(mu, var.sqrt()).log_prob(z).sum(-1) - mixture(m, v).log_prob(z)
    assert_close(gmvae_kl_mc(z, mu, var, m, v), expected, **ROUNDING)
    assert_close(gmvae_kl_mc(z[:1], mu[:1], var[:1], m[:1], v[:1]), expected[:1], **ROUNDING)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_dtype_and_device_are_kept(dtype: torch.dtype, device: str) -> None:
    z, m = (normal(*shape, seed=0).to(device, dtype) for shape in ((3, 2), (1, 4, 2)))
    for value in (gmvae_kl_mc(z, z, z.exp(), m, m.exp()), log_mean_exp(z, 1)):
        assert value.shape == (3,) and value.dtype == dtype and value.device.type == device
