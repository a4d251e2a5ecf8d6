"""The cases: what is handed in, and what must come of it (expected.toml)."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKS = ("4.1", "5.1")
BUILDER = "corpus-builder"


@dataclass(frozen=True)
class Case:
    """One submission and what must come of it.

    `score` is the least and the most that its honest content is worth; `says` are phrases that the student must be
    able to read, by check number, and `says_any` one that must stand somewhere; `never` is one that must stand nowhere.
    `error` gives the reason why a verdict may be a fault of the grader's. `inputs` is the assignment's key.
    """

    name: str
    score: tuple[float, float]
    checks: tuple[str, ...] = CHECKS
    says: dict[str, str] = field(default_factory=dict)
    says_any: str = ""
    never: str = ""
    error: str = ""
    inputs: str = "same"


def load(folder: Path, names: Iterable[str] = ()) -> list[Case]:
    """The cases of expected.toml in `folder`, or those of them whose names begin with one of `names`."""
    table = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    wanted = tuple(names)
    return [_case(name, entry) for name, entry in table.items() if not wanted or name.startswith(wanted)]


def _case(name: str, entry: dict[str, Any]) -> Case:
    low, high = entry.pop("score")
    checks = tuple(entry.pop("checks", CHECKS))
    return Case(name, (low, high), checks, **entry)


def hand_in(name: str, folder: Path, place: Path) -> None:
    """Put what a case hands in into the empty folder `place`."""
    source = folder / "corpus" / f"{name}.py"
    kit = folder / "kit"
    if BUILDER in source.read_bytes().split(b"\n", 1)[0].decode():
        spec = importlib.util.spec_from_file_location(f"builder_{name}", source)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build(place, (kit / "right.py").read_text(encoding="utf-8"))
    else:
        shutil.copyfile(source, place / "submission.py")
        shutil.copytree(kit, place / "kit", ignore=shutil.ignore_patterns("__pycache__"))
