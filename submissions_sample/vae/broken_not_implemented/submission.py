"""VAE I: densities, sampling, the objective, model and training (parts 4 to 7).

Fill in the functions and the class below; keep their names and the order of their arguments. The checker imports
this file as a module, so nothing should train, plot or ask for input when it is imported.

Conventions, for every function:
  B is the batch axis, d the latent axis, D the pixel axis, K the number of interpolation weights.
  All logarithms are natural: densities and divergences are in nats.
  Results keep the dtype and the device of the inputs; inputs are not changed.
  "-> (B,)" means one value per example: reduce over the last axis only, never over the batch.
  logvar is the logarithm of the *variance* sigma^2; var is the variance itself; neither is the standard deviation.
  Gradients must flow from every result back to every floating-point input, unless the text says otherwise; the
  noise eps and u needs none.
  Values must stay finite and correct for large inputs: logits of +-100, logvar of +-60, 784 pixels, 400 latent axes.
  All tensors of one call have the same dtype, float32 or float64. They need not be contiguous in memory: use
  reshape rather than view.
  You may use any function of PyTorch.
"""

import torch
from torch import Tensor, nn

# ---------------------------------------------------------------- part 4: densities


def kl_standard_normal(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL( N(mu, diag(exp(logvar))) || N(0, I) ).

    mu (B, d), logvar (B, d) -> (B,): summed over the latent axis.
    """
    raise NotImplementedError


def kl_normal(mu_q: Tensor, logvar_q: Tensor, mu_p: Tensor, logvar_p: Tensor) -> Tensor:
    """KL( N(mu_q, diag(exp(logvar_q))) || N(mu_p, diag(exp(logvar_p))) ): q first, p second.

    All four (B, d) -> (B,): summed over the latent axis. Very wide or very narrow distributions come in pairs of
    similar scale: logvar_q and logvar_p are then both near 60, or both near -60.
    """
    raise NotImplementedError


def log_normal_diag(z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    """log N(z; mu, diag(var)), with the normalising constant. var is the variance.

    z (B, d); mu and var (B, d), or (1,) or (d,) when they are shared -> (B,): summed over the latent axis.
    """
    raise NotImplementedError


def log_bernoulli(x: Tensor, p: Tensor) -> Tensor:
    """log p(x) of independent Bernoulli pixels with success probabilities p.

    x (B, D) in {0, 1}, p (B, D) in [0, 1] -> (B,): summed over the pixels. A log-likelihood, so never positive.
    Where p is exactly 0 or 1 and agrees with x, the pixel contributes 0 (up to 1e-5), never NaN.
    No gradient with respect to x is asked for.
    """
    raise NotImplementedError


def log_bernoulli_with_logits(x: Tensor, logits: Tensor) -> Tensor:
    """The same as log_bernoulli with p = sigmoid(logits), computed stably from the logits.

    x (B, D) in {0, 1}, logits (B, D) -> (B,): summed over the pixels.
    No gradient with respect to x is asked for.
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 5: sampling


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    """A sample z of N(mu, diag(exp(logvar))), differentiable with respect to mu and logvar.

    mu (B, d), logvar (B, d), eps (B, d) -> (B, d). eps is standard normal noise; if it is None, draw it here:
    fresh for every call, independent for every entry, with the dtype and device of mu. Do not set a seed.
    """
    raise NotImplementedError


def sample_bernoulli(p: Tensor, u: Tensor | None = None) -> Tensor:
    """A sample of independent Bernoulli variables with success probabilities p: 1 where u < p, else 0.

    p of any shape, u of the same shape, uniform on [0, 1) -> the shape and dtype of p, entries 0 or 1.
    If u is None, draw it here, fresh for every call and independent for every entry. Do not set a seed.
    No gradient is asked for.
    """
    raise NotImplementedError


def interpolate(mu_a: Tensor, mu_b: Tensor, alphas: Tensor) -> Tensor:
    """Points on the segment between two codes: row k is alphas[k] * mu_a + (1 - alphas[k]) * mu_b.

    mu_a (d,), mu_b (d,), alphas (K,) -> (K, d).
    """
    raise NotImplementedError


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
