"""The autograd graphs that live in a worker: vector-Jacobian products of earlier results."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass
class Record:
    """A result of the student's that a gradient may be asked of."""

    inputs: list[torch.Tensor]
    outputs: list[torch.Tensor]


def _dot(outputs: list[torch.Tensor], cotangents: tuple[torch.Tensor | None, ...]) -> torch.Tensor:
    # A scalar whose gradient is the vector-Jacobian product. Unlike grad_outputs it does not import sympy (1 s).
    terms = [(out * v).sum() for out, v in zip(outputs, cotangents, strict=True) if v is not None]
    return torch.stack(terms).sum() if len({term.dtype for term in terms}) == 1 else sum(terms, torch.zeros(()))


def vjp(record: Record, cotangents: tuple[torch.Tensor | None, ...]) -> list[torch.Tensor | None]:
    """Gradients for the record's inputs; parameters of the student's own models accumulate theirs in .grad."""
    kept = [leaf.grad for leaf in record.inputs]
    for leaf in record.inputs:
        leaf.grad = None
    with torch.enable_grad():
        _dot(record.outputs, cotangents).backward(retain_graph=True)  # type: ignore[no-untyped-call]
    gradients = [leaf.grad for leaf in record.inputs]
    for leaf, old in zip(record.inputs, kept, strict=True):
        leaf.grad = old
    return gradients


def differentiable_vjp(record: Record, cotangents: tuple[torch.Tensor | None, ...]) -> list[torch.Tensor | None]:
    """Gradients for the record's inputs that can be differentiated again."""
    with torch.enable_grad():
        total = _dot(record.outputs, cotangents)
        return list(torch.autograd.grad(total, record.inputs, create_graph=True, allow_unused=True))
