"""Denoising score matching against autograd and its known minimum, Langevin steps against their exact moments."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal
from torch.testing import assert_close

from reference.score_matching import dsm_loss, langevin

ROUNDING = {"rtol": 1e-12, "atol": 1e-13}  # float64


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def zero(x: Tensor, *_: Tensor) -> Tensor:
    return torch.zeros_like(x)


@pytest.mark.parametrize("trailing", [(), (3,), (2, 4, 4)])
def test_the_loss_is_the_weighted_distance_to_the_score_of_the_noise(trailing: tuple[int, ...]) -> None:
    """The target by autograd of log N(x~; x, sigma^2), one example at a time."""
    x, z, sigma = normal(3, *trailing, seed=0), normal(3, *trailing, seed=1), torch.tensor([0.1, 1.0, 3.0]).double()
    weight = torch.tensor(-0.3, dtype=torch.float64, requires_grad=True)
    terms = []
    for row in range(3):
        noisy = (x[row] + sigma[row] * z[row]).requires_grad_()
        (target,) = torch.autograd.grad(Normal(x[row], sigma[row]).log_prob(noisy).sum(), noisy)
        terms.append(0.5 * sigma[row] ** 2 * (weight * noisy.detach() / sigma[row] - target).square().sum())
    expected = torch.stack(terms).mean()

    def score(noisy: Tensor, sigma: Tensor) -> Tensor:
        assert sigma.shape == (3,)
        return weight * noisy / sigma.view(3, *[1] * len(trailing))

    loss = dsm_loss(score, x, sigma, z)
    assert loss.shape == ()
    assert_close(loss, expected, **ROUNDING)
    assert_close(*(torch.autograd.grad(value, weight) for value in (loss, expected)), **ROUNDING)


def test_a_score_of_zero_costs_half_the_dimension() -> None:
    """1.0 in the plane: a mean over coordinates would halve it."""
    n = 20_000
    z = normal(n, 2, seed=0)
    loss = dsm_loss(zero, torch.zeros_like(z), torch.full((n,), 0.3).double(), z)
    assert abs(loss.item() - 1) < 6 * math.sqrt(2 * 0.5) / n**0.5  # 0.5 * chi-square with 2 degrees of freedom


def test_the_score_of_the_noise_itself_costs_nothing() -> None:
    x, z, sigma = normal(4, 3, seed=0), normal(4, 3, seed=1), torch.tensor([0.1, 0.5, 1, 9]).double()
    loss = dsm_loss(lambda noisy, s: -(noisy - x) / s.unsqueeze(1) ** 2, x, sigma, z)
    assert loss.item() == pytest.approx(0, abs=1e-20)


def test_the_minimiser_is_the_score_of_the_noisy_data() -> None:
    """Data N(0, 2^2), linear scores -w x: the exact loss is least at w = 1 / (2^2 + sigma^2)."""
    nodes = torch.linspace(-8, 8, 161, dtype=torch.float64)
    grid = torch.cartesian_prod(nodes, nodes)
    x, z = 2 * grid[:, :1], grid[:, 1:]
    mass = (-grid.square().sum(1) / 2).exp()
    mass, sigma = mass / mass.sum(), torch.full((len(grid),), 0.7).double()
    w = torch.tensor(1 / (4 + 0.7**2), dtype=torch.float64, requires_grad=True)
    # each row weighs its mass: x and z enter through z + sigma * s, so scale both parts by sqrt(n * mass)
    root = (len(grid) * mass).sqrt().unsqueeze(1)
    loss = dsm_loss(lambda noisy, s: -w * noisy, root * x, sigma, root * z)
    (slope,) = torch.autograd.grad(loss, w, create_graph=True)
    assert abs(slope.item()) < 1e-6
    assert torch.autograd.grad(slope, w)[0] > 0


@pytest.mark.parametrize("sigma", [1e-4, 1e4])
def test_extreme_noise_levels_stay_finite_in_float32(sigma: float) -> None:
    x, z = torch.ones(2, 3), torch.tensor([[1.0, -2.0, 2.0]]).repeat(2, 1)
    loss = dsm_loss(zero, x, torch.full((2,), sigma), z)
    assert loss.item() == pytest.approx(4.5) and loss.dtype == torch.float32


@pytest.mark.parametrize("shape", [(1,), (3, 2), (2, 1, 4, 4)])
def test_a_langevin_step_moves_along_the_score_and_adds_noise(shape: tuple[int, ...]) -> None:
    x, z = normal(*shape, seed=0), normal(*shape, seed=1)
    assert_close(langevin(lambda x: -x.sin(), x, 0.02, z), x - 0.02 * x.sin() + 0.2 * z, **ROUNDING)
    assert torch.equal(langevin(lambda x: -x.sin(), x, 0.0, z), x)


def test_langevin_steps_keep_the_variance_that_a_linear_score_implies() -> None:
    """x' = (1 - a) x + sqrt(2 a) z for N(0, 1): the stationary variance is 2 a / (1 - (1 - a)^2) = 1 / (1 - a / 2)."""
    n, alpha = 20_000, 0.1
    x, expected = 3 + normal(n, seed=0), 1 / (1 - 0.05)
    for step in range(100):
        x = langevin(lambda x: -x, x, alpha, normal(n, seed=step + 1))
    assert x.mean().abs() < 6 * math.sqrt(expected / n) + 3 * 0.9**100
    assert (x.var() - expected).abs() < 6 * expected * math.sqrt(2 / n)


def test_a_langevin_step_is_differentiable_through_the_score() -> None:
    x, z = normal(3, 2, seed=0).requires_grad_(), normal(3, 2, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, z: langevin(torch.sin, x, 0.1, z), (x, z))
    assert torch.autograd.gradcheck(lambda x, z: dsm_loss(lambda x, s: x.sin(), x, torch.ones(3).double(), z), (x, z))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_dtype_and_device_are_kept(dtype: torch.dtype, device: str) -> None:
    x = torch.zeros(3, 2, dtype=dtype, device=device)
    for value in (dsm_loss(zero, x, x[:, 0] + 1, x), langevin(zero, x, 0.1, x)):
        assert value.dtype == dtype and value.device.type == device
