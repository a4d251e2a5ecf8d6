"""Wrong: real samples have label 0; every step is built on that."""

import torch
import torch.nn.functional as F
from torch import nn


def d_loss(real_logits, fake_logits):
    real = F.binary_cross_entropy_with_logits(real_logits, torch.zeros_like(real_logits))
    fake = F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))
    return real + fake


def g_loss_ns(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


def g_loss_sat(fake_logits):
    return -F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


def ls_d_loss(real_logits, fake_logits):
    return ((real_logits - 1) ** 2).mean() / 2 + (fake_logits**2).mean() / 2


def ls_g_loss(fake_logits):
    return ((fake_logits - 1) ** 2).mean() / 2


class DNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(200, 1),
        )
        self.apply(init_weights)

    def forward(self, x):
        return self.net(x)


class GNet(nn.Module):
    def __init__(self, zdim=64):
        super().__init__()
        self.fc = nn.Linear(zdim, 1568)
        self.conv1 = nn.Conv2d(32, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 8, 3, padding=1)
        self.conv3 = nn.Conv2d(8, 1, 3, padding=1)
        self.up = nn.Upsample(scale_factor=2)
        self.act = nn.LeakyReLU(0.2)
        self.apply(init_weights)

    def forward(self, z):
        x = self.act(self.fc(z)).view(-1, 32, 7, 7)
        x = self.act(self.conv1(self.up(x)))
        x = self.act(self.conv2(self.up(x)))
        return torch.sigmoid(self.conv3(x))


def init_weights(module):
    for m in module.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_uniform_(m.weight)
            if m.bias is not None:
                nn.init.constant_(m.bias, 0)


def d_step(G, D, opt_d, x_real, z):
    opt_d.zero_grad()
    loss = d_loss(D(x_real), D(G(z).detach()))
    loss.backward()
    opt_d.step()
    return loss.item()


def g_step(G, D, opt_g, z):
    opt_g.zero_grad()
    loss = g_loss_ns(D(G(z)))
    loss.backward()
    opt_g.step()
    return loss.item()


def js_divergence(p, q):
    m = (p + q) / 2
    return 0.5 * (F.kl_div(m.log().nan_to_num(neginf=0.0), p, reduction="sum") + F.kl_div(m.log().nan_to_num(neginf=0.0), q, reduction="sum"))
