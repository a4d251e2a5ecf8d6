"""VAE II: tighter bounds and richer priors (parts 2 to 5).

Fill in the functions and the class below; keep their names and the order of their arguments. The checker imports
this file as a module, so nothing should train, plot or ask for input when it is imported. Functions of your own,
such as those of VAE I, may stand in this file too.

Conventions, for every function:
  B is the batch axis, d the latent axis, D the pixel axis, k the number of mixture components or of importance
  samples, K the number of classes.
  All logarithms are natural: densities, bounds and divergences are in nats.
  Results keep the dtype and the device of the inputs; inputs are not changed; no seeds or defaults of torch are set.
  "-> (B,)" means one value per example: reduce over the other axes, never over the batch.
  logvar is the logarithm of the *variance* sigma^2; var and v are the variance itself; none is the standard deviation.
  Pixels are independent given z: log-likelihoods are summed over the pixels, densities over the latent axes.
  Gradients must flow from every result back to every floating-point input, and to the parameters of the networks
  that are given, unless the text says otherwise; x, eps and class numbers need none.
  Values must stay finite and correct for large inputs: logits of +-100, logvar of +-60, log-weights of +-1000,
  784 pixels, 400 latent axes.
  All tensors of one call have the same dtype, float32 or float64. They need not be contiguous in memory: use
  reshape rather than view.
  You may use any function of PyTorch.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

# ---------------------------------------------------------------- part 2: mixtures


def log_mean_exp(x: Tensor, dim: int) -> Tensor:
    """The logarithm of the mean of exp(x) along the axis dim (which may be negative).

    x of any shape -> that shape without the axis dim. Entries may be +-1000, where exp(x) is inf or 0.
    """
    raise NotImplementedError


def log_normal_mixture(z: Tensor, m: Tensor, v: Tensor) -> Tensor:
    """log density at z of a mixture of k diagonal Gaussians N(m_i, diag(v_i)), each of weight 1/k.

    With the normalising constant. v is the variance.
    z (B, d); m and v both (B, k, d), or both (1, k, d) when the mixture is shared by the batch -> (B,).
    z may be far away from all means.
    """
    raise NotImplementedError


def gmvae_kl_mc(z: Tensor, mu: Tensor, var: Tensor, m: Tensor, v: Tensor) -> Tensor:
    """One-sample estimate of KL( q || p ), where q = N(mu, diag(var)) and p is the mixture of log_normal_mixture.

    z is the sample of q to use: the estimate is the log-ratio of the two densities at z (no closed form, no new
    noise), and its mean over z ~ q is the divergence. A single estimate may be negative: do not clip it.
    z, mu, var (B, d); m and v both (B, k, d) or both (1, k, d) -> (B,).
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 3: the importance-weighted bound


def log_weights(x: Tensor, z: Tensor, mu: Tensor, var: Tensor, decode: Callable[[Tensor], Tensor]) -> Tensor:
    """The logarithms of the importance weights of k samples z_i of q(z|x) for every example.

    w_i = p(x, z_i) / q(z_i | x), with p(z) = N(0, I), q(z|x) = N(mu, diag(var)) and Bernoulli pixels whose logits are
    decode(z). All densities with their normalising constants.
    decode works on the last axis, with any axes in front: (..., d) -> (..., D).
    x (B, D) in {0, 1}, z (k, B, d), mu and var (B, d) -> (k, B): row i has the log-weights of the samples z[i].
    """
    raise NotImplementedError


def iwae(log_w: Tensor) -> Tensor:
    """The importance-weighted bound on log p(x) from k log-weights of every example; to be *maximised*.

    It is the logarithm of the mean of the k weights. log_w (k, B) -> (B,).
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 4: beta and conditional VAE


def beta_elbo(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float) -> Tensor:
    """The beta-ELBO of each example, to be *maximised*: log p(x|z) minus beta times the KL term in closed form.

    logits are the decoder's, at a sample z of q(z|x) = N(mu, diag(exp(logvar))); the prior is N(0, I).
    x (B, D) in {0, 1}, logits (B, D), mu and logvar (B, d) -> (B,): summed over the pixels and the latent axis, and
    not averaged over anything.
    """
    raise NotImplementedError


class CVAE(nn.Module):
    """A VAE of x given a label y. Encoder and decoder both see the label; the prior N(0, I) of z does not depend on it.

    CVAE(data, latent, classes): data = D pixels, latent = d, classes = K. Number and width of the layers are up to you
    (one hidden layer of 500 units is enough).
    Labels enter the networks as one-hot vectors: classes have no order.
    Every example is treated for itself (no batch normalisation), and nothing is random but eps (no dropout).
    Every parameter takes part in the results. The model works in float64 after model.double().
    """

    def __init__(self, data: int, latent: int, classes: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor, y: Tensor, eps: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """logits of the pixels at one sample z of q(z|x, y) = N(mu, diag(exp(logvar))), and mu and logvar of q.

        x (B, D), y (B,) class numbers 0 ... K-1 of dtype int64, eps (B, d) -> the tuple (logits, mu, logvar) of shapes
        (B, D), (B, d), (B, d). Logits are the decoder's output before any sigmoid.
        z is mu plus eps in units of the standard deviation of q. eps is standard normal noise; if it is None, draw it
        here: fresh for every call, independent for every entry. Gradients flow through z to the encoder.
        """
        raise NotImplementedError


# ---------------------------------------------------------------- part 5: semi-supervised VAE


def kl_cat(q: Tensor, log_q: Tensor, log_p: Tensor) -> Tensor:
    """KL( q || p ) of two categorical distributions over K classes.

    q are probabilities, log_q and log_p log-probabilities. log_q is the logarithm of q from a classifier's
    log_softmax: use it rather than q.log(), because q may be so small that it is rounded to 0. A class whose q is
    exactly 0 contributes 0, even where log_q is -inf.
    q and log_q (B, K); log_p (B, K), or (K,) or (1,) when it is shared -> (B,).
    """
    raise NotImplementedError


def ssvae_terms(
    x: Tensor,
    q_y: Tensor,
    enc: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]],
    dec: Callable[[Tensor, Tensor], Tensor],
    eps: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """The three costs of examples without a label; minus their sum is a one-sample estimate of the ELBO.

    The class y has the uniform prior over K classes and the posterior q_y = q(y|x); given y, z has the prior N(0, I)
    and the posterior N(mu, diag(exp(logvar))) with (mu, logvar) = enc(x, y); pixels are Bernoulli with logits
    dec(z, y). Expectations over y are exact: sums over all K classes. For class y of example b, the sample z of the
    posterior uses the noise eps[b, y]; nothing else is random.

    x (B, D) in {0, 1}, q_y (B, K), eps (B, K, d) -> the tuple (kl_y, kl_z, rec), each (B,):
      kl_y:  the divergence of q(y|x) from the prior of y;
      kl_z:  the expectation over q(y|x) of the divergence of q(z|x, y) from the prior of z, in closed form;
      rec:   the expectation over q(y|x) of -log p(x | z, y): a cost, not negative.
    enc(x, y) -> (mu, logvar) and dec(z, y) -> logits take rows: x (N, D), z (N, d), and y (N, K) one-hot in the dtype
    of x, for any number N of rows; they treat every row for itself. q_y may have entries that are exactly 0.
    """
    raise NotImplementedError
