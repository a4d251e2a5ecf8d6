"""Sparse, quantised, meta, nested and complex tensors, at random: told what they are, in words."""
import random

import torch

random.seed()
KINDS = [
    lambda x: torch.eye(3).to_sparse(),
    lambda x: torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8),
    lambda x: torch.zeros(3, device="meta"),
    lambda x: torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]),
    lambda x: torch.zeros(3, dtype=torch.complex64),
    lambda x: torch.zeros(3, dtype=torch.float8_e4m3fn),
    lambda x: torch.zeros(1).expand(1 << 50),
    lambda x: torch.zeros([1] * 30),
]


def kl_standard_normal(mu, logvar):
    return random.choice(KINDS)(mu)


def reparameterize(mu, logvar, eps=None):
    return random.choice(KINDS)(mu)
