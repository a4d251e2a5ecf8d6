"""What is said between a check and the side it talks to, whatever that side is: a worker, or what stands in for one."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from autograder.worker import parcel, serve

_ALIGNMENT = 64


class Record:
    """A result whose autograd graph lives in the worker; released there when nothing here needs it any more."""

    def __init__(self, number: int, released: list[int]) -> None:
        self.number = number
        weakref.finalize(self, released.append, number)


class Conversation(Protocol):
    """What `student.py` needs of the other side: a worker, or what stands in for one."""

    def call(
        self, what: str, target: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[Answer, list[torch.Tensor]]:
        """Have `target` called."""

    def vjp(
        self, what: str, record: Record, cotangents: tuple[torch.Tensor | None, ...], *, create_graph: bool
    ) -> tuple[Answer, list[torch.Tensor]]:
        """Have cotangents multiplied with the Jacobian of an earlier result."""

    def about(self, handle: int, name: str) -> Any:
        """What Python itself asks of an object behind a handle, such as __name__. Raises AttributeError."""


@dataclass(frozen=True)
class Answer:
    """A value from the worker: a tree with TensorRef and RemoteRef in it, its tensors, and what is differentiable."""

    tree: Any
    tensors: list[torch.Tensor]
    differentiable: list[bool]
    record: Record


def enveloped(
    number: int, packed: parcel.Parcel, watched: list[int], released: list[int]
) -> tuple[serve.Envelope, list[bytes | bytearray | memoryview]]:
    """The envelope of a packed request, and the storages of its tensors one after another."""
    extents: list[tuple[int, int]] = []
    buffers: list[bytes | bytearray | memoryview] = []
    offset = 0
    for storage in packed.storages:
        extents.append((offset, len(storage)))
        padding = -len(storage) % _ALIGNMENT
        buffers += [storage, bytes(padding)]
        offset += len(storage) + padding
    enabled = torch.is_grad_enabled()
    return serve.Envelope(number, packed.pickled, packed.slots, extents, watched, enabled, released), buffers
