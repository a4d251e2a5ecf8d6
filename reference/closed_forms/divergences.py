"""Divergences of finite distributions, in nats, and Jensen's inequality with its gap.

p and q are tables of three probabilities: what holds for symbols holds for every table.
"""

from itertools import product

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Eq,
    Expr,
    Integer,
    Symbol,
    log,
)

from reference.closed_forms.calculus import kl, mean, minimiser, table, total
from reference.closed_forms.form import ClosedForm, ProvedBy

p, q, w = table("p", 3), table("q", 3), table("w", 3)
p_is_a_table, q_is_a_table = Eq(total(p), 1), Eq(total(q), 1)
a, b = table("a", 2), table("b", 2)


def phi(u: Expr) -> Expr:
    """How far the tangent of log at 1 lies above log at u."""
    return u - 1 - log(u)


# --- Jensen


def _least_phi() -> Expr:
    u = Symbol("u", positive=True)
    return phi(minimiser(phi(u), u))


JENSEN_LEAST = ClosedForm(
    statement="the least value of u - 1 - log u over u > 0; it is taken at u = 1 only",
    symbols=(),
    expression=Integer(0),
    source="Cover & Thomas 2006, Elements of Information Theory, section 2.6",
    proved_by=ProvedBy.OPTIMUM,
    proof=_least_phi,
)

_mean_w = total(probability * value for probability, value in zip(q, w, strict=True))

JENSEN_GAP = ClosedForm(
    statement="log E_q w - E_q log w, as a mean of terms u - 1 - log u: it is >= 0, and 0 only for constant w",
    symbols=(*q, *w),
    expression=total(probability * phi(value / _mean_w) for probability, value in zip(q, w, strict=True)),
    source="Cover & Thomas 2006, Elements of Information Theory, theorem 2.6.2",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: log(_mean_w) - total(chance * log(value) for chance, value in zip(q, w, strict=True)),
    where=(q_is_a_table,),
)

# --- Kullback-Leibler

KL_AS_SUM_OF_GAPS = ClosedForm(
    statement="KL( p || q ), as a sum of terms p (u - 1 - log u) with u = q / p: it is >= 0, and 0 only for q = p",
    symbols=(*p, *q),
    expression=total(x * phi(y / x) for x, y in zip(p, q, strict=True)),
    source="Cover & Thomas 2006, Elements of Information Theory, theorem 2.6.3",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: kl(p, q),
    where=(p_is_a_table, q_is_a_table),
)

CROSS_ENTROPY = ClosedForm(
    statement="the cross-entropy -E_p log q: divergence plus entropy, so in q both have the same minimiser",
    symbols=(*p, *q),
    expression=kl(p, q) - total(x * log(x) for x in p),
    source="Cover & Thomas 2006, Elements of Information Theory, theorem 5.4.3",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: -total(x * log(y) for x, y in zip(p, q, strict=True)),
    where=(p_is_a_table, q_is_a_table),
)


def _kl_of_pairs() -> Expr:
    """The sum over all pairs of outcomes of p(i) a(k) against q(i) b(k)."""
    pairs = list(product(range(len(p)), range(len(a))))
    return kl([p[i] * a[k] for i, k in pairs], [q[i] * b[k] for i, k in pairs])


KL_PRODUCT = ClosedForm(
    statement="KL( p x a || q x b ) of independent pairs: the two divergences add up",
    symbols=(*p, *q, *a, *b),
    expression=kl(p, q) + kl(a, b),
    source="Cover & Thomas 2006, Elements of Information Theory, theorem 2.5.3",
    proved_by=ProvedBy.EXACT_SUM,
    proof=_kl_of_pairs,
    where=(p_is_a_table, q_is_a_table, Eq(total(a), 1), Eq(total(b), 1)),
)

# --- Jensen-Shannon


def _jensen_shannon() -> Expr:
    middle = [mean([x, y]) for x, y in zip(p, q, strict=True)]
    return mean([kl(p, middle), kl(q, middle)])


JENSEN_SHANNON = ClosedForm(
    statement="JSD( p, q ), the mean divergence of p and q from their middle",
    symbols=(*p, *q),
    expression=log(2)
    + total(x * log(x / (x + y)) + y * log(y / (x + y)) for x, y in zip(p, q, strict=True)) / Integer(2),
    source="Lin 1991, Divergence measures based on the Shannon entropy, equation 4.1 with weights 1/2",
    proved_by=ProvedBy.EXACT_SUM,
    proof=_jensen_shannon,
    where=(p_is_a_table, q_is_a_table),
)
