"""Known wrong implementations, each with the hint it deserves. The hints never contain the formula."""

import copy
import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from autograder import mistake
from reference.vae_model import VAE as RightVAE

_GROWS = (
    "The result grows with the batch size, or shrinks with the number of axes. Check which axis you reduce, and how."
)
_CONVENTION = "Is the argument a standard deviation, a variance or a log-variance? Check every place it enters."
_NO_CLIPPING = "The correct expression needs no clipping."
_GRADIENT_SCALED = "The value is right, its gradient is not: is a part of it detached, or counted twice?"
_CONSTANT = "Your result does not depend on the inputs."
_SQUEEZED = "A batch of one example still has a batch axis: reduce over one axis, and squeeze nothing else."
_FLOAT = "Results keep the dtype of the inputs; is something converted to float32?"


def _kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar)


# ---------------------------------------------------------------------------------- kl_standard_normal


@mistake("kl_standard_normal", "Evaluate your formula where q equals p. What must a divergence be there?", "KL1")
def kl_plus_one(mu, logvar):
    return 0.5 * (1 - logvar + mu.square() + logvar.exp()).sum(-1)


@mistake(
    "kl_standard_normal",
    "Your divergence is negative. Which way round is the ratio in its definition?",
    "KL2",
)
def kl_negative(mu, logvar):
    return -_kl(mu, logvar).sum(-1)


@mistake("kl_standard_normal", "Compare with one dimension, μ = 1, σ = 1, worked by hand.", "KL3")
def kl_without_half(mu, logvar):
    return 2 * _kl(mu, logvar).sum(-1)


@mistake("kl_standard_normal", "Independent dimensions: how do their divergences combine?", "KL4")
def kl_mean_over_axes(mu, logvar):
    return _kl(mu, logvar).mean(-1)


@mistake("kl_standard_normal", "Keep the batch axis: one value per example; sum over the latent axis only.", "KL5")
def kl_sum_over_all(mu, logvar):
    return _kl(mu, logvar).sum()


@mistake("kl_standard_normal", "Keep the batch axis: one value per example; sum over the latent axis only.", "KL5")
def kl_mean_over_batch(mu, logvar):
    return _kl(mu, logvar).sum(-1).mean()


@mistake("kl_standard_normal", _CONVENTION, "KL7")
def kl_logvar_read_as_log_sigma(mu, logvar):
    return _kl(mu, 2 * logvar).sum(-1)


@mistake("kl_standard_normal", "One term uses σ, another σ². Which does each need?", "KL8")
def kl_log_sigma_for_log_variance(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - 0.5 * logvar).sum(-1)


@mistake("kl_standard_normal", "Your divergence does not change when the mean moves.", "KL9")
def kl_without_mean(mu, logvar):
    return 0.5 * (logvar.exp() - 1 - logvar).sum(-1)


@mistake("kl_standard_normal", "Try a negative mean.", "KL10")
def kl_mean_not_squared(mu, logvar):
    return 0.5 * (mu + logvar.exp() - 1 - logvar).sum(-1)


@mistake("kl_standard_normal", "Under which of the two densities is the expectation taken?", "KL11")
def kl_reversed(mu, logvar):
    return 0.5 * (logvar + (1 + mu.square()) / logvar.exp() - 1).sum(-1)


@mistake("kl_standard_normal", "Look at the operator after the constant.", "KL12")
def kl_minus_half_plus(mu, logvar):
    return -0.5 + (1 + logvar - mu.square() - logvar.exp()).sum(-1)


@mistake("kl_standard_normal", "A divergence compares two densities; I see one.", "KL13")
def kl_entropy_only(mu, logvar):
    return -0.5 * (1 + math.log(2 * math.pi) + logvar).sum(-1)


@mistake("kl_standard_normal", "The gradient is cut off: do all parts of the result depend on logvar as tensors?")
def kl_detached_from_logvar(mu, logvar):
    return _kl(mu, logvar.detach()).sum(-1)


@mistake("kl_standard_normal", "The result is divided by a size that no divergence of one example knows.", "KL6")
def kl_over_batch(mu, logvar):
    return _kl(mu, logvar).sum(-1) / mu.shape[0]


@mistake("kl_standard_normal", "Over which axis is summed? Keep one value for every example of the batch.")
def kl_sum_over_batch_axis(mu, logvar):
    return _kl(mu, logvar).sum(0)


@mistake("kl_standard_normal", _NO_CLIPPING, "KL14")
def kl_clamped(mu, logvar):
    return _kl(mu, logvar).clamp(min=1e-3).sum(-1)


@mistake("kl_standard_normal", _NO_CLIPPING, "KL14")
def kl_logvar_clamped(mu, logvar):
    return _kl(mu, logvar.clamp(-10, 10)).sum(-1)


@mistake("kl_standard_normal", "The gradient is cut off: do all parts of the result depend on mu as a tensor?")
def kl_detached_from_mu(mu, logvar):
    return _kl(mu.detach(), logvar).sum(-1)


@mistake("kl_standard_normal", _GRADIENT_SCALED)
def kl_gradient_halved(mu, logvar):
    kl = _kl(mu, logvar).sum(-1)
    return 0.5 * (kl + kl.detach())


@mistake("kl_standard_normal", _SQUEEZED)
def kl_squeezed(mu, logvar):
    return _kl(mu, logvar).sum(-1, keepdim=True).squeeze()


@mistake("kl_standard_normal", _FLOAT, "RP7")
def kl_in_float32(mu, logvar):
    return _kl(mu.float(), logvar.float()).sum(-1)


@mistake("kl_standard_normal", "logvar is a logarithm. Of which quantity, and which quantity is in the formula?", "KL7")
def kl_logvar_read_as_variance(mu, logvar):
    return 0.5 * (mu.square() + logvar - 1 - logvar.abs().log()).sum(-1)


# ---------------------------------------------------------------------------------- kl_normal


def _kl2(mu_q, logvar_q, mu_p, logvar_p):
    return 0.5 * (logvar_p - logvar_q + (logvar_q.exp() + (mu_q - mu_p).square()) / logvar_p.exp() - 1)


@mistake("kl_normal", "Under which of the two densities is the expectation taken?", "KG8")
def kl_normal_reversed(mu_q, logvar_q, mu_p, logvar_p):
    return _kl2(mu_p, logvar_p, mu_q, logvar_q).sum(-1)


@mistake("kl_normal", "Set the two variances equal and compare with the known special case.", "KG2")
def kl_normal_mean_term_doubled(mu_q, logvar_q, mu_p, logvar_p):
    return (_kl2(mu_q, logvar_q, mu_p, logvar_p) + 0.5 * (mu_q - mu_p).square() / logvar_p.exp()).sum(-1)


@mistake("kl_normal", "Let σ of p grow: should the divergence go up or down?", "KG3")
def kl_normal_log_inverted(mu_q, logvar_q, mu_p, logvar_p):
    return (_kl2(mu_q, logvar_q, mu_p, logvar_p) + logvar_q - logvar_p).sum(-1)


@mistake("kl_normal", "Evaluate at identical distributions.", "KG4")
def kl_normal_half_missing(mu_q, logvar_q, mu_p, logvar_p):
    return (_kl2(mu_q, logvar_q, mu_p, logvar_p) + 0.5).sum(-1)


@mistake("kl_normal", "The expectation of a square is not the square of the expectation.", "KG5")
def kl_normal_without_own_variance(mu_q, logvar_q, mu_p, logvar_p):
    return (_kl2(mu_q, logvar_q, mu_p, logvar_p) - 0.5 * (logvar_q - logvar_p).exp()).sum(-1)


@mistake("kl_normal", "Whose log-density is quadratic with that scale?", "KG7")
def kl_normal_scaled_by_q(mu_q, logvar_q, mu_p, logvar_p):
    return 0.5 * (logvar_p - logvar_q + (logvar_q.exp() + (mu_q - mu_p).square()) / logvar_q.exp() - 1).sum(-1)


@mistake("kl_normal", _CONVENTION, "KG6")
def kl_normal_logvar_read_as_log_sigma(mu_q, logvar_q, mu_p, logvar_p):
    return _kl2(mu_q, 2 * logvar_q, mu_p, 2 * logvar_p).sum(-1)


@mistake("kl_normal", "Compare with one dimension, worked by hand: is there a factor in front?", "KL3")
def kl_normal_without_half(mu_q, logvar_q, mu_p, logvar_p):
    return 2 * _kl2(mu_q, logvar_q, mu_p, logvar_p).sum(-1)


