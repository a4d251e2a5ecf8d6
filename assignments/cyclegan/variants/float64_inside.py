"""Averages in float64, cast back; noise by a generator of its own and by NumPy; a pool that is a dict."""

import numpy as np
import torch


def _mean(values):
    return values.double().mean()


def cycle_loss(G, F, x, y, lam=10.0):
    return (lam * (_mean((F(G(x)) - x).abs()) + _mean((G(F(y)) - y).abs()))).to(x.dtype)


def identity_loss(G, F, x, y, lam=5.0):
    return (lam * (_mean((G(y) - y).abs()) + _mean((F(x) - x).abs()))).to(x.dtype)


def adv_g(D, fake):
    return (_mean((D(fake) - 1) ** 2) / 2).to(fake.dtype)


def adv_d(D, real, fake):
    return (_mean((D(real) - 1) ** 2) / 2 + _mean(D(fake.data) ** 2) / 2).to(real.dtype)


def g_total(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    parts = {
        "adv": adv_g(D_X, F(y)) + adv_g(D_Y, G(x)),
        "cycle": cycle_loss(G, F, x, y, lam=lam),
        "identity": identity_loss(G, F, x, y, lam=lam_id),
    }
    return {**parts, "loss": sum(parts.values())}


def d_total(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    def ask(pool, fakes):
        return fakes if pool is None else pool.query(fakes)

    with torch.no_grad():
        fake_y, fake_x = ask(pool_y, G(x)), ask(pool_x, F(y))
    parts = {"d_x": adv_d(D_X, x, fake_x), "d_y": adv_d(D_Y, y, fake_y)}
    parts["loss"] = parts["d_x"] + parts["d_y"]
    return parts


class ImagePool:
    def __init__(self, size):
        self.size = size
        self.places = {}
        self.random = np.random.default_rng()
        self.generator = torch.Generator()
        self.generator.seed()

    def query(self, x, u=None, slot=None):
        coins = torch.rand(len(x), generator=self.generator).tolist() if u is None else u.tolist()
        slots = self.random.integers(0, max(self.size, 1), len(x)) if slot is None else slot.tolist()
        answer = []
        for example, coin, place in zip(x.detach().clone(), coins, slots):
            if len(self.places) < self.size:
                self.places[len(self.places)] = example
                answer.append(example)
            elif coin < 0.5 and self.size > 0:
                answer.append(self.places[int(place)])
                self.places[int(place)] = example
            else:
                answer.append(example)
        return torch.stack(answer)
