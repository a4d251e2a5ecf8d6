"""The losses on logits against torch's own cross-entropies, closed forms with 80 digits, and known wrong answers."""

import math

import pytest
import sympy
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss, soft_margin_loss
from torch.testing import assert_close

from reference.gan_losses import (
    d_loss,
    g_loss_ns,
    g_loss_sat,
    hinge_d_loss,
    hinge_g_loss,
    ls_d_loss,
    ls_g_loss,
)

ROUNDING = {"rtol": 1e-12, "atol": 0.0}  # float64; no atol: the tails are far below any
LOGITS = [-100.0, -30.0, -3.0, -0.2, 0.0, 1e-9, 0.4, 3.0, 30.0, 100.0]
REAL, FAKE = torch.tensor([2, -1, 0.5]).double(), torch.tensor([-3, 1.5, 0.2]).double()

h = sympy.Symbol("h", real=True)
s = 1 / (1 + sympy.exp(-h))
half = sympy.Rational(1, 2)
# name: loss, the cost of one real sample (None for a generator's loss), the cost of one fake sample
FORMS = {
    "d_loss": (d_loss, -sympy.log(s), -sympy.log(1 - s)),
    "g_loss_ns": (g_loss_ns, None, -sympy.log(s)),
    "g_loss_sat": (g_loss_sat, None, sympy.log(1 - s)),
    "ls_d_loss": (ls_d_loss, half * (h - 1) ** 2, half * h**2),
    "ls_g_loss": (ls_g_loss, None, half * (h - 1) ** 2),
    "hinge_d_loss": (hinge_d_loss, sympy.Max(0, 1 - h), sympy.Max(0, 1 + h)),
    "hinge_g_loss": (hinge_g_loss, None, -h),
}
OF_D = sorted(name for name in FORMS if FORMS[name][1] is not None)
OF_G = sorted(set(FORMS) - set(OF_D))


def normal(*shape: int, seed: int) -> Tensor:
    return 5 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def batches(name: str, shape_real: tuple[int, ...], shape_fake: tuple[int, ...]) -> list[Tensor]:
    real, fake = normal(*shape_real, seed=0), normal(*shape_fake, seed=1)
    return [real, fake] if name in OF_D else [fake]


def parts(name: str) -> list[sympy.Expr]:
    return [part for part in FORMS[name][1:] if part is not None]


@pytest.mark.parametrize("name", FORMS)
def test_the_loss_of_single_logits_equals_the_closed_form(name: str, exact) -> None:
    loss, grid = FORMS[name][0], torch.tensor(LOGITS, dtype=torch.float64)
    columns = torch.cartesian_prod(grid, grid).unbind(1) if name in OF_D else (grid,)
    expected = sum(exact((h,), part, column) for part, column in zip(parts(name), columns, strict=True))
    values = [loss(*(logit.view(1, 1) for logit in row)) for row in zip(*columns, strict=True)]
    assert_close(torch.stack(values), expected, **ROUNDING)


@pytest.mark.parametrize("name", FORMS)
def test_the_gradient_equals_the_derivative_of_the_closed_form_over_the_batch_size(name: str, exact) -> None:
    real = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
    fake = torch.tensor(LOGITS[::-1][:7], dtype=torch.float64, requires_grad=True)
    inputs = [real, fake] if name in OF_D else [fake]
    gradients = torch.autograd.grad(FORMS[name][0](*inputs), inputs)
    for part, logits, gradient in zip(parts(name), inputs, gradients, strict=True):
        slope = exact((h,), sympy.diff(part, h), logits.detach()) / len(logits)
        assert_close(gradient, slope, **ROUNDING)


@pytest.mark.parametrize(("sizes"), [(1, 1), (3, 3), (2, 5), (6, 1)])
def test_they_agree_with_the_losses_of_torch(sizes: tuple[int, int]) -> None:
    real, fake = (normal(size, seed=size) for size in sizes)
    ones, zeros = torch.ones_like, torch.zeros_like
    cross_entropy = binary_cross_entropy_with_logits
    assert_close(d_loss(real, fake), cross_entropy(real, ones(real)) + cross_entropy(fake, zeros(fake)), **ROUNDING)
    assert_close(g_loss_ns(fake), cross_entropy(fake, ones(fake)), **ROUNDING)
    assert_close(g_loss_ns(fake), soft_margin_loss(fake, ones(fake)), rtol=1e-9, atol=0)
    assert_close(g_loss_sat(fake), -cross_entropy(fake, zeros(fake)), **ROUNDING)
    least_squares = mse_loss(real, ones(real)) / 2 + mse_loss(fake, zeros(fake)) / 2
    assert_close(ls_d_loss(real, fake), least_squares, **ROUNDING)
    assert_close(ls_g_loss(fake), mse_loss(fake, ones(fake)) / 2, **ROUNDING)


