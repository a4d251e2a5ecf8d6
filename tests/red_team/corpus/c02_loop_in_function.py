"""Endless loop in reparameterize, kl_standard_normal right: its marks are kept, the rest 'did not end'."""
from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    while True:
        pass
