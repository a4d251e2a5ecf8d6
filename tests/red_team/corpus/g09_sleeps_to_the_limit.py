"""Sleeps 0.19 s in every call, which stays below the limit of one call but not of a check: 'did not end', others kept."""
import time

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    time.sleep(0.19)
    return _right(mu, logvar, eps)
