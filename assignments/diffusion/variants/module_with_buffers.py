"""Diffusion as an nn.Module with buffers; p_sample in the form of DDPM's algorithm 2; log-variances clipped."""

import torch
import torch.nn.functional as F
from torch import nn


def schedule(T, b0, b1):
    steps = torch.arange(T, dtype=torch.float64)
    betas = b0 + (b1 - b0) * steps / max(T - 1, 1)
    alphas = 1 - betas
    abar = torch.exp(torch.cumsum(torch.log1p(-betas), 0))
    return dict(betas=betas, alphas=alphas, abar=abar, abar_prev=F.pad(abar[:-1], (1, 0), value=1.0))


class Diffusion(nn.Module):
    def __init__(self, schedule):
        super().__init__()
        for name, value in schedule.items():
            self.register_buffer(name, value.to(torch.float64))
        var = self.betas * (1.0 - self.abar_prev) / (1.0 - self.abar)
        self.register_buffer("log_var", torch.log(var.clamp(min=1e-30)))

    def _take(self, values, t, x):
        values = values.to(x.device)[t].to(x.dtype)
        while values.dim() < x.dim():
            values = values.unsqueeze(-1)
        return values

    def q_sample(self, x0, t, eps):
        return self._take(self.abar.sqrt(), t, x0) * x0 + self._take((1 - self.abar).sqrt(), t, x0) * eps

    def predict_x0(self, x_t, t, eps):
        return (x_t - self._take((1 - self.abar).sqrt(), t, x_t) * eps) / self._take(self.abar.sqrt(), t, x_t)

    def predict_eps(self, x_t, t, x0):
        return (x_t - self._take(self.abar.sqrt(), t, x_t) * x0) / self._take((1 - self.abar).sqrt(), t, x_t)

    def posterior(self, x0, x_t, t):
        c0 = self._take(self.abar_prev.sqrt() * self.betas / (1 - self.abar), t, x_t)
        ct = self._take(self.alphas.sqrt() * (1 - self.abar_prev) / (1 - self.abar), t, x_t)
        return c0 * x0 + ct * x_t, self._take(self.log_var, t, x_t).exp().expand(x_t.shape)

    def p_sample(self, model, x_t, t, noise=None):
        with torch.no_grad():
            share = self._take(self.betas / (1 - self.abar).sqrt(), t, x_t)
            mean = (x_t - share * model(x_t, t)) / self._take(self.alphas.sqrt(), t, x_t)
            noise = torch.randn(x_t.shape, dtype=x_t.dtype, device=x_t.device) if noise is None else noise
            return mean + self._take((0.5 * self.log_var).exp(), t, x_t) * noise

    def ddpm_loss(self, model, x0, t, eps):
        return F.mse_loss(model(self.q_sample(x0, t, eps), t), eps.detach())


def dsm_loss(score, x, sigma, z):
    s = sigma[(...,) + (None,) * (x.dim() - 1)]
    residual = s * score(x + s * z, sigma) + z
    return residual.pow(2).flatten(1).sum(1).mean() / 2 if x.dim() > 1 else residual.pow(2).mean() / 2


def langevin(score, x, alpha, z):
    with torch.no_grad():
        return x + alpha * score(x) + torch.sqrt(torch.tensor(2.0 * alpha, dtype=x.dtype)) * z
