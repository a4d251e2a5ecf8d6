"""The projection discriminator when the features of each class are unit Gaussians, in nats.

Real features phi of class k are N(mu_k, I), generated ones N(nu_k, I), in two dimensions; two classes; y is one-hot.
"""

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Eq,
    Expr,
    Integer,
    Matrix,
    Poly,
    expand,
    symbols,
)

from reference.closed_forms.calculus import log_normal, total
from reference.closed_forms.form import ClosedForm, ProvedBy

phi = symbols("phi_1:3", real=True)
mu_1, mu_2 = symbols("mu_11 mu_12", real=True), symbols("mu_21 mu_22", real=True)
nu_1, nu_2 = symbols("nu_11 nu_12", real=True), symbols("nu_21 nu_22", real=True)
y = symbols("y_1:3", integer=True, nonnegative=True)

_CS236 = "Stanford CS 236, problem set 3, question 4"
_MIYATO = "Miyato & Koyama 2018, cGANs with projection discriminator, section 3"


def _log_density(means: tuple[Expr, ...]) -> Expr:
    return total(log_normal(x, mean, Integer(1)) for x, mean in zip(phi, means, strict=True))


def _class_logit(real: tuple[Expr, ...], generated: tuple[Expr, ...]) -> Expr:
    """The logit of the best discriminator: the log ratio of the densities of real and generated features."""
    return expand(_log_density(real) - _log_density(generated))


def _class_bias(real: tuple[Expr, ...], generated: tuple[Expr, ...]) -> Expr:
    return -(total(m**2 for m in real) - total(n**2 for n in generated)) / Integer(2)


CLASS_LOGIT = ClosedForm(
    statement="the best logit for class 1, log p(phi | y) / p_G(phi | y): linear in the features",
    symbols=(*phi, *mu_1, *nu_1),
    expression=total((m - n) * x for m, n, x in zip(mu_1, nu_1, phi, strict=True)) + _class_bias(mu_1, nu_1),
    source=_CS236,
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: _class_logit(mu_1, nu_1),
)

CLASS_WEIGHT = ClosedForm(
    statement="an entry of row y of A, the coefficient of a feature: the difference of the means",
    symbols=(mu_1[0], nu_1[0]),
    expression=mu_1[0] - nu_1[0],
    source=_CS236,
    proved_by=ProvedBy.DERIVATIVE,
    proof=lambda: _class_logit(mu_1, nu_1).diff(phi[0]),
)

CLASS_BIAS = ClosedForm(
    statement="the entry of b for class y, the logit at phi = 0: -(|mu|^2 - |nu|^2) / 2",
    symbols=(*mu_1, *nu_1),
    expression=_class_bias(mu_1, nu_1),
    source=_CS236,
    proved_by=ProvedBy.EQUATIONS,
    proof=lambda: Poly(_class_logit(mu_1, nu_1), *phi).coeff_monomial(1),
)

_A = Matrix([[m - n for m, n in zip(mu, nu, strict=True)] for mu, nu in ((mu_1, nu_1), (mu_2, nu_2))])
_b = Matrix([_class_bias(mu_1, nu_1), _class_bias(mu_2, nu_2)])


def _logit_of_the_label() -> Expr:
    """The class whose entry of y is 1 gives its logit."""
    return y[0] * _class_logit(mu_1, nu_1) + y[1] * _class_logit(mu_2, nu_2)


PROJECTION_LOGIT = ClosedForm(
    statement="the best logit y^T (A phi + b) with the rows mu_k - nu_k of A",
    symbols=(*y, *phi, *mu_1, *nu_1, *mu_2, *nu_2),
    expression=(Matrix([y]) * (_A * Matrix(phi) + _b))[0],
    source=_MIYATO,
    proved_by=ProvedBy.EQUATIONS,
    proof=_logit_of_the_label,
    where=(Eq(y[0] + y[1], 1),),
)
