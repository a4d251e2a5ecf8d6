"""Closed form -> code, where the form is one number: limits, equilibria, distances between given distributions."""

from collections.abc import Callable

import pytest
import sympy
import torch
from torch import Tensor
from torch.testing import assert_close

from reference import cyclegan, gan_losses, gan_tabular, wgan
from reference.closed_forms import all_forms
from reference.diffusion import Diffusion
from reference.gaussian import kl_normal
from reference.score_matching import dsm_loss

FORMS = all_forms()
ROUNDING = {"rtol": 1e-11, "atol": 1e-13}  # float64, means of a thousand numbers

ONE, HALF = torch.ones(1, dtype=torch.float64), torch.full((1, 1), 0.5, dtype=torch.float64)
THREE = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
LEFT, RIGHT = torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]], dtype=torch.float64) / 2  # halves of [0, 3/2]
FIRST, SECOND = torch.eye(2, dtype=torch.float64)
MIDPOINTS = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000  # of U[0, 1]
FAR = torch.tensor([60.0], dtype=torch.float64)  # a logit at which the limits are reached to the last digit


def slope(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    at = at.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(at), at)
    return gradient


def first_step() -> tuple[Tensor, Tensor]:
    """The posterior at the first step for x_1 = 0.5 and x_0 = 5: no noise before it, so abar_prev is 1."""
    process = Diffusion({"betas": ONE * 0.1, "alphas": ONE * 0.9, "abar": ONE * 0.9, "abar_prev": ONE})
    return process.posterior(10 * HALF, HALF, torch.zeros(1, dtype=torch.long))


CONSTANTS: dict[str, Callable[[], Tensor]] = {
    "gaussian.KL_ITSELF": lambda: kl_normal(HALF, HALF, HALF, HALF).sum(),
    "gan.EQUILIBRIUM_VALUE": lambda: gan_tabular.value_at_optimum(THREE, THREE),
    "gan.EQUILIBRIUM_VALUE_HALVED": lambda: gan_tabular.value_at_optimum(THREE, THREE) / 2,
    "gan.EQUILIBRIUM_D": lambda: gan_tabular.optimal_discriminator(THREE, THREE)[0],
    "gan_costs.SLOPE_SATURATING_REJECTED": lambda: slope(gan_losses.g_loss_sat, -FAR),
    "gan_costs.SLOPE_SATURATING_ACCEPTED": lambda: slope(gan_losses.g_loss_sat, FAR),
    "gan_costs.SLOPE_NON_SATURATING_REJECTED": lambda: slope(gan_losses.g_loss_ns, -FAR),
    "gan_costs.SLOPE_NON_SATURATING_ACCEPTED": lambda: slope(gan_losses.g_loss_ns, FAR),
    "distances.KL_HALF_OVERLAP": lambda: gan_tabular.kl_divergence(LEFT, RIGHT),
    "distances.KL_DISJOINT": lambda: gan_tabular.kl_divergence(FIRST, SECOND),
    "distances.KL_POINTS": lambda: gan_tabular.kl_divergence(FIRST, SECOND),
    "distances.JSD_HALF_OVERLAP": lambda: gan_tabular.js_divergence(LEFT, RIGHT),
    "distances.JSD_DISJOINT": lambda: gan_tabular.js_divergence(FIRST, SECOND),
    "distances.JSD_POINTS": lambda: gan_tabular.js_divergence(FIRST, SECOND),
    "distances.W1_HALF_OVERLAP": lambda: wgan.w1_empirical(MIDPOINTS, MIDPOINTS + 0.5),
    "distances.W1_DISJOINT": lambda: wgan.w1_empirical(MIDPOINTS, MIDPOINTS + 1),
    "cycle.CYCLE_OF_A_MISMATCH": lambda: cyclegan.cycle_loss(
        lambda x: x + 1, lambda y: 2 - y, MIDPOINTS, MIDPOINTS + 1, lam=0.5
    ),
    "diffusion.FIRST_STEP_VARIANCE": lambda: first_step()[1],
    "diffusion.FIRST_STEP_MEAN": lambda: first_step()[0],
}


@pytest.mark.parametrize("path", CONSTANTS)
def test_the_code_has_the_constants_value(path: str) -> None:
    form = FORMS[path]
    expected = form.at(**{symbol.name: 5 for symbol in form.symbols})
    found = CONSTANTS[path]().detach().reshape(())
    assert_close(found, torch.tensor(float(expected), dtype=torch.float64), **ROUNDING)


def test_the_denoising_loss_has_its_minimum_at_the_conditional_mean_of_its_target() -> None:
    """Averaged over x by Gauss-Hermite quadrature, exact for these polynomials: data N(0, 1), one sigma, y linear."""
    form = FORMS["score_matching.DENOISING_OPTIMUM"]
    sigma, weight = torch.tensor([0.7], dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    nodes = torch.tensor([-(3**0.5), 0.0, 3**0.5], dtype=torch.float64)  # of N(0, 1), weights 1/6, 2/3, 1/6
    chances = torch.tensor([1 / 6, 2 / 3, 1 / 6], dtype=torch.float64)
    best = form.at(y=1, mu=0, r=1, sigma=sympy.Rational(7, 10))
    weight.fill_(float(best)).requires_grad_()
    loss = sum(
        p * r * dsm_loss(lambda y, _: weight * y, x.reshape(1, 1), sigma, z.reshape(1, 1))
        for x, p in zip(nodes, chances, strict=True)
        for z, r in zip(nodes, chances, strict=True)
    )
    assert_close(torch.autograd.grad(loss, weight)[0], torch.zeros((), dtype=torch.float64), **ROUNDING)
