"""assignment.toml -> Assignment, with errors that name file, key and cure.

title = "VAE I"                    # shown at the top of reports
files = ["submission.py"]          # what a student hands in; the first one is imported
reference = "reference.vae"        # the module that the checks compare with; a handout has recorded = true instead
isolation = ["files", "memory"]    # layers that --require-isolation insists on; if left out, see DEFAULT_ISOLATION
inputs = "same"                    # "submission" draws other inputs for every submission: stored answers earn nothing;
                                   # "student" for every student or group, the same when they hand in again

[parts.4]
title = "Densities"
points = 16                        # the weights of the checks numbered 4.* must add up to this
names = ["kl", "log_normal"]       # what a student defines for it: a mistake in one of them may cost points here only

by_hand = 2                        # of these points: those of answers in words, which a person gives; 0 if left out
visibility = "after_due_date"      # of its checks; goes before what they say themselves
extra_credit = false               # true: its points come on top of the total
all_or_nothing = false             # true: its points count only if all its checks pass

[limits]                           # of the student's code; every key may be left out
timeout_s = 10                     # for one check, unless it says otherwise
import_timeout_s = 30
memory_mib = 512
output_mib = 64

[container]                        # on Gradescope: what `bundle` checks a run against; every key may be left out
cpus = 1                           # with memory_gb: 0.5 with 0.75, 1 with 1.5, 2 with 3, 4 with 6
memory_gb = 1.5
timeout_minutes = 10

[report]                           # on Gradescope; every key may be left out
format = "auto"                    # of a test's output: html where there is a picture or an example, else text;
                                   # or always "text", "md", "html" or "ansi"
pictures = true                    # false: none are drawn there

[policies]                         # lateness, limits, what is shown: docs/policies.md and autograder/policies/table.py
hints = "always"
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from autograder.containers import Container
from autograder.errors import AssignmentError, UsageError, nearest
from autograder.model import Part
from autograder.policies.declared import Policies
from autograder.policies.table import policies_of, visibility
from autograder.presentation import AUTOMATIC, FORMATS, Presentation
from autograder.tables import Table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


_KEYS = (
    "title", "files", "reference", "parts", "limits", "isolation", "inputs", "container",
    "policies", "recorded", "report",
)  # fmt: skip
_WITHOUT_EFFECT = ("warm_up_optimizer",)  # of earlier versions: an old assignment is graded as ever

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
    isolation: tuple[str, ...] = DEFAULT_ISOLATION
    inputs: str = "same"
    recorded: bool = False  # the reference is not here; what it answered is recorded
    container: Container = Container()
    presentation: Presentation = Presentation()
    policies: Policies = field(default_factory=Policies)

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
    top = Table(path, "", table)
    top.only(*_KEYS, *_WITHOUT_EFFECT)
    files = top.take("files", list)
    if not files or not all(isinstance(name, str) and name and "/" not in name for name in files):
        raise AssignmentError(
            f'{path}: files is {files!r}, but should be a list of file names such as ["submission.py"]'
        )
    recorded = top.take("recorded", bool, False)
    parts = _parts(path, top.take("parts", dict))
    return Assignment(
        folder=folder,
        title=top.take("title", str),
        files=tuple(files),
        reference="" if recorded else top.take("reference", str),
        recorded=recorded,
        parts=parts,
        limits=_limits(Table(path, "limits.", top.take("limits", dict, {}))),
        isolation=_isolation(path, top),
        inputs=top.one_of("inputs", ("same", "submission", "student"), "same"),
        container=_container(Table(path, "container.", top.take("container", dict, {}))),
        presentation=_presentation(top.below("report")),
        policies=policies_of(top.below("policies"), parts),
    )


def _parts(path: Path, tables: dict[str, Any]) -> tuple[Part, ...]:
    parts = []
    for number, content in tables.items():
        if not number.isdecimal() or not isinstance(content, dict):
            raise AssignmentError(f"{path}: parts.{number} should be a table named by a number, as in [parts.4]")
        table = Table(path, f"parts.{number}.", content)
        table.only("title", "points", "names", "by_hand", "visibility", "extra_credit", "all_or_nothing")
        names = table.texts("names")
        by_hand = table.positive("by_hand") if "by_hand" in content else 0.0
        part = Part(
            number,
            table.take("title", str),
            table.positive("points"),
            names,
            by_hand,
            visibility(table, "visibility") if "visibility" in content else None,
            table.take("extra_credit", bool, False),
            table.take("all_or_nothing", bool, False),
        )
        parts.append(part)
        if twice := sorted(set(names) & {name for part in parts[:-1] for name in part.names}):
            raise AssignmentError(f"{path}: parts.{number}.names has {twice[0]}, which another part has too")
    if not parts:
        raise AssignmentError(f"{path}: has no parts; add at least one, as in [parts.1] with title and points")
    if all(part.extra_credit for part in parts):
        raise AssignmentError(f"{path}: every part is extra credit; at least one must count")
    return tuple(sorted(parts, key=lambda part: int(part.number)))


def _isolation(path: Path, top: Table) -> tuple[str, ...]:
    if "isolation" not in top.content:
        return DEFAULT_ISOLATION
    from autograder.worker import confine  # few assignments ask, and all commands load assignments

    known = [layer.name for layer in confine.LAYERS]
    for name in top.texts("isolation"):
        if name not in known:
            similar = nearest(name, known)
            cure = f"did you mean {similar}?" if similar else f"there are {', '.join(known)}"
            raise AssignmentError(f"{path}: isolation has {name!r}, which is no layer: {cure}")
    return top.texts("isolation")


def _limits(table: Table) -> Limits:
    names = [field.name for field in fields(Limits)]
    table.only(*names)
    given = {name: table.positive(name) for name in names if name in table.content}
    return Limits(**{name: int(value) if name.endswith("_mib") else value for name, value in given.items()})  # type: ignore[arg-type]


def _presentation(table: Table) -> Presentation:
    table.only("format", "pictures")
    return Presentation(table.one_of("format", FORMATS, AUTOMATIC), table.take("pictures", bool, True))


def _container(table: Table) -> Container:
    names = [field.name for field in fields(Container)]
    table.only(*names)
    try:
        return Container(**{name: table.positive(name) for name in names if name in table.content})
    except ValueError as error:
        raise AssignmentError(f"{table.path}: {table.prefix}{error}") from None
