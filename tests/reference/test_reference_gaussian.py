"""Formula -> code for the Gaussian closed forms, and second routes that share no code with them."""

import math

import pytest
import sympy
import torch
from torch import Tensor
from torch.distributions import Independent, Normal, kl_divergence
from torch.testing import assert_close

from reference.closed_forms import gaussian as closed
from reference.gaussian import kl_normal, kl_standard_normal, log_normal_diag

logvar, logvar_q, logvar_p = sympy.symbols("logvar logvar_q logvar_p", real=True)
# float64, about ten operations; atol for values that pass through 0
ROUNDING = {"rtol": 1e-12, "atol": 1e-14}

# name: torch function, closed form in the same arguments and their symbols, values of each for a grid
FORMS = {
    "kl_standard_normal": (
        kl_standard_normal,
        (closed.mu, logvar),
        closed.KL_STANDARD_NORMAL.expression.subs(closed.sigma, sympy.exp(logvar / 2)),
        ([-2.5, -0.3, 0.0, 0.7, 30.0], [-60.0, -3.0, -0.4, 0.0, 1e-3, 1.2, 60.0]),
    ),
    "kl_normal": (
        kl_normal,
        (closed.mu_q, logvar_q, closed.mu_p, logvar_p),
        closed.KL_NORMAL.expression.subs(
            {closed.sigma_q: sympy.exp(logvar_q / 2), closed.sigma_p: sympy.exp(logvar_p / 2)}
        ),
        ([-1.3, 0.0, 20.0], [-60.0, -0.7, 0.3, 60.0], [-2.1, 0.4], [-60.0, 0.0, 0.9, 60.0]),
    ),
    "log_normal_diag": (
        log_normal_diag,
        closed.LOG_NORMAL.symbols,
        closed.LOG_NORMAL.expression,
        ([-3.0, 0.1, 40.0], [-1.7, 0.0, 2.2], [1e-26, 0.04, 1.0, 6.5, 1e26]),
    ),
}


@pytest.fixture(params=FORMS)
def form(request):
    function, symbols, expression, axes = FORMS[request.param]
    columns = torch.cartesian_prod(*(torch.tensor(axis, dtype=torch.float64) for axis in axes)).unbind(1)
    return function, symbols, expression, [column.unsqueeze(1).requires_grad_() for column in columns]


