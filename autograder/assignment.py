"""assignment.toml -> Assignment, with errors that name file, key and cure.

title = "VAE I"                    # shown at the top of reports
files = ["submission.py"]          # what a student hands in; the first one is imported
reference = "reference.vae"        # the module that the checks compare with
isolation = ["files", "memory"]    # layers that --require-isolation insists on; if left out, see DEFAULT_ISOLATION
inputs = "same"                    # "submission" draws other inputs for every submission: stored answers earn nothing
warm_up_optimizer = false          # true where two or more checks train: pays the import of torch.optim once

[parts.4]
title = "Densities"
points = 16                        # the weights of the checks numbered 4.* must add up to this
names = ["kl", "log_normal"]       # what a student defines for it: a mistake in one of them may cost points here only

by_hand = 2                        # of these points: those of answers in words, which a person gives; 0 if left out

[limits]                           # of the student's code; every key may be left out
timeout_s = 10                     # for one check, unless it says otherwise
import_timeout_s = 30
memory_mib = 512
output_mib = 64
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from autograder.errors import AssignmentError, UsageError, nearest
from autograder.model import Part
from autograder.worker import confine

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


# What Linux offers to everybody. As root there is more ("user"), elsewhere less.
DEFAULT_ISOLATION = ("limits", "memory", "no new privileges", "files", "system calls")


@dataclass(frozen=True)
class Limits:
    """What the student's code may take: in one check, and in one import of its module."""

    timeout_s: float = 10.0
    import_timeout_s: float = 30.0
    memory_mib: int = 512
    output_mib: int = 64


@dataclass(frozen=True)
class Assignment:
    """One homework, as its assignment.toml declares it."""

    folder: Path
    title: str
    files: tuple[str, ...]
    reference: str
    parts: tuple[Part, ...]
    limits: Limits
    warm_up_optimizer: bool = False
    isolation: tuple[str, ...] = DEFAULT_ISOLATION
    inputs: str = "same"

    @property
    def name(self) -> str:
        """The name of its folder: what the command line calls it."""
        return self.folder.name

    @property
    def module_file(self) -> str:
        """The file that is imported as the student's module."""
        return self.files[0]

    @property
    def names(self) -> frozenset[str]:
        """The names that students define."""
        return frozenset(name for part in self.parts for name in part.names)

    def names_of(self, number: str) -> frozenset[str]:
        """The names that students define for a part."""
        return frozenset(name for part in self.parts if part.number == number for name in part.names)

    @property
    def checks_file(self) -> Path:
        """The pytest file with its checks."""
        return self.folder / "checks.py"


def find_assignment(name: str, root: Path) -> Path:
    """The folder of an assignment below `root`. Raises UsageError with the nearest name there is."""
    known = known_assignments(root)
    if name in known:
        return root / name
    similar = nearest(name, known)
    cure = f"did you mean {similar}?" if similar else f"there is {', '.join(known) or 'none'}"
    raise UsageError(f"there is no assignment {name!r} in {root}: {cure}")


def known_assignments(root: Path) -> list[str]:
    """The names of the assignments below `root`, in alphabetical order."""
    return sorted(path.parent.name for path in root.glob("*/assignment.toml"))


def load_assignment(folder: Path) -> Assignment:
    """Read and validate an assignment's assignment.toml. Raises AssignmentError."""
    path = folder / "assignment.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be read ({error.strerror}); every assignment needs one") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: is not valid TOML: {error}") from None
    top = _Table(path, "", table)
    top.only("title", "files", "reference", "parts", "limits", "warm_up_optimizer", "isolation", "inputs")
    files = top.take("files", list)
    if not files or not all(isinstance(name, str) and name and "/" not in name for name in files):
        raise AssignmentError(
            f'{path}: files is {files!r}, but should be a list of file names such as ["submission.py"]'
        )
    return Assignment(
        folder=folder,
        title=top.take("title", str),
        files=tuple(files),
        reference=top.take("reference", str),
        parts=_parts(path, top.take("parts", dict)),
        limits=_limits(_Table(path, "limits.", top.take("limits", dict, {}))),
        warm_up_optimizer=top.take("warm_up_optimizer", bool, False),
        isolation=_isolation(path, top),
        inputs=_inputs(path, top.take("inputs", str, "same")),
    )


