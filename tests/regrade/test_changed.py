"""One submission: what differs is told and why; what does not is not; a results.json is compared for what it tells."""

import pytest
from hypothesis import given, settings

from autograder import grading
from autograder.classes.results import report_of
from autograder.model import Adjustment, Check, Report, Visibility
from autograder.regrade.changes.changed import changed
from autograder.regrade.changes.pairs import pairs
from autograder.report.record import read, recorded
from tests.made_reports import MIXED, report, reports
from tests.regrade.made_changes import (
    BLOCKED,
    ERROR,
    FAILED,
    FAULT,
    MANUAL,
    PASSED,
    ended,
    late,
    one,
    only_check,
    told,
)

# ------------------------------------------------------------------------------------- what changed


def test_a_lower_score_is_told_with_its_check():
    found = one(report(ended(PASSED), ended(PASSED, "4.2")), report(ended(FAILED, score=0.5), ended(PASSED, "4.2")))
    assert (found.old.score, found.new.score, found.difference) == (4, 2.5, -1.5)
    (check,) = found.checks
    assert (check.number, check.old.points, check.new.points, check.difference) == ("4.1", 2, 0.5, -1.5)
    assert (check.old.status, check.new.status) == (PASSED, FAILED)


def test_the_same_report_changes_nothing():
    assert one(MIXED, MIXED) is None


def test_less_than_points_are_rounded_to_is_no_change():
    assert one(ended(FAILED, score=1.0), ended(FAILED, score=1.0001)) is None
    assert one(ended(FAILED, score=1.0), ended(FAILED, score=1.001)).difference == 0.001


def test_a_verdict_that_changes_without_points_is_told():
    found = one(ended(FAILED, points=0.0), ended(PASSED, points=0.0))
    assert found.difference == 0 and [check.number for check in found.checks] == ["4.1"]


def test_points_that_move_between_checks_are_told_though_the_total_stays():
    found = one(report(ended(PASSED), ended(FAILED, "4.2")), report(ended(FAILED), ended(PASSED, "4.2")))
    assert found.difference == 0
    assert [(check.number, check.difference) for check in found.checks] == [("4.1", -2), ("4.2", 2)]


def test_new_checks_and_checks_that_are_gone():
    found = one(report(ended(PASSED), ended(PASSED, "4.2")), report(ended(PASSED), ended(PASSED, "4.3", points=3.0)))
    assert found.difference == 1
    gone, new = found.checks
    assert (gone.number, gone.new, gone.difference) == ("4.2", None, -2)
    assert (new.number, new.old, new.difference) == ("4.3", None, 3)
    assert (gone.why, new.why) == ("There is no such check now. Passed before.", "New check. Passes now.")


def test_a_check_that_is_worth_more():
    check = only_check(ended(PASSED, points=2.0), ended(PASSED, points=4.0))
    assert (check.old.possible, check.new.possible, check.difference) == (2, 4, 2)
    assert check.why == "Worth 4 instead of 2. Ends as before."


def test_a_check_that_is_worth_more_to_nobody_s_score():
    found = one(ended(FAILED, points=2.0), ended(FAILED, points=4.0))
    assert (found.difference, found.old.possible, found.new.possible, len(found.checks)) == (0, 2, 4, 1)


def test_a_penalty_that_changes_is_no_check_s():
    found = one(late(ended(PASSED)), report(ended(PASSED)))
    assert (found.old.score, found.new.score, found.checks) == (1, 2, ())
    assert (found.adjustment.old, found.adjustment.new, found.adjustment.difference) == (-1, 0, 1)
    assert found.adjustment.why == "Late by 1 day: −10 % of 10 → –"


def test_a_penalty_that_stays_is_no_change_and_one_takes_no_more_than_there_is():
    assert one(late(ended(PASSED)), late(ended(PASSED))) is None
    assert one(late(ended(PASSED), points=-5.0), late(ended(PASSED), points=-9.0)) is None


def test_differences_of_checks_and_adjustments_add_up_to_that_of_the_score():
    found = one(late(ended(PASSED), ended(FAILED, "4.2")), report(ended(FAILED), ended(PASSED, "4.2", points=3.0)))
    assert found.difference == sum(check.difference for check in found.checks) + found.adjustment.difference


