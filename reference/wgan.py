r"""The Wasserstein game, and with `reference.cgan` what the assignment on it asks for: the names in `__all__`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from reference.cgan import CondDisc, cgan_d_loss, cgan_g_loss

__all__ = [
    "CondDisc",
    "cgan_d_loss",
    "cgan_g_loss",
    "critic_loss",
    "gradient_penalty",
    "interpolate",
    "w1_empirical",
    "wgan_g_loss",
]


def critic_loss(d_real: Tensor, d_fake: Tensor) -> Tensor:
    r"""The critic's loss, to be minimised: it scores real samples higher. Without penalty.

    .. math:: \frac1{B'} \sum_j D(x'_j) - \frac1B \sum_i D(x_i)

    Source: Arjovsky et al. 2017, equation 2, with the sign of a loss.
    d_real: (B,) or (B, 1), d_fake: (B',) or (B', 1)  ->  (), averaged over each batch, in units of the score.
    """
    return d_fake.mean() - d_real.mean()


def wgan_g_loss(d_fake: Tensor) -> Tensor:
    r"""The generator's loss, to be minimised.

    .. math:: -\frac1{B'} \sum_j D(x'_j)

    Source: Arjovsky et al. 2017, algorithm 1.
    d_fake: (B',) or (B', 1)  ->  (), averaged over the batch, in units of the score.
    """
    return -d_fake.mean()


def w1_empirical(a: Tensor, b: Tensor) -> Tensor:
    r"""The Wasserstein-1 distance between two samples of the same size on the line.

    .. math:: \frac1n \sum_i \left| a_{(i)} - b_{(i)} \right|, \qquad a_{(1)} \le \dots \le a_{(n)}

    Source: Villani 2003, remark 2.19 (the transport on the line is monotone).
    a, b: (n,)  ->  (), averaged over n, in the units of a and b.
    Raises ValueError where a and b are not two samples of one size.
    """
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"a and b should have one shape (n,), but have {tuple(a.shape)} and {tuple(b.shape)}")
    return (a.sort().values - b.sort().values).abs().mean()


def interpolate(x_real: Tensor, x_fake: Tensor, alpha: Tensor | None = None) -> Tensor:
    r"""Points on the segments between real and fake examples: the real one has weight alpha.

    .. math:: \hat x_i = \alpha_i x_i + (1 - \alpha_i) x'_i, \qquad \alpha_i \sim U[0, 1)

    One alpha for each example, shared by all its entries.
    Source: Gulrajani et al. 2017, algorithm 1.
    x_real, x_fake: (B, ...) with any trailing axes, alpha: (B,) or (B, 1, ..., 1)  ->  (B, ...); nothing is reduced.
    Raises ValueError where the two batches differ in shape, or alpha is not one number for each example.
    """
    if x_real.shape != x_fake.shape:
        raise ValueError(f"x_real has shape {tuple(x_real.shape)}, but x_fake {tuple(x_fake.shape)}")
    batch = len(x_real)
    if alpha is None:
        alpha = torch.rand(batch, dtype=x_real.dtype, device=x_real.device)
    elif alpha.shape[:1] != (batch,) or alpha.numel() != batch:
        raise ValueError(f"alpha has shape {tuple(alpha.shape)}, but should be one number for each of {batch} examples")
    alpha = alpha.reshape(batch, *[1] * (x_real.ndim - 1))
    return alpha * x_real + (1 - alpha) * x_fake


def gradient_penalty(
    critic: Callable[[Tensor], Tensor],
    x_real: Tensor,
    x_fake: Tensor,
    alpha: Tensor | None = None,
    one_sided: bool = False,
) -> Tensor:
    r"""How far the slope of the critic is from 1 between real and fake examples, without the factor lambda.

    .. math:: \frac1B \sum_i \left(\|\nabla_{\hat x} D(\hat x_i)\|_2 - 1\right)^2

    The norm is over all axes of one example. one_sided counts only slopes above 1. The points are constants: the
    gradient of the penalty reaches the critic, and neither x_real nor x_fake.
    Source: Gulrajani et al. 2017, equation 3; one-sided: Petzka et al. 2018.
    x_real, x_fake: (B, ...) with any trailing axes, alpha: as in `interpolate`; critic: (B, ...) -> (B,) or (B, 1)
    ->  (), averaged over B, in squared units of slope.
    """
    points = interpolate(x_real, x_fake, alpha).detach().requires_grad_()
    # the scores are added, not averaged: the slope of one example does not depend on the size of the batch
    (slopes,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    excess: Tensor = torch.linalg.vector_norm(slopes.reshape(len(slopes), -1), dim=1) - 1  # gradient 0 at slope 0
    return (excess.relu() if one_sided else excess).square().mean()


def clip_weights(module: nn.Module, c: float) -> None:
    r"""Clips every parameter of the module, biases too, to [-c, c], in place.

    .. math:: w \leftarrow \min(c, \max(-c, w))

    Source: Arjovsky et al. 2017, algorithm 1.
    """
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.clamp_(-c, c)
