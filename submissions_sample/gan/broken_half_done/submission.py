"""Half done: losses and the discriminator; the rest is still as it was handed out."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer


def d_loss(real_logits, fake_logits):
    real = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    fake = F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    return real + fake


def g_loss_ns(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


def g_loss_sat(fake_logits):
    return -F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


def ls_d_loss(real_logits, fake_logits):
    return ((real_logits - 1) ** 2).mean() / 2 + (fake_logits**2).mean() / 2


def ls_g_loss(fake_logits):
    return ((fake_logits - 1) ** 2).mean() / 2


class DNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(200, 1),
        )
        self.apply(init_weights)

    def forward(self, x):
        return self.net(x)


class GNet(nn.Module):
    """The generator: noise to images with pixels in (0, 1). With zdim = 64 it has 107 777 parameters.

    | layer                                             | output          |
    |---------------------------------------------------|-----------------|
    | linear                                            | (B, 1568)       |
    | leaky ReLU, slope 0.2                             |                 |
    | reshape (the inverse of flatten)                  | (B, 32, 7, 7)   |
    | twice the size, nearest pixel repeated            | (B, 32, 14, 14) |
    | convolution 3 by 3, padding 1                     | (B, 16, 14, 14) |
    | leaky ReLU, slope 0.2                             |                 |
    | twice the size, nearest pixel repeated            | (B, 16, 28, 28) |
    | convolution 3 by 3, padding 1                     | (B, 8, 28, 28)  |
    | leaky ReLU, slope 0.2                             |                 |
    | convolution 3 by 3, padding 1                     | (B, 1, 28, 28)  |
    | sigmoid                                           | (B, 1, 28, 28)  |

    z (B, zdim) -> images (B, 1, 28, 28), for every B and zdim.
    """

    def __init__(self, zdim: int = 64) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, z: Tensor) -> Tensor:
        raise NotImplementedError


def init_weights(module: nn.Module) -> None:
    """Draw the weights of every nn.Conv2d and nn.Linear in the module anew, in place, and set their biases to 0.

    He (Kaiming) initialisation for ReLU with the *uniform* distribution and the fan-in: weights are independent and
    uniform on an interval around 0, with variance 2 / (number of inputs of one output). Layers may be at any depth
    and may have no bias; all other layers keep their parameters. It works both as init_weights(net), for a network
    or a single layer, and as net.apply(init_weights).
    """
    raise NotImplementedError


def d_step(G, D, opt_d, x_real, z):
    opt_d.zero_grad()
    loss = d_loss(D(x_real), D(G(z).detach()))
    loss.backward()
    opt_d.step()
    return loss.item()


def g_step(G: nn.Module, D: nn.Module, opt_g: Optimizer, z: Tensor) -> float:
    """One update of the generator with opt_g on g_loss_ns of the samples G(z). D does not move.

    z (B', ...) -> the loss before the update, a Python float.
    """
    raise NotImplementedError


def js_divergence(p: Tensor, q: Tensor) -> Tensor:
    """The Jensen-Shannon divergence of two distributions on K outcomes, in nats: 0 for equal ones, at most log 2.

    Probabilities may be 0, in p, in q or in both: such an outcome contributes what the limit gives, never NaN.
    Differentiable where all probabilities are positive.
    p (K,), q (K,), both summing to 1 -> (), a scalar.
    """
    raise NotImplementedError
