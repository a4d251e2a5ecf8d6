"""The linear-Gaussian VAE against dense normals, Bayes' rule, the bound's own theory and its known optimum."""

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, kl_divergence
from torch.testing import assert_close

from reference.gaussian import kl_standard_normal, log_normal_diag
from reference.linear_vae import gaussian_elbo, log_likelihood, posterior, ppca

ROUNDING = {"rtol": 1e-9, "atol": 1e-10}  # float64, a dense inverse on the other side
D, d = 5, 2


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def parameters() -> tuple[Tensor, Tensor, Tensor]:
    return normal(D, d, seed=0), normal(D, seed=1), torch.tensor(0.3).double()


def random_covariance(seed: int) -> Tensor:
    root = normal(d, d, seed=seed)
    return root @ root.T + 0.1 * torch.eye(d).double()


def dense(W: Tensor, b: Tensor, var: Tensor) -> MultivariateNormal:
    return MultivariateNormal(b, W @ W.T + var * torch.eye(len(b), dtype=b.dtype))


def correlated_data(n: int = 60) -> Tensor:
    return normal(n, 3, seed=5) @ normal(3, D, seed=6) + 0.5 * normal(n, D, seed=7) + 2


def test_the_likelihood_is_the_dense_normal() -> None:
    x, model = normal(4, D, seed=2).requires_grad_(), [part.requires_grad_() for part in parameters()]
    value, expected = log_likelihood(x, *model), dense(*model).log_prob(x)
    assert value.shape == (4,)
    assert_close(value, expected, **ROUNDING)
    slopes = (torch.autograd.grad(likelihood.sum(), (x, *model)) for likelihood in (value, expected))
    assert_close(*slopes, **ROUNDING)


def test_the_posterior_is_the_conditional_of_the_joint_normal() -> None:
    """Joint of (z, x); its conditional by the blocks of the inverse covariance."""
    x, (W, b, var) = normal(4, D, seed=2), parameters()
    upper = torch.cat([torch.eye(d).double(), W.T], dim=1)
    lower = torch.cat([W, dense(W, b, var).covariance_matrix], dim=1)
    precision = torch.linalg.inv(torch.cat([upper, lower]))
    cov = torch.linalg.inv(precision[:d, :d])
    mean, found = posterior(x, W, b, var)
    assert_close(found, cov, **ROUNDING)
    assert_close(mean, -(x - b) @ precision[:d, d:].T @ cov.T, **ROUNDING)


def test_bayes_rule_holds_at_every_code() -> None:
    x, (W, b, var), z = normal(4, D, seed=2), parameters(), normal(4, d, seed=3)
    mean, cov = posterior(x, W, b, var)
    joint = log_normal_diag(x, z @ W.T + b, var.view(1)) + log_normal_diag(z, z.new_zeros(1), z.new_ones(1))
    assert_close(log_likelihood(x, W, b, var), joint - MultivariateNormal(mean, cov).log_prob(z), **ROUNDING)


def test_the_elbo_is_the_likelihood_minus_the_divergence_from_the_posterior() -> None:
    x, model, mu = normal(4, D, seed=2), parameters(), normal(4, d, seed=3)
    mean, cov = posterior(x, *model)
    for q_cov in (random_covariance(1), torch.stack([random_covariance(seed) for seed in range(4)])):
        gap = kl_divergence(MultivariateNormal(mu, q_cov), MultivariateNormal(mean, cov))
        bound = gaussian_elbo(x, mu, q_cov, *model)
        assert (gap > 0.01).all()
        assert_close(bound, log_likelihood(x, *model) - gap, **ROUNDING)


def test_the_elbo_is_tight_and_stationary_at_the_posterior() -> None:
    x, model = normal(4, D, seed=2), parameters()
    mean, cov = (part.requires_grad_() for part in posterior(x, *model))
    bound = gaussian_elbo(x, mean, cov, *model)
    assert_close(bound.detach(), log_likelihood(x, *model), **ROUNDING)
    for slope in torch.autograd.grad(bound.sum(), (mean, cov)):
        assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-9)


def test_at_the_posterior_the_elbo_has_the_slopes_of_the_likelihood() -> None:
    x, model = normal(4, D, seed=2), [part.requires_grad_() for part in parameters()]
    mean, cov = (part.detach() for part in posterior(x, *model))
    bounds = (gaussian_elbo(x, mean, cov, *model), log_likelihood(x, *model))
    assert_close(*(torch.autograd.grad(bound.sum(), model) for bound in bounds), **ROUNDING)


