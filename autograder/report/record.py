"""Report <-> JSON with everything that staff may know, for what looks at many reports: a class, a comparison.

Pictures are not in it: they belong to the report of one submission.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.errors import GraderError
from autograder.model import Adjustment, Check, Leaderboard, Part, Report, Status, Verdict, Visibility

_MOST = 1e9  # points and seconds
FORMAT = 1  # a file of another format is not read


def recorded(report: Report) -> str:
    """The report as JSON, one line for each verdict. The same report gives the same text."""
    verdicts = ",\n".join("  " + _json(_plain_verdict(verdict)) for verdict in report.verdicts)
    rest = {
        "format": FORMAT,
        "assignment": report.assignment,
        "title": report.title,
        "submission": report.submission,
        "place": report.place,
        "wall_s": report.wall_s,
        "isolation": report.isolation,
        "notes": report.notes,
        "staff_notes": report.staff_notes,
        "adjustments": [asdict(adjustment) for adjustment in report.adjustments],
        "columns": [[asdict(board), value] for board, value in report.columns],
        "parts": [_plain_part(part) for part in report.parts],
    }
    lines = [f" {_json(key)}: {_json(value)}," for key, value in rest.items()]
    text = "\n".join(["{", *lines, ' "verdicts": [', verdicts, " ]", "}"]) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()  # lone surrogates, which student code may print


def read(path: Path) -> Report:
    """The report in a file. Raises GraderError if it holds none."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _no_report(path, error) from None
    return understood(plain, path)


def understood(plain: Any, path: Path) -> Report:
    """The report in a decoded file. Raises GraderError if it holds none."""
    try:
        if plain["format"] != FORMAT:
            raise GraderError(f"{path}: has format {plain['format']}, but this version reads {FORMAT}; grade again")
        return _report(plain)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise _no_report(path, error) from None


def _no_report(path: Path, error: Exception) -> GraderError:
    return GraderError(f"{path}: is not a recorded report ({error!r}); grade again with --record")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _plain_part(part: Part) -> dict[str, Any]:
    return {**asdict(part), "visibility": part.visibility.value if part.visibility else None}


def _plain_verdict(verdict: Verdict) -> dict[str, Any]:
    check = verdict.check
    plain = {field: value for field, value in vars(verdict).items() if field not in ("check", "exhibits")}
    return {"check": {**asdict(check), "visibility": check.visibility.value}, **plain, "status": verdict.status.value}


def _report(plain: Mapping[str, Any]) -> Report:
    return Report(
        assignment=str(plain["assignment"]),
        title=str(plain["title"]),
        parts=tuple(_part(part) for part in plain["parts"]),
        verdicts=tuple(_verdict(verdict) for verdict in plain["verdicts"]),
        wall_s=_number(plain["wall_s"]),
        isolation=str(plain["isolation"]),
        notes=tuple(plain["notes"]),
        adjustments=tuple(Adjustment(**adjustment) for adjustment in plain["adjustments"]),
        columns=tuple((Leaderboard(**board), value) for board, value in plain["columns"]),
        staff_notes=tuple(plain["staff_notes"]),
        submission=str(plain["submission"]),
        place=str(plain["place"]),
    )


def _part(plain: Mapping[str, Any]) -> Part:
    visibility = Visibility(plain["visibility"]) if plain["visibility"] else None
    numbers = {key: _number(plain[key]) for key in ("points", "by_hand")}
    texts = {key: _text(plain[key]) for key in ("number", "title")}
    return Part(**{**plain, **numbers, **texts, "visibility": visibility, "names": _texts(plain["names"])})


def _verdict(plain: Mapping[str, Any]) -> Verdict:
    texts = {key: _text(plain[key]) for key in ("student_output", "staff_output")}
    numbers = {key: _number(plain[key]) for key in ("score", "wall_s")}
    own = {**plain, **texts, **numbers, "status": Status(plain["status"]), "mistakes": _texts(plain["mistakes"])}
    return Verdict(**{**own, "check": _check(plain["check"])})


def _check(plain: Mapping[str, Any]) -> Check:
    board = plain["leaderboard"]
    return Check(
        **{
            **plain,
            **{key: _text(plain[key]) for key in ("id", "name", "number")},
            **{key: _number(plain[key]) for key in ("max_score", "timeout_s", "by_hand")},
            "visibility": Visibility(plain["visibility"]),
            "requires": _texts(plain["requires"]),
            "tags": _texts(plain["tags"]),
            "leaderboard": Leaderboard(**board) if board else None,
        }
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(map(_text, values))


def _number(value: Any) -> float:
    number = float(value)
    if isinstance(value, str) or not abs(number) <= _MOST:
        raise ValueError(f"{value!r:.40} is no number of points or seconds")
    return number
