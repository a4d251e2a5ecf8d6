"""The conditional game: labels decide, and the projection discriminator against densities with the same features."""

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot
from torch.testing import assert_close

from reference.cgan import CondDisc, cgan_d_loss, cgan_g_loss
from reference.gan_networks import DNet

pytestmark = pytest.mark.usefixtures("one_stream_of_noise")

ROUNDING = {"rtol": 1e-12, "atol": 1e-14}  # float64
SHIFTS = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def labels(*numbers: int) -> Tensor:
    return torch.tensor(numbers)


def D(x: Tensor, y: Tensor) -> Tensor:
    return x.sum(dim=1) * SHIFTS[y]


@pytest.mark.parametrize(("real", "fake"), [((0, 2, 1), (1, 1, 2)), ((2,), (0, 1, 2, 0)), ((1, 0), (2,))])
def test_the_losses_pair_each_example_with_its_own_label(real: tuple[int, ...], fake: tuple[int, ...]) -> None:
    x_real, x_fake = normal(len(real), 2), normal(len(fake), 2)
    h_real = torch.tensor([sum(x) * SHIFTS[y] for x, y in zip(x_real.tolist(), real, strict=True)])
    h_fake = torch.tensor([sum(x) * SHIFTS[y] for x, y in zip(x_fake.tolist(), fake, strict=True)])
    cost = binary_cross_entropy_with_logits
    expected = cost(h_real, torch.ones_like(h_real)) + cost(h_fake, torch.zeros_like(h_fake))
    assert_close(cgan_d_loss(D, x_real, labels(*real), x_fake, labels(*fake)), expected, **ROUNDING)
    assert_close(cgan_g_loss(D, x_fake, labels(*fake)), cost(h_fake, torch.ones_like(h_fake)), **ROUNDING)


def test_changing_one_label_changes_the_loss() -> None:
    x = normal(3, 2)
    before = cgan_d_loss(D, x, labels(0, 1, 2), x, labels(0, 1, 2))
    assert cgan_d_loss(D, x, labels(0, 1, 1), x, labels(0, 1, 2)) != before
    assert cgan_d_loss(D, x, labels(0, 1, 2), x, labels(0, 1, 1)) != before
    assert cgan_g_loss(D, x, labels(0, 1, 2)) != cgan_g_loss(D, x, labels(0, 1, 1))


def test_only_the_loss_of_the_generator_reaches_the_fakes() -> None:
    x, fake, y = normal(3, 2).requires_grad_(), normal(3, 2).requires_grad_(), labels(0, 1, 2)
    cgan_d_loss(D, x, y, fake, y).backward()
    assert x.grad is not None and fake.grad is None
    cgan_g_loss(D, fake, y).backward()
    assert fake.grad is not None and (fake.grad != 0).all()


def test_both_losses_train_the_discriminator_in_opposite_directions_on_the_fakes() -> None:
    net, x, y = CondDisc(3, nn.Identity(), 2).double(), normal(3, 2), labels(0, 1, 2)
    to_d = torch.autograd.grad(cgan_d_loss(net, x, y, x, y), net.head.bias)[0]
    to_g = torch.autograd.grad(cgan_g_loss(net, x, y), net.head.bias)[0]
    h = net(x, y).detach()
    assert_close(to_g, -(1 - h.sigmoid()) / 3, **ROUNDING)
    assert_close(to_d, (2 * h.sigmoid() - 1) / 3, **ROUNDING)


@pytest.mark.parametrize("batch", [1, 3, 7])
def test_the_logit_is_the_projection_on_the_one_hot_label(batch: int) -> None:
    phi = nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.Tanh())
    net = CondDisc(5, phi, features=4).double()
    nn.init.normal_(net.head.bias)
    x, y = normal(batch, 2, 3), torch.randint(5, (batch,))
    A, b = net.head.weight, net.head.bias
    expected = (one_hot(y, 5).double() * (phi(x) @ A.T + b)).sum(dim=1)
    assert net(x, y).shape == (batch,)
    assert_close(net(x, y), expected, **ROUNDING)


def test_the_logit_is_the_log_ratio_of_unit_gaussians_with_the_known_rows() -> None:
    """Features N(m_y, I) if real and N(n_y, I) if fake: A has the rows m - n, b is -(|m|^2 - |n|^2) / 2."""
    m, n = normal(3, 4), normal(3, 4)
    net = CondDisc(3, nn.Identity(), features=4).double()
    with torch.no_grad():
        net.head.weight.copy_(m - n)
        net.head.bias.copy_(-(m.square().sum(1) - n.square().sum(1)) / 2)
    x, y = 3 * normal(20, 4), torch.randint(3, (20,))
    real, fake = (Independent(Normal(mean[y], 1.0), 1) for mean in (m, n))
    assert_close(net(x, y).detach(), real.log_prob(x) - fake.log_prob(x), rtol=1e-10, atol=1e-12)


def test_without_features_of_its_own_it_takes_images_as_the_plain_discriminator() -> None:
    net, plain, x = CondDisc(10), DNet(), torch.rand(4, 1, 28, 28)
    assert sum(p.numel() for p in net.parameters()) == 593 - 201 + 201 * 10
    plain.features.load_state_dict(net.phi.state_dict())
    with torch.no_grad():
        plain.head.weight.copy_(net.head.weight[7:8])
        plain.head.bias.copy_(net.head.bias[7:8])
    assert_close(net(x, labels(7, 7, 7, 7)), plain(x).squeeze(1))


def test_it_starts_as_the_other_networks_and_leaves_features_passed_in_alone() -> None:
    layers = [layer for layer in CondDisc(10).modules() if isinstance(layer, nn.Linear | nn.Conv2d)]
    assert len(layers) == 4
    for layer in layers:
        assert (layer.bias == 0).all() and layer.weight.abs().max() <= (6 / layer.weight[0].numel()) ** 0.5
    phi = nn.Linear(2, 2)
    before = phi.weight.detach().clone(), phi.bias.detach().clone()
    net = CondDisc(3, phi, 2)
    assert torch.equal(phi.weight, before[0]) and torch.equal(phi.bias, before[1])
    assert net.phi is phi and (net.head.bias == 0).all()


def test_only_the_rows_of_the_labels_learn() -> None:
    net = CondDisc(4, nn.Identity(), features=2)
    net(torch.ones(2, 2), labels(1, 3)).sum().backward()
    assert net.head.weight.grad.tolist() == [[0, 0], [1, 1], [0, 0], [1, 1]]


def test_playing_teaches_the_discriminator_which_label_belongs_where() -> None:
    """Real points sit at +2 or -2 by their label, fakes carry the wrong label at the same places."""
    net = CondDisc(2, nn.Identity(), features=1)
    optimizer, y = torch.optim.SGD(net.parameters(), lr=0.5), torch.randint(2, (64,))
    x = (4.0 * y - 2).unsqueeze(1)
    for _ in range(50):
        optimizer.zero_grad()
        cgan_d_loss(net, x, y, x, 1 - y).backward()
        optimizer.step()
    assert (net(x, y) > 1).all() and (net(x, 1 - y) < -1).all()
