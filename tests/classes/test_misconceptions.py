"""Which known mistakes a class shows, and what they cost."""

import pytest

from autograder.classes.collateral import Cost, cost, costs
from autograder.classes.misconceptions import (
    Misconception,
    counted,
    hints_of,
    hints_that_count,
    shown_in,
    unexplained,
)
from tests.classes.made_classes import BLOCKED, FAILED, MANUAL, PASSED, entries, shown, submission
from tests.made_reports import report, verdict


def misconceptions(*verdicts):
    return list(shown_in(submission(*verdicts)))


def test_a_mistake_that_two_checks_name_is_one():
    found = shown_in(submission(shown("a"), shown("a", number="4.2")))
    assert {one.names: [v.check.number for v in own] for one, own in found.items()} == {("a",): ["4.1", "4.2"]}


def test_mistakes_that_a_check_cannot_tell_apart_are_one_until_another_check_can():
    assert misconceptions(shown("b", "a")) == [Misconception(("a", "b"))]
    assert misconceptions(shown("b", "a"), shown("a", number="4.2")) == [Misconception(("a",))]
    assert misconceptions(shown("a", "b", "c"), shown("b", "a", number="4.2")) == [Misconception(("a", "b"))]


def test_a_mistake_in_an_answer_belongs_to_its_question_and_each_name_counts():
    found = misconceptions(shown("KL1", "KL2", number="1.1"), shown("KL1", number="1.2", status=MANUAL))
    assert found == [Misconception(("KL1",), "1.1"), Misconception(("KL2",), "1.1"), Misconception(("KL1",), "1.2")]


def test_a_check_that_passed_shows_no_mistake():
    assert misconceptions(shown("a", status=PASSED)) == []


HINTED = "kl is 1, but should be 2\nHint: Which sign?"


def test_a_hint_stands_for_a_mistake_where_there_are_no_names():
    made = report(verdict(FAILED, "4.1", text=HINTED), parts=())
    assert list(shown_in(made, frozenset({"Which sign?"}))) == [Misconception(("Which sign?",), is_hint=True)]
    assert list(shown_in(made)) == []
    assert list(shown_in(submission(verdict(FAILED, "4.1", text=HINTED)), frozenset({"Which sign?"}))) == []


def test_what_the_student_printed_is_no_hint():
    text = f"{HINTED}\n\nYour code printed:\nHint: Ada Lovelace was here"
    assert hints_of(verdict(FAILED, text=text)) == ("Which sign?",)


def test_a_hint_counts_only_if_it_is_known():
    one, two = (report(verdict(FAILED, "4.1", text=text)) for text in (HINTED, "x\nHint: I am Ada"))
    assert hints_that_count([one, two, two], known=["Which sign?"]) == {"Which sign?"}
    assert hints_that_count([one, two, two], known=[]) == set()


def test_the_most_frequent_mistake_is_first_and_its_examples_show_little_else():
    a, b, c = (Misconception((name,)) for name in "abc")
    rows = counted({"s3": [a], "s1": [a, b, c], "s2": [a, b], "s4": []})
    assert [(row.misconception, row.ids) for row in rows] == [(a, ("s1", "s2", "s3")), (b, ("s1", "s2")), (c, ("s1",))]
    assert rows[0].examples == ("s3", "s2")


def test_failures_without_a_known_mistake_are_counted_where_the_part_was_done():
    made = entries(
        submission(shown("a"), verdict(PASSED, "4.2")),
        submission(verdict(FAILED, "4.1"), verdict(PASSED, "4.2")),
        submission(verdict(FAILED, "4.1"), verdict(FAILED, "4.2")),  # earned nothing
    )
    (row,) = unexplained(made)
    assert (row.number, row.failed, row.unknown) == ("4.1", 2, 1)


# ------------------------------------------------------------------------------------- what a mistake costs


def chain():
    first = shown("a")
    second = verdict(BLOCKED, "4.2", requires=("test_4.1",))
    third = verdict(BLOCKED, "4.3", requires=("test_4.2",))
    other = verdict(FAILED, "1.1", points=3.0, score=1.0)
    elsewhere = verdict(BLOCKED, "1.2", requires=("test_1.1",))
    return submission(first, second, third, other, elsewhere)


def test_points_are_lost_where_the_mistake_is_named_in_what_that_blocks_and_elsewhere():
    made = chain()
    assert cost(made, [made.verdicts[0]]) == Cost(named=2.0, blocked=4.0, other=4.0)


def test_every_lost_point_is_in_one_of_the_three():
    made = chain()
    found = cost(made, [made.verdicts[0]])
    assert found.named + found.blocked + found.other == pytest.approx(made.max_score - made.score)


def test_what_is_not_decided_is_not_lost():
    made = submission(shown("a"), verdict(MANUAL, "4.2"))
    assert cost(made, [made.verdicts[0]]) == Cost(2.0, 0.0, 0.0)
    extra = submission(shown("a", extra_credit=True))
    assert cost(extra, [extra.verdicts[0]]) == Cost(0.0, 0.0, 0.0)


def test_the_cost_of_a_mistake_is_the_mean_of_those_who_show_it():
    made = entries(chain(), submission(shown("a")), submission(verdict(FAILED, "4.1")))
    found = costs(made, {entry.id: shown_in(entry.report) for entry in made})
    assert found == {Misconception(("a",)): Cost(2.0, 2.0, 2.0)}


def test_a_check_that_is_blocked_by_several_is_lost_to_each():
    made = submission(shown("a"), shown("b", number="4.2"), verdict(BLOCKED, "4.3", requires=("test_4.1", "test_4.2")))
    for misconception, own in shown_in(made).items():
        assert cost(made, own).blocked == 2.0, misconception
