"""Checks as the policies want them: the same as if a decorator had said so."""

from __future__ import annotations

import pytest

from autograder import grading
from autograder.errors import AssignmentError
from autograder.model import Check, Leaderboard, Part, Visibility
from autograder.policies.declared import Column, Policies
from autograder.policies.fitted import fitted
from tests.made_reports import check

HIDDEN, DUE, VISIBLE = Visibility.HIDDEN, Visibility.AFTER_DUE_DATE, Visibility.VISIBLE
CHECKS = [check("1.1"), check("1.2.1"), check("1.2.2", visibility=HIDDEN), check("2.1", 1.0), check("2.10")]
PARTS = [Part("1", "First", 6.0), Part("2", "Second", 3.0)]


def seen(parts: list[Part], **policies: object) -> dict[str, Visibility]:
    made: list[Check] = fitted(CHECKS, parts, Policies(**policies), "assignment.toml")  # type: ignore[arg-type]
    return {one.number: one.visibility for one in made}


def test_without_policies_checks_are_as_they_were() -> None:
    assert fitted(CHECKS, PARTS, Policies(), "assignment.toml") == CHECKS


def test_a_part_goes_before_its_checks_and_a_line_for_a_check_before_both() -> None:
    parts = [Part("1", "First", 6.0, visibility=DUE), PARTS[1]]
    assert seen(parts) == {"1.1": DUE, "1.2.1": DUE, "1.2.2": DUE, "2.1": VISIBLE, "2.10": VISIBLE}
    assert seen(parts, visibility={"1.2.2": VISIBLE, "2.1": HIDDEN}) == {
        "1.1": DUE,
        "1.2.1": DUE,
        "1.2.2": VISIBLE,
        "2.1": HIDDEN,
        "2.10": VISIBLE,  # 2.1 is no beginning of it
    }


def test_the_longest_beginning_decides() -> None:
    shown = seen(PARTS, visibility={"1.2.1": VISIBLE, "1": HIDDEN, "1.2": DUE})
    assert shown == {"1.1": HIDDEN, "1.2.1": VISIBLE, "1.2.2": DUE, "2.1": VISIBLE, "2.10": VISIBLE}


def test_a_check_that_a_policy_hides_comes_late_as_any_hidden_one() -> None:
    made = fitted(CHECKS, PARTS, Policies(visibility={"1.1": HIDDEN}), "assignment.toml")
    assert grading.comes_late(made[0], made)
    assert not grading.comes_late(made[1], made)


def test_a_check_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(AssignmentError) as raised:
        seen(PARTS, visibility={"1.2.3": HIDDEN})
    assert str(raised.value) == 'assignment.toml: policies.visibility has "1.2.3", but no check: did you mean 1.2.2?'


def test_extra_credit_says_what_it_is_worth() -> None:
    made = fitted(CHECKS, [PARTS[0], Part("2", "Second", 3.0, extra_credit=True)], Policies(), "assignment.toml")
    assert [one.extra_credit for one in made] == [False, False, False, True, True]
    assert [one.name for one in made[3:]] == [
        "check 2.1 (extra credit, 1 point)",
        "check 2.10 (extra credit, 2 points)",
    ]


def test_a_column_has_one_source() -> None:
    filled = [check("1.1", leaderboard=Leaderboard("loss"))]
    with pytest.raises(AssignmentError, match='policies.leaderboard has "loss", which a check fills'):
        fitted(filled, PARTS, Policies(columns=(Column(Leaderboard("loss"), "total"),)), "assignment.toml")
