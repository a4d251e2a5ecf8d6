"""The evidence lower bound (ELBO) in a model of three latent states, in nats; x is observed.

pi_k = p(z = k) is the prior, ell_k = p(x | z = k) the likelihood, q_k = q(z = k) the encoder's table.
"""

from functools import cache

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Eq,
    Expr,
    Symbol,
    diff,
    exp,
    expand,
    expand_log,
    factor,
    limit,
    log,
    simplify,
)

from reference.closed_forms.calculus import kl, only_solution, require, table, total
from reference.closed_forms.form import ClosedForm, ProvedBy

pi, ell, q = table("pi", 3), table("ell", 3), table("q", 3)
beta = Symbol("beta", positive=True)
_multiplier = Symbol("lambda", real=True)

prior_is_a_table, q_is_a_table = Eq(total(pi), 1), Eq(total(q), 1)
joint = [prior * likelihood for prior, likelihood in zip(pi, ell, strict=True)]
evidence = total(joint)
posterior = [term / evidence for term in joint]

_KINGMA = "Kingma & Welling 2014, Auto-Encoding Variational Bayes"


def _reconstruction(table: tuple[Expr, ...]) -> Expr:
    """E_q log p(x | z)."""
    return total(chance * log(likelihood) for chance, likelihood in zip(table, ell, strict=True))


# --- the bound and its gap

ELBO = ClosedForm(
    statement="the ELBO E_q log( p(x, z) / q(z) ): reconstruction minus divergence from the prior",
    symbols=(*q, *pi, *ell),
    expression=_reconstruction(q) - kl(q, pi),
    source=f"{_KINGMA}, equation 3",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: total(chance * log(both / chance) for chance, both in zip(q, joint, strict=True)),
    where=(q_is_a_table, prior_is_a_table),
)

GAP = ClosedForm(
    statement="log p(x) - ELBO, the gap of the bound: the divergence of q from the posterior p(z | x)",
    symbols=(*q, *pi, *ell),
    expression=kl(q, posterior),
    source=f"{_KINGMA}, equation 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: log(evidence) - (_reconstruction(q) - kl(q, pi)),
    where=(q_is_a_table, prior_is_a_table),
)

GAP_OF_THE_PRIOR = ClosedForm(
    statement="the gap when the encoder ignores x and q is the prior: the divergence of prior from posterior",
    symbols=(*pi, *ell),
    expression=kl(pi, posterior),
    source=f"{_KINGMA}, equation 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: log(evidence) - _reconstruction(pi),
    where=(prior_is_a_table,),
)

ELBO_AT_THE_POSTERIOR = ClosedForm(
    statement="the ELBO at q = p(z | x): log p(x), so the bound is attained",
    symbols=(*pi, *ell),
    expression=log(evidence),
    source=f"{_KINGMA}, equation 1",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: simplify(
        expand(expand_log(total(chance * log(both / chance) for chance, both in zip(posterior, joint, strict=True))))
    ),
    where=(prior_is_a_table,),
)

_label = Symbol("c", positive=True)  # p(y): the label's own probability

CONDITIONAL_GAP = ClosedForm(
    statement="log p(x | y) - [E_q log p(x | y, z) - KL( q(z) || p(z) )] with ell_k = p(x | y, z = k): the same gap",
    symbols=(*q, *pi, *ell),
    expression=kl(q, posterior),
    source="Sohn, Lee & Yan 2015, Learning structured output representation, section 4, prior without condition",
    proved_by=ProvedBy.EXACT_SUM,
    proof=lambda: log(total(_label * both for both in joint) / _label) - (_reconstruction(q) - kl(q, pi)),
    where=(q_is_a_table, prior_is_a_table),
)

# --- the best q among all tables: a maximum under a constraint


@cache
def _lagrange(weight: Expr) -> tuple[list[Expr], Expr]:
    """The table q that maximises E_q log p(x | z) - weight * KL(q || prior), and the multiplier of sum q = 1.

    The derivative in every single q_k is 0, then the multiplier makes the sum 1. The second derivatives are
    -weight / q_k and the mixed ones 0, so the function is concave and its only stationary point the maximum.
    """
    objective = expand(expand_log(_reconstruction(q) - weight * kl(q, pi)))
    lagrangian = objective + _multiplier * (total(q) - 1)
    for row in q:
        for column in q:
            bend = diff(objective, row, column)
            require(bend.is_negative if row == column else bend == 0, f"{bend} makes the objective concave")
    log_stationary = [only_solution(diff(lagrangian, chance), log(chance)) for chance in q]
    stationary = [expand(exp(expand(log_chance))) for log_chance in log_stationary]
    without = [chance.subs(_multiplier, 0) for chance in stationary]
    for chance, start in zip(stationary, without, strict=True):
        require(simplify(chance / start) == exp(_multiplier / weight), "the multiplier scales every q_k alike")
    multiplier = -weight * log(total(without))
    return [simplify(chance / total(without)) for chance in without], expand_log(factor(multiplier))


OPTIMAL_Q = ClosedForm(
    statement="q_1 of the table q that maximises the ELBO under sum q = 1: the posterior p(z = 1 | x)",
    symbols=(*pi, *ell),
    expression=posterior[0],
    source="Neal & Hinton 1998, A view of the EM algorithm, lemma 1",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _lagrange(beta)[0][0].subs(beta, 1),
    where=(prior_is_a_table,),
)

OPTIMAL_MULTIPLIER = ClosedForm(
    statement="the multiplier lambda of the Lagrangian ELBO + lambda (sum q - 1) at the optimum",
    symbols=(*pi, *ell),
    expression=1 - log(evidence),
    source="Neal & Hinton 1998, A view of the EM algorithm, lemma 1",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _lagrange(beta)[1].subs(beta, 1),
    where=(prior_is_a_table,),
)

_tempered = [prior * likelihood ** (1 / beta) for prior, likelihood in zip(pi, ell, strict=True)]

OPTIMAL_Q_BETA = ClosedForm(
    statement="q_1 of the table that maximises E_q log p(x | z) - beta KL(q || prior): prior x likelihood^(1/beta)",
    symbols=(*pi, *ell, beta),
    expression=_tempered[0] / total(_tempered),
    source="Higgins et al. 2017, beta-VAE, equation 4, maximised over all q",
    proved_by=ProvedBy.OPTIMUM,
    proof=lambda: _lagrange(beta)[0][0],
    where=(prior_is_a_table,),
)


def _large_beta() -> Expr:
    """The optimum's limit, 1/beta -> 0, in which the prior sums to 1."""
    s = Symbol("s", positive=True)
    tempered = limit(_lagrange(beta)[0][0].subs(beta, 1 / s), s, 0, "+")
    return simplify(tempered.subs(pi[2], 1 - pi[0] - pi[1]))


OPTIMAL_Q_LARGE_BETA = ClosedForm(
    statement="the limit of that q_1 for beta -> oo: the prior, which knows nothing of x",
    symbols=(pi[0],),
    expression=pi[0],
    source="Higgins et al. 2017, beta-VAE, equation 4, maximised over all q",
    proved_by=ProvedBy.LIMIT,
    proof=_large_beta,
    where=(pi[0] < 1,),
)
