"""NaN, infinities, negative zero and denormals as answers: no comparison takes them for right."""
import torch


def kl_standard_normal(mu, logvar):
    return (mu * float("nan")).sum(-1)


def reparameterize(mu, logvar, eps=None):
    return mu * 0 + (float("inf") if eps is None else -0.0)