@mistake("kl_normal", "Independent dimensions: how do their divergences combine?", "KL4")
def kl_normal_mean_over_axes(mu_q, logvar_q, mu_p, logvar_p):
    return _kl2(mu_q, logvar_q, mu_p, logvar_p).mean(-1)


@mistake("kl_normal", "Check the units of the term with the means: every term must be dimensionless.", "KG1")
def kl_normal_mean_term_over_both(mu_q, logvar_q, mu_p, logvar_p):
    right, distance = _kl2(mu_q, logvar_q, mu_p, logvar_p), (mu_q - mu_p).square()
    return (right + distance / (logvar_q + logvar_p).exp() - 0.5 * distance / logvar_p.exp()).sum(-1)


@mistake("kl_normal", "Your divergence does not change when one of the means moves.", "KL9")
def kl_normal_without_means(mu_q, logvar_q, mu_p, logvar_p):
    return 0.5 * (logvar_p - logvar_q + (logvar_q - logvar_p).exp() - 1).sum(-1)


@mistake("kl_normal", "Your divergence does not change with p: it is that to the standard normal.")
def kl_normal_ignores_p(mu_q, logvar_q, mu_p, logvar_p):
    return _kl(mu_q, logvar_q).sum(-1)


@mistake("kl_normal", _GROWS, "KL5")
def kl_normal_sum_over_all(mu_q, logvar_q, mu_p, logvar_p):
    return _kl2(mu_q, logvar_q, mu_p, logvar_p).sum()


@mistake("kl_normal", "Your divergence is negative. Which way round is the ratio in its definition?", "KL2")
def kl_normal_negative(mu_q, logvar_q, mu_p, logvar_p):
    return -_kl2(mu_q, logvar_q, mu_p, logvar_p).sum(-1)


@mistake("kl_normal", "The gradient with respect to p is cut off: p is learnt as well.")
def kl_normal_detached_from_p(mu_q, logvar_q, mu_p, logvar_p):
    return _kl2(mu_q, logvar_q, mu_p.detach(), logvar_p.detach()).sum(-1)


@mistake("kl_normal", _GRADIENT_SCALED)
def kl_normal_gradient_halved(mu_q, logvar_q, mu_p, logvar_p):
    kl = _kl2(mu_q, logvar_q, mu_p, logvar_p).sum(-1)
    return 0.5 * (kl + kl.detach())


@mistake("kl_normal", "Try two narrow distributions: what you add to the variance is larger than the variance.")
def kl_normal_epsilon(mu_q, logvar_q, mu_p, logvar_p):
    var_q, var_p = logvar_q.exp(), logvar_p.exp() + 1e-8
    return 0.5 * ((var_q + (mu_q - mu_p).square()) / var_p - 1 + logvar_p - logvar_q).sum(-1)


@mistake("kl_normal", _SQUEEZED)
def kl_normal_squeezed(mu_q, logvar_q, mu_p, logvar_p):
    return _kl2(mu_q, logvar_q, mu_p, logvar_p).sum(-1, keepdim=True).squeeze()


@mistake("kl_normal", "One σ, the other σ²: does every place have the right one of the two?", "KG6")
def kl_normal_log_sigma_ratio_doubled(mu_q, logvar_q, mu_p, logvar_p):
    return (_kl2(mu_q, logvar_q, mu_p, logvar_p) + 0.5 * (logvar_p - logvar_q)).sum(-1)


# ---------------------------------------------------------------------------------- log_normal_diag


def _log_normal(z, mu, var):
    return -0.5 * (math.log(2 * math.pi) + var.log() + (z - mu).square() / var)


@mistake("log_normal_diag", "Does your value change when the parameters are expanded to full shape?", "LG1")
def log_normal_constant_once(z, mu, var):
    quadratic = ((z - mu).square() / var).sum(-1)
    return -0.5 * (math.log(2 * math.pi) * var.shape[-1] + var.log().sum(-1) + quadratic)


@mistake("log_normal_diag", "A density must integrate to one.", "LG2")
def log_normal_without_constant(z, mu, var):
    return -0.5 * (var.log() + (z - mu).square() / var).sum(-1)


@mistake("log_normal_diag", "Independent dimensions: how do their log-densities combine?", "LG3")
def log_normal_mean_over_axes(z, mu, var):
    return _log_normal(z, mu, var).mean(-1)


@mistake("log_normal_diag", _CONVENTION, "LG4")
def log_normal_variance_as_sigma(z, mu, var):
    return _log_normal(z, mu, var.square()).sum(-1)


@mistake("log_normal_diag", "A density must integrate to one: what does the variance do to its height?")
def log_normal_without_log_variance(z, mu, var):
    return -0.5 * (math.log(2 * math.pi) + (z - mu).square() / var).sum(-1)


@mistake("log_normal_diag", "The value is -inf although every term is finite. Work in logs throughout.", "LG5")
def log_normal_product(z, mu, var):
    return _log_normal(z, mu, var).exp().prod(-1).log()


@mistake("log_normal_diag", "Never form a number that large: with 400 axes it is not finite.", "LG6")
def log_normal_power_of_two_pi(z, mu, var):
    norm = torch.tensor(2 * math.pi, dtype=z.dtype) ** z.shape[-1]
    return -0.5 * (norm.log() + (var.log() + (z - mu).square() / var).sum(-1))


@mistake("log_normal_diag", "Return one value per example.", "LG7")
def log_normal_sum_over_all(z, mu, var):
    return _log_normal(z, mu, var).sum()


@mistake("log_normal_diag", "Larger should mean more likely.")
def log_normal_negative(z, mu, var):
    return -_log_normal(z, mu, var).sum(-1)


@mistake("log_normal_diag", "Compare with one dimension, worked by hand: is there a factor in front?")
def log_normal_without_half(z, mu, var):
    return 2 * _log_normal(z, mu, var).sum(-1)


@mistake("log_normal_diag", "Is the distance divided by the variance itself? Does every term have its factor?")
def log_normal_quadratic_without_half(z, mu, var):
    return (_log_normal(z, mu, var) - 0.5 * (z - mu).square() / var).sum(-1)


@mistake("log_normal_diag", "var is the variance itself, not its logarithm.", "LG4")
def log_normal_variance_as_logvar(z, mu, var):
    return _log_normal(z, mu, var.exp()).sum(-1)


@mistake("log_normal_diag", "The gradient with respect to the variance is cut off.")
def log_normal_detached_variance(z, mu, var):
    return _log_normal(z, mu, var.detach()).sum(-1)


@mistake("log_normal_diag", "The gradient with respect to z is cut off: the sample depends on the encoder.")
def log_normal_detached_sample(z, mu, var):
    return _log_normal(z.detach(), mu, var).sum(-1)


@mistake("log_normal_diag", "Try a tiny variance: what you add to it is larger than the variance.")
def log_normal_epsilon(z, mu, var):
    return _log_normal(z, mu, var + 1e-6).sum(-1)


@mistake("log_normal_diag", _SQUEEZED)
def log_normal_squeezed(z, mu, var):
    return _log_normal(z, mu, var).sum(-1, keepdim=True).squeeze()


# ---------------------------------------------------------------------------------- Bernoulli


@mistake("log_bernoulli", "Your likelihood is NaN for a perfect reconstruction.", "BE2")
def log_bernoulli_nan(x, p):
    return (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)


@mistake("log_bernoulli", "Which argument is the data?", "BE6")
def log_bernoulli_swapped(x, p):
    return -F.binary_cross_entropy(x, p, reduction="none").sum(-1)


@mistake("log_bernoulli", "Larger should mean more likely.", "BE7")
def log_bernoulli_negative(x, p):
    return -(x * p.log() + (1 - x) * (1 - p).log()).sum(-1)


@mistake("log_bernoulli", "Independent pixels: how do their log-likelihoods combine?", "BE5")
def log_bernoulli_mean_over_pixels(x, p):
    return (x * p.log() + (1 - x) * (1 - p).log()).mean(-1)


@mistake("log_bernoulli", "What does a pixel that is 0 contribute?")
def log_bernoulli_ones_only(x, p):
    return (x * p.log()).sum(-1)


