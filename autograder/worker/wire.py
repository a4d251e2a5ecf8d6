"""Frames on the socket between grader and worker.

A frame is a preamble of 16 bytes (magic, length of the header, length of the body), a header and a body of raw
tensor bytes. Towards the worker the header is a pickle (`parcel.py`); towards the grader it is JSON (`plain.py`).
The reader checks the two lengths against its bounds before it reads on, and before it allocates anything.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

MAGIC = b"AGW1"
PREAMBLE = struct.Struct("<4sIQ")


class WireError(Exception):
    """The other side sent something that is not a frame of this protocol, or exceeds its bounds."""


@dataclass(frozen=True)
class Bounds:
    """What the grader accepts from a worker in one frame; everything above is refused unread."""

    header_bytes: int = 1 << 20
    body_bytes: int = 64 << 20
    depth: int = 32
    dimensions: int = 8


def pack(header: bytes, buffers: Iterable[bytes | bytearray | memoryview] = ()) -> list[bytes | bytearray | memoryview]:
    """The pieces of one frame, ready to be sent one after another (no copy of the buffers is made)."""
    body = list(buffers)
    return [PREAMBLE.pack(MAGIC, len(header), sum(len(piece) for piece in body)), header, *body]


def unpack_preamble(preamble: bytes, bounds: Bounds) -> tuple[int, int]:
    """The lengths of header and body that a preamble announces. Raises WireError if it may not be read on."""
    magic, header_bytes, body_bytes = PREAMBLE.unpack(preamble)
    if magic != MAGIC:
        raise WireError("it does not begin like a frame")
    if header_bytes > bounds.header_bytes:
        raise WireError(f"its header has {header_bytes} bytes, more than {bounds.header_bytes}")
    if body_bytes > bounds.body_bytes:
        raise WireError(f"its body has {body_bytes} bytes, more than {bounds.body_bytes}")
    return header_bytes, body_bytes


def send(sock: socket.socket, pieces: Iterable[bytes | bytearray | memoryview]) -> None:
    """Send a frame on a blocking socket."""
    for piece in pieces:
        sock.sendall(piece)


def receive_exactly(sock: socket.socket, count: int) -> bytearray | None:
    """`count` bytes from a blocking socket, or None if it ends before the first of them."""
    data = bytearray(count)
    view = memoryview(data)
    done = 0
    while done < count:
        received = sock.recv_into(view[done:])
        if received == 0:
            if done == 0:
                return None
            raise WireError(f"it ends after {done} of {count} bytes")
        done += received
    return data
