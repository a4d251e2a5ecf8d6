"""One run of an assignment's checks: every check gets exactly one verdict, whatever happens in it."""

import pytest

from tests.grading_bench import Bench

PASSING = """
@number("1.9")
@weight(1)
def test_double(student, reference):
    "double doubles"
    assert_close(student.double(torch.ones(2)), reference.double(torch.ones(2)), name="double")
"""
FAULT_OF_OURS = "This is a fault of the autograder, not of your submission"


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def test_a_check_that_holds_earns_its_points(bench):
    graded = bench.run(PASSING)
    assert graded.statuses == {"1.9": "PASSED"}
    assert (graded.score, graded.max_score) == (1, 1)
    assert graded["1.9"]["student"] == ""


def test_what_runs_begins_before_its_verdict_and_nothing_else_does(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        def test_first(student):
            "fails"
            assert student.double(1) == 3

        @number("1.2")
        @requires(test_first)
        def test_second(student):
            "is blocked"

        @number("1.3")
        def test_third(student):
            "passes"
        """
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "BLOCKED", "1.3": "PASSED"}
    assert graded.begun == ["0", "1.1", "1.3"]


# ------------------------------------------------------------------------------------- the import check


def test_the_import_check_comes_first_and_is_worth_nothing(bench):
    first = bench.run(PASSING).results["tests"][0]
    assert (first["number"], first["name"], first["status"]) == (
        "0",
        "submission.py is there and can be imported",
        "passed",
    )
    assert first["max_score"] == 0


def test_a_module_that_cannot_be_imported_blocks_every_check(bench):
    graded = bench.run(PASSING, submission="import nothing_like_this")
    assert graded["0"]["status"] == "FAILED"
    assert graded["0"]["student"].startswith(
        "importing submission.py raised ModuleNotFoundError: No module named 'nothing_like_this'"
    )
    assert graded.statuses == {"1.9": "BLOCKED"}
    assert graded["1.9"]["student"] == 'Skipped: needs 0 "submission.py is there and can be imported", which failed.'
    assert graded.max_score == 1


def test_a_module_that_cannot_be_imported_is_graded_as_far_as_it_can_be(bench):
    graded = bench.run(PASSING, submission="def double(x):\n    return 2 * x\n\nprint(double(no_such_name))\n")
    assert graded["0"]["status"] == "FAILED"
    assert "submission.py: not run, because it defines nothing: line 4: print(double(" in graded["0"]["student"]
    assert "NameError: name 'no_such_name' is not defined" in graded["0"]["staff"]
    assert graded.statuses == {"1.9": "PASSED"}
    assert (graded.score, graded.max_score) == (1, 1)


def test_a_missing_file_is_told_and_blocks_every_check(bench):
    graded = bench.run(PASSING, submission=None)
    assert graded["0"]["student"] == "submission.py is missing: nothing was handed in"
    assert graded.statuses == {"1.9": "BLOCKED"}


# ------------------------------------------------------------------------------------- faults of the checks


def test_an_error_on_the_level_of_the_module_names_the_file_and_keeps_the_denominator(bench):
    graded = bench.run("raise KeyError('k')", points={"1": 2, "2": 3})
    assert graded.error == "AssignmentError"
    assert "/checks.py: cannot be imported:" in graded.text and "KeyError: 'k'" in graded.text
    tests = graded.results["tests"]
    assert [(test["number"], test["score"], test["max_score"]) for test in tests] == [("1", 0, 2), ("2", 0, 3)]
    assert "5 of 5 points could not be graded" in graded.results["output"]


def test_a_syntax_error_in_the_checks_names_the_file(bench):
    graded = bench.run("def test_x(:\n")
    assert graded.error == "AssignmentError"
    assert "/checks.py: cannot be imported:" in graded.text and "SyntaxError" in graded.text


def test_a_file_without_checks_is_refused(bench):
    graded = bench.run("")
    assert graded.error == "AssignmentError"
    assert graded.text.endswith("/checks.py: has no checks; a check is a function whose name begins with test_")


@pytest.mark.parametrize("scope", ["function", "module", "session"])
def test_an_error_in_a_fixture_is_an_error_of_the_checks_that_use_it(bench, scope):
    graded = bench.run(
        f"""
        @pytest.fixture(scope="{scope}")
        def broken():
            raise OSError("no such data")

        @number("1.1")
        @weight(1)
        def test_first(student, broken): ...

        @number("1.2")
        @weight(1)
        def test_second(student, broken): ...

        @number("1.3")
        @weight(1)
        def test_third(student): ...
        """,
        points=3,
    )
    assert graded.statuses == {"1.1": "ERROR", "1.2": "ERROR", "1.3": "PASSED"}
    assert FAULT_OF_OURS in graded["1.1"]["student"] and "no such data" not in graded["1.1"]["student"]
    assert "OSError: no such data" in graded["1.1"]["staff"]
    assert graded.max_score == 3


def test_an_unknown_fixture_is_an_error_of_that_check(bench):
    graded = bench.run('@number("1.1")\n@weight(1)\ndef test_x(studnet): ...\n' + PASSING, points=2)
    assert graded.statuses == {"1.1": "ERROR", "1.9": "PASSED"}
    assert "fixture 'studnet' not found" in graded["1.1"]["staff"]


@pytest.mark.parametrize(
    "body", ["pytest.skip('later')", "pytest.xfail('known')", "pytest.importorskip('nothing_like_this')"]
)
def test_a_skip_inside_a_check_is_an_error_and_does_not_vanish(bench, body):
    graded = bench.run(f'@number("1.1")\n@weight(1)\ndef test_x(student):\n    {body}\n' + PASSING, points=2)
    assert graded.statuses == {"1.1": "ERROR", "1.9": "PASSED"}
    assert (graded.score, graded.max_score) == (1, 2)


@pytest.mark.parametrize("mark", ["pytest.mark.skip", "pytest.mark.skipif(True, reason='-')", "unittest.skip('-')"])
def test_a_check_that_is_marked_to_be_skipped_is_an_error_and_does_not_vanish(bench, mark):
    graded = bench.run(f'@{mark}\n@number("1.1")\n@weight(1)\ndef test_x(student): ...\n' + PASSING, points=2)
    assert graded.statuses == {"1.1": "ERROR", "1.9": "PASSED"}


def test_failing_subtests_make_one_failed_verdict(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        def test_all(student, subtests):
            "double doubles everything"
            for n in (1, 2, 3):
                with subtests.test(n=n):
                    assert_close(student.double(n), 3 * n, name=f"double({n})")

        @number("1.2")
        @weight(1)
        def test_good(student, subtests):
            for n in (1, 2, 3):
                with subtests.test(n=n):
                    assert_close(student.double(n), 2 * n, name=f"double({n})")
        """,
        points=2,
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "PASSED"}
    assert graded["1.1"]["student"] == "double(1) is 2, but should be 3 within 1e-9 + 1e-8·|expected|"
    assert graded.max_score == 2


