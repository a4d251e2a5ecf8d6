"""Report -> JUnit XML, which CI systems read: one testcase for each check, one testsuite for each part."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from autograder import messages
from autograder.model import Check, Report, Status, Verdict
from autograder.report.shown import part_numbers, shown
from autograder.report.text import clean, clip, points

_TEXT_CHARS = 20_000
_COUNTED = {"failures": Status.FAILED, "errors": Status.ERROR}


def junit(report: Report, *, staff: bool = False) -> str:
    """The document. Without `staff` it has only what students may see."""
    report = shown(report, staff=staff)
    root = ElementTree.Element("testsuites", _attributes(report.title, report.verdicts))
    titles = {part.number: messages.reports.PART.format(number=part.number, title=part.title) for part in report.parts}
    for number in part_numbers(report):
        verdicts = [verdict for verdict in report.verdicts if verdict.check.part == number]
        attributes = _attributes(titles.get(number, report.title), verdicts)
        suite = ElementTree.SubElement(root, "testsuite", attributes)
        for verdict in verdicts:
            suite.append(_case(report.assignment, verdict, staff=staff))
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _attributes(name: str, verdicts: Sequence[Verdict]) -> dict[str, str]:
    counts = {key: sum(v.status is status for v in verdicts) for key, status in _COUNTED.items()}
    counts["skipped"] = sum(v.status in (Status.BLOCKED, Status.MANUAL, Status.LATER) for v in verdicts)
    numbers = {key: str(value) for key, value in {"tests": len(verdicts), **counts}.items()}
    return {"name": _line(name), **numbers, "time": f"{sum(v.wall_s for v in verdicts):.3f}"}


def _case(assignment: str, verdict: Verdict, *, staff: bool) -> ElementTree.Element:
    check = verdict.check
    case = ElementTree.Element(
        "testcase",
        {
            "classname": _line(f"{assignment}.part{check.part}"),
            "name": _line(f"{check.number} {check.name}"),
            "time": f"{verdict.wall_s:.3f}",
        },
    )
    properties = ElementTree.SubElement(case, "properties")
    for name, value in _properties(check, verdict).items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": _line(value)})
    if verdict.status is not Status.PASSED:
        case.append(_outcome(verdict))
    if staff and verdict.staff_output:
        ElementTree.SubElement(case, "system-err").text = _text(verdict.staff_output)
    return case


def _properties(check: Check, verdict: Verdict) -> dict[str, str]:
    return {
        "number": check.number,
        "part": check.part,
        "points": str(points(verdict.score)),
        "max_points": str(points(check.max_score)),
        "verdict": verdict.status.value,
    }


def _outcome(verdict: Verdict) -> ElementTree.Element:
    text = _text(verdict.student_output)
    message = text.partition("\n")[0]
    match verdict.status:
        case Status.FAILED:
            outcome = ElementTree.Element("failure", {"message": message, "type": "failed"})
            outcome.text = text
        case Status.ERROR:
            outcome = ElementTree.Element("error", {"message": message, "type": messages.reports.OUR_FAULT})
            outcome.text = text
        case _:
            reason = (
                messages.reports.A_PERSON_DECIDES.format(text=text).strip() if verdict.status is Status.MANUAL else text
            )
            outcome = ElementTree.Element("skipped", {"message": reason})
    return outcome


def _line(text: str) -> str:
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """XML holds no control characters, no lone surrogates and two other code points: `clean` spells them out."""
    return clip(clean(text), _TEXT_CHARS)
