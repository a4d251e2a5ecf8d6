"""Correct: loops over the axes with torch.stack, small functions, a helper module beside the file."""

import math

import torch
from helper import add_up, columns, zeros_for_batch
from torch import Tensor


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
        log_norm = torch.maximum(logit_row, torch.zeros_like(logit_row)) + torch.log1p(
            torch.exp(-logit_row.abs())
        )
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
