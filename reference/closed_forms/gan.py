"""The minimax game of a GAN over three outcomes, in nats.

p_k is the probability of outcome k among real samples, q_k among generated ones, D_k the discriminator's
probability of "real" for it. At a single point p and q are densities.
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Eq,
    Expr,
    Rational,
    Symbol,
    diff,
    expand_log,
    factor,
    log,
    symbols,
)

from reference.closed_forms import bernoulli
from reference.closed_forms.calculus import (
    ProofError,
    kl,
    logistic,
    maximiser,
    mean,
    minimiser,
    only_solution,
    require,
    table,
    total,
)
from reference.closed_forms.form import ClosedForm, ProvedBy

p, q, D = table("p", 3), table("q", 3), table("D", 3)
p_point, q_point, D_point = symbols("p q D", positive=True)
h = Symbol("h", real=True)

p_is_a_table, q_is_a_table = Eq(total(p), 1), Eq(total(q), 1)
D_below_one = tuple(d < 1 for d in D)

_GOODFELLOW = "Goodfellow et al. 2014, Generative adversarial nets"
_TUTORIAL = "Goodfellow 2016, NIPS 2016 tutorial: Generative adversarial networks"

# --- costs


def _label_cross_entropy() -> Expr:
    """-E log P(label): half of the samples are real (label 1), half generated (label 0)."""
    label, probability = bernoulli.LOG_BERNOULLI.symbols
    log_likelihood = bernoulli.LOG_BERNOULLI.expression
    half = Rational(1, 2)
    return -total(
        half * real * log_likelihood.subs({label: 1, probability: d})
        + half * fake * log_likelihood.subs({label: 0, probability: d})
        for real, fake, d in zip(p, q, D, strict=True)
    )


def value(table_of_d: list[Expr]) -> Expr:
    """The sum over outcomes of p log D + q log(1 - D)."""
    return total(a * log(d) + b * log(1 - d) for a, b, d in zip(p, q, table_of_d, strict=True))


COST_D = ClosedForm(
    statement="J^(D), the discriminator's cross-entropy on half real, half generated samples",
    symbols=(*p, *q, *D),
    expression=-value(list(D)) / 2,
    source=f"{_TUTORIAL}, section 3.2.1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=_label_cross_entropy,
    where=(p_is_a_table, q_is_a_table, *D_below_one),
)

COST_G = ClosedForm(
    statement="J^(G) of the zero-sum game: J^(D) + J^(G) = 0",
    symbols=(*p, *q, *D),
    expression=value(list(D)) / 2,
    source=f"{_TUTORIAL}, section 3.2.2",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: only_solution(_label_cross_entropy() + h, h),
    where=(p_is_a_table, q_is_a_table, *D_below_one),
)

VALUE = ClosedForm(
    statement="V = E_real log D + E_generated log(1 - D) = -2 J^(D): D maximises it, G minimises it",
    symbols=(*p, *q, *D),
    expression=value(list(D)),
    source=f"{_GOODFELLOW}, equation 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: -2 * _label_cross_entropy(),
    where=(p_is_a_table, q_is_a_table, *D_below_one),
)

noise = table("r", 3)
_GENERATED_BY = (0, 1, 1)  # outcome of each noise value: two of them give the same


def _value_over_outcomes() -> Expr:
    """E over outcomes of log(1 - D), q being the sum of the noise that leads to an outcome."""
    pushed = [total(r for r, k in zip(noise, _GENERATED_BY, strict=True) if k == outcome) for outcome in (0, 1)]
    return total(chance * log(1 - d) for chance, d in zip(pushed, D[:2], strict=True))


EXPECTATION_OVER_NOISE = ClosedForm(
    statement="E_z log(1 - D(G(z))) for noise of probabilities r and G(1) = 1, G(2) = G(3) = 2, equal to E over p_G",
    symbols=(*noise, *D[:2]),
    expression=total(r * log(1 - D[k]) for r, k in zip(noise, _GENERATED_BY, strict=True)),
    source=f"{_GOODFELLOW}, proof of proposition 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=_value_over_outcomes,
    where=(Eq(total(noise), 1), *D_below_one[:2]),
)

# --- the best discriminator


def _best_d() -> Expr:
    """The maximiser at one point. With D = u / (1 + u) the second derivative is seen to be negative everywhere."""
    at_one_point = p_point * log(D_point) + q_point * log(1 - D_point)
    u = Symbol("u", positive=True)
    bend = factor(diff(at_one_point, D_point, 2).subs(D_point, u / (1 + u)))
    require(bend.is_negative, f"{bend} is negative for every D between 0 and 1")
    return maximiser(at_one_point, D_point)


D_STAR = ClosedForm(
    statement="D*, the maximiser of p log D + q log(1 - D) at a point",
    symbols=(p_point, q_point),
    expression=p_point / (p_point + q_point),
    source=f"{_GOODFELLOW}, proposition 1",
    proved_by=ProvedBy.OPTIMUM,
    proof=_best_d,
)

D_STAR_LOGIT = ClosedForm(
    statement="the logit of D*: the log density ratio",
    symbols=(p_point, q_point),
    expression=log(p_point / q_point),
    source=f"{_GOODFELLOW}, proposition 1, through the inverse of the logistic function",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: only_solution(logistic(h) - _best_d(), h),
)

DENSITY_FROM_D = ClosedForm(
    statement="the density p of real samples, from the density q of known ones and the best D between the two",
    symbols=(q_point, D_point),
    expression=q_point * D_point / (1 - D_point),
    source=f"{_TUTORIAL}, section 3.2.1",
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: only_solution(_best_d() - D_point, p_point),
    where=(D_point < 1,),
)

_best_table = [a / (a + b) for a, b in zip(p, q, strict=True)]


def _against_the_best_d() -> list[Expr]:
    return [_best_d().subs({p_point: a, q_point: b}) for a, b in zip(p, q, strict=True)]


def _value_against_the_best_d() -> Expr:
    """V(D*), with 1 - D* brought to one fraction so that its logarithm splits."""
    best = _against_the_best_d()
    return total(a * log(d) + b * log(factor(1 - d)) for a, b, d in zip(p, q, best, strict=True))


_middle = [mean([a, b]) for a, b in zip(p, q, strict=True)]

VALUE_AT_D_STAR = ClosedForm(
    statement="V(D*) = -log 4 + 2 JSD(p, q)",
    symbols=(*p, *q),
    expression=-log(4) + kl(p, _middle) + kl(q, _middle),
    source=f"{_GOODFELLOW}, equation 6",
    proved_by=ProvedBy.EXACT_SUM,
    proof=_value_against_the_best_d,
    where=(p_is_a_table, q_is_a_table),
)

# --- the best generator


def _equilibrium() -> dict[Symbol, Expr]:
    """The table q that minimises V(D*) under sum q = 1: a derivative in every q_k, and a multiplier."""
    objective, multiplier = expand_log(_value_against_the_best_d()), Symbol("lambda", real=True)
    for chance in q:
        bend = factor(diff(objective, chance, 2))
        require(bend.is_positive, f"{bend} is positive")
    conditions = [factor(diff(objective, chance)) + multiplier for chance in q]
    stationary = [only_solution(condition, chance) for condition, chance in zip(conditions, q, strict=True)]
    odds = [factor(best / real) for best, real in zip(stationary, p, strict=True)]
    if any(ratio != odds[0] for ratio in odds):
        raise ProofError(f"one ratio q / p for all outcomes, not {odds}")
    at_sum_one = only_solution(odds[0] - 1, multiplier)  # both tables sum to 1, so their constant ratio is 1
    return {chance: factor(best.subs(multiplier, at_sum_one)) for chance, best in zip(q, stationary, strict=True)}


EQUILIBRIUM_VALUE = ClosedForm(
    statement="min over G of max over D of V, taken at p_G = p_data",
    symbols=(),
    expression=-log(4),
    source=f"{_GOODFELLOW}, theorem 1",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _summing_to_one(_value_against_the_best_d().subs(_equilibrium())),
)

EQUILIBRIUM_VALUE_HALVED = ClosedForm(
    statement="the same with V = -J^(D), the convention with a factor 1/2",
    symbols=(),
    expression=-log(2),
    source=f"{_TUTORIAL}, section 3.2.1",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _summing_to_one(_value_against_the_best_d().subs(_equilibrium()) / 2),
)

EQUILIBRIUM_D = ClosedForm(
    statement="D* at the equilibrium, for every outcome",
    symbols=(),
    expression=Rational(1, 2),
    source=f"{_GOODFELLOW}, section 4.1",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _against_the_best_d()[0].subs(_equilibrium()),
)


def _summing_to_one(value: Expr) -> Expr:
    return factor(value.subs(p[2], 1 - p[0] - p[1]))


COMBINED_COST = ClosedForm(
    statement="the sum of minimax and non-saturating cost, E_generated [log(1 - D*) - log D*]: KL( p_G || p_data )",
    symbols=(*p, *q),
    expression=kl(q, p),
    source="Stanford CS 236, problem set 3, question 3",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: total(b * (log(factor(1 - d)) - log(d)) for b, d in zip(q, _against_the_best_d(), strict=True)),
    where=(p_is_a_table, q_is_a_table),
)

# --- least squares

_least_squares = p_point * (h - 1) ** 2 / 2 + q_point * h**2 / 2

LEAST_SQUARES_D_STAR = ClosedForm(
    statement="the score that minimises p (D - 1)^2 / 2 + q D^2 / 2 at a point: the same D*",
    symbols=(p_point, q_point),
    expression=p_point / (p_point + q_point),
    source="Mao et al. 2017, Least squares generative adversarial networks, section 3 with a = 0, b = 1",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: minimiser(_least_squares, h),
)

LEAST_SQUARES_COST = ClosedForm(
    statement="the least value of p (D - 1)^2 / 2 + q D^2 / 2 at a point",
    symbols=(p_point, q_point),
    expression=p_point * q_point / (2 * (p_point + q_point)),
    source="Mao et al. 2017, Least squares generative adversarial networks, equation 2 with a = 0, b = 1",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _least_squares.subs(h, minimiser(_least_squares, h)),
)
