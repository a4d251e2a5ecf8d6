"""Makes what the student's code says the same in every run: without the addresses and folders that differ."""

from __future__ import annotations

import re

from autograder.worker.confine import Plan

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


def steady(text: str, plan: Plan) -> str:
    """The text with the files of a worker named from its own folder, and no memory addresses."""
    text = text.replace(plan.home + "/", "").replace(plan.home, ".").replace(plan.temporary, "TMPDIR")
    return without_addresses(text)


def without_addresses(text: str) -> str:
    """The text without memory addresses."""
    return _ADDRESS.sub("0x…", text)
