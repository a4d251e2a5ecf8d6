"""Where time is short only a slice of what is slow is run: every commit another, so that all is run in turn."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from typing import TypeVar

import pytest

TURN_VARIABLE = "AUTOGRADER_TESTS_TURN"
Item = TypeVar("Item")


def turn() -> int | None:
    """Which slice is to be run, or None for everything: what `./run_tests` does unless it is told otherwise."""
    text = os.environ.get(TURN_VARIABLE, "")
    return int(text) if text else None


def sliced(items: Sequence[Item], parts: int, named: str = "") -> list[Item]:
    """Every `parts`-th item, from the one whose turn it is. Those of other names have their first turns elsewhere."""
    number = turn()
    return list(items) if number is None else list(items[(number + zlib.crc32(named.encode())) % parts :: parts])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep of the tests that are marked `in_turn(parts)` every `parts`-th: of a test's cases, or of a whole module."""
    groups: dict[tuple[str, int], list[pytest.Item]] = {}
    for item in items:
        for node, mark in item.iter_markers_with_node("in_turn"):
            groups.setdefault((node.nodeid.partition("[")[0], *mark.args), []).append(item)
            break  # the mark of a test stands before that of its module
    left_out = {id(item) for group in groups.values() for item in group}
    for (name, parts), group in groups.items():
        left_out -= {id(item) for item in sliced(group, parts, name)}
    config.hook.pytest_deselected(items=[item for item in items if id(item) in left_out])
    items[:] = [item for item in items if id(item) not in left_out]
