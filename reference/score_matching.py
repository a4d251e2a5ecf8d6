r"""Denoising score matching, and one step of Langevin dynamics. A score is the gradient of a log density in x."""

import math
from collections.abc import Callable

from torch import Tensor


def dsm_loss(score: Callable[[Tensor, Tensor], Tensor], x: Tensor, sigma: Tensor, z: Tensor) -> Tensor:
    r"""The denoising score matching loss, each noise level weighed with its variance.

    .. math:: \frac1B \sum_b \tfrac12 \sigma_b^2 \left| s(\tilde x_b, \sigma_b)
              + \frac{\tilde x_b - x_b}{\sigma_b^2} \right|^2, \qquad \tilde x = x + \sigma z, \quad z \sim N(0, I)

    The target -(x~ - x) / sigma^2 is -z / sigma, so the weighted residual is sigma * s + z for any sigma.
    score is called once, with the noisy x and with sigma as it was given.
    Source: Vincent 2011; Song & Ermon 2019, equations 5 and 6 with lambda(sigma) = sigma^2.
    x, z: (B, ...) with any trailing axes, sigma: (B,)  ->  (), summed over the trailing axes, averaged over B.
    """
    scale = sigma.view(-1, *[1] * (x.dim() - 1))
    residual = scale * score(x + scale * z, sigma) + z
    return 0.5 * residual.square().sum() / x.shape[0]


def langevin(score: Callable[[Tensor], Tensor], x: Tensor, alpha: float, z: Tensor) -> Tensor:
    r"""One step of unadjusted Langevin dynamics with step size alpha.

    .. math:: x + \alpha\, s(x) + \sqrt{2 \alpha}\, z, \qquad z \sim N(0, I)

    Some papers write alpha / 2 and sqrt(alpha) for the same step.
    Source: Roberts & Tweedie 1996.
    x, z: (B, ...) with any trailing axes, score(x): as x  ->  as x; nothing is reduced.
    """
    return x + alpha * score(x) + math.sqrt(2 * alpha) * z
