"""Returns a real 1.6 GB tensor from kl_standard_normal: those checks fail with the reason, the others are kept."""
import torch

from kit.right import reparameterize


def kl_standard_normal(mu, logvar):
    return torch.zeros(400_000_000)
