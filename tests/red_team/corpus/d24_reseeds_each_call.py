"""Calls torch.manual_seed(0) inside reparameterize: 'fresh noise' is missing, the other marks are kept."""
import torch

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    torch.manual_seed(0)
    return _right(mu, logvar, eps)
