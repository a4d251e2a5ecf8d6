"""Norms, inner products and factors multiplied out; coins by Bernoulli draws; a class for each domain."""

import torch
from torch.distributions import Bernoulli, Categorical


def _l1(a, b):
    return torch.linalg.vector_norm(a - b, ord=1) / a.numel()


def _half_mse(scores, target):
    off = torch.flatten(scores) - target
    return torch.dot(off, off) / (2 * off.numel())


def cycle_loss(G, F, x, y, lam=10.0):
    return lam * (_l1(F(G(x)), x) + _l1(G(F(y)), y))


def identity_loss(G, F, x, y, lam=5.0):
    return lam * (_l1(F(x), x) + _l1(G(y), y))


def adv_g(D, fake):
    return _half_mse(D(fake), 1.0)


def adv_d(D, real, fake):
    # mean((s - 1)^2) / 2 = mean(s^2) / 2 - mean(s) + 1/2
    s = D(real)
    return s.square().mean() / 2 - s.mean() + 0.5 + _half_mse(D(fake.detach()), 0.0)


class _Side:
    """One domain: its real examples, the map into it with the examples it starts from, and its discriminator."""

    def __init__(self, D, real, into, source):
        self.D, self.real, self.into, self.source = D, real, into, source

    @property
    def fake(self):
        return self.into(self.source)

    def judged(self, pool):
        fake = self.fake.detach()
        return adv_d(self.D, self.real, fake if pool is None else pool.query(fake))


def g_total(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    sides = _Side(D_X, x, F, y), _Side(D_Y, y, G, x)
    adv = sum(adv_g(side.D, side.fake) for side in sides)
    identity = lam_id * sum(_l1(side.into(side.real), side.real) for side in sides)
    cycle = cycle_loss(G, F, x, y, lam)
    return {"adv": adv, "cycle": cycle, "identity": identity, "loss": adv + cycle + identity}


def d_total(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    d_x, d_y = _Side(D_X, x, F, y).judged(pool_x), _Side(D_Y, y, G, x).judged(pool_y)
    return {"d_x": d_x, "d_y": d_y, "loss": torch.add(d_x, d_y)}


class ImagePool:
    def __init__(self, size):
        self.size, self.stored = size, []

    def query(self, x, u=None, slot=None):
        x = x.detach()
        if self.size == 0:
            return x
        n = len(x)
        change = Bernoulli(0.5).sample((n,)).bool() if u is None else u < 0.5
        slot = Categorical(torch.ones(self.size)).sample((n,)) if slot is None else slot
        out = []
        for example, swap, place in zip(x, change, slot):
            if len(self.stored) == self.size and swap:
                out.append(self.stored[place])
                self.stored[place] = example.clone()
            else:
                out.append(example)
                if len(self.stored) < self.size:
                    self.stored.append(example.clone())
        return torch.stack(out)