def test_those_that_lose_most_come_first():
    found = one(
        report(
            *(ended(PASSED, number, points=points) for number, points in (("4.1", 1.0), ("4.2", 2.0), ("4.3", 0.0)))
        ),
        report(
            *(ended(FAILED, number, points=points) for number, points in (("4.1", 1.0), ("4.2", 2.0), ("4.3", 0.0))),
            ended(PASSED, "4.4"),
        ),
    )
    assert [check.number for check in found.checks] == ["4.2", "4.1", "4.4", "4.3"]


# ------------------------------------------------------------------------------------- which check is which


def matched(old, new):
    return [tuple(side and side.check.number for side in pair) for pair in pairs(old, new)]


def test_records_know_a_check_by_its_id_though_all_else_changed():
    check = only_check(
        ended(PASSED, "4.1", id="test_kl", name="a"), ended(FAILED, "5.2", id="test_kl", name="b", text="x")
    )
    assert check.number == "5.2"
    assert check.why == "Was 4.1. Was called “a”. Fails now: x. Passed before."


def test_a_check_that_only_got_another_number_has_not_changed():
    assert one(ended(PASSED, "4.1", id="test_kl", name="a"), ended(PASSED, "5.2", id="test_kl", name="a")) is None
    assert one(told(report(ended(PASSED, "4.1", name="a"))), told(report(ended(PASSED, "5.2", name="a")))) is None


def test_renumbered_checks_are_known_by_a_name_that_no_other_has():
    old = report(ended(PASSED, "4.1", name="a"), ended(PASSED, "4.2", name="b"), ended(PASSED, "4.3", name="b"))
    new = report(ended(PASSED, "5.1", name="a"), ended(PASSED, "5.2", name="b"), ended(PASSED, "4.3", name="b"))
    assert matched(told(old), told(new)) == [("4.1", "5.1"), ("4.2", "5.2"), ("4.3", "4.3")]
    both = report(ended(PASSED, "6.1", name="b"), ended(PASSED, "6.2", name="b"))
    assert matched(told(both), told(new)) == [(None, "5.1"), (None, "5.2"), (None, "4.3"), ("6.1", None), ("6.2", None)]


def test_numbers_that_moved_by_one_are_not_taken_for_the_others_checks():
    old = report(ended(PASSED, "4.1", name="a"), ended(PASSED, "4.2", name="b"))
    new = report(ended(PASSED, "4.1", name="z"), ended(PASSED, "4.2", name="a"), ended(PASSED, "4.3", name="b"))
    assert matched(told(old), new) == [(None, "4.1"), ("4.1", "4.2"), ("4.2", "4.3")]


def test_a_reworded_name_keeps_its_number_if_it_is_worth_the_same():
    old, new = ended(PASSED, "4.1", name="KL is right"), ended(FAILED, "4.1", name="KL equals the closed form", id="x")
    check = only_check(told(report(old)), report(new))
    assert check.why.startswith("Was called “KL is right”. Fails now") and check.difference == -2
    dearer = ended(FAILED, "4.1", points=3.0, name="KL equals the closed form")
    assert matched(told(report(old)), report(dearer)) == [(None, "4.1"), ("4.1", None)]


def test_a_name_is_known_again_as_results_json_has_it():
    name = "a  name\twith\x00 spaces " + "and much " * 100
    assert one(told(report(ended(PASSED, name=name))), report(ended(PASSED, name=name))) is None


def test_each_check_of_either_report_is_in_one_pair():
    old = report(*(ended(PASSED, f"4.{n}", name=f"n{n % 3}") for n in range(6)))
    new = report(*(ended(PASSED, f"4.{n + 2}", name=f"n{n % 4}") for n in range(6)))
    for left, right in ((old, new), (told(old), new), (old, told(new))):
        found = pairs(left, right)
        assert [pair[1] for pair in found if pair[1]] == list(right.verdicts)
        assert sorted(pair[0].check.number for pair in found if pair[0]) == [v.check.number for v in left.verdicts]


# ------------------------------------------------------------------------------------- a results.json


