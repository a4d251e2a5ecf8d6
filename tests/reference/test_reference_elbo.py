"""The two objectives against torch.distributions, each other, and a log evidence by quadrature."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.testing import assert_close

from reference.elbo import elbo, elbo_mc

ROUNDING = {"rtol": 1e-12, "atol": 0.0}  # float64


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def float64(values: list) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.fixture
def batch() -> dict[str, Tensor]:
    """Three examples of five pixels and two latent axes."""
    return {
        "x": (normal(3, 5, seed=0) > 0).double(),
        "logits": 3 * normal(3, 5, seed=1),
        "mu": normal(3, 2, seed=2),
        "logvar": normal(3, 2, seed=3),
    }


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_and_its_parts_agree_with_torch_distributions(batch, beta: float) -> None:
    x, logits, mu, logvar = batch.values()
    rec = -Bernoulli(logits=logits).log_prob(x).sum() / 3
    kl = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum() / 3
    result = elbo(x, logits, mu, logvar, beta=beta)
    assert_close(result, {"loss": rec + beta * kl, "rec": rec, "kl": kl}, **ROUNDING)


def test_beta_is_one_unless_told(batch) -> None:
    assert_close(elbo(*batch.values()), elbo(*batch.values(), beta=1.0), rtol=0, atol=0)


def test_the_estimate_agrees_with_torch_distributions(batch) -> None:
    x, logits, mu, logvar = batch.values()
    z, p, var = normal(3, 2, seed=4), logits.sigmoid(), logvar.exp()
    terms = [
        Bernoulli(p).log_prob(x).sum(-1),
        Normal(0.0, 1.0).log_prob(z).sum(-1),
        -Normal(mu, var.sqrt()).log_prob(z).sum(-1),
    ]
    assert_close(elbo_mc(x, p, z, mu, var), sum(terms).mean(), **ROUNDING)


def test_the_estimate_averages_to_minus_the_loss(batch) -> None:
    """E[elbo_mc] = -(rec + kl) for a decoder that ignores z: within six standard errors, false alarm 2e-9."""
    x, logits, mu, logvar = batch.values()
    draws = mu + (logvar / 2).exp() * normal(2_000, 3, 2, seed=4)
    estimates = torch.stack([elbo_mc(x, logits.sigmoid(), z, mu, logvar.exp()) for z in draws])
    difference = estimates.mean() + elbo(x, logits, mu, logvar)["loss"]
    assert difference.abs() < 6 * estimates.std() / len(draws) ** 0.5


def test_the_expected_estimate_is_the_log_evidence_minus_the_divergence_from_the_posterior() -> None:
    """A model of one latent axis and three pixels, every integral by quadrature."""
    x, weight = float64([[1, 0, 1]]), float64([1.4, 0.8, -0.5])
    mu, var = float64([[0.4]]), float64([[0.6]])
    z = torch.linspace(-10, 10, 801, dtype=torch.float64)
    joint = (Bernoulli(logits=z[:, None] * weight).log_prob(x).sum(-1) + Normal(0.0, 1.0).log_prob(z)).exp()
    evidence = torch.trapezoid(joint, z)
    q = Normal(mu, var.sqrt()).log_prob(z).exp().squeeze()
    gap = torch.trapezoid(q * (q.log() - (joint / evidence).log()), z)

    estimates = torch.stack([elbo_mc(x, (node * weight).sigmoid()[None], node.view(1, 1), mu, var) for node in z])
    bound = torch.trapezoid(q * estimates, z)
    assert gap > 0.01  # q is not the posterior: the bound is not tight
    assert_close(bound, evidence.log() - gap, rtol=1e-9, atol=0)


def test_the_estimate_is_exact_for_every_sample_where_q_is_the_posterior() -> None:
    """A decoder that ignores z has the prior as posterior: the estimate has no variance."""
    x, p, zeros = float64([[1, 0, 1]]), float64([[0.9, 0.2, 0.5]]), float64([[0, 0, 0, 0]])
    evidence = math.log(0.9 * 0.8 * 0.5)
    for z in normal(20, 1, 4, seed=0):
        estimate = elbo_mc(x, p, z, zeros, zeros + 1)
        assert estimate.item() == pytest.approx(evidence, rel=1e-12)


def test_examples_are_averaged_not_summed(batch) -> None:
    doubled = {name: torch.cat([tensor, tensor]) for name, tensor in batch.items()}
    assert_close(elbo(*doubled.values()), elbo(*batch.values()), **ROUNDING)
    x, logits, mu, logvar = batch.values()
    once = elbo_mc(x, logits.sigmoid(), mu + 1, mu, logvar.exp())
    twice = elbo_mc(
        doubled["x"], doubled["logits"].sigmoid(), doubled["mu"] + 1, doubled["mu"], doubled["logvar"].exp()
    )
    assert_close(twice, once, **ROUNDING)


def test_neither_part_of_the_loss_is_negative(batch) -> None:
    result = elbo(*batch.values())
    assert result["rec"] > 0 and result["kl"] > 0


def test_784_pixels_400_axes_and_extreme_inputs_stay_finite_in_float32() -> None:
    x = torch.tensor([1.0, 0.0]).repeat(3, 392)
    logits = torch.tensor([100.0, 100.0, -100.0, -100.0]).repeat(3, 196).requires_grad_()
    mu = torch.ones(3, 400, requires_grad=True)
    logvar = torch.tensor([60.0, -60.0]).repeat(3, 200).requires_grad_()
    result = elbo(x, logits, mu, logvar)
    assert result["rec"].item() == pytest.approx(39_200, rel=1e-6)  # half of the pixels are wrong by 100 nats
    assert result["kl"].item() == pytest.approx(100 * math.exp(60), rel=1e-6)
    estimate = elbo_mc(x, (logits / 10).sigmoid(), mu + (logvar / 2).exp(), mu, logvar.exp())
    assert estimate.isfinite()
    for gradient in torch.autograd.grad(result["loss"] + estimate, (logits, mu, logvar)):
        assert gradient.isfinite().all()
