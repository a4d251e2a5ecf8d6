"""Written-out norms and log-sigmoids; a mask picks the label; the mean score, scaled back."""

import torch
from torch import Tensor, nn


def critic_loss(d_real: Tensor, d_fake: Tensor) -> Tensor:
    wasserstein_estimate = d_real.mean() - d_fake.mean()
    return wasserstein_estimate.neg()


def wgan_g_loss(d_fake: Tensor) -> Tensor:
    return d_fake.mean() * -1


def w1_empirical(a: Tensor, b: Tensor) -> Tensor:
    gap = a.topk(len(a)).values - b.topk(len(b)).values
    return torch.where(gap > 0, gap, -gap).mean()


def interpolate(x_real: Tensor, x_fake: Tensor, alpha: Tensor | None = None) -> Tensor:
    if alpha is None:
        alpha = torch.rand_like(x_real.detach().reshape(len(x_real), -1)[:, 0])
    alpha = alpha.reshape([-1] + [1] * (len(x_real.shape) - 1))
    return x_real * alpha + x_fake - x_fake * alpha


def gradient_penalty(critic, x_real: Tensor, x_fake: Tensor, alpha: Tensor | None = None) -> Tensor:
    x = interpolate(x_real.data, x_fake.data, alpha if alpha is None else alpha.data)
    x.requires_grad = True
    out = critic(x)
    (g,) = torch.autograd.grad(outputs=[out.mean()], inputs=[x], create_graph=True)
    g = g * len(x)
    norm = torch.linalg.norm(g.reshape(len(x), -1), ord=2, dim=1)
    return (norm**2 - 2 * norm + 1).mean()


def log_sigmoid(h: Tensor) -> Tensor:
    return h.clamp(max=0) - torch.log1p(torch.exp(-h.abs()))


def cgan_d_loss(D, x_real, y_real, x_fake, y_fake):
    loss_real = log_sigmoid(D(x_real, y_real))
    loss_fake = log_sigmoid(D(x_fake.detach(), y_fake).neg())
    return -(loss_real.mean() + loss_fake.mean())


def cgan_g_loss(D, x_fake, y_fake):
    return -log_sigmoid(D(x_fake, y_fake)).mean()


class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 8, 3)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        x = self.pool(self.conv1(x).relu())
        x = self.pool(self.conv2(x).relu())
        return self.conv3(x).relu().reshape(len(x), -1)


class CondDisc(nn.Module):
    def __init__(self, K: int, phi: nn.Module | None = None, features: int = 200):
        nn.Module.__init__(self)
        self.register_buffer("classes", torch.arange(K))
        self.weight = nn.Parameter(torch.empty(K, features))
        self.bias = nn.Parameter(torch.zeros(K, 1))
        torch.nn.init.kaiming_uniform_(self.weight)
        if phi is None:
            phi = Convolutions()
            for name, parameter in phi.named_parameters():
                torch.nn.init.zeros_(parameter) if name.endswith("bias") else torch.nn.init.kaiming_uniform_(parameter)
        self.phi = phi

    def forward(self, x, y):
        mask = y[:, None] == self.classes
        return torch.where(mask, self.phi(x) @ self.weight.T + self.bias[:, 0], 0.0).sum(1)
