"""GAN I, parts 5 to 7: losses, networks and steps.

Common rules. Results have the dtype and the device of their inputs. Functions do not change their inputs, set no
seed and no default of the whole program, and are differentiable unless it says otherwise. You may add functions,
classes and imports of torch, numpy and the standard library.

A *logit* h stands for the probability s(h) = 1 / (1 + exp(-h)) that a sample is real. Real samples have label 1, fake
(generated) ones label 0. Logarithms are natural.
"""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

# ---------------------------------------------------------------- part 5: losses
#
# Every loss is to be *minimised* and is a scalar of shape (). Logits and scores have shape (B,) or (B, 1), the two
# arguments of one call the same number of axes; the batch of real samples and the batch of fake ones may differ in
# size. Every batch is averaged by itself. All losses and their gradients are exact and finite for logits of any
# size, such as -100, 30 or 100, in float32 and in float64.


def d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """The discriminator's loss: the binary cross-entropy of its logits against the labels 1 (real) and 0 (fake).

    The mean over the real batch *plus* the mean over the fake batch, not half of that sum.
    real_logits (B,) or (B, 1), fake_logits (B',) or (B', 1) -> ().
    """
    raise NotImplementedError


def g_loss_ns(fake_logits: Tensor) -> Tensor:
    """The non-saturating loss of the generator: small where the discriminator takes its samples for real.

    fake_logits (B,) or (B, 1) -> (), the mean over the batch; never negative.
    """
    raise NotImplementedError


def g_loss_sat(fake_logits: Tensor) -> Tensor:
    """The saturating loss of the generator: its share of the value function of the minimax game.

    fake_logits (B,) or (B, 1) -> (), the mean over the batch; never positive.
    """
    raise NotImplementedError


def ls_d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """The least-squares loss of the discriminator: scores of real samples aim at 1, scores of fake ones at 0.

    *Half* the mean squared distance over the real batch plus *half* the mean squared distance over the fake batch.
    The arguments are scores, any real numbers: there is no sigmoid.
    real_logits (B,) or (B, 1), fake_logits (B',) or (B', 1) -> ().
    """
    raise NotImplementedError


def ls_g_loss(fake_logits: Tensor) -> Tensor:
    """The least-squares loss of the generator: scores of its samples aim at 1.

    *Half* the mean squared distance. The arguments are scores: there is no sigmoid.
    fake_logits (B,) or (B, 1) -> ().
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 6: networks
#
# Build exactly the layers of the tables, in this order, with biases, and with nothing in between. Attributes may have
# any names. "Flatten" keeps the order channel, row, column. Inputs have the dtype of the parameters (float32 unless
# someone calls .double()). Each example is treated by itself; no layer has another behaviour in training than in
# evaluation. A network starts as init_weights leaves it.


class DNet(nn.Module):
    """The discriminator: images to logits. 593 parameters.

    | layer                                             | output         |
    |---------------------------------------------------|----------------|
    | convolution 3 by 3, padding 1                     | (B, 2, 28, 28) |
    | ReLU                                              |                |
    | maximum over 2 by 2, stride 2                     | (B, 2, 14, 14) |
    | convolution 3 by 3, padding 1                     | (B, 4, 14, 14) |
    | ReLU                                              |                |
    | maximum over 2 by 2, stride 2                     | (B, 4, 7, 7)   |
    | convolution 3 by 3, no padding                    | (B, 8, 5, 5)   |
    | ReLU                                              |                |
    | flatten                                           | (B, 200)       |
    | linear                                            | (B, 1)         |

    x (B, 1, 28, 28) -> logits (B, 1), without a sigmoid, for every B.
    """

    def __init__(self) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError


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


# ---------------------------------------------------------------- part 7: steps
#
# G and D are any networks: G maps noise to samples, D maps samples to logits of shape (B,) or (B, 1). opt_d and opt_g
# are any torch optimizers, opt_d of all of D's parameters, opt_g of all of G's. A step depends only on its arguments'
# parameters and the optimizer's state, not on gradients that happen to be stored when it is called. Afterwards both
# networks are in the mode (train or eval) they were in, and their parameters are trainable as before.


def d_step(G: nn.Module, D: nn.Module, opt_d: Optimizer, x_real: Tensor, z: Tensor) -> float:
    """One update of the discriminator with opt_d on d_loss of the samples x_real and G(z). G does not move.

    x_real (B, ...), z (B', ...) -> the loss before the update, a Python float.
    """
    raise NotImplementedError


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