@mistake("log_bernoulli", "The value is -inf although every term is finite. Work in logs throughout.", "BE1")
def log_bernoulli_product(x, p):
    return (p**x * (1 - p) ** (1 - x)).prod(-1).log()


@mistake("log_bernoulli", "Does the function expect probabilities or logits?", "BE3")
def log_bernoulli_sigmoid_of_probabilities(x, p):
    return -F.binary_cross_entropy_with_logits(p, x, reduction="none").sum(-1)


@mistake("log_bernoulli", "What does a pixel that is 1 contribute?")
def log_bernoulli_zeros_only(x, p):
    return ((1 - x) * (1 - p).log()).sum(-1)


@mistake("log_bernoulli", _GROWS, "KL5")
def log_bernoulli_sum_over_all(x, p):
    return -F.binary_cross_entropy(p, x, reduction="sum")


@mistake("log_bernoulli", "What you add inside the logarithm changes the value.")
def log_bernoulli_large_epsilon(x, p):
    return (x * (p + 1e-3).log() + (1 - x) * (1 - p + 1e-3).log()).sum(-1)


@mistake("log_bernoulli", "Clipping p changes the value and stops the gradient: is a wide margin needed?")
def log_bernoulli_clamped(x, p):
    p = p.clamp(0.1, 0.9)
    return (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)


@mistake("log_bernoulli", "Which density of a pixel that is 0 or 1 is asked for? This is that of a Gaussian.")
def log_bernoulli_squared_error(x, p):
    return -(x - p).square().sum(-1)


@mistake("log_bernoulli", "The gradient is cut off: the decoder learns from p.")
def log_bernoulli_detached(x, p):
    return -F.binary_cross_entropy(p.detach(), x, reduction="none").sum(-1)


@mistake("log_bernoulli", _SQUEEZED)
def log_bernoulli_squeezed(x, p):
    return -F.binary_cross_entropy(p, x, reduction="none").sum(-1, keepdim=True).squeeze()


@mistake("log_bernoulli_with_logits", "Larger should mean more likely.", "BE7")
def with_logits_negative(x, logits):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)


@mistake("log_bernoulli_with_logits", "Does the loss expect probabilities or logits?", "BE3")
def with_logits_sigmoid_twice(x, logits):
    return -F.binary_cross_entropy_with_logits(torch.sigmoid(logits), x, reduction="none").sum(-1)


@mistake("log_bernoulli_with_logits", "Independent pixels: how do their log-likelihoods combine?", "BE5")
def with_logits_mean_over_pixels(x, logits):
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").mean(-1)


@mistake(
    "log_bernoulli_with_logits",
    "Try a confident decoder (logit 100): can the sigmoid still be told from 1?",
    "DL7",
)
def with_logits_log_of_sigmoid(x, logits):
    p = torch.sigmoid(logits)
    return (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)


@mistake("log_bernoulli_with_logits", "Which argument is the data?", "BE6")
def with_logits_swapped(x, logits):
    return -F.binary_cross_entropy_with_logits(x, logits, reduction="none").sum(-1)


@mistake("log_bernoulli_with_logits", "These are logits: does the loss for probabilities take them?", "BE4")
def with_logits_as_probabilities(x, logits):
    return (x * logits.log() + (1 - x) * (1 - logits).log()).sum(-1)


@mistake(
    "log_bernoulli_with_logits", "The value is -inf although every term is finite. Work in logs throughout.", "BE1"
)
def with_logits_product(x, logits):
    p = torch.sigmoid(logits)
    return torch.where(x > 0.5, p, torch.sigmoid(-logits)).prod(-1).log()


@mistake("log_bernoulli_with_logits", _GROWS, "KL5")
def with_logits_sum_over_all(x, logits):
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="sum")


@mistake("log_bernoulli_with_logits", "What does a pixel that is 0 contribute?")
def with_logits_ones_only(x, logits):
    return (x * F.logsigmoid(logits)).sum(-1)


@mistake("log_bernoulli_with_logits", "Clipping the logits stops the gradient. The stable form needs no clipping.")
def with_logits_clamped(x, logits):
    return -F.binary_cross_entropy_with_logits(logits.clamp(-5, 5), x, reduction="none").sum(-1)


@mistake("log_bernoulli_with_logits", "A small number inside the logarithm hides the tails instead of computing them.")
def with_logits_epsilon(x, logits):
    p = torch.sigmoid(logits)
    return (x * (p + 1e-8).log() + (1 - x) * (1 - p + 1e-8).log()).sum(-1)


@mistake("log_bernoulli_with_logits", _GRADIENT_SCALED)
def with_logits_gradient_halved(x, logits):
    value = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1)
    return 0.5 * (value + value.detach())


@mistake("log_bernoulli_with_logits", "The gradient of the pixels that are 0 is cut off.")
def with_logits_zeros_detached(x, logits):
    return (x * F.logsigmoid(logits) + (1 - x) * F.logsigmoid(-logits.detach())).sum(-1)


# ---------------------------------------------------------------------------------- sampling


def _noise(mu, eps):
    return torch.randn_like(mu) if eps is None else eps


def _uniform(p, u):
    return torch.rand_like(p) if u is None else u


def _from(mu, logvar, eps):
    return mu + (0.5 * logvar).exp() * eps


@mistake("reparameterize", "The spread of your samples does not match the variance you were given.", "RP1")
def reparameterize_variance_as_sigma(mu, logvar, eps=None):
    return mu + logvar.exp() * _noise(mu, eps)


@mistake("reparameterize", "The spread of your samples does not match the variance you were given.", "RP1")
def reparameterize_logvar_as_sigma(mu, logvar, eps=None):
    return mu + logvar * _noise(mu, eps)


@mistake("reparameterize", "The spread of your samples does not match the variance you were given.", "RP6")
def reparameterize_unit_sigma(mu, logvar, eps=None):
    return mu + _noise(mu, eps)


@mistake("reparameterize", "Your sample does not depend on the noise.", "RP6")
def reparameterize_mean(mu, logvar, eps=None):
    return mu


@mistake("reparameterize", "The encoder receives no gradient through z to its variance.", "RP3")
def reparameterize_sigma_detached(mu, logvar, eps=None):
    return mu + (0.5 * logvar).exp().detach() * _noise(mu, eps)


@mistake("reparameterize", "The encoder receives no gradient through z.", "RP3")
def reparameterize_torch_normal(mu, logvar, eps=None):
    if eps is None:
        return torch.normal(mu.detach(), (0.5 * logvar).exp().detach())
    return _from(mu, logvar, eps)


@mistake("reparameterize", "The encoder receives no gradient through z to its mean.", "RP3")
def reparameterize_mean_detached(mu, logvar, eps=None):
    return _from(mu.detach(), logvar, _noise(mu, eps))


@mistake("reparameterize", "Look at a histogram of your samples: shape and centre.", "RP2")
def reparameterize_uniform_noise(mu, logvar, eps=None):
    return _from(mu, logvar, torch.rand_like(mu) if eps is None else eps)


@mistake("reparameterize", "Look at a histogram of your samples: its shape is that of a box.", "RP2")
def reparameterize_centred_uniform_noise(mu, logvar, eps=None):
    return _from(mu, logvar, 12**0.5 * (torch.rand_like(mu) - 0.5) if eps is None else eps)


@mistake("reparameterize", "Look at a histogram of your samples: it has two bars.", "RP2")
def reparameterize_sign_noise(mu, logvar, eps=None):
    return _from(mu, logvar, torch.randn_like(mu).sign() if eps is None else eps)


@mistake("reparameterize", "Are two samples of the batch independent? Every example needs noise of its own.", "RP4")
def reparameterize_noise_for_batch(mu, logvar, eps=None):
    return _from(mu, logvar, torch.randn_like(mu[:1]) if eps is None else eps)


@mistake("reparameterize", "Are two axes of a code independent? Every axis needs noise of its own.", "RP4")
def reparameterize_noise_for_axes(mu, logvar, eps=None):
    return _from(mu, logvar, torch.randn_like(mu[:, :1]) if eps is None else eps)


@mistake("reparameterize", "Two calls return the same numbers: who sets a seed?", "RP5")
def reparameterize_seeded(mu, logvar, eps=None):
    if eps is None:
        torch.manual_seed(0)
    return _from(mu, logvar, _noise(mu, eps))


@mistake("reparameterize", "Create the noise with the dtype and device of its inputs.", "RP7")
def reparameterize_default_dtype(mu, logvar, eps=None):
    return _from(mu, logvar, torch.randn(mu.shape) if eps is None else eps)


