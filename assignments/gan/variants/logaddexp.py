"""Hand-written formulas with logaddexp; functional layers; the two terms of the discriminator differentiated in turn."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def _minus_log_sigmoid(h):
    return torch.logaddexp(-h, torch.zeros_like(h))


def d_loss(real_logits, fake_logits):
    return _minus_log_sigmoid(real_logits).mean() + _minus_log_sigmoid(-fake_logits).mean()


def g_loss_ns(fake_logits):
    return _minus_log_sigmoid(fake_logits).mean()


def g_loss_sat(fake_logits):
    return -_minus_log_sigmoid(-fake_logits).mean()


def ls_d_loss(real_logits, fake_logits):
    real = (real_logits - torch.ones_like(real_logits)).pow(2)
    return 0.5 * torch.mean(real) + 0.5 * torch.mean(fake_logits.pow(2))


def ls_g_loss(fake_logits):
    return 0.5 * torch.mean((1 - fake_logits).pow(2))


class DNet(nn.Module):
    def __init__(self):
        super(DNet, self).__init__()
        self.out = nn.Linear(200, 1)  # not in the order of use
        self.c3 = nn.Conv2d(4, 8, 3)
        self.c2 = nn.Conv2d(2, 4, 3, 1, 1)
        self.c1 = nn.Conv2d(1, 2, 3, 1, 1)
        init_weights(self)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        x = F.relu(self.c3(x))
        return self.out(torch.flatten(x, 1))


class GNet(nn.Module):
    def __init__(self, zdim=64):
        super(GNet, self).__init__()
        self.convs = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in ((32, 16), (16, 8), (8, 1))])
        self.first = nn.Linear(zdim, 32 * 7 * 7)
        for layer in [*self.convs, self.first]:
            init_weights(layer)

    def forward(self, z):
        x = F.leaky_relu(self.first(z), 0.2).reshape(z.shape[0], 32, 7, 7)
        for conv in self.convs[:2]:
            x = F.leaky_relu(conv(F.interpolate(x, scale_factor=2, mode="nearest")), negative_slope=0.2)
        return self.convs[2](x).sigmoid()


@torch.no_grad()
def init_weights(module):
    if type(module) in (nn.Conv2d, nn.Linear):
        fan_in = module.weight[0].numel()
        bound = (6.0 / fan_in) ** 0.5
        module.weight.uniform_(-bound, bound)
        if module.bias is not None:
            module.bias.zero_()
    for child in module.children():
        init_weights(child)


def d_step(G, D, opt_d, x_real, z):
    with torch.no_grad():
        fake = G(z)
    opt_d.zero_grad()
    loss_real = _minus_log_sigmoid(D(x_real)).mean()
    loss_real.backward()
    loss_fake = _minus_log_sigmoid(-D(fake)).mean()
    loss_fake.backward()
    opt_d.step()
    return float(loss_real.detach() + loss_fake.detach())


def g_step(G, D, opt_g, z):
    loss = g_loss_ns(D(G(z)))
    opt_g.zero_grad(set_to_none=False)
    loss.backward()
    opt_g.step()
    return float(loss.detach())


def js_divergence(p, q):
    def half(a, m):
        here = a > 0
        return 0.5 * torch.sum(a[here] * torch.log(a[here] / m[here]))

    m = 0.5 * (p + q)
    return half(p, m) + half(q, m)
