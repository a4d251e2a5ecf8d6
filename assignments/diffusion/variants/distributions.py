"""Bayes' rule with torch.distributions where that is possible; everything in float64, cast back at the end."""

import torch
from torch.distributions import Normal


def schedule(T: int, b0: float, b1: float):
    betas = torch.lerp(
        torch.full((T,), b0, dtype=torch.float64),
        torch.full((T,), b1, dtype=torch.float64),
        torch.arange(T, dtype=torch.float64) / max(1, T - 1),
    )
    alphas = 1 - betas
    products = torch.cat([torch.ones(1, dtype=torch.float64), alphas]).cumprod(0)
    return {"betas": betas, "alphas": alphas, "abar": products[1:], "abar_prev": products[:-1]}


class Diffusion:
    def __init__(self, schedule):
        self.values = schedule

    def _column(self, name, t, x):
        return self.values[name][t].view(x.shape[:1] + (1,) * (x.ndim - 1))

    def _marginal(self, x0, t):
        abar = self._column("abar", t, x0)
        return Normal(abar.sqrt() * x0.double(), (1 - abar).sqrt().expand(x0.shape), validate_args=False)

    def q_sample(self, x0, t, eps):
        q = self._marginal(x0, t)
        return (q.loc + q.scale * eps.double()).to(x0.dtype)

    def predict_x0(self, x_t, t, eps):
        zero = self._marginal(torch.zeros_like(x_t), t)
        return ((x_t.double() - zero.scale * eps.double()) / self._column("abar", t, x_t).sqrt()).to(x_t.dtype)

    def predict_eps(self, x_t, t, x0):
        q = self._marginal(x0, t)
        return ((x_t.double() - q.loc) / q.scale).to(x_t.dtype)

    def posterior(self, x0, x_t, t):
        # Precisions add up; multiplied by 1 - abar_prev, which is 0 at the first step.
        alpha, beta, prev = (self._column(name, t, x_t) for name in ("alphas", "betas", "abar_prev"))
        before = 1 - prev
        denominator = alpha * before + beta
        mean = (alpha.sqrt() * before * x_t.double() + beta * prev.sqrt() * x0.double()) / denominator
        return mean.to(x_t.dtype), (before * beta / denominator).expand(x_t.shape).to(x_t.dtype)

    def p_sample(self, model, x_t, t, noise=None):
        mean, var = self.posterior(self.predict_x0(x_t, t, model(x_t, t)), x_t, t)
        if noise is not None:
            return mean + var.sqrt() * noise
        draw = Normal(mean.double(), var.double().sqrt(), validate_args=False).sample()
        return torch.where(var == 0, mean, draw.to(mean.dtype))

    def ddpm_loss(self, model, x0, t, eps):
        error = model(self.q_sample(x0, t, eps), t) - eps
        return torch.linalg.vector_norm(error).square() / error.numel()


def dsm_loss(score, x, sigma, z):
    level = sigma.view(x.shape[:1] + (1,) * (x.ndim - 1))
    noisy = x + level * z
    target = -(noisy - x) / level.square()
    return (0.5 * level.square() * (score(noisy, sigma) - target).square()).sum() / x.shape[0]


def langevin(score, x, alpha, z):
    return Normal(x + alpha * score(x), (2 * alpha) ** 0.5, validate_args=False).loc + (2 * alpha) ** 0.5 * z
