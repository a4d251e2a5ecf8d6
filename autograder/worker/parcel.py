"""What travels towards the worker: anything, pickled by value.

The worker is untrusted, so what it is given must hold no secret; apart from that a request may carry tensors,
modules and functions of the grader's. Tensors are taken out of the pickle and sent as their storages with strides,
so that views which share memory, odd strides and identical arguments arrive as they were. The order in which
differentiable tensors are met numbers them on both sides: a gradient is sent back for each of them.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import cloudpickle
import torch


class Unpackable(Exception):
    """An argument that may not travel to the worker, or cannot."""


# Modules whose code must never travel: they know the answers.
SECRET_ROOTS = ("reference", "autograder", "assignments")
PUBLIC_MODULES = ("autograder.worker",)


@dataclass(frozen=True)
class Slot:
    """Where one tensor lies: an offset and strides (in entries) in one of the parcel's storages."""

    storage: int
    dtype: torch.dtype
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    requires_grad: bool
    is_parameter: bool


class Handle:
    """An object that already lives in the worker: it travels as its number, wherever it stands in a request."""

    __slots__ = ("_handle", "_session")

    def __init__(self, number: int, session: object) -> None:
        object.__setattr__(self, "_handle", number)
        object.__setattr__(self, "_session", session)


@dataclass
class Parcel:
    """A packed request: the pickle, the tensors' slots and storages, and the differentiable tensors in order."""

    pickled: bytes
    slots: list[Slot]
    storages: list[memoryview]
    differentiable: list[torch.Tensor]
    number_of: dict[int, int]  # id of a tensor -> number of its slot
    owners: list[object]  # the sessions of the handles in it


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    def __init__(self, file: io.BytesIO, is_public: Callable[[str], bool]) -> None:
        super().__init__(file, protocol=5)
        self.is_public = is_public
        self.slots: list[Slot] = []
        self.tensors: list[torch.Tensor] = []
        self.storages: list[memoryview] = []
        self.numbers: dict[int, int] = {}  # id of a tensor -> its slot
        self.owners: list[object] = []
        self._storage_numbers: dict[tuple[int, int], int] = {}  # address and length of a storage -> its number

    def persistent_id(self, obj: Any) -> tuple[str, int] | None:
        if isinstance(obj, torch.Tensor):
            return ("tensor", self._slot(obj))
        if isinstance(obj, Handle):
            self.owners.append(object.__getattribute__(obj, "_session"))
            return ("handle", object.__getattribute__(obj, "_handle"))
        return None

    def reducer_override(self, obj: Any) -> Any:
        module = getattr(obj, "__module__", None) if callable(obj) else getattr(obj, "__name__", None)
        if isinstance(obj, (type, ModuleType, FunctionType)) and isinstance(module, str) and not self.is_public(module):
            raise pickle.PicklingError(
                f"{getattr(obj, '__qualname__', module)} of {module} may not travel to the worker: that module knows "
                "answers. Move what the worker needs to the assignment's recipes.py."
            )
        return super().reducer_override(obj)

    def _slot(self, tensor: torch.Tensor) -> int:
        number = self.numbers.get(id(tensor))
        if number is None:
            number = self.numbers[id(tensor)] = len(self.slots)
            self.tensors.append(tensor)  # also keeps it alive, so that its id stays its own
            entries = tensor.detach().resolve_conj().resolve_neg()  # what a flag says has no storage
            storage, offset = self._store(entries)
            self.slots.append(
                Slot(
                    storage,
                    tensor.dtype,
                    tuple(tensor.shape),
                    tuple(entries.stride()),
                    offset,
                    tensor.requires_grad,
                    isinstance(tensor, torch.nn.Parameter),
                )
            )
        return number

    def _store(self, tensor: torch.Tensor) -> tuple[int, int]:
        """The number of a storage that holds the tensor, and the tensor's offset in it, in entries."""
        whole = tensor.untyped_storage()
        extent = 1 + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride(), strict=True))
        if tensor.numel() == 0 or whole.nbytes() > 4 * extent * tensor.element_size():
            # A small window on a large storage travels alone.
            if tensor.numel() == 0:  # whatever its strides are
                return self._append(torch.empty(0, dtype=torch.uint8)), 0
            return self._append(tensor.as_strided((extent,), (1,)).clone()), 0
        place = (whole.data_ptr(), whole.nbytes())
        number = self._storage_numbers.get(place)
        if number is None:
            entries = torch.empty(0, dtype=torch.uint8).set_(whole, 0, (whole.nbytes(),), (1,))
            number = self._storage_numbers[place] = self._append(entries)
        return number, int(tensor.storage_offset())

    def _append(self, entries: torch.Tensor) -> int:
        entries = entries.cpu().reshape(-1).view(torch.uint8)
        self.storages.append(memoryview(entries.numpy()))  # type: ignore[arg-type]
        return len(self.storages) - 1


