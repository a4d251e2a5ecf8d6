"""submission_metadata.json -> Metadata: who handed in, when, until when they could, and what they handed in before.

The platform writes the file, and says itself that its content may change. Real files have texts where its documents
have numbers, nulls, keys that are documented nowhere, and earlier submissions in any order. So reading never fails:
what cannot be understood is left out, and told in `problems`, which are for staff. A doubt costs no points.

The file holds what hidden checks said before. Read it only after the nursery is forked: see worker/nursery.py.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder import messages

_MOST_BYTES = 64 << 20  # a hundred submissions with long outputs are a tenth of that
_YEARS = range(1970, 2200)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)", re.ASCII | re.IGNORECASE
)
UNGRADED = "ungraded_points"  # in the extra_data of our results.json: a fault of ours, which is no attempt


@dataclass(frozen=True)
class Earlier:
    """An earlier submission of the same student or group."""

    submitted_at: datetime
    is_fault: bool = False  # of the platform's or ours: not the student's
    results: Mapping[str, Any] | None = None  # its results.json, as the platform gives it back


@dataclass(frozen=True)
class Metadata:
    """What the platform knows about one submission, as far as it could be read."""

    submitted_at: datetime | None = None
    due_at: datetime | None = None  # the latest of those of the students who handed it in together
    students: tuple[str, ...] = ()  # their ids, sorted
    earlier: tuple[Earlier, ...] = ()  # what was handed in before this, the oldest first
    problems: tuple[str, ...] = ()


def read_metadata(path: Path) -> Metadata | None:
    """Read a metadata file; None if there is none, as at home. Raises nothing."""
    try:
        if not path.exists():
            return None
        if not path.is_file():
            return _broken(path, messages.policies.NO_FILE)
        if path.stat().st_size > _MOST_BYTES:
            return _beginning(path)
        document = json.loads(path.read_bytes())
    except OSError as error:
        return _broken(path, messages.policies.NOT_READ.format(why=error.strerror))
    except (ValueError, RecursionError, MemoryError) as error:
        return _broken(path, messages.policies.NO_JSON.format(exception=type(error).__name__))
    return understood(document, path.name)


def _beginning(path: Path) -> Metadata:
    """What stands before the earlier submissions, which come last: long outputs must not make anybody be in time."""
    with path.open("rb") as file:
        head, key, _ = file.read(_MOST_BYTES // 64).partition(b'"previous_submissions"')
    if not key:
        return _broken(path, messages.policies.TOO_LARGE.format(mib=_MOST_BYTES >> 20))
    found = understood(json.loads(head.rstrip().removesuffix(b",") + b"}"), path.name)
    problem = messages.policies.EARLIER_NOT_COUNTED.format(name=path.name, mib=_MOST_BYTES >> 20)
    return replace(found, problems=(problem, *found.problems))


def _broken(path: Path, why: str) -> Metadata:
    return Metadata(problems=(messages.policies.NOT_APPLIED.format(name=path.name, why=why),))


def understood(document: Any, name: str = "submission_metadata.json") -> Metadata:
    """What a document says that was read from a metadata file."""
    if not isinstance(document, Mapping):
        return Metadata(problems=(messages.policies.NO_OBJECT.format(name=name),))
    reading = _Reading(name)
    submitted_at = reading.time("created_at", document.get("created_at"))
    if document.get("created_at") is None:
        reading.problems.append(messages.policies.NO_CREATED_AT.format(name=name))
    users = reading.objects("users", document.get("users"))
    if not users:
        reading.problems.append(messages.policies.NO_USERS.format(name=name))
    return Metadata(
        submitted_at,
        reading.due(document.get("assignment"), users, document.get("users")),
        reading.students(users),
        reading.earlier(document.get("previous_submissions"), submitted_at),
        tuple(reading.problems),
    )


class _Reading:
    """Reads one document, and remembers what it could not understand."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.problems: list[str] = []

    def time(self, key: str, value: Any) -> datetime | None:
        """A moment; None if there is none."""
        found = moment(value)
        if found is None and value is not None:
            self.problems.append(messages.policies.NO_TIME.format(name=self._name, key=key, got=_short(value)))
        return found

    def objects(self, key: str, value: Any) -> list[Mapping[str, Any]]:
        """The objects of a list."""
        if value is None:
            return []
        found = [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
        if not isinstance(value, list) or len(found) < len(value):
            self.problems.append(messages.policies.NO_LIST.format(name=self._name, key=key))
        return found

    def due(self, assignment: Any, users: list[Mapping[str, Any]], given_users: Any) -> datetime | None:
        """The due date: each student's own, else everybody's; of several students the latest, which is the kindest.

        None if there is none, or if one cannot be read: it may have been an extension.
        """
        if given_users is not None and (not isinstance(given_users, list) or len(users) < len(given_users)):
            return None
        everybodys = assignment.get("due_date") if isinstance(assignment, Mapping) else None
        given = []
        for user in users:
            own = user.get("assignment")
            if own is not None and not isinstance(own, Mapping):
                self.problems.append(messages.policies.NO_ASSIGNMENT.format(name=self._name))
                return None
            own_date = own.get("due_date") if own is not None else None
            given.append(everybodys if own_date is None else own_date)
        dates = [self.time("due_date", value) for value in given or [everybodys]]
        known = [date for date in dates if date is not None]
        return max(known) if len(known) == len(dates) else None

    def students(self, users: list[Mapping[str, Any]]) -> tuple[str, ...]:
        """The ids of the students; none if one has no id: for other students others would be left."""
        ids = [user.get("id") if user.get("id") is not None else user.get("email") for user in users]
        known = {str(found) for found in ids if isinstance(found, (int, str)) and not isinstance(found, bool) and found}
        if len(known) < len(set(map(str, ids))):
            self.problems.append(messages.policies.NO_ID.format(name=self._name))
            return ()
        return tuple(sorted(known))

    def earlier(self, given: Any, submitted_at: datetime | None) -> tuple[Earlier, ...]:
        """The submissions before this one, by time: a run that is repeated later finds the same ones."""
        found = []
        for entry in self.objects("previous_submissions", given):
            at = self.time("submission_time", entry.get("submission_time"))
            if at is None or submitted_at is None or at >= submitted_at:
                continue
            results = entry.get("results")
            results = results if isinstance(results, Mapping) else None
            found.append(Earlier(at, _is_true(entry.get("autograder_error")) or _was_ours(results), results))
        return tuple(sorted(found, key=lambda one: one.submitted_at))


def moment(value: Any) -> datetime | None:
    """A time with an offset, in the ways that ISO 8601 is written; None for anything else."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 60 else None
    if match is None:
        return None
    day, clock, fraction, offset = match.groups()
    if not offset.startswith(("+", "-")):
        offset = "+00:00"
    digits = offset[1:].replace(":", "")
    try:
        # Python 3.10 reads a fraction of three or six digits only
        found = datetime.fromisoformat(
            f"{day}T{clock if clock.count(':') == 2 else clock + ':00'}.{(fraction or '0')[:6]:0<6}"
            f"{offset[0]}{digits[:2]}:{digits[2:] or '00'}"
        )
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def number(value: Any) -> float | None:
    """A finite number, also where the platform writes it as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.casefold() == "true")


def _was_ours(results: Mapping[str, Any] | None) -> bool:
    """Whether checks of that run ended in a fault of ours."""
    data = results.get("extra_data") if results else None
    return bool(number(data.get(UNGRADED))) if isinstance(data, Mapping) else False


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return repr(text[:40])
