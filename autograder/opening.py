"""Whose fault is it that a request did not open in a worker? It is tried in another, where no student's code runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.worker import serve
from autograder.worker.link import Broken, Link
from autograder.worker.nursery import Nursery

_WITHIN_S = 30.0
_OUTPUT_BYTES = 1 << 20


def opens_elsewhere(
    nursery: Nursery, task: serve.Task, pieces: Sequence[bytes | bytearray | memoryview], number: int
) -> bool:
    """Does a request open in a fresh worker that imports nothing? Raises NurseryDied."""
    ends = nursery.hatch(replace(task, module_file=serve.NO_MODULE))
    link = Link(ends, nursery.bounds, _OUTPUT_BYTES)
    try:
        for _ in ("confined", "ready"):
            link.receive(0, _WITHIN_S)
        return link.request(list(pieces), number, _WITHIN_S).message.get("kind") != "unopened"
    except Broken:
        return False
    finally:
        nursery.end(ends.pid, None)
        link.close()
