"""Known mistakes provably differ from the formulas that they are mistaken for: at a rational point, to 30 digits.

The names are those of the inventory of mistakes.
"""

from dataclasses import replace
from random import Random

import pytest
from sympy import Abs, Expr, Integer, Max, Rational, exp, log, oo, pi, sqrt

from reference.closed_forms import ClosedForm, all_forms
from reference.closed_forms import bernoulli as pixels
from reference.closed_forms import cycle as maps
from reference.closed_forms import diffusion as noise
from reference.closed_forms import evidence_bound as bound
from reference.closed_forms import gan as game
from reference.closed_forms import gan_costs as costs
from reference.closed_forms import gaussian as normal
from reference.closed_forms import iwae as samples
from reference.closed_forms import projection as classes
from reference.closed_forms import score_matching as scores
from reference.closed_forms import wasserstein_game as critic
from reference.closed_forms.calculus import kl

FORMS = all_forms()
HALF = Rational(1, 2)
Mistake = tuple[str, str, Expr]

mu, sigma = normal.mu, normal.sigma
mu_q, sigma_q, mu_p, sigma_p = normal.KL_NORMAL.symbols
right_kl, right_kg = normal.KL_STANDARD_NORMAL.expression, normal.KL_NORMAL.expression

KL_TO_THE_PRIOR: list[Mistake] = [
    (name, "gaussian.KL_STANDARD_NORMAL", wrong)
    for name, wrong in {
        "KL1": HALF * (1 - log(sigma**2) + mu**2 + sigma**2),
        "KL2": -right_kl,
        "KL3": 2 * right_kl,
        "KL4": right_kl / 3,
        "KL7": right_kl.subs(sigma, sigma**2),
        "KL8": HALF * (mu**2 + sigma**2 - 1 - log(sigma)),
        "KL9": HALF * (sigma**2 - 1 - log(sigma**2)),
        "KL10": HALF * (mu + sigma**2 - 1 - log(sigma**2)),
        "KL11": normal.KL_STANDARD_NORMAL_REVERSED.expression,
        "KL12": -HALF + (1 + log(sigma**2) - mu**2 - sigma**2),
        "KL13": -normal.ENTROPY_NORMAL.expression,
    }.items()
]

# with the value that the inventory of mistakes gives at N(0.3, 0.7^2) against N(-1.1, 1.9^2)
KL_BETWEEN_TWO: dict[str, tuple[Expr, str]] = {
    "KG1": (right_kg + (mu_q - mu_p) ** 2 * (1 / (sigma_q**2 * sigma_p**2) - 1 / (2 * sigma_p**2)), "1.674429"),
    "KG2": (right_kg + (mu_q - mu_p) ** 2 / (2 * sigma_p**2), "1.109332"),
    "KG3": (right_kg - 2 * log(sigma_p / sigma_q), "-1.159194"),
    "KG4": (right_kg + HALF, "1.337864"),
    "KG5": (right_kg - sigma_q**2 / (2 * sigma_p**2), "0.769997"),
    "KG6": (right_kg.subs({sigma_q: sigma_q**2, sigma_p: sigma_p**2}), "1.581468"),
    "KG7": (log(sigma_p / sigma_q) + (sigma_q**2 + (mu_q - mu_p) ** 2) / (2 * sigma_q**2) - HALF, "2.998529"),
    "KG8": (right_kg.xreplace({mu_q: mu_p, mu_p: mu_q, sigma_q: sigma_p, sigma_p: sigma_q}), "4.185145"),
}

