"""Leaves torch.set_default_dtype(float64) behind, functions right: full marks."""
import torch

from kit.right import kl_standard_normal, reparameterize

torch.set_default_dtype(torch.float64)
