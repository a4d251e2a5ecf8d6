"""What the platform would show of a run: to staff, and to the student."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.platform_results import Judged, shown_when
from autograder.policies.written_out import as_text
from autograder.report.text import clean, clip, points

_STDOUT_LINES = 12
_OUTPUT_CHARS = 600
_WIDTH = 96


def staff_view(judged: Judged) -> str:
    """Every test, the total, and the end of what was printed."""
    document = judged.document
    lines = [_heading("What staff see")]
    if document is not None:
        lines += [*_output(document), *(_row(test, document) for test in document["tests"]), ""]
        lines += [f"Score: {_total(document)}{_top_score_note(document)}", *_leaderboard(document)]
    return "\n".join([*lines, *_printed(judged)])


def student_view(judged: Judged, *, past_due: bool) -> str:
    """What the student sees before grades are published; after the due date more, if `past_due`."""
    document = judged.document
    if document is None:
        return _heading("What the student sees") + "\nno results"
    seen = {"visible", "after_due_date"} if past_due else {"visible"}
    tests = [test for test in document["tests"] if shown_when(test, document) in seen]
    hidden = len(document["tests"]) - len(tests)
    good = sum(_status(test) == "passed" for test in tests)
    lines = [_heading("What the student sees"), *_output(document)]
    for test in tests:
        if _status(test) != "passed":
            lines += [_row(test, document), *_said(test, document)]
    lines += [f"  {good} of {len(tests)} tests passed", ""]
    if hidden:
        are = "test is" if hidden == 1 else "tests are"
        lines.append(f"Score: not shown, because {hidden} {are} not shown")
    else:
        lines.append(f"Score: {_total(document)}")
    lines += _leaderboard(document)
    if document.get("stdout_visibility") in seen:
        lines += _printed(judged)
    return "\n".join(lines)


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _output(document: Mapping[str, Any]) -> list[str]:
    output = document.get("output")
    return [_text(output), ""] if isinstance(output, str) and output else []


def _row(test: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    when = shown_when(test, document)
    mark = "" if when == "visible" else f"  [{when}]"
    number, name = (str(test.get(key) or "") for key in ("number", "name"))
    label = f"{clean(number):<6} {clean(name) or '(no name)'}"
    room = _WIDTH - 22 - len(mark)
    label = label if len(label) <= room else f"{label[: room - 1]}…"
    return f"  {_status(test):<8}{label:<{room}} {_score(test):>9}{mark}".rstrip()


def _said(test: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    output, format = test.get("output"), test.get("output_format") or document.get("test_output_format")
    if not isinstance(output, str):
        return []
    return [f"{'':<17}{line}" for line in _text(as_text(output, str(format))).splitlines()]


def _status(test: Mapping[str, Any]) -> str:
    """As the platform colours it: by the status, or else by the score."""
    if test.get("status") in ("passed", "failed"):
        return str(test["status"])
    return "passed" if test.get("score") == test.get("max_score") else "failed"


def _score(test: Mapping[str, Any]) -> str:
    score, most = test.get("score"), test.get("max_score")
    if score is None:
        return ""
    return _number(score) if most is None else f"{_number(score)}/{_number(most)}"


def _number(value: Any) -> str:
    return str(points(value)) if isinstance(value, (int, float)) and abs(value) < 1e9 else str(value)


def _total(document: Mapping[str, Any]) -> str:
    if "score" in document:
        return _number(document["score"])
    scores = [test.get("score") for test in document["tests"]]
    return _number(sum(score for score in scores if isinstance(score, (int, float)) and not isinstance(score, bool)))


def _top_score_note(document: Mapping[str, Any]) -> str:
    return " (the top level's, not the sum of the tests)" if "score" in document and document["tests"] else ""


def _leaderboard(document: Mapping[str, Any]) -> list[str]:
    columns = document.get("leaderboard")
    if not isinstance(columns, list):
        return []
    named = [column for column in columns if isinstance(column, dict)]
    return [f"Leaderboard: {column.get('name')} = {column.get('value')}" for column in named]


def _printed(judged: Judged) -> list[str]:
    lines = clean(judged.stdout).splitlines()
    if not lines:
        return ["Standard output: nothing"]
    which = "its end" if len(lines) > _STDOUT_LINES else "all of it"
    return [
        f"Standard output ({len(judged.stdout)} characters, {which}):",
        *(f"  | {line[:_WIDTH]}".rstrip() for line in lines[-_STDOUT_LINES:]),
    ]


def _text(text: str) -> str:
    return clip(clean(text), _OUTPUT_CHARS).strip()
