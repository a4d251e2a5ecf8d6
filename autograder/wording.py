"""How messages name values, shapes and calls: plain words, the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch


def dtype_name(dtype: torch.dtype) -> str:
    """float32, not torch.float32."""
    return str(dtype).removeprefix("torch.")


def shape_of(tensor: torch.Tensor) -> str:
    """A shape as Python shows it: "()", "(3,)", "(3, 5)"."""
    return str(tuple(tensor.shape))


def kind_of(value: Any) -> str:
    """What a value is, to follow "is"."""
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {shape_of(value)}"
    if isinstance(value, (bool, int, float)):
        return f"the number {_short(repr(value))}"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, dict):
        return f"a dict with the keys {', '.join(repr(key)[:40] for key in list(value)[:6])}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {repr(value).removeprefix('<remote ').removesuffix('>')}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def argument(value: Any) -> str:
    """A value as an argument of a call: "3×5", "3×5 float64", "2.0"."""
    if isinstance(value, torch.Tensor):
        shape = "×".join(str(size) for size in value.shape) or "scalar"
        return shape if value.dtype is torch.float32 else f"{shape} {dtype_name(value.dtype)}"
    if value is None or isinstance(value, (bool, int, float, str)):
        return _short(repr(value))
    return type(value).__name__


def call(name: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> str:
    """A call: kl(3×5, 3×5, beta=2.0)."""
    shown = [argument(value) for value in arguments]
    shown += [f"{key}={argument(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join(shown)})"


def tensors(arguments: Sequence[Any]) -> list[tuple[int, str]]:
    """The tensors among arguments, in plain containers too: their ids, and how messages name them."""
    found: list[tuple[int, str]] = []

    def walk(value: Any, label: str) -> None:
        if isinstance(value, torch.Tensor):
            if not isinstance(value, torch.nn.Parameter):
                found.append((id(value), label))
        elif isinstance(value, (list, tuple)):
            for item in value:
                walk(item, label)
        elif isinstance(value, dict):
            walk(list(value.values()), label)

    for position, argument in enumerate(arguments, start=1):
        if isinstance(argument, tuple) and len(argument) == 2 and isinstance(argument[0], str):
            walk(argument[1], f"its argument {argument[0]}")
        else:
            walk(argument, f"its argument {position}")
    return found
