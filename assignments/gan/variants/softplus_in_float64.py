"""softplus in float64, cast back; pooling before the ReLU (the same); repeated pixels; gradients asked for by name."""

import math

import torch
from torch import nn
from torch.nn.functional import softplus


def d_loss(real_logits, fake_logits):
    total = softplus(-real_logits.double()).mean() + softplus(fake_logits.double()).mean()
    return total.to(real_logits.dtype)


def g_loss_ns(fake_logits):
    return softplus(-fake_logits.double()).mean().to(fake_logits.dtype)


def g_loss_sat(fake_logits):
    return (-softplus(fake_logits.double())).mean().to(fake_logits.dtype)


def ls_d_loss(real_logits, fake_logits):
    return real_logits.sub(1).square().mean().mul(0.5) + fake_logits.square().mean().mul(0.5)


def ls_g_loss(fake_logits):
    return fake_logits.sub(1).square().mean().mul(0.5)


class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv = nn.Conv2d(a, b, kernel_size=(3, 3), padding="same")
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)

    def forward(self, x):
        return self.pool(self.conv(x)).clamp(min=0)


class DNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(1, 2), Block(2, 4))
        self.last = nn.Conv2d(4, 8, kernel_size=3)
        self.head = nn.Linear(8 * 5 * 5, 1)
        self.apply(init_weights)

    def forward(self, x):
        features = self.last(self.blocks(x)).clamp(min=0)
        return self.head(features.reshape(len(x), -1))


class GNet(nn.Module):
    def __init__(self, zdim: int = 64):
        super().__init__()
        self.zdim = zdim
        self.linear = nn.Linear(zdim, 1568)
        self.a, self.b, self.c = nn.Conv2d(32, 16, 3, padding=1), nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 1, 3, padding=1)
        self.apply(init_weights)

    @staticmethod
    def act(x):
        return torch.where(x > 0, x, 0.2 * x)

    @staticmethod
    def twice(x):
        return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)

    def forward(self, z):
        x = self.act(self.linear(z)).unflatten(1, (32, 7, 7))
        x = self.act(self.a(self.twice(x)))
        x = self.act(self.b(self.twice(x)))
        return 1 / (1 + torch.exp(-self.c(x)))


def init_weights(module):
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            fan_in = layer.in_features
        elif isinstance(layer, nn.Conv2d):
            fan_in = layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1]
        else:
            continue
        bound = math.sqrt(6 / fan_in)
        layer.weight.data = (2 * torch.rand_like(layer.weight) - 1) * bound
        if layer.bias is not None:
            layer.bias.data = torch.zeros_like(layer.bias)


def _update(network, optimizer, loss):
    parameters = list(network.parameters())
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
        parameter.grad = gradient
    optimizer.step()
    return loss.item()


def d_step(G, D, opt_d, x_real, z):
    return _update(D, opt_d, d_loss(D(x_real), D(G(z))))


def g_step(G, D, opt_g, z):
    return _update(G, opt_g, g_loss_ns(D(G(z))))


def js_divergence(p, q):
    a, b = p.double(), q.double()
    tiny = 1e-300
    m = (a + b) / 2

    def kl(one):
        return (one * (torch.log(one + tiny) - torch.log(m + tiny))).sum()

    return ((kl(a) + kl(b)) / 2).to(p.dtype)