def test_the_elbo_is_the_mean_of_its_monte_carlo_form() -> None:
    n, x, (W, b, var) = 20_000, normal(1, D, seed=2), parameters()
    mu, logvar = normal(1, d, seed=3), normal(1, d, seed=4)
    z = mu + (logvar / 2).exp() * normal(n, d, seed=5)
    estimates = log_normal_diag(x, z @ W.T + b, var.view(1)) - kl_standard_normal(mu, logvar)
    bound = gaussian_elbo(x, mu, torch.diag(logvar.exp().squeeze()), W, b, var)
    assert (estimates.mean() - bound).abs() < 6 * estimates.std() / n**0.5


@pytest.mark.parametrize("latent", [1, 2, 4])
def test_at_the_ppca_optimum_the_slopes_of_the_likelihood_are_zero(latent: int) -> None:
    x = correlated_data()
    model = [part.requires_grad_() for part in ppca(x, latent)]
    assert [part.shape for part in model] == [(D, latent), (D,), ()]
    for slope in torch.autograd.grad(log_likelihood(x, *model).mean(), model):
        assert_close(slope, torch.zeros_like(slope), rtol=0, atol=1e-10)


def test_the_ppca_optimum_is_above_its_neighbours_and_above_other_eigenvectors() -> None:
    x = correlated_data()
    W, b, var = ppca(x, d)
    best = log_likelihood(x, W, b, var).mean()
    for seed in range(20):
        nudged = (W + 0.05 * normal(D, d, seed=seed), b + 0.05 * normal(D, seed=seed + 50), var * (1 + seed / 50))
        assert log_likelihood(x, *nudged).mean() < best
    wide, _, _ = ppca(x, 4)
    assert log_likelihood(x, wide[:, 2:], b, var).mean() < best


def test_the_ppca_model_keeps_the_trace_and_the_large_eigenvalues_of_the_covariance() -> None:
    x = correlated_data()
    W, b, var = ppca(x, d)
    fitted = torch.linalg.eigvalsh(dense(W, b, var).covariance_matrix)
    empirical = torch.linalg.eigvalsh(x.T.cov(correction=0))
    assert_close(fitted[-d:], empirical[-d:], **ROUNDING)
    assert_close(fitted.sum(), empirical.sum(), **ROUNDING)


def test_any_rotation_of_the_optimum_is_as_likely() -> None:
    x, (W, b, var) = correlated_data(), ppca(correlated_data(), d)
    rotation, _ = torch.linalg.qr(normal(d, d, seed=0))
    assert_close(log_likelihood(x, W @ rotation, b, var), log_likelihood(x, W, b, var), **ROUNDING)


def test_ppca_finds_the_model_that_made_the_data() -> None:
    W, b, var = parameters()
    x = b + normal(100_000, d, seed=2) @ W.T + var.sqrt() * normal(100_000, D, seed=3)
    fitted_W, fitted_b, fitted_var = ppca(x, d)
    assert_close(fitted_var, var, rtol=0.02, atol=0)
    assert_close(fitted_b, b, rtol=0, atol=0.05)
    assert_close(fitted_W @ fitted_W.T, W @ W.T, rtol=0, atol=0.1)


def test_a_tiny_noise_variance_keeps_its_digits_in_float32() -> None:
    """Data on the plane of W: Woodbury's difference of large numbers would be noise of the size of the result."""
    W, b, var = (part.float() for part in (*parameters()[:2], torch.tensor(1e-6)))
    x = (normal(4, d, seed=3).float() @ W.T + b).float()
    expected = dense(*(part.double() for part in (W, b, var))).log_prob(x.double())
    assert_close(log_likelihood(x, W, b, var).double(), expected, rtol=1e-3, atol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dtype_and_the_axis_of_a_batch_of_one_are_kept(dtype: torch.dtype) -> None:
    x, model = normal(4, D, seed=2).to(dtype), [part.to(dtype) for part in parameters()]
    mean, cov = posterior(x[:1], *model)
    for value in (log_likelihood(x[:1], *model), gaussian_elbo(x[:1], mean, cov, *model)):
        assert value.shape == (1,) and value.dtype == dtype
    assert mean.dtype == cov.dtype == dtype
    assert all(part.dtype == dtype for part in ppca(x, d))
