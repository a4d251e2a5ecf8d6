"""One call of D for real and fake together; a generator of its own; torch.distributions; torch.func."""

import torch
from torch import nn
from torch.distributions import Bernoulli, Uniform

_noise = torch.Generator()
_noise.seed()


def critic_loss(d_real, d_fake):
    sign = torch.cat([-torch.ones_like(d_real) / len(d_real), torch.ones_like(d_fake) / len(d_fake)])
    return (sign * torch.cat([d_real, d_fake])).sum()


def wgan_g_loss(d_fake):
    return torch.zeros((), dtype=d_fake.dtype, device=d_fake.device) - d_fake.mean()


def w1_empirical(a, b):
    return torch.linalg.vector_norm(torch.msort(a) - torch.msort(b), ord=1) / a.shape[0]


def interpolate(x_real, x_fake, alpha=None):
    if alpha is None:
        alpha = torch.rand(len(x_real), generator=_noise, dtype=x_real.dtype).to(x_real.device)
    for _ in range(x_real.ndim - alpha.ndim):
        alpha = alpha.unsqueeze(-1)
    while alpha.ndim > x_real.ndim:
        alpha = alpha.squeeze(-1)
    return x_fake + alpha * (x_real - x_fake)


def gradient_penalty(critic, x_real, x_fake, alpha=None):
    if alpha is None:
        alpha = Uniform(0.0, 1.0).sample((len(x_real),)).to(x_real)
    points = interpolate(x_real, x_fake, alpha).detach()
    slopes = torch.func.grad(lambda x: critic(x).sum())(points)
    return torch.nn.functional.mse_loss(slopes.flatten(1).norm(dim=1) if slopes.ndim > 1 else slopes.abs(), points.new_ones(len(points)))


def cgan_d_loss(D, x_real, y_real, x_fake, y_fake):
    logits = D(torch.cat([x_real, x_fake.detach()]), torch.cat([y_real, y_fake]))
    target = torch.cat([torch.ones(len(x_real)), torch.zeros(len(x_fake))]).to(logits).reshape(logits.shape)
    log_prob = Bernoulli(logits=logits).log_prob(target)
    return -log_prob[: len(x_real)].mean() - log_prob[len(x_real) :].mean()


def cgan_g_loss(D, x_fake, y_fake):
    logits = D(x_fake, y_fake)
    return -Bernoulli(logits=logits).log_prob(torch.ones_like(logits)).mean()


class CondDisc(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        self.head = nn.Linear(features, K)
        made = [self.head]
        if phi is None:
            made += [nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 8, 3)]
            pool, relu = nn.MaxPool2d(2), nn.ReLU()
            phi = nn.Sequential(made[1], pool, relu, made[2], pool, relu, made[3], relu, nn.Flatten(start_dim=1))
        with torch.no_grad():
            for layer in made:
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
                layer.bias *= 0
        self.add_module("phi", phi)

    def forward(self, x, y):
        logits = self.head(self.phi(x))
        return logits[torch.arange(len(y), device=y.device), y]
