"""results.json as the platform takes it: what it would refuse, what is doubtful, and what it would keep.

The platform's own program reads the file, cuts long texts, and posts it; the server then looks at its form. Neither
says much when something is wrong, so every reason is named here. *Refused* is what was seen to fail; *doubtful* is what
works by luck, is dropped without a word, or is written down nowhere.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.errors import nearest

MAX_CHARS = 100_000
CUT = "[...(truncated)...]"
FORMATS = ("text", "html", "simple_format", "md", "ansi")
VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
STATUSES = ("passed", "failed")

NO_RESULTS = "The autograder failed to execute correctly"
BAD_FORM = "The results uploaded to Gradescope were not formatted correctly"
TIMED_OUT = "Your submission timed out. It took longer than {seconds:g} seconds to run."


@dataclass(frozen=True)
class Judged:
    """What the platform makes of a run's results. `document` is what it keeps; None if it keeps nothing."""

    document: Mapping[str, Any] | None
    stdout: str
    refused: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Would the platform show these results?"""
        return not self.refused


def judge(results: bytes | None, stdout: bytes) -> Judged:
    """What the platform makes of a results.json (None: there is none) and of what was printed."""
    printed = cut(stdout.decode("utf-8", "replace").replace("\0", "\ufffd"))
    if results is None:
        return Judged(None, printed, (f'there is no results.json: it shows "{NO_RESULTS}"',))
    text = results.decode("utf-8", "replace").replace("\0", "\ufffd")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        what = "is empty" if not text.strip() else f"is not JSON: {error}"
        return Judged(None, printed, (f"results.json {what}; it is scored 0 as invalid_json",))
    if not isinstance(document, dict):
        return Judged(None, printed, (f"results.json is {_kind(document)}, but should be an object",))
    findings = _Findings()
    if not _is_valid_utf8(results):
        findings.doubt("results.json", "is not UTF-8: what cannot be read is replaced")
    try:
        kept = _look(document, findings)
    except RecursionError:
        return Judged(None, printed, ("results.json is nested too deep",))
    return Judged(kept, printed, tuple(findings.refused), tuple(findings.doubts))


def cut(text: str) -> str:
    """A text as the platform keeps it: the middle is left out where it is too long."""
    if len(text) <= MAX_CHARS:
        return text
    half = (MAX_CHARS - len(CUT)) // 2
    return text[:half] + CUT + text[-half:]


class _Findings:
    def __init__(self) -> None:
        self.refused: list[str] = []
        self.doubts: list[str] = []

    def refuse(self, place: str, what: str) -> None:
        self.refused.append(f"{place} {what}")

    def doubt(self, place: str, what: str) -> None:
        self.doubts.append(f"{place} {what}")


def _look(document: dict[str, Any], findings: _Findings) -> dict[str, Any]:
    for place, number in _numbers_in(document, ""):
        if not math.isfinite(number):
            findings.refuse(place, f"is {number}: the platform cannot post it, and the run seems to time out")
    for place, text in _texts_in(document, ""):
        if "\0" in text or any(0xD800 <= ord(character) < 0xE000 for character in text):
            findings.doubt(place, "holds a NUL or half of a character (\\u0000, \\ud800), which may not be stored")
    _check_table(document, "", _TOP, findings)
    tests = document.get("tests")
    if not isinstance(tests, list):
        tests = []
    if "score" not in document and not tests:
        findings.refuse("results.json", f'has neither score nor tests: it shows "{BAD_FORM}"')
    kept = [_look_at_test(test, f"tests[{at}]", "score" in document, findings) for at, test in enumerate(tests)]
    columns = document.get("leaderboard")
    for at, column in enumerate(columns if isinstance(columns, list) else []):
        _look_at_column(column, f"leaderboard[{at}]", findings)
    hidden = [test for test in kept if shown_when(test, document) != "visible"]
    if hidden and document.get("stdout_visibility") == "visible":
        findings.doubt("stdout_visibility", "is visible, and there are hidden tests: what is printed may tell of them")
    whole = {key: document[key] for key in _TOP if key in document} | {"tests": kept}
    return _with_cut_output(whole, "", findings)


def _look_at_test(test: Any, place: str, has_total: bool, findings: _Findings) -> dict[str, Any]:
    if not isinstance(test, dict):
        findings.refuse(place, f"is {_kind(test)}, but should be an object")
        return {}
    _check_table(test, f"{place}.", _TEST, findings)
    if "score" not in test and not has_total:
        if "status" in test:
            findings.doubt(place, "has a status and no score: it is shown without points")
        else:
            findings.refuse(place, "has no score, and neither has the top level")
    score, most = test.get("score"), test.get("max_score")
    if isinstance(score, (int, float)) and isinstance(most, (int, float)) and score > most > 0:
        findings.doubt(place, f"has score {score} of {most}: the platform does not cap it")
    kept = {key: test[key] for key in _TEST if key in test}
    return _with_cut_output(kept, f"{place}.", findings)


def _with_cut_output(table: dict[str, Any], prefix: str, findings: _Findings) -> dict[str, Any]:
    output = table.get("output")
    if isinstance(output, str) and len(output) > MAX_CHARS:
        findings.doubt(f"{prefix}output", f"has {len(output)} characters: it is cut to {MAX_CHARS}")
        return {**table, "output": cut(output)}
    return table


def _look_at_column(column: Any, place: str, findings: _Findings) -> None:
    if not isinstance(column, dict) or not {"name", "value"} <= column.keys():
        findings.refuse(place, "should be an object with name and value")
        return
    _check_table(column, f"{place}.", _COLUMN, findings)


def shown_when(test: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """The visibility of a test: its own, or the one at the top."""
    return str(test.get("visibility") or document.get("visibility") or "visible")


# ------------------------------------------------------------------------------------------------ what a key may be

_Rule = Callable[[Any, str, _Findings], None]


def _number(value: Any, place: str, findings: _Findings) -> None:
    if not _is_number(value):
        findings.refuse(place, f"is {_kind(value)}, but should be a number")
    elif isinstance(value, float) and math.isfinite(value) and round(value, 3) != value:
        findings.doubt(place, f"is {value!r}, which is shown as it stands: round it")
    elif value < 0:
        findings.doubt(place, f"is {value}, below 0")


def _seconds(value: Any, place: str, findings: _Findings) -> None:
    """gradescope-utils writes a text, and that is taken."""
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):
        findings.refuse(place, f"is {_kind(value)}, but should be a number of seconds")


def _text(value: Any, place: str, findings: _Findings) -> None:
    if not isinstance(value, str):
        findings.refuse(place, f"is {_kind(value)}, but should be a text")


def _object(value: Any, place: str, findings: _Findings) -> None:
    if not isinstance(value, dict):
        findings.refuse(place, f"is {_kind(value)}, but should be an object")


def _list(value: Any, place: str, findings: _Findings) -> None:
    if not isinstance(value, list):
        findings.refuse(place, f"is {_kind(value)}, but should be a list")


def _texts(value: Any, place: str, findings: _Findings) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        findings.refuse(place, "should be a list of texts")


def _value(value: Any, place: str, findings: _Findings) -> None:
    if not _is_number(value) and not isinstance(value, str):
        findings.refuse(place, f"is {_kind(value)}, but should be a number or a text")


def _one_of(*known: str) -> _Rule:
    def rule(value: Any, place: str, findings: _Findings) -> None:
        if value not in known:
            similar = nearest(value, known) if isinstance(value, str) else None
            cure = f"did you mean {similar}?" if similar else f"it should be {', '.join(known)}"
            findings.refuse(place, f"is {json.dumps(value)[:60]}: {cure}")

    return rule


_TOP: dict[str, _Rule] = {
    "score": _number,
    "execution_time": _seconds,
    "output": _text,
    "output_format": _one_of(*FORMATS),
    "test_output_format": _one_of(*FORMATS),
    "test_name_format": _one_of(*FORMATS),
    "visibility": _one_of(*VISIBILITIES),
    "stdout_visibility": _one_of(*VISIBILITIES),
    "extra_data": _object,
    "tests": _list,
    "leaderboard": _list,
}
_TEST: dict[str, _Rule] = {
    "score": _number,
    "max_score": _number,
    "status": _one_of(*STATUSES),
    "name": _text,
    "name_format": _one_of(*FORMATS),
    "number": _text,
    "output": _text,
    "output_format": _one_of(*FORMATS),
    "tags": _texts,
    "visibility": _one_of(*VISIBILITIES),
    "extra_data": _object,
}
_COLUMN: dict[str, _Rule] = {"name": _text, "value": _value, "order": _one_of("desc", "asc")}


def _check_table(table: Mapping[str, Any], prefix: str, rules: Mapping[str, _Rule], findings: _Findings) -> None:
    for key, value in table.items():
        if key in rules:
            rules[key](value, f"{prefix}{key}", findings)
        else:
            similar = nearest(key, rules)
            findings.doubt(
                f"{prefix}{key}", f"is dropped: no such key{f'; did you mean {similar}?' if similar else ''}"
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _is_valid_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _numbers_in(value: Any, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        yield place, value
    yield from (found for inner, name in _inside(value, place) for found in _numbers_in(inner, name))


def _texts_in(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    yield from (found for inner, name in _inside(value, place) for found in _texts_in(inner, name))


def _inside(value: Any, place: str) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        yield from ((inner, f"{place}.{name}".lstrip(".")) for name, inner in value.items())
    elif isinstance(value, list):
        yield from ((inner, f"{place}[{at}]") for at, inner in enumerate(value))