m_q, m_p, s = normal.KL_EQUAL_VARIANCES.symbols
x, p, logit = pixels.x, pixels.p, pixels.logit
z, mean, v = normal.LOG_NORMAL.symbols
DENSITIES: list[Mistake] = [
    ("half lost", "gaussian.KL_EQUAL_VARIANCES", (m_q - m_p) ** 2 / s**2),
    ("KG12", "gaussian.SQUARED_DISTANCE", (normal.mu_q - normal.c) ** 2),
    ("no normalisation", "gaussian.LOG_NORMAL", -((z - mean) ** 2) / (2 * v)),
    ("variance as deviation", "gaussian.LOG_NORMAL", -log(2 * pi) / 2 - log(v) - (z - mean) ** 2 / (2 * v**2)),
    ("sign", "bernoulli.LOG_BERNOULLI", -(x * log(p) + (1 - x) * log(1 - p))),
    ("sigmoid forgotten", "bernoulli.LOG_BERNOULLI_WITH_LOGITS", x * log(Abs(logit)) + (1 - x) * log(Abs(1 - logit))),
]

prior, ell, q = bound.pi, bound.ell, bound.q
posterior_1, rest = bound.posterior[0], bound.evidence
beta = bound.beta
BOUND: list[Mistake] = [
    ("EL2", "evidence_bound.ELBO", bound._reconstruction(q) + kl(q, prior)),
    ("EL3", "evidence_bound.ELBO", sum(a**2 * log(b / a) for a, b in zip(q, bound.joint, strict=True))),
    ("EL4", "evidence_bound.ELBO", sum(a * log(b / a) for a, b in zip(q, ell, strict=True))),
    ("EL6", "evidence_bound.GAP", kl(q, prior)),
    ("EL6", "evidence_bound.CONDITIONAL_GAP", kl(q, prior)),
    ("EL9", "evidence_bound.OPTIMAL_Q", bound.joint[0] * exp(-1)),
    ("EL9", "evidence_bound.OPTIMAL_MULTIPLIER", 1 + log(rest)),
    ("EL10", "evidence_bound.GAP_OF_THE_PRIOR", kl(bound.posterior, prior)),
    ("EL12", "evidence_bound.OPTIMAL_Q_BETA", bound.OPTIMAL_Q_BETA.expression.subs(beta, 1 / beta)),
    ("EL12", "evidence_bound.OPTIMAL_Q_BETA", bound.OPTIMAL_Q_BETA.expression.subs(beta, beta**2)),
    ("likelihood alone", "evidence_bound.OPTIMAL_Q", ell[0] / sum(ell)),
]

both = samples.joint
BOUND_2, (q_1, q_2) = samples.BOUND_2.expression, samples.q
IWAE: list[Mistake] = [
    ("IW1", "iwae.BOUND_2", samples.BOUND_1.expression),
    ("IW2", "iwae.BOUND_2", BOUND_2 + log(2)),
    ("IW5", "iwae.BOUND_2", samples.over_samples(2, lambda w: log(Max(*w)))),
    ("IW8", "iwae.BOUND_2", samples.over_samples(1, lambda w: log(w[0]))),
]

P, Q, D, h = game.p_point, game.q_point, game.D_point, costs.h
right_v, p_table, q_table, d_table = game.VALUE_AT_D_STAR.expression, game.p, game.q, game.D
minus_one_inside = sum(a * log(d) + b * (1 - log(d)) for a, b, d in zip(p_table, q_table, d_table, strict=True))
GAME: list[Mistake] = [
    ("DD1", "gan.D_STAR", Q / (P + Q)),
    ("DD2", "gan.D_STAR", P / Q),
    ("DD3", "gan.D_STAR", HALF),
    ("DD2", "gan.D_STAR_LOGIT", log(Q / P)),
    ("DD7", "gan.VALUE_AT_D_STAR", (right_v - log(4)) / 2),
    ("DD8", "gan.VALUE_AT_D_STAR", -right_v),
    ("DD8", "gan.EQUILIBRIUM_VALUE", log(4)),
    ("DD9", "gan.EQUILIBRIUM_VALUE_HALVED", -log(4)),
    ("DD11", "gan.VALUE", minus_one_inside),
    ("DD15", "gan.EQUILIBRIUM_D", Integer(1)),
    ("reversed", "gan.COMBINED_COST", kl(p_table, q_table)),
    ("odds inverted", "gan.DENSITY_FROM_D", Q * (1 - D) / D),
    ("same sign", "gan.COST_G", game.COST_D.expression),
    ("DL4", "gan.VALUE", -game.COST_D.expression),
    ("LS1", "gan.LEAST_SQUARES_COST", P * Q / (P + Q)),
    ("LS3", "gan.LEAST_SQUARES_D_STAR", Q / (P + Q)),
]

