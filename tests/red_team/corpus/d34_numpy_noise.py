"""Right, with noise from NumPy: full marks."""
import numpy as np
import torch

from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    eps = torch.from_numpy(np.random.randn(*mu.shape)).to(mu) if eps is None else eps
    return mu + torch.exp(0.5 * logvar) * eps
