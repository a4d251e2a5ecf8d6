r"""Log-likelihood of independent Bernoulli pixels, in nats, per example: pixels summed, batch axis kept."""

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    r"""log p(x) of independent Bernoulli pixels with success probabilities p, in nats.

    .. math:: \sum_i \left(x_i \log p_i + (1 - x_i) \log(1 - p_i)\right), \qquad 0 \log 0 = 0

    A pixel with p exactly 0 or 1 contributes 0 where it agrees with x and -inf where it does not.
    Source: Kingma & Welling 2014, appendix C.1; `closed_forms.bernoulli.LOG_BERNOULLI`.
    x: (B, D) in {0, 1}, p: (B, D) in [0, 1]  ->  (B,), summed over D.
    """
    # A logarithm whose weight is 0 gets a harmless argument. torch.xlogy gives the same value, but its
    # gradient there is 0/0.
    p_of_ones = torch.where(x > 0, p, 1.0)
    p_of_zeros = torch.where(x < 1, p, 0.0)
    return (x * p_of_ones.log() + (1 - x) * (-p_of_zeros).log1p()).sum(dim=-1)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    r"""log p(x) of independent Bernoulli pixels with p = sigmoid(logits), in nats.

    .. math:: \sum_i \left(x_i \log s(l_i) + (1 - x_i) \log s(-l_i)\right), \qquad s(l) = \frac{1}{1 + e^{-l}}

    Source: Bishop 2006, section 2.4; `closed_forms.bernoulli.LOG_BERNOULLI_WITH_LOGITS`.
    x: (B, D) in {0, 1}, logits: (B, D)  ->  (B,), summed over D.
    """
    # 1 - s(l) = s(-l): no difference of large numbers in either tail
    return (x * logsigmoid(logits) + (1 - x) * logsigmoid(-logits)).sum(dim=-1)
