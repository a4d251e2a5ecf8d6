"""VAE II."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def log_normal(z, mu, var):
    return -0.5 * (math.log(2 * math.pi) + torch.log(var) + (z - mu) ** 2 / var).sum(-1)


def bce(x, logits):
    return F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)


def kl_normal(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)


def log_mean_exp(x, dim):
    return torch.logsumexp(x, dim) - math.log(x.size(dim))


def log_normal_mixture(z, m, v):
    return log_mean_exp(log_normal(z.unsqueeze(1), m, v), 1)


def gmvae_kl_mc(z, mu, var, m, v):
    return log_normal(z, mu, var) - log_normal_mixture(z, m, v)


def log_weights(x, z, mu, var, decode):
    return -bce(x, decode(z)) - kl_normal(mu, torch.log(var))


def iwae(log_w):
    return log_mean_exp(log_w, 0)


def beta_elbo(x, logits, mu, logvar, beta):
    return -bce(x, logits) - beta * kl_normal(mu, logvar)


class CVAE(nn.Module):
    def __init__(self, data, latent, classes):
        super().__init__()
        self.classes = classes
        self.fc1 = nn.Linear(data + classes, 200)
        self.mu = nn.Linear(200, latent)
        self.logvar = nn.Linear(200, latent)
        self.fc2 = nn.Linear(latent + classes, 200)
        self.out = nn.Linear(200, data)

    def forward(self, x, y, eps=None):
        label = F.one_hot(y, self.classes).to(x.dtype)
        h = F.relu(self.fc1(torch.cat([x, label], 1)))
        mu, logvar = self.mu(h), self.logvar(h)
        if eps is None:
            eps = torch.randn_like(mu)
        z = mu + torch.exp(0.5 * logvar) * eps
        return self.out(F.relu(self.fc2(torch.cat([z, label], 1)))), mu, logvar


def kl_cat(q, log_q, log_p):
    terms = q * (log_q - log_p)
    return torch.where(q > 0, terms, torch.zeros_like(terms)).sum(-1) if (q == 0).any() and torch.isinf(log_q).any() else terms.sum(-1)


def ssvae_terms(x, q_y, enc, dec, eps):
    B, K = q_y.shape
    y = torch.eye(K, dtype=x.dtype).repeat(B, 1)
    xx = x.repeat_interleave(K, 0)
    mu, logvar = enc(xx, y)
    z = mu + torch.exp(0.5 * logvar) * eps.reshape(B * K, -1)
    rec = bce(xx, dec(z, y)).reshape(B, K)
    kl_z = kl_normal(mu, logvar).reshape(B, K)
    kl_y = torch.xlogy(q_y, q_y).sum(1) + math.log(K)
    return kl_y, (q_y * kl_z).sum(1), (q_y * rec).sum(1)
