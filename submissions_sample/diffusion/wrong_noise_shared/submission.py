"""Diffusion homework."""

import torch


def schedule(T, b0, b1):
    betas = torch.linspace(b0, b1, T, dtype=torch.float64)
    alphas = 1.0 - betas
    abar = torch.cumprod(alphas, dim=0)
    abar_prev = torch.ones_like(abar)
    abar_prev[1:] = abar[:-1]
    return {"betas": betas, "alphas": alphas, "abar": abar, "abar_prev": abar_prev}


def extract(values, t, x):
    return values.gather(0, t).reshape(len(t), *((1,) * (x.dim() - 1))).to(x.dtype)


class Diffusion:
    def __init__(self, schedule):
        self.schedule = schedule

    def q_sample(self, x0, t, eps):
        abar = self.schedule["abar"]
        return extract(torch.sqrt(abar), t, x0) * x0 + extract(torch.sqrt(1 - abar), t, x0) * eps

    def predict_x0(self, x_t, t, eps):
        abar = self.schedule["abar"]
        return extract((1 / abar).sqrt(), t, x_t) * x_t - extract((1 / abar - 1).sqrt(), t, x_t) * eps

    def predict_eps(self, x_t, t, x0):
        abar = self.schedule["abar"]
        return (extract((1 / abar).sqrt(), t, x_t) * x_t - x0) / extract((1 / abar - 1).sqrt(), t, x_t)

    def posterior(self, x0, x_t, t):
        beta, alpha = self.schedule["betas"], self.schedule["alphas"]
        abar, prev = self.schedule["abar"], self.schedule["abar_prev"]
        mean = (
            extract(beta * prev.sqrt() / (1 - abar), t, x_t) * x0
            + extract((1 - prev) * alpha.sqrt() / (1 - abar), t, x_t) * x_t
        )
        var = extract(beta * (1 - prev) / (1 - abar), t, x_t)
        return mean, var * torch.ones_like(x_t)

    @torch.no_grad()
    def p_sample(self, model, x_t, t, noise=None):
        eps = model(x_t, t)
        mean, var = self.posterior(self.predict_x0(x_t, t, eps), x_t, t)
        if noise is None:
            noise = torch.randn(x_t.shape[1:], dtype=x_t.dtype).expand_as(x_t)
        nonzero = (t > 0).to(x_t.dtype).reshape(-1, *[1] * (x_t.dim() - 1))
        return mean + nonzero * var.sqrt() * noise

    def ddpm_loss(self, model, x0, t, eps):
        x_t = self.q_sample(x0, t, eps)
        return ((model(x_t, t) - eps) ** 2).mean()


def dsm_loss(score, x, sigma, z):
    s = sigma.reshape(len(x), *((1,) * (x.dim() - 1)))
    noisy = x + s * z
    target = -(noisy - x) / s**2
    per_example = ((score(noisy, sigma) - target) ** 2).reshape(len(x), -1).sum(dim=1)
    return (0.5 * sigma**2 * per_example).mean()


def langevin(score, x, alpha, z):
    return x + alpha * score(x) + (2 * alpha) ** 0.5 * z
