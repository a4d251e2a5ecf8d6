"""Correct: class based, the asked functions only delegate to two distribution classes."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


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


class Perceptron(nn.Sequential):
    """Two linear layers with tanh units between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, outputs))


class VAE(nn.Module):
    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2):
        super().__init__()
        self.shape = (latent,)
        self.encoder = Perceptron(data, hidden, 2 * latent)
        self.decoder = Perceptron(latent, hidden, data)

    def posterior(self, x: Tensor) -> DiagonalGaussian:
        mean, logvar = torch.tensor_split(self.encoder(x), 2, dim=-1)
        return DiagonalGaussian(mean, logvar=logvar)

    def likelihood(self, z: Tensor) -> Bernoulli:
        return Bernoulli(logits=self.decode(z))

    def encode(self, x: Tensor):
        q = self.posterior(x)
        return q.mean, q.logvar

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def forward(self, x: Tensor, eps: Tensor | None = None):
        q = self.posterior(x)
        return self.decode(q.sample(eps)), q.mean, q.logvar

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        if z is None:
            like = self.decoder[0].weight.new_empty(n, *self.shape)
            z = DiagonalGaussian.standard_like(like).sample()
        return self.likelihood(z).logits.sigmoid()


class Batches:
    """Minibatches in the order of the rows, round and round."""

    def __init__(self, data: Tensor, size: int = 64):
        self.data, self.size = data, min(size, len(data))
        self.start = 0

    def next(self) -> Tensor:
        rows = torch.arange(self.start, self.start + self.size, device=self.data.device)
        self.start += self.size
        return self.data[rows.remainder(len(self.data))]


class Trainer:
    def __init__(self, model: nn.Module, lr: float):
        self.model, self.objective = model, Objective()
        self.optimizer = torch.optim.Adam(model.parameters(), lr)

    def step(self, x: Tensor) -> float:
        logits, mu, logvar = self.model(x)
        loss = self.objective(x, Bernoulli(logits=logits), DiagonalGaussian(mu, logvar=logvar))["loss"]
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss)


def train_vae(model: nn.Module, data: Tensor, steps: int, lr: float) -> list[float]:
    batches, trainer = Batches(data), Trainer(model, lr)
    return [trainer.step(batches.next()) for _ in range(steps)]


def prior_grid(model: nn.Module, z: Tensor) -> Tensor:
    return model.sample(len(z), z).detach()


def latent_means(model: nn.Module, x: Tensor) -> Tensor:
    return model.encode(x)[0].detach()
