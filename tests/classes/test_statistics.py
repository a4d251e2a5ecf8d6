"""The figures of a class: right for classes that can be worked out by hand, undefined where they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classes.entry import number_key
from autograder.classes.statistics import by_check, by_part, discrimination, histogram, spread
from tests.classes.made_classes import BLOCKED, ERROR, FAILED, MANUAL, PASSED, entries, submission, varied
from tests.made_reports import verdict


def figures(made, number):
    return next(one for one in by_check(made) if one.check.number == number)


def test_quartiles_are_between_the_numbers():
    found = spread([1, 2, 3, 4, 10])
    assert (found.least, found.lower, found.median, found.upper, found.most, found.mean) == (1, 2, 3, 4, 10, 4)


def test_one_submission_is_its_own_quartiles():
    assert set(vars(spread([7.5])).values()) == {7.5}


@pytest.mark.parametrize(("share", "place"), [(0, 0), (0.0499, 0), (0.05, 1), (0.3, 6), (0.7, 14), (1, 19), (1.2, 19)])
def test_a_share_is_in_the_twentieth_that_it_begins(share, place):
    assert histogram([share])[place] == 1


@given(st.lists(st.floats(0, 2), max_size=30))
def test_every_submission_is_in_the_histogram_once(shares):
    assert sum(histogram(shares)) == len(shares)


def test_difficulty_is_the_share_of_points_earned_of_what_is_decided():
    made = entries(
        submission(verdict(PASSED, "4.1")),
        submission(verdict(FAILED, "4.1", score=0.5)),
        submission(verdict(BLOCKED, "4.1")),
        submission(verdict(ERROR, "4.1")),
        submission(verdict(MANUAL, "4.1")),
    )
    assert figures(made, "4.1").difficulty == pytest.approx((1 + 0.25 + 0) / 3)
    assert figures(made, "4.1").decided == 3
    assert figures(made, "4.1").statuses == {PASSED: 1, FAILED: 1, BLOCKED: 1, ERROR: 1, MANUAL: 1}


def test_a_check_that_was_decided_nowhere_has_no_figures():
    found = figures(entries(submission(verdict(ERROR, "4.1"))), "4.1")
    assert (found.difficulty, found.discrimination, found.never_fails, found.always_fails) == (None, None, False, False)


def test_discrimination_is_the_correlation_with_the_total_of_the_others():
    made = varied(12)
    rows = np.array([[v.score for v in entry.report.verdicts] for entry in made])
    for place, number in enumerate(["1.1", "4.1", "4.2"]):
        others = rows.sum(axis=1) - rows[:, place]
        expected = np.corrcoef(rows[:, place], others)[0, 1]
        assert figures(made, number).discrimination == pytest.approx(expected)


def test_a_check_is_not_compared_with_itself():
    """With its own points in the total a check that is drawn by lot would seem to tell submissions apart."""
    made = entries(*[submission(verdict(PASSED if n % 2 else FAILED, "4.1", points=50)) for n in range(12)])
    assert figures(made, "4.1").discrimination is None  # the rest is the same for all


def test_discrimination_is_undefined_where_all_are_the_same_or_few():
    made = varied(12)
    assert figures(made, "4.3").discrimination is None
    assert figures(made, "4.4").discrimination is None
    assert figures(varied(9), "4.2").discrimination is None
    assert discrimination([0.0, 1.0] * 5, [0.0, 1.0] * 5) == pytest.approx(1.0)


def test_submissions_that_earned_nothing_do_not_make_checks_agree():
    made = varied(12)
    nothing = submission(*[verdict(FAILED, v.check.number) for v in made[0].report.verdicts])
    with_one = [*made, *entries(nothing)]
    assert figures(with_one, "4.2").discrimination == figures(made, "4.2").discrimination
    assert figures(with_one, "4.2").difficulty < figures(made, "4.2").difficulty


def test_a_check_without_points_has_no_discrimination():
    made = entries(
        *[
            submission(
                verdict(PASSED, "4.1", score=2.0),
                *(
                    verdict(PASSED if n % 2 else FAILED, number, points)
                    for number, points in (("0", 0.0), ("4.2", 1.0))
                ),
            )
            for n in range(12)
        ]
    )
    assert figures(made, "0").discrimination is None
    assert figures(made, "0").difficulty == 0.5


def test_checks_that_never_and_always_fail_are_told():
    found = by_check(varied(12))
    assert [one.check.number for one in found if one.never_fails] == ["4.3"]
    assert [one.check.number for one in found if one.always_fails] == ["4.4"]


def test_parts_have_means_and_shares_of_what_is_decided():
    made = entries(
        submission(verdict(PASSED, "4.1"), verdict(ERROR, "4.2")),
        submission(verdict(FAILED, "4.1"), verdict(PASSED, "4.2")),
    )
    (part,) = by_part(made)
    assert (part.number, part.title, part.points, part.mean, part.full) == ("4", "Densities", 4, 2, 0)
    assert part.share == pytest.approx(2 / 3)


def test_numbers_are_in_their_order():
    numbers = ["4.10", "x", "4.9", "10", "2.1", "4", "4.9#3", ""]
    assert sorted(numbers, key=number_key) == ["2.1", "4", "4.9", "4.10", "4.9#3", "10", "", "x"]


def test_figures_do_not_depend_on_the_order_of_the_submissions():
    made = varied(12)
    assert by_check(made) == by_check(made[::-1])
    assert by_part(made) == by_part(made[::-1])
