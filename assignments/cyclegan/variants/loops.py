"""Example after example, number after number; autograd.grad-free detaching by a copy; one coin drawn when it is needed."""

import torch


def _average_error(found, wanted):
    total = 0
    for a, b in zip(found, wanted):
        total = total + (a - b).abs().sum()
    return total / wanted.numel()


def _average_square(scores, target):
    total = 0
    for score in scores.reshape(-1).unbind():
        total = total + (score - target) * (score - target)
    return total / (2 * scores.numel())


def cycle_loss(G, F, x, y, lam=10.0):
    return lam * _average_error(F(G(x)), x) + lam * _average_error(G(F(y)), y)


def identity_loss(G, F, x, y, lam=5.0):
    return lam * _average_error(G(y), y) + lam * _average_error(F(x), x)


def adv_g(D, fake):
    return _average_square(D(fake), 1)


def adv_d(D, real, fake):
    constant = torch.empty_like(fake, requires_grad=False)
    with torch.no_grad():
        constant.copy_(fake)
    return _average_square(D(real), 1) + _average_square(D(constant), 0)


def g_total(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    result = {}
    result["adv"] = adv_g(D_Y, G(x)) + adv_g(D_X, F(y))
    result["cycle"] = cycle_loss(G, F, x, y, lam)
    result["identity"] = identity_loss(G, F, x, y, lam_id)
    result["loss"] = result["adv"] + result["cycle"] + result["identity"]
    return result


def d_total(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x, fake_y = F(y), G(x)
    if pool_y is not None:
        fake_y = pool_y.query(fake_y)
    if pool_x is not None:
        fake_x = pool_x.query(fake_x)
    result = {"d_x": adv_d(D_X, x, fake_x), "d_y": adv_d(D_Y, y, fake_y)}
    result["loss"] = result["d_x"] + result["d_y"]
    return result


class ImagePool:
    def __init__(self, size):
        self.size = size
        self.stored = []

    def query(self, x, u=None, slot=None):
        answer = torch.empty_like(x, requires_grad=False)
        with torch.no_grad():
            for i in range(x.shape[0]):
                if len(self.stored) < self.size:
                    self.stored.append(x[i].clone())
                    answer[i] = x[i]
                    continue
                if self.size == 0 or not (torch.rand(()) if u is None else u[i]) < 0.5:
                    answer[i] = x[i]
                    continue
                place = torch.randint(self.size, ()) if slot is None else slot[i]
                answer[i] = self.stored[place]
                self.stored[place] = x[i].clone()
        return answer
