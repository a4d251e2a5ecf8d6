r"""A VAE with Bernoulli pixels and prior N(0, I), its training and its figures, and the autoencoder beside it."""

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from reference.elbo import elbo
from reference.sampling import reparameterize

BATCH = 64


class VAE(nn.Module):
    r"""One hidden layer of tanh units on either side of the code.

    .. math:: q(z \mid x) = N(\mu(x), \operatorname{diag}(\exp(\text{logvar}(x)))),
              \qquad p(x \mid z) = \text{Bernoulli}(s(\text{logits}(z)))

    Source: Kingma & Welling 2014, appendix C.
    """

    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2) -> None:
        super().__init__()
        self.latent = latent
        self.encoder = nn.Sequential(nn.Linear(data, hidden), nn.Tanh(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.Tanh(), nn.Linear(hidden, data))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x: (B, data)  ->  mu, logvar: each (B, latent); nothing is reduced."""
        mu, logvar = self.encoder(x).chunk(2, dim=-1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """z: (B, latent)  ->  logits: (B, data); nothing is reduced."""
        logits: Tensor = self.decoder(z)
        return logits

    def forward(self, x: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """logits at one sample z = mu + sigma * eps of q(z|x), and mu and logvar of q.

        x: (B, data), eps: (B, latent)  ->  (B, data), (B, latent), (B, latent); nothing is reduced.
        """
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar, eps)), mu, logvar

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        """The pixel probabilities at n codes z of the prior: the means of n images, not binary images.

        n: number of codes, z: (n, latent)  ->  (n, data) in (0, 1); nothing is reduced.
        """
        like = next(self.parameters())
        zeros = torch.zeros(n, self.latent, dtype=like.dtype, device=like.device)
        return self.decode(reparameterize(zeros, zeros, z)).sigmoid()


def train_vae(model: VAE, data: Tensor, steps: int, lr: float, eps: Tensor | None = None) -> list[float]:
    r"""Minimises the loss of `elbo` with Adam, and returns it at every step, in nats per example.

    .. math:: \theta \leftarrow \text{Adam}_{\text{lr}}\left(\theta, \nabla_\theta\, (\text{rec} + \text{kl})\right)

    Step s takes the next min(64, N) rows of data in the order they have, and starts again at the first row after
    the last: nothing is shuffled. Only the noise is random; eps fixes it.
    Source: Kingma & Welling 2014, algorithm 1; Kingma & Ba 2015.
    data: (N, D) in [0, 1], eps: (steps, min(64, N), latent)  ->  the losses before each step, steps numbers.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    size = min(BATCH, len(data))
    losses = []
    for step in range(steps):
        rows = torch.arange(step * size, (step + 1) * size, device=data.device) % len(data)
        x = data[rows]
        loss = elbo(x, *model(x, None if eps is None else eps[step]))["loss"]
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        optimizer.step()
        losses.append(loss.item())
    return losses


def prior_grid(model: VAE, z: Tensor) -> Tensor:
    r"""The pixel probabilities at given codes, for a figure: the means of images, not binary images.

    .. math:: s(\text{logits}(z_k))

    Source: Kingma & Welling 2014, figure 4.
    z: (n, latent)  ->  (n, data) in (0, 1), without gradient; nothing is reduced.
    """
    with torch.no_grad():
        return model.decode(z).sigmoid()


def latent_means(model: VAE, x: Tensor) -> Tensor:
    r"""The posterior means of given images, for a figure: one point per image, no noise.

    .. math:: \mu(x_i), \qquad q(z \mid x_i) = N(\mu(x_i), \operatorname{diag}(\sigma^2(x_i)))

    Source: Kingma & Welling 2014, section 3.
    x: (N, data)  ->  (N, latent), without gradient; nothing is reduced.
    """
    with torch.no_grad():
        mu, _ = model.encode(x)
    return mu


class AE(nn.Module):
    r"""The deterministic autoencoder with the layers of `VAE`: one code per image, and no density over codes.

    .. math:: \hat x = g(f(x)), \qquad \text{mse} = \frac{1}{B D} \sum_{b, i} (x_{b,i} - \hat x_{b,i})^2

    Source: Hinton & Salakhutdinov 2006.
    """

    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(data, hidden), nn.Tanh(), nn.Linear(hidden, latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.Tanh(), nn.Linear(hidden, data))

    def encode(self, x: Tensor) -> Tensor:
        """x: (B, data)  ->  codes: (B, latent); nothing is reduced."""
        z: Tensor = self.encoder(x)
        return z

    def decode(self, z: Tensor) -> Tensor:
        """z: (B, latent)  ->  (B, data), in the units of x and not confined to [0, 1]; nothing is reduced."""
        x: Tensor = self.decoder(z)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """x: (B, data)  ->  its reconstruction: (B, data); nothing is reduced."""
        return self.decode(self.encode(x))

    def mse(self, x: Tensor) -> Tensor:
        """x: (B, data)  ->  (), the squared error of the reconstruction, averaged over batch and data."""
        return mse_loss(self.forward(x), x)
