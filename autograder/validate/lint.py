"""Anti-patterns in checks, found in their source: each lets a wrong submission pass or refuses a right one."""

from __future__ import annotations

from pathlib import Path


def findings(path: Path) -> list[str]:
    """What is wrong in a checks file: "checks.py:12: what, and what to write instead"."""
    return []
