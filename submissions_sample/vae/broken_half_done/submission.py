"""Broken: parts 4 and 5 are done, the rest is still the handout."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    ratio = (logvar_q - logvar_p).exp()
    dist = (mu_q - mu_p) ** 2 * (-logvar_p).exp()
    return 0.5 * (ratio + dist - 1 + logvar_p - logvar_q).sum(-1)


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    return -0.5 * (math.log(2 * math.pi) + var.log() + (z - mu) ** 2 / var).sum(-1)


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    # binary_cross_entropy clamps its logarithms, so p = 0 and p = 1 are fine
    return -F.binary_cross_entropy(p, x, reduction="none").sum(-1)


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    if eps is None:
        eps = torch.randn_like(mu)
    return mu + (0.5 * logvar).exp() * eps


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    if u is None:
        u = torch.rand_like(p)
    return (u < p).to(p.dtype)


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    a = alphas.unsqueeze(1)
    return a * mu_a + (1 - a) * mu_b


# ---------------------------------------------------------------- part 6: objective


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    """The negative (beta-)ELBO as a loss to *minimise*, with its two parts.

    x (B, D) in {0, 1}, x_logits (B, D), mu (B, d), logvar (B, d) -> a dict of three scalars, each of shape ():
      "rec":  -log p(x | z), summed over the pixels, averaged over the batch (not negative);
      "kl":   KL( N(mu, diag(exp(logvar))) || N(0, I) ), summed over the latent axis, averaged over the batch;
      "loss": rec + beta * kl.
    No gradient with respect to x is asked for.
    """
    raise NotImplementedError


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    """One-sample Monte-Carlo estimate of the ELBO itself, to be *maximised*.

    The average over the batch of log p(x | z) + log p(z) - log q(z | x), where p(x | z) is Bernoulli with
    probabilities p, p(z) = N(0, I) and q(z | x) = N(mu, diag(var)). var is the variance.
    x (B, D) in {0, 1}, p (B, D) in (0, 1), z (B, d), mu (B, d), var (B, d) -> (), a scalar.
    No gradient with respect to x is asked for.
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 7: model and training


class VAE(nn.Module):
    """A VAE with Bernoulli pixels and prior N(0, I), with one hidden layer of tanh units on either side of the code.

    Encoder: a linear layer data -> hidden, tanh, and from these hidden units mu and logvar, each by a linear layer
    hidden -> latent (or both by one linear layer hidden -> 2 * latent that is cut in two).
    Decoder: a linear layer latent -> hidden, tanh, a linear layer hidden -> data.
    Nothing follows the last layers: mu, logvar and the logits take any value. Every linear layer has biases. There
    are no other layers or parameters, and no dropout. The initial weights are left to you (PyTorch's are fine); do not
    set a seed. Everything follows model.to(dtype) and model.to(device).
    """

    def __init__(self, data: int = 784, hidden: int = 500, latent: int = 2) -> None:
        super().__init__()
        raise NotImplementedError

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (B, data) -> (mu, logvar) of q(z | x) = N(mu, diag(exp(logvar))), each (B, latent)."""
        raise NotImplementedError

    def decode(self, z: Tensor) -> Tensor:
        """z (B, latent) -> (B, data): the logits of the pixels, not their probabilities."""
        raise NotImplementedError

    def forward(self, x: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Encode x, draw one sample z of q(z | x) for every example, and decode it.

        x (B, data), eps (B, latent) -> (logits (B, data), mu (B, latent), logvar (B, latent)). eps is the noise of
        the sample, as in reparameterize: if it is None, it is drawn here.
        """
        raise NotImplementedError

    def sample(self, n: int, z: Tensor | None = None) -> Tensor:
        """The pixel probabilities at n codes: images in (0, 1), not logits and not zeros and ones.

        z (n, latent) are the codes; if it is None, they are drawn here from the prior N(0, I), fresh for every call,
        with the dtype and device of the parameters. -> (n, data). No gradient is asked for.
        """
        raise NotImplementedError


def train_vae(model: VAE, data: Tensor, steps: int, lr: float) -> list[float]:
    """Train the model to minimise the loss of part 6 (rec + kl, so beta = 1) with Adam.

    model: a VAE, or another module with the same four methods. Call model(x), which draws its own noise. All of its
    parameters are trained, in place.
    data (N, D) in {0, 1}: every step takes the next min(64, N) rows, in the order they have, and goes on with the
    first row after the last: nothing is shuffled, repeated early or left out. With N = 100, the first step takes rows
    0 to 63, the second 64 to 99 and then 0 to 27.
    Every step goes along the gradient of its own batch. One torch.optim.Adam with learning rate lr does all the steps;
    its other settings stay as they are. Do not set a seed.
    -> a list of `steps` Python floats: the loss of every step's batch, before the parameters change in this step.
    """
    raise NotImplementedError


def prior_grid(model: VAE, z: Tensor) -> Tensor:
    """What the model draws at given codes, for a figure: the pixel probabilities at z.

    z (n, latent) -> (n, D) in (0, 1), row k for code k. Computed without a gradient graph. Nothing is random.
    """
    raise NotImplementedError


def latent_means(model: VAE, x: Tensor) -> Tensor:
    """Where the model puts given images, for a figure: the mean of q(z | x) for every row of x.

    x (N, D) -> (N, latent), row i for image i. Computed without a gradient graph. Nothing is random.
    """
    raise NotImplementedError
