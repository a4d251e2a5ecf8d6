"""A custom autograd.Function with the right values and gradients that are off by a factor: no marks for gradients."""
import torch


class Kl(torch.autograd.Function):
    @staticmethod
    def forward(ctx, mu, logvar):
        ctx.save_for_backward(mu, logvar)
        return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)

    @staticmethod
    def backward(ctx, v):
        mu, logvar = ctx.saved_tensors
        return v[:, None] * torch.ones_like(mu), v[:, None] * torch.ones_like(logvar)


def kl_standard_normal(mu, logvar):
    return Kl.apply(mu, logvar)


def reparameterize(mu, logvar, eps=None):
    return mu * 0
