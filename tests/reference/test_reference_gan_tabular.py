"""The game on a finite support: sympy proves the optimum, exact fractions and torch's own sums check the code."""

import math
import random
from fractions import Fraction

import pytest
import sympy
import torch
from torch import Tensor
from torch.distributions import Categorical
from torch.distributions import kl_divergence as torch_kl
from torch.testing import assert_close

from reference.gan_losses import d_loss
from reference.gan_tabular import (
    best_response,
    js_divergence,
    kl_divergence,
    optimal_discriminator,
    value,
    value_at_optimum,
)

ROUNDING = {"rtol": 1e-12, "atol": 1e-15}  # float64
LOG_2 = math.log(2)
t, a, b = sympy.Symbol("t", positive=True), sympy.Symbol("a", positive=True), sympy.Symbol("b", positive=True)
INTEGRAND = a * sympy.log(t) + b * sympy.log(1 - t)
D_STAR = a / (a + b)


def tables(seed: int, size: int = 6) -> tuple[Tensor, Tensor]:
    draw = torch.Generator().manual_seed(seed)
    p, q = (torch.randn(2, size, generator=draw, dtype=torch.float64) * 2).softmax(dim=1)
    return p, q


def rational_table(size: int, seed: int) -> list[sympy.Rational]:
    """Random fractions that sum to 1, some of them 0."""
    weights = [random.Random(seed + i).randrange(0, 9) for i in range(size - 1)] + [1]
    return [sympy.Rational(weight, sum(weights)) for weight in weights]


def floats(numbers: list) -> Tensor:
    return torch.tensor([float(Fraction(str(number))) for number in numbers], dtype=torch.float64)


def exact_log(number: sympy.Rational) -> sympy.Expr:
    """In logarithms of primes, which no combination with rational weights but 0 cancels."""
    return sum((power * sympy.log(prime) for prime, power in sympy.factorrat(number).items()), sympy.Integer(0))


def exact_kl(p: list, q: list) -> sympy.Expr:
    return sum((x * exact_log(x / y) for x, y in zip(p, q, strict=True) if x > 0), sympy.Integer(0))


def exact_js(p: list, q: list) -> sympy.Expr:
    middle = [(x + y) / 2 for x, y in zip(p, q, strict=True)]
    return (exact_kl(p, middle) + exact_kl(q, middle)) / 2


def exact_value(d: list, p: list, q: list) -> sympy.Expr:
    real = sum((x * exact_log(s) for s, x in zip(d, p, strict=True) if x > 0), sympy.Integer(0))
    return real + sum((y * exact_log(1 - s) for s, y in zip(d, q, strict=True) if y > 0), sympy.Integer(0))


def test_the_optimal_discriminator_is_the_one_stationary_point_and_a_maximum() -> None:
    assert sympy.solve(INTEGRAND.diff(t), t) == [D_STAR]
    curvature = sympy.simplify(INTEGRAND.diff(t, 2).subs(t, D_STAR))
    assert curvature.subs(b, a).is_negative
    assert sympy.simplify(curvature + (a + b) ** 3 / (a * b)) == 0  # negative for all positive a, b
    everywhere = -a / t**2 - b / (1 - t) ** 2  # a sum of negative terms: concave
    assert sympy.simplify(INTEGRAND.diff(t, 2) - everywhere) == 0


def test_its_logit_is_the_log_ratio() -> None:
    logit = sympy.expand_log(sympy.log(sympy.simplify(D_STAR / (1 - D_STAR))))
    assert sympy.simplify(logit - sympy.log(a) + sympy.log(b)) == 0


def test_the_integrand_at_the_optimum_is_that_of_twice_the_divergence() -> None:
    middle = (a + b) / 2
    divergence = a * sympy.log(a / middle) + b * sympy.log(b / middle)
    difference = INTEGRAND.subs(t, D_STAR) - divergence + (a + b) * sympy.log(2)
    assert sympy.simplify(sympy.expand_log(sympy.simplify(difference), force=True)) == 0


