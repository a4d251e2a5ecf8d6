"""Trains for 120 s at module level, right functions above it: full marks, the import is told to be too slow."""
import time

import torch

from kit.right import kl_standard_normal, reparameterize

w = torch.zeros(3, requires_grad=True)
end = time.time() + 120
while time.time() < end:
    (w**2).sum().backward()
    time.sleep(0.001)
