"""Dependencies, points and the order of checks."""

from dataclasses import replace

import pytest

from autograder import grading
from autograder.errors import AssignmentError, UsageError
from autograder.model import Check, Part, Status, Verdict
from tests.grading_bench import Bench

PARTS = (Part("1", "First", 3.0), Part("2", "Second", 2.0))


def check(number, points=1.0, requires=(), name=None):
    return Check(f"test_{number}", name or f"check {number}", number, points, 5.0, requires=tuple(requires))


CHECKS = (
    check("1.1"),
    check("1.2.1", requires=["test_1.1"]),
    check("1.2.2"),
    check("2.1", 2.0, requires=["test_1.2.1"]),
)


def test_checks_that_fit_together_are_accepted():
    grading.validate(CHECKS, PARTS, "checks.py")


@pytest.mark.parametrize(
    ("checks", "message"),
    [
        ((*CHECKS, Check("test_again", "x", "2.1", 0.0, 5.0)), "test_again and test_2.1 both have number 2.1"),
        ((*CHECKS, check("3.1")), "test_3.1 has number 3.1, but there is no [parts.3]"),
        (
            CHECKS[:3],
            "the weights of the checks 2.* add up to 0, but parts.2.points is 2",
        ),
        (
            (*CHECKS, check("1.3", 0.25)),
            "the weights of the checks 1.* add up to 3.25, but parts.1.points is 3",
        ),
        (
            (check("1.1", requires=["test_1.2"]), check("1.2")),
            "test_1.1 requires test_1.2, which is not a check that stands before it",
        ),
        (
            (check("1.1", requires=["test_1.1"]),),
            "test_1.1 requires test_1.1, which is not a check that stands before it",
        ),
    ],
)
def test_checks_that_do_not_fit_together_name_the_file_and_the_checks(checks, message):
    with pytest.raises(AssignmentError) as raised:
        grading.validate(checks, PARTS, "checks.py")
    assert str(raised.value) == f"checks.py: {message}"


def test_weights_that_are_thirds_add_up():
    grading.validate([check(f"1.{n}", 1 / 3) for n in range(3)], [Part("1", "First", 1.0)], "checks.py")


# ------------------------------------------------------------------------------------- --check


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ([], ["1.1", "1.2.1", "1.2.2", "2.1"]),
        (["1.1"], ["1.1"]),
        (["1.2"], ["1.1", "1.2.1", "1.2.2"]),
        (["2"], ["1.1", "1.2.1", "2.1"]),
        (["2.1", "1.2.2"], ["1.1", "1.2.1", "1.2.2", "2.1"]),
        (["test_1.2.2"], ["1.2.2"]),
    ],
)
def test_a_selection_brings_what_it_requires_and_keeps_the_order(wanted, numbers):
    assert [chosen.number for chosen in grading.select(CHECKS, wanted)] == numbers


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("1.2.3", "there is no check 1.2.3: did you mean 1.2.2?"),
        ("1.2.", "there is no check 1.2.: did you mean 1.2.2?"),
        ("banana", "there is no check banana: there are 1.1, 1.2.1, 1.2.2, 2.1"),
    ],
)
def test_a_selection_of_nothing_names_what_is_near(wanted, message):
    with pytest.raises(UsageError) as raised:
        grading.select(CHECKS, [wanted])
    assert str(raised.value) == message


def test_a_number_that_only_begins_alike_is_not_selected():
    checks = (check("1.1"), check("1.11"))
    assert [chosen.number for chosen in grading.select(checks, ["1.1"])] == ["1.1"]


# ------------------------------------------------------------------------------------- blocking


def verdict(of, status):
    return Verdict(of, status, of.max_score if status is Status.PASSED else 0.0)


@pytest.mark.parametrize(
    ("status", "blocks"),
    [(Status.PASSED, False), (Status.FAILED, True), (Status.BLOCKED, True), (Status.ERROR, False)],
)
def test_only_a_failed_or_blocked_check_blocks(status, blocks):
    by = verdict(CHECKS[0], status)
    assert grading.blocker(CHECKS[1], {"test_1.1": by}) is (by if blocks else None)


