"""Dependencies, points and the order of checks: decides what runs, what is blocked, and what a verdict is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from autograder import messages
from autograder.errors import AssignmentError, UsageError, nearest
from autograder.model import Check, Part, Status, Verdict, Visibility

IMPORT_CHECK_ID = "import"
_NEVER_TO_BLAME_S = 10.0  # a run that ends after less of the student's time than this was slow for other reasons


def import_check(module_file: str, timeout_s: float) -> Check:
    """The check that every other one requires: the student's module can be imported. It carries no points."""
    return Check(IMPORT_CHECK_ID, messages.grading.CAN_BE_IMPORTED.format(file=module_file), "0", 0.0, timeout_s)


def validate(checks: Sequence[Check], parts: Sequence[Part], path: str) -> None:
    """Raise AssignmentError unless ids, numbers, dependencies and points fit together."""
    seen: dict[str, Check] = {}
    numbers: dict[str, str] = {}
    for check in checks:
        if check.number in numbers:
            raise AssignmentError(f"{path}: {check.id} and {numbers[check.number]} both have number {check.number}")
        for required in check.requires:
            if required not in seen:
                raise AssignmentError(
                    f"{path}: {check.id} requires {required}, which is not a check that stands before it"
                )
        seen[check.id] = check
        numbers[check.number] = check.id
    known = {part.number for part in parts}
    for check in checks:
        if check.part not in known:
            raise AssignmentError(f"{path}: {check.id} has number {check.number}, but there is no [parts.{check.part}]")
    for part in parts:
        by_hand = math.fsum(check.by_hand for check in checks if check.part == part.number)
        if not math.isclose(by_hand, part.by_hand, abs_tol=1e-9):
            raise AssignmentError(
                f"{path}: {by_hand:g} points of part {part.number} are given by a person, "
                f"but parts.{part.number}.by_hand is {part.by_hand:g}"
            )
        total = math.fsum(check.max_score for check in checks if check.part == part.number) + by_hand
        if not math.isclose(total, part.points, abs_tol=1e-9):
            raise AssignmentError(
                f"{path}: the weights of the checks {part.number}.* add up to {total:g}, "
                f"but parts.{part.number}.points is {part.points:g}"
            )


def select(checks: Sequence[Check], wanted: Iterable[str]) -> tuple[Check, ...]:
    """The checks with the wanted numbers ("4.1", also as a prefix of "4.1.2"), and all that they require."""
    chosen: set[str] = set()
    by_id = {check.id: check for check in checks}
    for number in wanted:
        matching = [c for c in checks if c.number == number or c.number.startswith(number + ".") or c.id == number]
        if not matching:
            own_part = [check.number for check in checks if check.part == number.split(".")[0]]
            similar = nearest(number, own_part) or nearest(number, [check.number for check in checks])
            cure = f"did you mean {similar}?" if similar else f"there are {', '.join(c.number for c in checks)}"
            raise UsageError(f"there is no check {number}: {cure}")
        chosen |= {check.id for check in matching}
    if not chosen:
        return tuple(checks)
    waiting = list(chosen)
    while waiting:
        for required in by_id[waiting.pop()].requires:
            if required not in chosen:
                chosen.add(required)
                waiting.append(required)
    return tuple(check for check in checks if check.id in chosen)


def comes_late(check: Check, checks: Iterable[Check]) -> bool:
    """Whether a check runs after those that students see: what it shows their code must have no later reader.

    Hidden checks do, and what requires them.
    """
    late: set[str] = set()
    for other in checks:
        if other.visibility is not Visibility.VISIBLE or late & set(other.requires):
            late.add(other.id)
    return check.id in late


def blocker(check: Check, verdicts: Mapping[str, Verdict]) -> Verdict | None:
    """The verdict that keeps a check from running: an import or a required check that FAILED or is BLOCKED.

    A required check that ended in an ERROR of ours blocks nothing: that would cost points for our fault.
    """
    for required in (IMPORT_CHECK_ID, *check.requires):
        verdict = verdicts.get(required)
        if verdict is not None and verdict.blocks and verdict.status in _STOPPING:
            return verdict
    return None


_STOPPING = (Status.FAILED, Status.BLOCKED, Status.LATER)


def blocked(check: Check, by: Verdict) -> Verdict:
    """The verdict of a check that is skipped because of another's."""
    if by.status is Status.LATER:
        return later(check, said=messages.grading.NEEDS_LATER.format(label=by.check.label))
    why = messages.grading.FAILED if by.status is Status.FAILED else messages.grading.WAS_SKIPPED
    is_shown = by.check.visibility is Visibility.VISIBLE  # the name of a hidden check says what it looks for
    needed = by.check.label if is_shown else messages.grading.HIDDEN_CHECK
    return Verdict(check, Status.BLOCKED, 0.0, messages.grading.SKIPPED.format(needed=needed, why=why))


def late(check: Check, student_s: float, budget_s: float) -> Verdict:
    """The verdict of a check for which no time is left: the student's fault if their code used half of the budget."""
    if student_s <= max(budget_s / 2, _NEVER_TO_BLAME_S):
        return unfinished(check, messages.grading.TIME_IS_OVER)
    text = messages.grading.NO_TIME_LEFT.format(seconds=student_s)
    return Verdict(check, Status.FAILED, 0.0, text)


def later(check: Check, why: str = "", said: str = "") -> Verdict:
    """The verdict of a check that is graded after submission only; what may be said of it now."""
    return Verdict(check, Status.LATER, 0.0, messages.grading.LATER.format(said=said).strip(), why)


def unfinished(check: Check, why: str) -> Verdict:
    """The verdict of a check that our run did not reach: ours, and never shown as the student's."""
    text = messages.grading.UNFINISHED.format(why=why)
    return Verdict(check, Status.ERROR, 0.0, text, why)
