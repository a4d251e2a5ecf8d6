"""What decorators declare, and what becomes of it: numbers, names, points and dependencies of checks."""

import gradescope_utils.autograder_utils.decorators as theirs
import pytest

import autograder
from autograder import declarations
from autograder.errors import AssignmentError
from tests.grading_bench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def check(decorators="", *, name="test_x", number="1.1", body="...", arguments="student"):
    return f'{decorators}\n@number("{number}")\n@weight(1)\ndef {name}({arguments}):\n    {body}\n\n'


@pytest.mark.parametrize(
    "name", ["hide_errors", "leaderboard", "number", "partial_credit", "tags", "visibility", "weight"]
)
def test_the_decorators_are_gradescope_utils_own(name):
    assert getattr(autograder, name) is getattr(theirs, name)


def test_everything_that_the_package_names_is_there():
    assert {name for name in autograder.__all__ if getattr(autograder, name, None) is None} == set()


def test_a_name_that_is_not_in_the_package_raises_attribute_error():
    with pytest.raises(AttributeError, match="module 'autograder' has no attribute 'wieght'"):
        _ = autograder.wieght


# ------------------------------------------------------------------------------------- decorators


@pytest.mark.parametrize(
    "order",
    [
        ("partial_credit(3)", 'leaderboard("c")', 'number("1.1")', 'tags("a", "b")', 'visibility("hidden")'),
        ('visibility("hidden")', 'tags("a", "b")', 'number("1.1")', 'leaderboard("c")', "partial_credit(3)"),
        ('number("1.1")', 'leaderboard("c")', 'visibility("hidden")', "partial_credit(3)", 'tags("a", "b")'),
        ('leaderboard("c")', 'visibility("hidden")', "partial_credit(3)", 'tags("a", "b")', 'number("1.1")'),
    ],
)
def test_decorators_may_be_stacked_in_any_order(bench, order):
    graded = bench.run(
        "\n".join(f"@{decorator}" for decorator in order)
        + "\n@timeout(7)\ndef test_x(student, set_score=None, set_leaderboard_value=None):\n"
        "    set_score(1); set_leaderboard_value('best')\n",
        points=3,
    )
    verdict = graded["1.1"]
    assert (verdict["score"], verdict["max_score"], verdict["visibility"]) == (1, 3, "hidden")
    assert (verdict["tags"], verdict["timeout_s"]) == (["a", "b"], 7)
    assert graded.results["leaderboard"] == [{"name": "c", "value": "best", "order": "desc"}]


def test_the_setters_may_be_taken_as_keywords_and_beside_other_defaults(bench):
    graded = bench.run(
        """
        @number("1.1")
        @partial_credit(2)
        def test_keywords(student, **kwargs):
            kwargs["set_score"](1)

        @number("1.2")
        @partial_credit(2)
        def test_beside(student, worth=1.5, set_score=None):
            set_score(worth)
        """,
        points=4,
    )
    assert (graded["1.1"]["score"], graded["1.2"]["score"]) == (1, 1.5)


def test_another_decorator_below_partial_credit_keeps_its_effect(bench):
    graded = bench.run(
        """
        import functools

        def twice(function):
            @functools.wraps(function)
            def wrapper(*arguments, **keywords):
                function(*arguments, **keywords)
                function(*arguments, **keywords)
            return wrapper

        CALLS = []

        @number("1.1")
        @partial_credit(2)
        @twice
        def test_x(student, set_score=None):
            CALLS.append(1)
            set_score(len(CALLS))

        @number("1.2")
        @weight(1)
        @torch.no_grad()
        def test_y(student):
            assert not torch.is_grad_enabled()
        """,
        points=3,
    )
    assert graded["1.1"]["score"] == 2
    assert graded["1.2"]["status"] == "PASSED"


def test_partial_credit_below_another_wrapper_is_refused_and_never_gives_full_points(bench):
    graded = bench.run(
        "@torch.no_grad()\n@partial_credit(2)\n@number('1.1')\ndef test_x(student, set_score=None): ...\n"
    )
    assert graded.error == "AssignmentError"
    assert "checks.py: test_x: partial_credit and leaderboard must stand above every other decorator" in graded.text


def test_unwrapping_keeps_what_is_declared_on_any_layer():
    @autograder.number("1.1")
    @autograder.partial_credit(2)
    @autograder.requires("1.0")
    @autograder.leaderboard("c")
    @autograder.timeout(3)
    def check(set_score=None, set_leaderboard_value=None): ...

    inner = declarations.unwrap(check)
    assert not hasattr(inner, "__wrapped__")
    assert (inner.__number__, inner.__weight__, inner.__requires__, inner.__timeout__) == ("1.1", 2, ("1.0",), 3)
    assert declarations.unwrap(check) is inner


# ------------------------------------------------------------------------------------- names and numbers


