"""The diffusion formulas against repeated single steps, Bayes' rule by sympy, and a reverse process known exactly."""

import pytest
import sympy
import torch
from torch import Tensor
from torch.testing import assert_close

from reference.diffusion import Diffusion, schedule

ROUNDING = {"rtol": 1e-10, "atol": 1e-12}  # float64
TRAILING = [(), (3,), (2, 4, 4), (3, 2, 5, 3)]


def normal(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


@pytest.fixture
def steps() -> dict[str, Tensor]:
    return schedule(6, 0.05, 0.4)


def probe() -> tuple[Diffusion, Tensor]:
    """One step with alpha = 0.9 after a product of 0.6."""
    values = {"betas": 0.1, "alphas": 0.9, "abar": 0.54, "abar_prev": 0.6}
    one = {name: torch.tensor([value], dtype=torch.float64) for name, value in values.items()}
    return Diffusion(one), torch.zeros(1, dtype=torch.int64)


def test_the_schedule_is_linear_with_its_products() -> None:
    values = schedule(4, 0.1, 0.4)
    assert values["betas"].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4], rel=1e-12)
    assert values["alphas"].tolist() == pytest.approx([0.9, 0.8, 0.7, 0.6], rel=1e-12)
    assert values["abar"].tolist() == pytest.approx([0.9, 0.72, 0.504, 0.3024], rel=1e-12)
    assert values["abar_prev"].tolist() == pytest.approx([1, 0.9, 0.72, 0.504], rel=1e-12)
    assert all(value.dtype == torch.float64 for value in values.values())


def test_a_schedule_of_one_step() -> None:
    values = {name: value.tolist() for name, value in schedule(1, 0.1, 0.4).items()}
    assert values == {"betas": [0.1], "alphas": [0.9], "abar": [0.9], "abar_prev": [1]}


def test_the_known_values() -> None:
    process, t = probe()
    x0, eps = torch.tensor([1.0]).double(), torch.tensor([-0.5]).double()
    x_t = process.q_sample(x0, t, eps)
    mean, var = process.posterior(x0, x_t, t)
    assert x_t.item() == pytest.approx(0.395730, abs=1e-6)
    assert mean.item() == pytest.approx(0.494845, abs=1e-6)
    assert var.item() == pytest.approx(0.086957, abs=1e-6)


def test_the_marginal_is_that_of_single_steps(steps) -> None:
    """x_t is linear in x_0 and the noises of the steps: its mean and variance follow one step at a time."""
    process = Diffusion(steps)
    mean, var = 1.0, 0.0
    for step, beta in enumerate(steps["betas"].tolist()):
        mean, var = (1 - beta) ** 0.5 * mean, (1 - beta) * var + beta
        t, one, zero = torch.tensor([step]), torch.ones(1).double(), torch.zeros(1).double()
        assert process.q_sample(one, t, zero).item() == pytest.approx(mean, rel=1e-12)
        assert process.q_sample(zero, t, one).item() ** 2 == pytest.approx(var, rel=1e-12)


def test_the_posterior_follows_from_bayes_rule() -> None:
    """Completing the square of log q(x_t | x_{t-1}) + log q(x_{t-1} | x_0) in x_{t-1}."""
    x0, xt, previous = sympy.symbols("x0 xt previous", real=True)
    alpha, abar_prev = sympy.symbols("alpha abar_prev", positive=True)
    exponent = -((xt - sympy.sqrt(alpha) * previous) ** 2) / (2 * (1 - alpha)) - (
        previous - sympy.sqrt(abar_prev) * x0
    ) ** 2 / (2 * (1 - abar_prev))
    (mean,) = sympy.solve(exponent.diff(previous), previous)
    var = -1 / exponent.diff(previous, 2)

    process, t = probe()
    at = {x0: 1.3, xt: -0.7, alpha: 0.9, abar_prev: 0.6}
    found_mean, found_var = process.posterior(torch.tensor([1.3]).double(), torch.tensor([-0.7]).double(), t)
    assert found_mean.item() == pytest.approx(float(mean.subs(at)), rel=1e-6)
    assert found_var.item() == pytest.approx(float(var.subs(at)), rel=1e-12)

    beta, abar = 1 - alpha, alpha * abar_prev
    printed = (sympy.sqrt(abar_prev) * beta * x0 + sympy.sqrt(alpha) * (1 - abar_prev) * xt) / (1 - abar)
    assert sympy.simplify(mean - printed) == 0
    assert sympy.simplify(var - beta * (1 - abar_prev) / (1 - abar)) == 0


