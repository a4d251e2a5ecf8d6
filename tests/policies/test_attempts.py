"""Which submissions are attempts, and whether this one may be one: by the platform's times, never by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from autograder.metadata import Earlier, Metadata, moment
from autograder.policies.attempts import attempts
from autograder.policies.declared import Limit

HOUR = timedelta(hours=1)
FOUND = moment("2025-05-20T12:00:00-07:00")
assert FOUND is not None
NOW: datetime = FOUND


def ago(*hours: float, faults: frozenset[float] = frozenset()) -> Metadata:
    """Metadata of a submission that is made now, with earlier ones so many hours ago."""
    earlier = [Earlier(NOW - hour * HOUR, hour in faults) for hour in sorted(hours, reverse=True)]
    return Metadata(NOW, earlier=tuple(earlier))


def may(limit: Limit, metadata: Metadata) -> bool:
    known = attempts(limit, metadata)
    assert known is not None
    return known.may_be_one


def test_as_many_as_the_limit_are_graded() -> None:
    assert may(Limit(3), ago(5, 9))
    assert not may(Limit(3), ago(5, 9, 200))
    assert may(Limit(1), ago())


def test_faults_are_no_attempts() -> None:
    assert may(Limit(3), ago(5, 9, 200, faults=frozenset({9})))


def test_without_the_time_of_this_one_nothing_is_known() -> None:
    assert attempts(Limit(1), Metadata(None, earlier=ago(3).earlier)) is None


def test_the_attempts_are_counted_without_a_limit_too() -> None:
    known = attempts(None, ago(1, 2, 3, faults=frozenset({2})))
    assert known is not None and (known.number, known.may_be_one) == (3, True)


def test_within_hours_only_the_attempts_of_that_time_count() -> None:
    limit = Limit(2, 24.0)
    assert may(limit, ago(30, 25, 3))
    assert may(limit, ago(24, 3))  # a day ago to the second
    known = attempts(limit, ago(23, 3, 400))
    assert known is not None
    assert (known.may_be_one, known.next_at) == (False, NOW + HOUR)


def test_what_was_not_graded_does_not_put_off_the_next_attempt() -> None:
    limit = Limit(1, 24.0)
    # graded 25 hours ago; the ones after it were not, and so this one is
    assert may(limit, ago(25, 20, 10, 1.5))
    known = attempts(limit, ago(25, 20, 10, 1.5))
    assert known is not None and [one.submitted_at for one in known.before] == [NOW - 25 * HOUR]


@given(st.integers(1, 4), st.none() | st.floats(0.5, 50), st.lists(st.floats(0.01, 200), max_size=12))
def test_never_more_than_the_limit_in_any_time(number: int, hours: float | None, times: list[float]) -> None:
    known = attempts(Limit(number, hours), ago(*times))
    assert known is not None
    graded = [one.submitted_at for one in known.before] + ([NOW] if known.may_be_one else [])
    for first, last in zip(graded, graded[number:], strict=False):
        assert hours is not None and last - first >= timedelta(hours=hours)
    if not known.may_be_one and known.next_at is not None:
        assert known.next_at > NOW
