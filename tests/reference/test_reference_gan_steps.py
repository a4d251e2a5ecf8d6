"""One step of each player: which parameters move and by how much, and what it leaves behind."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.testing import assert_close

from reference.gan_networks import DNet, GNet
from reference.gan_steps import d_step, g_step

pytestmark = pytest.mark.usefixtures("one_stream_of_noise")

RATE = 0.3
X, Z = [0.5, 2.0, -1.0], [1.0, -0.4]


def column(numbers: list[float]) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64).unsqueeze(1)


def line(slope: float, shift: float) -> nn.Linear:
    layer = nn.Linear(1, 1, dtype=torch.float64)
    nn.init.constant_(layer.weight, slope)
    nn.init.constant_(layer.bias, shift)
    return layer


def numbers(layer: nn.Linear) -> tuple[float, float]:
    return layer.weight.item(), layer.bias.item()


def s(h: float) -> float:
    return 1 / (1 + math.exp(-h))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


class ByHand:
    """The game of D(x) = w x + c and G(z) = a z + b, with its derivatives on paper, in floats."""

    def __init__(self, a: float, b: float, w: float, c: float) -> None:
        self.a, self.b, self.w, self.c = a, b, w, c

    def d(self) -> float:
        fake = [self.a * z + self.b for z in Z]
        real_h, fake_h = [self.w * x + self.c for x in X], [self.w * x + self.c for x in fake]
        loss = mean([-math.log(s(h)) for h in real_h]) + mean([-math.log(1 - s(h)) for h in fake_h])
        slope = mean([-(1 - s(h)) * x for h, x in zip(real_h, X, strict=True)])
        slope += mean([s(h) * x for h, x in zip(fake_h, fake, strict=True)])
        shift = mean([-(1 - s(h)) for h in real_h]) + mean([s(h) for h in fake_h])
        self.w, self.c = self.w - RATE * slope, self.c - RATE * shift
        return loss

    def g(self) -> float:
        h = [self.w * (self.a * z + self.b) + self.c for z in Z]
        loss = mean([-math.log(s(each)) for each in h])
        slope = mean([-(1 - s(each)) * self.w * z for each, z in zip(h, Z, strict=True)])
        shift = mean([-(1 - s(each)) * self.w for each in h])
        self.a, self.b = self.a - RATE * slope, self.b - RATE * shift
        return loss


@pytest.mark.parametrize("players", ["dd", "gg", "dgdg", "ggd"])
def test_steps_follow_the_trajectory_worked_by_hand(players: str) -> None:
    paper = ByHand(0.7, -0.2, 1.3, 0.1)
    G, D = line(0.7, -0.2), line(1.3, 0.1)
    opt_g, opt_d = torch.optim.SGD(G.parameters(), lr=RATE), torch.optim.SGD(D.parameters(), lr=RATE)
    for player in players:
        if player == "d":
            loss, expected = d_step(G, D, opt_d, column(X), column(Z)), paper.d()
        else:
            loss, expected = g_step(G, D, opt_g, column(Z)), paper.g()
        assert type(loss) is float and loss == pytest.approx(expected, rel=1e-12)
        assert numbers(D) == pytest.approx((paper.w, paper.c), rel=1e-12)
        assert numbers(G) == pytest.approx((paper.a, paper.b), rel=1e-12)


@pytest.fixture
def images() -> tuple[nn.Module, nn.Module, Tensor, Tensor]:
    return GNet(4), DNet(), torch.rand(5, 1, 28, 28), torch.rand(3, 4) * 2 - 1


def state(net: nn.Module) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in net.parameters()]


def moved(net: nn.Module, before: list[Tensor]) -> list[bool]:
    return [not torch.equal(old, new) for old, new in zip(before, net.parameters(), strict=True)]


def test_the_discriminator_step_moves_the_discriminator_only(images) -> None:
    G, D, x, z = images
    g_before, d_before = state(G), state(D)
    d_step(G, D, torch.optim.Adam(D.parameters(), lr=1e-2), x, z)
    assert all(moved(D, d_before)) and not any(moved(G, g_before))
    assert all(parameter.grad is None for parameter in G.parameters())


def test_the_generator_step_moves_the_generator_only(images) -> None:
    G, D, _, z = images
    g_before, d_before = state(G), state(D)
    g_step(G, D, torch.optim.Adam(G.parameters(), lr=1e-2), z)
    assert all(moved(G, g_before)) and not any(moved(D, d_before))
    assert all(parameter.grad is None for parameter in D.parameters())
    assert all(parameter.requires_grad for parameter in D.parameters())


def test_gradients_of_the_other_player_are_left_as_they_were(images) -> None:
    G, D, x, z = images
    for parameter in (*G.parameters(), *D.parameters()):
        parameter.grad = torch.full_like(parameter, 3.0)
    d_step(G, D, torch.optim.SGD(D.parameters(), lr=0.1), x, z)
    assert all((parameter.grad == 3).all() for parameter in G.parameters())
    for parameter in D.parameters():
        parameter.grad = torch.full_like(parameter, 5.0)
    g_step(G, D, torch.optim.SGD(G.parameters(), lr=0.1), z)
    assert all((parameter.grad == 5).all() for parameter in D.parameters())


def test_stale_gradients_do_not_enter_a_step(images) -> None:
    G, D, x, z = images
    outcomes = []
    d_start, g_start = state(D), state(G)
    for stale in (None, 100.0):
        for net, start in ((D, d_start), (G, g_start)):
            for parameter, value in zip(net.parameters(), start, strict=True):
                parameter.data.copy_(value)
                parameter.grad = None if stale is None else torch.full_like(parameter, stale)
        d_step(G, D, torch.optim.SGD(D.parameters(), lr=0.1), x, z)
        g_step(G, D, torch.optim.SGD(G.parameters(), lr=0.1), z)
        outcomes.append(state(D) + state(G))
    assert all(torch.equal(one, other) for one, other in zip(*outcomes, strict=True))


def test_a_step_equals_one_with_the_losses_of_torch(images) -> None:
    G, D, x, z = images
    real, fake = D(x), D(G(z))
    d_expected = binary_cross_entropy_with_logits(real, torch.ones(5, 1))
    d_expected = d_expected + binary_cross_entropy_with_logits(fake, torch.zeros(3, 1))
    g_expected = binary_cross_entropy_with_logits(fake, torch.ones(3, 1))
    d_slopes = torch.autograd.grad(d_expected, list(D.parameters()), retain_graph=True)
    g_slopes = torch.autograd.grad(g_expected, list(G.parameters()))
    still = {"lr": 0.0}
    d_loss = d_step(G, D, torch.optim.SGD(D.parameters(), **still), x, z)
    g_loss = g_step(G, D, torch.optim.SGD(G.parameters(), **still), z)
    assert (d_loss, g_loss) == pytest.approx((d_expected.item(), g_expected.item()), rel=1e-6)
    for net, slopes in ((D, d_slopes), (G, g_slopes)):
        assert_close([parameter.grad for parameter in net.parameters()], list(slopes))


def test_frozen_parameters_stay_frozen() -> None:
    G, D = nn.Sequential(line(1, 0), line(2, 1)), nn.Sequential(line(1, 0), line(2, 1))
    for net in (G, D):
        net[0].requires_grad_(False)
    opt_d, opt_g = torch.optim.SGD(D[1].parameters(), lr=0.1), torch.optim.SGD(G[1].parameters(), lr=0.1)
    g_before, d_before = state(G), state(D)
    d_step(G, D, opt_d, column(X), column(Z))
    g_step(G, D, opt_g, column(Z))
    assert moved(D, d_before) == moved(G, g_before) == [False, False, True, True]


def test_playing_brings_the_generator_to_the_data() -> None:
    """Data N(3, 0.1), a generator that shifts its noise, a discriminator of one line: the mean arrives near 3."""
    G, D = line(0.1, 0.0), nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    opt_g = torch.optim.SGD([G.bias], lr=0.05)
    opt_d = torch.optim.Adam(D.parameters(), lr=0.02, weight_decay=0.01)
    for _ in range(400):
        d_step(G, D, opt_d, 3 + 0.1 * torch.randn(64, 1).double(), torch.randn(64, 1).double())
        g_step(G, D, opt_g, torch.randn(64, 1).double())
    assert G.bias.item() == pytest.approx(3, abs=0.5)