@pytest.mark.parametrize("name", FORMS)
def test_each_batch_is_averaged_by_itself_as_a_row_or_as_a_column(name: str) -> None:
    loss, inputs = FORMS[name][0], batches(name, (4,), (7,))
    assert_close(loss(*(tensor.unsqueeze(1) for tensor in inputs)), loss(*inputs), **ROUNDING)
    assert_close(loss(*(tensor.repeat(3) for tensor in inputs)), loss(*inputs), **ROUNDING)
    if name in OF_D:
        assert_close(loss(inputs[0], inputs[1].unsqueeze(1)), loss(*inputs), **ROUNDING)
        pairs = [loss(real.view(1), fake.view(1)) for real in inputs[0] for fake in inputs[1]]
        assert_close(loss(*inputs), torch.stack(pairs).mean(), **ROUNDING)


def test_probe_values() -> None:
    assert d_loss(REAL, FAKE).item() == pytest.approx(1.487469, abs=5e-7)
    assert g_loss_ns(FAKE).item() == pytest.approx(1.282713, abs=5e-7)
    assert g_loss_sat(FAKE).item() == pytest.approx(-0.849380, abs=5e-7)


def test_known_wrong_answers_have_the_values_that_identify_them() -> None:
    wrong = {
        "labels swapped": (d_loss(FAKE, REAL), 2.420802),
        "fake term missing": (g_loss_ns(REAL), 0.638089),
        "real term twice": (2 * g_loss_ns(REAL), 1.276178),
        "half of the sum": (d_loss(REAL, FAKE) / 2, 0.743734),
        "sum over the batch": (3 * d_loss(REAL, FAKE), 4.462406),
        "sigmoid twice": (d_loss(REAL.sigmoid(), FAKE.sigmoid()), 1.416603),
        "1 - log D": ((1 - FAKE.sigmoid().log()).mean().neg() - REAL.sigmoid().log().mean(), -1.644624),
        "raw logits": (-hinge_g_loss(FAKE), -0.433333),
    }
    values = {name: value.item() for name, (value, _) in wrong.items()}
    assert values == {name: pytest.approx(expected, abs=1e-6) for name, (_, expected) in wrong.items()}


def test_an_undecided_discriminator_costs_log_four() -> None:
    zeros = torch.zeros(3, 1)
    assert d_loss(zeros, zeros[:2]).item() == pytest.approx(math.log(4))
    assert g_loss_ns(zeros).item() == pytest.approx(math.log(2))
    assert g_loss_sat(zeros).item() == pytest.approx(-math.log(2))


def test_the_generator_gradient_vanishes_only_with_the_saturating_loss() -> None:
    """Limits of the slope in the logit as it tends to minus infinity: 0 and -1."""
    limits = {name: sympy.limit(sympy.simplify(FORMS[name][2].diff(h)), h, -sympy.oo) for name in OF_G[:2]}
    assert limits == {"g_loss_ns": -1, "g_loss_sat": 0}
    for name, limit in limits.items():
        logit = torch.full((1, 1), -60.0, dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(FORMS[name][0](logit), logit)
        assert slope.item() == pytest.approx(float(limit), abs=1e-20)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("size", [100.0, 1e4])
def test_extreme_logits_give_finite_values_and_gradients(name: str, dtype: torch.dtype, size: float) -> None:
    inputs = [sign * torch.tensor([-size, size], dtype=dtype) for sign in (1, -1)][-len(parts(name)) :]
    loss = FORMS[name][0](*(tensor.requires_grad_() for tensor in inputs))
    assert loss.isfinite() and loss.dtype == dtype
    assert all(gradient.isfinite().all() for gradient in torch.autograd.grad(loss, inputs))


def test_a_margin_kept_costs_nothing_and_moves_nothing() -> None:
    real, fake = torch.tensor([1.5, 3.0], requires_grad=True), torch.tensor([-1.5], requires_grad=True)
    loss = hinge_d_loss(real, fake)
    assert loss.item() == 0
    assert all((gradient == 0).all() for gradient in torch.autograd.grad(loss, (real, fake)))
