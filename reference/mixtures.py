r"""Mixtures of diagonal Gaussians with equal weights, and a KL to one as a one-sample estimate, in nats."""

import math

import torch
from torch import Tensor

from reference.gaussian import log_normal_diag


def log_mean_exp(x: Tensor, dim: int) -> Tensor:
    r"""The logarithm of the mean of exp(x) along one axis, without leaving the logarithm.

    .. math:: \log \frac1n \sum_i e^{x_i} = m + \log \sum_i e^{x_i - m} - \log n, \qquad m = \max_i x_i

    Source: Blanchard, Higham & Higham 2021.
    x: any shape  ->  that shape without the axis dim; the mean over that axis, nothing else is reduced.
    """
    return torch.logsumexp(x, dim) - math.log(x.shape[dim])


def log_normal_mixture(z: Tensor, m: Tensor, v: Tensor) -> Tensor:
    r"""log density of a mixture of k diagonal Gaussians, each of weight 1/k, in nats. v is the variance.

    .. math:: \log \frac1k \sum_{i=1}^k N(z; m_i, \operatorname{diag}(v_i))

    Source: Bishop 2006, equation 9.7, with equal weights.
    z: (B, d); m, v: (B, k, d), or (1, k, d) when shared by the batch  ->  (B,), summed over d inside the
    logarithm: a component is chosen once for all axes of z.
    """
    return log_mean_exp(log_normal_diag(z.unsqueeze(1), m, v), dim=1)


def gmvae_kl_mc(z: Tensor, mu: Tensor, var: Tensor, m: Tensor, v: Tensor) -> Tensor:
    r"""One-sample estimate of KL( N(mu, diag(var)) || mixture ), which has no closed form, in nats.

    .. math:: \log q(z \mid x) - \log p(z), \qquad z \sim q(z \mid x) = N(\mu, \operatorname{diag}(\text{var}))

    p(z) is `log_normal_mixture` with means m and variances v. A single estimate may be negative.
    Source: Kingma & Welling 2014, equation 6, with a mixture as prior.
    z, mu, var: (B, d); m, v: (B, k, d) or (1, k, d)  ->  (B,), summed over d.
    """
    return log_normal_diag(z, mu, var) - log_normal_mixture(z, m, v)
