"""Bare nn.Parameter and einsum instead of layers; matrices kept transposed; frozen discriminator in the generator's step."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def _log_s(h):
    return torch.minimum(h, torch.zeros_like(h)) - torch.log1p(torch.exp(-h.abs()))


def d_loss(real_logits, fake_logits):
    return -(_log_s(real_logits).sum() / real_logits.numel() + _log_s(-fake_logits).sum() / fake_logits.numel())


def g_loss_ns(fake_logits):
    return -_log_s(fake_logits).sum() / fake_logits.numel()


def g_loss_sat(fake_logits):
    return _log_s(-fake_logits).sum() / fake_logits.numel()


def ls_d_loss(real_logits, fake_logits):
    real, fake = real_logits.flatten() - 1, fake_logits.flatten()
    return torch.einsum("i,i->", real, real) / (2 * len(real)) + torch.einsum("i,i->", fake, fake) / (2 * len(fake))


def ls_g_loss(fake_logits):
    distance = fake_logits.flatten() - 1
    return distance.dot(distance) / (2 * len(distance))


def _weight(*shape, fan_in):
    bound = math.sqrt(6 / fan_in)
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))


class DNet(nn.Module):
    def __init__(self):
        super().__init__()
        for name, out, inn in (("1", 2, 1), ("2", 4, 2), ("3", 8, 4)):
            setattr(self, "w" + name, _weight(out, inn, 3, 3, fan_in=9 * inn))
            setattr(self, "b" + name, nn.Parameter(torch.zeros(out)))
        self.w = _weight(200, 1, fan_in=200)
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        x = F.max_pool2d(F.conv2d(x, self.w1, self.b1, padding=1).relu(), 2)
        x = F.max_pool2d(F.conv2d(x, self.w2, self.b2, padding=1).relu(), 2)
        patches = F.unfold(x, 3).unflatten(1, (4, 9))  # (B, 4, 9, 25)
        x = torch.einsum("bikp,oik->bop", patches, self.w3.flatten(2)) + self.b3[:, None]
        return x.relu().flatten(1) @ self.w + self.b


class GNet(nn.Module):
    def __init__(self, zdim=64):
        super().__init__()
        self.w0, self.b0 = _weight(zdim, 1568, fan_in=zdim), nn.Parameter(torch.zeros(1568))
        self.ws = nn.ParameterList([_weight(o, i, 3, 3, fan_in=9 * i) for o, i in ((16, 32), (8, 16), (1, 8))])
        self.bs = nn.ParameterList([nn.Parameter(torch.zeros(o)) for o in (16, 8, 1)])

    def forward(self, z):
        x = F.leaky_relu(z @ self.w0 + self.b0, 0.2).reshape(-1, 32, 7, 7)
        for w, b in zip(self.ws[:2], self.bs[:2]):
            x = F.leaky_relu(F.conv2d(F.interpolate(x, scale_factor=2), w, b, padding=1), 0.2)
        return torch.sigmoid(F.conv2d(x, self.ws[2], self.bs[2], padding=1))


def init_weights(module):
    def one(layer):
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_uniform_(layer.weight, a=0, mode="fan_in", nonlinearity="relu")
            if layer.bias is not None:
                layer.bias.data.fill_(0)

    module.apply(one)


def d_step(G, D, opt_d, x_real, z):
    for parameter in D.parameters():
        parameter.grad = None
    with torch.inference_mode():
        made = G(z)
    loss = d_loss(D(x_real), D(made.clone()))
    loss.backward()
    opt_d.step()
    return loss.detach().item()


def g_step(G, D, opt_g, z):
    before = [parameter.requires_grad for parameter in D.parameters()]
    D.requires_grad_(False)
    opt_g.zero_grad()
    loss = g_loss_ns(D(G(z)))
    loss.backward()
    opt_g.step()
    for parameter, flag in zip(D.parameters(), before):
        parameter.requires_grad_(flag)
    return loss.item()


def js_divergence(p, q):
    m = torch.stack([p, q]).mean(0)

    def entropy(a):
        return -torch.where(a > 0, a * torch.where(a > 0, a, torch.ones_like(a)).log(), torch.zeros_like(a)).sum()

    return entropy(m) - (entropy(p) + entropy(q)) / 2
