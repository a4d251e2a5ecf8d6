"""Small classes; soft guards; the label is added to the hidden layers."""

import numpy as np
import torch
from torch import Tensor, nn


class Gaussian:
    def __init__(self, mean: Tensor, log_variance: Tensor):
        self.mean, self.log_variance = mean, log_variance

    def log_prob(self, z: Tensor) -> Tensor:
        terms = np.log(2 * np.pi) + self.log_variance + (z - self.mean) ** 2 * torch.exp(-self.log_variance)
        return -terms.sum(dim=-1) / 2

    def kl_from_standard(self) -> Tensor:
        return (self.mean**2 + torch.exp(self.log_variance) - self.log_variance - 1).sum(dim=-1) / 2

    def at(self, eps: Tensor) -> Tensor:
        return self.mean + torch.exp(self.log_variance / 2) * eps


class Pixels:
    loss = nn.BCEWithLogitsLoss(reduction="none")

    @classmethod
    def cost(cls, x: Tensor, logits: Tensor) -> Tensor:
        return cls.loss(logits, x.expand(logits.shape)).sum(dim=-1)


def log_mean_exp(x: Tensor, dim: int) -> Tensor:
    return torch.log_softmax(x, dim).select(dim, 0).neg() + x.select(dim, 0) - float(np.log(x.shape[dim]))


def log_normal_mixture(z, m, v):
    components = Gaussian(m, v.log()).log_prob(z.reshape(z.shape[0], 1, z.shape[1]))
    return torch.logsumexp(components, dim=1) - float(np.log(m.shape[1]))


def gmvae_kl_mc(z, mu, var, m, v):
    return Gaussian(mu, var.log()).log_prob(z) - log_normal_mixture(z, m, v)


def log_weights(x, z, mu, var, decode):
    standard = Gaussian(torch.zeros_like(mu), torch.zeros_like(mu))
    joint = standard.log_prob(z) - Pixels.cost(x, decode(z))
    return joint - Gaussian(mu, var.log()).log_prob(z)


def iwae(log_w):
    return torch.logsumexp(log_w - float(np.log(log_w.shape[0])), dim=0)


def beta_elbo(x, logits, mu, logvar, beta):
    return -(Pixels.cost(x, logits) + beta * Gaussian(mu, logvar).kl_from_standard())


class Network(nn.Module):
    def __init__(self, inputs, classes, outputs, hidden=80):
        super().__init__()
        self.body = nn.Linear(inputs, hidden)
        self.label = nn.Embedding(classes, hidden)
        self.head = nn.Sequential(nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, outputs))

    def forward(self, inputs, y):
        return self.head(self.body(inputs) + self.label(y))


class CVAE(nn.Module):
    def __init__(self, data, latent, classes):
        super().__init__()
        self.mean = Network(data, classes, latent)
        self.log_variance = Network(data, classes, latent)
        self.decoder = Network(latent, classes, data)

    def forward(self, x, y, eps=None):
        q = Gaussian(self.mean(x, y), self.log_variance(x, y))
        if eps is None:
            eps = torch.randn(q.mean.shape, dtype=q.mean.dtype, device=q.mean.device)
        return self.decoder(q.at(eps), y), q.mean, q.log_variance


def kl_cat(q, log_q, log_p):
    finite = torch.clamp(log_q, min=-1e30)
    return (q * (finite - log_p)).sum(dim=-1)


def ssvae_terms(x, q_y, enc, dec, eps):
    batch, classes = q_y.shape
    labels = torch.eye(classes, dtype=x.dtype, device=x.device)
    rows = torch.stack([x] * classes, dim=1).flatten(0, 1)
    y = torch.cat([labels] * batch)
    q = Gaussian(*enc(rows, y))
    costs = Pixels.cost(rows, dec(q.at(eps.flatten(0, 1)), y)), q.kl_from_standard()
    rec, kl_z = (torch.linalg.vecdot(cost.unflatten(0, (batch, classes)), q_y) for cost in costs)
    kl_y = kl_cat(q_y, torch.log(q_y + 1e-37), torch.full_like(q_y, 1 / classes).log())
    return kl_y, kl_z, rec
