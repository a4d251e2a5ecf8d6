r"""Closed forms for diagonal Gaussians, in nats, per example: last axis summed, batch axis kept."""

import math

from torch import Tensor

_LOG_2PI = math.log(2 * math.pi)


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    r"""KL( N(mu, diag(exp(logvar))) || N(0, I) ), in nats.

    .. math:: \tfrac12 \sum_j \left(\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2\right)

    Source: Kingma & Welling 2014, appendix B; `closed_forms.gaussian.KL_STANDARD_NORMAL`.
    mu, logvar: (B, d)  ->  (B,), summed over d.
    """
    # expm1: near the prior, exp(logvar) - 1 - logvar would lose all its digits and could turn negative
    return 0.5 * (mu.square() + logvar.expm1() - logvar).sum(dim=-1)


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    r"""KL( N(mu_q, diag(exp(logvar_q))) || N(mu_p, diag(exp(logvar_p))) ), in nats.

    .. math:: \tfrac12 \sum_j \left(\frac{(\mu_{q,j} - \mu_{p,j})^2}{\sigma_{p,j}^2}
              + \frac{\sigma_{q,j}^2}{\sigma_{p,j}^2} - 1 - \log \frac{\sigma_{q,j}^2}{\sigma_{p,j}^2}\right)

    Source: Bishop 2006, exercise 1.30; `closed_forms.gaussian.KL_NORMAL`.
    mu_q, logvar_q, mu_p, logvar_p: (B, d)  ->  (B,), summed over d.
    """
    distance = (mu_q - mu_p) * (-0.5 * logvar_p).exp()  # in standard deviations of p
    log_ratio = logvar_q - logvar_p
    return 0.5 * (distance.square() + log_ratio.expm1() - log_ratio).sum(dim=-1)


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    r"""log N(z; mu, diag(var)), in nats. var is the variance.

    .. math:: -\tfrac12 \sum_j \left(\log 2\pi + \log v_j + \frac{(z_j - \mu_j)^2}{v_j}\right)

    Source: Bishop 2006, equation 1.46; `closed_forms.gaussian.LOG_NORMAL`.
    z: (B, d); mu, var: (B, d), or (1,) or (d,) when shared  ->  (B,), summed over d.
    """
    # the terms broadcast before the sum, so a shared variance of shape (1,) counts once for every axis of z
    return -0.5 * (_LOG_2PI + var.log() + (z - mu).square() / var).sum(dim=-1)
