"""What travels towards the grader: plain data, and nothing else.

The worker turns a result of the student's into a JSON tree and raw tensor bytes (`Encoder`); the grader reads it
back after checking every part of it (`parse`, `tensor_infos`, `read_tree`). No pickle, no classes, no code. The grader
trusts nothing in a frame: unknown keys, wrong types, odd numbers, deep nesting and byte counts that do not match the
shapes are refused with a WireError before memory is allocated for a tensor.

A tree is null, true, false, an integer of 64 bits, a finite float, a string, or an object with one of the keys
"float" ("nan", "inf", "-inf"), "list", "tuple", "dict" (pairs), "tensor" (an index into the frame's tensors) and
"remote" (an opaque handle of an object that stays in the worker, with its type's name).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder.worker import strict_json
from autograder.worker.wire import Bounds, WireError

DTYPES: dict[str, torch.dtype] = {
    name: getattr(torch, name)
    for name in ("float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_NODE_LIMIT = 100_000
_ENTRY_LIMIT = 1 << 40
_TYPE_NAME_CHARS = 200
_KEY_CHARS = 1000
_KEYS = 4096
_NUMBER_KEYS = 1000  # the hashes of numbers can be chosen to collide, and then a dict takes quadratic time


class Unsendable(Exception):
    """A result of the student's that cannot be sent as plain data; the text completes "returned ..."."""


@dataclass(frozen=True)
class TensorRef:
    """Stands in a decoded tree for tensor `index` of the frame."""

    index: int


@dataclass(frozen=True)
class RemoteRef:
    """Stands in a decoded tree for an object that stayed in the worker."""

    handle: int
    type_name: str


@dataclass(frozen=True)
class TensorInfo:
    """What a header says of one tensor; `differentiable` if a gradient can be asked for."""

    dtype: torch.dtype
    shape: tuple[int, ...]
    differentiable: bool

    @property
    def byte_count(self) -> int:
        """Bytes of the tensor's entries in the body."""
        return math.prod(self.shape) * self.dtype.itemsize


# ---------------------------------------------------------------------------------------------- worker's side


