"""Unpaired translation between domains where a wrong map or direction shows, and the pool against a plain replay."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss, mse_loss
from torch.testing import assert_close

from reference.cyclegan import ImagePool, adv_d, adv_g, cycle_loss, d_total, g_total, identity_loss

pytestmark = pytest.mark.usefixtures("one_stream_of_noise")

ROUNDING = {"rtol": 1e-12, "atol": 1e-14}  # float64


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


class Affine(nn.Module):
    """slope * x + shift, as a map or, patch for patch, as a score."""

    def __init__(self, slope: float, shift: float) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope, dtype=torch.float64))
        self.shift = nn.Parameter(torch.tensor(shift, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return self.slope * x + self.shift


@pytest.fixture
def players() -> tuple[Affine, Affine, Affine, Affine]:
    """G, F, D_X, D_Y: no two alike, G and F not inverse."""
    return Affine(2.0, 1.0), Affine(-0.4, 0.3), Affine(0.7, -0.2), Affine(1.1, 0.4)


@pytest.fixture
def domains() -> tuple[Tensor, Tensor]:
    """Batches of different size, far apart."""
    return normal(3, 2) - 1, 2 * normal(5, 2) + 4


def embed(x: Tensor) -> Tensor:
    """From the line to the plane."""
    return torch.cat([x, 0 * x], dim=1)


def project(y: Tensor) -> Tensor:
    """From the plane to the line."""
    return y[:, :1]


def test_cycle_and_identity_written_again(players, domains) -> None:
    (G, F, _, _), (x, y) = players, domains
    there = l1_loss(-0.4 * (2 * x + 1) + 0.3, x)
    back = l1_loss(2 * (-0.4 * y + 0.3) + 1, y)
    assert_close(cycle_loss(G, F, x, y), 10 * (there + back), **ROUNDING)
    assert_close(cycle_loss(G, F, x, y, lam=0.3), 0.3 * (there + back), **ROUNDING)
    same = l1_loss(2 * y + 1, y) + l1_loss(-0.4 * x + 0.3, x)
    assert_close(identity_loss(G, F, x, y), 5 * same, **ROUNDING)
    assert_close(identity_loss(G, F, x, y, lam=0.3), 0.3 * same, **ROUNDING)


def test_the_losses_on_numbers_worked_by_hand() -> None:
    x, y = torch.tensor([[1.0], [3.0], [-2.0]]), torch.tensor([[10.0]])
    G, F = (lambda t: 2 * t), (lambda t: t - 1)
    # F(G(x)) - x = x - 1: 0, 2, -3; G(F(y)) - y = y - 2: 8
    assert cycle_loss(G, F, x, y, 1.0).item() == pytest.approx(5 / 3 + 8)
    # G(y) - y = y: 10; F(x) - x = -1
    assert identity_loss(G, F, x, y, 1.0).item() == pytest.approx(11)


def test_both_directions_count_each_in_its_own_domain() -> None:
    """The line in the plane: there and back is the identity on the line and forgets an axis of the plane."""
    x, y = normal(4, 1), normal(3, 2)
    assert cycle_loss(embed, project, x, torch.cat([y[:, :1], 0 * y[:, 1:]], dim=1)).item() == 0
    assert_close(cycle_loss(embed, project, x, y, 1.0), y[:, 1].abs().sum() / 6, **ROUNDING)
    assert_close(cycle_loss(project, embed, y, x, 1.0), y[:, 1].abs().sum() / 6, **ROUNDING)


def test_inverse_maps_cycle_for_free_and_identities_cost_nothing_in_their_own_domain() -> None:
    x, y = normal(3, 2), normal(4, 2)
    assert cycle_loss(Affine(4.0, 1.0), Affine(0.25, -0.25), x, y).item() == pytest.approx(0, abs=1e-14)
    assert identity_loss(torch.abs, lambda t: -t.abs(), -x.abs(), y.abs()).item() == 0


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 1, 3, 3)])
def test_the_adversarial_losses_are_half_the_squared_errors_on_any_map_of_scores(shape: tuple[int, ...]) -> None:
    D, real, fake = Affine(0.7, -0.2), normal(*shape), normal(2, *shape[1:])
    one, zero = torch.ones_like(fake), torch.zeros_like(fake)
    assert_close(adv_g(D, fake), mse_loss(D(fake), one) / 2, **ROUNDING)
    expected = mse_loss(D(real), torch.ones_like(real)) / 2 + mse_loss(D(fake), zero) / 2
    assert_close(adv_d(D, real, fake), expected, **ROUNDING)


def test_a_gradient_reaches_the_fake_only_from_the_loss_of_its_generator() -> None:
    D, real, fake = Affine(0.7, -0.2), normal(3, 1), normal(3, 1).requires_grad_()
    adv_d(D, real, fake).backward()
    assert fake.grad is None and D.slope.grad is not None
    adv_g(D, fake).backward()
    assert_close(fake.grad, 0.7 * (0.7 * fake.detach() - 0.2 - 1) / 3, **ROUNDING)


def test_the_total_of_the_generators_is_the_sum_of_its_weighted_parts(players, domains) -> None:
    (G, F, D_X, D_Y), (x, y) = players, domains
    total = g_total(G, F, D_X, D_Y, x, y, 3.0, 0.5)
    assert set(total) == {"adv", "cycle", "identity", "loss"}
    fake_y, fake_x = 2 * x + 1, -0.4 * y + 0.3
    adv = (1.1 * fake_y + 0.4 - 1).square().mean() / 2 + (0.7 * fake_x - 0.2 - 1).square().mean() / 2
    assert_close(total["adv"], adv, **ROUNDING)
    assert_close(total["cycle"], 3 * cycle_loss(G, F, x, y, 1.0), **ROUNDING)
    assert_close(total["identity"], 0.5 * identity_loss(G, F, x, y, 1.0), **ROUNDING)
    assert_close(total["loss"], total["adv"] + total["cycle"] + total["identity"], **ROUNDING)
    assert_close(g_total(G, F, D_X, D_Y, x, y), g_total(G, F, D_X, D_Y, x, y, 10.0, 5.0), rtol=0, atol=0)


@pytest.mark.parametrize("part", ["adv", "cycle", "identity", "loss"])
def test_every_part_reaches_both_generators(players, domains, part: str) -> None:
    G, F = players[:2]
    value = g_total(*players, *domains)[part]
    slopes = torch.autograd.grad(value, [*G.parameters(), *F.parameters()])
    assert all(slope != 0 for slope in slopes)
    for parameter, slope in zip([*G.parameters(), *F.parameters()], slopes, strict=True):
        values = []
        for step in (1e-6, -1e-6):
            with torch.no_grad():
                parameter += step
                values.append(g_total(*players, *domains)[part].item())
                parameter -= step
        assert slope.item() == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5)


def test_the_total_of_the_discriminators_compares_each_domain_with_its_own_fakes(players, domains) -> None:
    (G, F, D_X, D_Y), (x, y) = players, domains
    total = d_total(G, F, D_X, D_Y, x, y)
    d_x = (0.7 * x - 0.2 - 1).square().mean() / 2 + (0.7 * (-0.4 * y + 0.3) - 0.2).square().mean() / 2
    d_y = (1.1 * y + 0.4 - 1).square().mean() / 2 + (1.1 * (2 * x + 1) + 0.4).square().mean() / 2
    assert_close(total, {"d_x": d_x, "d_y": d_y, "loss": d_x + d_y}, **ROUNDING)
    total["loss"].backward()
    assert all(parameter.grad is None for net in (G, F) for parameter in net.parameters())
    assert all(parameter.grad != 0 for net in (D_X, D_Y) for parameter in net.parameters())


def test_pools_stand_between_the_fakes_and_their_discriminators(players, domains) -> None:
    (G, F, D_X, D_Y), (x, y) = players, domains
    pool_x, pool_y = ImagePool(50), ImagePool(50)
    first = d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)
    assert_close(first, d_total(G, F, D_X, D_Y, x, y), rtol=0, atol=0)  # not full yet
    assert_close(torch.stack(pool_x.stored), F(y).detach(), rtol=0, atol=0)
    assert_close(torch.stack(pool_y.stored), G(x).detach(), rtol=0, atol=0)


def counted(start: int, size: int) -> Tensor:
    return torch.arange(start, start + size, dtype=torch.float64).view(size, 1)


def test_a_pool_fills_first_then_changes_places_as_its_noise_says() -> None:
    pool = ImagePool(2)
    assert pool.query(counted(0, 1)).flatten().tolist() == [0]
    # 1 is stored, 2 stays out (u is not below 1/2), 3 takes the place of 1, and 4 that of 3
    u, slot = torch.tensor([0.0, 0.5, 0.49, 0.0]), torch.tensor([0, 0, 1, 1])
    assert pool.query(counted(1, 4), u, slot).flatten().tolist() == [1, 2, 1, 3]
    assert torch.cat(pool.stored).tolist() == [0, 4]


@pytest.mark.parametrize("size", [1, 3, 5])
def test_a_pool_agrees_with_a_plain_replay(size: int) -> None:
    pool, store = ImagePool(size), []
    for start in range(0, 40, 4):
        x, u, slot = counted(start, 4), torch.rand(4), torch.randint(size, (4,))
        expected = []
        for number, chance, place in zip(range(start, start + 4), u, slot, strict=True):
            if len(store) < size:
                store.append(number)
                expected.append(number)
            elif chance < 0.5:
                expected.append(store[place])
                store[place] = number
            else:
                expected.append(number)
        assert pool.query(x, u, slot).flatten().tolist() == expected
        assert torch.cat(pool.stored).tolist() == store


def test_half_of_the_answers_are_old_and_every_place_is_equally_likely() -> None:
    pool, rounds = ImagePool(4), 4000
    pool.query(counted(-4, 4))
    old, places = 0, [0] * 4
    for number in range(rounds):
        before = torch.cat(pool.stored).tolist()
        answer = pool.query(counted(number, 1)).item()
        if answer != number:
            old += 1
            places[before.index(answer)] += 1
    assert abs(old - rounds / 2) < 6 * (rounds / 4) ** 0.5
    assert all(abs(count - old / 4) < 6 * (old * 3 / 16) ** 0.5 for count in places)


def test_a_pool_of_size_zero_returns_what_it_is_given() -> None:
    x = normal(3, 1, 2, 2).requires_grad_()
    answer = ImagePool(0).query(x)
    assert torch.equal(answer, x) and not answer.requires_grad


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_answers_have_the_shape_and_dtype_of_the_question_and_no_gradient(dtype: torch.dtype) -> None:
    pool = ImagePool(3)
    for _ in range(4):
        x = torch.randn(2, 1, 4, 4, dtype=dtype, requires_grad=True)
        answer = pool.query(x * 1)
        assert answer.shape == x.shape and answer.dtype == dtype and not answer.requires_grad
    assert len(pool.stored) == 3 and not any(example.requires_grad for example in pool.stored)


def test_what_is_stored_is_a_copy() -> None:
    pool, x = ImagePool(2), counted(0, 2)
    answer = pool.query(x)
    x.fill_(9)
    answer.fill_(9)
    assert torch.cat(pool.stored).tolist() == [0, 1]
    x, now, first = counted(2, 1), torch.zeros(1), torch.zeros(1, dtype=torch.long)
    assert pool.query(x, now, first).item() == 0
    x.fill_(9)
    assert torch.cat(pool.stored).tolist() == [2, 1]


def test_noise_passed_in_leaves_the_generator_alone_and_must_fit() -> None:
    pool, before = ImagePool(1), torch.get_rng_state()
    pool.query(counted(0, 3), torch.zeros(3), torch.zeros(3, dtype=torch.long))
    assert torch.equal(torch.get_rng_state(), before)
    with pytest.raises(ValueError, match="u has shape"):
        pool.query(counted(0, 3), torch.zeros(1))
    with pytest.raises(ValueError, match="slot has shape"):
        pool.query(counted(0, 3), torch.zeros(3), torch.zeros(2, dtype=torch.long))


def test_playing_on_the_line_finds_a_map_between_the_domains() -> None:
    """X = N(0, 1), Y = N(4, 1), maps that shift: G learns to add about 4, and F to take it away again."""
    G, F, D_X, D_Y = Affine(1.0, 0.0), Affine(1.0, 0.0), Affine(0.0, 0.5), Affine(0.0, 0.5)
    opt_g = torch.optim.SGD([G.shift, F.shift], lr=0.05)
    opt_d = torch.optim.SGD([*D_X.parameters(), *D_Y.parameters()], lr=0.05)
    pools = ImagePool(100), ImagePool(100)
    for _ in range(400):
        x, y = normal(64, 1), normal(64, 1) + 4
        opt_d.zero_grad()
        d_total(G, F, D_X, D_Y, x, y, *pools)["loss"].backward()
        opt_d.step()
        opt_g.zero_grad()
        g_total(G, F, D_X, D_Y, x, y, lam=0.1, lam_id=0.0)["loss"].backward()
        opt_g.step()
    assert G.shift.item() == pytest.approx(4, abs=1) and F.shift.item() == pytest.approx(-4, abs=1)
