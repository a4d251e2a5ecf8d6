"""A dataclass over free functions with vmap; detached targets; the model frozen while sampling."""

from dataclasses import dataclass
from typing import Callable, Dict, Optional, Tuple

import torch
from torch import Tensor
from torch.func import vmap


def schedule(T: int, b0: float, b1: float) -> Dict[str, Tensor]:
    betas = torch.linspace(b0, b1, steps=T, dtype=torch.double)
    logs = torch.log(1 - betas).cumsum(0)
    return {
        "abar_prev": torch.cat((torch.zeros(1, dtype=torch.double), logs[:-1])).exp(),
        "abar": logs.exp(),
        "alphas": 1 - betas,
        "betas": betas,
    }


def mix(a: Tensor, x: Tensor, b: Tensor, y: Tensor) -> Tensor:
    return vmap(lambda a, x, b, y: a * x + b * y)(a.to(x.dtype), x, b.to(y.dtype), y)


@dataclass(frozen=True)
class Diffusion:
    schedule: Dict[str, Tensor]

    def signal(self, t: Tensor) -> Tensor:
        return self.schedule["abar"].index_select(0, t).sqrt()

    def sigma(self, t: Tensor) -> Tensor:
        return (1 - self.schedule["abar"].index_select(0, t)).sqrt()

    def q_sample(self, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        return mix(self.signal(t), x0, self.sigma(t), eps)

    def predict_x0(self, x_t: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        return mix(1 / self.signal(t), x_t, -self.sigma(t) / self.signal(t), eps)

    def predict_eps(self, x_t: Tensor, t: Tensor, x0: Tensor) -> Tensor:
        return mix(1 / self.sigma(t), x_t, -self.signal(t) / self.sigma(t), x0)

    def posterior(self, x0: Tensor, x_t: Tensor, t: Tensor) -> Tuple[Tensor, Tensor]:
        beta, alpha, prev = (self.schedule[name][t] for name in ("betas", "alphas", "abar_prev"))
        rest = self.sigma(t).square()
        var = beta * (1 - prev) / rest
        mean = mix(prev.sqrt() * beta / rest, x0, alpha.sqrt() * (1 - prev) / rest, x_t)
        return mean, mix(var, torch.ones_like(x_t), var, torch.zeros_like(x_t))

    def p_sample(self, model: Callable, x_t: Tensor, t: Tensor, noise: Optional[Tensor] = None) -> Tensor:
        mean, var = self.posterior(self.predict_x0(x_t, t, model(x_t, t)), x_t, t)
        noise = torch.normal(torch.zeros_like(x_t), 1.0) if noise is None else noise
        return mean + noise.masked_fill(var == 0, 0) * var.sqrt()

    def ddpm_loss(self, model: Callable, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        prediction = model(self.q_sample(x0.detach(), t, eps.detach()), t)
        losses = torch.nn.functional.mse_loss(prediction, eps.detach(), reduction="none")
        return losses.mean(dim=tuple(range(losses.dim())))


def dsm_loss(score: Callable, x: Tensor, sigma: Tensor, z: Tensor) -> Tensor:
    noisy = vmap(torch.add)(x, vmap(torch.mul)(sigma, z)).detach()

    def one(s: Tensor, level: Tensor, z: Tensor) -> Tensor:
        return 0.5 * level**2 * torch.sum((s + z / level) ** 2)

    return vmap(one)(score(noisy, sigma), sigma, z).mean()


def langevin(score: Callable, x: Tensor, alpha: float, z: Tensor) -> Tensor:
    return torch.add(torch.add(x, score(x), alpha=alpha), z, alpha=(2.0 * alpha) ** 0.5)
