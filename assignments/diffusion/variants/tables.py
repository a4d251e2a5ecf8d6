"""Tables in both precisions; the reverse step from the score instead of from the image."""

import torch
from torch import nn


def schedule(T, b0, b1):
    betas = torch.tensor([b0 + k * (b1 - b0) / (T - 1) if T > 1 else b0 for k in range(T)], dtype=torch.float64)
    alphas = torch.ones_like(betas) - betas
    abar = torch.stack([alphas[: k + 1].prod() for k in range(T)])
    return {"betas": betas, "alphas": alphas, "abar": abar, "abar_prev": abar / alphas}


class Steps(nn.Module):
    def __init__(self, schedule):
        super().__init__()
        beta, alpha, abar, prev = (schedule[n] for n in ("betas", "alphas", "abar", "abar_prev"))
        self.exact = {
            "root": abar.sqrt(),
            "sigma": (1 - abar).sqrt(),
            "beta": beta,
            "keep": alpha.sqrt(),
            "deviation": (beta * ((1 - prev) / (1 - abar)).clamp(min=0)).sqrt(),
            "weight": beta * prev.sqrt() / (1 - abar),
        }
        self.single = {name: value.float() for name, value in self.exact.items()}

    def forward(self, name, t, x):
        table = self.exact if x.dtype == torch.float64 else self.single
        return table[name].to(x.device).take(t).unflatten(0, (-1, *[1] * (x.dim() - 1))) if x.dim() > 1 else (
            table[name].to(x.device).take(t)
        )


class Diffusion:
    def __init__(self, schedule):
        self.at = Steps(schedule)

    def q_sample(self, x0, t, eps):
        return self.at("root", t, x0) * x0 + self.at("sigma", t, x0) * eps

    def predict_x0(self, x_t, t, eps):
        return (x_t - self.at("sigma", t, x_t) * eps) / self.at("root", t, x_t)

    def predict_eps(self, x_t, t, x0):
        return (x_t - self.at("root", t, x_t) * x0) / self.at("sigma", t, x_t)

    def posterior(self, x0, x_t, t):
        weight = self.at("weight", t, x_t)
        sigma, keep, beta = self.at("sigma", t, x_t), self.at("keep", t, x_t), self.at("beta", t, x_t)
        mean = weight * x0 + keep * (1 - beta / sigma**2) / keep**2 * x_t
        var = self.at("deviation", t, x_t) ** 2
        return mean, var.expand(*x_t.shape)

    def p_sample(self, model, x_t, t, noise=None):
        score = -model(x_t, t) / self.at("sigma", t, x_t)
        mean = (x_t + self.at("beta", t, x_t) * score) / self.at("keep", t, x_t)
        if noise is None:
            noise = torch.zeros_like(x_t).normal_()
        return mean + self.at("deviation", t, x_t) * noise

    def ddpm_loss(self, model, x0, t, eps):
        return (eps - model(self.q_sample(x0, t, eps), t)).pow(2).sum() / eps.numel()


def dsm_loss(score, x, sigma, z):
    level = sigma.reshape([-1] + [1] * (x.dim() - 1))
    difference = score(x + level * z, sigma).add(z / level)
    weighted = (level * difference) ** 2
    return weighted.sum(dim=list(range(1, x.dim()))).mean() / 2 if x.dim() > 1 else weighted.mean() / 2


def langevin(score, x, alpha, z):
    return x + alpha * score(x) + (2 * alpha) ** 0.5 * z
