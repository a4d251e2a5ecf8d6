"""Checks as the assignment's policies want them: who sees them, and whether they are extra credit.

assignment.toml goes before checks.py and questions.toml, and in it the line for a check before that for its part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder import messages
from autograder.errors import AssignmentError
from autograder.model import Check, Part, Visibility
from autograder.policies.declared import Policies
from autograder.tables import cure


def fitted(checks: Sequence[Check], parts: Sequence[Part], policies: Policies, path: str) -> list[Check]:
    """The checks, changed. Raises AssignmentError where a policy names a check that `path` does not have."""
    numbers = [check.number for check in checks]
    for named in policies.visibility:
        if not any(_belongs(number, named) for number in numbers):
            raise AssignmentError(f'{path}: policies.visibility has "{named}", but no check: {cure(named, numbers)}')
    boards = {check.leaderboard.name for check in checks if check.leaderboard is not None}
    for column in policies.columns:
        if column.board.name in boards:
            raise AssignmentError(f'{path}: policies.leaderboard has "{column.board.name}", which a check fills')
    by_number = {part.number: part for part in parts}
    return [_fitted(check, by_number.get(check.part), policies.visibility) for check in checks]


def _fitted(check: Check, part: Part | None, shown: Mapping[str, Visibility]) -> Check:
    naming = [named for named in shown if _belongs(check.number, named)]
    visibility = shown[max(naming, key=len)] if naming else part.visibility if part else None
    if visibility is not None:
        check = replace(check, visibility=visibility)
    if part is not None and part.extra_credit:
        check = replace(check, extra_credit=True, name=_with_worth(check))
    return check


def _with_worth(check: Check) -> str:
    """The name of a check of extra credit: the platform shows no points that it is out of."""
    if not check.max_score:
        return messages.policies.EXTRA_CREDIT.format(name=check.name)
    words = messages.policies.EXTRA_CREDIT_OF_ONE if check.max_score == 1 else messages.policies.EXTRA_CREDIT_OF
    return words.format(name=check.name, points=check.max_score)


def _belongs(number: str, named: str) -> bool:
    return number == named or number.startswith(named + ".")
