"""einsum, broadcasting and small lambdas; classes outermost in the semi-supervised part."""

import math

import torch
from torch import nn
from torch.nn import functional as F

LOG_2PI = math.log(2 * math.pi)
half_square = lambda v: 0.5 * torch.einsum("...i,...i->...", v, v)
kl_normal = lambda mu, logvar: half_square(mu) + 0.5 * (torch.expm1(logvar) - logvar).sum(-1)
log_p_x = lambda x, logits: torch.where(x > 0.5, F.logsigmoid(logits), F.logsigmoid(-logits)).sum(-1)


def log_normal(z, mu, var):
    return -half_square((z - mu) * var.rsqrt()) - 0.5 * var.log().sum(-1) - 0.5 * z.shape[-1] * LOG_2PI


def log_mean_exp(x, dim):
    x = x.movedim(dim, 0)
    out = x[0]
    for row in x[1:]:
        out = torch.logaddexp(out, row)
    return out - math.log(len(x))


def log_normal_mixture(z, m, v):
    m, v = m.expand(len(z), -1, -1), v.expand(len(z), -1, -1)
    log_weight = torch.full(m.shape[:2], -math.log(m.shape[1]), dtype=m.dtype)
    return torch.logsumexp(log_weight + log_normal(z[:, None], m, v), dim=1)


def gmvae_kl_mc(z, mu, var, m, v):
    # the constant of both densities cancels
    q = -half_square((z - mu) / var.sqrt()) - 0.5 * var.log().sum(-1)
    p = torch.logsumexp(-half_square((z[:, None] - m) / v.sqrt()) - 0.5 * v.log().sum(-1), 1) - math.log(m.shape[1])
    return q - p


def log_weights(x, z, mu, var, decode):
    ratio = half_square((z - mu) / var.sqrt()) - half_square(z) + 0.5 * var.log().sum(-1)
    return log_p_x(x[None], decode(z)) + ratio


def iwae(log_w):
    return log_w.T.logsumexp(1).sub(math.log(log_w.shape[0]))


def beta_elbo(x, logits, mu, logvar, beta):
    return torch.sub(log_p_x(x, logits), kl_normal(mu, logvar), alpha=beta)


class CVAE(nn.Module):
    def __init__(self, data, latent, classes):
        super().__init__()
        self.register_buffer("eye", torch.eye(classes))
        sizes = lambda i, o: nn.ModuleList([nn.Linear(i, 96), nn.Linear(96, 96), nn.Linear(96, o)])
        self.enc = sizes(data + classes, 2 * latent)
        self.dec = sizes(latent + classes, data)
        for layer in (self.enc[-1], self.dec[-1]):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def run(self, layers, h):
        for layer in layers[:-1]:
            h = F.leaky_relu(layer(h), 0.1)
        return layers[-1](h)

    def forward(self, x, y, eps=None):
        label = self.eye[y].to(x.dtype)
        mu, logvar = self.run(self.enc, torch.cat((label, x), -1)).chunk(2, -1)
        eps = torch.randn(*mu.shape, dtype=mu.dtype, device=mu.device).neg() if eps is None else eps
        return self.run(self.dec, torch.cat((label, mu + (0.5 * logvar).exp() * eps), -1)), mu, logvar


def kl_cat(q, log_q, log_p):
    log_q = torch.where(q == 0, torch.zeros_like(q), log_q)
    return torch.einsum("bk,bk->b", q, log_q) - torch.einsum("bk,bk->b", q, log_p.expand(q.shape))


def ssvae_terms(x, q_y, enc, dec, eps):
    B, K = q_y.shape
    y = torch.eye(K, dtype=x.dtype).repeat_interleave(B, 0)  # all examples of the first class, then of the second
    rows = x.repeat(K, 1)
    mu, logvar = enc(rows, y)
    z = torch.addcmul(mu, (0.5 * logvar).exp(), eps.transpose(0, 1).reshape(K * B, -1))
    rec = -log_p_x(rows, dec(z, y)).reshape(K, B)
    kl_z = kl_normal(mu, logvar).reshape(K, B)
    weigh = lambda cost: torch.einsum("bk,kb->b", q_y, cost)
    tiny = torch.finfo(q_y.dtype).tiny
    log_q = (q_y + (q_y == 0) * tiny).log()
    return kl_cat(q_y, log_q, torch.full((K,), -math.log(K), dtype=q_y.dtype)), weigh(kl_z), weigh(rec)
