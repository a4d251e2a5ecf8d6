"""The Wasserstein game against transport by search, areas between distribution functions and slopes on paper."""

import itertools
import math

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.testing import assert_close

from reference.wgan import (
    clip_weights,
    critic_loss,
    gradient_penalty,
    interpolate,
    w1_empirical,
    wgan_g_loss,
)

pytestmark = pytest.mark.usefixtures("one_stream_of_noise")

ROUNDING = {"rtol": 1e-12, "atol": 1e-14}  # float64
SHAPES = [(6,), (6, 1), (6, 3), (6, 1, 4, 4), (6, 2, 3, 2, 2)]


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def test_the_losses_are_means_of_scores_and_real_ones_should_be_higher() -> None:
    real, fake = torch.tensor([2, -1, 0.5]), torch.tensor([-3, 1.5, 0.2, 0.1]).unsqueeze(1)
    assert critic_loss(real, fake).item() == pytest.approx((-3 + 1.5 + 0.2 + 0.1) / 4 - 1.5 / 3)
    assert wgan_g_loss(fake).item() == pytest.approx(1.2 / 4)
    inputs = real.requires_grad_(), fake.requires_grad_()
    to_real, to_fake = torch.autograd.grad(critic_loss(*inputs), inputs)
    assert to_real.flatten().tolist() == pytest.approx([-1 / 3] * 3)
    assert to_fake.flatten().tolist() == pytest.approx([1 / 4] * 4)
    assert torch.autograd.grad(wgan_g_loss(fake), fake)[0].flatten().tolist() == pytest.approx([-1 / 4] * 4)


def test_scores_are_not_bounded() -> None:
    huge = torch.full((3,), 1e4)
    assert critic_loss(huge, -huge).item() == -2e4 and wgan_g_loss(huge).item() == -1e4


def area_between(a: Tensor, b: Tensor) -> float:
    """The integral of |F_a - F_b|, both step functions."""
    ends = torch.cat([a, b]).sort().values
    heights = [((a <= left).sum() - (b <= left).sum()).abs().item() / len(a) for left in ends[:-1]]
    return sum(height * width.item() for height, width in zip(heights, ends.diff(), strict=True))


def cheapest_pairing(a: Tensor, b: Tensor) -> float:
    """The transport problem by search: its extreme points are the pairings (Birkhoff)."""
    pairings = itertools.permutations(b.tolist())
    return min(sum(abs(x - y) for x, y in zip(a.tolist(), each, strict=True)) for each in pairings) / len(a)


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_w1_is_the_cost_of_the_cheapest_pairing_and_the_area_between(n: int) -> None:
    a, b = normal(n), 2 * normal(n) + 1
    assert w1_empirical(a, b).item() == pytest.approx(cheapest_pairing(a, b), rel=1e-12)
    assert w1_empirical(a, b).item() == pytest.approx(area_between(a, b), rel=1e-12)
    assert w1_empirical(a.flip(0), b) == w1_empirical(a, b) == w1_empirical(b, a)


def test_w1_counts_ties_and_is_zero_for_the_same_sample() -> None:
    a, b = torch.tensor([1.0, 1, 4, 2]), torch.tensor([4.0, 1, 1, 1])
    assert w1_empirical(a, b).item() == pytest.approx(area_between(a, b))
    assert w1_empirical(a, a.flip(0)).item() == 0


@pytest.mark.parametrize(("shift", "expected"), [(0.5, 0.5), (1.0, 1.0)])
def test_w1_of_two_intervals_is_their_shift(shift: float, expected: float) -> None:
    grid = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    assert w1_empirical(grid, grid.flip(0) + shift).item() == pytest.approx(expected)


def test_w1_of_two_gaussians_by_their_quantiles() -> None:
    """W1 of N(0, 1) and N(0, 4) is E|Z| = sqrt(2 / pi): the quantiles differ by Z itself."""
    levels = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    z = torch.special.ndtri(levels)
    assert w1_empirical(z, 2 * z.flip(0)).item() == pytest.approx(math.sqrt(2 / math.pi), abs=1e-4)


def test_w1_bounds_every_critic_of_slope_one() -> None:
    a, b = normal(50), 2 * normal(50) - 1
    for shift in torch.linspace(-3, 3, 13):
        for critic in (torch.sin, torch.abs, torch.tanh, lambda x: -x):
            assert critic_loss(critic(a + shift), critic(b + shift)).abs() <= w1_empirical(a, b) + 1e-12
    shifted = a + 2
    assert_close(-critic_loss(shifted, a), w1_empirical(a, shifted), **ROUNDING)  # the critic x attains it


