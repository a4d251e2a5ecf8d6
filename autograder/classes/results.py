"""Gradescope's results.json -> as much of a Report as it tells: scores, names, how a check ended, the text.

What a recorded report has and this has not: known mistakes by name, points that wait for a person, what a check
requires (but for the one that blocked it), and the parts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from autograder.model import Adjustment, Check, Report, Status, Verdict
from autograder.policies.written_out import as_text

# The beginnings of what grading.py writes; a test keeps both in step.
_BEGINNINGS = {
    "Skipped: needs ": Status.BLOCKED,
    "This check could not be graded": Status.ERROR,
    "Graded after submission.": Status.LATER,
}
_NEEDED = re.compile(r'Skipped: needs (\S+) "')
_MOST = 1e9  # points and seconds
_TIMEOUT_S = 1.0  # not told, and not needed


def report_of(document: Mapping[str, Any]) -> Report:
    """The report that a results.json tells of. Raises ValueError, KeyError or TypeError if it is none."""
    verdicts: dict[str, Verdict] = {}
    lacking = 0.0
    for place, test in enumerate(document["tests"], 1):
        number = str(test.get("number") or place)
        number = number if number not in verdicts else f"{number}#{place}"
        verdicts[number] = _verdict(test, number)
        lacking += min(0.0, _finite(test.get("score", 0)))  # a score below 0 takes from the total
    earned = math.fsum([*(verdict.score for verdict in verdicts.values()), lacking])
    score = _finite(document.get("score", earned))
    adjustment = score - earned + lacking
    return Report(
        assignment="",
        title=str(document.get("output") or "").partition("\n")[0].strip(),
        parts=(),
        verdicts=tuple(verdicts.values()),
        wall_s=_finite(document.get("execution_time", 0)),
        adjustments=(Adjustment("", adjustment),) if abs(adjustment) > 1e-9 else (),
    )


def _verdict(test: Mapping[str, Any], number: str) -> Verdict:
    score, worth = max(0.0, _finite(test.get("score", 0))), _finite(test.get("max_score", test.get("score", 0)))
    text = as_text(str(test.get("output") or ""), str(test.get("output_format") or ""))
    needed = _NEEDED.match(text)
    check = Check(
        id=number,
        name=str(test.get("name") or number),
        number=number,
        max_score=max(score, worth, 0.0),
        timeout_s=_TIMEOUT_S,
        requires=(needed[1],) if needed else (),
        extra_credit=score > worth,
    )
    status = next((status for start, status in _BEGINNINGS.items() if text.startswith(start)), None)
    if status is None:
        is_fine = test.get("status", "passed" if score >= worth else "failed") == "passed"
        status = Status.PASSED if is_fine else Status.FAILED
    return Verdict(check, status, score, text)


def _finite(value: Any) -> float:
    number = float(value)
    if not abs(number) <= _MOST:
        raise ValueError(f"{value!r:.40} is no number of points or seconds")
    return number
