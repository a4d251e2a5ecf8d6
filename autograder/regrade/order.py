"""What a slot is told, and what it answers: plain data, on a socket or through a cluster's scheduler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

_HEADER_BYTES = 64 << 20
RESULTS, RECORD, PAGE = "results.json", "record.json", "report.html"  # the files of a result


@dataclass(frozen=True)
class Task:
    """How all submissions of a class are graded."""

    device: str = "cpu"
    html: bool = False
    require_isolation: bool = False


@dataclass(frozen=True)
class Order:
    """One submission to grade. `metadata` is in the form of submission_metadata.json; `key` comes back as it is."""

    name: str
    key: str
    data: bytes = field(repr=False)
    refusal: str = ""
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Graded:
    """A graded submission: the files of its results by their names; or why it could not be graded.

    `seconds` and `slowest`, a check's number and its seconds, are not in the files: they differ from run to run.
    """

    name: str
    key: str
    files: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""
    isolation: str = ""
    seconds: float = 0.0
    slowest: str = ""
    slowest_seconds: float = 0.0
    errors: int = 0  # checks that met a fault of ours


def send_order(stream: BinaryIO, order: Order) -> None:
    """Write an order."""
    header = asdict(order)
    header["data"] = len(order.data)
    _send(stream, header, order.data)


def receive_order(stream: BinaryIO) -> Order | None:
    """Read the next order; None if there will be none."""
    header = _receive(stream)
    if header is None:
        return None
    size = header["data"]
    data = stream.read(size)
    return Order(**{**header, "data": data}) if len(data) == size else None


def send_answer(stream: BinaryIO, answer: Mapping[str, Any]) -> None:
    """Write an answer."""
    _send(stream, answer)


def receive_answer(stream: BinaryIO) -> dict[str, Any] | None:
    """Read an answer; None if whoever answers has ended."""
    return _receive(stream)


def _send(stream: BinaryIO, header: Mapping[str, Any], data: bytes = b"") -> None:
    stream.write(json.dumps(header).encode() + b"\n")
    if data:
        stream.write(data)
    stream.flush()


def _receive(stream: BinaryIO) -> dict[str, Any] | None:
    try:
        line = stream.readline(_HEADER_BYTES)
    except OSError:  # killed, with what it had not read yet
        return None
    decoded: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
    return decoded
