"""Inputs for checks: drawn from a seed of their own, never from the global generator."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_variation = 0  # added to every seed


@contextmanager
def varied(text: str) -> Iterator[None]:
    """Draw other inputs than everybody's, the same for the same text; with an empty text draw everybody's."""
    global _variation
    before = _variation
    _variation = int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") if text else 0
    try:
        yield
    finally:
        _variation = before


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed + _variation)


def normal(
    *shape: int, seed: int, mean: float = 0.0, std: float = 1.0, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """A tensor of N(mean, std^2) draws; the same numbers for every dtype, up to rounding."""
    draws = torch.randn(shape, generator=_generator(seed), dtype=torch.float64)
    return (mean + std * draws).to(dtype)


def uniform(
    *shape: int, seed: int, low: float = 0.0, high: float = 1.0, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """A tensor of draws that are uniform on [low, high)."""
    draws = torch.rand(shape, generator=_generator(seed), dtype=torch.float64)
    return (low + (high - low) * draws).to(dtype)


def coins(*shape: int, seed: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """A tensor of fair coin tosses: entries 0 and 1."""
    return (uniform(*shape, seed=seed, dtype=torch.float64) < 0.5).to(dtype)


def noncontiguous(tensor: torch.Tensor) -> torch.Tensor:
    """The same values, so laid out that `view` fails: transposed in memory, or with gaps if there is one axis."""
    if tensor.dim() < 2:
        return torch.stack([tensor, torch.full_like(tensor, 0.5)], dim=-1)[..., 0]
    return tensor.transpose(-1, -2).contiguous().transpose(-1, -2)
