"""Broken: in one method of the model a bracket is not closed."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    ratio = (logvar_q - logvar_p).exp()
    dist = (mu_q - mu_p) ** 2 * (-logvar_p).exp()
    return 0.5 * (ratio + dist - 1 + logvar_p - logvar_q).sum(-1)


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    return -0.5 * (math.log(2 * math.pi) + var.log() + (z - mu) ** 2 / var).sum(-1)


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    # binary_cross_entropy clamps its logarithms, so p = 0 and p = 1 are fine
    return -F.binary_cross_entropy(p, x, reduction="none").sum(-1)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    if eps is None:
        eps = torch.randn_like(mu)
    return mu + (0.5 * logvar).exp() * eps


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    if u is None:
        u = torch.rand_like(p)
    return (u < p).to(p.dtype)


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    a = alphas.unsqueeze(1)
    return a * mu_a + (1 - a) * mu_b


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    rec = -log_bernoulli_with_logits(x, x_logits).mean()
    kl = kl_standard_normal(mu, logvar).mean()
    return {"loss": rec + beta * kl, "rec": rec, "kl": kl}


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    log_px = log_bernoulli(x, p)
    log_pz = log_normal_diag(z, torch.zeros_like(z), torch.ones_like(z))
    log_qz = log_normal_diag(z, mu, var)
    return (log_px + log_pz - log_qz).mean()


class VAE(nn.Module):
    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2) -> None:
        super().__init__()
        self.latent = latent
        self.enc = nn.Linear(data, hidden)
        self.enc_mu = nn.Linear(hidden, latent)
        self.enc_logvar = nn.Linear(hidden, latent)
        self.dec = nn.Linear(latent, hidden)
        self.dec_out = nn.Linear(hidden, data)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = torch.tanh(self.enc(x))
        return self.enc_mu(h), self.enc_logvar(h)

    def decode(self, z: Tensor) -> Tensor:
        return self.dec_out(torch.tanh(self.dec(z)))

    def forward(self, x: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        z = reparameterize(mu, logvar, eps)
        return self.decode(z), mu, logvar

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        if z is None:
            z = torch.randn(n, self.latent, dtype=self.dec.weight.dtype, device=self.dec.weight.device)
        return torch.sigmoid(self.decode(z)


def train_vae(model: VAE, data: Tensor, steps: int, lr: float) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    batch = min(64, len(data))
    losses = []
    start = 0
    for _ in range(steps):
        rows = [(start + i) % len(data) for i in range(batch)]
        start = (start + batch) % len(data)
        x = data[rows]
        logits, mu, logvar = model(x)
        loss = elbo(x, logits, mu, logvar)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def prior_grid(model: VAE, z: Tensor) -> Tensor:
    return torch.sigmoid(model.decode(z))


@torch.no_grad()
def latent_means(model: VAE, x: Tensor) -> Tensor:
    mu, _ = model.encode(x)
    return mu
