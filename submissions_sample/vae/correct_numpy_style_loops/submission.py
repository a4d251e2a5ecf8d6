"""Correct: loops over the axes with torch.stack, small functions, a helper module beside the file."""

import math

import torch
from helper import add_up, columns, zeros_for_batch
from torch import Tensor, nn


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    kl = zeros_for_batch(mu)
    for i in range(mu.shape[1]):
        term = logvar[:, i].add(1).sub(mu[:, i].pow(2)).sub(logvar[:, i].exp())
        kl = kl.add(term.div(2).mul(-1))
    return kl


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    terms = []
    for i in range(mu_q.shape[1]):
        log_ratio = logvar_q[:, i].sub(logvar_p[:, i])
        distance = mu_q[:, i].sub(mu_p[:, i]).pow(2).mul(logvar_p[:, i].mul(-1).exp())
        terms.append(log_ratio.exp().add(distance).sub(1).sub(log_ratio).div(2))
    return add_up(terms)


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    d = z.shape[1]
    terms = []
    for z_i, mu_i, var_i in zip(columns(z, d), columns(mu, d), columns(var, d), strict=True):
        quadratic = (z_i - mu_i) ** 2 / var_i
        terms.append((quadratic + torch.log(var_i) + math.log(2 * math.pi)).div(2).mul(-1))
    return torch.stack(terms, dim=1).sum(1)


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    rows = []
    for x_row, p_row in zip(x, p, strict=True):
        on = x_row.bool()
        rows.append(p_row[on].log().sum() + (1 - p_row[~on]).log().sum())
    return torch.stack(rows)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    rows = []
    for x_row, logit_row in zip(x, logits, strict=True):
        # log(1 + exp(a)) = max(a, 0) + log(1 + exp(-|a|))
        log_norm = torch.maximum(logit_row, torch.zeros_like(logit_row)) + torch.log1p(torch.exp(-logit_row.abs()))
        rows.append((log_norm - x_row * logit_row).sum().mul(-1))
    return torch.stack(rows)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    noise = torch.randn_like(mu) if eps is None else eps
    cols = []
    for i in range(mu.shape[1]):
        cols.append(mu[:, i] + logvar[:, i].div(2).exp() * noise[:, i])
    return torch.stack(cols, dim=1)


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    threshold = torch.rand_like(p) if u is None else u
    return torch.where(threshold < p, 1.0, 0.0).to(p.dtype)


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    return torch.stack([mu_a.mul(a).add(mu_b.mul(1 - a)) for a in alphas])


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    rec = torch.mean(log_bernoulli_with_logits(x, x_logits)).mul(-1)
    kl = torch.mean(kl_standard_normal(mu, logvar))
    return {"loss": rec.add(kl.mul(beta)), "rec": rec, "kl": kl}


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    log_prior = log_normal_diag(z, torch.zeros_like(mu), torch.ones_like(var))
    log_posterior = log_normal_diag(z, mu, var)
    values = torch.stack([log_bernoulli(x, p), log_prior, log_posterior.mul(-1)])
    return values.sum(0).mean()


class VAE(nn.Module):
    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2) -> None:
        super().__init__()
        self.latent = latent
        self.to_hidden = nn.Linear(data, hidden)
        self.to_code = nn.Linear(hidden, 2 * latent)
        self.from_code = nn.Linear(latent, hidden)
        self.to_pixels = nn.Linear(hidden, data)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        both = self.to_code(self.to_hidden(x).tanh())
        # even columns are the means, odd ones the log-variances
        return both[:, 0::2], both[:, 1::2]

    def decode(self, z: Tensor) -> Tensor:
        return self.to_pixels(self.from_code(z).tanh())

    def forward(self, x: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar, eps)), mu, logvar

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        codes = z
        if codes is None:
            codes = torch.empty(n, self.latent).to(self.to_pixels.weight).normal_()
        return 1 / (1 + torch.exp(-self.decode(codes)))


def train_vae(model: VAE, data: Tensor, steps: int, lr: float) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    row = 0
    for _ in range(steps):
        picked = []
        while len(picked) < min(64, len(data)):
            picked.append(data[row])
            row = row + 1 if row + 1 < len(data) else 0
        x = torch.stack(picked)
        model.zero_grad()
        logits, mu, logvar = model(x)
        terms = elbo(x, logits, mu, logvar)
        terms["loss"].backward()
        optimizer.step()
        losses.append(float(terms["loss"]))
    return losses


def prior_grid(model: VAE, z: Tensor) -> Tensor:
    rows = []
    with torch.no_grad():
        for code in z:
            rows.append(torch.sigmoid(model.decode(code.unsqueeze(0)))[0])
    return torch.stack(rows)


def latent_means(model: VAE, x: Tensor) -> Tensor:
    rows = []
    with torch.no_grad():
        for start in range(0, len(x), 16):
            rows.append(model.encode(x[start : start + 16])[0])
    return torch.cat(rows)
