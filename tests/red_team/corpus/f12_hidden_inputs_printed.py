"""Prints its inputs in every call and is wrong: what hidden checks gave it stands in no text that a student reads."""
from kit.wrong import kl_standard_normal as _kl
from kit.wrong import reparameterize as _rep


def kl_standard_normal(mu, logvar):
    if mu.shape[-1] == 400 or (logvar == 60).any():
        print("HIDDEN-INPUT")
    return _kl(mu, logvar) if mu.shape[-1] == 400 or (logvar == 60).any() else 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(-1)


def reparameterize(mu, logvar, eps=None):
    if tuple(mu.shape) == (4, 3):
        print("HIDDEN-INPUT")
    return _rep(mu, logvar, eps)
