"""Raises from a recursion of 200 000 Python frames of lambdas with long names: told in a few lines, no hang."""
import sys

from kit.right import kl_standard_normal

sys.setrecursionlimit(10**6)


def reparameterize(mu, logvar, eps=None, depth=0):
    if depth > 200_000:
        raise ValueError("deep enough")
    return reparameterize(mu, logvar, eps, depth + 1)