@mistake("reparameterize", "The density you sample from is not the one in your objective.", "RP8")
def reparameterize_small_noise(mu, logvar, eps=None):
    return _from(mu, logvar, 0.1 * torch.randn_like(mu) if eps is None else eps)


@mistake("reparameterize", "Which noise is used when eps is given?")
def reparameterize_ignores_eps(mu, logvar, eps=None):
    return _from(mu, logvar, torch.randn_like(mu))


@mistake("reparameterize", "Your sample does not depend on the noise.", "RP6")
def reparameterize_no_noise_of_its_own(mu, logvar, eps=None):
    return _from(mu, logvar, torch.zeros_like(mu) if eps is None else eps)


@mistake("reparameterize", _NO_CLIPPING, "KL14")
def reparameterize_clamped(mu, logvar, eps=None):
    return _from(mu, logvar.clamp(-10, 10), _noise(mu, eps))


@mistake("reparameterize", _FLOAT, "RP7")
def reparameterize_float32(mu, logvar, eps=None):
    return _from(mu.float(), logvar.float(), _noise(mu, eps).float()).to(mu.dtype)


@mistake("sample_bernoulli", "How often is u smaller than p?")
def sample_bernoulli_inverted(p, u=None):
    return (_uniform(p, u) > p).to(p.dtype)


@mistake("sample_bernoulli", "Does your sample depend on the noise?")
def sample_bernoulli_rounded(p, u=None):
    return (p > 0.5).to(p.dtype)


@mistake("sample_bernoulli", "Which noise is used when u is given?")
def sample_bernoulli_ignores_u(p, u=None):
    return torch.bernoulli(p)


@mistake("sample_bernoulli", "Noise that is compared with a probability is uniform.", "RP2")
def sample_bernoulli_normal_noise(p, u=None):
    return ((torch.randn_like(p) if u is None else u) < p).to(p.dtype)


@mistake("sample_bernoulli", "Two calls return the same numbers: who sets a seed?", "RP5")
def sample_bernoulli_seeded(p, u=None):
    if u is None:
        torch.manual_seed(0)
    return (_uniform(p, u) < p).to(p.dtype)


@mistake("sample_bernoulli", "Are two entries of a row independent? Every entry needs noise of its own.", "RP4")
def sample_bernoulli_one_u_for_a_row(p, u=None):
    return ((torch.rand_like(p[..., :1]) if u is None else u) < p).to(p.dtype)


@mistake("sample_bernoulli", "A sample is 0 or 1; these are probabilities.")
def sample_bernoulli_probabilities(p, u=None):
    return p.clone()


@mistake("sample_bernoulli", "The sample keeps the dtype of p: it is used in formulas.")
def sample_bernoulli_bool(p, u=None):
    return _uniform(p, u) < p


@mistake("sample_bernoulli", "The sample keeps the dtype of p, whichever that is.", "RP7")
def sample_bernoulli_float32(p, u=None):
    return (_uniform(p, u) < p).float()


@mistake("interpolate", "Which end should alpha = 1 give?")
def interpolate_swapped(mu_a, mu_b, alphas):
    return alphas[:, None] * mu_b + (1 - alphas[:, None]) * mu_a


@mistake("interpolate", "One row for every alpha: which axis is which?")
def interpolate_transposed(mu_a, mu_b, alphas):
    return alphas * mu_a[:, None] + (1 - alphas) * mu_b[:, None]


@mistake("interpolate", "alpha may leave [0, 1]: the segment goes on as a line.")
def interpolate_clamped(mu_a, mu_b, alphas):
    weight = alphas.clamp(0, 1)[:, None]
    return weight * mu_a + (1 - weight) * mu_b


@mistake("interpolate", "Are the weights that you use the ones you were given?")
def interpolate_evenly(mu_a, mu_b, alphas):
    weight = torch.linspace(0, 1, len(alphas), dtype=mu_a.dtype)[:, None]
    return weight * mu_a + (1 - weight) * mu_b


@mistake("interpolate", "One weight is still one row: keep the axis.")
def interpolate_squeezed(mu_a, mu_b, alphas):
    return (alphas[:, None] * mu_a + (1 - alphas[:, None]) * mu_b).squeeze(0)


@mistake("interpolate", "Both codes have a weight; together the weights are one.")
def interpolate_from_a(mu_a, mu_b, alphas):
    return mu_a + alphas[:, None] * mu_b


@mistake("interpolate", "The gradient is cut off: the codes come from the encoder.")
def interpolate_detached(mu_a, mu_b, alphas):
    return alphas[:, None] * mu_a.detach() + (1 - alphas[:, None]) * mu_b.detach()


# ---------------------------------------------------------------------------------- objective


def _parts(x, x_logits, mu, logvar):
    rec = F.binary_cross_entropy_with_logits(x_logits, x, reduction="none").sum(-1)
    return rec, _kl(mu, logvar).sum(-1)


def _elbo(rec, kl, loss):
    return {"rec": rec, "kl": kl, "loss": loss}


@mistake("elbo", "Should this number go up or down in training? Here it is a loss, to be minimised.", "EL1")
def elbo_not_negated(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, -rec - beta * kl)


@mistake("elbo", "Should rec go up or down in training? Here it is minimised, and never negative.", "EL1")
def elbo_log_likelihood_as_rec(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(-rec, kl, -rec + beta * kl)


@mistake("elbo", "Should rec and loss go up or down in training? Here both are minimised.", "EL1")
def elbo_all_negated(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(-rec, kl, -rec - beta * kl)


@mistake("elbo", "Increase the divergence of q: your loss should not improve for ever.", "EL2")
def elbo_kl_subtracted(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, rec - beta * kl)


@mistake("elbo", "Which part should beta weigh?", "EL12")
def elbo_beta_on_rec(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, beta * rec + kl)


@mistake("elbo", "By how much should the loss change when beta doubles?", "EL12")
def elbo_beta_squared(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, rec + beta**2 * kl)


@mistake("elbo", "Change beta: should your loss not change?", "EL12")
def elbo_without_beta(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, rec + kl)


@mistake("elbo", "kl itself is without beta; only the loss has it.", "EL12")
def elbo_beta_inside_kl(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, beta * kl, rec + beta * kl)


@mistake("elbo", "The two parts of the objective are reduced differently.", "BE5")
def elbo_rec_mean_over_pixels(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    rec = rec / x.shape[-1]
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "The two parts of the objective are reduced differently.", "KL4")
def elbo_kl_mean_over_axes(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    kl = kl / mu.shape[-1]
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", _GROWS, "KL5")
def elbo_sum_over_batch(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.sum() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "The latent term is scaled by a quantity of the image space.", "KL6")
def elbo_kl_over_pixels(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    kl = kl / x.shape[-1]
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "Return three scalars: the two parts are averaged over the batch as well.", "EL13")
def elbo_parts_per_example(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = _parts(x, x_logits, mu, logvar)
    return _elbo(rec, kl, (rec + beta * kl).mean())


@mistake("elbo", "All three are tensors; numbers have no gradient.")
def elbo_parts_as_numbers(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec.item(), kl.item(), rec + beta * kl)


@mistake("elbo", "The handout names the keys of the dict.")
def elbo_other_keys(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return {"loss": rec + beta * kl, "bce": rec, "kld": kl}


@mistake("elbo", "The objective has two parts; the loss has one.")
def elbo_without_kl(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, rec)


@mistake("elbo", "The KL term is in the value of the loss, but not in its gradient.")
def elbo_kl_detached(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, rec + beta * kl.detach())


@mistake("elbo", "The reconstruction is in the value of the loss, but not in its gradient.")
def elbo_rec_detached(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, rec.detach() + beta * kl)


@mistake("elbo", "Under which of the two densities is the expectation of the KL taken?", "KL11")
def elbo_kl_reversed(x, x_logits, mu, logvar, beta=1.0):
    rec, _ = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    kl = 0.5 * (logvar + (1 + mu.square()) / logvar.exp() - 1).sum(-1).mean()
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "Compare the KL with one dimension, worked by hand: is there a factor in front?", "KL3")
def elbo_kl_without_half(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, 2 * kl, rec + 2 * beta * kl)


@mistake("elbo", "The KL: " + _CONVENTION, "KL7")
def elbo_logvar_read_as_log_sigma(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, 2 * logvar))
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "x_logits are logits: does your loss expect probabilities or logits?", "BE3")
def elbo_sigmoid_twice(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, torch.sigmoid(x_logits), mu, logvar))
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "The pixels are 0 or 1: whose log-likelihood is the squared error?")
def elbo_squared_error(x, x_logits, mu, logvar, beta=1.0):
    _, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    rec = (torch.sigmoid(x_logits) - x).square().sum(-1).mean()
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "Try a confident decoder (logit 100): can the sigmoid still be told from 1?", "DL7")
def elbo_log_of_sigmoid(x, x_logits, mu, logvar, beta=1.0):
    _, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    p = torch.sigmoid(x_logits)
    rec = -(x * p.log() + (1 - x) * (1 - p).log()).sum(-1).mean()
    return _elbo(rec, kl, rec + beta * kl)


