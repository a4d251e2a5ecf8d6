r"""Losses of the two players of a GAN on logits or scores, all to be minimised: every batch averaged by itself.

real_logits has shape (B,) or (B, 1), fake_logits (B',) or (B', 1); the two batches may differ in size.
A logit h stands for the probability s(h) = 1 / (1 + exp(-h)) that a sample is real.
"""

from torch import Tensor
from torch.nn.functional import logsigmoid


def d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""The discriminator's binary cross-entropy, in nats: real samples have label 1, fake ones label 0.

    .. math:: -\frac1B \sum_i \log s(h_i) - \frac1{B'} \sum_j \log\left(1 - s(h'_j)\right)

    The two means are added, not averaged: at h = h' = 0 the loss is log 4.
    Source: Goodfellow et al. 2014, equation 1, with the sign of a loss.
    real_logits: (B,) or (B, 1), fake_logits: (B',) or (B', 1)  ->  (), averaged over each batch.
    """
    # 1 - s(h) = s(-h): no difference of large numbers in either tail
    return -logsigmoid(real_logits).mean() - logsigmoid(-fake_logits).mean()


def g_loss_ns(fake_logits: Tensor) -> Tensor:
    r"""The non-saturating loss of the generator, in nats.

    .. math:: -\frac1{B'} \sum_j \log s(h'_j)

    Source: Goodfellow et al. 2014, section 3.
    fake_logits: (B',) or (B', 1)  ->  (), averaged over the batch.
    """
    return -logsigmoid(fake_logits).mean()


def g_loss_sat(fake_logits: Tensor) -> Tensor:
    r"""The saturating (minimax) loss of the generator, in nats; it is never positive.

    .. math:: \frac1{B'} \sum_j \log\left(1 - s(h'_j)\right)

    Source: Goodfellow et al. 2014, equation 1.
    fake_logits: (B',) or (B', 1)  ->  (), averaged over the batch.
    """
    return logsigmoid(-fake_logits).mean()


def ls_d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""The discriminator's least-squares loss: scores of real samples aim at 1, of fake ones at 0; no sigmoid.

    .. math:: \frac1{2B} \sum_i (h_i - 1)^2 + \frac1{2B'} \sum_j h_j'^2

    Source: Mao et al. 2017, equation 2 with a = 0, b = 1.
    real_logits: (B,) or (B, 1), fake_logits: (B',) or (B', 1)  ->  (), averaged over each batch.
    """
    return 0.5 * (real_logits - 1).square().mean() + 0.5 * fake_logits.square().mean()


def ls_g_loss(fake_logits: Tensor) -> Tensor:
    r"""The generator's least-squares loss: scores of its samples aim at 1; no sigmoid.

    .. math:: \frac1{2B'} \sum_j (h'_j - 1)^2

    Source: Mao et al. 2017, equation 2 with c = 1.
    fake_logits: (B',) or (B', 1)  ->  (), averaged over the batch.
    """
    return 0.5 * (fake_logits - 1).square().mean()


def hinge_d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""The discriminator's hinge loss: a score costs nothing once it is beyond 1 on its own side.

    .. math:: \frac1B \sum_i \max(0, 1 - h_i) + \frac1{B'} \sum_j \max(0, 1 + h'_j)

    Source: Miyato et al. 2018, equation 16.
    real_logits: (B,) or (B, 1), fake_logits: (B',) or (B', 1)  ->  (), averaged over each batch.
    """
    return (1 - real_logits).relu().mean() + (1 + fake_logits).relu().mean()


def hinge_g_loss(fake_logits: Tensor) -> Tensor:
    r"""The generator's loss beside the hinge loss: minus the mean score.

    .. math:: -\frac1{B'} \sum_j h'_j

    Source: Miyato et al. 2018, equation 17.
    fake_logits: (B',) or (B', 1)  ->  (), averaged over the batch.
    """
    return -fake_logits.mean()
