import torch


def kl_standard_normal(mu, logvar):
    return 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(-1)


def reparameterize(mu, logvar, eps=None):
    return mu + torch.exp(0.5 * logvar) * (torch.randn_like(mu) if eps is None else eps)