@dataclass
class Encoder:
    """Turns one result into a tree, and collects the tensors in it. `keep(object)` gives an object's handle."""

    keep: Callable[[object], int]
    bounds: Bounds = field(default_factory=Bounds)
    tensors: list[torch.Tensor] = field(default_factory=list)
    nodes: int = 0
    total_bytes: int = 0

    def tree(self, value: Any, depth: int = 0) -> Any:
        """The JSON tree of a value. Raises Unsendable for what is too large or too deep."""
        self.nodes += 1
        if depth >= self.bounds.depth or self.nodes > _NODE_LIMIT:
            raise Unsendable("a structure that is nested too deeply or has too many entries")
        # Base class methods throughout: a subclass of the student's may lie about its own value.
        if value is None or value is True or value is False:
            return value
        if isinstance(value, torch.Tensor):
            return {"tensor": self._tensor(_exact(value))}
        if isinstance(value, int) and -strict_json.INT_LIMIT <= (exact := int.__int__(value)) < strict_json.INT_LIMIT:
            return exact
        if isinstance(value, float):
            number = float.__float__(value)
            return number if math.isfinite(number) else {"float": str(number)}
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, list):
            return {"list": [self.tree(item, depth + 1) for item in list.__iter__(value)]}
        if isinstance(value, tuple):
            return {"tuple": [self.tree(item, depth + 1) for item in tuple.__iter__(value)]}
        if isinstance(value, dict):
            return {"dict": self._pairs(value, depth)}
        return {"remote": self.keep(value), "type": type(value).__qualname__[:_TYPE_NAME_CHARS]}

    def _pairs(self, value: dict[Any, Any], depth: int) -> list[list[Any]]:
        pairs = dict.items(value)
        if len(pairs) > _KEYS or sum(not isinstance(key, str) for key, _ in pairs) > _NUMBER_KEYS:
            raise Unsendable(f"a dict with more than {_KEYS} keys, or {_NUMBER_KEYS} that are numbers")
        return [[self._key(key), self.tree(item, depth + 1)] for key, item in pairs]

    def _key(self, key: Any) -> Any:
        if not (key is None or isinstance(key, (bool, int, float, str))):
            raise Unsendable(f"a dict with a key of type {type(key).__qualname__[:_TYPE_NAME_CHARS]}")
        if isinstance(key, str) and str.__len__(key) > _KEY_CHARS:
            raise Unsendable(f"a dict with a key of more than {_KEY_CHARS} characters")
        return self.tree(key)

    def _tensor(self, tensor: torch.Tensor) -> int:
        if tensor.dtype not in _NAMES:
            raise Unsendable(f"a tensor of dtype {str(tensor.dtype).removeprefix('torch.')}")
        if tensor.layout is not torch.strided:
            raise Unsendable(f"a tensor of layout {str(tensor.layout).removeprefix('torch.')}")
        if tensor.device.type == "meta":
            raise Unsendable("a tensor on the device meta, which has no values")
        if tensor.dim() > self.bounds.dimensions:
            raise Unsendable(f"a tensor with {tensor.dim()} axes")
        self.total_bytes += tensor.numel() * tensor.element_size()
        if self.total_bytes > self.bounds.body_bytes:  # before anything is copied: expand() can claim terabytes
            limit = self.bounds.body_bytes >> 20
            raise Unsendable(f"tensors of more than {limit} MiB in all (one has shape {tuple(tensor.shape)})")
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def infos(self) -> list[list[Any]]:
        """What the header says of the tensors: dtype, shape, differentiable."""
        return [
            [
                _NAMES[tensor.dtype],
                list(tensor.shape),
                bool(tensor.requires_grad and tensor.is_floating_point()),
            ]
            for tensor in self.tensors
        ]

    def buffers(self) -> list[bytes]:
        """The entries of the tensors, row-major, in the machine's (little-endian) byte order."""
        return [raw_bytes(tensor) for tensor in self.tensors]