def normal(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def within_six_standard_errors(samples: Tensor, expected: Tensor) -> bool:
    """False alarm for a correct mean: 2e-9 a value."""
    error = samples.std(dim=0) / samples.shape[0] ** 0.5
    return bool(((samples.mean(dim=0) - expected).abs() < 6 * error).all())


def test_the_code_equals_the_closed_form(form, exact) -> None:
    function, symbols, expression, columns = form
    assert_close(function(*columns).detach(), exact(symbols, expression, *columns), **ROUNDING)


def test_the_gradient_equals_the_derivative_of_the_closed_form(form, exact) -> None:
    function, symbols, expression, columns = form
    gradients = torch.autograd.grad(function(*columns).sum(), columns)
    for symbol, gradient in zip(symbols, gradients, strict=True):
        slope = exact(symbols, sympy.diff(expression, symbol), *columns)
        assert_close(gradient.squeeze(1), slope, **ROUNDING)


def test_axes_add_up_and_examples_stay_apart(form) -> None:
    function, _, _, columns = form
    wide = [column.detach()[:12].reshape(4, 3) for column in columns]
    one_at_a_time = [
        function(*(column[row, axis].view(1, 1) for column in wide)) for row in range(4) for axis in range(3)
    ]
    assert_close(function(*wide), torch.stack(one_at_a_time).view(4, 3).sum(dim=1), **ROUNDING)


def test_kl_agrees_with_torch_distributions() -> None:
    mu_q, logvar_q, mu_p, logvar_p = (normal(7, 5, seed=seed) for seed in range(4))
    q, p = (Independent(Normal(mu, (0.5 * logvar).exp()), 1) for mu, logvar in ((mu_q, logvar_q), (mu_p, logvar_p)))
    prior = Independent(Normal(torch.zeros_like(mu_q), torch.ones_like(mu_q)), 1)
    assert_close(kl_normal(mu_q, logvar_q, mu_p, logvar_p), kl_divergence(q, p), **ROUNDING)
    assert_close(kl_standard_normal(mu_q, logvar_q), kl_divergence(q, prior), **ROUNDING)


def test_log_normal_diag_agrees_with_torch_distributions() -> None:
    z, mu, var = normal(7, 5, seed=0), normal(7, 5, seed=1), normal(7, 5, seed=2).exp()
    assert_close(log_normal_diag(z, mu, var), Independent(Normal(mu, var.sqrt()), 1).log_prob(z), **ROUNDING)


def test_kl_is_the_average_log_ratio_under_q() -> None:
    mu_q, logvar_q, mu_p, logvar_p = (normal(3, 4, seed=seed) for seed in range(4))
    q, p = Normal(mu_q, (0.5 * logvar_q).exp()), Normal(mu_p, (0.5 * logvar_p).exp())
    draws = mu_q + q.stddev * normal(50_000, 3, 4, seed=4)
    log_prior = Normal(0.0, 1.0).log_prob(draws)
    assert within_six_standard_errors(
        (q.log_prob(draws) - p.log_prob(draws)).sum(-1), kl_normal(mu_q, logvar_q, mu_p, logvar_p)
    )
    assert within_six_standard_errors((q.log_prob(draws) - log_prior).sum(-1), kl_standard_normal(mu_q, logvar_q))


@pytest.mark.parametrize("var", [1e-4, 0.3, 1.0, 50.0])
def test_the_density_integrates_to_one_with_the_mean_and_variance_it_names(var: float) -> None:
    deviation = var**0.5
    z = torch.linspace(1.5 - 12 * deviation, 1.5 + 12 * deviation, 2001, dtype=torch.float64)
    density = log_normal_diag(z[:, None], z.new_tensor([1.5]), z.new_tensor([var])).exp()
    assert torch.trapezoid(density, z).item() == pytest.approx(1, rel=1e-10)
    assert torch.trapezoid(density * z, z).item() == pytest.approx(1.5, rel=1e-10)
    assert torch.trapezoid(density * (z - 1.5) ** 2, z).item() == pytest.approx(var, rel=1e-10)


@pytest.mark.parametrize("shape", [(1,), (5,), (4, 5)])
def test_a_shared_prior_counts_once_for_every_axis(shape: tuple[int, ...]) -> None:
    z = normal(4, 5, seed=0)
    mean, var = torch.full(shape, 0.3, dtype=torch.float64), torch.full(shape, 2.0, dtype=torch.float64)
    expected = Normal(mean, var.sqrt()).expand((4, 5)).log_prob(z).sum(dim=1)
    assert_close(log_normal_diag(z, mean, var), expected, **ROUNDING)


def test_kl_is_zero_exactly_where_q_is_p() -> None:
    mu, logvar = normal(3, 4, seed=0), normal(3, 4, seed=1)
    assert kl_normal(mu, logvar, mu, logvar).tolist() == [0, 0, 0]
    assert kl_standard_normal(torch.zeros(3, 4), torch.zeros(3, 4)).tolist() == [0, 0, 0]


def test_kl_keeps_its_digits_and_its_sign_next_to_the_prior_in_float32(exact) -> None:
    _, symbols, expression, _ = FORMS["kl_standard_normal"]
    logvar = torch.tensor([[1e-3], [-1e-4], [3e-4], [-2e-4]])
    mu = torch.zeros_like(logvar)
    expected = exact(symbols, expression, mu, logvar)
    for value in (kl_standard_normal(mu, logvar), kl_normal(mu, logvar, mu, mu)):
        assert_close(value.double(), expected, rtol=1e-2, atol=0)  # 4 eps / logvar; exp(l) - 1 - l is off by 100 %
    tiny = torch.logspace(-1, -12, 400).unsqueeze(1)
    for logvar in (tiny, -tiny):
        assert (kl_standard_normal(torch.zeros_like(logvar), logvar) >= 0).all()


def test_four_hundred_axes_with_log_variances_of_sixty_are_right_in_float32() -> None:
    sign = torch.tensor([1.0, -1.0]).repeat(3, 200)
    mu, logvar = 5 * sign, 60 * sign
    # by hand: 200 axes with e^60 each, the rest is below float32's resolution
    for value, expected in (
        (kl_standard_normal(mu, logvar), 100 * math.exp(60)),
        (kl_normal(mu, logvar, -mu, logvar), 100 * 10**2 * math.exp(60)),
        (log_normal_diag(mu, -mu, logvar.exp()), -100 * 10**2 * math.exp(60)),
        (log_normal_diag(0 * mu, torch.zeros(1), torch.ones(1)), -200 * math.log(2 * math.pi)),
    ):
        assert_close(value, torch.full((3,), expected), rtol=1e-5, atol=0)  # float32, sum of 400 terms


@pytest.mark.parametrize("extreme", [60.0, -60.0])
def test_gradients_stay_finite_in_float32_at_log_variances_of_sixty(extreme: float) -> None:
    mu = torch.zeros(3, 400, requires_grad=True)
    logvar = torch.full((3, 400), extreme, requires_grad=True)
    z = mu.detach() + 1.5 * math.exp(extreme / 2)
    values = kl_standard_normal(mu, logvar) + kl_normal(mu, logvar, z, logvar) + log_normal_diag(z, mu, logvar.exp())
    for gradient in torch.autograd.grad(values.sum(), (mu, logvar)):
        assert gradient.isfinite().all()


def test_the_probe_of_the_density() -> None:
    z = torch.tensor([[1.0, -1.0, 0.5]], dtype=torch.float64)
    assert log_normal_diag(z, z.new_zeros(1), z.new_ones(1)).item() == pytest.approx(-3.881816, abs=5e-7)


def test_the_probe_of_the_divergence_and_of_its_reverse() -> None:
    mu_q, mu_p, deviation_q, deviation_p = torch.tensor([0.3, -1.1, 0.7, 1.9], dtype=torch.float64).view(4, 1, 1)
    logvar_q, logvar_p = deviation_q.square().log(), deviation_p.square().log()
    assert kl_normal(mu_q, logvar_q, mu_p, logvar_p).item() == pytest.approx(0.837864, abs=5e-7)
    assert kl_normal(mu_p, logvar_p, mu_q, logvar_q).item() == pytest.approx(4.185145, abs=5e-7)


def test_one_axis_with_mean_one_and_variance_one_worked_by_hand() -> None:
    assert kl_standard_normal(torch.ones(1, 1), torch.zeros(1, 1)).tolist() == [0.5]
