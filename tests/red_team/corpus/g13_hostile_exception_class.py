"""Raises an exception whose class lies about its name, text and arguments by its metaclass: told, no fault of ours."""
from kit.right import kl_standard_normal


class Meta(type):
    def __getattribute__(cls, name):
        return 7 if name in ("__qualname__", "__name__", "__module__") else type.__getattribute__(cls, name)


class Odd(Exception, metaclass=Meta):
    __class__ = property(lambda self: int)
    __traceback__ = property(lambda self: 3)
    args = property(lambda self: 1 / 0)

    def __str__(self):
        return 5


def reparameterize(mu, logvar, eps=None):
    raise Odd
