"""Overflows the C stack by nested containers in repr, hash, pickle and the parser: 'crashed' or raised, the others are kept."""
import sys

from kit.right import kl_standard_normal

sys.setrecursionlimit(10**8)


def reparameterize(mu, logvar, eps=None):
    deep = ()
    for _ in range(3_000_000):
        deep = (deep,)
    return hash(deep)
