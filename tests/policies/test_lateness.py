"""What lateness costs: by begun units, with grace, a maximum and a cut-off; never more than was earned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.metadata import Metadata, moment
from autograder.policies.declared import Late
from autograder.policies.lateness import Points, duration, late_s, penalty

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
POINTS = Points(45.0, 100.0)

LATES = st.builds(
    Late,
    percent=st.floats(0.001, 100),
    per=st.sampled_from(["hour", "day", "once"]),
    of=st.sampled_from(["earned", "possible"]),
    at_most_percent=st.floats(0.001, 100),
    grace_minutes=st.floats(0, 1000),
    nothing_after_hours=st.none() | st.floats(17, 1e4),
)
SECONDS = st.floats(0, 1e8)
WORTH = st.builds(Points, st.floats(0, 1e4), st.floats(0, 1e4), st.booleans())


def taken(late: Late, seconds: float, points: Points = POINTS) -> float:
    found = penalty(late, seconds, points)
    return 0.0 if found is None else -found.points


def text(late: Late, seconds: float, points: Points = POINTS) -> str:
    found = penalty(late, seconds, points)
    assert found is not None
    return found.text


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [(0, 0), (0.5, 10), (HOUR, 10), (DAY, 10), (DAY + 0.001, 20), (2 * DAY, 20), (4 * DAY + 1, 50), (90 * DAY, 50)],
)
def test_every_day_that_has_begun_counts_up_to_the_maximum(seconds: float, percent: float) -> None:
    late = Late(percent=10, per="day", at_most_percent=50)
    assert taken(late, seconds) == pytest.approx(0.45 * percent)


def test_hours_and_once() -> None:
    assert taken(Late(percent=1, per="hour"), 3 * HOUR + 1) == pytest.approx(0.04 * 45)
    assert taken(Late(percent=7, per="once"), 300 * DAY) == pytest.approx(0.07 * 45)


def test_within_the_grace_nothing_is_taken_and_days_are_counted_from_its_end() -> None:
    late = Late(percent=10, grace_minutes=15)
    assert taken(late, 15 * MINUTE) == 0
    assert taken(late, 15 * MINUTE + 1) == pytest.approx(4.5)
    assert taken(late, DAY + 15 * MINUTE) == pytest.approx(4.5)
    assert taken(late, DAY + 15 * MINUTE + 1) == pytest.approx(9)


def test_after_the_cut_off_nothing_is_left() -> None:
    late = Late(percent=10, nothing_after_hours=48)
    assert taken(late, 2 * DAY) == pytest.approx(9)
    assert taken(late, 2 * DAY + 1) == 45
    assert taken(Late(nothing_after_hours=48), 47 * HOUR) == 0


def test_of_the_possible_points_no_more_than_is_there() -> None:
    late = Late(percent=50, of="possible")
    assert taken(late, HOUR) == 45
    assert taken(late, HOUR, Points(60, 100)) == 50


def test_the_line_says_how_late_how_much_of_what_and_what_it_comes_to() -> None:
    assert text(Late(percent=10), 3 * HOUR + 12 * MINUTE) == "Late by 3 h 12 min: −10 % of 45 = −4.5"
    assert text(Late(percent=10, grace_minutes=15), DAY) == "Late by 1 day (15 min of grace): −10 % of 45 = −4.5"
    assert text(Late(nothing_after_hours=72), 3 * DAY + HOUR) == "Late by 3 days 1 h: no points after 3 days: −45"
    possible = Late(percent=50, of="possible")
    assert text(possible, HOUR) == "Late by 1 h: −50 % of 100 = −50, of which 45 were there to take"


@pytest.mark.parametrize("late", [Late(percent=10), Late(percent=10, of="possible"), Late(nothing_after_hours=1)])
def test_where_checks_are_hidden_only_staff_read_figures(late: Late) -> None:
    lines = {penalty(late, DAY, Points(earned, 100.0, are_shown=False)) for earned in (5.0, 7.5)}
    assert len({line.text for line in lines if line}) == 1  # the student reads the same whatever was earned
    assert len({line.staff_text for line in lines if line}) == 2


@given(LATES, SECONDS, SECONDS, WORTH)
def test_later_never_costs_less(late: Late, one: float, other: float, points: Points) -> None:
    earlier, later = sorted((one, other))
    assert taken(late, earlier, points) <= taken(late, later, points)


@given(LATES, SECONDS, WORTH)
def test_what_is_taken_is_never_negative_and_never_more_than_was_earned(
    late: Late, seconds: float, points: Points
) -> None:
    assert 0 <= taken(late, seconds, points) <= points.earned


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "less than 1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11520, "3 h 12 min"),
        (86400, "1 day"),
        (2 * 86400 + 7200 + 60, "2 days 2 h"),
    ],
)
def test_a_time_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_lateness_is_the_same_in_every_time_zone() -> None:
    due = moment("2025-05-20T23:59:00-07:00")
    handed_in = moment("2025-05-21T08:59:00+02:00")  # the same moment, on another day
    assert due is not None and handed_in is not None
    assert late_s(Metadata(handed_in, due)) == 0
    assert late_s(Metadata(handed_in + timedelta(hours=1), due)) == HOUR
    assert late_s(Metadata(handed_in - timedelta(hours=1), due)) == 0
    assert late_s(Metadata(handed_in, None)) == late_s(Metadata(None, due)) == 0
