"""Bernoulli pixels, in nats."""

from itertools import product

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Expr,
    Integer,
    Symbol,
    diff,
    exp,
    expand,
    log,
    simplify,
    solve,
    symbols,
)

from reference.closed_forms.calculus import logistic, total
from reference.closed_forms.form import ClosedForm, ProvedBy

x = Symbol("x", integer=True, nonnegative=True)  # 0 or 1
p = Symbol("p", positive=True)  # below 1
logit = Symbol("logit", real=True)


def _through_both_outcomes(log_of_one: Expr, log_of_zero: Expr) -> Expr:
    """The function a + b x of x that is right at x = 1 and at x = 0: on two outcomes any function has this shape."""
    a, b = symbols("a b")
    line = a + b * x
    found = solve([line.subs(x, 1) - log_of_one, line.subs(x, 0) - log_of_zero], [a, b], dict=True)
    return line.subs(found[0])


LOG_BERNOULLI = ClosedForm(
    statement="log p(x) for a pixel x in {0, 1} that is 1 with probability p",
    symbols=(x, p),
    expression=x * log(p) + (1 - x) * log(1 - p),
    source="Kingma & Welling 2014, Auto-Encoding Variational Bayes, appendix C.1",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _through_both_outcomes(log(p), log(1 - p)),
    where=(x <= 1, p < 1),
)

LOGIT = ClosedForm(
    statement="the logit h with p = 1 / (1 + exp(-h))",
    symbols=(p,),
    expression=log(p / (1 - p)),
    source="Bishop 2006, Pattern Recognition and Machine Learning, section 2.4",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: solve(logistic(logit) - p, logit)[0],
    where=(p < 1,),
)

LOG_BERNOULLI_WITH_LOGITS = ClosedForm(
    statement="log p(x) for a pixel x in {0, 1} that is 1 with probability 1 / (1 + exp(-logit))",
    symbols=(x, logit),
    expression=x * logit - log(1 + exp(logit)),
    source="Bishop 2006, Pattern Recognition and Machine Learning, section 2.4",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _through_both_outcomes(log(logistic(logit)), log(simplify(1 - logistic(logit)))),
    where=(x <= 1,),
)

SLOPE_IN_THE_LOGIT = ClosedForm(
    statement="the derivative of that log p(x) in the logit: outcome minus probability",
    symbols=(x, logit),
    expression=x - 1 / (1 + exp(-logit)),
    source="Bishop 2006, Pattern Recognition and Machine Learning, equation 4.91",
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: diff(_through_both_outcomes(log(logistic(logit)), log(simplify(1 - logistic(logit)))), logit),
    where=(x <= 1,),
)


def _all_images() -> Expr:
    """The sum over {0, 1}^3 of the product of the three pixels' probabilities."""
    pixels = symbols("p_1:4", positive=True)
    images = product((0, 1), repeat=len(pixels))
    likelihoods = (
        total(bit * log(p) + (1 - bit) * log(1 - p) for bit, p in zip(image, pixels, strict=True)) for image in images
    )
    return expand(simplify(total(exp(log_likelihood) for log_likelihood in likelihoods)))


BERNOULLI_MASS = ClosedForm(
    statement="the sum of p(x | z) over all images of three independent pixels",
    symbols=(),
    expression=Integer(1),
    source="Bishop 2006, Pattern Recognition and Machine Learning, equation 2.2",
    proved_by=ProvedBy.EXACT_SUM,
    proof=_all_images,
)
