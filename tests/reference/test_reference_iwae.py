"""The importance-weighted bound against torch.distributions, the ELBO, and exact evidences."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal
from torch.testing import assert_close

from reference.elbo import elbo_mc
from reference.iwae import iwae, log_weights

ROUNDING = {"rtol": 1e-12, "atol": 1e-13}  # float64


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def model():
    """Three images of five pixels, two latent axes, four samples, a linear decoder."""
    weight = normal(2, 5, seed=0).requires_grad_()
    mu, var = normal(3, 2, seed=1).requires_grad_(), normal(3, 2, seed=2).exp().requires_grad_()
    x = (normal(3, 5, seed=3) > 0).double()
    return x, normal(4, 3, 2, seed=4).requires_grad_(), mu, var, weight


def test_the_weights_agree_with_torch_distributions(model) -> None:
    x, z, mu, var, weight = model
    value = log_weights(x, z, mu, var, lambda codes: codes @ weight)
    expected = (
        Bernoulli(logits=z @ weight).log_prob(x).sum(-1)
        + Normal(0.0, 1.0).log_prob(z).sum(-1)
        - Normal(mu, var.sqrt()).log_prob(z).sum(-1)
    )
    assert value.shape == (4, 3)
    assert_close(value, expected, **ROUNDING)
    inputs = (z, mu, var, weight)
    bounds = (iwae(value).sum(), (expected.exp().mean(0)).log().sum())
    assert_close(*(torch.autograd.grad(bound, inputs) for bound in bounds), **ROUNDING)


def test_one_sample_is_the_elbo(model) -> None:
    x, z, mu, var, weight = model
    bound = iwae(log_weights(x, z[:1], mu, var, lambda codes: codes @ weight))
    assert bound.shape == (3,)
    assert_close(bound.mean(), elbo_mc(x, (z[0] @ weight).sigmoid(), z[0], mu, var), **ROUNDING)


def test_the_known_value_and_its_gradient() -> None:
    """Two examples with three samples each; the same numbers read as three examples give -2.208057."""
    per_example = torch.tensor([[-1.0, -2.0, -4.0], [-3.0, -3.5, -2.0]]).double()
    log_w = per_example.T.clone().requires_grad_()
    bound = iwae(log_w)
    assert iwae(per_example).mean().item() == pytest.approx(-2.208057, abs=1e-6)
    assert bound.mean().item() == pytest.approx(-2.191922, abs=1e-6)
    assert_close(torch.autograd.grad(bound.sum(), log_w)[0], log_w.softmax(0), **ROUNDING)


def test_a_batch_of_one_keeps_its_axis() -> None:
    assert iwae(torch.tensor([[-1.0], [-3.0]])).shape == (1,)


def test_the_bound_grows_with_k_and_stays_below_the_evidence() -> None:
    """Two weights with known probabilities: every expectation over k draws is a finite sum."""
    q, w = torch.tensor([0.7, 0.3]).double(), torch.tensor([0.2, 1.5]).double()
    evidence = (q @ w).log()
    bounds = []
    for k in range(1, 7):
        draws = torch.cartesian_prod(*[torch.arange(2)] * k).view(-1, k)  # (2^k, k)
        bounds.append(q[draws].prod(1) @ iwae(w.log()[draws].T))
    assert_close(bounds[0], q @ w.log(), **ROUNDING)  # k = 1: the ELBO
    assert all(looser < tighter < evidence for looser, tighter in zip(bounds, bounds[1:], strict=False))


def test_the_mean_weight_is_the_evidence() -> None:
    """One latent axis, three pixels: p(x) by quadrature, the weights by sampling; six standard errors."""
    n = 20_000
    x, weight = torch.tensor([[1.0, 0.0, 1.0]]).double(), torch.tensor([[1.4, 0.8, -0.5]]).double()
    mu, var = torch.tensor([[0.2]]).double(), torch.tensor([[1.3]]).double()
    line = torch.linspace(-10, 10, 801, dtype=torch.float64).unsqueeze(1)
    joint = Bernoulli(logits=line @ weight).log_prob(x).sum(-1) + Normal(0.0, 1.0).log_prob(line).squeeze()
    evidence = torch.trapezoid(joint.exp(), line.squeeze())
    weights = log_weights(x, mu + var.sqrt() * normal(n, 1, 1, seed=0), mu, var, lambda z: z @ weight).exp()
    assert (weights.mean() - evidence).abs() < 6 * weights.std() / n**0.5


def test_at_the_posterior_every_weight_is_the_evidence() -> None:
    x, p = torch.tensor([[1.0, 0.0]]).double(), torch.tensor([0.9, 0.2], dtype=torch.float64)
    zeros = torch.zeros(1, 3).double()
    log_w = log_weights(x, normal(6, 1, 3, seed=0), zeros, zeros + 1, lambda z: p.logit().expand(*z.shape[:-1], 2))
    assert_close(log_w, torch.full((6, 1), math.log(0.9 * 0.8), dtype=torch.float64), **ROUNDING)


def test_weights_of_minus_ten_thousand_do_not_vanish_in_float32() -> None:
    log_w = torch.tensor([[-1e4], [-1e4 - 200]], requires_grad=True)
    bound = iwae(log_w)
    assert bound.item() == pytest.approx(-1e4 - math.log(2), rel=1e-6)
    assert torch.autograd.grad(bound.sum(), log_w)[0].tolist() == [[1], [0]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_dtype_and_device_are_kept(model, dtype: torch.dtype, device: str) -> None:
    x, z, mu, var, weight = (tensor.to(device, dtype) for tensor in model)
    bound = iwae(log_weights(x, z, mu, var, lambda codes: codes @ weight))
    assert bound.shape == (3,) and bound.dtype == dtype and bound.device.type == device
