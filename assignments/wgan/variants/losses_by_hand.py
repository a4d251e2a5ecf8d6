"""Plain formulas; norms by square roots with a small epsilon; gather for the label."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def critic_loss(d_real, d_fake):
    return -(torch.mean(d_real) - torch.mean(d_fake))


def wgan_g_loss(d_fake):
    return torch.mean(-d_fake)


def w1_empirical(a, b):
    a_sorted, _ = torch.sort(a)
    b_sorted, _ = torch.sort(b)
    return torch.mean(torch.abs(a_sorted - b_sorted))


def interpolate(x_real, x_fake, alpha=None):
    if alpha is None:
        alpha = torch.rand(x_real.shape[0], device=x_real.device, dtype=x_real.dtype)
    alpha = alpha.view(-1, *([1] * (x_real.dim() - 1)))
    return alpha * x_real + (1 - alpha) * x_fake


def gradient_penalty(critic, x_real, x_fake, alpha=None):
    x_hat = interpolate(x_real.detach(), x_fake.detach(), alpha).detach()
    x_hat.requires_grad_(True)
    d_hat = critic(x_hat)
    grads = torch.autograd.grad(
        outputs=d_hat,
        inputs=x_hat,
        grad_outputs=torch.ones_like(d_hat),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    grads = grads.reshape(grads.size(0), -1)
    norm = torch.sqrt(torch.sum(grads**2, dim=1) + 1e-12)
    return ((norm - 1) ** 2).mean()


def cgan_d_loss(D, x_real, y_real, x_fake, y_fake):
    real = D(x_real, y_real)
    fake = D(x_fake, y_fake)
    real_loss = F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
    fake_loss = F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    return real_loss + fake_loss


def cgan_g_loss(D, x_fake, y_fake):
    fake = D(x_fake, y_fake)
    return F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def reset(layer):
    if isinstance(layer, (nn.Linear, nn.Conv2d)):
        nn.init.kaiming_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)


class CondDisc(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        if phi is None:
            phi = nn.Sequential(
                nn.Conv2d(1, 2, 3, padding=1),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(2, 4, 3, padding=1),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(4, 8, 3),
                nn.ReLU(),
                nn.Flatten(),
            )
            phi.apply(reset)
        self.phi = phi
        self.fc = nn.Linear(features, K)
        self.fc.apply(reset)

    def forward(self, x, y):
        out = self.fc(self.phi(x))
        return torch.gather(out, 1, y[:, None])[:, 0]
