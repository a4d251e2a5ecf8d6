"""submission_metadata.yml of Gradescope's export -> what is known of each submission, by the name of its folder.

    submission_123:
      :submitters:
      - :name: Ada Lovelace
        :sid: '42'
        :email: ada@example.edu
      :created_at: 2026-04-26 17:34:00.861687000 Z
      :score: 20.0
      :results: {tests: [...], ...}
      :history: [...]

The format is documented nowhere. Whatever of it cannot be understood is left out; no submission is left out for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from autograder.listing import few
from autograder.messages import handed_in_class as messages
from autograder.metadata import moment
from autograder.regrade.handed_in import Person

FILE = "submission_metadata.yml"
_MOST_MIB = 512
_LONGEST = 200  # of a name, an id or an address
_FAILED = "failed"


@dataclass(frozen=True)
class Known:
    """What the platform knows of a submission; see regrade/handed_in.py."""

    people: tuple[Person, ...]
    metadata: Mapping[str, Any]
    graded: Mapping[str, Any] | None


@dataclass
class Export:
    """What was read of the file, by the names of folders; and what staff should be told."""

    known: dict[str, Known] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read_export(path: Path, due: datetime | None) -> Export:
    """Read the file. Raises nothing: what it does not tell is not known."""
    from autograder.regrade.downloads.ruby_yaml import NotRead, pieces  # PyYAML: only where there is such a file

    export = Export()
    cut = []
    try:
        if path.stat().st_size > _MOST_MIB << 20:
            raise NotRead(messages.LARGE_METADATA.format(mib=_MOST_MIB))
        with path.open("rb") as stream:
            for piece in pieces(stream):
                if not isinstance(piece.value, dict):
                    continue
                whole = piece.value if piece.is_whole else _without_results(piece.value)
                export.known[piece.key] = _known(piece.key, whole, due)
                cut += [] if piece.is_whole else [piece.key]
    except OSError as error:
        export.remarks.append(messages.NO_METADATA.format(file=path.name, why=error.strerror))
    except NotRead as error:
        export.remarks.append(messages.NO_METADATA.format(file=path.name, why=error))
    if cut:
        export.remarks.append(messages.CUT.format(names=few(cut)))
    return export


def _without_results(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in entry.items() if key not in ("results", "history")}


def _known(name: str, entry: Mapping[str, Any], due: datetime | None) -> Known:
    people = tuple(_people(entry.get("submitters")))
    return Known(people, _metadata(name, entry, people, due), _graded(entry))


def _people(submitters: Any) -> Iterable[Person]:
    for one in submitters if isinstance(submitters, list) else [submitters]:
        if isinstance(one, Mapping):
            person = Person(_text(one.get("name")), _text(one.get("sid")), _text(one.get("email")))
            if person != Person():
                yield person


def _text(value: Any) -> str:
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""


def _metadata(name: str, entry: Mapping[str, Any], people: tuple[Person, ...], due: datetime | None) -> dict[str, Any]:
    """The form of submission_metadata.json: see autograder/metadata.py."""
    found: dict[str, Any] = {
        # an export without names still tells submissions apart
        "users": [_user(person, name) for person in people] or [{"id": name, "name": "", "email": ""}],
        "created_at": _time(entry.get("created_at")),
        "previous_submissions": [_earlier(one) for one in _mappings(entry.get("history"))],
    }
    if due is not None:
        found["assignment"] = {"due_date": (due if due.tzinfo else due.replace(tzinfo=timezone.utc)).isoformat()}
    return found


def _user(person: Person, name: str) -> dict[str, str]:
    identity = person.sid or person.email or f"{name}/{person.name}"
    return {"id": identity, "name": person.name, "email": person.email}


def _earlier(entry: Mapping[str, Any]) -> dict[str, Any]:
    results = _results(entry)
    return {
        "submission_time": _time(entry.get("created_at")),
        "score": entry.get("score"),
        "autograder_error": entry.get("status") == _FAILED or (results is not None and _has_nothing(results)),
        "results": results,
    }


def _graded(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """The results of the last grading, with their score."""
    results = _results(entry)
    if results is None:
        return None
    return {**results, "score": entry.get("score") if results.get("score") is None else results["score"]}


def _results(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    results = entry.get("results")
    return results if isinstance(results, dict) else None


def _has_nothing(results: Mapping[str, Any]) -> bool:
    """Whether the autograder of then gave neither tests nor a score: the platform shows its output, and no points."""
    return not results.get("tests") and results.get("score") is None


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _time(value: Any) -> str | None:
    """A time as ISO 8601 has it; one without a zone is in UTC. What is no time stays, for metadata.py to tell of it."""
    if not isinstance(value, str):
        return None
    found = moment(value) or moment(f"{value.strip()}Z")
    return found.isoformat() if found else value[:_LONGEST]
