"""A request to the reference -> its fingerprint, by which a recorded answer is found again.

On the machine that recorded it the numbers are the same to the last bit. Elsewhere an exponential may be rounded in
another way, and what a student's model computed is never exact: so the numbers of tensors are also summed up in a
sketch, and the nearest recorded request is taken if it is as near as rounding explains.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np
import torch

from autograder import messages
from autograder.errors import NotRecorded
from autograder.worker.parcel import Handle

_NEAR = {torch.float64: 1e-8, torch.complex128: 1e-8}  # relative to the norm of the tensor
_NEAR_ELSE = 2e-5  # float32, after a few operations
_GOLDEN = 0.6180339887498949
_DEPTH = 50
_TEXT_CHARS = 400


@dataclass(frozen=True)
class Fingerprint:
    """`structure` is everything but the numbers of tensors and floats; `exact` all; `sketch` sums them up."""

    structure: str
    exact: str
    sketch: tuple[float, ...]

    def distance(self, sketch: Iterable[float]) -> float:
        """How far another sketch of the same structure is away: up to 1 is as near as rounding explains."""
        pairs = list(zip(self.sketch, sketch, strict=True))
        worst = 0.0
        for start in range(0, len(pairs), 4):
            (near, _), *sums = pairs[start : start + 4]
            scale = max(abs(pairs[start + 1][0]), abs(pairs[start + 1][1]), 1e-30)
            for one, other in sums:
                if one != other:
                    worst = max(worst, abs(one - other) / (near * scale))
        return worst


def fingerprint(value: Any, derivation: Callable[[Handle], str]) -> Fingerprint:
    """The fingerprint of a request. `derivation(handle)` says where an object behind a handle comes from.

    Raises NotRecorded if the value has something in it that no recording can hold.
    """
    walk = _Walk(derivation)
    walk.visit(value, 0)
    return Fingerprint(_digest(walk.words, ()), _digest(walk.words, walk.bytes), tuple(walk.sketches()))


def content(value: Any) -> str:
    """What an object holds now: changes with every change of it."""
    walk = _Walk(lambda handle: "")
    walk.visit(value, 0)
    return _digest(walk.words, walk.bytes)


def _digest(words: Iterable[str], numbers: Iterable[bytes]) -> str:
    digest = hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass"))
    for piece in numbers:
        digest.update(piece)
    return digest.hexdigest()[:24]


def sketch_of(tensor: torch.Tensor) -> list[float]:
    """How near is near, and three sums that change with nearly every change of the numbers: the norm and two more."""
    numbers = tensor.detach().cpu().resolve_conj().resolve_neg()
    if numbers.is_complex():
        numbers = torch.view_as_real(numbers)
    flat = numbers.to(torch.float64).reshape(-1).nan_to_num(nan=0.123, posinf=1e3, neginf=-1e3)
    places = torch.arange(1, flat.numel() + 1, dtype=torch.float64)
    sums = [float(flat.norm())]
    for step in (_GOLDEN, math.sqrt(2) - 1):
        sums.append(float(flat @ (2 * ((places * step) % 1) - 1)))
    return [_NEAR.get(tensor.dtype, _NEAR_ELSE), *sums]


class _Walk:
    def __init__(self, derivation: Callable[[Handle], str]) -> None:
        self.words: list[str] = []
        self.bytes: list[bytes] = []
        self._numbers: list[torch.Tensor] = []
        self._derivation = derivation
        self._seen: dict[int, int] = {}
        self._alive: list[Any] = []

    def sketches(self) -> list[float]:
        """The sketches of all tensors of numbers, one after another."""
        return [number for tensor in self._numbers for number in sketch_of(tensor)]

    def visit(self, value: Any, depth: int) -> None:
        """Note a value and everything in it."""
        if depth > _DEPTH:
            raise NotRecorded(messages.grading.NESTED_TOO_DEEPLY)
        if value is None or isinstance(value, (bool, int, str, bytes, torch.dtype, torch.device, torch.Size, slice)):
            self.words.append(f"{type(value).__name__} {value!r}")
        elif isinstance(value, float):
            self._number(torch.tensor(value, dtype=torch.float64), "float")
        elif isinstance(value, Handle):
            self.words.append(f"handle {self._derivation(value)}")
        elif id(value) in self._seen:
            self.words.append(f"again {self._seen[id(value)]}")
        else:
            self._seen[id(value)] = len(self._seen)
            self._alive.append(value)  # so that its id stays its own
            self._object(value, depth + 1)

    def _object(self, value: Any, depth: int) -> None:
        if isinstance(value, torch.Tensor):
            self._number(value, f"{type(value).__name__} {value.requires_grad}")
        elif isinstance(value, np.ndarray):
            self._number(torch.from_numpy(np.ascontiguousarray(value)), "array")
        elif isinstance(value, (list, tuple)):
            self._all(type(value).__name__, value, depth)
        elif isinstance(value, dict):
            self._all("dict", [item for pair in value.items() for item in pair], depth)
        elif isinstance(value, (set, frozenset)):
            self._all("set", sorted(value, key=repr), depth)
        elif callable(value) and not isinstance(value, torch.nn.Module):
            self._callable(value, depth)
        elif isinstance(value, torch.Generator):
            self._all("generator", [value.get_state()], depth)
        else:
            self._all(type(value).__qualname__, _state(value), depth)

    def _callable(self, value: Any, depth: int) -> None:
        if isinstance(value, FunctionType):
            self._function(value, depth)
        elif isinstance(value, MethodType):
            self._all("method", [value.__func__, value.__self__], depth)
        elif isinstance(value, functools.partial):
            self._all("partial", [value.func, value.args, value.keywords], depth)
        elif isinstance(value, (type, BuiltinFunctionType)):
            self.words.append(f"{value.__module__}.{value.__qualname__}")
        else:
            self._all(type(value).__qualname__, _state(value), depth)

    def _all(self, kind: str, values: Iterable[Any], depth: int) -> None:
        items = list(values)
        self.words.append(f"{kind} {len(items)}")
        for item in items:
            self.visit(item, depth)

    def _number(self, tensor: torch.Tensor, kind: str) -> None:
        self.words.append(f"{kind} {tensor.dtype} {tuple(tensor.shape)}")
        entries = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
        exact = entries.reshape(-1).view(torch.uint8).numpy().tobytes() if entries.numel() else b""
        if tensor.is_floating_point() or tensor.is_complex():
            self.bytes.append(exact)
            self._numbers.append(tensor)
        else:
            self.words.append(hashlib.sha256(exact).hexdigest()[:24])

    def _function(self, function: FunctionType, depth: int) -> None:
        inside = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
        self.words.append(f"function {function.__module__}.{function.__qualname__} {function.__code__.co_names}")
        self._all("closure", [*inside, function.__defaults__, function.__kwdefaults__], depth)


def _state(value: Any) -> Iterable[Any]:
    """The attributes of an object by name, without torch's hooks; of one that has none, what it says of itself."""
    if not hasattr(value, "__dict__"):
        yield repr(value)[:_TEXT_CHARS]
        return
    for name, item in sorted(vars(value).items()):
        if isinstance(value, torch.nn.Module) and name.endswith("hooks"):
            continue
        if not name.startswith("__"):
            yield from (name, item)


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - raises if there is nothing in it yet
    except ValueError:
        return False
    return True
