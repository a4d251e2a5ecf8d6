"""results.json as a report: what it tells is kept, what it does not tell is not invented."""

import json

import pytest

from autograder import grading
from autograder.classes.results import report_of
from autograder.model import Check, Status
from autograder.report import gradescope
from tests.classes.made_classes import FAILED, PASSED
from tests.made_reports import MIXED, report, verdict


def through(made):
    return report_of(json.loads(json.dumps(gradescope.results(made))))


def test_scores_names_and_title_are_kept():
    found = through(MIXED)
    assert (found.title, found.score, found.max_score, found.wall_s) == ("Homework", 2, 6.5, 1.23)
    assert [(v.check.number, v.check.name) for v in found.verdicts] == [
        (v.check.number, v.check.name) for v in MIXED.verdicts
    ]


def test_how_a_check_ended_is_read_from_the_words_that_the_grader_writes():
    needed, check = Check("a", "kl", "4.1", 1.0, 1.0), Check("b", "elbo", "4.2", 1.0, 1.0, requires=("a",))
    failed = verdict(FAILED, "4.1", points=1.0)
    found = through(
        report(
            failed,
            grading.blocked(check, type(failed)(needed, Status.FAILED, 0.0)),
            grading.unfinished(Check("c", "x", "4.3", 1.0, 1.0), "no time"),
            grading.later(Check("d", "x", "4.4", 1.0, 1.0)),
            verdict(PASSED, "4.5"),
        )
    )
    assert [v.status for v in found.verdicts] == [
        Status.FAILED,
        Status.BLOCKED,
        Status.ERROR,
        Status.LATER,
        Status.PASSED,
    ]
    assert found.verdicts[1].check.requires == ("4.1",)


def test_a_total_that_is_not_the_sum_of_the_tests_is_the_total():
    tests = [{"score": 3, "max_score": 4}, {"score": 2, "max_score": 2}]
    assert report_of({"tests": tests, "score": 2.5}).score == 2.5
    assert report_of({"tests": tests}).score == 5


def test_scores_that_other_graders_write_are_taken():
    found = report_of({"tests": [{"score": "2.5", "max_score": "4"}, {"score": 1, "max_score": 0}, {"score": -1}]})
    assert found.score == 2.5
    assert found.max_score == 4
    assert [v.check.number for v in found.verdicts] == ["1", "2", "3"]


def test_two_tests_of_one_number_are_two_checks():
    found = report_of({"tests": [{"number": "1", "score": 1, "max_score": 1}] * 2})
    assert len({v.check.number for v in found.verdicts}) == 2


@pytest.mark.parametrize("score", ["much", float("nan"), float("inf"), None, [1]])
def test_a_score_that_is_no_finite_number_is_no_result(score):
    with pytest.raises((ValueError, TypeError)):
        report_of({"tests": [{"score": score}]})