real, fake = costs.COST_D_LOGITS.symbols
right_d_cost = costs.COST_D_LOGITS.expression
COSTS: list[Mistake] = [
    ("DL1", "gan_costs.COST_D_LOGITS", right_d_cost.subs({real: -real, fake: -fake})),
    ("DL3", "gan_costs.COST_D_LOGITS", log(1 + exp(-real))),
    ("DL4", "gan_costs.COST_D_LOGITS", right_d_cost / 2),
    ("DL8", "gan_costs.COST_D_LOGITS", -right_d_cost),
    ("GL1", "gan_costs.NON_SATURATING", costs.SATURATING.expression),
    ("GL2", "gan_costs.NON_SATURATING", log(1 + exp(h))),
    ("GL3", "gan_costs.NON_SATURATING", -log(1 + exp(-h))),
    ("GL6", "gan_costs.NON_SATURATING", -h),
    ("GL8", "gan_costs.SLOPE_NON_SATURATING_REJECTED", -oo),
    ("slopes exchanged", "gan_costs.SLOPE_SATURATING", costs.SLOPE_NON_SATURATING.expression),
    ("limits exchanged", "gan_costs.SLOPE_SATURATING_REJECTED", Integer(-1)),
]

DISTANCES: list[Mistake] = [
    *(("DD12", "distances.KL_HALF_OVERLAP", wrong) for wrong in (Integer(0), log(2), log(2) / 2)),
    ("DD13", "distances.W1_HALF_OVERLAP", Rational(1, 4)),
    ("DD13", "distances.W1_DISJOINT", Integer(0)),
    ("the other pair's", "distances.JSD_HALF_OVERLAP", log(2)),
    ("without its half", "distances.JSD_DISJOINT", 2 * log(2)),
    ("half lost", "distances.KL_NARROW", 2 * FORMS["distances.KL_NARROW"].expression),
    ("sign", "distances.KL_NARROW_SLOPE_LIMIT_BELOW", oo),
]

w = critic.w
length = sqrt(sum(entry**2 for entry in w))
theta, theta_0 = critic.theta, critic.theta_0
CRITIC: list[Mistake] = [
    ("GP9", "wasserstein_game.PENALTY_LINEAR_CRITIC", (length**2 - 1) ** 2),
    ("GP9", "wasserstein_game.PENALTY_LINEAR_CRITIC", length - 1),
    ("GP10", "wasserstein_game.PENALTY_LINEAR_CRITIC", Max(0, length - 1) ** 2),
    ("one-norm", "wasserstein_game.PENALTY_LINEAR_CRITIC", (sum(Abs(entry) for entry in w) - 1) ** 2),
    ("GP12", "wasserstein_game.LIPSCHITZ_OPTIMUM", Abs(theta - theta_0)),
    ("no absolute value", "wasserstein_game.LIPSCHITZ_OPTIMUM", -(theta - theta_0)),
    ("GP16", "wasserstein_game.UNCONSTRAINED_OPTIMUM", Integer(0)),
]

phi, m_1, n_1 = classes.phi, classes.mu_1, classes.nu_1
linear = sum((a - b) * c for a, b, c in zip(m_1, n_1, phi, strict=True))
PROJECTION: list[Mistake] = [
    ("CG6", "projection.CLASS_LOGIT", linear),
    ("CG6", "projection.CLASS_BIAS", -classes.CLASS_BIAS.expression),
    ("CG6", "projection.CLASS_BIAS", -sum((a - b) ** 2 for a, b in zip(m_1, n_1, strict=True)) / 2),
]

