"""The results of an earlier submission -> a Report, for a submission that is over the limit.

What the platform gives back is what we wrote, normalised: every key is there, null where it was not set. It becomes a
Report again, so that what is written anew is as valid as any results.json. What does not fit into one (no tests, points
that are no numbers) cannot be given back; the submission is then graded, for that is not the student's fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from autograder import messages
from autograder.metadata import Earlier, Metadata, number
from autograder.model import Adjustment, Check, Leaderboard, Report, Status, Verdict, Visibility
from autograder.policies.attempts import Attempts, attempts
from autograder.policies.declared import Limit, Policies
from autograder.policies.lateness import figure
from autograder.policies.written_out import as_text

_NO_TIME_S = 1.0  # a check needs a timeout; this one is not run


def over_the_limit(empty: Report, policies: Policies, metadata: Metadata | None) -> Report | None:
    """The report to give back instead of grading; None if the submission is to be graded.

    `empty` is a report of the assignment before anything is graded: it has its name, title and parts.
    """
    if policies.limit is None or metadata is None:
        return None
    known = attempts(policies.limit, metadata)
    if known is None or known.may_be_one:
        return None
    return _given_back(empty, policies.limit, metadata, known)


def _given_back(heading: Report, limit: Limit, metadata: Metadata, known: Attempts) -> Report | None:
    usable = [(earlier, report) for earlier in metadata.earlier if (report := _usable(heading, earlier)) is not None]
    if not usable:
        return None
    chosen, report = usable[-1]
    if limit.gives_back == "best":
        chosen, report = max(usable, key=lambda pair: pair[1].score)  # the first of the best
    else:  # a later one that was not graded had the results of one that was; the platform may give only the latest
        own = [earlier for earlier, _ in usable]
        graded = [earlier for earlier in known.before if earlier.results is None or earlier in own]
        chosen = graded[-1] if graded else chosen
    return replace(report, notes=(_refusal(limit, known, chosen.submitted_at), *report.notes))


def _refusal(limit: Limit, known: Attempts, graded_at: datetime) -> str:
    within = messages.policies.WITHIN_HOURS.format(hours=limit.within_hours) if limit.within_hours is not None else ""
    words = messages.policies.ONE_SUBMISSION if limit.submissions == 1 else messages.policies.SUBMISSIONS
    many = words.format(count=limit.submissions)
    following = messages.policies.NEXT_FROM.format(time=_said(known.next_at)) if known.next_at is not None else ""
    return messages.policies.NOT_GRADED.format(
        many=many, within=within, graded_at=_said(graded_at), following=following
    )


def _said(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M ") + at.isoformat()[-6:]


def _usable(heading: Report, earlier: Earlier) -> Report | None:
    if earlier.is_fault or earlier.results is None:
        return None
    try:
        return _report(heading, earlier.results)
    except _Unusable:
        return None


class _Unusable(Exception):
    """Results that make no report."""


def _report(heading: Report, results: Mapping[str, Any]) -> Report:
    tests = results.get("tests")
    if not isinstance(tests, list) or not tests or not all(isinstance(test, Mapping) for test in tests):
        raise _Unusable
    shown = _visibility(results.get("visibility"), Visibility.VISIBLE)
    usual = _text(results.get("test_output_format"))
    verdicts = tuple(_verdict(place, test, shown, usual) for place, test in enumerate(tests, start=1))
    report = Report(heading.assignment, heading.title, heading.parts, verdicts, 0.0, heading.isolation)
    return replace(
        report,
        notes=_said_then(heading, results.get("output")),
        columns=_columns(results.get("leaderboard")),
        adjustments=_adjustments(report, results.get("score")),
    )


def _verdict(place: int, test: Mapping[str, Any], usual: Visibility, usual_format: str) -> Verdict:
    score, possible = _points(test.get("score")), _points(test.get("max_score"))
    tags = test.get("tags")
    check = Check(
        id=f"given back {place}",
        name=_text(test.get("name")).strip() or messages.policies.UNNAMED_TEST.format(place=place),
        number=_text(test.get("number")).strip() or str(place),
        max_score=max(score, possible),
        timeout_s=_NO_TIME_S,
        visibility=_visibility(test.get("visibility"), usual),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        extra_credit=score > possible,
    )
    status = test.get("status")
    passed = score >= possible if status is None else status == "passed"
    text = as_text(_text(test.get("output")), _text(test.get("output_format")) or usual_format)
    return Verdict(check, Status.PASSED if passed else Status.FAILED, score, text)


def _points(value: Any) -> float:
    found = 0.0 if value is None else number(value)
    if found is None or found < 0:
        raise _Unusable
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _visibility(value: Any, usual: Visibility) -> Visibility:
    """What is unknown is hidden; what was not set is as usual."""
    if value is None:
        return usual
    known = {member.value: member for member in Visibility}
    return known.get(value, Visibility.HIDDEN) if isinstance(value, str) else Visibility.HIDDEN


def _adjustments(report: Report, value: Any) -> tuple[Adjustment, ...]:
    """The score of then, if policies made it another than the sum."""
    if value is None:
        return ()
    score = _points(value)
    if abs(score - report.earned) < 1e-6:
        return ()
    shown = messages.policies.COUNTED_THEN.format(earned=figure(report.earned), counted=figure(score))
    return (Adjustment(shown if report.is_shown_whole else "", score - report.earned, shown),)


def _columns(given: Any) -> tuple[tuple[Leaderboard, float | str], ...]:
    found: list[tuple[Leaderboard, float | str]] = []
    for entry in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
        name, value = (entry.get("name"), entry.get("value")) if isinstance(entry, Mapping) else (None, None)
        shown = value if isinstance(value, str) else number(value)
        if isinstance(name, str) and shown is not None:
            found.append((Leaderboard(name, "asc" if entry.get("order") == "asc" else "desc"), shown))
    return tuple(found)


def _said_then(heading: Report, output: Any) -> tuple[str, ...]:
    """What stood above the tests, without the title, and without what a report given back before added to it."""
    lines = _text(output).split(f"{messages.policies.AS_IT_WAS}\n")[-1].splitlines()
    kept = [line for line in lines if line.strip() and line != heading.title]
    return (messages.policies.AS_IT_WAS, *kept) if kept else ()
