r"""The linear-Gaussian VAE, the one whose likelihood, posterior and optimum are known exactly, in nats.

.. math:: p(z) = N(0, I_d), \qquad p(x \mid z) = N(W z + b, s^2 I_D)

Everywhere W: (D, d), b: (D,), and var = s^2: (), a variance.
"""

import math

import torch
from torch import Tensor

_LOG_2PI = math.log(2 * math.pi)


def log_likelihood(x: Tensor, W: Tensor, b: Tensor, var: Tensor) -> Tensor:
    r"""log p(x), in nats.

    .. math:: \log N(x; b, C), \qquad C = W W^T + s^2 I_D

    Source: Tipping & Bishop 1999, equation 4.
    x: (B, D)  ->  (B,), one value for all of D.
    """
    data, latent = W.shape
    mean, _ = posterior(x, W, b, var)
    # r^T C^-1 r = |r - W mean|^2 / s^2 + |mean|^2: a sum of squares, where Woodbury's formula cancels
    distance = (x - b - mean @ W.T).square().sum(dim=-1) / var + mean.square().sum(dim=-1)
    log_det = (data - latent) * var.log() + torch.logdet(_precision_times_var(W, var))
    return -0.5 * (data * _LOG_2PI + log_det + distance)


def posterior(x: Tensor, W: Tensor, b: Tensor, var: Tensor) -> tuple[Tensor, Tensor]:
    r"""Mean and covariance of p(z|x), which is Gaussian; the covariance is the same for every x.

    .. math:: N(z; M^{-1} W^T (x - b), s^2 M^{-1}), \qquad M = W^T W + s^2 I_d

    Source: Tipping & Bishop 1999, equation 6.
    x: (B, D)  ->  mean (B, d), covariance (d, d); nothing is reduced.
    """
    M = _precision_times_var(W, var)
    return torch.linalg.solve(M, (x - b) @ W, left=False), var * torch.linalg.inv(M)


def gaussian_elbo(x: Tensor, mu: Tensor, cov: Tensor, W: Tensor, b: Tensor, var: Tensor) -> Tensor:
    r"""The exact ELBO of q(z|x) = N(mu, cov), to be maximised, in nats. No sampling.

    .. math:: -\tfrac{1}{2 s^2} \left(|x - W \mu - b|^2 + \operatorname{tr} W \Sigma W^T\right)
              - \tfrac D2 \log 2\pi s^2
              - \tfrac12 \left(\operatorname{tr} \Sigma + |\mu|^2 - d - \log\det \Sigma\right)

    Source: Lucas, Tucker, Grosse & Norouzi 2019, with a full covariance.
    x: (B, D), mu: (B, d), cov: (B, d, d) or (d, d)  ->  (B,), summed over D and d.
    """
    data, latent = W.shape
    spread = torch.einsum("ij,...jk,ik->...", W, cov, W)
    rec = ((x - b - mu @ W.T).square().sum(dim=-1) + spread) / var + data * (_LOG_2PI + var.log())
    trace = cov.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    kl = trace + mu.square().sum(dim=-1) - latent - torch.logdet(cov)
    return -0.5 * (rec + kl)


def ppca(x: Tensor, latent: int) -> tuple[Tensor, Tensor, Tensor]:
    r"""The W, b and s^2 of largest likelihood for the rows of x: probabilistic PCA.

    .. math:: b = \bar x, \qquad s^2 = \frac{1}{D - d} \sum_{j > d} \lambda_j,
              \qquad W = U_d (\Lambda_d - s^2 I)^{1/2}

    lambda_1 >= lambda_2 >= ... are the eigenvalues of the covariance of x (divided by N, not N - 1), U_d the
    first d eigenvectors. Any rotation of the columns of W is as good.
    Source: Tipping & Bishop 1999, equations 7 and 8.
    x: (N, D), latent < min(N, D)  ->  W (D, latent), b (D,), var ().
    """
    b = x.mean(dim=0)
    _, singular, axes = torch.linalg.svd(x - b, full_matrices=False)  # of x: the covariance has fewer digits
    eigenvalues = singular.square() / x.shape[0]
    var = eigenvalues[latent:].sum() / (x.shape[1] - latent)
    return axes[:latent].T * (eigenvalues[:latent] - var).clamp_min(0).sqrt(), b, var


def _precision_times_var(W: Tensor, var: Tensor) -> Tensor:
    return W.T @ W + var * torch.eye(W.shape[1], dtype=W.dtype, device=W.device)
