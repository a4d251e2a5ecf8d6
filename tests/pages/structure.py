"""The structure of the code, twice: as docs/architecture.md and pyproject.toml say it, and as it is imported."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grimp

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"

Groups = Mapping[str, tuple[str, ...]]
Arrow = tuple[str, str]


@dataclass(frozen=True)
class Forbidden:
    """A contract: what must not be imported, by whom, and by whom it may be nevertheless."""

    by: tuple[str, ...]
    what: tuple[str, ...]
    but: tuple[str, ...]


def named(section: str) -> list[str]:
    """What stands in the first column of the tables in a section of a page, in order."""
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def sections(page: str, level: int) -> dict[str, str]:
    """The sections of a page under headings of a level."""
    found = re.split(rf"^{'#' * level} (.+)$", page, flags=re.MULTILINE)
    bodies = (body.split("\n" + "#" * (level - 1) + " ")[0] for body in found[2::2])
    return dict(zip(found[1::2], bodies, strict=True))


def files_of_the_page(page: str) -> list[str]:
    """Every file and folder of autograder/ that the page describes."""
    return [name for body in sections(sections(page, 2)["The modules"], 3).values() for name in named(body)]


def folders_of_the_page(page: str) -> list[str]:
    """Every folder of the project that the page describes."""
    return [name.removesuffix("/") for name in named(sections(page, 2)["The folders"])]


def groups_of_the_page(page: str) -> dict[str, tuple[str, ...]]:
    """The modules of each group: what stands in its table, without what is a part of another row."""
    groups = {}
    for title, body in sections(sections(page, 2)["The modules"], 3).items():
        names = [name.removesuffix("/").removesuffix(".py") for name in named(body)]
        groups[title] = tuple(name for name in names if "/" not in name)
    return groups


def modules_on_disk() -> set[str]:
    """The modules and folders at the top of autograder/. Its __init__ is everybody's."""
    entries = (ROOT / "autograder").iterdir()
    return {entry.stem for entry in entries if entry.name not in ("__init__.py", "__pycache__")}


def imports() -> set[Arrow]:
    """Which modules at the top of autograder/ import which others; what is in a package counts as the package."""
    graph = _graph()
    found = set()
    for importer in graph.modules:
        if importer.startswith("autograder."):
            for imported in graph.find_modules_directly_imported_by(importer):
                if imported.startswith("autograder."):
                    found.add((importer.split(".")[1], imported.split(".")[1]))
    return {(importer, imported) for importer, imported in found if importer != imported}


def importers_of(package: str) -> set[str]:
    """Which modules of ours import a package that is not ours."""
    graph = _graph()
    return graph.find_modules_that_directly_import(package) if package in graph.modules else set()


def _graph() -> grimp.ImportGraph:
    sys.path.insert(0, str(ROOT))
    try:
        return grimp.build_graph("autograder", "reference", include_external_packages=True, cache_dir=None)
    finally:
        sys.path.remove(str(ROOT))


def between_groups(groups: Groups, arrows: Iterable[Arrow]) -> set[Arrow]:
    """The imports between groups that the imports between modules make."""
    home = {module: group for group, modules in groups.items() for module in modules}
    ends = {(home[importer], home[imported]) for importer, imported in arrows}
    return {(importer, imported) for importer, imported in ends if importer != imported}


def reached(start: str, arrows: Iterable[Arrow]) -> set[str]:
    """What arrows lead to from a place, in one step or several."""
    arrows = set(arrows)
    found: set[str] = set()
    ahead = [start]
    while ahead:
        place = ahead.pop()
        steps = {end for begin, end in arrows if begin == place} - found
        found |= steps
        ahead += steps
    return found


def reduced(arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows without those that others say already. There must be no circle."""
    arrows = set(arrows)
    return sorted(arrow for arrow in arrows if arrow[1] not in reached(arrow[0], arrows - {arrow}))


def contracts() -> list[dict[str, Any]]:
    """The contracts that lint-imports checks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return found


def layers() -> dict[str, int]:
    """The layer of each module, from the top: 0 may import all others."""
    (contract,) = (contract for contract in contracts() if contract["type"] == "layers")
    rows = enumerate(contract["layers"])
    return {module: number for number, row in rows for module in row.split(" | ")}


def forbidden() -> list[Forbidden]:
    """Which imports are forbidden, those of the last layer included: it may import nothing of autograder's."""
    order = layers()
    last = tuple(module for module, layer in order.items() if layer == max(order.values()))
    found = [Forbidden(last, ("every other module of autograder",), ())]
    for contract in contracts():
        if contract["type"] == "forbidden":
            but = dict.fromkeys(line.split(" -> ")[0] for line in contract.get("ignore_imports", ()))
            found.append(Forbidden(tuple(contract["source_modules"]), tuple(contract["forbidden_modules"]), tuple(but)))
    return found