def _exact(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor without what a subclass of the student's says about it; parameters stay what they are."""
    if type(tensor) in (torch.Tensor, torch.nn.Parameter):
        return tensor
    with torch.enable_grad():  # or the result would be differentiable no more
        return torch.Tensor.as_subclass(tensor, torch.Tensor)


def raw_bytes(tensor: torch.Tensor) -> bytes:
    """The entries of a tensor as bytes, row-major."""
    if tensor.numel() == 0:
        return b""
    entries = torch.empty(tensor.numel(), dtype=tensor.dtype)  # a copy: contiguous() keeps odd strides of size-1 axes
    entries.copy_(tensor.detach().reshape(-1))
    return bytes(entries.view(torch.uint8).numpy().tobytes())


# ---------------------------------------------------------------------------------------------- grader's side


def parse(header: bytes | bytearray, bounds: Bounds) -> dict[str, Any]:
    """The header of a frame as a dict. Strict JSON: no NaN, no huge numbers, no duplicate keys."""
    try:
        message = strict_json.loads(bytes(header).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"its header is not valid JSON: {str(error)[:200]}") from None
    if not isinstance(message, dict):
        raise WireError("its header is not an object")
    return message


def tensor_infos(value: Any, body_bytes: int, bounds: Bounds) -> list[TensorInfo]:
    """The tensors that a header announces. Raises WireError unless they fill the body exactly."""
    infos = [_tensor_info(entry, bounds) for entry in _expect(value, list, "tensors")]
    claimed = sum(info.byte_count for info in infos)
    if claimed != body_bytes:
        raise WireError(f"its tensors need {claimed} bytes, but its body has {body_bytes}")
    return infos


def _tensor_info(entry: Any, bounds: Bounds) -> TensorInfo:
    if not isinstance(entry, list) or len(entry) != 3:
        raise WireError("a tensor is not described by dtype, shape and gradient")
    name, shape, differentiable = entry
    if not isinstance(name, str) or name not in DTYPES:
        raise WireError("a tensor has an unknown dtype")
    if not isinstance(shape, list) or len(shape) > bounds.dimensions:
        raise WireError("a tensor has no proper shape")
    if not all(type(size) is int and 0 <= size <= _ENTRY_LIMIT for size in shape):
        raise WireError("a tensor has no proper shape")
    if math.prod(max(size, 1) for size in shape) > _ENTRY_LIMIT:  # torch computes strides of empty tensors too
        raise WireError("a tensor has no proper shape")
    if type(differentiable) is not bool or (differentiable and not DTYPES[name].is_floating_point):
        raise WireError("a tensor has no proper gradient flag")
    return TensorInfo(DTYPES[name], tuple(shape), differentiable)


def read_tensors(infos: list[TensorInfo], body: bytearray) -> list[torch.Tensor]:
    """The tensors of a body, each with memory of its own."""
    tensors, offset = [], 0
    for info in infos:
        count = math.prod(info.shape)
        if count == 0:
            tensors.append(torch.empty(info.shape, dtype=info.dtype))
            continue
        stored = torch.uint8 if info.dtype is torch.bool else info.dtype  # a bool byte may only be 0 or 1
        entries = torch.frombuffer(body, dtype=stored, count=count, offset=offset).reshape(info.shape)
        tensors.append(entries != 0 if info.dtype is torch.bool else entries.clone())
        offset += info.byte_count
    return tensors


def read_tree(tree: Any, tensors: int, bounds: Bounds, depth: int = 0) -> Any:
    """A decoded tree, with TensorRef and RemoteRef where tensors and remote objects stand."""
    if depth >= bounds.depth:
        raise WireError("it is nested too deeply")
    if tree is None or isinstance(tree, (bool, int, float, str)):
        return tree
    match tree:
        case {"remote": int(handle), "type": str(type_name)} if len(tree) == 2 and _is_number(handle):
            return RemoteRef(handle, type_name[:_TYPE_NAME_CHARS])
        case {"tensor": int(index)} if len(tree) == 1 and _is_number(index) and index < tensors:
            return TensorRef(index)
        case {"float": str(name)} if len(tree) == 1 and name in _FLOATS:
            return _FLOATS[name]
        case {"list": list(items)} if len(tree) == 1:
            return [read_tree(item, tensors, bounds, depth + 1) for item in items]
        case {"tuple": list(items)} if len(tree) == 1:
            return tuple(read_tree(item, tensors, bounds, depth + 1) for item in items)
        case {"dict": list(pairs)} if len(tree) == 1:
            return _read_dict(pairs, tensors, bounds, depth)
    raise WireError("a value has an unknown form")


def _is_number(value: int) -> bool:
    return type(value) is int and value >= 0  # to Python, true is an integer too


def _read_dict(pairs: list[Any], tensors: int, bounds: Bounds, depth: int) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    numbers = 0
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise WireError("a dict has an entry that is not a pair")
        key = read_tree(pair[0], tensors, bounds, depth + 1)
        if not (key is None or isinstance(key, (bool, int, float, str))):
            raise WireError("a dict has a key that is not plain")
        if isinstance(key, str) and len(key) > _KEY_CHARS:  # it would stand in the label of everything below it
            raise WireError("a dict has a key that is too long")
        numbers += not isinstance(key, str)
        if len(result) >= _KEYS or numbers > _NUMBER_KEYS or key in result:
            raise WireError("a dict has a key twice, or too many keys")
        result[key] = read_tree(pair[1], tensors, bounds, depth + 1)
    return result


def _expect(value: Any, kind: type, what: str) -> Any:
    if not isinstance(value, kind):
        raise WireError(f"its {what} are missing")
    return value
