"""One submission of a class, before it is graded: what it is called, where its files lie, and who handed it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Person:
    """Somebody who handed in a submission. What is not known is empty."""

    name: str = ""
    sid: str = ""
    email: str = ""


@dataclass(frozen=True)
class HandedIn:
    """A submission of a class: a folder or a file at `place`, or `files` by the names that they were handed in with.

    `name` is unique in its class and names the folder of its results. `metadata` is what the platform knows of it, in
    the form of its submission_metadata.json; `graded` the results.json that the platform keeps of its last grading.
    """

    name: str
    place: Path | None = None
    files: Mapping[str, Path] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    metadata: Mapping[str, Any] | None = None
    graded: Mapping[str, Any] | None = None
