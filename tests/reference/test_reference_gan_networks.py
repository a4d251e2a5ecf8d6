"""The two networks: counts, shapes and a forward pass written again from the functional API; and how they start."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.testing import assert_close

from reference.gan_networks import DNet, GNet, init_weights

pytestmark = pytest.mark.usefixtures("one_stream_of_noise")


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_numbers_of_parameters() -> None:
    assert count(DNet()) == 593 == (2 * 9 + 2) + (4 * 2 * 9 + 4) + (8 * 4 * 9 + 8) + (200 + 1)
    assert count(GNet()) == count(GNet(zdim=64)) == 107_777
    assert count(GNet(3)) == 107_777 - 61 * 1568
    assert [p.shape for p in DNet().parameters() if p.ndim > 1] == [(2, 1, 3, 3), (4, 2, 3, 3), (8, 4, 3, 3), (1, 200)]


def d_again(net: DNet, x: Tensor) -> Tensor:
    w1, b1, w2, b2, w3, b3, w, b = net.parameters()
    h = functional.conv2d(x, w1, b1, padding=1).clamp(min=0)
    h = h.unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(4, 5))
    h = functional.conv2d(h, w2, b2, padding=1).clamp(min=0)
    h = h.unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(4, 5))
    h = functional.conv2d(h, w3, b3).clamp(min=0)
    return h.reshape(len(x), 200) @ w.T + b


def g_again(net: GNet, z: Tensor) -> Tensor:
    w, b, w1, b1, w2, b2, w3, b3 = net.parameters()
    h = functional.leaky_relu(z @ w.T + b, 0.2).reshape(len(z), 32, 7, 7)
    h = h.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    h = functional.leaky_relu(functional.conv2d(h, w1, b1, padding=1), 0.2)
    h = h.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    h = functional.leaky_relu(functional.conv2d(h, w2, b2, padding=1), 0.2)
    return 1 / (1 + (-functional.conv2d(h, w3, b3, padding=1)).exp())


@pytest.mark.parametrize("batch", [1, 3])
def test_the_forward_passes_written_again(batch: int) -> None:
    d, g = DNet().double(), GNet(5).double()
    for net in (d, g):
        for parameter in net.parameters():
            nn.init.normal_(parameter, std=0.3)  # biases other than 0
    x, z = torch.randn(batch, 1, 28, 28).double(), torch.randn(batch, 5).double()
    logits, images = d(x), g(z)
    assert logits.shape == (batch, 1) and images.shape == (batch, 1, 28, 28)
    assert_close(logits, d_again(d, x), rtol=1e-10, atol=1e-12)
    assert_close(images, g_again(g, z), rtol=1e-10, atol=1e-12)


def test_the_discriminator_gives_logits_and_the_generator_pixels() -> None:
    logits, images = DNet()(40 * torch.randn(50, 1, 28, 28)), GNet()(torch.rand(50, 64) * 2 - 1)
    assert logits.max() > 1 or logits.min() < 0
    assert ((images > 0) & (images < 1)).all()
    assert DNet()(images).isfinite().all()


@pytest.mark.parametrize("make", [DNet, GNet])
def test_every_parameter_gets_a_gradient_and_examples_stay_apart(make: Callable[[], nn.Module]) -> None:
    net = make().double()
    x = torch.randn(4, 1, 28, 28) if make is DNet else torch.randn(4, 64)
    net(x.double()).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())
    one_by_one = torch.cat([net(row.unsqueeze(0)) for row in x.double()])
    assert_close(net(x.double()), one_by_one, rtol=1e-10, atol=1e-12)


def starts(layers: list[nn.Module]) -> list[tuple[Tensor, int]]:
    """The weights of each layer, and the number of inputs that one of its outputs has."""
    return [(layer.weight.detach(), layer.weight[0].numel()) for layer in layers]


@pytest.mark.parametrize("make", [DNet, GNet])
def test_a_new_network_starts_within_the_uniform_bound_with_biases_zero(make: Callable[[], nn.Module]) -> None:
    layers = [layer for layer in make().modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    assert len(layers) == 4
    for layer, (weight, fan_in) in zip(layers, starts(layers), strict=True):
        assert (layer.bias == 0).all()
        bound = math.sqrt(6 / fan_in)
        assert weight.abs().max() <= bound
        assert weight.abs().max() > 0.6 * bound or weight.numel() < 10


def test_the_weights_are_uniform_between_the_bounds() -> None:
    layer = nn.Linear(6, 50_000, dtype=torch.float64)
    init_weights(layer)
    level = (layer.weight.detach().flatten() + 1) / 2  # fan-in 6: bound 1
    assert 0 <= level.min() and level.max() <= 1
    for power in (1, 2, 3, 4):  # moments of U[0, 1], within six standard errors
        error = level.pow(power).std() / level.numel() ** 0.5
        assert (level.pow(power).mean() - 1 / (power + 1)).abs() < 6 * error


def test_init_weights_reaches_nested_layers_and_leaves_the_rest_alone() -> None:
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3, bias=False),
        nn.Sequential(nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3)),
        nn.LayerNorm(3),
    )
    kept = {1.5: [net[1][0].weight, net[2].weight], 0.5: [net[1][0].bias, net[2].bias]}
    for number, parameters in kept.items():
        for parameter in parameters:
            nn.init.constant_(parameter, number)
    before = [net[0].weight.clone(), net[1][2].weight.clone()]
    nn.init.constant_(net[1][2].bias, 7)
    assert init_weights(net) is None
    assert all((parameter == number).all() for number, parameters in kept.items() for parameter in parameters)
    assert (net[1][2].bias == 0).all()
    assert not any(torch.equal(old, new) for old, new in zip(before, [net[0].weight, net[1][2].weight], strict=True))


def test_init_weights_follows_its_generator_or_the_seed_of_the_caller_and_may_be_applied() -> None:
    def weights(draw: Callable[[nn.Module], object]) -> Tensor:
        net = GNet(3)
        draw(net)
        return nn.utils.parameters_to_vector(net.parameters()).detach()

    def seeded(net: nn.Module) -> None:
        init_weights(net, torch.Generator().manual_seed(4))

    assert torch.equal(weights(seeded), weights(seeded))
    first, second = weights(init_weights), weights(init_weights)
    assert not torch.equal(first, second)
    applied = weights(lambda net: net.apply(init_weights))
    assert not torch.equal(applied, first) and (applied != 0).sum() == (first != 0).sum()
    layer, before = nn.Linear(2, 2), torch.get_rng_state()
    seeded(layer)
    assert torch.equal(torch.get_rng_state(), before) and layer.weight.requires_grad
