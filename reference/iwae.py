r"""The importance-weighted bound: Bernoulli pixels, prior N(0, I), in nats, per example."""

from collections.abc import Callable

from torch import Tensor

from reference.bernoulli import log_bernoulli_with_logits
from reference.gaussian import log_normal_diag
from reference.mixtures import log_mean_exp


def log_weights(x: Tensor, z: Tensor, mu: Tensor, var: Tensor, decode: Callable[[Tensor], Tensor]) -> Tensor:
    r"""The log importance weights of k samples of q(z|x) for every example, in nats. var is the variance.

    .. math:: \log w_i = \log p(x \mid z_i) + \log p(z_i) - \log q(z_i \mid x), \qquad z_i \sim q(z \mid x)

    p(x|z) is Bernoulli with the logits decode(z), p(z) = N(0, I), q(z|x) = N(mu, diag(var)).
    decode is called once, with all of z, and works on the last axis: (..., d) -> (..., D).
    Source: Burda, Grosse & Salakhutdinov 2016, section 3.
    x: (B, D) in {0, 1}, z: (k, B, d), mu, var: (B, d)  ->  (k, B), summed over D and d.
    """
    log_prior = log_normal_diag(z, z.new_zeros(1), z.new_ones(1))
    return log_bernoulli_with_logits(x, decode(z)) + log_prior - log_normal_diag(z, mu, var)


def iwae(log_w: Tensor) -> Tensor:
    r"""The importance-weighted bound on log p(x), to be maximised, in nats.

    .. math:: \log \frac1k \sum_{i=1}^k w_i

    With k = 1 it is the one-sample estimate of the ELBO.
    Source: Burda, Grosse & Salakhutdinov 2016, equation 8.
    log_w: (k, B)  ->  (B,), averaged over k inside the logarithm.
    """
    return log_mean_exp(log_w, dim=0)