a, b, c, image, photo = maps.a, maps.b, maps.c, maps.y, maps.x
there = Abs((a - 1) * photo + b)
CYCLE: list[Mistake] = [
    ("CY1", "cycle.INVERSE_OF_AFFINE", a * image + b),
    ("CY2", "cycle.CYCLE_WITH_AN_OFFSET", Abs(c)),
    ("CY3", "cycle.CYCLE_WITH_AN_OFFSET", (1 + a**2) * c**2),
    ("CY4", "cycle.IDENTITY_OF_AFFINE", Abs(a * photo + b - image) + Abs((image - b) / a - photo)),
    ("CY5", "cycle.IDENTITY_OF_AFFINE", there + Abs((image - b) / a - image)),
    ("CY2", "cycle.CYCLE_FROM_THE_PLANE", Integer(0)),
]

alpha, A, x_0, x_t, eps = noise.alpha, noise.A, noise.x_0, noise.x_t, noise.eps
abar, remaining = alpha * A, 1 - alpha * A
PROBE = {"alpha": Rational(9, 10), "A": Rational(6, 10), "x_0": Integer(1), "epsilon": Rational(-1, 2)}
# with the value that the inventory of mistakes gives at this probe; x_t is 0.395730 there
DIFFUSION: dict[str, tuple[str, Expr, str]] = {
    "DF1": ("SAMPLE", sqrt(alpha) * x_0 + sqrt(1 - alpha) * eps, "0.790569"),
    "DF2 both": ("SAMPLE", abar * x_0 + remaining * eps, "0.310000"),
    "DF2 noise": ("SAMPLE", sqrt(abar) * x_0 + remaining * eps, "0.504847"),
    "DF3": (
        "POSTERIOR_MEAN",
        (sqrt(A) * (1 - alpha) * x_t + sqrt(alpha) * (1 - A) * x_0) / remaining,
        "0.891579",
    ),
    "DF4": (
        "POSTERIOR_MEAN",
        (sqrt(abar) * (1 - alpha) * x_0 + sqrt(alpha) * (1 - abar) * x_t) / remaining,
        "0.535172",
    ),
    "DF5": ("POSTERIOR_MEAN_FROM_NOISE", (x_t - (1 - alpha) / sqrt(remaining) * eps) / alpha, "0.521613"),
    "DF6": ("POSTERIOR_MEAN_FROM_NOISE", (x_t - (1 - alpha) / sqrt(1 - alpha) * eps) / sqrt(alpha), "0.583803"),
    "DF7": (
        "POSTERIOR_MEAN_FROM_NOISE",
        (x_t - (1 - alpha) / sqrt(1 - alpha)) * eps / alpha,
        "-0.044168",
    ),
}
clean, noisy, deviation = scores.x, scores.y, scores.sigma
REVERSE: list[Mistake] = [
    ("DF8", "diffusion.FIRST_STEP_VARIANCE", Rational(1, 10)),
    ("DF9", "diffusion.MARGINAL_VARIANCE", 1 - (1 - alpha) * (1 - A)),
    ("DF12", "diffusion.POSTERIOR_VARIANCE", sqrt(noise.POSTERIOR_VARIANCE.expression)),
    ("beta", "diffusion.POSTERIOR_VARIANCE", 1 - alpha),
    ("DF17", "score_matching.SCORE_TARGET", -(noisy - clean) / deviation),
    ("DF17", "score_matching.SCORE_TARGET", (noisy - clean) / deviation**2),
    ("target for score", "score_matching.DENOISING_OPTIMUM", -(noisy - scores.mu) / deviation**2),
]

