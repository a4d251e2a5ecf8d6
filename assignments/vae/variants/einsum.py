"""Correct: reductions by einsum and matmul, noise from own generators seeded by the operating system."""

import math
import os

import torch
from torch import Tensor, nn

_generators = {}


def _generator(device):
    if device not in _generators:
        gen = torch.Generator(device=device)
        gen.manual_seed(int.from_bytes(os.urandom(7), "little"))
        _generators[device] = gen
    return _generators[device]


def _sum_last(t: Tensor) -> Tensor:
    return torch.einsum("bi->b", t)


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    mean_part = torch.einsum("bi,bi->b", mu, mu)
    var_part = _sum_last(torch.expm1(logvar) - logvar)
    return (mean_part + var_part) / 2


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    delta = mu_q - mu_p
    log_ratio = logvar_q - logvar_p
    mean_part = torch.einsum("bi,bi,bi->b", delta, delta, torch.exp(-logvar_p))
    var_part = _sum_last(torch.expm1(log_ratio) - log_ratio)
    return (mean_part + var_part) / 2


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    var = var.expand_as(z)
    scaled = (z - mu) / torch.sqrt(var)
    maha = torch.einsum("bi,bi->b", scaled, scaled)
    const = z.shape[-1] * math.log(2 * math.pi)
    return -(maha + _sum_last(torch.log(var)) + const) / 2


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    tiny = torch.finfo(p.dtype).tiny
    log_p = torch.log(torch.clamp(p, min=tiny))
    log_not_p = torch.log(torch.clamp(1 - p, min=tiny))
    return torch.einsum("bi,bi->b", x, log_p) + torch.einsum("bi,bi->b", 1 - x, log_not_p)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    ones = torch.ones(logits.shape[-1], dtype=logits.dtype, device=logits.device)
    sign = 2 * x - 1
    return torch.nn.functional.logsigmoid(sign * logits) @ ones


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    if eps is None:
        eps = torch.randn(mu.shape, generator=_generator(mu.device), dtype=mu.dtype, device=mu.device)
    return torch.addcmul(mu, torch.exp(logvar / 2), eps)


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    if u is None:
        u = torch.rand(p.shape, generator=_generator(p.device), dtype=p.dtype, device=p.device)
    return torch.lt(u, p).type_as(p)


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    weights = torch.stack([alphas, 1 - alphas], dim=1)
    return weights @ torch.stack([mu_a, mu_b])


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    batch = x.shape[0]
    rec = torch.einsum("b->", -log_bernoulli_with_logits(x, x_logits)) / batch
    kl = torch.einsum("b->", kl_standard_normal(mu, logvar)) / batch
    return {"rec": rec, "kl": kl, "loss": rec + beta * kl}


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    # the constants of the two normal densities cancel
    scaled = (z - mu) / torch.sqrt(var)
    log_ratio = torch.einsum("bi,bi->b", scaled, scaled) + _sum_last(torch.log(var))
    log_ratio = (log_ratio - torch.einsum("bi,bi->b", z, z)) / 2
    return torch.mean(log_bernoulli(x, p) + log_ratio)


def _matrix(rows: int, columns: int) -> nn.Parameter:
    weights = torch.empty(rows, columns)
    weights.normal_(std=columns**-0.5, generator=_generator(weights.device))
    return nn.Parameter(weights)


class VAE(nn.Module):
    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2):
        super().__init__()
        sizes = {"hidden": (hidden, data), "mu": (latent, hidden), "logvar": (latent, hidden)}
        sizes |= {"decoder": (hidden, latent), "logits": (data, hidden)}
        self.weights = nn.ParameterDict({name: _matrix(*size) for name, size in sizes.items()})
        self.biases = nn.ParameterDict({name: nn.Parameter(torch.zeros(size[0])) for name, size in sizes.items()})

    def _linear(self, name: str, t: Tensor) -> Tensor:
        return torch.einsum("bi,oi->bo", t, self.weights[name]) + self.biases[name]

    def encode(self, x: Tensor):
        h = torch.tanh(self._linear("hidden", x))
        return self._linear("mu", h), self._linear("logvar", h)

    def decode(self, z: Tensor) -> Tensor:
        return self._linear("logits", torch.tanh(self._linear("decoder", z)))

    def forward(self, x: Tensor, eps: Tensor | None = None):
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar, eps)), mu, logvar

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        zeros = self.biases["mu"].new_zeros(n, self.biases["mu"].shape[0])
        return self.decode(reparameterize(zeros, zeros, z)).sigmoid()


def train_vae(model, data: Tensor, steps: int, lr: float) -> list[float]:
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=lr)
    size = min(64, len(data))
    stream = data.repeat(steps * size // len(data) + 1, 1)
    losses = []
    for x in stream[: steps * size].split(size):
        loss = elbo(x, *model(x))["loss"]
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient
        optimizer.step()
        losses.append(loss.item())
    return losses


def prior_grid(model, z: Tensor) -> Tensor:
    return model.decode(z).sigmoid().detach()


def latent_means(model, x: Tensor) -> Tensor:
    return torch.cat([model.encode(row[None])[0].detach() for row in x])
