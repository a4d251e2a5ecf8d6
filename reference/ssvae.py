r"""The bound of a VAE with an unobserved class: the expectation over the class is an exact sum, in nats."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from reference.bernoulli import log_bernoulli_with_logits
from reference.gaussian import kl_standard_normal
from reference.sampling import reparameterize


def kl_cat(q: Tensor, log_q: Tensor, log_p: Tensor) -> Tensor:
    r"""KL( q || p ) of two categorical distributions, in nats.

    .. math:: \sum_k q_k (\log q_k - \log p_k), \qquad 0 \log 0 = 0

    log_q is the logarithm of q, for which a classifier has better digits (log_softmax) than log(q).
    Source: Cover & Thomas 2006, equation 2.26.
    q, log_q: (B, K); log_p: (B, K), or (K,) or (1,) when shared  ->  (B,), summed over K.
    """
    # a class of probability 0 contributes nothing, whatever the two logarithms are
    return (q * torch.where(q > 0, log_q - log_p, 0.0)).sum(dim=-1)


def ssvae_terms(
    x: Tensor,
    q_y: Tensor,
    enc: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
    dec: Callable[[Tensor, Tensor], Tensor],
    eps: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    r"""The three costs of examples without a label; minus their sum is a one-sample estimate of the ELBO, in nats.

    .. math:: \text{kl\_y} = KL(q(y \mid x) \,\|\, U), \quad
              \text{kl\_z} = \sum_y q(y \mid x)\, KL(q(z \mid x, y) \,\|\, N(0, I)), \quad
              \text{rec} = -\sum_y q(y \mid x) \log p(x \mid z_y, y)

    U is uniform over the K classes, z_y = mu(x, y) + sigma(x, y) * eps. enc(x, y) -> (mu, logvar) and
    dec(z, y) -> logits take rows, with y one-hot in the dtype of x; each is called once, with all B * K rows.
    Source: Kingma, Rezende, Mohamed & Welling 2014, equation 7.
    x: (B, D) in {0, 1}, q_y: (B, K), eps: (B, K, d)  ->  kl_y, kl_z, rec: each (B,), summed over K and D or d.
    """
    batch, classes = q_y.shape
    # rows in the order of q_y: all classes of the first example, then all of the second
    y = torch.eye(classes, dtype=x.dtype, device=x.device).repeat(batch, 1)  # (B * K, K)
    rows = x.repeat_interleave(classes, dim=0)  # (B * K, D)
    mu, logvar = enc(rows, y)
    logits = dec(reparameterize(mu, logvar, eps.flatten(0, 1)), y)
    kl_z = kl_standard_normal(mu, logvar).view(batch, classes)
    rec = -log_bernoulli_with_logits(rows, logits).view(batch, classes)

    log_q_y = torch.where(q_y > 0, q_y, 1.0).log()
    kl_y = kl_cat(q_y, log_q_y, q_y.new_full((1,), -math.log(classes)))
    return kl_y, (q_y * kl_z).sum(dim=-1), (q_y * rec).sum(dim=-1)
