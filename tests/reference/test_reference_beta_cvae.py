"""The beta-ELBO against torch.distributions and the loss of the VAE, and what the label does in a CVAE."""

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.testing import assert_close

from reference.beta_cvae import CVAE, beta_elbo
from reference.elbo import elbo

ROUNDING = {"rtol": 1e-12, "atol": 1e-13}  # float64


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def batch() -> list[Tensor]:
    x = (normal(3, 5, seed=0) > 0).double()
    return [x, *(tensor.requires_grad_() for tensor in (normal(3, 5, seed=1), normal(3, 2, seed=2)))] + [
        normal(3, 2, seed=3).requires_grad_()
    ]


@pytest.fixture
def cvae() -> CVAE:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return CVAE(data=5, latent=2, classes=4, hidden=7).double()


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_bound_agrees_with_torch_distributions(batch, beta: float) -> None:
    x, logits, mu, logvar = batch
    kl = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(-1)
    expected = Bernoulli(logits=logits).log_prob(x).sum(-1) - beta * kl
    value = beta_elbo(*batch, beta)
    assert value.shape == (3,)
    assert_close(value, expected, **ROUNDING)
    slopes = (
        torch.autograd.grad(bound.sum(), batch[1:], allow_unused=True, materialize_grads=True)
        for bound in (value, expected)
    )
    assert_close(*slopes, **ROUNDING)


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_its_mean_is_minus_the_loss(batch, beta: float) -> None:
    assert_close(beta_elbo(*batch, beta).mean(), -elbo(*batch, beta=beta)["loss"], **ROUNDING)


@pytest.mark.parametrize("beta", [0.5, 1.0, 4.0])
def test_the_best_posterior_is_the_prior_times_the_likelihood_to_the_power_one_over_beta(beta: float) -> None:
    """A latent axis of few values: the maximum over all q of E_q[log p(x|z)] - beta KL is a log of a sum."""
    log_lik, log_prior = normal(6, seed=0), normal(6, seed=1).log_softmax(0)
    best = (log_prior + log_lik / beta).log_softmax(0)

    def objective(log_q: Tensor) -> Tensor:
        return log_q.exp() @ (log_lik - beta * (log_q - log_prior))

    assert_close(objective(best), beta * (log_prior + log_lik / beta).logsumexp(0), **ROUNDING)
    assert all(objective(normal(6, seed=seed).log_softmax(0)) < objective(best) for seed in range(2, 20))


def test_extreme_inputs_stay_finite_in_float32() -> None:
    x = torch.tensor([[1.0, 0.0]])
    logits, mu = torch.tensor([[-100.0, 100.0]]), torch.zeros(1, 2)
    assert beta_elbo(x, logits, mu, mu, 4.0).item() == -200
    assert beta_elbo(x, logits, mu, torch.tensor([[60.0, -60.0]]), 4.0).isfinite().all()


def test_forward_returns_logits_and_the_gaussian_of_every_example(cvae: CVAE) -> None:
    x, y, eps = normal(3, 5, seed=0), torch.tensor([2, 0, 3]), normal(3, 2, seed=1)
    logits, mu, logvar = cvae(x, y, eps)
    assert logits.shape == (3, 5) and mu.shape == logvar.shape == (3, 2)
    assert_close(logits, cvae.decode(mu + (logvar / 2).exp() * eps, y), **ROUNDING)
    assert_close((mu, logvar), cvae.encode(x, y), rtol=0, atol=0)
    one = cvae(x[1:2], y[1:2], eps[1:2])
    assert_close(one, tuple(part[1:2] for part in (logits, mu, logvar)), **ROUNDING)


def test_both_networks_see_the_label_as_a_one_hot_vector(cvae: CVAE) -> None:
    """Equal weight columns for two classes make these two, and no others, the same."""
    with torch.no_grad():
        for layer, label in ((cvae.encoder[0], 5), (cvae.decoder[0], 2)):
            layer.weight[:, label + 3] = layer.weight[:, label + 1]
    x, z = normal(1, 5, seed=0).expand(4, 5), normal(1, 2, seed=1).expand(4, 2)
    y = torch.arange(4)
    for parts in (*cvae.encode(x, y), cvae.decode(z, y)):
        assert_close(parts[1], parts[3], **ROUNDING)
        assert all((parts[0] - parts[other]).abs().min() > 1e-6 for other in (1, 2))


def test_noise_is_drawn_where_none_is_given_and_never_otherwise(cvae: CVAE) -> None:
    x, y = normal(3, 5, seed=0), torch.tensor([2, 0, 3])
    assert not torch.equal(cvae(x, y)[0], cvae(x, y)[0])
    before = torch.get_rng_state()
    cvae(x, y, normal(3, 2, seed=1))
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(ValueError, match="eps has shape"):
        cvae(x, y, normal(1, 2, seed=1))


def test_every_parameter_gets_a_gradient(cvae: CVAE) -> None:
    x, y = (normal(4, 5, seed=0) > 0).double(), torch.arange(4)
    beta_elbo(x, *cvae(x, y, normal(4, 2, seed=1)), beta=1.0).sum().backward()
    assert all(parameter.grad is not None and (parameter.grad != 0).any() for parameter in cvae.parameters())