@mistake("elbo", "The loss grows with the batch size although its parts do not.", "KL5")
def elbo_loss_sum_over_batch(x, x_logits, mu, logvar, beta=1.0):
    rec, kl = (part.mean() for part in _parts(x, x_logits, mu, logvar))
    return _elbo(rec, kl, x.shape[0] * (rec + beta * kl))


def _terms(x, p, z, mu, var):
    likelihood = (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    prior = _log_normal(z, torch.zeros_like(mu), torch.ones_like(var)).sum(-1)
    return likelihood, prior, _log_normal(z, mu, var).sum(-1)


@mistake("elbo_mc", "Should this number go up or down in training? Here it is the bound itself.", "EL1")
def elbo_mc_negated(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return -(likelihood + prior - posterior).mean()


@mistake("elbo_mc", "Where does the prior of z enter?", "KL13")
def elbo_mc_without_prior(x, p, z, mu, var):
    likelihood, _, posterior = _terms(x, p, z, mu, var)
    return (likelihood - posterior).mean()


@mistake("elbo_mc", "Which of the two densities of z makes the bound looser when it is large?")
def elbo_mc_posterior_added(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood + prior + posterior).mean()


@mistake("elbo_mc", "Which of the two densities of z makes the bound looser when it is large?", "EL2")
def elbo_mc_divergence_added(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood - prior + posterior).mean()


# Functions that others are built on are given no mistake that returns a constant: what follows from a known mistake
# earns its points, and nothing has to be right to follow from a constant.
@mistake("elbo_mc", _CONSTANT)
def elbo_mc_zero(x, p, z, mu, var):
    return 0 * (p.sum() + z.sum() + mu.sum() + var.sum())


@mistake("elbo_mc", _GROWS, "KL5")
def elbo_mc_sum_over_batch(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood + prior - posterior).sum()


@mistake("elbo_mc", "Independent pixels and axes: how do their log-densities combine?", "LG3")
def elbo_mc_mean_over_axes(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood / x.shape[-1] + (prior - posterior) / z.shape[-1]).mean()


@mistake("elbo_mc", "The two parts of the objective are reduced differently.", "BE5")
def elbo_mc_likelihood_mean_over_pixels(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood / x.shape[-1] + prior - posterior).mean()


@mistake("elbo_mc", "var is the variance: does every place have it, or its square root?", "LG4")
def elbo_mc_variance_as_sigma(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var.square())
    return (likelihood + prior - posterior).mean()


@mistake("elbo_mc", "Does log p(z) change when its mean and variance are expanded to full shape?", "LG1")
def elbo_mc_prior_constant_once(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood + prior + 0.5 * math.log(2 * math.pi) * (z.shape[-1] - 1) - posterior).mean()


@mistake("elbo_mc", "Where are the densities of z? This is the likelihood alone.", "KL13")
def elbo_mc_likelihood_only(x, p, z, mu, var):
    likelihood, _, _ = _terms(x, p, z, mu, var)
    return likelihood.mean()


@mistake("elbo_mc", "The estimate uses the sample z in all of its terms; a closed form does not.")
def elbo_mc_closed_form(x, p, z, mu, var):
    likelihood, _, _ = _terms(x, p, z, mu, var)
    return (likelihood - _kl(mu, var.log()).sum(-1)).mean()


@mistake("elbo_mc", "The gradient through log q(z | x) is cut off.")
def elbo_mc_posterior_detached(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood + prior - posterior.detach()).mean()


@mistake("elbo_mc", "The gradient through z is cut off in the densities of z.")
def elbo_mc_sample_detached(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z.detach(), mu, var)
    return (likelihood + prior - posterior).mean()


@mistake("elbo_mc", "You built a loss object; it was never called on the two tensors.", "BE8")
def elbo_mc_loss_never_called(x, p, z, mu, var):
    _, prior, posterior = _terms(x, p, z, mu, var)
    return (prior - posterior - nn.BCELoss(p, x, reduction="none").sum(-1)).mean()


@mistake("elbo_mc", "The value is -inf although every term is finite. Work in logs throughout.", "BE1")
def elbo_mc_product(x, p, z, mu, var):
    _, prior, posterior = _terms(x, p, z, mu, var)
    return ((p**x * (1 - p) ** (1 - x)).prod(-1).log() + prior - posterior).mean()


# ---------------------------------------------------------------------------------- model

_HEADS = "mu and logvar are two functions of x: does each have a layer, or half of a layer, of its own?"


def _draw(like, eps):
    return torch.randn_like(like) if eps is None else eps


def _stack(*sizes, activation=nn.Tanh, bias=True):
    """Linear layers of these sizes with an activation between every two."""
    layers = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after, bias=bias), activation()]
    return nn.Sequential(*layers[:-1])


class _Unlike(RightVAE):
    """The right model with an activation of another kind."""

    def __init__(self, data, hidden, latent, activation=nn.Tanh, bias=True):
        super().__init__(data, hidden, latent)
        self.encoder = _stack(data, hidden, 2 * latent, activation=activation, bias=bias)
        self.decoder = _stack(latent, hidden, data, activation=activation, bias=bias)


class _WithForward(RightVAE):
    """The right model whose sample of q(z | x) is made by `code`."""

    def code(self, mu, logvar, eps):
        raise NotImplementedError

    def forward(self, x, eps=None):
        mu, logvar = self.encode(x)
        return self.decode(self.code(mu, logvar, eps)), mu, logvar


@mistake("VAE", "Count your layers against the handout.", "TR10")
class vae_second_hidden_layer(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent)
        self.encoder = _stack(data, hidden, hidden, 2 * latent)
        self.decoder = _stack(latent, hidden, hidden, data)


@mistake("VAE", "Count the layers of the decoder against the handout.", "TR10")
class vae_second_hidden_layer_in_decoder(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent)
        self.decoder = _stack(latent, hidden, hidden, data)


@mistake("VAE", "Count your layers against the handout: is there a hidden one?", "TR10")
class vae_without_hidden_layer(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent)
        self.encoder, self.decoder = nn.Linear(data, 2 * latent), nn.Linear(latent, data)


@mistake("VAE", "Which activation do the hidden units have? These are not bounded.")
class vae_relu(_Unlike):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent, nn.ReLU)


@mistake("VAE", "Which activation do the hidden units have? These are never negative.")
class vae_sigmoid(_Unlike):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent, nn.Sigmoid)


@mistake("VAE", "What stands between two linear layers? Without it they are one.")
class vae_linear(_Unlike):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent, nn.Identity)


@mistake("VAE", "Does every linear layer have its biases?", "TR10")
class vae_without_biases(_Unlike):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent, bias=False)


@mistake("VAE", "mu and logvar take both signs: nothing follows the last linear layer.")
class vae_relu_on_heads(RightVAE):
    def encode(self, x):
        mu, logvar = super().encode(x)
        return mu.relu(), logvar.relu()


@mistake("VAE", "mu takes any value: nothing follows the last linear layer.")
class vae_tanh_on_mean(RightVAE):
    def encode(self, x):
        mu, logvar = super().encode(x)
        return mu.tanh(), logvar


@mistake("VAE", "logvar takes both signs: it is a logarithm, so nothing has to make it positive.")
class vae_softplus_on_logvar(RightVAE):
    def encode(self, x):
        mu, logvar = super().encode(x)
        return mu, F.softplus(logvar)


@mistake("VAE", _NO_CLIPPING, "KL14")
class vae_logvar_clamped(RightVAE):
    def encode(self, x):
        mu, logvar = super().encode(x)
        return mu, logvar.clamp(-1, 1)