def test_the_posterior_averaged_over_x_t_is_the_marginal_of_the_step_before(steps) -> None:
    process = Diffusion(steps)
    x0, zero, one = (torch.full((5,), value, dtype=torch.float64) for value in (1.7, 0.0, 1.0))
    t = torch.arange(1, 6)
    mean, var = process.posterior(x0, process.q_sample(x0, t, zero), t)
    slope = process.posterior(zero, one, t)[0]
    spread = process.q_sample(zero, t, one).square()
    assert_close(mean, process.q_sample(x0, t - 1, zero), **ROUNDING)
    assert_close(var + slope.square() * spread, process.q_sample(zero, t - 1, one).square(), **ROUNDING)


def test_the_first_step_is_undone_exactly(steps) -> None:
    process, t = Diffusion(steps), torch.zeros(3, dtype=torch.int64)
    x0, x_t, noise = normal(3, 2, seed=0), normal(3, 2, seed=1), normal(3, 2, seed=2)
    mean, var = process.posterior(x0, x_t, t)
    assert_close(mean, x0, **ROUNDING)
    assert (var == 0).all()
    true_eps = process.predict_eps(x_t, t, x0)
    assert_close(process.p_sample(lambda x, t: true_eps, x_t, t, noise), x0, **ROUNDING)


@pytest.mark.parametrize("trailing", TRAILING)
def test_predictions_undo_the_sample_for_any_trailing_axes(steps, trailing: tuple[int, ...]) -> None:
    process, t = Diffusion(steps), torch.tensor([5, 0, 2])
    x0, eps = normal(3, *trailing, seed=0), normal(3, *trailing, seed=1)
    x_t = process.q_sample(x0, t, eps)
    assert x_t.shape == x0.shape
    assert_close(process.predict_x0(x_t, t, eps), x0, **ROUNDING)
    assert_close(process.predict_eps(x_t, t, x0), eps, **ROUNDING)


@pytest.mark.parametrize("trailing", TRAILING)
def test_every_example_has_its_own_step(steps, trailing: tuple[int, ...]) -> None:
    """Rows of a batch are what batches of one are, also where the trailing axes are as long as the batch."""
    process, t = Diffusion(steps), torch.tensor([5, 0, 2])
    x, other = normal(3, *trailing, seed=0), normal(3, *trailing, seed=1)

    def everything(x: Tensor, t: Tensor, other: Tensor) -> tuple[Tensor, ...]:
        mean, var = process.posterior(x, other, t)
        step = process.p_sample(lambda x, t: x.sin(), x, t, other)
        return process.q_sample(x, t, other), process.predict_x0(x, t, other), mean, var, step

    rows = [everything(x[i : i + 1], t[i : i + 1], other[i : i + 1]) for i in range(3)]
    for together, parts in zip(everything(x, t, other), zip(*rows, strict=True), strict=True):
        assert together.shape == x.shape
        assert_close(together, torch.cat(parts), **ROUNDING)


def test_the_reverse_step_in_its_other_form(steps) -> None:
    """(x_t - beta / sqrt(1 - abar) * eps) / sqrt(alpha) + sqrt(var) * noise."""
    process, t = Diffusion(steps), torch.tensor([1, 3, 5])
    x_t, noise = normal(3, seed=0), normal(3, seed=1)
    beta, alpha, abar, abar_prev = (steps[name][t] for name in ("betas", "alphas", "abar", "abar_prev"))
    mean = (x_t - beta / (1 - abar).sqrt() * x_t.sin()) / alpha.sqrt()
    expected = mean + (beta * (1 - abar_prev) / (1 - abar)).sqrt() * noise
    assert_close(process.p_sample(lambda x, t: x.sin(), x_t, t, noise), expected, **ROUNDING)


def test_the_reverse_process_with_the_best_model_ends_at_the_data() -> None:
    """Data N(2, 0.5^2): the best prediction of eps is linear in x_t, and the chain returns to the data."""
    T, n = 200, 4_000
    process, values = Diffusion(schedule(T, 1e-4, 0.06)), schedule(T, 1e-4, 0.06)

    def best(x_t: Tensor, t: Tensor) -> Tensor:
        abar = values["abar"][t]
        return (1 - abar).sqrt() * (x_t - abar.sqrt() * 2) / (abar * 0.25 + 1 - abar)

    x = normal(n, seed=0)
    for step in reversed(range(T)):
        x = process.p_sample(best, x, torch.full((n,), step), normal(n, seed=step + 1))
    assert (x.mean() - 2).abs() < 6 * 0.5 / n**0.5 + 0.01
    assert abs(x.std().item() - 0.5) < 6 * 0.5 / (2 * n) ** 0.5 + 0.01


