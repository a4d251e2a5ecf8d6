"""Python loops over examples and outcomes; a generator of its own for the first weights; layers made in a loop."""

import math

import torch
from torch import nn

_source = torch.Generator()
_source.seed()


def _one(h):  # -log s(h), stable
    return torch.log1p(torch.exp(-h)) if float(h.detach()) > 0 else torch.log1p(torch.exp(h)) - h


def d_loss(real_logits, fake_logits):
    real = sum(_one(h) for h in real_logits.reshape(-1)) / real_logits.shape[0]
    fake = sum(_one(-h) for h in fake_logits.reshape(-1)) / fake_logits.shape[0]
    return real + fake


def g_loss_ns(fake_logits):
    return torch.stack([_one(h) for h in fake_logits.reshape(-1)]).mean()


def g_loss_sat(fake_logits):
    return -torch.stack([_one(-h) for h in fake_logits.reshape(-1)]).mean()


def ls_d_loss(real_logits, fake_logits):
    real = sum((h - 1) ** 2 for h in real_logits.reshape(-1)) / (2 * len(real_logits))
    return real + sum(h**2 for h in fake_logits.reshape(-1)) / (2 * len(fake_logits))


def ls_g_loss(fake_logits):
    return sum((h - 1) ** 2 for h in fake_logits.reshape(-1)) / (2 * len(fake_logits))


class DNet(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for a, b in ((1, 2), (2, 4)):
            layers += [nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        layers += [nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Flatten()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(8, 1, 5)  # a linear map of 8 x 5 x 5 features
        init_weights(self)

    def forward(self, x):
        return torch.cat([self.head(self.body(one[None]).reshape(1, 8, 5, 5)).reshape(1, 1) for one in x])


class GNet(nn.Module):
    def __init__(self, zdim=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(zdim, 1568), nn.LeakyReLU(0.2), nn.Unflatten(1, (32, 7, 7)))
        for n, (a, b) in enumerate(((32, 16), (16, 8))):
            self.body.add_module(f"up{n}", nn.Upsample(scale_factor=2))
            self.body.add_module(f"conv{n}", nn.Conv2d(a, b, 3, padding=1))
            self.body.add_module(f"act{n}", nn.LeakyReLU(0.2))
        self.tail = nn.Sequential(nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid())
        init_weights(self)

    def forward(self, z):
        return self.tail(self.body(z))


def init_weights(module):
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            bound = math.sqrt(6 / layer.weight[0].numel())
            drawn = torch.rand(layer.weight.shape, generator=_source).to(layer.weight.device)
            with torch.no_grad():
                layer.weight.copy_(bound * (2 * drawn - 1))
                if layer.bias is not None:
                    layer.bias.zero_()


def d_step(G, D, opt_d, x_real, z):
    for group in opt_d.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    fake = torch.cat([G(one[None]) for one in z]).detach()
    loss = d_loss(D(x_real), D(fake))
    loss.backward()
    opt_d.step()
    return float(loss)


def g_step(G, D, opt_g, z):
    opt_g.zero_grad()
    loss = g_loss_ns(D(torch.cat([G(one[None]) for one in z])))
    loss.backward(inputs=list(G.parameters()))
    opt_g.step()
    return float(loss)


def js_divergence(p, q):
    total = (p * 0).sum()
    for a, b in zip(p, q):
        m = (a + b) / 2
        if a > 0:
            total = total + 0.5 * a * torch.log(a / m)
        if b > 0:
            total = total + 0.5 * b * torch.log(b / m)
    return total