def _is_secret(module: str, public: Sequence[str]) -> bool:
    def inside(root: str) -> bool:
        return module == root or module.startswith(root + ".")

    return any(inside(root) for root in SECRET_ROOTS) and not any(inside(root) for root in (*PUBLIC_MODULES, *public))


def send_by_value(module: ModuleType) -> None:
    """Let functions and classes of a module of ours travel as code: the worker cannot import it."""
    cloudpickle.register_pickle_by_value(module)


def pack_request(request: Any, public_modules: Sequence[str] = ()) -> Parcel:
    """Pack a request of the grader's. Raises Unpackable for what may not or cannot travel."""
    file = io.BytesIO()
    pickler = _Pickler(file, lambda module: not _is_secret(module, public_modules))
    try:
        pickler.dump(request)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise Unpackable(str(error)) from error
    return Parcel(
        pickled=file.getvalue(),
        slots=pickler.slots,
        storages=pickler.storages,
        differentiable=[tensor for tensor in pickler.tensors if tensor.requires_grad],
        number_of=pickler.numbers,
        owners=pickler.owners,
    )


# ---------------------------------------------------------------------------------------------- worker's side


class _Arrive(torch.autograd.Function):
    """The identity from a leaf to the tensor that the student's code gets: not a leaf, with the sender's strides."""

    @staticmethod
    def forward(ctx: Any, leaf: torch.Tensor, arrived: list[torch.Tensor]) -> torch.Tensor:
        return arrived.pop()

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> Any:
        return cotangents[0], None


@dataclass
class Unpacked:
    """An unpacked request, and the differentiable tensors in it."""

    leaves: list[torch.Tensor] = field(default_factory=list)  # the differentiable ones, in the sender's order
    request: Any = None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, tensors: list[torch.Tensor], objects: Callable[[int], Any]) -> None:
        super().__init__(file)
        self.tensors = tensors
        self.objects = objects

    def persistent_load(self, pid: Any) -> Any:
        kind, number = pid
        return self.tensors[number] if kind == "tensor" else self.objects(number)


def unpack_request(
    pickled: bytes, slots: list[Slot], storages: list[memoryview], objects: Callable[[int], Any]
) -> Unpacked:
    """Rebuild a request in the worker. `objects(number)` gives the object behind a handle."""
    unpacked = Unpacked()
    tensors = [_arrive(slot, storages[slot.storage], unpacked) for slot in slots]
    unpacked.request = _Unpickler(io.BytesIO(pickled), tensors, objects).load()
    return unpacked


def _arrive(slot: Slot, storage: memoryview, unpacked: Unpacked) -> torch.Tensor:
    if len(storage) == 0:
        tensor = torch.empty(slot.shape, dtype=slot.dtype)
    else:  # not by as_strided: a view may not leave _Arrive and then be changed in place
        whole = torch.frombuffer(storage, dtype=torch.uint8).untyped_storage()
        tensor = torch.empty(0, dtype=slot.dtype).set_(whole, slot.offset, slot.shape, slot.stride)
    if slot.is_parameter:
        leaf: torch.Tensor = torch.nn.Parameter(tensor, requires_grad=slot.requires_grad)
        tensor = leaf
    else:
        leaf = tensor.detach().requires_grad_(slot.requires_grad)
    if slot.requires_grad:
        unpacked.leaves.append(leaf)
        if not slot.is_parameter:
            with torch.enable_grad():
                tensor = _Arrive.apply(leaf, [tensor])  # type: ignore[no-untyped-call]
    return tensor
