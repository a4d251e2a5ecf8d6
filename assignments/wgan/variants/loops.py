"""Loops over the examples wherever the handout allows them; nothing in place."""

import torch
from torch import nn
from torch.nn.functional import logsigmoid


def critic_loss(d_real, d_fake):
    total_real, total_fake = 0, 0
    for score in d_real.reshape(-1):
        total_real = total_real + score
    for score in d_fake.reshape(-1):
        total_fake = total_fake + score
    return total_fake / len(d_fake) - total_real / len(d_real)


def wgan_g_loss(d_fake):
    return -torch.stack([score.reshape(()) for score in d_fake]).mean()


def w1_empirical(a, b):
    gaps = [(a[i] - b[j]).abs() for i, j in zip(a.argsort().tolist(), b.argsort().tolist())]
    return torch.stack(gaps).mean()


def interpolate(x_real, x_fake, alpha=None):
    points = []
    for i in range(len(x_real)):
        weight = torch.rand((), dtype=x_real.dtype, device=x_real.device) if alpha is None else alpha[i].reshape(())
        points.append(weight * x_real[i] + (1 - weight) * x_fake[i])
    return torch.stack(points)


def gradient_penalty(critic, x_real, x_fake, alpha=None):
    points = interpolate(x_real, x_fake, alpha).detach().requires_grad_()
    scores = list(critic(points))
    (slopes,) = torch.autograd.grad(scores, points, [torch.ones_like(score) for score in scores], create_graph=True)
    return sum((slope.norm() - 1) ** 2 for slope in slopes) / len(slopes)


def cgan_d_loss(D, x_real, y_real, x_fake, y_fake):
    real = [-logsigmoid(D(x_real[i : i + 1], y_real[i : i + 1])).squeeze() for i in range(len(x_real))]
    fake = [-logsigmoid(-D(x_fake[i : i + 1].detach(), y_fake[i : i + 1])).squeeze() for i in range(len(x_fake))]
    return sum(real) / len(real) + sum(fake) / len(fake)


def cgan_g_loss(D, x_fake, y_fake):
    costs = [-logsigmoid(D(x_fake[i : i + 1], y_fake[i : i + 1])).squeeze() for i in range(len(x_fake))]
    return sum(costs) / len(costs)


class CondDisc(nn.Module):
    """One linear map for each class."""

    def __init__(self, K, phi=None, features=200):
        super().__init__()
        self.phi = phi
        if phi is None:
            self.phi = nn.Sequential()
            for name, layer in (
                ("conv1", nn.Conv2d(1, 2, 3, padding="same")),
                ("relu1", nn.ReLU()),
                ("pool1", nn.MaxPool2d(2, 2)),
                ("conv2", nn.Conv2d(2, 4, 3, padding="same")),
                ("relu2", nn.ReLU()),
                ("pool2", nn.MaxPool2d(2, 2)),
                ("conv3", nn.Conv2d(4, 8, 3)),
                ("relu3", nn.ReLU()),
                ("flat", nn.Flatten()),
            ):
                self.phi.add_module(name, layer)
                if hasattr(layer, "weight"):
                    self.start(layer)
        self.final = nn.Linear(features, K)
        self.start(self.final)

    @staticmethod
    def start(layer):
        nn.init.kaiming_uniform_(layer.weight, a=0)
        nn.init.zeros_(layer.bias)

    def forward(self, x, y):
        features = self.phi(x)
        return torch.stack([self.final(features[i])[int(y[i])] for i in range(len(y))])