def _parts(path: Path, tables: dict[str, Any]) -> tuple[Part, ...]:
    parts = []
    for number, content in tables.items():
        if not number.isdecimal() or not isinstance(content, dict):
            raise AssignmentError(f"{path}: parts.{number} should be a table named by a number, as in [parts.4]")
        table = _Table(path, f"parts.{number}.", content)
        table.only("title", "points", "names", "by_hand")
        names = table.texts("names")
        by_hand = table.positive("by_hand") if "by_hand" in content else 0.0
        parts.append(Part(number, table.take("title", str), table.positive("points"), names, by_hand))
        if twice := sorted(set(names) & {name for part in parts[:-1] for name in part.names}):
            raise AssignmentError(f"{path}: parts.{number}.names has {twice[0]}, which another part has too")
    if not parts:
        raise AssignmentError(f"{path}: has no parts; add at least one, as in [parts.1] with title and points")
    return tuple(sorted(parts, key=lambda part: int(part.number)))


def _isolation(path: Path, top: _Table) -> tuple[str, ...]:
    if "isolation" not in top.content:
        return DEFAULT_ISOLATION
    known = [layer.name for layer in confine.LAYERS]
    for name in top.texts("isolation"):
        if name not in known:
            similar = nearest(name, known)
            cure = f"did you mean {similar}?" if similar else f"there are {', '.join(known)}"
            raise AssignmentError(f"{path}: isolation has {name!r}, which is no layer: {cure}")
    return top.texts("isolation")


def _inputs(path: Path, given: str) -> str:
    if given not in ("same", "submission"):
        raise AssignmentError(f'{path}: inputs is "{given}", but should be "same" or "submission"')
    return given


def _limits(table: _Table) -> Limits:
    names = [field.name for field in fields(Limits)]
    table.only(*names)
    given = {name: table.positive(name) for name in names if name in table.content}
    return Limits(**{name: int(value) if name.endswith("_mib") else value for name, value in given.items()})  # type: ignore[arg-type]


def only_known(path: Path, prefix: str, content: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raise AssignmentError, with the nearest key there is, if a table of a file has a key that is not known."""
    for key in content:
        if key not in known:
            similar = nearest(key, known)
            cure = f"did you mean {similar}?" if similar else f"known are {', '.join(known)}"
            raise AssignmentError(f"{path}: {prefix}{key} is not a known key: {cure}")


class _Table:
    """A table of the file, with errors that name the place in it."""

    def __init__(self, path: Path, prefix: str, content: dict[str, Any]) -> None:
        self.path, self.prefix, self.content = path, prefix, content

    def only(self, *known: str) -> None:
        only_known(self.path, self.prefix, self.content, known)

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self.content.get(key, default)
        if value is None:
            raise AssignmentError(f"{self.path}: {self.prefix}{key} is missing; add it as {_KINDS[kind]}")
        if not isinstance(value, kind):
            raise AssignmentError(f"{self.path}: {self.prefix}{key} is {value!r}, but should be {_KINDS[kind]}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise AssignmentError(f'{self.path}: {self.prefix}{key} is {value!r}, but should be a list as in ["kl"]')
        return tuple(value)

    def positive(self, key: str) -> float:
        value = self.content.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not (0 < value < math.inf):
            raise AssignmentError(f"{self.path}: {self.prefix}{key} is {value!r}, but should be a positive number")
        return float(value)


_KINDS = {str: "a text", list: "a list", dict: "a table", bool: "true or false"}