ALL_KINDS = report(
    ended(PASSED, "0", points=0.0),
    ended(FAILED, "4.1", points=1 / 3, score=1 / 7, text="kl is 1"),
    *(ended(PASSED, f"5.{n}", points=1 / 3) for n in range(7)),
    ended(BLOCKED, "4.2", text='Skipped: needs 4.1 "check 4.1", which failed.'),
    ended(ERROR, "4.3", text=FAULT),
    ended(MANUAL, "4.4", points=2.0, score=0.5, text="cannot be read"),
    ended(MANUAL, "4.5", points=0.0, text="prose"),
    grading.later(Check("l", "later", "4.6", 1.0, 1.0)),
    ended(FAILED, "4.7", visibility=Visibility.HIDDEN, text="This does not hold: check 4.7"),
    ended(PASSED, "4.8", extra_credit=True),
    ended(FAILED, "4.9", extra_credit=True, text="no"),
)


@pytest.mark.parametrize("adjustments", [(), (Adjustment("Late", -1 / 3),), (Adjustment("Late", -99.0),)])
def test_a_record_and_its_own_results_json_do_not_differ(adjustments):
    made = report(*ALL_KINDS.verdicts, adjustments=adjustments)
    assert one(told(made), made) is None
    assert one(made, told(made)) is None
    assert one(told(made), told(made)) is None


@settings(max_examples=60, deadline=None)
@given(reports())
def test_no_report_has_other_points_than_its_own_results_json(made):
    if len({verdict.check.number for verdict in made.verdicts}) < len(made.verdicts):
        return
    found = changed("ada", told(made), made)  # a status is told by the words of the text, and these are any here
    assert found is None or (found.difference, found.adjustment) == (0, None)
    assert found is None or [check.difference for check in found.checks if check.difference] == []


@settings(max_examples=40, deadline=None)
@given(reports())
def test_a_record_that_was_written_and_read_does_not_differ(tmp_path_factory, made):
    path = tmp_path_factory.mktemp("record") / "record.json"
    path.write_text(recorded(made), encoding="utf-8")
    assert changed("ada", read(path), made) is None


def test_points_that_are_rounded_in_a_results_json_are_no_other_points_possible():
    thirds = [ended(PASSED, f"4.{n}", points=1 / 3) for n in range(5)]
    found = one(told(report(*thirds)), report(*thirds[:4], ended(FAILED, "4.4", points=1 / 3)))
    assert (found.difference, found.old.possible, found.new.possible) == (-0.333, 1.665, 1.665)


def test_a_change_is_found_in_a_results_json_as_in_a_record():
    old, new = report(ended(PASSED), ended(PASSED, "4.2")), report(ended(FAILED, text="no"), ended(PASSED, "4.2"))
    for left, right in ((told(old), new), (old, told(new)), (told(old), told(new))):
        found = one(left, right)
        assert (found.difference, [check.number for check in found.checks]) == (-2, ["4.1"])


GRADESCOPE_UTILS = {
    "tests": [
        {"name": "kl is right", "score": 2.0, "max_score": 2, "status": "passed"},
        {"name": "elbo is right", "score": 1.0, "max_score": 2, "status": "passed", "output": "half of it\n"},
        {"name": "it trains", "score": 0.0, "max_score": 3, "status": "failed", "output": "Test Failed: 1 != 2\n"},
    ],
    "leaderboard": [],
    "visibility": "visible",
    "execution_time": "0.00",
    "score": 3.0,
}


def test_the_results_of_gradescope_utils_are_compared_by_the_names_of_tests():
    new = report(
        ended(PASSED, "4.1", name="kl is right"),
        ended(FAILED, "4.2", name="elbo is right", score=1.0, text="half"),
        ended(PASSED, "4.3", name="it trains", points=3.0),
    )
    found = one(report_of(GRADESCOPE_UTILS), new)
    (check,) = found.checks
    assert (found.old.score, found.new.score, check.name, check.difference) == (3, 6, "it trains", 3)
    assert check.why == "Was 3. Passes now. Failed before: Test Failed: 1 != 2."


def test_results_without_a_check_in_common_are_compared_by_the_total():
    found = one(report_of(GRADESCOPE_UTILS), report(ended(PASSED, "4.1", points=9.0)))
    assert (found.totals_only, found.checks, found.old.score, found.new.score) == (True, (), 3, 9)
    total = one(report_of({"tests": [], "score": 3}), report(ended(PASSED, "4.1", points=9.0)))
    assert (total.totals_only, total.difference) == (True, 6)


def test_empty_reports_do_not_differ():
    empty = Report("hw", "Homework", (), (), 1.0)
    assert changed("ada", empty, empty) is None
