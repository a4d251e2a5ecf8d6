"""The importance-weighted bound L_m = E log (w_1 + ... + w_m) / m in a model of two latent states, in nats.

j_k = p(x, z = k), q_k = q(z = k), so a sample z = k of q has the weight w_k = j_k / q_k. All m-tuples of
samples are summed.
"""

from collections.abc import Callable
from itertools import combinations, product
from math import prod

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Eq,
    Expr,
    Integer,
    factor,
    log,
)

from reference.closed_forms.calculus import mean, table, total
from reference.closed_forms.divergences import phi
from reference.closed_forms.form import ClosedForm, ProvedBy

q, joint = table("q", 2), table("j", 2)
q_is_a_table = Eq(total(q), 1)
weights = [both / chance for both, chance in zip(joint, q, strict=True)]
evidence = total(joint)

_BURDA = "Burda, Grosse & Salakhutdinov 2016, Importance weighted autoencoders"


def over_samples(m: int, function: Callable[[list[Expr]], Expr]) -> Expr:
    """E f(w_1, ..., w_m) for independent samples of q."""
    samples = list(product(range(len(q)), repeat=m))
    chances = [prod((q[k] for k in sample), start=Integer(1)) for sample in samples]
    values = [function([weights[k] for k in sample]) for sample in samples]
    return total(chance * value for chance, value in zip(chances, values, strict=True))


def bound(m: int) -> Expr:
    return over_samples(m, lambda w: log(mean(w)))


MEAN_WEIGHT = ClosedForm(
    statement="E (w_1 + w_2) / 2: the mean weight is p(x) on average",
    symbols=joint,
    expression=evidence,
    source=f"{_BURDA}, section 3",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: factor(over_samples(2, mean)).subs(q[1], 1 - q[0]),
)

BOUND_1 = ClosedForm(
    statement="L_1: the ELBO",
    symbols=(*q, *joint),
    expression=total(chance * (log(both) - log(chance)) for chance, both in zip(q, joint, strict=True)),
    source=f"{_BURDA}, equation 8 with k = 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: bound(1),
    where=(q_is_a_table,),
)

BOUND_2 = ClosedForm(
    statement="L_2: the two samples agree on a state, or show both",
    symbols=(*q, *joint),
    expression=q[0] ** 2 * log(joint[0] / q[0])
    + q[1] ** 2 * log(joint[1] / q[1])
    + 2 * q[0] * q[1] * log((joint[0] / q[0] + joint[1] / q[1]) / 2),
    source=f"{_BURDA}, equation 8 with k = 2",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: bound(2),
    where=(q_is_a_table,),
)

GAP_2 = ClosedForm(
    statement="log p(x) - L_2, as a mean of terms u - 1 - log u >= 0 with u = (w_1 + w_2) / (2 p(x))",
    symbols=(*q, *joint),
    expression=over_samples(2, lambda w: phi(mean(w) / evidence)),
    source=f"{_BURDA}, theorem 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: log(evidence) - bound(2),
    where=(q_is_a_table,),
)

GAIN_2 = ClosedForm(
    statement="L_2 - L_1, which is >= 0, and 0 only where the weights agree",
    symbols=(*q, *joint),
    expression=q[0] * q[1] * log(1 + (weights[0] - weights[1]) ** 2 / (4 * weights[0] * weights[1])),
    source=f"{_BURDA}, theorem 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: bound(2) - bound(1),
    where=(q_is_a_table,),
)


def _subset_gaps(w: list[Expr]) -> Expr:
    """The mean over the three pairs of u - 1 - log u, u = mean of the pair / mean of all three."""
    return mean([phi(mean(pair) / mean(w)) for pair in combinations(w, 2)])


GAIN_3 = ClosedForm(
    statement="L_3 - L_2, as a mean over the pairs of three samples of u - 1 - log u >= 0, u = mean of pair / of all",
    symbols=(*q, *joint),
    expression=over_samples(3, _subset_gaps),
    source=f"{_BURDA}, theorem 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: bound(3) - bound(2),
    where=(q_is_a_table,),
)
