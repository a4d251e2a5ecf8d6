"""Definition -> formula: both Bernoulli forms follow from P(x = 1) = p and p = 1 / (1 + exp(-logit))."""

import pytest
from sympy import exp, log, simplify, solve

from reference.closed_forms.bernoulli import LOG_BERNOULLI, LOG_BERNOULLI_WITH_LOGITS, logit, p, x

probability_of = {1: p, 0: 1 - p}
probability_from_logit = 1 / (1 + exp(-logit))


@pytest.mark.parametrize("outcome", [0, 1])
def test_log_bernoulli_is_the_log_of_the_probability_of_the_outcome(outcome: int) -> None:
    assert LOG_BERNOULLI.expression.subs(x, outcome) == log(probability_of[outcome])


def test_the_two_outcomes_exhaust_the_probability() -> None:
    assert simplify(sum(exp(LOG_BERNOULLI.expression.subs(x, outcome)) for outcome in (0, 1))) == 1


@pytest.mark.parametrize("outcome", [0, 1])
def test_the_form_in_the_logit_gives_the_same_probability(outcome: int) -> None:
    from_logit = exp(LOG_BERNOULLI_WITH_LOGITS.expression.subs(x, outcome))
    assert simplify(from_logit - probability_of[outcome].subs(p, probability_from_logit)) == 0


def test_the_logit_is_the_log_of_the_odds() -> None:
    assert solve(probability_from_logit - p, logit) == [log(-p / (p - 1))]
    assert simplify(exp(LOG_BERNOULLI.expression.diff(x)) - p / (1 - p)) == 0
    assert LOG_BERNOULLI_WITH_LOGITS.expression.diff(x) == logit


@pytest.mark.parametrize("outcome", [0, 1])
def test_the_slope_in_the_logit_is_outcome_minus_probability(outcome: int) -> None:
    slope = LOG_BERNOULLI_WITH_LOGITS.expression.subs(x, outcome).diff(logit)
    assert simplify(slope - (outcome - probability_from_logit)) == 0
