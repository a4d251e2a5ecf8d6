"""The functions that the benchmark's checks compare with."""

import torch
import torch.nn.functional as F
from torch import Tensor

from reference.bernoulli import log_bernoulli_with_logits
from reference.gaussian import kl_standard_normal


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, exp(logvar)) || N(0, I)) in nats: (B, d), (B, d) -> (B,)."""
    return kl_standard_normal(mu, logvar)


def elbo(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """The negative ELBO in nats, averaged over the batch: a scalar."""
    return (kl_standard_normal(mu, logvar) - log_bernoulli_with_logits(x, logits)).mean()


def d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """The discriminator's cross-entropy, the mean over the batch: a scalar."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def g_loss_ns(fake_logits: Tensor) -> Tensor:
    """The non-saturating generator loss: a scalar."""
    return F.softplus(-fake_logits).mean()


def g_loss_sat(fake_logits: Tensor) -> Tensor:
    """The saturating generator loss: a scalar."""
    return -F.softplus(fake_logits).mean()


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The Wasserstein critic's loss: a scalar."""
    return fake.mean() - real.mean()


def linear_penalty(weight: Tensor) -> Tensor:
    """The gradient penalty of the critic w·x: (|w| - 1)^2, whatever the points."""
    return (torch.linalg.vector_norm(weight) - 1).square()
