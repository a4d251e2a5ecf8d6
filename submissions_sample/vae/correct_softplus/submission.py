"""Correct: softplus and logaddexp forms, computed in float64 and cast back to the dtype of the input."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    m, s = mu.double(), logvar.double()
    kl = 0.5 * torch.sum(m * m + torch.expm1(s) - s, dim=1)
    return kl.to(mu.dtype)


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    mq, sq, mp, sp = mu_q.double(), logvar_q.double(), mu_p.double(), logvar_p.double()
    kl = 0.5 * torch.sum(torch.expm1(sq - sp) - (sq - sp) + (mq - mp) ** 2 * torch.exp(-sp), dim=1)
    return kl.to(mu_q.dtype)


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    z64, mu64, var64 = z.double(), mu.double(), var.double()
    log_density = -0.5 * (z64 - mu64) ** 2 / var64 - 0.5 * torch.log(2 * math.pi * var64)
    return log_density.sum(dim=1).to(z.dtype)


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    p64 = p.double()
    prob_of_x = torch.where(x == 1, p64, 1 - p64)
    return prob_of_x.log().sum(dim=1).to(p.dtype)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    a = logits.double()
    x = x.double()
    log_likelihood = -x * F.softplus(-a) - (1 - x) * F.softplus(a)
    return log_likelihood.sum(dim=1).to(logits.dtype)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    if eps is None:
        eps = torch.randn(mu.size(), dtype=mu.dtype, device=mu.device)
    std = torch.exp(logvar.double() / 2)
    return (mu.double() + std * eps.double()).to(mu.dtype)


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    if u is None:
        u = torch.rand(p.size(), dtype=p.dtype, device=p.device)
    x = torch.zeros_like(p)
    x[u < p] = 1
    return x


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    return mu_b + alphas.reshape(-1, 1) * (mu_a - mu_b)


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    dtype = x_logits.dtype
    # -log p(x) = log(1 + exp(-a)) for x = 1 and log(1 + exp(a)) for x = 0
    a = torch.where(x == 1, -x_logits, x_logits).double()
    rec = torch.logaddexp(a, torch.zeros_like(a)).sum(dim=1).mean()
    m, s = mu.double(), logvar.double()
    kl = (0.5 * (m * m + torch.expm1(s) - s)).sum(dim=1).mean()
    loss = rec + beta * kl
    return {"loss": loss.to(dtype), "rec": rec.to(dtype), "kl": kl.to(dtype)}


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    z64, mu64, var64 = z.double(), mu.double(), var.double()
    log_px = log_bernoulli(x, p.double())
    log_pz = log_normal_diag(z64, torch.zeros_like(z64), torch.ones_like(z64))
    log_qz = log_normal_diag(z64, mu64, var64)
    return (log_px + log_pz - log_qz).mean().to(p.dtype)


class Encoder(nn.Module):
    def __init__(self, data: int, hidden: int, latent: int):
        super().__init__()
        self.hidden = nn.Linear(data, hidden)
        self.mu = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)
        for layer in (self.hidden, self.mu, self.logvar):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor):
        h = torch.tanh(self.hidden(x))
        return self.mu(h), self.logvar(h)


class Decoder(nn.Module):
    def __init__(self, latent: int, hidden: int, data: int):
        super().__init__()
        self.hidden = nn.Linear(latent, hidden)
        self.logits = nn.Linear(hidden, data)
        for layer in (self.hidden, self.logits):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, z: Tensor) -> Tensor:
        return self.logits(torch.tanh(self.hidden(z)))


class VAE(nn.Module):
    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2):
        super().__init__()
        self.encoder = Encoder(data, hidden, latent)
        self.decoder = Decoder(latent, hidden, data)

    def encode(self, x: Tensor):
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def forward(self, x: Tensor, eps: Tensor | None = None):
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar, eps)), mu, logvar

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        weight = self.decoder.hidden.weight
        if z is None:
            # -eps is as good as eps
            z = -torch.randn(n, weight.shape[1], dtype=weight.dtype, device=weight.device)
        logits = self.decode(z)
        return torch.exp(-F.softplus(-logits))


def train_vae(model, data: Tensor, steps: int, lr: float) -> list[float]:
    optimizer = torch.optim.Adam([{"params": list(model.parameters())}], lr=lr)
    n = data.shape[0]
    losses = torch.zeros(steps, dtype=torch.float64)
    for step in range(steps):
        x = data.index_select(0, torch.arange(64 * step, 64 * step + 64, device=data.device) % n) if n >= 64 else data
        parts = elbo(x, *model(x))
        optimizer.zero_grad(set_to_none=False)
        (parts["rec"] + parts["kl"]).backward()
        optimizer.step()
        losses[step] = parts["loss"].item()
    return losses.tolist()


def prior_grid(model, z: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.exp(-F.softplus(-model.decode(z)))


def latent_means(model, x: Tensor) -> Tensor:
    with torch.no_grad():
        return model(x)[1]
