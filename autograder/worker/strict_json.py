"""JSON as it is meant: no NaN, no infinities, no numbers beyond 64 bits, no key twice."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

INT_LIMIT = 1 << 63
_KEYS = 64


def loads(text: str) -> Any:
    """Read strict JSON. Raises ValueError, and RecursionError for what is nested too deeply."""
    return json.loads(
        text,
        parse_constant=_refuse_constant,
        parse_float=_finite,
        parse_int=_bounded,
        object_pairs_hook=_no_duplicates,
    )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _bounded(text: str) -> int:
    if len(text) > 20 or not -INT_LIMIT <= int(text) < INT_LIMIT:
        raise ValueError("an integer is too large")
    return int(text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > _KEYS:  # the hashes of many could be chosen to collide
        raise ValueError("an object has too many keys")
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result
