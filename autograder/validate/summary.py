"""What `validate` prints: the kill matrix, what falls short, and one line of figures for each assignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.validate.measure import Judged, Measured, Outcome, seconds

_MARKS = {"passed": "·", "failed": "F", "blocked": "b", "error": "E"}
_SLOWEST = 5


def text(measured: Measured, *, matrix: bool, idle: bool) -> str:
    """The whole summary of one assignment; `idle` tells of checks that nothing fails, if all mistakes were measured."""
    lines = [f"{measured.assignment.name}: {measured.assignment.title}", ""]
    if matrix and measured.mistakes:
        lines += [*_matrix(measured), ""]
    if idle and (numbers := _idle(measured)):
        lines += [f"Checks that nothing fails: {', '.join(numbers)}", ""]
    lines += [*_short_falls(measured), line(measured), _slowest(measured)]
    return "\n".join(lines) + "\n"


def calibrations(table: Mapping[str, Mapping[str, Any]]) -> str:
    """What trainings reached, check by check."""
    lines = []
    for number, entry in sorted(table.items()):
        lines.append(f"{number} {entry['check']}")
        lines.append(f"   {entry['fell_short']} of {entry['runs']} trainings of the reference fell short")
        for name, values in entry["figures"].items():
            bounds = [f"at most {entry['at_most'][name]:g}"] if name in entry["at_most"] else []
            bounds += [f"at least {entry['at_least'][name]:g}"] if name in entry["at_least"] else []
            middle = values[len(values) // 2]
            reached = f"{values[0]:.4g} / {middle:.4g} / {values[-1]:.4g} (min / median / max)"
            lines.append(f"   {name}: {reached}; should be {' and '.join(bounds) or 'anything'}")
        caught = [name for name, share in entry["power"].items() if share == 1]
        partly = [f"{name} {share:.0%}" for name, share in entry["power"].items() if 0 < share < 1]
        lines.append(f"   caught in every training: {', '.join(caught) or 'no mistake'}")
        if partly:
            lines.append(f"   caught in some: {', '.join(partly)}")
    return "\n".join(lines)


def line(measured: Measured) -> str:
    """The figures in one line."""
    total = len(measured.mistakes)
    killed, named = total - len(measured.survivors), sum(judged.named for judged in measured.mistakes)
    variants = [outcome for outcome in measured.right if outcome.case.kind == "variant"]
    references = [outcome for outcome in measured.right if outcome.case.kind == "reference"]
    good = sum(outcome not in measured.rejected for outcome in variants)
    alarms = sum(outcome in measured.rejected for outcome in references)
    return (
        f"{measured.assignment.name}: {total} mistakes, {killed} killed, {named} named, "
        f"{len(measured.collateral)} with collateral; {good} of {len(variants)} variants full marks; "
        f"{alarms} false alarms in {len(references)} runs of the reference; "
        f"{len(measured.faults)} cases with ERROR; {sum(seconds(measured).values()):.1f} s a submission"
    )


def _matrix(measured: Measured) -> Iterator[str]:
    numbers = [seen.number for seen in measured.handout.verdicts]
    width = max(len(judged.mistake.name) for judged in measured.mistakes)
    yield "Kill matrix: F failed, b blocked, E error, · passed, blank not reached; n named, * ambiguous"
    for digits in zip(*(number.rjust(max(map(len, numbers))) for number in numbers), strict=True):
        yield f"{'':{width}}  {''.join(digits)}"
    for judged in measured.mistakes:
        marks = {seen.number: _MARKS[seen.status] for seen in judged.outcome.verdicts}
        row = "".join(marks.get(number, " ") for number in numbers)
        end = ("n" if judged.named else " ") + ("*" if judged.confused_with else "")
        yield f"{judged.mistake.name:{width}}  {row} {end}"


def _idle(measured: Measured) -> list[str]:
    """Checks that neither a mistake nor the handout fails; what trainings catch is measured by `calibrate`."""
    graded = (measured.handout, *(judged.outcome for judged in measured.mistakes))
    failed = {seen.number for outcome in graded for seen in outcome.failed("failed")}
    spared = {"0", *measured.right[0].trains}
    return [seen.number for seen in measured.handout.verdicts if seen.number not in failed | spared]


def _short_falls(measured: Measured) -> Iterator[str]:
    for judged in measured.survivors:
        yield f"SURVIVES  {_mistake(judged)}: no check of part {judged.part or '?'} fails"
    for judged in measured.unnamed:
        confused = f"; taken for {', '.join(judged.confused_with)}" if judged.confused_with else ""
        yield f"UNNAMED   {_mistake(judged)}: fails {', '.join(s.number for s in judged.own)}{confused}"
        yield _quote(judged.own[0].text)
    for judged in measured.mistakes:
        if judged.named and judged.confused_with:
            yield f"AMBIGUOUS {_mistake(judged)}: behaves like {', '.join(judged.confused_with)} too"
    for judged in measured.collateral:
        yield f"COLLATERAL {_mistake(judged)}: costs points in {', '.join(s.number for s in judged.collateral)}"
        yield _quote(judged.collateral[0].text)
    for outcome in measured.rejected:
        yield from _rejected(outcome)
    for outcome in measured.faults:
        yield f"ERROR     {outcome.case.kind} {outcome.case.name}: {', '.join(s.number for s in outcome.faults)}"
        yield _quote(outcome.faults[0].staff[-1500:])
    if measured.handout.earned > 1e-9:
        yield f"HANDOUT   the handout as given earns {measured.handout.earned:g} points"


def _rejected(outcome: Outcome) -> Iterator[str]:
    which = f"{outcome.case.kind} {outcome.case.name}" + (f" (repeat {outcome.salt})" if outcome.salt else "")
    lost = [seen for seen in outcome.verdicts if seen.lost > 0]
    yield f"REJECTED  {which}: loses {outcome.lost:g} points in {', '.join(seen.number for seen in lost)}"
    if lost:
        yield _quote(lost[0].text or lost[0].staff)


def _slowest(measured: Measured) -> str:
    slow = sorted(seconds(measured).items(), key=lambda item: -item[1])[:_SLOWEST]
    return "Slowest checks: " + ", ".join(f"{number} {wall_s:.2f} s" for number, wall_s in slow)


def _mistake(judged: Judged) -> str:
    known = judged.mistake
    return f"{known.name} (of {known.of}{', ' + known.source if known.source else ''})"


def _quote(text: str) -> str:
    return "\n".join(f"          | {row}" for row in text.splitlines()[:8])
