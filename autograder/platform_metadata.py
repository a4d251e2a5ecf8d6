"""submission_metadata.json as the platform writes it, and a file that changes what stands in it.

    {"created_at": "2026-03-01T12:00:00+01:00", "assignment": {"due_date": "2026-02-28T23:59:00+01:00"},
     "previous_submissions": [{"score": "20.0", "results": {...}}]}

Numbers that the platform writes as text are text here too; `assignment_id` is null there, and so it is here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.errors import UsageError, nearest

_CREATED = "2026-01-15T12:00:00.000000-08:00"
_RELEASED = "2026-01-01T00:00:00.000000-08:00"
_DUE = "2026-01-31T23:59:00.000000-08:00"
_DATES = {"release_date": _RELEASED, "due_date": _DUE, "late_due_date": None}
_DEFAULT: dict[str, Any] = {
    "id": 1,
    "users": [{"id": 2, "email": "student@example.edu", "name": "A Student", "sid": "", "assignment": _DATES}],
    "created_at": _CREATED,
    "assignment_id": None,
    "assignment": {
        "id": 3,
        "title": "Homework",
        **_DATES,
        "total_points": "100.0",
        "course_id": 4,
        "group_submission": False,
        "group_size": None,
        "outline": [
            {
                "id": 5,
                "type": "ProgrammingQuestion",
                "title": "Autograder",
                "parent_id": None,
                "weight": "100.0",
                "content": [],
                "index": 1,
            }
        ],
    },
    "submission_method": "upload",
    "previous_submissions": [],
}
_PREVIOUS: dict[str, Any] = {
    "id": 6,
    "submission_time": _CREATED,
    "score": "0.0",
    "autograder_error": False,
    "results": {},
}


@dataclass(frozen=True)
class MetadataFile:
    """What the platform writes about one submission. Raises UsageError where dates are not dates."""

    document: Mapping[str, Any]
    place: str = "metadata"

    def __post_init__(self) -> None:
        self._moment("created_at", self.document["created_at"])
        for key in ("release_date", "due_date", "late_due_date"):
            value = self.document["assignment"].get(key)
            if value is not None:
                self._moment(f"assignment.{key}", value)

    def _moment(self, key: str, value: Any) -> datetime:
        try:
            # Python 3.10 reads an offset, but not a Z
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except (AttributeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            raise UsageError(f"{self.place}: {key} is {value!r}, but should be a date with an offset, as {_CREATED}")
        return moment

    @property
    def is_past_due(self) -> bool:
        """Was this handed in after the due date, or the late one where there is one?"""
        assignment = self.document["assignment"]
        due = assignment.get("late_due_date") or assignment.get("due_date")
        if due is None:
            return False
        return self._moment("created_at", self.document["created_at"]) > self._moment("assignment.due_date", due)

    def text(self) -> str:
        """The file's content."""
        return json.dumps(self.document, indent=2)


def load_metadata(path: Path | None, title: str = "Homework") -> MetadataFile:
    """The metadata of a rehearsal: as the platform would write it, with what the file says instead."""
    assignment = {**_DEFAULT["assignment"], "title": title}
    default = {**_DEFAULT, "assignment": assignment}
    if path is None:
        return MetadataFile(default)
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UsageError(f"{path}: is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise UsageError(f'{path}: should be an object, as in {{"created_at": "{_CREATED}"}}')
    _only_known(path, "", given, default)
    changed = given.get("assignment", {})
    if not isinstance(changed, dict):
        raise UsageError(f"{path}: assignment is {changed!r}, but should be an object")
    _only_known(path, "assignment.", changed, assignment)
    previous = _previous(path, given.get("previous_submissions", []))
    assignment = {**assignment, **changed}
    dates = {key: assignment[key] for key in _DATES}  # a student's own, which an extension would change
    users = given.get("users", [{**user, "assignment": dates} for user in default["users"]])
    merged = {**default, **given, "users": users, "assignment": assignment, "previous_submissions": previous}
    return MetadataFile(merged, str(path))


def _previous(path: Path, given: Any) -> list[dict[str, Any]]:
    """Earlier submissions, the newest first as on the platform."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise UsageError(f"{path}: previous_submissions should be a list of objects, the newest first")
    for number, one in enumerate(given):
        _only_known(path, f"previous_submissions[{number}].", one, _PREVIOUS)
    return [{**_PREVIOUS, "id": _PREVIOUS["id"] + len(given) - number, **one} for number, one in enumerate(given)]


def _only_known(path: Path, prefix: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    for key in given:
        if key not in known:
            similar = nearest(key, known)
            cure = f"did you mean {similar}?" if similar else f"known are {', '.join(known)}"
            raise UsageError(f"{path}: {prefix}{key} is not a key of the platform's metadata: {cure}")
