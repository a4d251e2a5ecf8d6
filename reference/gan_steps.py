r"""One step of each player of the non-saturating game: it moves that player and leaves no gradient in the other."""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from reference.gan_losses import d_loss, g_loss_ns


def d_step(G: nn.Module, D: nn.Module, opt_d: Optimizer, x_real: Tensor, z: Tensor) -> float:
    r"""One step of the discriminator on `d_loss`; the generator is not touched.

    .. math:: \phi \leftarrow \text{opt}\left(\phi, \nabla_\phi \, \text{d\_loss}(D_\phi(x), D_\phi(G(z)))\right)

    Source: Goodfellow et al. 2014, algorithm 1.
    x_real: (B, ...), z: (B', ...)  ->  the loss before the step, in nats.
    """
    with torch.no_grad():
        x_fake = G(z)
    opt_d.zero_grad()
    loss = d_loss(D(x_real), D(x_fake))
    torch.autograd.backward(loss, inputs=_trained(D))
    opt_d.step()
    return loss.item()


def g_step(G: nn.Module, D: nn.Module, opt_g: Optimizer, z: Tensor) -> float:
    r"""One step of the generator on `g_loss_ns`; the gradient passes through the discriminator and stays out of it.

    .. math:: \theta \leftarrow \text{opt}\left(\theta, \nabla_\theta \, \text{g\_loss\_ns}(D(G_\theta(z)))\right)

    Source: Goodfellow et al. 2014, algorithm 1, with the loss of section 3.
    z: (B', ...)  ->  the loss before the step, in nats.
    """
    opt_g.zero_grad()
    loss = g_loss_ns(D(G(z)))
    torch.autograd.backward(loss, inputs=_trained(G))
    opt_g.step()
    return loss.item()


def _trained(module: nn.Module) -> list[Tensor]:
    return [parameter for parameter in module.parameters() if parameter.requires_grad]
