"""The toy data: shapes, ranges, centres and spreads, and that the caller's generator decides everything."""

import math
import sys
from types import ModuleType

import numpy
import pytest
import torch
from torch import Generator, Tensor
from torch.testing import assert_close

from autograder.toy_data import bumps, digits, gaussian_grid, gaussian_ring, mixture_1d, two_moons

DRAWS = {
    "bumps": bumps,
    "ring": gaussian_ring,
    "grid": gaussian_grid,
    "line": mixture_1d,
    "moons": lambda n, generator: two_moons(n, generator)[0],
}
WIDTHS = {"bumps": 64, "ring": 2, "grid": 2, "line": 1, "moons": 2}
N = 8_000


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def shares(points: Tensor, centres: Tensor) -> Tensor:
    """How often each centre is the nearest one."""
    return torch.cdist(points, centres).argmin(1).bincount(minlength=len(centres)) / len(points)


def evenly(share: Tensor) -> bool:
    """Every share within six standard errors of the same one."""
    p = 1 / len(share)
    return bool(((share - p).abs() < 6 * math.sqrt(p * (1 - p) / N)).all())


@pytest.mark.parametrize("name", DRAWS)
def test_the_generator_decides_every_number_and_nothing_else_is_drawn(name: str) -> None:
    before = torch.get_rng_state()
    first, again, other = (DRAWS[name](20, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape == (20, WIDTHS[name]) and first.dtype == torch.float32
    assert torch.equal(torch.get_rng_state(), before)
    assert DRAWS[name](1, seeded()).shape == (1, WIDTHS[name])
    generator = seeded()
    assert not torch.equal(DRAWS[name](20, generator), DRAWS[name](20, generator))


def test_a_bump_is_round_with_its_centre_inside() -> None:
    """Pixel by pixel from the definition, with the centre read off the image by moments of -3 log x."""
    for image in bumps(5, seeded()).double():
        squared = (-3 * image.log()).view(8, 8)  # |p - c|^2
        row = ((squared[0] - squared[7] + 49) / 14).mean()
        column = ((squared[:, 0] - squared[:, 7] + 49) / 14).mean()
        assert 1 <= row <= 6 and 1 <= column <= 6
        expected = [math.exp(-((i - row) ** 2 + (j - column) ** 2) / 3) for i in range(8) for j in range(8)]
        assert image.tolist() == pytest.approx(expected, rel=1e-3, abs=1e-9)


def test_bumps_are_spread_over_the_middle_and_cost_what_is_known() -> None:
    """The mean image costs 23.54 nats, which is what a collapsed VAE reaches."""
    images = bumps(N, seeded())
    assert images.min() > 0 and images.max() <= 1
    mean = images.mean(0)
    cost = -(images * mean.log() + (1 - images) * (-mean).log1p()).sum(1).mean()
    assert cost.item() == pytest.approx(23.54, abs=0.1)
    assert_close(mean.view(8, 8), mean.view(8, 8).T, rtol=0, atol=0.03)


def test_the_ring_has_its_modes() -> None:
    angle = torch.arange(8) * math.pi / 4
    centres = 2 * torch.stack([angle.cos(), angle.sin()], 1)
    points = gaussian_ring(N, seeded())
    assert evenly(shares(points, centres))
    assert torch.cdist(points, centres).amin(1).square().mean().item() == pytest.approx(2 * 0.1**2, rel=0.1)
    assert_close(gaussian_ring(9, seeded(), modes=1, radius=3, std=0), torch.tensor([[3.0, 0.0]]).expand(9, 2))


def test_the_grid_has_its_modes() -> None:
    ticks = torch.tensor([-4.0, -2.0, 0.0, 2.0, 4.0])
    points, centres = gaussian_grid(N, seeded()), torch.cartesian_prod(ticks, ticks)
    assert evenly(shares(points, centres))
    assert torch.cdist(points, centres).amin(1).square().mean().item() == pytest.approx(2 * 0.05**2, rel=0.1)
    assert gaussian_grid(99, seeded(), side=2, spacing=1.0, std=0).unique().tolist() == [-0.5, 0.5]


def test_the_mixture_on_the_line_has_its_modes() -> None:
    points, centres = mixture_1d(N, seeded()), torch.tensor([[-2.0], [0.0], [2.0]])
    assert evenly(shares(points, centres))
    assert torch.cdist(points, centres).amin(1).square().mean().item() == pytest.approx(0.2**2, rel=0.1)
    assert mixture_1d(99, seeded(), means=[1, 4], std=0).unique().tolist() == [1, 4]


def test_the_moons_are_half_circles_with_their_labels() -> None:
    points, label = two_moons(N, seeded(), std=0)
    assert label.dtype == torch.int64 and evenly(label.bincount() / N)
    upper, lower = points[label == 0], points[label == 1]
    assert_close(upper.norm(dim=1), torch.ones(len(upper)))
    assert_close((lower - torch.tensor([1.0, 0.5])).norm(dim=1), torch.ones(len(lower)))
    assert upper[:, 1].min() > -1e-6 and lower[:, 1].max() < 0.5 + 1e-6
    noise = two_moons(N, seeded())[0] - points
    assert noise.std().item() == pytest.approx(0.1, rel=0.1)


def test_digits_without_scikit_learn_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"scikit-learn, which is not installed: pip install scikit-learn"):
        digits()


def test_digits_are_scaled_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for scikit-learn, which the tests do not need."""
    stand_in = ModuleType("sklearn.datasets")
    images, labels = numpy.array([[0.0, 8.0], [16.0, 4.0]]), numpy.array([3, 9])
    stand_in.load_digits = lambda return_X_y: (images, labels)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sklearn", ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", stand_in)
    found, classes = digits()
    assert found.tolist() == [[0, 0.5], [1, 0.25]] and found.dtype == torch.float32
    assert classes.tolist() == [3, 9] and classes.dtype == torch.int64