@pytest.mark.parametrize(
    ("docstring", "name"),
    [
        ('"""x is right"""', "x is right"),
        ('"""\n    x is right\n    and more\n    """', "x is right"),
        ('"""  \n\n   x is right"""', "x is right"),
        ('""""""', "the sum of two"),
        ("...", "the sum of two"),
    ],
)
def test_a_check_is_called_by_the_first_line_of_its_docstring(bench, docstring, name):
    graded = bench.run(f'@number("1.1")\n@weight(1)\ndef test_the_sum_of_two(student):\n    {docstring}\n')
    assert graded["1.1"]["name"] == name


def test_parametrised_checks_have_a_verdict_a_number_and_the_points_each(bench):
    graded = bench.run(
        check(
            '@pytest.mark.parametrize("n", [1, 2, 3])', arguments="student, n", body='"n is not 2"\n    assert n != 2'
        ),
        points=3,
    )
    assert graded.statuses == {"1.1.1": "PASSED", "1.1.2": "FAILED", "1.1.3": "PASSED"}
    assert [verdict["name"] for verdict in graded.verdicts.values()][1:] == [f"n is not 2 ({n})" for n in (1, 2, 3)]
    assert (graded.score, graded.max_score) == (2, 3)


def test_checks_can_be_methods_of_classes_with_the_same_names(bench):
    graded = bench.run(
        """
        class TestFirst:
            @number("1.1")
            @weight(1)
            def test_x(self, student): ...

            @number("1.2")
            @partial_credit(2)
            @requires(test_x)
            def test_y(self, student, set_score=None):
                set_score(0.5)

        class TestSecond:
            @number("1.3")
            @weight(1)
            def test_x(self, student):
                raise Mismatch("x is 1, but should be 2")
        """,
        points=4,
    )
    assert graded.statuses == {"1.1": "PASSED", "1.2": "FAILED", "1.3": "FAILED"}
    assert graded["1.2"]["score"] == 0.5
    assert graded["1.2"]["requires"] == [graded["1.1"]["id"]]
    assert len({verdict["id"] for verdict in graded.verdicts.values()}) == 4


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("decorators", "message"),
    [
        ('@visibility("hiden")', "checks.py: test_x: visibility is 'hiden': did you mean 'hidden'?"),
        ('@visibility("after_publish")', "visibility is 'after_publish': did you mean 'after_published'?"),
        (
            '@visibility("qqq")',
            "visibility is 'qqq': known are visible, hidden, after_due_date, after_published",
        ),
        ("@visibility(3)", "visibility is 3: known are visible, hidden, after_due_date, after_published"),
        ("@timeout(0)", "checks.py: test_x: timeout is 0, but should be a positive number of seconds"),
        ("@timeout(float('inf'))", "timeout is inf, but should be a positive number of seconds"),
        ("@timeout('5')", "timeout is '5', but should be a positive number of seconds"),
        (
            "@leaderboard('c', 'up')",
            "checks.py: test_x: the leaderboard's order is 'up', but should be 'asc' or 'desc'",
        ),
        ("@requires('1.7')", "checks.py: test_x requires 1.7, but no check of that name stands before it"),
        ("@requires(1.7)", "checks.py: test_x requires 1.7, but no check of that name stands before it"),
        ("@requires(len)", "checks.py: test_x requires len, but no check of that name stands before it"),
    ],
)
def test_a_wrong_declaration_names_the_check_and_the_cure(bench, decorators, message):
    graded = bench.run(check(decorators))
    assert graded.error == "AssignmentError"
    assert message in graded.text


@pytest.mark.parametrize(
    ("worth", "shown"), [("-1", "-1"), ("float('nan')", "nan"), ("'3'", "'3'"), ("True", "True"), ("[1]", "[1]")]
)
def test_a_weight_that_is_no_number_of_points_is_refused(bench, worth, shown):
    graded = bench.run(f"@number('1.1')\n@weight({worth})\ndef test_x(student): ...\n")
    assert graded.error == "AssignmentError"
    assert f"checks.py: test_x: weight is {shown}, but should be a number that is not negative" in graded.text


def test_a_check_without_a_number_is_refused(bench):
    graded = bench.run("@weight(1)\ndef test_x(student): ...\n")
    assert graded.error == "AssignmentError"
    assert graded.text.endswith(
        'checks.py: test_x has no number; add @number("4.1"), whose first component is its part'
    )


def test_a_check_without_points_runs_and_is_worth_nothing(bench):
    graded = bench.run(check() + '@number("1.2")\ndef test_y(student): ...\n')
    assert graded.statuses == {"1.1": "PASSED", "1.2": "PASSED"}
    assert graded["1.2"]["max_score"] == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, True, [1]])
def test_a_leaderboard_takes_finite_numbers_and_texts_only(value):
    with pytest.raises(AssignmentError, match="should be a finite number or a text"):
        declarations.leaderboard_value(value)
    assert declarations.leaderboard_value(3) == 3.0
    assert declarations.leaderboard_value("gold") == "gold"
