"""Report -> Gradescope's results.json. The contract is written down in results.schema.json beside this file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder import messages
from autograder.exhibits import Picture
from autograder.metadata import UNGRADED
from autograder.model import Report, Status, Verdict
from autograder.report.modes import Draw, Output, output
from autograder.report.text import clean, clip, points
from autograder.whole_files import write_whole

# The platform cuts every text at 100 000 characters; a student reads far less.
OUTPUT_CHARS = 20_000
NAME_CHARS = 400


def _no_picture(picture: Picture) -> None:
    """Pictures are told in words."""


def results(report: Report, format: str = "text", draw: Draw = _no_picture) -> dict[str, Any]:
    """The object that Gradescope reads. All verdicts, in order; every number finite; every format explicit.

    Tests' outputs are in the `format` of presentation.py; `draw` makes their pictures.
    """
    return _document(report, [_test(verdict, output(verdict, format, draw)) for verdict in report.verdicts])


def _document(report: Report, tests: list[dict[str, Any]]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "output": _text(_summary(report)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        **({"execution_time": round(report.wall_s, 2)} if report.wall_s else {}),  # a class's times are kept elsewhere
        "tests": tests,
    }
    if points(report.score) != points(report.earned):  # else the platform adds up the tests
        document["score"] = points(report.score)
    if report.ungraded_points:  # comes back with later submissions: a fault of ours is no attempt of the student's
        document["extra_data"] = {UNGRADED: points(report.ungraded_points)}
    board = [  # everybody sees it
        {
            "name": _name(v.check.leaderboard.name),
            "value": _value(v.leaderboard_value),
            "order": v.check.leaderboard.order,
        }
        for v in report.verdicts
        if v.check.leaderboard is not None and v.leaderboard_value is not None
    ]
    board += [
        {"name": _name(column.name), "value": _value(value), "order": column.order} for column, value in report.columns
    ]
    if board:
        document["leaderboard"] = board
    return document


def _test(verdict: Verdict, said: Output) -> dict[str, Any]:
    check = verdict.check
    test: dict[str, Any] = {
        "number": _name(check.number),
        "name": _name(check.name),
        "name_format": "text",
        "score": points(verdict.score),
        "max_score": 0 if check.extra_credit else points(check.max_score),  # on top of the platform's total
        "status": "passed" if _is_fine(verdict) else "failed",
        "output": said.text,
        "output_format": said.format,
        "visibility": check.visibility.value,
    }
    if check.tags:
        test["tags"] = [_name(tag) for tag in check.tags]
    return test


def _is_fine(verdict: Verdict) -> bool:
    """Passed, or left to a person altogether: prose has no automatic points that could be missing."""
    return verdict.status is Status.PASSED or (verdict.status is Status.MANUAL and not verdict.check.max_score)


def _name(text: str) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= NAME_CHARS else line[: NAME_CHARS - 1] + "…"


def _value(value: float | str) -> float | str:
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    return clip(clean(text), OUTPUT_CHARS)


def _summary(report: Report) -> str:
    """What a student reads above the tests. It says nothing that a hidden test could not say."""
    lines = [report.title]
    seen = report.visible
    if report.ungraded_points:
        words = messages.reports.SOME_UNGRADED if seen.ungraded_points else messages.reports.UNGRADED
        lines.append(words.format(points=points(seen.ungraded_points), possible=points(report.max_score)))
    if seen.by_hand:
        read = [v.check.number for v in seen.verdicts if v.by_hand]
        words = messages.reports.READ_BY_HAND_ONE if seen.by_hand == 1 else messages.reports.READ_BY_HAND
        lines.append(words.format(points=points(seen.by_hand), numbers=", ".join(read)))
    elif report.by_hand:
        lines.append(messages.reports.SOME_READ_BY_HAND)
    lines += [_name(adjustment.text) for adjustment in report.adjustments if adjustment.text]
    return "\n".join([*lines, *map(_name, report.notes)])  # one line each: the names of files stand in them


def write(report: Report, path: Path, format: str = "text", draw: Draw = _no_picture) -> None:
    """Write results.json so that a reader sees the old file or the new one, never a part of it."""
    write_whole(path, as_json(results(report, format, draw)), messages.reports.ELSEWHERE)


class Meanwhile:
    """Writes results.json after every check of a grading that goes on. What was rendered before is not rendered anew.

    It is on one line, which takes a fifth of the time: whoever reads it is a machine, and soon there is another.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tests: dict[int, tuple[Verdict, str]] = {}  # by identity: the verdict is kept with them

    def write(self, report: Report) -> None:
        """As `write`, in the format text."""
        self._tests = {id(verdict): (verdict, self._test(verdict)) for verdict in report.verdicts}
        tests = ", ".join(text for _, text in self._tests.values())
        document = _document(report, [])
        without = _on_one_line({**{key: document[key] for key in document if key != "tests"}, "tests": []})
        write_whole(self._path, without[:-2] + tests + without[-2:], messages.reports.ELSEWHERE, lasting=False)

    def _test(self, verdict: Verdict) -> str:
        known = self._tests.get(id(verdict))
        return known[1] if known else _on_one_line(_test(verdict, output(verdict, "text", _no_picture)))


def _on_one_line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def as_json(document: dict[str, Any]) -> str:
    """Results as the text of results.json."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
