"""Criteria that are modules, joined batches, a pool that is a module with a buffer."""

import torch
from torch import nn

_l1 = nn.L1Loss()


class _LeastSquares(nn.Module):
    def __init__(self, target):
        super().__init__()
        self.register_buffer("target", torch.tensor(float(target)))
        self.error = nn.MSELoss()

    def forward(self, scores):
        target = self.target.to(device=scores.device, dtype=scores.dtype)
        return self.error(scores, target.expand_as(scores)).mul(0.5)


REAL, FAKE = _LeastSquares(1), _LeastSquares(0)


def cycle_loss(G, F, x, y, lam=10.0):
    return torch.stack([_l1(F(G(x)), x), _l1(G(F(y)), y)]).sum().mul(lam)


def identity_loss(G, F, x, y, lam=5.0):
    return torch.stack([_l1(G(y), y), _l1(F(x), x)]).sum().mul(lam)


def adv_g(D, fake):
    return REAL(D(fake))


def adv_d(D, real, fake):
    scores = D(torch.cat([real, fake.detach()]))
    return REAL(scores[: len(real)]) + FAKE(scores[len(real) :])


def g_total(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    fake_y, same_y = G(torch.cat([x, y])).split([len(x), len(y)])
    fake_x, same_x = F(torch.cat([y, x])).split([len(y), len(x)])
    adv = adv_g(D_Y, fake_y).add(adv_g(D_X, fake_x))
    cycle = (_l1(F(fake_y), x) + _l1(G(fake_x), y)) * lam
    identity = (_l1(same_y, y) + _l1(same_x, x)) * lam_id
    return dict(adv=adv, cycle=cycle, identity=identity, loss=adv + cycle + identity)


def d_total(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    losses = {}
    for key, D, real, make, source, pool in (("d_x", D_X, x, F, y, pool_x), ("d_y", D_Y, y, G, x, pool_y)):
        with torch.no_grad():
            fake = make(source)
        losses[key] = adv_d(D, real, pool.query(fake) if pool is not None else fake)
    return {**losses, "loss": losses["d_x"] + losses["d_y"]}


class ImagePool(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size
        self.kept = []

    @torch.no_grad()
    def query(self, x, u=None, slot=None):
        if not self.size:
            return x.clone()
        n = len(x)
        new = max(min(self.size - len(self.kept), n), 0)
        self.kept.extend(e.clone() for e in x[:new])
        answer = [e.clone() for e in x]
        u = torch.rand(n, device=x.device) if u is None else u
        slot = torch.randint(self.size, (n,), device=x.device) if slot is None else slot
        for i in range(new, n):
            if bool(u[i] < 0.5):
                k = slot[i].item()
                answer[i], self.kept[k] = self.kept[k], answer[i]
        return torch.stack(answer).to(x)