def test_noise_of_the_reverse_step(steps) -> None:
    process, t, x_t = Diffusion(steps), torch.tensor([5, 0, 2]), normal(3, 2, seed=0)

    def model(x: Tensor, t: Tensor) -> Tensor:
        return x * 0

    drawn = process.p_sample(model, x_t, t) - process.p_sample(model, x_t, t)
    assert (drawn[[0, 2]] != 0).all() and (drawn[1] == 0).all()
    last = torch.full((4_000,), 5)
    step = process.p_sample(model, torch.zeros(4_000, 2).double(), last)
    var = steps["betas"][5] * (1 - steps["abar_prev"][5]) / (1 - steps["abar"][5])
    assert len(step.unique()) > 7_900  # every entry has its own noise
    assert step.mean().abs() < 6 * (var / 8_000) ** 0.5
    assert (step.square().mean() - var).abs() < 6 * var * (2 / 8_000) ** 0.5
    before = torch.get_rng_state()
    process.p_sample(model, x_t, t, x_t)
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(ValueError, match="noise has shape .* but should be as x_t"):
        process.p_sample(model, x_t, t, x_t[:1])


@pytest.mark.parametrize("trailing", TRAILING)
def test_the_loss_averages_the_squared_error_of_the_noise(steps, trailing: tuple[int, ...]) -> None:
    process, t = Diffusion(steps), torch.tensor([5, 0, 2])
    x0, eps = normal(3, *trailing, seed=0), normal(3, *trailing, seed=1)
    weight = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    loss = process.ddpm_loss(lambda x, t: weight * x, x0, t, eps)
    x_t = process.q_sample(x0, t, eps)
    errors = (weight.detach() * x_t - eps).flatten()
    assert loss.shape == () and loss.item() == pytest.approx(errors.square().mean().item(), rel=1e-12)
    (slope,) = torch.autograd.grad(loss, weight)
    assert slope.item() == pytest.approx((2 * errors * x_t.flatten()).mean().item(), rel=1e-12)


def test_the_loss_hands_the_noisy_batch_and_its_steps_to_the_model(steps) -> None:
    process, t = Diffusion(steps), torch.tensor([5, 0, 2])
    x0, eps = normal(3, 2, seed=0), normal(3, 2, seed=1)
    seen = []
    assert process.ddpm_loss(lambda *inputs: seen.append(inputs) or eps, x0, t, eps).item() == 0
    assert_close(seen, [(process.q_sample(x0, t, eps), t)], rtol=0, atol=0)


def test_gradients_agree_with_finite_differences(steps) -> None:
    process, t = Diffusion(steps), torch.tensor([5, 0, 2])
    inputs = [normal(3, 2, seed=seed).requires_grad_() for seed in range(3)]

    def everything(a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, ...]:
        return (
            process.q_sample(a, t, b),
            process.predict_x0(a, t, b),
            process.predict_eps(a, t, b),
            process.posterior(a, b, t)[0],
            process.p_sample(lambda x, t: x.sin(), a, t, c),
            process.ddpm_loss(lambda x, t: x.sin(), a, t, b),
        )

    assert torch.autograd.gradcheck(everything, inputs)


def test_a_thousand_small_steps_keep_their_digits_in_float32() -> None:
    process, t = Diffusion(schedule(1000, 1e-4, 0.02)), torch.tensor([0, 1, 500, 999])
    x0, eps = (normal(4, 3, seed=seed, dtype=torch.float32) for seed in (0, 1))
    for dtype in (torch.float32, torch.float64):
        assert process.q_sample(x0.to(dtype), t, eps.to(dtype)).dtype == dtype
    x_t = process.q_sample(x0, t, eps)
    assert_close(x_t.double(), process.q_sample(x0.double(), t, eps.double()), rtol=1e-6, atol=1e-6)
    mean, var = process.posterior(x0, x_t, t)
    precise = process.posterior(x0.double(), x_t.double(), t)
    assert mean.dtype == var.dtype == torch.float32
    assert_close((mean.double(), var.double()), precise, rtol=1e-6, atol=1e-6)
    assert (1 - process.q_sample(torch.zeros(1), torch.tensor([999]), torch.ones(1))).item() < 1e-4


def test_results_follow_the_device_of_the_images(steps) -> None:
    process, t, x = Diffusion(steps), torch.zeros(3, dtype=torch.int64, device="meta"), torch.zeros(3, 2, device="meta")
    mean, var = process.posterior(x, x, t)
    results = (process.q_sample(x, t, x), mean, var, process.p_sample(lambda x, t: x, x, t))
    assert all(result.device.type == "meta" and result.dtype == torch.float32 for result in results)


def test_the_schedule_is_not_changed(steps) -> None:
    Diffusion(steps).q_sample(normal(3, seed=0), torch.tensor([5, 0, 2]), normal(3, seed=1))
    assert_close(steps, schedule(6, 0.05, 0.4), rtol=0, atol=0)
