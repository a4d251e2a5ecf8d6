"""What is seen of a class while it is graded."""

from __future__ import annotations

import io

import pytest

from autograder.regrade.progress import BarDisplay, Display, Tally, display, duration
from autograder.screens import Screen

TERMINAL = Screen(True, 80, colour=False, redraws=True)


def test_a_line_has_rate_remaining_time_and_what_went_wrong() -> None:
    tally = Tally(60, graded=20, before=10, not_graded=1, faults=2, started_s=100.0)
    assert tally.line(now_s=163.0) == (
        "31 of 60 submissions, 20.0 a minute, 87 s left, 1 could not be graded, 2 with faults of the autograder"
    )


def test_what_was_finished_before_counts_as_done_and_not_for_the_rate() -> None:
    tally = Tally(100, graded=2, before=90, started_s=0.0)
    assert tally.line(now_s=60.0) == "92 of 100 submissions, 2.0 a minute, 4 min left"


def test_a_rate_is_not_guessed_at_the_start_and_nothing_is_left_at_the_end() -> None:
    assert Tally(3, graded=1, started_s=0.0).line(now_s=1.0) == "1 of 3 submissions"
    assert Tally(3, graded=3, started_s=0.0).line(now_s=60.0) == "3 of 3 submissions, 3.0 a minute"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (11100, "3 h 05 min")]
)
def test_a_duration_is_said_in_units_that_fit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_log_has_a_line_at_the_start_and_one_every_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    stream, tally = io.StringIO(), Tally(6)
    with Display(stream, tally) as shown:
        for clock[0] in (10.0, 20.0, 31.0, 40.0, 62.0):
            tally.graded += 1
            shown.changed()
    lines = stream.getvalue().splitlines()
    assert lines[0] == "6 submissions" and len(lines) == 3
    assert lines[1].startswith("3 of 6") and lines[2].startswith("5 of 6")


def test_a_terminal_has_a_bar_and_messages_above_it() -> None:
    stream, tally = io.StringIO(), Tally(4, before=1)
    with display(stream, TERMINAL, tally, plain=False) as shown:
        assert isinstance(shown, BarDisplay)
        tally.graded += 1
        shown.changed()
        shown.tell("a worker \x1b[2J joined")
    written = stream.getvalue()
    assert "2 of 4 submissions" in written and "a worker \\u001b[2J joined" in written


@pytest.mark.parametrize(("screen", "plain"), [(Screen(), False), (TERMINAL, True)])
def test_where_nothing_is_redrawn_or_it_is_not_wanted_there_are_lines(screen: Screen, plain: bool) -> None:
    assert type(display(io.StringIO(), screen, Tally(1), plain=plain)) is Display


def test_a_closed_stream_does_not_end_the_run() -> None:
    stream = io.StringIO()
    stream.close()
    with Display(stream, Tally(1)) as shown:
        shown.tell("nobody hears this")