@mistake("VAE", "encode returns the logarithm of the variance, not the standard deviation.", "KL7")
class vae_encodes_sigma(RightVAE):
    def encode(self, x):
        mu, logvar = super().encode(x)
        return mu, (0.5 * logvar).exp()

    def forward(self, x, eps=None):
        mu, sigma = self.encode(x)
        return self.decode(mu + sigma * _draw(mu, eps)), mu, sigma


@mistake("VAE", _HEADS, "TR10")
class vae_one_head(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent)
        self.encoder = _stack(data, hidden, latent)

    def encode(self, x):
        head = self.encoder(x)
        return head, head.clone()


@mistake("VAE", _HEADS)
class vae_same_half_twice(RightVAE):
    def encode(self, x):
        mu, _ = super().encode(x)
        return mu, mu.clone()


@mistake("VAE", "decode returns logits: is a sigmoid applied?", "BE3")
class vae_decodes_probabilities(RightVAE):
    def decode(self, z):
        return super().decode(z).sigmoid()

    def sample(self, n, z=None):
        return self.decode(_draw(self.encoder[0].weight.new_empty(n, self.latent), z))


@mistake("VAE", "forward returns logits: is a sigmoid applied?", "BE3")
class vae_forward_gives_probabilities(RightVAE):
    def forward(self, x, eps=None):
        logits, mu, logvar = super().forward(x, eps)
        return logits.sigmoid(), mu, logvar


@mistake("VAE", "Does your model know all its layers? A list does not register them.", "TR6")
class vae_layers_in_a_list(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent)
        self.layers = [self.encoder, self.decoder]
        del self.encoder, self.decoder

    def to(self, *arguments, **keywords):
        for layer in self.layers:
            layer.to(*arguments, **keywords)
        return self

    def encode(self, x):
        mu, logvar = self.layers[0](x).chunk(2, dim=-1)
        return mu, logvar

    def decode(self, z):
        return self.layers[1](z)

    def sample(self, n, z=None):
        return self.decode(_draw(self.layers[0][0].weight.new_empty(n, self.latent), z)).sigmoid()


@mistake("VAE", "Are all parameters of the model trained?", "TR6")
class vae_frozen_decoder(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent)
        self.decoder.requires_grad_(False)


