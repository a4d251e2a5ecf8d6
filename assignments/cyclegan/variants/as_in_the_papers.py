r"""Unpaired translation. G maps X to Y, F maps Y to X; D_X and D_Y tell real examples of a domain from fakes.

Absolute errors are averaged over all entries of a batch. The adversarial losses are the least-squares ones of
`reference.gan_losses`, factor 1/2 included. D may give one score for each example or one for each patch.
"""

from collections.abc import Callable

import torch
from torch import Tensor

def ls_d_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""The discriminator's least-squares loss: scores of real samples aim at 1, of fake ones at 0; no sigmoid.

    .. math:: \frac1{2B} \sum_i (h_i - 1)^2 + \frac1{2B'} \sum_j h_j'^2

    Source: Mao et al. 2017, equation 2 with a = 0, b = 1.
    real_logits: (B,) or (B, 1), fake_logits: (B',) or (B', 1)  ->  (), averaged over each batch.
    """
    return 0.5 * (real_logits - 1).square().mean() + 0.5 * fake_logits.square().mean()


def ls_g_loss(fake_logits: Tensor) -> Tensor:
    r"""The generator's least-squares loss: scores of its samples aim at 1; no sigmoid.

    .. math:: \frac1{2B'} \sum_j (h'_j - 1)^2

    Source: Mao et al. 2017, equation 2 with c = 1.
    fake_logits: (B',) or (B', 1)  ->  (), averaged over the batch.
    """
    return 0.5 * (fake_logits - 1).square().mean()



__all__ = ["ImagePool", "adv_d", "adv_g", "cycle_loss", "d_total", "g_total", "identity_loss"]

Map = Callable[[Tensor], Tensor]


def cycle_loss(G: Map, F: Map, x: Tensor, y: Tensor, lam: float = 10.0) -> Tensor:
    r"""How far a translation there and back ends from its start, in both directions.

    .. math:: \lambda \left(\overline{|F(G(x)) - x|} + \overline{|G(F(y)) - y|}\right)

    Source: Zhu et al. 2017, equation 2, with the mean over the entries as the norm.
    x: (B, ...), y: (B', ...)  ->  (), averaged over all entries of each batch, in the units of x and y.
    """
    return lam * ((F(G(x)) - x).abs().mean() + (G(F(y)) - y).abs().mean())


def identity_loss(G: Map, F: Map, x: Tensor, y: Tensor, lam: float = 5.0) -> Tensor:
    r"""How far each map changes what is already in its target domain; no map sees its own source domain.

    .. math:: \lambda \left(\overline{|G(y) - y|} + \overline{|F(x) - x|}\right)

    Source: Zhu et al. 2017, section 5.2, with the mean over the entries as the norm.
    x: (B, ...), y: (B', ...)  ->  (), averaged over all entries of each batch, in the units of x and y.
    """
    return lam * ((G(y) - y).abs().mean() + (F(x) - x).abs().mean())


def adv_g(D: Map, fake: Tensor) -> Tensor:
    r"""The least-squares loss of the generator that made fake, against the discriminator of its target domain.

    .. math:: \tfrac12 \overline{(D(x') - 1)^2}

    Source: Mao et al. 2017, equation 2 with c = 1.
    fake: (B', ...)  ->  (), averaged over all scores.
    """
    return ls_g_loss(D(fake))


def adv_d(D: Map, real: Tensor, fake: Tensor) -> Tensor:
    r"""The least-squares loss of a discriminator. fake counts as a constant: no gradient reaches its generator.

    .. math:: \tfrac12 \overline{(D(x) - 1)^2} + \tfrac12 \overline{D(x')^2}

    Source: Mao et al. 2017, equation 2 with a = 0, b = 1.
    real: (B, ...), fake: (B', ...)  ->  (), averaged over all scores of each batch.
    """
    return ls_d_loss(D(real), D(fake.detach()))


def g_total(
    G: Map, F: Map, D_X: Map, D_Y: Map, x: Tensor, y: Tensor, lam: float = 10.0, lam_id: float = 5.0
) -> dict[str, Tensor]:
    r"""The loss of both generators together, with its parts; the weights are inside the parts.

    .. math:: \text{loss} = \underbrace{\text{adv}_{D_Y}(G(x)) + \text{adv}_{D_X}(F(y))}_{\text{adv}}
              + \underbrace{\text{cycle}}_{\text{weight } \lambda}
              + \underbrace{\text{identity}}_{\text{weight } \lambda_{id}}

    Source: Zhu et al. 2017, equation 3 and section 5.2.
    x: (B, ...), y: (B', ...)  ->  {"adv", "cycle", "identity", "loss"}, each of shape (), averaged as in its own loss.
    """
    adv = adv_g(D_Y, G(x)) + adv_g(D_X, F(y))
    cycle = cycle_loss(G, F, x, y, lam)
    identity = identity_loss(G, F, x, y, lam_id)
    return {"adv": adv, "cycle": cycle, "identity": identity, "loss": adv + cycle + identity}


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
    r"""The loss of both discriminators together, with its parts; no gradient reaches G or F.

    .. math:: \text{loss} = \underbrace{\text{adv}(D_X; x, F(y))}_{\text{d\_x}}
              + \underbrace{\text{adv}(D_Y; y, G(x))}_{\text{d\_y}}

    With a pool, its answer to the fresh fakes takes their place: pool_x holds fakes of X, made by F, pool_y of Y.
    Source: Zhu et al. 2017, equation 1 for each domain; pool: section 4.
    x: (B, ...), y: (B', ...)  ->  {"d_x", "d_y", "loss"}, each of shape (), averaged over all scores of each batch.
    """
    with torch.no_grad():
        fake_x, fake_y = F(y), G(x)
    if pool_x is not None:
        fake_x = pool_x.query(fake_x)
    if pool_y is not None:
        fake_y = pool_y.query(fake_y)
    d_x, d_y = adv_d(D_X, x, fake_x), adv_d(D_Y, y, fake_y)
    return {"d_x": d_x, "d_y": d_y, "loss": d_x + d_y}


class ImagePool:
    r"""The last fakes of a generator: a discriminator that sees some of them again forgets less.

    Examples are taken one after the other. While fewer than size are stored, one is stored and returned. After that,
    with probability 1/2 it is returned as it is; else it takes the place of a stored one, which is returned.
    A pool of size 0 returns what it is given.
    Source: Shrivastava et al. 2017, section 2.3, as Zhu et al. 2017, section 4, use it, with 50 images.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.stored: list[Tensor] = []

    def query(self, x: Tensor, u: Tensor | None = None, slot: Tensor | None = None) -> Tensor:
        r"""As many examples as x holds, fresh or stored, without gradient.

        Example i changes places where u_i < 1/2, u_i ~ U[0, 1), and then with the stored one at slot_i, uniform on
        0 ... size - 1. The noise of examples that are stored at once, and slots without a change, count for nothing.
        x: (B, ...), u: (B,), slot: (B,) integers  ->  (B, ...), in the units of x; nothing is reduced.
        Raises ValueError where u or slot is not one number for each example.
        """
        x = x.detach()
        if self.size == 0:
            return x
        u = torch.rand(len(x)) if u is None else _one_for_each(u, "u", x)
        slot = torch.randint(self.size, (len(x),)) if slot is None else _one_for_each(slot, "slot", x)
        return torch.stack([self._exchange(*one) for one in zip(x, (u < 0.5).tolist(), slot.tolist(), strict=True)])

    def _exchange(self, example: Tensor, change: bool, slot: int) -> Tensor:
        if len(self.stored) < self.size:
            self.stored.append(example.clone())  # a copy: the caller may write on its own batch later
            return example
        if not change:
            return example
        old, self.stored[slot] = self.stored[slot], example.clone()
        return old


def _one_for_each(noise: Tensor, name: str, x: Tensor) -> Tensor:
    if noise.shape != x.shape[:1]:
        raise ValueError(f"{name} has shape {tuple(noise.shape)}, but should be {tuple(x.shape[:1])}")
    return noise
