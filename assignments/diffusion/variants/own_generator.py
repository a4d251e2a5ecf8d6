"""Noise from a generator of its own, einsum for the products, coefficients computed once in a table."""

import numpy as np
import torch

_GENERATOR = torch.Generator()
_GENERATOR.seed()


def schedule(T, b0, b1):
    betas = np.linspace(b0, b1, T, dtype=np.float64)
    abar = np.cumprod(1 - betas)
    arrays = {"betas": betas, "alphas": 1 - betas, "abar": abar, "abar_prev": np.append(1.0, abar[:-1])}
    return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}


class Diffusion:
    SIGNAL, NOISE, FROM_X0, FROM_XT, VAR = range(5)

    def __init__(self, schedule):
        beta, alpha, abar, prev = (schedule[k].clone() for k in ("betas", "alphas", "abar", "abar_prev"))
        rest = 1 - abar
        self.table = torch.stack(
            [abar**0.5, rest**0.5, prev**0.5 * beta / rest, alpha**0.5 * (1 - prev) / rest, beta * (1 - prev) / rest]
        )

    def _times(self, row, t, x):
        return torch.einsum("b,b...->b...", self.table[row].to(x)[t], x)

    def q_sample(self, x0, t, eps):
        return self._times(self.SIGNAL, t, x0) + self._times(self.NOISE, t, eps)

    def predict_x0(self, x_t, t, eps):
        return torch.einsum(
            "b,b...->b...", 1 / self.table[self.SIGNAL].to(x_t)[t], x_t - self._times(self.NOISE, t, eps)
        )

    def predict_eps(self, x_t, t, x0):
        return torch.einsum(
            "b,b...->b...", 1 / self.table[self.NOISE].to(x_t)[t], x_t - self._times(self.SIGNAL, t, x0)
        )

    def posterior(self, x0, x_t, t):
        mean = self._times(self.FROM_X0, t, x0) + self._times(self.FROM_XT, t, x_t)
        return mean, self._times(self.VAR, t, torch.ones_like(x_t))

    @torch.inference_mode(False)
    def p_sample(self, model, x_t, t, noise=None):
        x_t = x_t.detach()
        predicted = model(x_t, t).detach()
        mean, var = self.posterior(self.predict_x0(x_t, t, predicted), x_t, t)
        if noise is None:
            noise = torch.empty(x_t.shape, dtype=x_t.dtype).normal_(generator=_GENERATOR).to(x_t.device)
        return torch.addcmul(mean, var.sqrt(), noise)

    def ddpm_loss(self, model, x0, t, eps):
        with torch.no_grad():
            x_t = self.q_sample(x0, t, eps)
        error = (model(x_t, t) - eps).flatten()
        return error.dot(error) / error.numel()


def dsm_loss(score, x, sigma, z):
    with torch.no_grad():
        noisy = x + torch.einsum("b,b...->b...", sigma, z)
    residual = torch.einsum("b,b...->b...", sigma, score(noisy, sigma)) + z
    rows = residual.reshape(x.shape[0], -1)
    return torch.einsum("bi,bi->", rows, rows) / (2 * x.shape[0])


def langevin(score, x, alpha, z):
    with torch.no_grad():
        result = x.clone()
        result += alpha * score(x)
        result += np.sqrt(2 * alpha) * z
    return result
