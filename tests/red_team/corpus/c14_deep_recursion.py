"""Recursion without end through C code, with the limit raised to 10**9: the others are kept, 'crashed'."""
import sys

from kit.right import kl_standard_normal

sys.setrecursionlimit(10**9)


class N:
    def __getattr__(self, k):
        return getattr(self, k)


def reparameterize(mu, logvar, eps=None):
    return N().x
