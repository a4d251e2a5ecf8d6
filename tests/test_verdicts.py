"""What an ended check comes to: whose fault it is, what it earns, and what a student reads about it."""

import pytest

from tests.grading_bench import Bench

PASSING = """
@number("1.9")
@weight(1)
def test_double(student, reference):
    "double doubles"
    assert_close(student.double(torch.ones(2)), reference.double(torch.ones(2)), name="double")
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


# ------------------------------------------------------------------------------------- what a student reads


def test_what_a_check_prints_is_for_staff_and_what_the_student_prints_is_shown(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        def test_x(student):
            print("the answer is 42")
            student.double(1)
            raise Mismatch("x is 1, but should be 2")
        """,
        submission="def double(x):\n    print('hello from double')\n    return 2 * x\n",
    )
    assert graded["1.1"]["student"] == "x is 1, but should be 2\n\nYour code printed:\nhello from double\n"
    assert "the answer is 42" in graded["1.1"]["staff"]


def test_a_plain_assert_shows_the_property_and_no_source(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        def test_bare(student):
            "one is two"
            secret = 1
            assert secret == 2

        @number("1.2")
        @weight(1)
        def test_worded(student):
            "three is four"
            secret = 3
            assert secret == 4, "they differ"
        """,
        points=2,
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "FAILED"}
    assert graded["1.1"]["student"] == "This does not hold: one is two"
    assert graded["1.2"]["student"] == "This does not hold: three is four\nthey differ"
    assert "assert secret == 2" in graded["1.1"]["staff"]


@pytest.mark.parametrize("visibility", ["hidden", "after_due_date", "after_published"])
def test_a_check_that_is_not_visible_shows_the_property_only(bench, visibility):
    graded = bench.run(
        f"""
        @number("1.1")
        @weight(1)
        @visibility("{visibility}")
        def test_x(student):
            "x is right"
            raise Mismatch("x is 1, but should be 2", hint="add 1")
        """
    )
    assert graded["1.1"]["student"] == "This does not hold: x is right"
    assert graded.results["tests"][1]["visibility"] == visibility


def test_hide_errors_replaces_the_reason_and_what_was_printed(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        @hide_errors("Look at lecture 3.")
        def test_x(student):
            student.double(1)
            raise Mismatch("x is 1, but should be 2")
        """,
        submission="def double(x):\n    print('hello')\n    return x\n",
    )
    assert graded["1.1"]["student"] == "Look at lecture 3."


# ------------------------------------------------------------------------------------- the student's faults


def test_a_fault_of_the_student_s_inside_a_fixture_is_the_student_s(bench):
    graded = bench.run(
        """
        @pytest.fixture
        def doubled(student):
            return student.double(1)

        @pytest.fixture(scope="module")
        def shared(new_student):
            with new_student("shared", 5) as student:
                yield student.double(1)

        @number("1.1")
        @weight(1)
        def test_own(doubled): ...

        @number("1.2")
        @weight(1)
        def test_shared(shared): ...

        @number("1.3")
        @weight(1)
        def test_shared_again(shared): ...
        """,
        points=3,
        submission="def double(x):\n    raise ValueError('no')\n",
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "FAILED", "1.3": "FAILED"}
    assert graded["1.3"]["student"].startswith("double raised ValueError: no") or graded["1.3"]["student"].startswith(
        "double(1) raised ValueError: no"
    )


def test_checks_can_share_a_student_of_a_wider_scope(bench):
    graded = bench.run(
        """
        @pytest.fixture(scope="module")
        def shared(new_student):
            with new_student("shared", 5) as student:
                yield student

        @number("1.1")
        @weight(1)
        def test_first(shared):
            assert_close(shared.count(), 1, name="count()")

        @number("1.2")
        @weight(1)
        def test_second(shared):
            assert_close(shared.count(), 2, name="count()")

        @number("1.3")
        @weight(1)
        def test_alone(student):
            assert_close(student.count(), 1, name="count()")
        """,
        points=3,
        submission="calls = []\ndef count():\n    calls.append(1)\n    return len(calls)\n",
    )
    assert graded.statuses == {"1.1": "PASSED", "1.2": "PASSED", "1.3": "PASSED"}


def test_a_student_who_ends_the_process_fails_that_check_only(bench):
    graded = bench.run(
        '@number("1.1")\n@weight(1)\ndef test_x(student):\n    student.leave()\n' + PASSING,
        points=2,
        submission="import os\ndef leave(): os._exit(0)\ndef double(x): return 2 * x\n",
    )
    assert graded.statuses == {"1.1": "FAILED", "1.9": "PASSED"}
    assert "ended the whole process with exit status 0" in graded["1.1"]["student"]


def test_a_check_that_goes_on_after_the_worker_died_may_raise_a_failure_of_its_own(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        def test_x(student):
            try:
                student.leave()
            except StudentCodeFailed:
                raise Mismatch("leave ended everything, but should return") from None
        """,
        submission="import os\ndef leave(): os._exit(0)\n",
    )
    assert graded.statuses == {"1.1": "FAILED"}
    assert graded["1.1"]["student"] == "leave ended everything, but should return"


def test_the_timeout_of_a_check_is_its_own(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        @timeout(0.3)
        def test_short(student):
            student.wait(0.6)

        @number("1.2")
        @weight(1)
        def test_long(student):
            student.wait(0.6)
        """,
        points=2,
        submission="import time\ndef wait(s): time.sleep(s)\n",
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "PASSED"}
    assert graded["1.1"]["student"].startswith("wait(0.6) did not end within 0.3 s, the limit of this check")


