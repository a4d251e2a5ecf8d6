"""CycleGAN: unpaired translation (parts 2 and 3).

Fill in the functions and the class below; keep their names and the order of their arguments. The checker imports
this file as a module, so nothing should train, plot or ask for input when it is imported.

Roles:
  G maps examples of X to Y, F maps examples of Y to X. D_X tells real examples of X from fakes of X, which F makes;
  D_Y tells real examples of Y from fakes of Y, which G makes. All four are nn.Modules; call them, as in G(x).
  x is a batch of X of shape (B, ...), y a batch of Y of shape (B', ...), for instance (B, 2) or (B, 3, 32, 32).
  The batches are unpaired: x[i] and y[i] have nothing to do with each other, and B' may differ from B.
  Examples of X and of Y may differ in shape, except where a map is applied to examples of its own target domain.
  A discriminator gives scores without bounds (no sigmoid), one for each example or one for each patch of it: shape
  (B,), (B, 1), (B, h, w) or (B, 1, h, w). Every score counts alike.

Conventions, for every function:
  Absolute errors are averaged over all entries of a batch, each batch by itself.
  The adversarial losses are the least-squares ones with target 1 for real and target 0 for fake; every average of
  squared errors has the factor 1/2. A generator wants the scores of its fakes to be 1.
  "-> ()" means a scalar: a tensor without axes. Results have the dtype and the device of the examples, float32 or
  float64. Inputs are not changed, and tensors need not be contiguous in memory: use reshape rather than view.
  Gradients must flow from a loss to the parameters of the networks that it trains, unless the text says otherwise;
  no gradient with respect to x and y is asked for, and whether a generator's loss also leaves gradients in a
  discriminator is up to you.
  No function calls backward(), and all four networks keep their mode (train or eval) and their requires_grad.
  Do not set a seed.
  You may use any function of PyTorch.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Map = Callable[[Tensor], Tensor]


# ---------------------------------------------------------------- part 2: losses


def cycle_loss(G: Map, F: Map, x: Tensor, y: Tensor, lam: float = 10.0) -> Tensor:
    """How far a translation there and back ends from its start: lam times the sum over both directions.

    Each direction starts from real examples of one domain and contributes the mean *absolute* error over all entries.
    x (B, ...), y (B', ...) -> (). Gradients flow to the parameters of G and of F through both maps of each direction.
    """
    raise NotImplementedError


def identity_loss(G: Map, F: Map, x: Tensor, y: Tensor, lam: float = 5.0) -> Tensor:
    """How much each map changes an example that is in its *target* domain already: lam times the sum over both maps.

    Each map contributes the mean *absolute* error over all entries. Examples of X and Y have the same shape here.
    x (B, ...), y (B', ...) -> (). Gradients flow to the parameters of G and of F.
    """
    raise NotImplementedError


def adv_g(D: Map, fake: Tensor) -> Tensor:
    """The least-squares loss of the generator that made fake, against the discriminator D of its target domain.

    Factor 1/2, averaged over all scores. fake (B, ...) -> (). Gradients flow to fake.
    """
    raise NotImplementedError


def adv_d(D: Map, real: Tensor, fake: Tensor) -> Tensor:
    """The least-squares loss of the discriminator D: the sum of two averages, each with the factor 1/2.

    One is over the scores of real, the other over the scores of fake; the batches may differ in size.
    fake counts as a constant here: the loss sends no gradient to it. Gradients flow to the parameters of D from both.
    real (B, ...), fake (B', ...) -> ().
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 3: steps


def g_total(
    G: Map, F: Map, D_X: Map, D_Y: Map, x: Tensor, y: Tensor, lam: float = 10.0, lam_id: float = 5.0
) -> dict[str, Tensor]:
    """The loss of both generators together, with its parts: a dict of four scalars, each of shape ().

    "adv":      the sum of the two generators' adversarial losses, on fresh fakes made of x and y;
    "cycle":    the cycle loss, with the weight lam in it;
    "identity": the identity loss, with the weight lam_id in it;
    "loss":     the sum of the three.
    Gradients flow from "loss" to G and F; whether the three parts carry gradients is up to you.
    x (B, ...), y (B', ...); examples of X and Y have the same shape here.
    """
    raise NotImplementedError


def d_total(
    G: Map,
    F: Map,
    D_X: Map,
    D_Y: Map,
    x: Tensor,
    y: Tensor,
    pool_x: "ImagePool | None" = None,
    pool_y: "ImagePool | None" = None,
) -> dict[str, Tensor]:
    """The loss of both discriminators together, with its parts: a dict of three scalars, each of shape ().

    "d_x":  the loss of D_X on real examples and fakes of X;
    "d_y":  the loss of D_Y on real examples and fakes of Y;
    "loss": the sum of the two.
    If a pool is given, its answer to the fresh fakes takes their place: pool_x holds fakes of X, pool_y fakes of Y.
    Ask each pool exactly once in a call, with one argument: pool_x.query(fakes).
    Gradients flow from "loss" to D_X and D_Y, and none to G or F; whether the parts carry gradients is up to you.
    x (B, ...), y (B', ...).
    """
    raise NotImplementedError


class ImagePool:
    """Remembers `size` fakes of a generator and mixes them into what a discriminator sees.

    The examples of a batch are taken one after the other. While the pool holds fewer than `size` examples, an example
    is stored and also returned. Once the pool is full: with probability 1/2 the example is returned and the pool stays
    as it is; otherwise a stored example, each with the same chance, is returned, and the new one takes its place (and
    may be drawn by the next example of the same batch already). A pool of size 0 stores nothing and returns the batch
    without gradient. Two pools share nothing.
    """

    def __init__(self, size: int) -> None:
        raise NotImplementedError

    def query(self, x: Tensor, u: Tensor | None = None, slot: Tensor | None = None) -> Tensor:
        """As many examples as x holds, fresh or stored, in the order of x.

        u and slot are the noise, one number for each example. If the pool is full when its turn comes, example i is
        exchanged for a stored one where u[i] < 1/2, and then for the one in place slot[i]. Places are numbered
        0 ... size - 1 in the order in which they were filled, and an exchange keeps the number of the place. Numbers
        for examples that are stored at once, and slot[i] where nothing is exchanged, count for nothing.
        u: uniform on [0, 1). slot: integers, uniform on 0 ... size - 1. What is None is drawn here, fresh in every call
        and independently for every example.
        x (B, ...), u (B,), slot (B,) -> (B, ...) with the dtype and device of x. All calls of a pool get examples of
        the same shape and dtype. The answer and what is stored carry no gradient and keep no graph alive. What is
        stored is a copy: it does not change if somebody writes on x or on an answer later.
        """
        raise NotImplementedError
