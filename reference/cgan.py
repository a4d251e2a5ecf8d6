r"""The conditional game: the discriminator sees the label of each example, a fake one the label it was made for."""

from collections.abc import Callable

from torch import Tensor, nn

from reference.gan_losses import d_loss, g_loss_ns
from reference.gan_networks import conv_features, init_weights

Conditional = Callable[[Tensor, Tensor], Tensor]


def cgan_d_loss(D: Conditional, x_real: Tensor, y_real: Tensor, x_fake: Tensor, y_fake: Tensor) -> Tensor:
    r"""The discriminator's binary cross-entropy on examples with labels, in nats, to be minimised.

    .. math:: -\frac1B \sum_i \log s(D(x_i, y_i)) - \frac1{B'} \sum_j \log\left(1 - s(D(x'_j, y'_j))\right)

    x_fake counts as a constant: no gradient reaches the generator that made it.
    Source: Mirza & Osindero 2014, equation 2, with the sign of a loss.
    x_real: (B, ...), y_real: (B,), x_fake: (B', ...), y_fake: (B',)  ->  (), averaged over each batch.
    """
    return d_loss(D(x_real, y_real), D(x_fake.detach(), y_fake))


def cgan_g_loss(D: Conditional, x_fake: Tensor, y_fake: Tensor) -> Tensor:
    r"""The non-saturating loss of the conditional generator, in nats, to be minimised.

    .. math:: -\frac1{B'} \sum_j \log s(D(x'_j, y'_j))

    Source: Mirza & Osindero 2014, with the loss of Goodfellow et al. 2014, section 3.
    x_fake: (B', ...), y_fake: (B',)  ->  (), averaged over the batch.
    """
    return g_loss_ns(D(x_fake, y_fake))


class CondDisc(nn.Module):
    r"""A projection discriminator: one linear map of the features for each of K classes, and the entry of the label.

    .. math:: h(x, y) = y^\top (A \varphi(x) + b), \qquad y \text{ one-hot}

    phi maps x to (B, features); left out, it is what `DNet` has below its linear map, for images (B, 1, 28, 28).
    What is built here starts as `init_weights` says; a phi that is passed in stays as it is.
    Source: Miyato & Koyama 2018, section 3, without the term that ignores the label.
    x: (B, ...), y: (B,) integers in 0 ... K - 1  ->  (B,) logits, without a sigmoid.
    """

    def __init__(self, K: int, phi: nn.Module | None = None, features: int = 200) -> None:
        super().__init__()
        self.head = nn.Linear(features, K)
        init_weights(self)
        if phi is None:
            phi = conv_features()
            init_weights(phi)
        self.phi = phi

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        logits: Tensor = self.head(self.phi(x))  # (B, K)
        return logits.gather(1, y.unsqueeze(1)).squeeze(1)
