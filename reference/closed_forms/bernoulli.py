"""One Bernoulli pixel, in nats. sympy cannot assume x in {0, 1} or p < 1: comments say so."""

from sympy import Symbol, exp, log  # type: ignore[import-untyped, unused-ignore]

from reference.closed_forms import ClosedForm

x = Symbol("x", integer=True, nonnegative=True)  # 0 or 1
p = Symbol("p", positive=True)  # below 1
logit = Symbol("logit", real=True)

# log p(x), x ~ Bernoulli(p)
LOG_BERNOULLI = ClosedForm(
    symbols=(x, p),
    expression=x * log(p) + (1 - x) * log(1 - p),
    source="Kingma & Welling 2014, Auto-Encoding Variational Bayes, appendix C.1",
)

# the same with p = 1 / (1 + exp(-logit))
LOG_BERNOULLI_WITH_LOGITS = ClosedForm(
    symbols=(x, logit),
    expression=x * logit - log(1 + exp(logit)),
    source="Bishop 2006, Pattern Recognition and Machine Learning, section 2.4",
)
