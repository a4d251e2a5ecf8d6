"""Raises cyclic causes, nested groups and a message of 50 MB, in turn over the calls: a short text each time."""
import random

from kit.right import kl_standard_normal

random.seed()


def cyclic():
    a, b = ValueError("a"), ValueError("b")
    a.__cause__, b.__cause__ = b, a
    return a


def nested():
    group = ValueError("inner")
    for depth in range(900):
        group = ExceptionGroup(f"level {depth}", [group]) if "ExceptionGroup" in dir(__builtins__) else group
    return group


def huge():
    return ValueError("\u202e\x1b[31m" * 10_000_000)


def reparameterize(mu, logvar, eps=None):
    raise random.choice((cyclic, nested, huge))()
