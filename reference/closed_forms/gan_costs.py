"""Costs of a GAN in the logit h of the discriminator, D = 1 / (1 + exp(-h)), their slopes and the slopes' limits.

In nats for one sample. h -> -oo is a sample that is rejected with certainty, h -> oo one that is taken for real.
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Expr,
    Integer,
    diff,
    exp,
    limit,
    log,
    oo,
    simplify,
    symbols,
)

from reference.closed_forms.calculus import logistic
from reference.closed_forms.form import ClosedForm, ProvedBy

h, h_real, h_fake = symbols("h h_real h_fake", real=True)

_GOODFELLOW = "Goodfellow et al. 2014, Generative adversarial nets"


def _log_d(logit: Expr) -> Expr:
    return log(logistic(logit))


def _log_not_d(logit: Expr) -> Expr:
    """log(1 - D), 1 - D brought to one fraction."""
    return log(simplify(1 - logistic(logit)))


COST_D_LOGITS = ClosedForm(
    statement="the discriminator's cross-entropy -log D(real) - log(1 - D(generated))",
    symbols=(h_real, h_fake),
    expression=log(1 + exp(-h_real)) + log(1 + exp(h_fake)),
    source=f"{_GOODFELLOW}, equation 1, with the sign of a cost",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: -_log_d(h_real) - _log_not_d(h_fake),
)

SATURATING = ClosedForm(
    statement="the saturating (minimax) cost of the generator, log(1 - D)",
    symbols=(h,),
    expression=-log(1 + exp(h)),
    source=f"{_GOODFELLOW}, equation 1",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _log_not_d(h),
)

NON_SATURATING = ClosedForm(
    statement="the non-saturating cost of the generator, -log D",
    symbols=(h,),
    expression=log(1 + exp(-h)),
    source=f"{_GOODFELLOW}, section 3",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: -_log_d(h),
)

COST_SUM = ClosedForm(
    statement="the sum of both costs, log(1 - D) - log D: minus the logit",
    symbols=(h,),
    expression=-h,
    source="Stanford CS 236, problem set 3, question 3",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: log(simplify((1 - logistic(h)) / logistic(h))),
)

# --- slopes

SLOPE_OF_THE_LOGISTIC = ClosedForm(
    statement="dD/dh = D (1 - D)",
    symbols=(h,),
    expression=1 / (1 + exp(-h)) * (1 - 1 / (1 + exp(-h))),
    source="Bishop 2006, Pattern Recognition and Machine Learning, equation 4.88",
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: diff(logistic(h), h),
)

SLOPE_SATURATING = ClosedForm(
    statement="d/dh log(1 - D) = -D",
    symbols=(h,),
    expression=-1 / (1 + exp(-h)),
    source=f"{_GOODFELLOW}, section 3",
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: diff(log(1 - logistic(h)), h),
)

SLOPE_NON_SATURATING = ClosedForm(
    statement="d/dh (-log D) = -(1 - D)",
    symbols=(h,),
    expression=-(1 - 1 / (1 + exp(-h))),
    source=f"{_GOODFELLOW}, section 3",
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: diff(-log(logistic(h)), h),
)

# --- limits of the slopes


def _limit(cost: Expr, end: Expr) -> Expr:
    return limit(simplify(diff(cost, h)), h, end)


SLOPE_SATURATING_REJECTED = ClosedForm(
    statement="the slope of log(1 - D) for h -> -oo: the generator learns nothing from a rejected sample",
    symbols=(),
    expression=Integer(0),
    source=f"{_GOODFELLOW}, section 3",
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _limit(log(1 - logistic(h)), -oo),
)

SLOPE_SATURATING_ACCEPTED = ClosedForm(
    statement="the slope of log(1 - D) for h -> oo",
    symbols=(),
    expression=Integer(-1),
    source=f"{_GOODFELLOW}, section 3",
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _limit(log(1 - logistic(h)), oo),
)

SLOPE_NON_SATURATING_REJECTED = ClosedForm(
    statement="the slope of -log D for h -> -oo: it does not vanish, and does not grow beyond 1 either",
    symbols=(),
    expression=Integer(-1),
    source=f"{_GOODFELLOW}, section 3",
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _limit(-log(logistic(h)), -oo),
)

SLOPE_NON_SATURATING_ACCEPTED = ClosedForm(
    statement="the slope of -log D for h -> oo",
    symbols=(),
    expression=Integer(0),
    source=f"{_GOODFELLOW}, section 3",
    proved_by=ProvedBy.LIMIT,
    proof=lambda: _limit(-log(logistic(h)), oo),
)
