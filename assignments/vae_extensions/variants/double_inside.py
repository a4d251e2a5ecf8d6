"""Computes in float64 and casts back; a generator of its own."""

import math

import torch
from torch import nn
from torch.nn.functional import one_hot, softplus


def log_mean_exp(x, dim):
    return (x.double().logsumexp(dim) - math.log(x.shape[dim])).to(x.dtype)


def log_normal(z, mu, var):
    z, mu, var = z.double(), mu.double(), var.double()
    return (-0.5 * (2 * math.pi * var).log() - 0.5 * (z - mu) ** 2 / var).sum(-1)


def log_bernoulli(x, logits):
    x, logits = x.double(), logits.double()
    return (x * logits - softplus(logits)).sum(-1)


def kl_normal(mu, logvar):
    mu, logvar = mu.double(), logvar.double()
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)


def log_normal_mixture(z, m, v):
    return log_mean_exp(log_normal(z[:, None], m, v), 1).to(z.dtype)


def gmvae_kl_mc(z, mu, var, m, v):
    mixture = log_mean_exp(log_normal(z[:, None], m, v), 1)
    return (log_normal(z, mu, var) - mixture).to(z.dtype)


def log_weights(x, z, mu, var, decode):
    k, batch, d = z.shape
    logits = decode(z.reshape(k * batch, d)).reshape(k, batch, -1)
    log_p = log_normal(z, torch.zeros(d), torch.ones(d))
    return (log_bernoulli(x, logits) + log_p - log_normal(z, mu, var)).to(z.dtype)


def iwae(log_w):
    return log_mean_exp(log_w, 0)


def beta_elbo(x, logits, mu, logvar, beta):
    return (log_bernoulli(x, logits) - beta * kl_normal(mu, logvar)).to(logits.dtype)


class CVAE(nn.Module):
    """Scale and shift of the hidden layer by the label."""

    def __init__(self, data, latent, classes, hidden=64):
        super().__init__()
        self.classes, self.generator = classes, torch.Generator()
        self.generator.seed()
        self.up, self.heads = nn.Linear(data, hidden), nn.Linear(hidden, 2 * latent)
        self.down, self.out = nn.Linear(latent, hidden), nn.Linear(hidden, data)
        self.label_up = nn.Linear(classes, 2 * hidden)
        self.label_down = nn.Linear(classes, 2 * hidden)

    def modulated(self, h, label, layer):
        scale, shift = layer(label).chunk(2, -1)
        return torch.nn.functional.elu(h * (1 + scale) + shift)

    def forward(self, x, y, eps=None):
        label = one_hot(y, self.classes).to(x.dtype)
        mu, logvar = self.heads(self.modulated(self.up(x), label, self.label_up)).chunk(2, -1)
        if eps is None:
            eps = torch.randn(mu.shape, generator=self.generator, dtype=torch.float64).to(mu.dtype)
        z = mu + (logvar / 2).exp() * eps
        return self.out(self.modulated(self.down(z), label, self.label_down)), mu, logvar


def kl_cat(q, log_q, log_p):
    weights = q.double()
    ratio = torch.where(q > 0, log_q.double() - log_p.double(), 0.0)
    return torch.sum(weights * ratio, -1).to(q.dtype)


def ssvae_terms(x, q_y, enc, dec, eps):
    batch, classes = q_y.shape
    index = torch.arange(classes).expand(batch, classes).reshape(-1)
    y = one_hot(index, classes).to(x.dtype)
    rows = x[:, None, :].expand(batch, classes, x.shape[1]).reshape(batch * classes, -1)
    mu, logvar = enc(rows, y)
    z = mu + (logvar / 2).exp() * eps.flatten(0, 1)
    rec = -log_bernoulli(rows, dec(z, y)).unflatten(0, (batch, classes))
    kl_z = kl_normal(mu, logvar).unflatten(0, (batch, classes))
    weights = q_y.double()
    kl_y = (torch.special.entr(weights).neg()).sum(1) + math.log(classes)
    return kl_y.to(x.dtype), (weights * kl_z).sum(1).to(x.dtype), (weights * rec).sum(1).to(x.dtype)
