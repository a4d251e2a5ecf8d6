"""Which checks run: a check that requires another is blocked where that one failed, and told which."""

import pytest

from tests.grading_bench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def check(decorators="", *, name="test_x", number="1.1", body="...", arguments="student"):
    return f'{decorators}\n@number("{number}")\n@weight(1)\ndef {name}({arguments}):\n    {body}\n\n'


FAILING = "raise Mismatch('x is 1, but should be 2')"


@pytest.mark.parametrize("required", ["test_x", '"1.1"', '"1"'])
def test_a_check_that_requires_a_failed_one_is_blocked_and_names_it(bench, required):
    graded = bench.run(
        check(body=f'"x is right"\n    {FAILING}')
        + check(f"@requires({required})", name="test_y", number="1.2", body='"y is right"')
        + check("@requires('1.2')", name="test_z", number="1.3"),
        points=3,
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "BLOCKED", "1.3": "BLOCKED"}
    assert graded["1.2"]["student"] == 'Skipped: needs 1.1 "x is right", which failed.'
    assert graded["1.3"]["student"] == 'Skipped: needs 1.2 "y is right", which was skipped.'
    assert graded.max_score == 3


def test_a_check_that_requires_a_passed_one_runs(bench):
    graded = bench.run(check() + check("@requires(test_x)", name="test_y", number="1.2"), points=2)
    assert graded.statuses == {"1.1": "PASSED", "1.2": "PASSED"}


def test_an_error_of_ours_blocks_nothing(bench):
    graded = bench.run(check(body="raise OSError") + check("@requires(test_x)", name="test_y", number="1.2"), points=2)
    assert graded.statuses == {"1.1": "ERROR", "1.2": "PASSED"}


@pytest.mark.parametrize("required", ["test_x", '"1.1"'])
def test_a_check_that_requires_a_parametrised_one_requires_all_of_it(bench, required):
    graded = bench.run(
        check('@pytest.mark.parametrize("n", [1, 2])', arguments="student, n", body="assert n == 1")
        + check(f"@requires({required})", name="test_y", number="1.2"),
        points=3,
    )
    assert graded.statuses == {"1.1.1": "PASSED", "1.1.2": "FAILED", "1.2": "BLOCKED"}
    assert len(graded["1.2"]["requires"]) == 2


def test_one_case_of_a_parametrised_check_can_be_required_by_its_number(bench):
    graded = bench.run(
        check('@pytest.mark.parametrize("n", [1, 2])', arguments="student, n", body="assert n == 1")
        + check("@requires('1.1.1')", name="test_y", number="1.2"),
        points=3,
    )
    assert graded.statuses == {"1.1.1": "PASSED", "1.1.2": "FAILED", "1.2": "PASSED"}


def test_a_partial_score_below_the_full_one_blocks(bench):
    graded = bench.run(
        "@number('1.1')\n@partial_credit(2)\ndef test_x(student, set_score=None): set_score(1)\n\n"
        + check("@requires(test_x)", name="test_y", number="1.2"),
        points=3,
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "BLOCKED"}


def test_a_requirement_that_stands_later_is_refused(bench):
    graded = bench.run(check('@requires("1.2")') + check(name="test_y", number="1.2"), points=2)
    assert graded.error == "AssignmentError"
    assert graded.text.endswith("checks.py: test_x requires 1.2, but no check of that name stands before it")
