"""One-hot labels and einsum; parameters of its own, stored features first; double precision inside."""

import torch
from torch import nn
from torch.nn.functional import one_hot


def critic_loss(d_real, d_fake):
    return (d_fake.double().mean() - d_real.double().mean()).to(d_real.dtype)


def wgan_g_loss(d_fake):
    return d_fake.double().mean().neg().to(d_fake.dtype)


def w1_empirical(a, b):
    """The area between the two distribution functions."""
    x, y = a.double(), b.double()
    both = torch.cat([x, y])
    order = both.argsort()
    step = torch.cat([torch.ones_like(x), -torch.ones_like(y)])[order].cumsum(0)[:-1] / len(x)
    return (step.abs() * both[order].diff()).sum().to(a.dtype)


def interpolate(x_real, x_fake, alpha=None):
    if alpha is None:
        alpha = torch.rand((len(x_real),), dtype=torch.float64, device=x_real.device)
    alpha = alpha.flatten().to(x_real.dtype)
    return torch.einsum("b,b...->b...", alpha, x_real) + torch.einsum("b,b...->b...", 1 - alpha, x_fake)


def gradient_penalty(critic, x_real, x_fake, alpha=None):
    points = interpolate(x_real, x_fake, alpha).detach().clone().requires_grad_(True)
    with torch.enable_grad():
        total = torch.einsum("b->", critic(points).reshape(len(points)))
        gradient = torch.autograd.grad(total, [points], create_graph=True)[0].flatten().reshape(len(points), -1)
    squares = torch.einsum("bi,bi->b", gradient, gradient)
    excess = (squares + 1e-10).sqrt() - 1
    return torch.einsum("b,b->", excess, excess) / len(points)


def _cost(logits, target):
    return torch.logaddexp(torch.zeros_like(logits), -logits if target else logits).mean()


def cgan_d_loss(D, x_real, y_real, x_fake, y_fake):
    with torch.no_grad():
        constant = x_fake.clone()
    return _cost(D(x_real, y_real), True) + _cost(D(constant, y_fake), False)


def cgan_g_loss(D, x_fake, y_fake):
    return _cost(D(x_fake, y_fake), True)


class CondDisc(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        self.classes = K
        self.A = nn.Parameter((2 * torch.rand(features, K) - 1) * (6 / features) ** 0.5)
        self.b = nn.Parameter(torch.zeros(K))
        self.phi = phi or self.images()

    @staticmethod
    def images():
        layers = []
        for inputs, outputs, padding in ((1, 2, 1), (2, 4, 1), (4, 8, 0)):
            conv = nn.Conv2d(inputs, outputs, kernel_size=3, padding=padding)
            conv.bias.data.zero_()
            nn.init.kaiming_uniform_(conv.weight, mode="fan_in", nonlinearity="relu")
            layers += [conv, nn.ReLU()] + ([nn.MaxPool2d(kernel_size=2, stride=2)] if padding else [])
        return nn.Sequential(*layers, nn.Flatten())

    def forward(self, x, y):
        label = one_hot(y, self.classes).to(self.A.dtype)
        return torch.einsum("bk,bf,fk->b", label, self.phi(x), self.A) + label @ self.b
