"""The label picks rows of embeddings; classes of torch.nn as losses; backward through leaves only."""

import math

import torch
from torch import nn


def critic_loss(d_real, d_fake):
    return d_fake.sum() / d_fake.numel() - d_real.sum() / d_real.numel()


def wgan_g_loss(d_fake):
    return -d_fake.reshape(-1).mean(0)


def w1_empirical(a, b):
    return nn.L1Loss()(a.sort(dim=0)[0], b.sort(dim=0)[0])


def interpolate(x_real, x_fake, alpha=None):
    shape = (x_real.size(0),) + (1,) * (x_real.dim() - 1)
    if alpha is None:
        alpha = x_real.new_empty(shape).uniform_(0, 1)
    return torch.lerp(x_fake, x_real, alpha.reshape(shape).expand_as(x_real))


def gradient_penalty(critic, x_real, x_fake, alpha=None):
    with torch.no_grad():
        points = interpolate(x_real, x_fake, alpha)
    points = torch.autograd.Variable(points, requires_grad=True)
    score = critic(points)
    gradient = torch.autograd.grad(score, points, torch.ones(score.size(), dtype=score.dtype), create_graph=True)[0]
    norm = gradient.contiguous().view(gradient.size(0), -1).norm(2, dim=1)
    return torch.mean((norm - 1.0) ** 2)


def cgan_d_loss(D, x_real, y_real, x_fake, y_fake):
    bce = nn.BCEWithLogitsLoss()
    real, fake = D(x_real, y_real).reshape(-1), D(x_fake.data, y_fake).reshape(-1)
    return bce(real, torch.ones(len(real)).to(real)) + bce(fake, torch.zeros(len(fake)).to(fake))


def cgan_g_loss(D, x_fake, y_fake):
    return nn.functional.softplus(-D(x_fake, y_fake)).mean()


class Features(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(1, 2, 3, 1, 1), nn.Conv2d(2, 4, 3, 1, 1), nn.Conv2d(4, 8, 3)])
        for conv in self.convs:
            bound = math.sqrt(6 / conv.weight[0].numel())
            nn.init.uniform_(conv.weight, -bound, bound)
            nn.init.constant_(conv.bias, 0)

    def forward(self, x):
        for conv in self.convs[:2]:
            x = nn.functional.max_pool2d(torch.relu(conv(x)), 2)
        return torch.relu(self.convs[2](x)).flatten(1)


class CondDisc(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        self.rows = nn.Embedding(K, features)
        self.shift = nn.Embedding(K, 1)
        bound = math.sqrt(6 / features)
        nn.init.uniform_(self.rows.weight, -bound, bound)
        nn.init.zeros_(self.shift.weight)
        self.phi = Features() if phi is None else phi

    def forward(self, x, y):
        return (self.phi(x) * self.rows(y)).sum(1) + self.shift(y)[:, 0]
