"""measured.json: what `validate --store` measured of an assignment's checks, and of which version of its files.

{"files": {"checks.py": "9f86...", "mistakes.py": "..."}, "torch": "2.13.0",
 "seconds": {"4.1.1": 0.05}, "by_chance": ["5.1.2"], "false_alarms": {"5.1.2": 1e-9},
 "caught": {"kl_log_sigma": ["4.1.2"]}}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields

from autograder.assignment import Assignment
from autograder.errors import AssignmentError

FILE = "measured.json"
_FILES = ("checks.py", "mistakes.py")


@dataclass(frozen=True)
class Measurement:
    """What was measured, by the numbers of the checks. `caught` has for every mistake the checks that fail it."""

    seconds: Mapping[str, float] = field(default_factory=dict)  # with the reference
    by_chance: Sequence[str] = ()  # checks in which something is drawn
    false_alarms: Mapping[str, float] = field(default_factory=dict)  # as the checks state them
    caught: Mapping[str, Sequence[str]] = field(default_factory=dict)
    torch: str = ""
    files: Mapping[str, str] = field(default_factory=dict)  # fingerprints of what was measured


def fingerprints(assignment: Assignment) -> dict[str, str]:
    """What the files that a measurement is about look like now: to be taken before they are measured."""
    paths = [assignment.folder / name for name in _FILES]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in paths if path.is_file()}


def changed(assignment: Assignment, measured: Measurement) -> list[str]:
    """The files that were changed since they were measured."""
    now = fingerprints(assignment)
    return [name for name in _FILES if now.get(name) != measured.files.get(name)]


def load(assignment: Assignment) -> Measurement | None:
    """What was stored, or None. Raises AssignmentError."""
    path = assignment.folder / FILE
    if not path.is_file():
        return None
    known = [known.name for known in fields(Measurement)]
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(table, dict) or set(table) != set(known):
            raise ValueError(f"it should have {', '.join(known)}")
        kinds = {name: list if name == "by_chance" else str if name == "torch" else dict for name in known}
        if wrong := [name for name in known if not isinstance(table[name], kinds[name])]:
            raise ValueError(f"{wrong[0]} should be a {kinds[wrong[0]].__name__}")
        return Measurement(**table)
    except ValueError as error:
        cure = f"write it anew: python -m autograder validate {assignment.name} --store"
        raise AssignmentError(f"{path}: cannot be read: {error}; {cure}") from None


def save(assignment: Assignment, measured: Measurement) -> None:
    """Write what was measured."""
    path = assignment.folder / FILE
    path.write_text(json.dumps(asdict(measured), indent=1, sort_keys=True) + "\n", encoding="utf-8")
