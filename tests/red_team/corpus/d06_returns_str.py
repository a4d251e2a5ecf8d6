"""reparameterize returns a string: the others are kept, 'is a text'."""
from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    return str(mu)
