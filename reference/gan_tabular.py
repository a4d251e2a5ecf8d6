r"""The game on a finite support, exactly: p are the probabilities of real, q of generated samples; in nats.

Everywhere 0 log 0 = 0, and an outcome of probability 0 adds no gradient to the term that it weighs.
"""

import math

import torch
from torch import Tensor


def optimal_discriminator(p: Tensor, q: Tensor) -> Tensor:
    r"""The discriminator of greatest value, as probabilities of "real".

    .. math:: D^*_k = \frac{p_k}{p_k + q_k}

    Where p and q are both 0 every value is optimal, and the result is 1/2.
    Source: Goodfellow et al. 2014, proposition 1.
    p, q: (K,)  ->  (K,) in [0, 1]; nothing is reduced.
    """
    total = p + q
    possible = total > 0
    return torch.where(possible, p / torch.where(possible, total, 1.0), 0.5)


def best_response(p: Tensor, q: Tensor) -> Tensor:
    r"""The logits of the optimal discriminator.

    .. math:: h^*_k = \log p_k - \log q_k, \qquad s(h^*_k) = D^*_k

    inf where only p is positive, -inf where only q is, 0 where both are 0.
    Source: Goodfellow et al. 2014, proposition 1, through the inverse of the logistic function.
    p, q: (K,)  ->  (K,), in nats; nothing is reduced.
    """
    possible = p + q > 0
    return torch.where(possible, p, 1.0).log() - torch.where(possible, q, 1.0).log()


def value(d: Tensor, p: Tensor, q: Tensor) -> Tensor:
    r"""The value of the game, in nats: the discriminator d maximises it, the generator q minimises it.

    .. math:: V = \sum_k \left(p_k \log d_k + q_k \log(1 - d_k)\right)

    -inf where d rules out an outcome that happens.
    Source: Goodfellow et al. 2014, equation 1.
    d: (K,) in [0, 1], p, q: (K,)  ->  (), summed over K.
    """
    # a logarithm whose weight is 0 gets a harmless argument, so that no 0/0 enters the gradient
    log_real = torch.where(p > 0, d, 1.0).log()
    log_fake = (-torch.where(q > 0, d, 0.0)).log1p()
    return (p * log_real + q * log_fake).sum(dim=-1)


def kl_divergence(p: Tensor, q: Tensor) -> Tensor:
    r"""KL( p || q ), in nats; inf where q rules out an outcome of p.

    .. math:: \sum_k p_k (\log p_k - \log q_k)

    Source: Kullback & Leibler 1951, section 2.
    p, q: (K,)  ->  (), summed over K.
    """
    happens = p > 0
    log_ratio = torch.where(happens, p, 1.0).log() - torch.where(happens, q, 1.0).log()
    return (p * log_ratio).sum(dim=-1)


def js_divergence(p: Tensor, q: Tensor) -> Tensor:
    r"""The Jensen-Shannon divergence of p and q, in nats, between 0 and log 2.

    .. math:: \tfrac12 KL(p \,\|\, m) + \tfrac12 KL(q \,\|\, m), \qquad m = \tfrac12 (p + q)

    Source: Lin 1991, equation 4.1 with weights 1/2.
    p, q: (K,)  ->  (), summed over K.
    """
    middle = 0.5 * (p + q)
    return 0.5 * kl_divergence(p, middle) + 0.5 * kl_divergence(q, middle)


def value_at_optimum(p: Tensor, q: Tensor) -> Tensor:
    r"""The value of the game against the optimal discriminator, in nats, between -log 4 and 0.

    .. math:: \max_D V = -\log 4 + 2 JSD(p, q)

    Source: Goodfellow et al. 2014, equation 6.
    p, q: (K,)  ->  (), summed over K.
    """
    return 2 * js_divergence(p, q) - math.log(4)
