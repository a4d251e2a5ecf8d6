"""Tighter bounds and richer priors for VAEs: mixtures, IWAE, beta and conditional VAE, semi-supervised VAE."""

from reference.beta_cvae import CVAE, beta_elbo
from reference.iwae import iwae, log_weights
from reference.mixtures import gmvae_kl_mc, log_mean_exp, log_normal_mixture
from reference.ssvae import kl_cat, ssvae_terms

__all__ = [
    "CVAE",
    "beta_elbo",
    "gmvae_kl_mc",
    "iwae",
    "kl_cat",
    "log_mean_exp",
    "log_normal_mixture",
    "log_weights",
    "ssvae_terms",
]
