"""Writes up to 1 GB to its folder and to /tmp in reparameterize, then answers right: stopped by the limit of file sizes."""
from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    for path in ("fill.bin", "/tmp/fill.bin"):
        with open(path, "wb") as file:
            for _ in range(512):
                file.write(b"x" * (1 << 20))
    return _right(mu, logvar, eps)
