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
    raise NotImplementedError


def cgan_d_loss(D, x_real, y_real, x_fake, y_fake):
    real = D(x_real, y_real)
    fake = D(x_fake.detach(), y_fake)
    real_loss = F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
    fake_loss = F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    return real_loss + fake_loss


def cgan_g_loss(D, x_fake, y_fake):
    fake = D(x_fake, y_fake)
    return F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


class CondDisc(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        raise NotImplementedError

    def forward(self, x, y):
        raise NotImplementedError