@pytest.mark.parametrize("seed", range(0, 80, 10))
def test_on_tables_of_fractions_the_identity_is_exact_and_the_code_agrees(seed: int) -> None:
    p, q = rational_table(5, seed), rational_table(5, seed + 1000)
    d = [x / (x + y) if x + y else sympy.Rational(1, 2) for x, y in zip(p, q, strict=True)]
    at_optimum = exact_value(d, p, q)
    assert sympy.expand(at_optimum + exact_log(sympy.Integer(4)) - 2 * exact_js(p, q)) == 0
    tensors = floats(p), floats(q)
    assert_close(optimal_discriminator(*tensors), floats(d), **ROUNDING)
    assert_close(js_divergence(*tensors).item(), float(exact_js(p, q)), **ROUNDING)
    assert_close(value_at_optimum(*tensors).item(), float(at_optimum), **ROUNDING)
    assert_close(value(floats(d), *tensors).item(), float(at_optimum), **ROUNDING)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_discriminator_reaches_the_value_at_the_optimum(seed: int) -> None:
    p, q = tables(seed)
    best = value(optimal_discriminator(p, q), p, q)
    assert_close(best, value_at_optimum(p, q), **ROUNDING)
    others = torch.rand(500, 6, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    assert all(value(d, p, q) < best for d in others)
    d = optimal_discriminator(p, q).requires_grad_()
    assert_close(torch.autograd.grad(value(d, p, q), d)[0], torch.zeros_like(p), rtol=0, atol=1e-12)


def test_the_best_response_is_where_ascent_on_the_logits_ends() -> None:
    p, q = tables(1)
    logits = torch.zeros_like(p, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [logits], max_iter=200, tolerance_grad=1e-12, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        result = -value(logits.sigmoid(), p, q)
        result.backward()
        return result

    optimizer.step(loss)
    assert_close(logits.detach(), best_response(p, q), rtol=0, atol=1e-5)
    assert_close(best_response(p, q).sigmoid(), optimal_discriminator(p, q), **ROUNDING)


def test_minus_the_value_is_the_loss_on_samples_in_these_proportions() -> None:
    counts_p, counts_q, logits = torch.tensor([1, 0, 3]), torch.tensor([2, 5, 1]), torch.tensor([0.3, -2, 1]).double()
    loss = d_loss(logits.repeat_interleave(counts_p), logits.repeat_interleave(counts_q))
    assert_close(-value(logits.sigmoid(), counts_p / 4, counts_q / 8), loss, **ROUNDING)


@pytest.mark.parametrize("seed", range(3))
def test_kl_agrees_with_torch_distributions_and_js_with_entropies(seed: int) -> None:
    p, q = tables(seed)
    assert_close(kl_divergence(p, q), torch_kl(Categorical(p), Categorical(q)), rtol=1e-9, atol=0)
    h_m, h_p, h_q = (torch.special.entr(table).sum() for table in ((p + q) / 2, p, q))
    assert_close(js_divergence(p, q), h_m - (h_p + h_q) / 2, rtol=1e-9, atol=0)
    assert_close(js_divergence(p, q), js_divergence(q, p), **ROUNDING)
    assert (kl_divergence(p, q) - kl_divergence(q, p)).abs() > 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_gradients_on_the_simplex_agree_with_finite_differences(seed: int) -> None:
    scores = tuple(torch.randn(4, generator=torch.Generator().manual_seed(seed + i)).double() for i in range(2))
    for function in (kl_divergence, js_divergence, value_at_optimum):
        inputs = tuple(score.clone().requires_grad_() for score in scores)
        assert torch.autograd.gradcheck(lambda x, y, f=function: f(x.softmax(0), y.softmax(0)), inputs)


@pytest.mark.parametrize(
    ("p", "q", "kl", "js"),
    [
        ([1, 0], [1, 0], 0.0, 0.0),
        ([1, 0], [0, 1], math.inf, LOG_2),
        ([0, 1], [0.5, 0.5], LOG_2, 0.75 * math.log(4 / 3)),
        ([0.5, 0.5], [0, 1], math.inf, 0.75 * math.log(4 / 3)),
        ([0.5, 0.5, 0], [0, 0.5, 0.5], math.inf, 0.5 * LOG_2),  # two intervals that overlap by half
        ([0.3, 0.7, 0], [0.3, 0.7, 0], 0.0, 0.0),
        ([1], [1], 0.0, 0.0),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_zeros_and_infinities(p: list, q: list, kl: float, js: float, dtype: torch.dtype) -> None:
    tensors = torch.tensor(p, dtype=dtype), torch.tensor(q, dtype=dtype)
    assert kl_divergence(*tensors).item() == pytest.approx(kl, rel=1e-6, abs=1e-30)
    assert js_divergence(*tensors).item() == pytest.approx(js, rel=1e-6, abs=1e-30)
    assert value_at_optimum(*tensors).item() == pytest.approx(2 * js - 2 * LOG_2, rel=1e-6, abs=1e-6)


def test_the_optimum_where_a_side_or_both_are_impossible() -> None:
    p, q = torch.tensor([0.5, 0.5, 0, 0]), torch.tensor([0.5, 0, 0.5, 0])
    assert optimal_discriminator(p, q).tolist() == [0.5, 1, 0, 0.5]
    assert best_response(p, q).tolist() == [0, math.inf, -math.inf, 0]
    assert value(optimal_discriminator(p, q), p, q).item() == pytest.approx(-LOG_2)


def test_a_discriminator_that_rules_out_what_happens_has_value_minus_infinity() -> None:
    p, q = torch.tensor([0.5, 0.5]), torch.tensor([1.0, 0.0])
    assert value(torch.tensor([0.0, 0.5]), p, q).item() == -math.inf
    assert value(torch.tensor([1.0, 0.5]), p, q).item() == -math.inf
    assert value(torch.tensor([0.5, 1.0]), p, q).item() == pytest.approx(-1.5 * LOG_2)


def test_impossible_outcomes_leave_the_gradients_finite() -> None:
    p, q = torch.tensor([0.5, 0.5, 0, 0]), torch.tensor([0.5, 0, 0.5, 0])
    for function in (js_divergence, value_at_optimum):
        inputs = p.clone().requires_grad_(), q.clone().requires_grad_()
        assert all(each.isfinite().all() for each in torch.autograd.grad(function(*inputs), inputs))
    inputs = optimal_discriminator(p, q).requires_grad_(), p.clone(), q.clone()
    assert torch.autograd.grad(value(*inputs), inputs[0])[0].tolist() == [0, 0.5, -0.5, 0]


@pytest.mark.parametrize("tiny", [1e-30, 1e-300])
def test_tiny_probabilities_keep_their_digits(tiny: float) -> None:
    p, q = torch.tensor([[tiny, 1.0], [1.0, tiny]], dtype=torch.float64)
    assert best_response(p, q).tolist() == pytest.approx([math.log(tiny), -math.log(tiny)], rel=1e-12)
    assert kl_divergence(p, q).item() == pytest.approx(-math.log(tiny), rel=1e-12)
    assert js_divergence(p, q).item() == pytest.approx(LOG_2, rel=1e-12)
