"""Correct: everything through torch.distributions."""

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal, kl_divergence


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    q = Normal(mu, torch.exp(0.5 * logvar))
    p = Normal(torch.zeros_like(mu), torch.ones_like(mu))
    return kl_divergence(q, p).sum(dim=-1)


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    # kl_divergence squares the ratio of the scales, which underflows in float32
    q = Normal(mu_q.double(), torch.exp(0.5 * logvar_q.double()))
    p = Normal(mu_p.double(), torch.exp(0.5 * logvar_p.double()))
    return kl_divergence(q, p).sum(dim=-1).to(mu_q.dtype)


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    return Normal(mu, var.sqrt()).log_prob(z).sum(dim=-1)


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    # log_prob clamps p to [eps, 1 - eps], so p = 0 and p = 1 give about -1e-7 per pixel and no NaN
    return Bernoulli(probs=p).log_prob(x).sum(dim=-1)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    return Bernoulli(logits=logits).log_prob(x).sum(dim=-1)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    std = torch.exp(0.5 * logvar)
    if eps is not None:
        return mu + std * eps
    return Normal(mu, std).rsample()


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    if u is not None:
        return (u < p).to(p.dtype)
    return Bernoulli(probs=p).sample()


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    return torch.lerp(mu_b, mu_a, alphas[:, None])


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    rec = -Bernoulli(logits=x_logits).log_prob(x).sum(dim=-1).mean()
    q = Normal(mu, torch.exp(0.5 * logvar))
    kl = kl_divergence(q, Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(dim=-1).mean()
    return {"rec": rec, "kl": kl, "loss": rec + beta * kl}


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    prior = Normal(torch.zeros_like(z), torch.ones_like(z))
    posterior = Normal(mu, var.sqrt())
    log_ratio = (prior.log_prob(z) - posterior.log_prob(z)).sum(dim=-1)
    return (log_bernoulli(x, p) + log_ratio).mean()


class VAE(nn.Module):
    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(data, hidden), nn.Tanh())
        self.heads = nn.ModuleDict({"mu": nn.Linear(hidden, latent), "logvar": nn.Linear(hidden, latent)})
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.Tanh(), nn.Linear(hidden, data))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.encoder(x)
        return self.heads["mu"](h), self.heads["logvar"](h)

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def forward(self, x: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar, eps)), mu, logvar

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        if z is None:
            bias = self.heads["mu"].bias
            z = Normal(torch.zeros_like(bias), torch.ones_like(bias)).sample((n,))
        return Bernoulli(logits=self.decode(z)).probs


def train_vae(model: VAE, data: Tensor, steps: int, lr: float) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    losses = []
    for step in range(steps):
        size = min(64, data.shape[0])
        x = data.roll(-step * size, dims=0)[:size]
        logits, mu, logvar = model(x)
        q = Normal(mu, torch.exp(0.5 * logvar))
        prior = Normal(torch.zeros_like(mu), torch.ones_like(mu))
        bound = Bernoulli(logits=logits).log_prob(x).sum(-1) - kl_divergence(q, prior).sum(-1)
        loss = -bound.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().item())
    return losses


def prior_grid(model: VAE, z: Tensor) -> Tensor:
    with torch.inference_mode():
        return Bernoulli(logits=model.decode(z)).probs


def latent_means(model: VAE, x: Tensor) -> Tensor:
    with torch.no_grad():
        return model.encode(x)[0]
