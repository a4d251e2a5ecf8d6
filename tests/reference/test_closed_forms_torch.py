"""Closed form -> code: each torch function against the formula that it computes, value and gradient, in float64.

A function here takes one scalar tensor for each symbol of its form, in the order of the symbols.
"""

import math
from collections.abc import Callable
from random import Random

import pytest
import sympy
import torch
from sympy import Equality
from torch import Tensor
from torch.testing import assert_close

from reference import cgan, cyclegan, gan_losses, gan_tabular, gaussian, iwae, linear_vae, wgan
from reference.bernoulli import log_bernoulli, log_bernoulli_with_logits
from reference.closed_forms import ClosedForm, all_forms
from reference.diffusion import Diffusion

FORMS = all_forms()
ROUNDING = {"rtol": 1e-11, "atol": 1e-13}  # float64, up to some dozen operations; atol for sums that cancel
ZERO, ONE = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)


def row(*entries: Tensor) -> Tensor:
    """One example: (1, entries)."""
    return torch.stack(entries).unsqueeze(0)


def one(value: Tensor) -> Tensor:
    return value.reshape(1)


def slope(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """f'(at), itself differentiable."""
    at = at.detach().requires_grad_() if not at.requires_grad else at
    (gradient,) = torch.autograd.grad(function(at).sum(), at, create_graph=True)
    return gradient


# --- Gaussians and Bernoulli pixels


def kl_normal(mu_q, sigma_q, mu_p, sigma_p):
    return gaussian.kl_normal(row(mu_q), row(2 * sigma_q.log()), row(mu_p), row(2 * sigma_p.log()))


def kl_standard(*mu_then_sigma):
    mu, sigma = torch.stack(mu_then_sigma).chunk(2)
    return gaussian.kl_standard_normal(mu.unsqueeze(0), 2 * sigma.log().unsqueeze(0))


def log_normal(z, mu, v):
    return gaussian.log_normal_diag(row(z), row(mu), row(v))


def log_linear_marginal(x, w, b, mu, v, r):
    """The prior N(mu, r) is N(0, 1) through one more linear map."""
    return linear_vae.log_likelihood(row(x), row(w * r.sqrt()), one(b + w * mu), v)


# --- the linear-Gaussian model


def log_evidence(x, w, b, v):
    return linear_vae.log_likelihood(row(x), row(w), one(b), v)


def exact_elbo(x, w, b, v, m, s):
    return linear_vae.gaussian_elbo(row(x), row(m), row(s * s), row(w), one(b), v)


def posterior_variance(w, v):
    return linear_vae.posterior(row(ONE[0]), row(w), ZERO, v)[1]


# --- importance weights: every tuple of samples with its probability


def importance_bound(m: int) -> Callable[..., Tensor]:
    def expected(q_1, q_2, joint_1, joint_2):
        q, log_w = (q_1, q_2), ((joint_1 / q_1).log(), (joint_2 / q_2).log())
        samples = torch.cartesian_prod(*[torch.arange(2)] * m).reshape(-1, m).tolist()
        chances = [math.prod(q[k] for k in sample) for sample in samples]
        bounds = [iwae.iwae(torch.stack([log_w[k] for k in sample]).unsqueeze(1)) for sample in samples]
        return sum(chance * bound for chance, bound in zip(chances, bounds, strict=True))

    return expected


# --- the game


def tables(*entries: Tensor) -> tuple[Tensor, ...]:
    return torch.stack(entries).split(3)


def value(*entries):
    p, q, d = tables(*entries)
    return gan_tabular.value(d, p, q)


def combined(*entries):
    p, q = tables(*entries)
    return gan_tabular.kl_divergence(q, p)


def least_squares_cost(p, q):
    """ls_d_loss averages each batch by itself: one real and one fake score, weighed after the fact."""
    d = gan_tabular.optimal_discriminator(one(p), one(q))
    far = torch.full_like(d, 0.0)
    real, fake = gan_losses.ls_d_loss(d, far), gan_losses.ls_d_loss(far + 1, d)
    return p * real + q * fake


# --- the critic


def linear_critic_penalty(*w):
    weights = torch.stack(w)
    points = torch.arange(6, dtype=torch.float64).reshape(2, 3)
    return wgan.gradient_penalty(lambda x: x @ weights + 0.3, points, points.flip(0), torch.full((2,), 0.4))


def best_critic_cost(theta, theta_0):
    critic = -torch.sign((theta - theta_0).detach())
    return wgan.critic_loss(one(critic * theta_0), one(critic * theta))


def shift_distance(s):
    points = torch.linspace(0, 1, 7, dtype=torch.float64)
    return wgan.w1_empirical(points, points + s)


def projection(*entries):
    y, phi, mu_1, nu_1, mu_2, nu_2 = torch.stack(entries).split(2)
    disc = cgan.CondDisc(2, torch.nn.Identity(), 2).double()
    weight = torch.stack([mu_1 - nu_1, mu_2 - nu_2])
    bias = -0.5 * torch.stack([mu_1 @ mu_1 - nu_1 @ nu_1, mu_2 @ mu_2 - nu_2 @ nu_2])
    parameters = {"head.weight": weight, "head.bias": bias}
    return torch.func.functional_call(disc, parameters, (phi.unsqueeze(0), y.argmax().long().reshape(1)))


# --- cycles


def cycle(a, c):
    x, y = torch.tensor([[0.3], [-2.0]], dtype=torch.float64), torch.tensor([[1.7]], dtype=torch.float64)
    return cyclegan.cycle_loss(lambda x: a * x + 0.4, lambda y: (y - 0.4) / a + c, x, y, lam=1.0)


def identity(x, y, a, b):
    return cyclegan.identity_loss(lambda x: a * x + b, lambda y: (y - b) / a, row(x), row(y), lam=1.0)


def cycle_of_an_embedding(y_2):
    """The loss is a mean over both axes of the plane, the form their sum."""
    plane, line = row(torch.zeros_like(y_2), y_2), row(torch.zeros_like(y_2))
    return 2 * cyclegan.cycle_loss(lambda x: row(x[0, 0], ZERO[0]), lambda y: y[:, :1], line, plane, lam=1.0)


# --- diffusion: a schedule with a single step, of any alpha and any abar_prev


def process(alpha, before) -> Diffusion:
    return Diffusion(
        {
            "betas": one(1 - alpha),
            "alphas": one(alpha),
            "abar": one(alpha * before),
            "abar_prev": one(before),
        }
    )


STEP = torch.zeros(1, dtype=torch.long)


def diffusion(method: str) -> Callable[..., Tensor]:
    """q_sample(x0, eps), predict_x0(x_t, eps), predict_eps(x_t, x0), each with t between its two arguments."""
    return lambda first, second, alpha, before: getattr(process(alpha, before), method)(row(first), STEP, row(second))


def posterior_mean(x_t, x_0, alpha, before):
    return process(alpha, before).posterior(row(x_0), row(x_t), STEP)[0]


def posterior_mean_from_noise(x_t, eps, alpha, before):
    return posterior_mean(x_t, process(alpha, before).predict_x0(row(x_t), STEP, row(eps))[0, 0], alpha, before)


def diffusion_variance(alpha, before):
    return process(alpha, before).posterior(row(ONE[0]), row(ONE[0]), STEP)[1]


CASES: dict[str, Callable[..., Tensor]] = {
    "gaussian.LOG_NORMAL": log_normal,
    "gaussian.KL_NORMAL": kl_normal,
    "gaussian.KL_STANDARD_NORMAL": kl_standard,
    "gaussian.KL_STANDARD_NORMAL_REVERSED": lambda mu, sigma: kl_normal(ZERO[0], ONE[0], mu, sigma),
    "gaussian.KL_EQUAL_VARIANCES": lambda mu_q, mu_p, sigma: kl_normal(mu_q, sigma, mu_p, sigma),
    "gaussian.KL_STANDARD_NORMAL_DIAGONAL": kl_standard,
    "gaussian.LOG_LINEAR_MARGINAL": log_linear_marginal,
    "bernoulli.LOG_BERNOULLI": lambda x, p: log_bernoulli(row(x), row(p)),
    "bernoulli.LOG_BERNOULLI_WITH_LOGITS": lambda x, logit: log_bernoulli_with_logits(row(x), row(logit)),
    "bernoulli.SLOPE_IN_THE_LOGIT": lambda x, logit: slope(lambda h: log_bernoulli_with_logits(row(x), row(h)), logit),
    "divergences.KL_AS_SUM_OF_GAPS": lambda *entries: gan_tabular.kl_divergence(*tables(*entries)),
    "divergences.JENSEN_SHANNON": lambda *entries: gan_tabular.js_divergence(*tables(*entries)),
    "linear_gaussian.LOG_EVIDENCE": log_evidence,
    "linear_gaussian.POSTERIOR_MEAN": lambda x, w, b, v: linear_vae.posterior(row(x), row(w), one(b), v)[0],
    "linear_gaussian.POSTERIOR_VARIANCE": posterior_variance,
    "linear_gaussian.ELBO": exact_elbo,
    "linear_gaussian.GAP": lambda x, w, b, v, m, s: log_evidence(x, w, b, v) - exact_elbo(x, w, b, v, m, s),
    "linear_gaussian.NEGATIVE_LOG_LIKELIHOOD": lambda x, m, v: -log_normal(x, m, v),
    "iwae.BOUND_1": importance_bound(1),
    "iwae.BOUND_2": importance_bound(2),
    "iwae.GAIN_2": lambda *entries: importance_bound(2)(*entries) - importance_bound(1)(*entries),
    "iwae.GAIN_3": lambda *entries: importance_bound(3)(*entries) - importance_bound(2)(*entries),
    "gan.VALUE": value,
    "gan.COST_D": lambda *entries: -value(*entries) / 2,
    "gan.COST_G": lambda *entries: value(*entries) / 2,
    "gan.D_STAR": lambda p, q: gan_tabular.optimal_discriminator(one(p), one(q)),
    "gan.D_STAR_LOGIT": lambda p, q: gan_tabular.best_response(one(p), one(q)),
    "gan.VALUE_AT_D_STAR": lambda *entries: gan_tabular.value_at_optimum(*tables(*entries)),
    "gan.COMBINED_COST": combined,
    "gan.LEAST_SQUARES_COST": least_squares_cost,
    "gan_costs.COST_D_LOGITS": lambda real, fake: gan_losses.d_loss(one(real), one(fake)),
    "gan_costs.SATURATING": lambda h: gan_losses.g_loss_sat(one(h)),
    "gan_costs.NON_SATURATING": lambda h: gan_losses.g_loss_ns(one(h)),
    "gan_costs.COST_SUM": lambda h: gan_losses.g_loss_sat(one(h)) + gan_losses.g_loss_ns(one(h)),
    "gan_costs.SLOPE_SATURATING": lambda h: slope(lambda at: gan_losses.g_loss_sat(one(at)), h),
    "gan_costs.SLOPE_NON_SATURATING": lambda h: slope(lambda at: gan_losses.g_loss_ns(one(at)), h),
    "distances.W1_SHIFT": shift_distance,
    "distances.W1_POINTS": lambda a, b: wgan.w1_empirical(one(a), one(b)),
    "distances.KL_NARROW": lambda theta, theta_0, epsilon: kl_normal(theta, epsilon, theta_0, epsilon),
    "distances.KL_NARROW_SLOPE": lambda theta, theta_0, epsilon: slope(
        lambda at: kl_normal(at, epsilon, theta_0, epsilon), theta
    ),
    "wasserstein_game.LIPSCHITZ_OPTIMUM": best_critic_cost,
    "wasserstein_game.PENALTY_LINEAR_CRITIC": linear_critic_penalty,
    "projection.PROJECTION_LOGIT": projection,
    "cycle.CYCLE_WITH_AN_OFFSET": cycle,
    "cycle.IDENTITY_OF_AFFINE": identity,
    "cycle.CYCLE_FROM_THE_PLANE": cycle_of_an_embedding,
    "diffusion.MARGINAL_MEAN": lambda x_0, alpha, before: diffusion("q_sample")(x_0, 0 * x_0, alpha, before),
    "diffusion.SAMPLE": diffusion("q_sample"),
    "diffusion.PREDICTED_X_0": diffusion("predict_x0"),
    "diffusion.PREDICTED_NOISE": diffusion("predict_eps"),
    "diffusion.POSTERIOR_MEAN": posterior_mean,
    "diffusion.POSTERIOR_VARIANCE": diffusion_variance,
    "diffusion.POSTERIOR_MEAN_FROM_NOISE": posterior_mean_from_noise,
    "score_matching.SCORE_TARGET": lambda y, x, sigma: slope(lambda at: log_normal(at, x, sigma**2), y),
}


def points(form: ClosedForm) -> list[tuple[sympy.Rational, ...]]:
    rng = Random(7)
    return [tuple(form.sample(rng).values()) for _ in range(4)]


def along_the_domain(form: ClosedForm, gradient: list[Tensor]) -> Tensor:
    """Where probabilities sum to 1, only changes that keep the sum are meant: the mean of the table is taken off."""
    values = dict(zip(form.symbols, gradient, strict=True))
    for relation in form.where:
        if isinstance(relation, Equality):
            table = relation.lhs.free_symbols
            mean = sum(values[symbol] for symbol in table) / len(table)
            values |= {symbol: values[symbol] - mean for symbol in table}
    return torch.stack([values[symbol] for symbol in form.symbols if not symbol.is_integer])


@pytest.mark.parametrize("path", CASES)
def test_value_and_gradient_of_the_code_are_those_of_the_formula(path: str, exact) -> None:
    form = FORMS[path]
    slopes = [sympy.diff(form.expression, symbol) for symbol in form.symbols]
    for point in points(form):
        scalars = [torch.tensor(float(number), dtype=torch.float64, requires_grad=True) for number in point]
        columns = [scalar.detach().reshape(1) for scalar in scalars]
        result = CASES[path](*scalars).reshape(())
        assert_close(result.detach(), exact(form.symbols, form.expression, *columns)[0], **ROUNDING)
        gradient = torch.autograd.grad(result, scalars, allow_unused=True, materialize_grads=True)
        expected = [
            torch.zeros((), dtype=torch.float64) if symbol.is_integer else exact(form.symbols, slope_, *columns)[0]
            for symbol, slope_ in zip(form.symbols, slopes, strict=True)
        ]
        assert_close(along_the_domain(form, list(gradient)), along_the_domain(form, expected), **ROUNDING)