# ------------------------------------------------------------------------------------- scores and columns


def partial(body, worth=4):
    return f'@number("1.1")\n@partial_credit({worth})\ndef test_x(student, set_score=None):\n    {body}\n'


def test_a_partial_score_is_what_the_check_set(bench):
    graded = bench.run(partial("set_score(2.5)"), points=4)
    assert (graded["1.1"]["status"], graded["1.1"]["score"]) == ("FAILED", 2.5)
    assert graded["1.1"]["student"] == "earned 2.5 of 4 points"
    assert (graded.score, graded.max_score) == (2.5, 4)


def test_a_full_partial_score_passes(bench):
    assert bench.run(partial("set_score(4)"), points=4)["1.1"]["status"] == "PASSED"


def test_partial_credit_that_never_sets_a_score_is_an_error_and_not_full_points(bench):
    graded = bench.run(partial("pass"), points=4)
    assert (graded["1.1"]["status"], graded["1.1"]["score"]) == ("ERROR", 0)
    assert "ended without calling set_score" in graded["1.1"]["staff"]


def test_partial_credit_whose_function_does_not_take_set_score_is_an_error(bench):
    graded = bench.run('@number("1.1")\n@partial_credit(4)\ndef test_x(student): ...\n', points=4)
    assert (graded["1.1"]["status"], graded["1.1"]["score"]) == ("ERROR", 0)


def test_a_check_that_asks_for_set_score_without_the_decorator_must_call_it(bench):
    graded = bench.run('@number("1.1")\n@weight(4)\ndef test_x(student, set_score): ...\n', points=4)
    assert (graded["1.1"]["status"], graded["1.1"]["score"]) == ("ERROR", 0)


def test_a_score_that_was_set_before_an_exception_is_lost(bench):
    graded = bench.run(partial("set_score(4); raise Mismatch('x is 1, but should be 2')"), points=4)
    assert (graded["1.1"]["status"], graded["1.1"]["score"]) == ("FAILED", 0)
    graded = bench.run(partial("set_score(4); raise OSError"), points=4)
    assert (graded["1.1"]["status"], graded["1.1"]["score"]) == ("ERROR", 0)


@pytest.mark.parametrize("score", ["50", "-1", "float('nan')", "float('inf')", "True", "'4'", "None"])
def test_a_score_out_of_range_is_an_error(bench, score):
    graded = bench.run(partial(f"set_score({score})"), points=4)
    assert (graded["1.1"]["status"], graded["1.1"]["score"]) == ("ERROR", 0)
    assert "should be a number from 0 to 4" in graded["1.1"]["staff"]


def test_a_check_can_have_points_and_a_leaderboard_column(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(3)
        @leaderboard("error", "asc")
        def test_x(student, set_leaderboard_value=None):
            set_leaderboard_value(0.25)
        """,
        points=3,
    )
    assert (graded["1.1"]["status"], graded.score) == ("PASSED", 3)
    assert graded.results["leaderboard"] == [{"name": "error", "value": 0.25, "order": "asc"}]


def test_a_leaderboard_column_that_was_never_set_is_left_out(bench):
    graded = bench.run(
        '@number("1.1")\n@weight(1)\n@leaderboard("error")\ndef test_x(student, set_leaderboard_value=None): ...\n'
    )
    assert graded["1.1"]["status"] == "PASSED"
    assert "leaderboard" not in graded.results


@pytest.mark.parametrize("value", ["float('nan')", "float('inf')", "None", "True", "torch.ones(())"])
def test_a_leaderboard_value_that_is_no_finite_number_is_an_error(bench, value):
    graded = bench.run(
        '@number("1.1")\n@weight(1)\n@leaderboard("error")\n'
        f"def test_x(student, set_leaderboard_value=None):\n    set_leaderboard_value({value})\n"
    )
    assert graded["1.1"]["status"] == "ERROR"
    assert "leaderboard" not in graded.results


def test_no_score_stays_behind_for_the_next_grading_in_the_same_process(bench):
    folder = bench.write(partial("set_score(student.score())"), points=4, submission="def score(): return 3\n")
    first = bench.grade(folder)
    (folder / "handed_in" / "submission.py").write_text("def score(): raise ValueError\n")
    second = bench.grade(folder)
    (folder / "handed_in" / "submission.py").write_text("def score(): return 1\n")
    third = bench.grade(folder)
    assert [graded["1.1"]["score"] for graded in (first, second, third)] == [3, 0, 1]


def test_two_assignments_in_one_process_do_not_get_each_other_s_checks(bench):
    first = bench.run('@number("1.1")\n@weight(1)\ndef test_first(student): ...\n')
    second = bench.run('@number("1.2")\n@weight(1)\ndef test_second(student): ...\n')
    assert (list(first.statuses), list(second.statuses)) == (["1.1"], ["1.2"])