MISTAKES: list[Mistake] = [
    *KL_TO_THE_PRIOR,
    *((name, "gaussian.KL_NORMAL", wrong) for name, (wrong, _) in KL_BETWEEN_TWO.items()),
    *DENSITIES,
    *BOUND,
    *IWAE,
    *GAME,
    *COSTS,
    *DISTANCES,
    *CRITIC,
    *PROJECTION,
    *CYCLE,
    *((name, f"diffusion.{form}", wrong) for name, (form, wrong, _) in DIFFUSION.items()),
    *REVERSE,
]


def differ_at_a_point(form: ClosedForm, wrong: Expr) -> bool:
    """30 digits decide; a difference with no finite value, oo against a number, is one too."""
    rng = Random(3)
    for _ in range(100):  # a mistake may be right in most places: GP10 is, for |w| > 1
        point = {**form.sample(rng), **dict.fromkeys(wrong.free_symbols - set(form.symbols), Rational(2, 7))}
        right, other = form.expression.subs(point), wrong.subs(point)
        if right in (oo, -oo) or other in (oo, -oo):
            return bool(right != other)
        if abs((right - other).evalf(30)) > Rational(1, 10**20):
            return True
    return False


@pytest.mark.parametrize(("name", "path", "wrong"), MISTAKES, ids=[f"{name}-{path}" for name, path, _ in MISTAKES])
def test_a_known_mistake_provably_differs(name: str, path: str, wrong: Expr) -> None:
    assert differ_at_a_point(FORMS[path], wrong)


def test_the_right_formula_does_not_differ_from_itself() -> None:
    for path in ("gaussian.KL_NORMAL", "distances.KL_DISJOINT", "gan.EQUILIBRIUM_VALUE"):
        assert not differ_at_a_point(FORMS[path], FORMS[path].expression)


REPLACED = [each for each in MISTAKES if each[2].free_symbols <= set(FORMS[each[1]].symbols)]


@pytest.mark.parametrize(("name", "path", "wrong"), REPLACED, ids=[f"{name}-{path}" for name, path, _ in REPLACED])
def test_the_proof_refuses_a_known_mistake(name: str, path: str, wrong: Expr) -> None:
    form = replace(
        FORMS[path],
        expression=wrong,
        symbols=tuple(symbol for symbol in FORMS[path].symbols if symbol in wrong.free_symbols),
        where=tuple(each for each in FORMS[path].where if each.free_symbols <= wrong.free_symbols),
    )
    assert form.residual() != 0


@pytest.mark.parametrize("name", KL_BETWEEN_TWO)
def test_a_mistaken_divergence_has_the_value_in_the_inventory(name: str) -> None:
    wrong, value = KL_BETWEEN_TWO[name]
    point = dict(zip((mu_q, sigma_q, mu_p, sigma_p), map(Rational, ("3/10", "7/10", "-11/10", "19/10")), strict=True))
    assert f"{wrong.subs(point).evalf(30):.6f}" == value


@pytest.mark.parametrize("name", DIFFUSION)
def test_a_mistaken_diffusion_step_has_the_value_in_the_inventory(name: str) -> None:
    _, wrong, value = DIFFUSION[name]
    sample = noise.SAMPLE.at(**PROBE)
    values = {symbol: PROBE.get(symbol.name, sample) for symbol in wrong.free_symbols}
    assert f"{wrong.subs(values).evalf(30):.6f}" == value


def test_the_right_diffusion_step_has_the_value_in_the_inventory() -> None:
    sample = noise.SAMPLE.at(**PROBE)
    schedule = {"alpha": PROBE["alpha"], "A": PROBE["A"]}
    mean = noise.POSTERIOR_MEAN.at(x_t=sample, x_0=PROBE["x_0"], **schedule)
    variance = noise.POSTERIOR_VARIANCE.at(**schedule)
    assert [f"{value.evalf(30):.6f}" for value in (sample, mean, variance)] == ["0.395730", "0.494845", "0.086957"]
