"""One example, one component and one sample at a time; labels select layers of their own."""

import math

import torch
from torch import nn


def log_density(z, mu, var):
    total = z.new_zeros(())
    for j in range(len(z)):
        total = total - (math.log(2 * math.pi) + var[j].log()) / 2 - (z[j] - mu[j]) ** 2 / (2 * var[j])
    return total


def log_density_fast(z, mu, var):
    d = z.shape[-1]
    scaled = (z - mu) / var.sqrt()
    return -d / 2 * math.log(2 * math.pi) - var.sqrt().log().sum(-1) - (scaled * scaled).sum(-1) / 2


def log_likelihood(x, logits):
    signed = (2 * x - 1) * logits
    return -torch.logaddexp(torch.zeros_like(signed), -signed).sum(-1)


def kl_normal(mu, logvar):
    return sum(((mu[..., j] ** 2 + logvar[..., j].exp() - logvar[..., j] - 1) / 2 for j in range(mu.shape[-1])), 0 * mu[..., 0])


def log_mean_exp(x, dim):
    peak = torch.max(x, dim=dim, keepdim=True).values.detach()
    mean = torch.mean(torch.exp(x - peak), dim=dim)
    return torch.log(mean) + peak.squeeze(dim)


def log_normal_mixture(z, m, v):
    out = []
    for b in range(len(z)):
        own = b if len(m) > 1 else 0
        density = log_density if z.shape[1] < 8 else log_density_fast
        out.append(log_mean_exp(torch.stack([density(z[b], m[own, i], v[own, i]) for i in range(m.shape[1])]), 0))
    return torch.stack(out)


def gmvae_kl_mc(z, mu, var, m, v):
    return torch.stack([log_density_fast(z[b], mu[b], var[b]) for b in range(len(z))]) - log_normal_mixture(z, m, v)


def log_weights(x, z, mu, var, decode):
    rows = []
    for z_i in z:
        prior = -(z_i.square() + math.log(2 * math.pi)).sum(-1) / 2
        rows.append(log_likelihood(x, decode(z_i)) + prior - log_density_fast(z_i, mu, var))
    return torch.stack(rows)


def iwae(log_w):
    return torch.stack([log_mean_exp(log_w[:, b], 0) for b in range(log_w.shape[1])])


def beta_elbo(x, logits, mu, logvar, beta):
    return torch.stack([log_likelihood(x[b], logits[b]) - beta * kl_normal(mu[b], logvar[b]) for b in range(len(x))])


class CVAE(nn.Module):
    def __init__(self, data, latent, classes):
        super().__init__()
        self.latent = latent
        self.first = nn.Parameter(torch.randn(classes, data, 64) / data**0.5)
        self.second = nn.Linear(64, 2 * latent)
        self.third = nn.Parameter(torch.randn(classes, latent, 64) / latent**0.5)
        self.offset = nn.Parameter(torch.randn(classes, 64))
        self.fourth = nn.Linear(64, data)

    def forward(self, x, y, eps=None):
        h = torch.einsum("bi,bij->bj", x, self.first[y]).tanh()
        both = self.second(h)
        mu, logvar = both[:, : self.latent], both[:, self.latent :]
        noise = torch.empty_like(mu).normal_() if eps is None else eps
        z = mu + logvar.exp().sqrt() * noise
        return self.fourth(torch.einsum("bi,bij->bj", z, self.third[y]).add(self.offset[y]).tanh()), mu, logvar


def kl_cat(q, log_q, log_p):
    total = torch.zeros_like(q[:, 0])
    log_p = log_p.expand_as(q)
    for c in range(q.shape[1]):
        zero = q[:, c] == 0
        total = total + q[:, c] * (log_q[:, c].masked_fill(zero, 0) - log_p[:, c])
    return total


def ssvae_terms(x, q_y, enc, dec, eps):
    B, K = q_y.shape
    kl_y, kl_z, rec = [], [], []
    for b in range(B):
        y = torch.eye(K, dtype=x.dtype)
        mu, logvar = enc(x[b].expand(K, -1), y)
        z = mu + (logvar / 2).exp() * eps[b]
        kl_z.append(q_y[b] @ kl_normal(mu, logvar))
        rec.append(-(q_y[b] @ log_likelihood(x[b].expand(K, -1), dec(z, y))))
        safe = q_y[b].clamp(min=torch.finfo(x.dtype).tiny)
        kl_y.append((q_y[b] * (safe * K).log()).sum())
    return torch.stack(kl_y), torch.stack(kl_z), torch.stack(rec)
