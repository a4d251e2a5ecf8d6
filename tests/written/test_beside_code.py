"""Written questions and checks of code in one homework: one report, one total, each without the other."""

import pytest

from tests.grading_bench import Bench

CHECKS = """
@number("2.1")
@weight(2)
def test_double(student):
    "double doubles"
    assert student.double(2) == 4
"""
QUESTIONS = r"""
[[questions]]
id = "half"
number = "1.1"
title = "A number"
points = 1
kind = "number"
ask = "W1?"
expect = '\frac12'

[[questions]]
id = "why"
number = "1.2"
title = "Why"
points = 3
kind = "text"
ask = "Why?"
rubric = "Three reasons."
"""
POINTS = {"1": 4, "2": 2}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def run(bench, answers, only=(), **files):
    files = {"points": POINTS, "by_hand": {"1": 3}, "beside": {"questions.toml": QUESTIONS}, **files}
    return bench.run(CHECKS, answers=answers, only=only, **files)


def test_both_halves_are_graded(bench):
    graded = run(bench, "## half\n0.5\n\n## why\nBecause.\n")
    assert graded.statuses == {"1.1": "PASSED", "1.2": "MANUAL", "2.1": "PASSED"}
    assert (graded.score, graded.max_score) == (3, 3)
    assert [test["number"] for test in graded.results["tests"]] == ["1.1", "1.2", "0", "2.1"]


def test_the_total_says_which_points_are_given_by_a_person(bench):
    graded = run(bench, "## half\n$$\\foo$$\n\n## why\nBecause.\n")
    assert graded["1.1"]["status"] == "MANUAL"
    assert "4 points are not in this score: a person reads the answers to 1.1, 1.2." in graded.results["output"]


def test_answers_count_without_code_and_code_without_answers(bench):
    graded = run(bench, "## half\n½\n", submission=None)
    assert graded.statuses == {"1.1": "PASSED", "1.2": "FAILED", "2.1": "BLOCKED"}
    graded = run(bench, None)
    assert graded.statuses == {"1.1": "FAILED", "1.2": "FAILED", "2.1": "PASSED"}
    assert graded.max_score == 3


def test_one_question_can_be_graded_alone(bench):
    graded = run(bench, "## half\n½\n", only=("1.1",))
    assert graded.verdicts.keys() == {"1.1"}


def test_problems_of_the_file_stand_above_the_tests(bench):
    graded = run(bench, "## hafl\n½\n")
    assert (
        "answers.md: line 1: heading 'hafl' is no question of this sheet: did you mean half?"
        in graded.results["output"]
    )


def test_points_that_do_not_add_up_name_the_part(bench):
    graded = run(bench, "", points={"1": 5, "2": 2})
    assert graded.error == "AssignmentError"
    assert "1.* add up to 4, but parts.1.points is 5" in graded.text
    graded = run(bench, "", by_hand={})
    assert "3 points of part 1 are given by a person, but parts.1.by_hand is 0" in graded.text
