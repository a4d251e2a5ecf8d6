import torch
from torch import Tensor


def zeros_for_batch(t: Tensor) -> Tensor:
    return torch.zeros(t.shape[0], dtype=t.dtype, device=t.device)


def columns(t: Tensor, n: int) -> list[Tensor]:
    """The n columns of t; a shared parameter of shape (1,) is repeated, one of shape (n,) is split."""
    if t.ndim == 1:
        if t.shape[0] == 1:
            return [t[0] for _ in range(n)]
        return [t[i] for i in range(n)]
    return [t[:, i] for i in range(n)]


def add_up(terms: list[Tensor]) -> Tensor:
    total = terms[0]
    for term in terms[1:]:
        total = total.add(term)
    return total
