"""torch.distributions wherever possible."""

import torch
from torch import nn
from torch.distributions import Bernoulli, Categorical, Independent, MixtureSameFamily, Normal, kl_divergence


def normal(mu, var):
    return Independent(Normal(mu, var.sqrt(), validate_args=False), 1)


def bernoulli(logits):
    return Independent(Bernoulli(logits=logits), 1)


def prior(like):
    return Independent(Normal(torch.zeros_like(like), torch.ones_like(like)), 1)


def kl_to_prior(mu, logvar):
    return kl_divergence(normal(mu, logvar.exp()), prior(mu))


def log_mean_exp(x, dim):
    n = torch.tensor(x.shape[dim], dtype=x.dtype)
    return (x - n.log()).logsumexp(dim)


def log_normal_mixture(z, m, v):
    m, v = torch.broadcast_tensors(m, v)
    weights = Categorical(logits=torch.zeros(m.shape[:2], dtype=m.dtype))
    return MixtureSameFamily(weights, normal(m, v)).log_prob(z)


def gmvae_kl_mc(z, mu, var, m, v):
    return normal(mu, var).log_prob(z) - log_normal_mixture(z, m, v)


def log_weights(x, z, mu, var, decode):
    return bernoulli(decode(z)).log_prob(x) + prior(z).log_prob(z) - normal(mu, var).log_prob(z)


def iwae(log_w):
    return log_mean_exp(log_w, 0)


def beta_elbo(x, logits, mu, logvar, beta):
    likelihood = bernoulli(logits).log_prob(x)
    return likelihood - beta * kl_to_prior(mu, logvar)


class CVAE(nn.Module):
    def __init__(self, data, latent, classes):
        super().__init__()
        self.embed_x = nn.Embedding(classes, 16)
        self.embed_z = nn.Embedding(classes, 16)
        self.encoder = nn.Sequential(nn.Linear(data + 16, 128), nn.SiLU(), nn.Linear(128, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent + 16, 128), nn.SiLU(), nn.Linear(128, data))

    def posterior(self, x, y):
        return self.encoder(torch.hstack([x, self.embed_x(y)])).tensor_split(2, -1)

    def forward(self, x, y, eps=None):
        mu, logvar = self.posterior(x, y)
        sigma = (logvar / 2).exp()
        z = Normal(mu, sigma).rsample() if eps is None else torch.addcmul(mu, sigma, eps)
        return self.decoder(torch.hstack([z, self.embed_z(y)])), mu, logvar


def kl_cat(q, log_q, log_p):
    return (q * (log_q - log_p).masked_fill(q == 0, 0.0)).sum(-1)


def ssvae_terms(x, q_y, enc, dec, eps):
    classes = q_y.shape[1]
    kl_z, rec = [], []
    for k in range(classes):
        y = torch.zeros_like(q_y)
        y[:, k] = 1
        mu, logvar = enc(x, y)
        z = mu + (logvar / 2).exp() * eps[:, k]
        kl_z.append(kl_to_prior(mu, logvar))
        rec.append(-bernoulli(dec(z, y)).log_prob(x))
    log_q = torch.where(q_y > 0, q_y, torch.ones_like(q_y)).log()
    uniform = torch.full((classes,), 1.0 / classes, dtype=x.dtype).log()
    kl_z, rec = torch.stack(kl_z, 1), torch.stack(rec, 1)
    return kl_cat(q_y, log_q, uniform), (kl_z * q_y).sum(1), (rec * q_y).sum(1)
