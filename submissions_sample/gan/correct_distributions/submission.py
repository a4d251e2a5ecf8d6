"""Correct: torch.distributions for likelihoods, divergences and the first weights; no detach: G's extra gradient is zeroed later."""

import torch
from torch import nn
from torch.distributions import Bernoulli, Categorical, Uniform, kl_divergence


def d_loss(real_logits, fake_logits):
    real = Bernoulli(logits=real_logits).log_prob(torch.ones_like(real_logits))
    fake = Bernoulli(logits=fake_logits).log_prob(torch.zeros_like(fake_logits))
    return -real.mean() - fake.mean()


def g_loss_ns(fake_logits):
    return -Bernoulli(logits=fake_logits).log_prob(torch.ones_like(fake_logits)).mean()


def g_loss_sat(fake_logits):
    return Bernoulli(logits=fake_logits).log_prob(torch.zeros_like(fake_logits)).mean()


_mse = nn.MSELoss()


def ls_d_loss(real_logits, fake_logits):
    return (_mse(real_logits, torch.ones_like(real_logits)) + _mse(fake_logits, torch.zeros_like(fake_logits))) / 2


def ls_g_loss(fake_logits):
    return _mse(fake_logits, torch.ones_like(fake_logits)) / 2


def init_weights(module):
    for layer in [m for m in module.modules() if isinstance(m, (nn.Linear, nn.Conv2d))]:
        bound = (6 / layer.weight[0].numel()) ** 0.5
        with torch.no_grad():
            layer.weight.copy_(Uniform(-bound, bound).sample(layer.weight.shape))
            if layer.bias is not None:
                layer.bias.mul_(0)
    return module


def DNet():
    return init_weights(
        nn.Sequential(
            nn.ZeroPad2d(1), nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.ZeroPad2d(1), nn.Conv2d(2, 4, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(7),
            nn.Conv2d(4, 8, 3), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(200, 1),
        )
    )


class GNet(nn.Sequential):
    def __init__(self, zdim=64):
        super().__init__(
            nn.Linear(zdim, 1568), nn.LeakyReLU(0.2, inplace=True), nn.Unflatten(-1, (32, 7, 7)),
            nn.UpsamplingNearest2d(scale_factor=2), nn.Conv2d(32, 16, 3, padding=1), nn.LeakyReLU(0.2, inplace=True),
            nn.UpsamplingNearest2d(scale_factor=2), nn.Conv2d(16, 8, 3, padding=1), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid(),
        )
        init_weights(self)


def d_step(G, D, opt_d, x_real, z):
    opt_d.zero_grad()
    loss = d_loss(D(x_real), D(G(z)))
    loss.backward()
    opt_d.step()
    return loss.item()


def g_step(G, D, opt_g, z):
    opt_g.zero_grad()
    D.zero_grad()
    loss = g_loss_ns(D(G(z)))
    loss.backward()
    opt_g.step()
    D.zero_grad()
    return loss.item()


def js_divergence(p, q):
    there = (p + q) > 0
    p, q = p[there], q[there]
    m = Categorical(probs=(p + q) / 2)
    return 0.5 * (kl_divergence(Categorical(probs=p), m) + kl_divergence(Categorical(probs=q), m))
