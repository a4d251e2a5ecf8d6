r"""The evidence lower bound of a VAE: Bernoulli pixels, prior N(0, I), in nats, averaged over the batch."""

from torch import Tensor

from reference.bernoulli import log_bernoulli, log_bernoulli_with_logits
from reference.gaussian import kl_standard_normal, log_normal_diag


def elbo(x: Tensor, x_logits: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    r"""The negative (beta-)ELBO as a loss to minimise, with its two parts, in nats per example.

    .. math:: \text{loss} = \underbrace{-\log p(x \mid z)}_{\text{rec}}
              + \beta\, \underbrace{KL(q(z \mid x) \,\|\, N(0, I))}_{\text{kl}}

    x_logits are the decoder's logits at a sample z of q(z|x) = N(mu, diag(exp(logvar))).
    Source: Kingma & Welling 2014, equation 10; beta: Higgins et al. 2017, equation 4.
    x: (B, D) in {0, 1}, x_logits: (B, D), mu, logvar: (B, d)  ->  {"rec", "kl", "loss"}, each of shape ():
    summed over D or d, averaged over B.
    """
    rec = -log_bernoulli_with_logits(x, x_logits).mean()
    kl = kl_standard_normal(mu, logvar).mean()
    return {"rec": rec, "kl": kl, "loss": rec + beta * kl}


def elbo_mc(x: Tensor, p: Tensor, z: Tensor, mu: Tensor, var: Tensor) -> Tensor:
    r"""One-sample Monte-Carlo estimate of the ELBO, to be maximised, in nats per example.

    .. math:: \log p(x \mid z) + \log p(z) - \log q(z \mid x), \qquad z \sim q(z \mid x)

    p(x|z) is Bernoulli with probabilities p, p(z) = N(0, I), q(z|x) = N(mu, diag(var)); var is the variance.
    Source: Kingma & Welling 2014, equation 6 with L = 1.
    x: (B, D) in {0, 1}, p: (B, D) in (0, 1), z, mu, var: (B, d)  ->  (),
    summed over D and d, averaged over B.
    """
    log_prior = log_normal_diag(z, z.new_zeros(1), z.new_ones(1))
    return (log_bernoulli(x, p) + log_prior - log_normal_diag(z, mu, var)).mean()
