"""Checks that are methods of a unittest.TestCase, as gradescope-utils has them."""

import pytest

from tests.grading_bench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def test_checks_can_be_methods_of_a_unittest_test_case(bench):
    graded = bench.run(
        """
        class TestAll(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def take(self, student):
                self.student = student

            @number("1.1")
            @weight(1)
            def test_good(self):
                "double doubles"
                self.assertEqual(self.student.double(2), 4)

            @number("1.2")
            @weight(1)
            def test_bad(self):
                "double triples"
                self.assertEqual(self.student.double(2), 6)

            @number("1.3")
            @weight(1)
            def test_many(self):
                for n in (1, 2):
                    with self.subTest(n=n):
                        self.assertEqual(self.student.double(n), 3 * n)

            @number("1.4")
            @weight(1)
            def test_broken(self):
                raise OSError

            @number("1.5")
            @weight(1)
            @unittest.skip("later")
            def test_skipped(self): ...

            @number("1.6")
            @weight(1)
            @unittest.expectedFailure
            def test_expected(self):
                self.fail()
        """,
        points=6,
    )
    assert graded.statuses == {
        "1.1": "PASSED",
        "1.2": "FAILED",
        "1.3": "FAILED",
        "1.4": "ERROR",
        "1.5": "ERROR",
        "1.6": "ERROR",
    }
    assert graded["1.2"]["student"].startswith("This does not hold: double triples")
    assert graded.max_score == 6


def test_an_error_in_set_up_class_is_an_error_of_every_check_of_the_class(bench):
    graded = bench.run(
        """
        class TestAll(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                raise OSError("no data")

            @number("1.1")
            @weight(1)
            def test_first(self): ...

            @number("1.2")
            @weight(1)
            def test_second(self): ...
        """,
        points=2,
    )
    assert graded.statuses == {"1.1": "ERROR", "1.2": "ERROR"}


def test_partial_credit_in_a_unittest_test_case_is_refused_and_never_gives_full_points(bench):
    graded = bench.run(
        """
        class TestAll(unittest.TestCase):
            @number("1.1")
            @partial_credit(2)
            def test_x(self, set_score=None):
                set_score(1)
        """,
        points=2,
    )
    assert graded.error == "AssignmentError"
    assert "do not work in a unittest.TestCase; make the check a function of its own" in graded.text
