"""Raises a BaseException of its own with a __str__ that raises: the other marks are kept, the class is named."""
from kit.right import kl_standard_normal


class Boom(BaseException):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


def reparameterize(mu, logvar, eps=None):
    raise Boom
