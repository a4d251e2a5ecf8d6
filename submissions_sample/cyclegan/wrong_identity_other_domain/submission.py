"""CycleGAN homework"""

import random

import torch
import torch.nn.functional as nnf


def cycle_loss(G, F, x, y, lam=10.0):
    return lam * nnf.l1_loss(F(G(x)), x) + lam * nnf.l1_loss(G(F(y)), y)


def identity_loss(G, F, x, y, lam=5.0):
    return lam * (nnf.l1_loss(G(x), y) + nnf.l1_loss(F(y), x))


def adv_g(D, fake):
    scores = D(fake)
    return nnf.mse_loss(scores, torch.ones_like(scores)) / 2


def adv_d(D, real, fake):
    on_real, on_fake = D(real), D(fake.detach())
    return (nnf.mse_loss(on_real, torch.ones_like(on_real)) + nnf.mse_loss(on_fake, torch.zeros_like(on_fake))) * 0.5


def g_total(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    adv = adv_g(D_Y, G(x)) + adv_g(D_X, F(y))
    cycle = cycle_loss(G, F, x, y, lam)
    identity = identity_loss(G, F, x, y, lam_id)
    return {"loss": adv + cycle + identity, "identity": identity, "cycle": cycle, "adv": adv}


def d_total(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x, fake_y = F(y).detach(), G(x).detach()
    if pool_x:
        fake_x = pool_x.query(fake_x)
    if pool_y:
        fake_y = pool_y.query(fake_y)
    d_x, d_y = adv_d(D_X, x, fake_x), adv_d(D_Y, y, fake_y)
    return {"d_x": d_x, "d_y": d_y, "loss": d_x + d_y}


class ImagePool:
    def __init__(self, size):
        self.pool_size = size
        if self.pool_size > 0:
            self.num_imgs = 0
            self.images = []

    def query(self, x, u=None, slot=None):
        x = x.detach().clone()
        if self.pool_size == 0:
            return x
        return_images = []
        for i, image in enumerate(x):
            image = torch.unsqueeze(image, 0)
            if self.num_imgs < self.pool_size:
                self.num_imgs += 1
                self.images.append(image)
                return_images.append(image)
                continue
            p = random.uniform(0, 1) if u is None else float(u[i])
            if p < 0.5:
                random_id = random.randint(0, self.pool_size - 1) if slot is None else int(slot[i])
                tmp = self.images[random_id].clone()
                self.images[random_id] = image
                return_images.append(tmp)
            else:
                return_images.append(image)
        return torch.cat(return_images, 0)
