"""A dict and a list whose iteration, items and keys are endless or lie: what they hold counts, nothing hangs."""
import itertools


class L(list):
    def __iter__(self):
        return itertools.count()

    def __len__(self):
        return 1 << 60


class D(dict):
    def items(self):
        return ((i, i) for i in itertools.count())

    keys = values = __iter__ = items


def kl_standard_normal(mu, logvar):
    return D({float("nan"): L([mu]), "<b>\x1b[1m\u202e": {True: 1, 1: 2}, b"x": 0} if False else {1e400: L([mu])})


def reparameterize(mu, logvar, eps=None):
    cycle = []
    cycle.append(cycle)
    return cycle