@mistake("VAE", "An example must not depend on the others of its batch: which layer mixes them?")
class vae_batch_norm(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        super().__init__(data, hidden, latent)
        self.encoder.insert(1, nn.BatchNorm1d(hidden))


@mistake("VAE", "An example must not depend on the others of its batch: over which axis do you average?")
class vae_centres_batch(RightVAE):
    def encode(self, x):
        return super().encode(x - x.mean(0) if len(x) > 1 else x)


@mistake("VAE", "The same input gives two different codes. The handout has no dropout.")
class vae_dropout(RightVAE):
    def encode(self, x):
        mu, logvar = self.encoder[2](F.dropout(self.encoder[:2](x), 0.2)).chunk(2, dim=-1)
        return mu, logvar


@mistake("VAE", "What are the sizes of VAE() without arguments?")
class vae_other_defaults(RightVAE):
    def __init__(self, data=784, hidden=400, latent=20):
        super().__init__(data, hidden, latent)


@mistake("VAE", _FLOAT, "RP7")
class vae_float32(RightVAE):
    def to(self, *arguments, **keywords):
        return self

    def encode(self, x):
        return super().encode(x.float())

    def decode(self, z):
        return super().decode(z.float())


@mistake("VAE", "Image by image: is the batch axis still there for one example?")
class vae_squeezed(RightVAE):
    def decode(self, z):
        return super().decode(z).squeeze()


@mistake("VAE", "A seed is set where the model is built: it changes the random numbers of the whole program.", "RP5")
class vae_seeds_when_built(RightVAE):
    def __init__(self, data=784, hidden=500, latent=2):
        torch.manual_seed(0)
        super().__init__(data, hidden, latent)


@mistake("VAE", "The decoder is given a sample of q(z | x), not its mean.", "RP6")
class vae_decodes_mean(_WithForward):
    def code(self, mu, logvar, eps):
        return mu


@mistake("VAE", "Which noise is used when eps is given?")
class vae_ignores_eps(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp() * torch.randn_like(mu)


@mistake("VAE", "The spread of the codes in forward does not match logvar.", "RP1")
class vae_variance_as_sigma(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + logvar.exp() * _draw(mu, eps)


@mistake("VAE", "In forward, logvar is used as if it were the standard deviation.", "RP1")
class vae_logvar_as_sigma(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + logvar * _draw(mu, eps)


@mistake("VAE", "The noise in forward has the same spread for every image.", "RP6")
class vae_unit_sigma(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + _draw(mu, eps)


@mistake("VAE", "The mean is missing from the codes that forward decodes.", "RP6")
class vae_without_mean(_WithForward):
    def code(self, mu, logvar, eps):
        return (0.5 * logvar).exp() * _draw(mu, eps)


@mistake("VAE", "The encoder receives no gradient through z.", "RP3")
class vae_code_detached(_WithForward):
    def code(self, mu, logvar, eps):
        return (mu + (0.5 * logvar).exp() * _draw(mu, eps)).detach()


@mistake("VAE", "The encoder receives no gradient through z to its variance.", "RP3")
class vae_sigma_detached(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp().detach() * _draw(mu, eps)


@mistake("VAE", "The encoder receives no gradient through z to its mean.", "RP3")
class vae_mean_detached(_WithForward):
    def code(self, mu, logvar, eps):
        return mu.detach() + (0.5 * logvar).exp() * _draw(mu, eps)


@mistake("VAE", "Are two codes of a batch independent? Every example needs noise of its own.", "RP4")
class vae_noise_for_batch(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp() * (torch.randn_like(mu[:1]) if eps is None else eps)


@mistake("VAE", "Are two axes of a code independent? Every axis needs noise of its own.", "RP4")
class vae_noise_for_axes(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp() * (torch.randn_like(mu[:, :1]) if eps is None else eps)


@mistake("VAE", "Look at a histogram of the noise in forward: shape and centre.", "RP2")
class vae_uniform_noise(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp() * (torch.rand_like(mu) if eps is None else eps)


@mistake("VAE", "Look at a histogram of the noise in forward: it has two bars.", "RP2")
class vae_sign_noise(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp() * (torch.randn_like(mu).sign() if eps is None else eps)


@mistake("VAE", "The density that forward samples from is not the one in your objective.", "RP8")
class vae_small_noise(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp() * (0.1 * torch.randn_like(mu) if eps is None else eps)


@mistake("VAE", "Two calls of forward use the same noise: who sets a seed?", "RP5")
class vae_seeded_noise(_WithForward):
    def code(self, mu, logvar, eps):
        if eps is None:
            torch.manual_seed(0)
        return mu + (0.5 * logvar).exp() * _draw(mu, eps)


@mistake("VAE", "Does forward draw noise where none is given?", "RP6")
class vae_no_noise_of_its_own(_WithForward):
    def code(self, mu, logvar, eps):
        return mu + (0.5 * logvar).exp() * (torch.zeros_like(mu) if eps is None else eps)


@mistake("VAE", "forward returns the mean of q(z | x), not the code that was sampled.")
class vae_returns_code(RightVAE):
    def forward(self, x, eps=None):
        mu, logvar = self.encode(x)
        z = mu + (0.5 * logvar).exp() * _draw(mu, eps)
        return self.decode(z), z, logvar


@mistake("VAE", "In which order does forward return its three results?")
class vae_order(RightVAE):
    def forward(self, x, eps=None):
        logits, mu, logvar = super().forward(x, eps)
        return mu, logvar, logits


@mistake("VAE", "forward returns three results.")
class vae_logits_only(RightVAE):
    def forward(self, x, eps=None):
        return super().forward(x, eps)[0]


@mistake("VAE", "The encoder learns nothing: is it run without gradient?", "RP3")
class vae_encoder_without_gradient(RightVAE):
    def encode(self, x):
        with torch.no_grad():
            return super().encode(x)


class _WithSample(RightVAE):
    def codes(self, n):
        return torch.randn(n, self.latent, dtype=self.encoder[0].weight.dtype)

    def sample(self, n, z=None):
        return self.decode(self.codes(n) if z is None else z).sigmoid()


@mistake("VAE", "sample returns probabilities, in (0, 1): these are logits.")
class vae_samples_logits(_WithSample):
    def sample(self, n, z=None):
        return self.decode(self.codes(n) if z is None else z)


@mistake("VAE", "sample returns probabilities: does it apply the sigmoid twice?", "BE3")
class vae_samples_sigmoid_twice(_WithSample):
    def sample(self, n, z=None):
        return super().sample(n, z).sigmoid()


@mistake("VAE", "sample returns the probabilities of the pixels; the pixels themselves are not drawn.")
class vae_samples_pixels(_WithSample):
    def sample(self, n, z=None):
        return torch.bernoulli(super().sample(n, z))


@mistake("VAE", "sample returns the probabilities of the pixels; they are not rounded.")
class vae_samples_rounded(_WithSample):
    def sample(self, n, z=None):
        return super().sample(n, z).round()


@mistake("VAE", "sample decodes the codes that it is given.")
class vae_sample_ignores_codes(_WithSample):
    def sample(self, n, z=None):
        return self.decode(self.codes(n)).sigmoid()


@mistake("VAE", "From which distribution does sample draw its codes? Look at a histogram.", "RP2")
class vae_sample_uniform_codes(_WithSample):
    def codes(self, n):
        return torch.rand(n, self.latent, dtype=self.encoder[0].weight.dtype)


@mistake("VAE", "The codes that sample draws have another spread than the prior.", "RP8")
class vae_sample_narrow_codes(_WithSample):
    def codes(self, n):
        return 0.5 * super().codes(n)


@mistake("VAE", "sample draws the same codes in every call: who sets a seed?", "RP5")
class vae_sample_seeded(_WithSample):
    def codes(self, n):
        torch.manual_seed(0)
        return super().codes(n)


@mistake("VAE", "sample draws one code for all its images.", "RP4")
class vae_sample_one_code(_WithSample):
    def codes(self, n):
        return super().codes(1).repeat(n, 1)


@mistake("VAE", "sample draws one number for all axes of a code.", "RP4")
class vae_sample_one_axis(_WithSample):
    def codes(self, n):
        return super().codes(n)[:, :1].repeat(1, self.latent)


@mistake("VAE", "sample always decodes the origin: where is the randomness of the prior?", "RP6")
class vae_sample_origin(_WithSample):
    def codes(self, n):
        return 0 * super().codes(n)


@mistake("VAE", "The codes that sample draws have the dtype of the parameters.", "RP7")
class vae_sample_default_dtype(_WithSample):
    def codes(self, n):
        return torch.randn(n, self.latent)


# ---------------------------------------------------------------------------------- training

_BATCH = 64
_UNCHANGED = "The model that was handed over does not change: which call changes it, when, and is it this model?"


def _batch(data, step, size=_BATCH):
    size = min(size, len(data))
    return data[torch.arange(step * size, (step + 1) * size) % len(data)]


def _rec_and_kl(x, logits, mu, logvar):
    rec = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1).mean()
    return rec, _kl(mu, logvar).sum(-1).mean()


def _right_loss(x, logits, mu, logvar):
    rec, kl = _rec_and_kl(x, logits, mu, logvar)
    return rec + kl


def _adam(model, lr):
    return torch.optim.Adam(model.parameters(), lr=lr)


def _train(model, data, steps, lr, *, loss_of=_right_loss, batch=_batch, optimizer=_adam, zero=True):
    """The right training, but for what is given."""
    optimizer, losses = optimizer(model, lr), []
    for step in range(steps):
        x = batch(data, step)
        loss = loss_of(x, *model(x))
        if zero:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("train_vae", "Run the same step twice: is it the same update? Every step needs its own gradient alone.", "TR1")
def train_without_zero_grad(model, data, steps, lr):
    return _train(model, data, steps, lr, zero=False)


@mistake("train_vae", _UNCHANGED, "TR1")
def train_zero_grad_before_step(model, data, steps, lr):
    optimizer, losses = _adam(model, lr), []
    for step in range(steps):
        x = _batch(data, step)
        loss = _right_loss(x, *model(x))
        loss.backward()
        optimizer.zero_grad(set_to_none=False)
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("train_vae", _UNCHANGED)
def train_without_step(model, data, steps, lr):
    return [float(_right_loss(x, *model(x)).detach()) for x in (_batch(data, step) for step in range(steps))]


@mistake("train_vae", _UNCHANGED)
def train_a_copy(model, data, steps, lr):
    return _train(copy.deepcopy(model), data, steps, lr)


@mistake("train_vae", "Should the loss go up or down in training? Here it goes up.", "EL1")
def train_upwards(model, data, steps, lr):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr, maximize=True), []
    for step in range(steps):
        x = _batch(data, step)
        loss = _right_loss(x, *model(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("train_vae", "Minimise the loss: this is the bound itself.", "EL1")
def train_on_negative_loss(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=lambda *a: -_right_loss(*a))


def _with_loss(combine):
    def loss_of(x, logits, mu, logvar):
        return combine(*_rec_and_kl(x, logits, mu, logvar), x, mu)

    return loss_of


@mistake("train_vae", "Which part of the objective keeps the codes near the prior?", "EL2")
def train_without_kl(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: rec))


@mistake("train_vae", "Increase the divergence of q: your loss should not improve for ever.", "EL2")
def train_kl_subtracted(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: rec - kl))


@mistake("train_vae", "The two parts of the objective are reduced differently: is one averaged over pixels?", "BE5")
def train_rec_mean_over_pixels(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: rec / x.shape[1] + kl))


@mistake("train_vae", "The two parts of the objective are reduced differently: is one averaged over axes?", "KL4")
def train_kl_mean_over_axes(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: rec + kl / mu.shape[1]))


@mistake("train_vae", "The latent term is scaled by a quantity of the image space.", "KL6")
def train_kl_over_pixels(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: rec + kl / x.shape[1]))


@mistake("train_vae", "The loss grows with the batch size: is it averaged over the batch?", "KL5")
def train_loss_sum_over_batch(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: len(x) * (rec + kl)))


@mistake("train_vae", "The loss of part 6 has beta = 1.", "EL12")
def train_with_beta(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: rec + 4 * kl))


@mistake("train_vae", "The KL term is in the losses, but not in their gradient.")
def train_kl_detached(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=_with_loss(lambda rec, kl, x, mu: rec + kl.detach()))


@mistake("train_vae", "The model returns logits: does your loss expect probabilities?", "BE3")
def train_sigmoid_twice(model, data, steps, lr):
    return _train(model, data, steps, lr, loss_of=lambda x, logits, *q: _right_loss(x, logits.sigmoid(), *q))


@mistake("train_vae", "The pixels are 0 or 1: whose log-likelihood is the squared error?")
def train_squared_error(model, data, steps, lr):
    def loss_of(x, logits, mu, logvar):
        return (logits.sigmoid() - x).square().sum(-1).mean() + _kl(mu, logvar).sum(-1).mean()

    return _train(model, data, steps, lr, loss_of=loss_of)


@mistake("train_vae", "Which parameters changed? The encoder's should, too.", "TR2")
def train_decoder_only(model, data, steps, lr):
    return _train(model, data, steps, lr, optimizer=lambda m, lr: torch.optim.Adam(m.decoder.parameters(), lr=lr))


@mistake("train_vae", "Which parameters changed? The decoder's should, too.", "TR2")
def train_encoder_only(model, data, steps, lr):
    return _train(model, data, steps, lr, optimizer=lambda m, lr: torch.optim.Adam(m.encoder.parameters(), lr=lr))


@mistake("train_vae", "Which optimiser does the handout ask for?")
def train_with_sgd(model, data, steps, lr):
    return _train(model, data, steps, lr, optimizer=lambda m, lr: torch.optim.SGD(m.parameters(), lr=lr))


@mistake("train_vae", "Adam's other settings stay as they are; something shrinks the weights here.")
def train_with_weight_decay(model, data, steps, lr):
    return _train(
        model, data, steps, lr, optimizer=lambda m, lr: torch.optim.AdamW(m.parameters(), lr=lr, weight_decay=0.1)
    )


@mistake("train_vae", "Adam's other settings stay as they are: are its betas?")
def train_with_other_betas(model, data, steps, lr):
    return _train(
        model, data, steps, lr, optimizer=lambda m, lr: torch.optim.Adam(m.parameters(), lr=lr, betas=(0.5, 0.999))
    )


@mistake("train_vae", "Is the learning rate the one that was given?")
def train_ignores_lr(model, data, steps, lr):
    return _train(model, data, steps, 1e-3)


@mistake("train_vae", "Adam remembers earlier steps: is it built once, or for every step?")
def train_new_optimizer_each_step(model, data, steps, lr):
    return [_train(model, data, 1, lr, batch=lambda data, _, step=step: _batch(data, step))[0] for step in range(steps)]


@mistake("train_vae", "The gradient is used as it is: something bounds it.")
def train_gradient_clipped(model, data, steps, lr):
    optimizer, losses = _adam(model, lr), []
    for step in range(steps):
        x = _batch(data, step)
        loss = _right_loss(x, *model(x))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.1)
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("train_vae", "In which order are the rows taken? Nothing is shuffled.")
def train_shuffled(model, data, steps, lr):
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(0))
    return _train(model, data[order], steps, lr)


@mistake("train_vae", "Which rows does a step take? These are drawn, some of them twice.")
def train_drawn_batches(model, data, steps, lr):
    generator = torch.Generator().manual_seed(0)
    size = min(_BATCH, len(data))
    return _train(
        model, data, steps, lr, batch=lambda data, _: data[torch.randint(len(data), (size,), generator=generator)]
    )


@mistake("train_vae", "How many rows does a step take? These are all of them.")
def train_full_batches(model, data, steps, lr):
    return _train(model, data, steps, lr, batch=lambda data, _: data)


@mistake("train_vae", "How many rows does a step take?")
def train_batches_of_32(model, data, steps, lr):
    return _train(model, data, steps, lr, batch=lambda data, step: _batch(data, step, 32))


@mistake("train_vae", "Do later steps take later rows?")
def train_first_batch_only(model, data, steps, lr):
    return _train(model, data, steps, lr, batch=lambda data, _: _batch(data, 0))


@mistake("train_vae", "What happens at the last row? No batch is shorter than the others.")
def train_short_last_batch(model, data, steps, lr):
    batches = data.split(_BATCH)
    return _train(model, data, steps, lr, batch=lambda _, step: batches[step % len(batches)])


@mistake("train_vae", "What happens at the last row? No row is left out.")
def train_drops_last_rows(model, data, steps, lr):
    whole = data[: max(len(data) // _BATCH, 1) * _BATCH] if len(data) >= _BATCH else data
    return _train(model, whole, steps, lr)


@mistake("train_vae", "steps counts batches, not passes over the data.")
def train_epochs(model, data, steps, lr):
    passes = -(-len(data) // _BATCH)
    losses = _train(model, data, steps * passes, lr)
    return losses[passes - 1 :: passes]


@mistake("train_vae", "Is every loss that of its batch before the parameters change in this step?")
def train_loss_after_step(model, data, steps, lr):
    optimizer, losses = _adam(model, lr), []
    for step in range(steps):
        x = _batch(data, step)
        optimizer.zero_grad()
        _right_loss(x, *model(x)).backward()
        optimizer.step()
        losses.append(float(_right_loss(x, *model(x)).detach()))
    return losses


@mistake("train_vae", "Return the loss of every step, not an average over the steps so far.")
def train_running_mean(model, data, steps, lr):
    losses = _train(model, data, steps, lr)
    return [sum(losses[: i + 1]) / (i + 1) for i in range(len(losses))]


@mistake("train_vae", "Return Python floats: a list of tensors keeps the graph of every step alive.")
def train_losses_with_graph(model, data, steps, lr):
    optimizer, losses = _adam(model, lr), []
    for step in range(steps):
        x = _batch(data, step)
        loss = _right_loss(x, *model(x))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)
    return losses


@mistake("train_vae", "Return the losses of all steps as a list.")
def train_last_loss_only(model, data, steps, lr):
    return _train(model, data, steps, lr)[-1]


@mistake("train_vae", "The list has one number for every step: is there one too many?")
def train_one_step_too_many(model, data, steps, lr):
    return _train(model, data, steps + 1, lr)


@mistake("train_vae", "Return the losses: there is nothing to see of the training.")
def train_returns_nothing(model, data, steps, lr):
    _train(model, data, steps, lr)


@mistake("train_vae", "The decoder is trained on samples of q(z | x), not on its means.", "RP6")
def train_decodes_means(model, data, steps, lr):
    optimizer, losses = _adam(model, lr), []
    for step in range(steps):
        x = _batch(data, step)
        mu, logvar = model.encode(x)
        loss = _right_loss(x, model.decode(mu), mu, logvar)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("train_vae", "Is the noise drawn anew in every step?", "RP5")
def train_same_noise(model, data, steps, lr):
    optimizer, losses, eps = _adam(model, lr), [], None
    for step in range(steps):
        x = _batch(data, step)
        eps = torch.randn_like(model.encode(x)[0]).detach() if eps is None else eps
        loss = _right_loss(x, *model(x, eps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@mistake("train_vae", "A seed is set: it changes the random numbers of the whole program.", "RP5")
def train_seeded(model, data, steps, lr):
    torch.manual_seed(0)
    return _train(model, data, steps, lr)


@mistake("train_vae", "One image may be more or less bright than another: the data are used as they are.")
def train_on_centred_data(model, data, steps, lr):
    def batch(data, step):
        x = _batch(data, step)
        return x - x.mean(0)

    return _train(model, data, steps, lr, batch=batch)


# ---------------------------------------------------------------------------------- figures


@mistake("prior_grid", "The handout asks for probabilities, in (0, 1): these are logits.")
def prior_grid_logits(model, z):
    with torch.no_grad():
        return model.decode(z)


@mistake("prior_grid", "These are probabilities of probabilities: is a sigmoid applied twice?", "BE3")
def prior_grid_sigmoid_twice(model, z):
    with torch.no_grad():
        return model.decode(z).sigmoid().sigmoid()


@mistake("prior_grid", "The pixel probabilities are asked for; nothing is drawn.")
def prior_grid_pixels(model, z):
    with torch.no_grad():
        return torch.bernoulli(model.decode(z).sigmoid())


@mistake("prior_grid", "The pixel probabilities are asked for; nothing is rounded.")
def prior_grid_rounded(model, z):
    with torch.no_grad():
        return model.decode(z).sigmoid().round()


@mistake("prior_grid", "Are the codes decoded those that were given?")
def prior_grid_draws_codes(model, z):
    with torch.no_grad():
        return model.sample(len(z))


@mistake("prior_grid", "A figure needs no gradient: compute it without a graph.")
def prior_grid_with_graph(model, z):
    return model.decode(z).sigmoid()


@mistake("prior_grid", "Pixels are independent of each other: their probabilities do not add up to 1.")
def prior_grid_softmax(model, z):
    with torch.no_grad():
        return model.decode(z).softmax(-1)


@mistake("prior_grid", "One row for every code: which axis is which?")
def prior_grid_transposed(model, z):
    with torch.no_grad():
        return model.decode(z).sigmoid().T


@mistake("latent_means", "The mean of q(z | x) is asked for, not a sample.", "RP6")
def latent_means_samples(model, x):
    with torch.no_grad():
        mu, logvar = model.encode(x)
        return mu + (0.5 * logvar).exp() * torch.randn_like(mu)


@mistake("latent_means", "encode returns two things: which of them is the mean?")
def latent_means_logvar(model, x):
    with torch.no_grad():
        return model.encode(x)[1]


@mistake("latent_means", "encode returns two things: only one of them is asked for.")
def latent_means_both(model, x):
    with torch.no_grad():
        return model.encode(x)


@mistake("latent_means", "A figure needs no gradient: compute it without a graph.")
def latent_means_with_graph(model, x):
    return model.encode(x)[0]


@mistake("latent_means", "One code for every image: nothing is averaged over the images.")
def latent_means_over_batch(model, x):
    with torch.no_grad():
        return model.encode(x)[0].mean(0)


@mistake("latent_means", "All images, also those after the first batch.")
def latent_means_first_batch(model, x):
    with torch.no_grad():
        return model.encode(x[:_BATCH])[0]


@mistake("latent_means", "One code is a row, also for a single image.")
def latent_means_squeezed(model, x):
    with torch.no_grad():
        return model.encode(x)[0].squeeze()


@mistake("latent_means", "Row i is the code of image i: the images are in another order.")
def latent_means_shuffled(model, x):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        return model.encode(x[order])[0]