def test_an_error_in_a_subtest_is_an_error_of_the_check(bench):
    graded = bench.run(
        '@number("1.1")\n@weight(1)\ndef test_x(student, subtests):\n    with subtests.test():\n        raise OSError\n'
    )
    assert graded.statuses == {"1.1": "ERROR"}


def test_an_exception_in_a_check_is_told_to_staff_with_its_type(bench):
    graded = bench.run('@number("1.1")\n@weight(1)\ndef test_x(student):\n    {}["k"]\n')
    assert graded.statuses == {"1.1": "ERROR"}
    assert "KeyError: 'k'" in graded["1.1"]["staff"]
    assert graded["1.1"]["student"] == (
        "This check could not be graded: KeyError in the check itself. "
        f"{FAULT_OF_OURS}; please tell the course staff, who can run it again."
    )


def test_a_check_that_calls_exit_is_an_error_and_the_others_run(bench):
    graded = bench.run('@number("1.1")\n@weight(1)\ndef test_x(student):\n    raise SystemExit\n' + PASSING, points=2)
    assert graded.statuses == {"1.1": "ERROR", "1.9": "PASSED"}


def test_a_check_that_stops_the_whole_run_loses_no_other(bench):
    graded = bench.run(
        '@number("1.1")\n@weight(1)\ndef test_x(student):\n    pytest.exit("stop")\n' + PASSING, points=2
    )
    assert graded.error == "AssignmentError"
    assert [(test["number"], test["max_score"]) for test in graded.results["tests"]] == [
        ("0", 0),
        ("1.1", 1),
        ("1.9", 1),
    ]
    assert "2 of 2 points could not be graded" in graded.results["output"]


def test_pytest_fail_and_raises_are_failures_of_the_student_s(bench):
    graded = bench.run(
        """
        @number("1.1")
        @weight(1)
        def test_fail(student):
            pytest.fail("double triples")

        @number("1.2")
        @weight(1)
        def test_raises(student):
            with pytest.raises(StudentCodeFailed):
                student.double(1)
        """,
        points=2,
    )
    assert graded.statuses == {"1.1": "FAILED", "1.2": "FAILED"}
    assert graded["1.1"]["student"] == "double triples"


def test_a_fixture_of_the_wrong_scope_is_an_error_of_ours(bench):
    graded = bench.run(
        """
        @pytest.fixture(scope="module")
        def shared(student): ...

        @number("1.1")
        @weight(1)
        def test_x(shared): ...
        """
    )
    assert graded.statuses == {"1.1": "ERROR"}
    assert "ScopeMismatch" in graded["1.1"]["staff"]


# ------------------------------------------------------------------------------------- teardown

TEARDOWN = """
@pytest.fixture
def untidy():
    yield
    raise OSError("cannot tidy up")

@number("1.1")
@weight(1)
def test_x(student, untidy):
    {body}
"""


def test_an_error_in_the_teardown_after_a_failure_leaves_one_failed_verdict(bench):
    graded = bench.run(TEARDOWN.format(body="raise Mismatch('x is 1, but should be 2')"))
    assert graded.statuses == {"1.1": "FAILED"}
    assert graded["1.1"]["student"] == "x is 1, but should be 2"
    assert "then, in teardown: OSError('cannot tidy up')" in graded["1.1"]["staff"]
    assert len(graded.results["tests"]) == 2


def test_an_error_in_the_teardown_after_a_pass_is_an_error(bench):
    graded = bench.run(TEARDOWN.format(body="pass"))
    assert graded.statuses == {"1.1": "ERROR"}
    assert len(graded.results["tests"]) == 2


# ------------------------------------------------------------------------------------- time


def test_checks_that_do_not_fit_before_the_deadline_are_errors_of_ours(bench):
    graded = bench.run(PASSING, left_s=-1.0)
    assert graded["0"]["status"] == "PASSED"
    assert graded.statuses == {"1.9": "ERROR"}
    assert graded["1.9"]["student"].startswith(
        f"This check could not be graded: the time for the whole run is over. {FAULT_OF_OURS}"
    )
    assert "1 of 1 points could not be graded" in graded.results["output"]


def test_settings_for_other_pytest_runs_do_not_change_a_grading(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x -k nothing")
    with Bench(tmp_path) as bench:
        graded = bench.run('@number("1.1")\n@weight(1)\ndef test_x(student): assert False\n' + PASSING, points=2)
    assert graded.statuses == {"1.1": "FAILED", "1.9": "PASSED"}
