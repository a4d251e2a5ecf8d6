"""Known wrong implementations, each with the hint it deserves. The hints never contain the formula."""

import math

import torch
import torch.nn.functional as F

from autograder import mistake

_GROWS = (
    "The result grows with the batch size, or shrinks with the number of axes. Check which axis you reduce, and how."
)
_CONVENTION = "Is the argument a standard deviation, a variance or a log-variance? Check every place it enters."


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
    return 0.5 * (logvar.exp() - 1 - logvar).sum(-1) + 0 * mu.sum(-1)


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
    return -0.5 * (1 + math.log(2 * math.pi) + logvar).sum(-1) + 0 * mu.sum(-1)


@mistake("kl_standard_normal", "The gradient is cut off: do all parts of the result depend on logvar as tensors?")
def kl_detached_from_logvar(mu, logvar):
    return _kl(mu, logvar.detach()).sum(-1)


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


# ---------------------------------------------------------------------------------- sampling


@mistake("reparameterize", "The spread of your samples does not match the variance you were given.", "RP1")
def reparameterize_variance_as_sigma(mu, logvar, eps):
    return mu + logvar.exp() * eps


@mistake("reparameterize", "The spread of your samples does not match the variance you were given.", "RP1")
def reparameterize_logvar_as_sigma(mu, logvar, eps):
    return mu + logvar * eps


@mistake("reparameterize", "The spread of your samples does not match the variance you were given.", "RP6")
def reparameterize_unit_sigma(mu, logvar, eps):
    return mu + eps + 0 * logvar


@mistake("reparameterize", "Your sample does not depend on the noise.", "RP6")
def reparameterize_mean(mu, logvar, eps):
    return mu + 0 * logvar * eps


@mistake("reparameterize", "The encoder receives no gradient through z to its variance.", "RP3")
def reparameterize_sigma_detached(mu, logvar, eps):
    return mu + (0.5 * logvar).exp().detach() * eps


@mistake("sample_bernoulli", "How often is u smaller than p?")
def sample_bernoulli_inverted(p, u):
    return (u > p).to(p.dtype)


@mistake("sample_bernoulli", "Does your sample depend on the noise?")
def sample_bernoulli_rounded(p, u):
    return (p > 0.5).to(p.dtype) + 0 * u


@mistake("interpolate", "Which end should alpha = 1 give?")
def interpolate_swapped(mu_a, mu_b, alphas):
    return alphas[:, None] * mu_b + (1 - alphas[:, None]) * mu_a


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


@mistake("elbo_mc", _GROWS, "KL5")
def elbo_mc_sum_over_batch(x, p, z, mu, var):
    likelihood, prior, posterior = _terms(x, p, z, mu, var)
    return (likelihood + prior - posterior).sum()
