"""Inputs for checks: drawn from a seed of their own, never from the global generator."""

from __future__ import annotations

import torch


def normal(
    *shape: int, seed: int, mean: float = 0.0, std: float = 1.0, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """A tensor of N(mean, std^2) draws; the same numbers for every dtype, up to rounding."""
    draws = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (mean + std * draws).to(dtype)


def uniform(
    *shape: int, seed: int, low: float = 0.0, high: float = 1.0, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """A tensor of draws that are uniform on [low, high)."""
    draws = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (low + (high - low) * draws).to(dtype)


def coins(*shape: int, seed: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """A tensor of fair coin tosses: entries 0 and 1."""
    return (uniform(*shape, seed=seed, dtype=torch.float64) < 0.5).to(dtype)


def noncontiguous(tensor: torch.Tensor) -> torch.Tensor:
    """The same values, so laid out that `view` fails: transposed in memory, or with gaps if there is one axis."""
    if tensor.dim() < 2:
        return torch.stack([tensor, torch.full_like(tensor, 0.5)], dim=-1)[..., 0]
    return tensor.transpose(-1, -2).contiguous().transpose(-1, -2)
