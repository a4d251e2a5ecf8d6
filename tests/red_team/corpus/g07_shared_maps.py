"""Takes up to 4 GB of shared anonymous memory, which no limit of data counts: stopped by the limit of address space."""
import mmap

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right

kept = []


def reparameterize(mu, logvar, eps=None):
    for _ in range(16):
        block = mmap.mmap(-1, 256 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
        for place in range(0, len(block), 1 << 20):
            block[place] = 1
        kept.append(block)
    return _right(mu, logvar, eps)
