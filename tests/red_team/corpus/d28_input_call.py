"""Calls input() in reparameterize: the others are kept, EOFError is shown, no hang."""
from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    input("scale? ")
    return _right(mu, logvar, eps)
