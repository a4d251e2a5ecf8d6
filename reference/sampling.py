r"""Samples as functions of their noise. Noise that is not passed in is drawn fresh from torch's generator."""

import torch
from torch import Tensor


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    r"""A sample of N(mu, diag(exp(logvar))), differentiable with respect to mu and logvar.

    .. math:: z = \mu + \sigma \varepsilon, \qquad \sigma = \exp(\tfrac12 \log \sigma^2),
              \quad \varepsilon \sim N(0, I)

    Source: Kingma & Welling 2014, section 2.4.
    mu, logvar, eps: (B, d)  ->  (B, d), in the units of mu; nothing is reduced.
    Raises ValueError where eps has another shape than mu: broadcast noise would be shared between entries.
    """
    eps = torch.randn_like(mu) if eps is None else _one_value_per_entry(eps, "eps", mu, "mu")
    return mu + (0.5 * logvar).exp() * eps


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    r"""A sample of independent Bernoulli variables with success probabilities p.

    .. math:: x = 1 \text{ where } u < p, \text{ else } 0, \qquad u \sim U[0, 1)

    Source: inversion of the distribution function, Devroye 1986, section III.2.
    p, u: any one shape  ->  that shape, 0 or 1 in the dtype of p, without gradient; nothing is reduced.
    Raises ValueError where u has another shape than p: broadcast noise would be shared between entries.
    """
    u = torch.rand_like(p) if u is None else _one_value_per_entry(u, "u", p, "p")
    return (u < p).to(p.dtype)


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    r"""Points on the segment between two codes: the first code has weight alpha.

    .. math:: z_k = \alpha_k \mu_a + (1 - \alpha_k) \mu_b

    Source: the definition of a convex combination.
    mu_a, mu_b: (d,), alphas: (K,)  ->  (K, d), in the units of mu_a and mu_b; nothing is reduced.
    """
    weight = alphas.unsqueeze(-1)  # (K, 1)
    return weight * mu_a + (1 - weight) * mu_b


def _one_value_per_entry(noise: Tensor, noise_name: str, like: Tensor, like_name: str) -> Tensor:
    if noise.shape != like.shape:
        raise ValueError(
            f"{noise_name} has shape {tuple(noise.shape)}, but should be as {like_name}: {tuple(like.shape)}"
        )
    return noise
