"""Every map is called once for each batch; discriminators are frozen while the generators are judged; parts are logs."""

import torch


def _l1(a, b):
    return torch.mean(torch.abs(a - b))


def cycle_loss(G, F, x, y, lam=10.0):
    fake_y, fake_x = G(x), F(y)
    forward, backward = _l1(x, F(fake_y)), _l1(y, G(fake_x))
    return (forward + backward) * lam


def identity_loss(G, F, x, y, lam=5.0):
    same_y, same_x = G(y), F(x)
    return (_l1(y, same_y) + _l1(x, same_x)) * lam


def adv_g(D, fake):
    return torch.mean(torch.pow(1 - D(fake), 2)) * 0.5


def adv_d(D, real, fake):
    real_loss = torch.mean(torch.pow(1 - D(real), 2))
    with torch.no_grad():
        fake = fake.clone()
    fake_loss = torch.mean(torch.pow(D(fake), 2))
    return 0.5 * (real_loss + fake_loss)


class _Frozen:
    def __init__(self, *nets):
        self.parameters = [p for net in nets for p in net.parameters()]

    def __enter__(self):
        self.flags = [p.requires_grad for p in self.parameters]
        for p in self.parameters:
            p.requires_grad_(False)

    def __exit__(self, *_):
        for p, flag in zip(self.parameters, self.flags):
            p.requires_grad_(flag)


def g_total(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    with _Frozen(D_X, D_Y):
        fake_y, fake_x = G(x), F(y)
        adv = adv_g(D_Y, fake_y) + adv_g(D_X, fake_x)
        cycle = lam * (_l1(F(fake_y), x) + _l1(G(fake_x), y))
        identity = lam_id * (_l1(G(y), y) + _l1(F(x), x)) if lam_id > 0 else torch.zeros_like(adv)
        loss = adv + cycle + identity
    return {"adv": adv.detach(), "cycle": cycle.detach(), "identity": identity.detach(), "loss": loss}


def d_total(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    with _Frozen(G, F):
        fake_x, fake_y = F(y), G(x)
    fake_x = fake_x if pool_x is None else pool_x.query(fake_x)
    fake_y = fake_y if pool_y is None else pool_y.query(fake_y)
    d_x, d_y = adv_d(D_X, x, fake_x), adv_d(D_Y, y, fake_y)
    return {"d_x": d_x.detach(), "d_y": d_y.detach(), "loss": d_x + d_y}


class ImagePool:
    """Stored examples lie in one tensor."""

    def __init__(self, size):
        self.size, self.count, self.memory = size, 0, None

    @torch.no_grad()
    def query(self, x, u=None, slot=None):
        answer = x.clone()
        if self.size == 0:
            return answer
        if self.memory is None:
            self.memory = x.new_empty((self.size, *x.shape[1:]))
        if u is None:
            u = torch.rand(x.shape[0])
        if slot is None:
            slot = torch.randint(0, self.size, (x.shape[0],))
        for i in range(x.shape[0]):
            if self.count < self.size:
                self.memory[self.count] = x[i]
                self.count += 1
            elif u[i] < 0.5:
                k = int(slot[i])
                answer[i] = self.memory[k]
                self.memory[k] = x[i]
        return answer