@pytest.mark.parametrize(("a", "b"), [((3,), (4,)), ((3, 1), (3, 1)), ((3, 1), (3,)), ((), ())])
def test_w1_of_other_shapes_is_refused(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one shape"):
        w1_empirical(torch.zeros(a), torch.zeros(b))


@pytest.mark.parametrize("shape", SHAPES)
def test_points_lie_on_the_segments_with_one_alpha_for_each_example(shape: tuple[int, ...]) -> None:
    real, fake, alpha = normal(*shape), normal(*shape), torch.rand(6, dtype=torch.float64)
    rows = [w * x + (1 - w) * y for w, x, y in zip(alpha.tolist(), real, fake, strict=True)]
    assert_close(interpolate(real, fake, alpha), torch.stack(rows), **ROUNDING)
    for columns in (alpha.unsqueeze(1), alpha.reshape(6, *[1] * (len(shape) - 1))):
        assert_close(interpolate(real, fake, columns), torch.stack(rows), **ROUNDING)


def test_alpha_one_is_the_real_and_alpha_zero_the_fake_example() -> None:
    real, fake = normal(2, 3), normal(2, 3)
    points = interpolate(real, fake, torch.tensor([1.0, 0.0]).double())
    assert torch.equal(points, torch.stack([real[0], fake[1]]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_drawn_alphas_are_uniform_fresh_and_one_for_each_example(dtype: torch.dtype) -> None:
    real, fake = torch.ones(20_000, 2, 2, dtype=dtype), torch.zeros(20_000, 2, 2, dtype=dtype)
    points = interpolate(real, fake)
    alpha = points[:, 0, 0]
    assert points.dtype == dtype and torch.equal(points, alpha.view(-1, 1, 1).expand(-1, 2, 2))
    assert 0 <= alpha.min() and alpha.max() <= 1
    for power in (1, 2, 4):  # moments of U[0, 1], within six standard errors
        error = alpha.pow(power).std() / len(alpha) ** 0.5
        assert (alpha.pow(power).mean() - 1 / (power + 1)).abs() < 6 * error
    assert not torch.equal(interpolate(real, fake), points)


def test_an_alpha_passed_in_leaves_the_generator_alone() -> None:
    before = torch.get_rng_state()
    gradient_penalty(nn.Flatten(0), torch.ones(3, 1), torch.zeros(3, 1), torch.zeros(3))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("alpha", [(1,), (2,), (3, 2), (1, 3), ()])
def test_an_alpha_that_is_not_one_number_for_each_example_is_refused(alpha: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one number for each"):
        interpolate(torch.zeros(3, 2), torch.zeros(3, 2), torch.zeros(alpha))


def test_batches_of_different_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="x_fake"):
        interpolate(torch.zeros(3, 2), torch.zeros(1, 2))


@pytest.mark.parametrize("column", [False, True])
@pytest.mark.parametrize("norm", [0.3, 1.0, 2.204405])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_penalty_of_a_linear_critic(shape: tuple[int, ...], norm: float, column: bool) -> None:
    """The slope is w everywhere: (|w| - 1)^2 for any points, and 0 below slope 1 where only one side counts."""
    w = normal(*shape[1:])
    w = norm * w / w.norm()

    def critic(x: Tensor) -> Tensor:
        scores = (x * w).reshape(len(x), -1).sum(dim=1) + 5
        return scores.unsqueeze(1) if column else scores

    real, fake = normal(*shape), normal(*shape)
    penalty = gradient_penalty(critic, real, fake)
    assert penalty.shape == () and penalty.item() == pytest.approx((norm - 1) ** 2, rel=1e-10, abs=1e-20)
    one_sided = gradient_penalty(critic, real, fake, one_sided=True)
    assert one_sided.item() == pytest.approx(max(norm - 1, 0) ** 2, rel=1e-10, abs=1e-20)


def test_probe_values_of_the_penalty() -> None:
    norm = 1 + math.sqrt(1.450591)
    w = norm * torch.ones(4, dtype=torch.float64) / 2
    real, fake = normal(8, 4), normal(8, 4)
    values = [
        gradient_penalty(lambda x: x @ w, real, fake).item(),
        gradient_penalty(lambda x: (x @ w) / 8, real, fake).item(),  # the gradient of the mean of the scores
        gradient_penalty(lambda x: (x @ w) * 8**0.5, real, fake).item(),  # one norm over the whole batch
    ]
    assert values == pytest.approx([1.450591, 0.524827, 27.405213], abs=3e-5)
    assert [norm - 1, (norm**2 - 1) ** 2] == pytest.approx([1.204405, 14.894979], abs=2e-5)


@pytest.mark.parametrize("one_sided", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_penalty_and_its_slope_for_a_quadratic_critic(shape: tuple[int, ...], one_sided: bool) -> None:
    """D(x) = k |x|^2 / 2 has slope k |x|, so the penalty shows at which points it was taken."""
    k = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    real, fake, alpha = normal(*shape), normal(*shape), torch.rand(6, dtype=torch.float64)
    norms = [(w * x + (1 - w) * y).norm().item() for w, x, y in zip(alpha, real, fake, strict=True)]
    penalty = gradient_penalty(
        lambda x: k * x.reshape(6, -1).square().sum(dim=1) / 2, real, fake, alpha, one_sided=one_sided
    )
    excess = [max(0.7 * norm - 1, 0) if one_sided else 0.7 * norm - 1 for norm in norms]
    assert penalty.item() == pytest.approx(sum(each**2 for each in excess) / 6, rel=1e-10)
    slope = sum(2 * each * norm for each, norm in zip(excess, norms, strict=True)) / 6
    assert torch.autograd.grad(penalty, k)[0].item() == pytest.approx(slope, rel=1e-10)


@pytest.fixture
def smooth_critic() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 1)).double()


def test_the_penalty_agrees_with_slopes_by_differences(smooth_critic) -> None:
    real, fake, alpha = normal(4, 2, 3), normal(4, 2, 3), torch.rand(4, dtype=torch.float64)
    points, step = interpolate(real, fake, alpha).reshape(4, 6), 1e-6
    with torch.no_grad():
        differences = [smooth_critic(points + step * e) - smooth_critic(points - step * e) for e in torch.eye(6)]
    norms = (torch.cat(differences, dim=1) / (2 * step)).norm(dim=1)
    assert_close(
        gradient_penalty(smooth_critic, real, fake, alpha).detach(), (norms - 1).square().mean(), rtol=1e-7, atol=0
    )


def test_the_gradient_of_the_penalty_in_the_critic_agrees_with_differences(smooth_critic) -> None:
    real, fake, alpha = normal(4, 2, 3), normal(4, 2, 3), torch.rand(4, dtype=torch.float64)
    names, parameters = zip(*smooth_critic.named_parameters(), strict=True)

    def penalty(*values: Tensor) -> Tensor:
        named = dict(zip(names, values, strict=True))
        return gradient_penalty(lambda x: functional_call(smooth_critic, named, (x,)), real, fake, alpha)

    assert torch.autograd.gradcheck(penalty, parameters)


def test_the_penalty_reaches_the_critic_and_not_the_examples(smooth_critic) -> None:
    real, fake = normal(4, 2, 3).requires_grad_(), normal(4, 2, 3).requires_grad_()
    gradient_penalty(smooth_critic, real, fake).backward()
    assert real.grad is None and fake.grad is None
    assert smooth_critic[1].weight.grad.abs().sum() > 0


def test_a_batch_is_the_mean_of_its_examples(smooth_critic) -> None:
    real, fake, alpha = normal(5, 2, 3), normal(5, 2, 3), torch.rand(5, dtype=torch.float64)
    single = [gradient_penalty(smooth_critic, real[i : i + 1], fake[i : i + 1], alpha[i : i + 1]) for i in range(5)]
    assert_close(gradient_penalty(smooth_critic, real, fake, alpha), torch.stack(single).mean(), **ROUNDING)


def test_a_flat_critic_costs_one_with_a_finite_gradient() -> None:
    critic = nn.Linear(3, 1)
    nn.init.zeros_(critic.weight)
    penalty = gradient_penalty(critic, torch.ones(2, 3), torch.zeros(2, 3))
    penalty.backward()
    assert penalty.item() == 1 and (critic.weight.grad == 0).all()
    assert gradient_penalty(critic, torch.ones(2, 3), torch.zeros(2, 3), one_sided=True).item() == 0


def test_clipping_bounds_every_parameter_in_place() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 1)))
    for parameter in net.parameters():
        nn.init.normal_(parameter)
    before = [parameter.detach().clone() for parameter in net.parameters()]
    parameters = list(net.parameters())
    assert clip_weights(net, 0.4) is None
    for old, parameter, same in zip(before, net.parameters(), parameters, strict=True):
        assert parameter is same and parameter.requires_grad and parameter.is_leaf
        assert torch.equal(parameter, torch.where(old.abs() > 0.4, old.sign() * 0.4, old))
    assert max(old.abs().max() for old in before) > 0.4 > min(old.abs().min() for old in before)