def test_a_failed_import_blocks_before_anything_else():
    importing = verdict(grading.import_check("submission.py", 5.0), Status.FAILED)
    verdicts = {grading.IMPORT_CHECK_ID: importing, "test_1.1": verdict(CHECKS[0], Status.FAILED)}
    assert grading.blocker(CHECKS[1], verdicts) is importing
    assert grading.blocker(CHECKS[0], verdicts) is importing


def test_a_failed_import_of_a_file_that_could_be_cut_blocks_nothing():
    importing = replace(verdict(grading.import_check("submission.py", 5.0), Status.FAILED), blocks=False)
    verdicts = {grading.IMPORT_CHECK_ID: importing}
    assert grading.blocker(CHECKS[0], verdicts) is None
    verdicts["test_1.1"] = verdict(CHECKS[0], Status.FAILED)
    assert grading.blocker(CHECKS[1], verdicts) is verdicts["test_1.1"]


def test_a_blocked_check_names_its_blocker():
    by = verdict(check("1.1", name="kl is defined and runs"), Status.FAILED)
    blocked = grading.blocked(CHECKS[1], by)
    assert blocked.student_output == 'Skipped: needs 1.1 "kl is defined and runs", which failed.'
    chained = grading.blocked(CHECKS[3], blocked)
    assert chained.student_output == 'Skipped: needs 1.2.1 "check 1.2.1", which was skipped.'
    assert (chained.status, chained.score) == (Status.BLOCKED, 0.0)


def test_an_unfinished_check_is_no_fault_of_the_student_s():
    lost = grading.unfinished(CHECKS[0], "the machine was switched off")
    assert lost.status is Status.ERROR
    assert lost.student_output == (
        "This check could not be graded: the machine was switched off. This is a fault of the autograder, not of your "
        "submission; please tell the course staff, who can run it again."
    )


# ------------------------------------------------------------------------------------- the whole run

ASSIGNMENT = """
@number("1.1")
@weight(1)
def test_first(student): ...

@number("1.2")
@weight(1)
@requires(test_first)
def test_second(student): ...

@number("{third}")
@weight(1)
def test_third(student): ...
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def test_a_selection_runs_what_it_requires_and_nothing_else(bench):
    graded = bench.run(ASSIGNMENT.format(third="1.3"), points=3, only=("1.2",))
    assert graded.statuses == {"1.1": "PASSED", "1.2": "PASSED"}


def test_a_selection_of_no_check_is_a_usage_error(bench):
    graded = bench.run(ASSIGNMENT.format(third="1.3"), points=3, only=("1.4",))
    assert graded.error == "UsageError"
    assert graded.text.startswith("there is no check 1.4: did you mean 1.")


@pytest.mark.parametrize(
    ("third", "points", "message"),
    [
        ("1.1", 3, "checks.py: test_third and test_first both have number 1.1"),
        ("3.1", 2, "checks.py: test_third has number 3.1, but there is no [parts.3]"),
        ("1.3", 4, "checks.py: the weights of the checks 1.* add up to 3, but parts.1.points is 4"),
    ],
)
def test_an_assignment_that_does_not_fit_together_is_refused_before_anything_runs(bench, third, points, message):
    graded = bench.run(ASSIGNMENT.format(third=third), points=points)
    assert graded.error == "AssignmentError"
    assert graded.text.endswith(message)
    assert [test["max_score"] for test in graded.results["tests"]] == [points]


def test_a_check_without_time_left_is_ours_unless_the_student_s_code_used_it_up():
    assert grading.late(CHECKS[0], student_s=100, budget_s=570).status is Status.ERROR
    late = grading.late(CHECKS[0], student_s=400, budget_s=570)
    assert late.status is Status.FAILED
    assert "Your code used 400 s of it" in late.student_output
    assert "when it is imported" in late.student_output
