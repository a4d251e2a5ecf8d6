"""Checks and verdicts are valid from birth."""

import math

import pytest

from autograder.model import Check
from tests.made_reports import check, verdict


@pytest.mark.parametrize("score", [-0.5, 2.5, math.nan, math.inf])
def test_a_verdict_cannot_have_a_score_out_of_range(score):
    with pytest.raises(ValueError, match="should be from 0 to 2"):
        verdict(score=score)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_verdict_cannot_have_a_leaderboard_value_that_is_not_finite(value):
    with pytest.raises(ValueError, match="leaderboard_value is .*, but should be finite"):
        verdict(value=value)


@pytest.mark.parametrize("worth", [-1.0, math.nan, math.inf])
def test_a_check_cannot_be_worth_nonsense(worth):
    with pytest.raises(ValueError, match="max_score is .*, but should be finite and not negative"):
        check(points=worth)


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, math.nan, math.inf])
def test_a_check_cannot_have_nonsense_for_a_time(timeout_s):
    with pytest.raises(ValueError, match="timeout_s is .*, but should be finite and positive"):
        Check("test_x", "x", "1.1", 1.0, timeout_s)
