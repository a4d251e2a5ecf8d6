"""One pass for real and fake samples together, weighted labels; closures; xlogy."""

import torch
import torch.nn.functional as F
from torch import nn


def d_loss(real_logits, fake_logits):
    logits = torch.cat([real_logits.reshape(-1), fake_logits.reshape(-1)])
    labels, weights = torch.zeros_like(logits), torch.full_like(logits, 1 / fake_logits.numel())
    labels[: real_logits.numel()] = 1
    weights[: real_logits.numel()] = 1 / real_logits.numel()
    return nn.BCEWithLogitsLoss(weight=weights, reduction="sum")(logits, labels)


def g_loss_ns(fake_logits):
    return nn.BCEWithLogitsLoss()(fake_logits, torch.ones_like(fake_logits))


def g_loss_sat(fake_logits):
    return F.logsigmoid(-fake_logits).mean()


def ls_d_loss(real_logits, fake_logits):
    return 0.5 * F.mse_loss(real_logits, real_logits.new_ones(real_logits.shape)) + 0.5 * fake_logits.pow(2).mean()


def ls_g_loss(fake_logits):
    return 0.5 * F.mse_loss(fake_logits, torch.ones(fake_logits.shape, dtype=fake_logits.dtype, device=fake_logits.device))


def init_weights(module):
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        torch.nn.init.kaiming_uniform_(module.weight.data, nonlinearity="relu")
        if module.bias is not None:
            module.bias.data.zero_()
    else:
        for child in module.children():
            init_weights(child)


class DNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 4, 3, padding=1)
        self.conv3, self.linear = nn.Conv2d(4, 8, 3), nn.Linear(200, 1)
        self.pool = nn.MaxPool2d(2)
        for layer in self.children():
            init_weights(layer)

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = self.pool(torch.relu(layer(x)))
        return self.linear(torch.relu(self.conv3(x)).view(x.size(0), -1))


class GNet(nn.Module):
    def __init__(self, zdim=64):
        super().__init__()
        self.project = nn.Sequential(nn.Linear(zdim, 1568), nn.LeakyReLU(0.2))
        self.draw = nn.Sequential(
            nn.Upsample(size=(14, 14)), nn.Conv2d(32, 16, 3, padding=1), nn.LeakyReLU(0.2),
            nn.Upsample(size=(28, 28)), nn.Conv2d(16, 8, 3, padding=1), nn.LeakyReLU(0.2),
            nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid(),
        )
        self.project.apply(init_weights)
        self.draw.apply(init_weights)

    def forward(self, z):
        return self.draw(self.project(z).view(z.size(0), 32, 7, 7))


def d_step(G, D, opt_d, x_real, z):
    x_fake = G(z).data

    def closure():
        opt_d.zero_grad()
        logits = D(torch.cat([x_real, x_fake]))
        loss = d_loss(logits[: len(x_real)], logits[len(x_real) :])
        loss.backward(retain_graph=True)
        return loss

    return opt_d.step(closure).item()


def g_step(G, D, opt_g, z):
    def closure():
        opt_g.zero_grad()
        loss = g_loss_ns(D(G(z)))
        loss.backward()
        return loss

    return opt_g.step(closure).item()


def js_divergence(p, q):
    m = 0.5 * (p + q)
    return 0.5 * (torch.xlogy(p, p) + torch.xlogy(q, q)).sum() - torch.xlogy(m, m).sum()
