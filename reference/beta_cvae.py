r"""The beta-ELBO per example, and a VAE whose two networks see a class label."""

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from reference.bernoulli import log_bernoulli_with_logits
from reference.gaussian import kl_standard_normal
from reference.sampling import reparameterize


def beta_elbo(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float) -> Tensor:
    r"""The beta-ELBO of each example, to be maximised, in nats.

    .. math:: \log p(x \mid z) - \beta\, KL(q(z \mid x) \,\|\, N(0, I))

    logits are the decoder's logits at a sample z of q(z|x) = N(mu, diag(exp(logvar))).
    Source: Higgins et al. 2017, equation 4.
    x: (B, D) in {0, 1}, logits: (B, D), mu, logvar: (B, d)  ->  (B,), summed over D or d.
    """
    return log_bernoulli_with_logits(x, logits) - beta * kl_standard_normal(mu, logvar)


class CVAE(nn.Module):
    r"""A VAE of x given a label y: Bernoulli pixels, and the prior N(0, I) whatever the label.

    .. math:: q(z \mid x, y) = N(\mu(x, y), \operatorname{diag}(\exp(\text{logvar}(x, y)))),
              \qquad p(x \mid z, y) = \text{Bernoulli}(s(\text{logits}(z, y)))

    Labels enter as one-hot vectors, so classes have no order. Its bound on log p(x|y) is `beta_elbo` with
    beta = 1 of what forward returns: only z has a prior, so the label costs nothing.
    Source: Sohn, Lee & Yan 2015, with a prior that does not depend on the condition.
    """

    def __init__(self, data: int, latent: int, classes: int, hidden: int = 500) -> None:
        super().__init__()
        self.classes = classes
        self.encoder = nn.Sequential(nn.Linear(data + classes, hidden), nn.Tanh(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent + classes, hidden), nn.Tanh(), nn.Linear(hidden, data))

    def encode(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """x: (B, data), y: (B,) of class numbers  ->  mu, logvar: each (B, latent); nothing is reduced."""
        mu, logvar = self.encoder(self._with_label(x, y)).chunk(2, dim=-1)
        return mu, logvar

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        """z: (B, latent), y: (B,) of class numbers  ->  logits: (B, data); nothing is reduced."""
        logits: Tensor = self.decoder(self._with_label(z, y))
        return logits

    def forward(self, x: Tensor, y: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """logits at one sample z = mu + sigma * eps of q(z|x, y), and mu and logvar of q.

        x: (B, data), y: (B,) of class numbers, eps: (B, latent)  ->  (B, data), (B, latent), (B, latent);
        nothing is reduced.
        """
        mu, logvar = self.encode(x, y)
        return self.decode(reparameterize(mu, logvar, eps), y), mu, logvar

    def _with_label(self, inputs: Tensor, y: Tensor) -> Tensor:
        return torch.cat([inputs, one_hot(y, self.classes).to(inputs.dtype)], dim=-1)
