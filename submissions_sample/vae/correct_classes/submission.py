"""Correct: class based, the asked functions only delegate to two distribution classes."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


class DiagonalGaussian:
    def __init__(self, mean: Tensor, var: Tensor | None = None, logvar: Tensor | None = None):
        self.mean = mean
        self._var = var
        self._logvar = logvar

    @classmethod
    def standard_like(cls, t: Tensor) -> "DiagonalGaussian":
        return cls(torch.zeros_like(t), var=torch.ones_like(t), logvar=torch.zeros_like(t))

    @property
    def var(self) -> Tensor:
        return self._logvar.exp() if self._var is None else self._var

    @property
    def logvar(self) -> Tensor:
        return self._var.log() if self._logvar is None else self._logvar

    @property
    def std(self) -> Tensor:
        return self.var.sqrt() if self._logvar is None else (self._logvar / 2).exp()

    def log_prob(self, z: Tensor) -> Tensor:
        per_axis = math.log(2 * math.pi) + self.logvar + ((z - self.mean) / self.std).square()
        return -0.5 * per_axis.sum(dim=-1)

    def sample(self, eps: Tensor | None = None) -> Tensor:
        if eps is None:
            eps = torch.empty_like(self.mean).normal_()
        return self.mean + self.std * eps

    def kl(self, other: "DiagonalGaussian") -> Tensor:
        log_ratio = self.logvar - other.logvar
        shift = (self.mean - other.mean).square() * torch.exp(-other.logvar)
        return 0.5 * (torch.exp(log_ratio) - log_ratio - 1 + shift).sum(dim=-1)


class Bernoulli:
    def __init__(self, probs: Tensor | None = None, logits: Tensor | None = None):
        self.probs = probs
        self.logits = logits

    def log_prob(self, x: Tensor) -> Tensor:
        if self.logits is not None:
            per_pixel = x * F.logsigmoid(self.logits) + (1 - x) * F.logsigmoid(-self.logits)
        else:
            # the probability of the value that was observed
            per_pixel = torch.where(x > 0.5, self.probs, 1 - self.probs).log()
        return per_pixel.sum(dim=-1)

    def sample(self, u: Tensor | None = None) -> Tensor:
        if u is None:
            u = torch.empty_like(self.probs).uniform_()
        return torch.where(u < self.probs, torch.ones_like(u), torch.zeros_like(u)).to(self.probs.dtype)


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    return DiagonalGaussian(mu, logvar=logvar).kl(DiagonalGaussian.standard_like(mu))


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    return DiagonalGaussian(mu_q, logvar=logvar_q).kl(DiagonalGaussian(mu_p, logvar=logvar_p))


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    return DiagonalGaussian(mu, var=var).log_prob(z)


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    return Bernoulli(probs=p).log_prob(x)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    return Bernoulli(logits=logits).log_prob(x)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    return DiagonalGaussian(mu, logvar=logvar).sample(eps)


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    return Bernoulli(probs=p.detach()).sample(u)


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    return torch.outer(alphas, mu_a) + torch.outer(1 - alphas, mu_b)


class Objective:
    def __init__(self, beta: float = 1.0):
        self.beta = beta

    def __call__(self, x: Tensor, decoder: Bernoulli, q: DiagonalGaussian) -> dict[str, Tensor]:
        rec = decoder.log_prob(x).neg().mean()
        kl = q.kl(DiagonalGaussian.standard_like(q.mean)).mean()
        return dict(loss=rec + self.beta * kl, kl=kl, rec=rec)


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    return Objective(beta)(x, Bernoulli(logits=x_logits), DiagonalGaussian(mu, logvar=logvar))


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    prior = DiagonalGaussian.standard_like(z)
    q = DiagonalGaussian(mu, var=var)
    return (Bernoulli(probs=p).log_prob(x) + prior.log_prob(z) - q.log_prob(z)).mean()
