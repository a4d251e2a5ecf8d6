"""Known wrong implementations, each with the hint it deserves. The hints never contain the formula."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder import mistake
from reference.bernoulli import log_bernoulli_with_logits
from reference.beta_cvae import CVAE as RightCVAE
from reference.beta_cvae import beta_elbo as right_beta_elbo
from reference.gaussian import kl_standard_normal, log_normal_diag
from reference.iwae import log_weights as right_log_weights
from reference.mixtures import gmvae_kl_mc as right_gmvae_kl_mc
from reference.mixtures import log_normal_mixture as right_log_normal_mixture
from reference.ssvae import kl_cat as right_kl_cat
from reference.ssvae import ssvae_terms as right_ssvae_terms

_LOG_2PI = math.log(2 * math.pi)
_GRADIENT = "The value may be right, but something cuts or changes the gradient."
_BATCH = "Keep the batch axis: one value per example."
_CONVENTION = "Is the argument a standard deviation, a variance or a log-variance? Check every place it enters."
_UNDERFLOW = "The value is not finite although every term is. Work in logarithms throughout."
_WHOLE_DENSITY = "A density must integrate to one: is every factor of it there?"
_AXES = "Independent axes: how do their log-densities combine?"
_PIXELS = "Independent pixels: how do their log-likelihoods combine? And is the rest reduced in the same way?"
_SIGMOID = "Does this function expect probabilities or logits?"
_CONFIDENT = "Try a confident decoder (logit 100): can the sigmoid still be told from 1?"
_SIGN = "Should this number go up or down in training? Look at what the handout asks for."


def _log_normal(z, mu, var):
    """One value per axis."""
    return -0.5 * (_LOG_2PI + var.log() + (z - mu).square() / var)


def _lme(x, dim):
    return torch.logsumexp(x, dim) - math.log(x.shape[dim])


# ---------------------------------------------------------------------------------- log_mean_exp


@mistake("log_mean_exp", "Try entries that are all equal: what is the mean of equal numbers?", "GM2")
def lme_without_count(x, dim):
    return torch.logsumexp(x, dim)


@mistake("log_mean_exp", "The mean is inside the logarithm.", "GM3")
def lme_mean_of_logs(x, dim):
    return x.mean(dim)


@mistake("log_mean_exp", "The largest entry is not the mean: do the others count?", "IW5")
def lme_maximum(x, dim):
    return x.amax(dim)


@mistake("log_mean_exp", "Try entries of 1000 and of -1000: what is exp of them?", "GM4")
def lme_naive(x, dim):
    return x.exp().mean(dim).log()


@mistake("log_mean_exp", "Try entries of 1000 and of -1000: what is exp of them?")
def lme_guarded(x, dim):
    return (x.exp().mean(dim) + 1e-8).log()


@mistake("log_mean_exp", "By which entry must you shift so that no exponential overflows?")
def lme_shift_by_minimum(x, dim):
    least = x.amin(dim, keepdim=True)
    return ((x - least).exp().mean(dim, keepdim=True).log() + least).squeeze(dim)


@mistake("log_mean_exp", "You shift before the exponential: is the shift there again afterwards?")
def lme_shift_forgotten(x, dim):
    return (x - x.amax(dim, keepdim=True).detach()).exp().mean(dim).log()


@mistake("log_mean_exp", "How many entries are averaged: those along the axis, or all of the tensor?")
def lme_count_of_all_entries(x, dim):
    return torch.logsumexp(x, dim) - math.log(x.numel())


@mistake("log_mean_exp", "How many entries are averaged, whichever the axis is?", "IW3")
def lme_count_of_first_axis(x, dim):
    return torch.logsumexp(x, dim) - math.log(x.shape[0])


@mistake("log_mean_exp", "Is the axis that you reduce the one you were given?", "IW3")
def lme_always_last_axis(x, dim):
    return _lme(x, -1)


@mistake("log_mean_exp", "Is the axis that you reduce the one you were given?", "IW3")
def lme_always_first_axis(x, dim):
    return _lme(x, 0)


@mistake("log_mean_exp", "The reduced axis should not be there any more.")
def lme_keeps_axis(x, dim):
    return _lme(x, dim).unsqueeze(dim)


@mistake("log_mean_exp", "Only one axis is averaged; the others stay.")
def lme_over_everything(x, dim):
    return _lme(x.reshape(-1), 0)


@mistake("log_mean_exp", "Which base has your logarithm?")
def lme_base_two(x, dim):
    return _lme(x, dim) / math.log(2)


@mistake("log_mean_exp", "The logarithm of a mean is not a weighted mean of the logarithms.")
def lme_softmax_weighted(x, dim):
    return (x.softmax(dim) * x).sum(dim)


@mistake("log_mean_exp", _GRADIENT)
def lme_detached(x, dim):
    return _lme(x, dim).detach()


@mistake("log_mean_exp", "The shift cancels only if both places where it enters are treated alike.")
def lme_shift_with_gradient_once(x, dim):
    peak = x.amax(dim, keepdim=True)
    return ((x - peak.detach()).exp().mean(dim, keepdim=True).log() + peak).squeeze(dim)


@mistake("log_mean_exp", "Results keep the dtype of the inputs.")
def lme_float32_inside(x, dim):
    return _lme(x.float(), dim)


# ---------------------------------------------------------------------------------- log_normal_mixture


@mistake("log_normal_mixture", "A component is chosen once for the whole vector, not once per dimension.", "GM1")
def mixture_per_axis(z, m, v):
    return _lme(_log_normal(z.unsqueeze(1), m, v), 1).sum(-1)


@mistake("log_normal_mixture", "Do the mixture weights sum to one?", "GM2")
def mixture_without_weights(z, m, v):
    return torch.logsumexp(log_normal_diag(z.unsqueeze(1), m, v), 1)


@mistake("log_normal_mixture", "The mean is inside the logarithm.", "GM3")
def mixture_mean_of_logs(z, m, v):
    return log_normal_diag(z.unsqueeze(1), m, v).mean(1)


@mistake("log_normal_mixture", "Test a point far away from every component.", "GM4")
def mixture_naive(z, m, v):
    return log_normal_diag(z.unsqueeze(1), m, v).exp().mean(1).log()


@mistake("log_normal_mixture", "The nearest component is not all of the mixture.", "IW5")
def mixture_nearest_component(z, m, v):
    return log_normal_diag(z.unsqueeze(1), m, v).amax(1) - math.log(m.shape[1])


@mistake("log_normal_mixture", "Allow a prior shared by the whole batch.", "GM6")
def mixture_not_shared(z, m, v):
    return right_log_normal_mixture(z, m.reshape(z.shape[0], -1, z.shape[1]), v.reshape(z.shape[0], -1, z.shape[1]))


@mistake("log_normal_mixture", "Does every example use its own mixture?")
def mixture_of_first_example(z, m, v):
    return right_log_normal_mixture(z, m[:1], v[:1])


@mistake("log_normal_mixture", _WHOLE_DENSITY, "LG2")
def mixture_without_constant(z, m, v):
    return right_log_normal_mixture(z, m, v) + 0.5 * z.shape[-1] * _LOG_2PI


@mistake("log_normal_mixture", "How often does the normalising constant occur for a vector of d entries?", "LG1")
def mixture_constant_once(z, m, v):
    return right_log_normal_mixture(z, m, v) + 0.5 * (z.shape[-1] - 1) * _LOG_2PI


@mistake("log_normal_mixture", "What does the variance do to the height of a density?")
def mixture_without_log_variance(z, m, v):
    return _lme(-0.5 * (_LOG_2PI + (z.unsqueeze(1) - m).square() / v).sum(-1), 1)


@mistake("log_normal_mixture", "Compare one component in one dimension with the density, worked by hand.")
def mixture_half_missing(z, m, v):
    return _lme(-(0.5 * _LOG_2PI + 0.5 * v.log() + (z.unsqueeze(1) - m).square() / v).sum(-1), 1)


@mistake("log_normal_mixture", _CONVENTION, "LG4")
def mixture_variance_as_sigma(z, m, v):
    return right_log_normal_mixture(z, m, v.square())


@mistake("log_normal_mixture", _CONVENTION, "KL7")
def mixture_variance_as_logvar(z, m, v):
    return right_log_normal_mixture(z, m, v.exp())


@mistake("log_normal_mixture", _AXES, "LG3")
def mixture_mean_over_axes(z, m, v):
    return _lme(_log_normal(z.unsqueeze(1), m, v).mean(-1), 1)


@mistake("log_normal_mixture", "Which axis holds the components, which the entries of z? You have them the wrong way.")
def mixture_axes_swapped(z, m, v):
    return _lme(_log_normal(z.unsqueeze(1), m, v).sum(1), 1)


@mistake("log_normal_mixture", "Test a point far away from every component.", "LG5")
def mixture_product_of_densities(z, m, v):
    return _lme(_log_normal(z.unsqueeze(1), m, v).exp().prod(-1).log(), 1)


@mistake("log_normal_mixture", "Never form a number as large as that power.", "LG6")
def mixture_power_of_two_pi(z, m, v):
    d = z.shape[-1]
    height = 1 / torch.sqrt((2 * torch.pi * torch.ones((), dtype=z.dtype)) ** d * v.prod(-1))
    return _lme(height.log() - 0.5 * ((z.unsqueeze(1) - m).square() / v).sum(-1), 1)


@mistake("log_normal_mixture", _BATCH, "LG7")
def mixture_sum_over_batch(z, m, v):
    return right_log_normal_mixture(z, m, v).sum()


@mistake("log_normal_mixture", _BATCH, "LG7")
def mixture_mean_over_batch(z, m, v):
    return right_log_normal_mixture(z, m, v).mean()


@mistake("log_normal_mixture", "Larger should mean more likely.", "BE7")
def mixture_negative(z, m, v):
    return -right_log_normal_mixture(z, m, v)


@mistake("log_normal_mixture", "Does the gradient reach the means and the variances of the mixture?")
def mixture_detached_from_components(z, m, v):
    return right_log_normal_mixture(z, m.detach(), v.detach())


@mistake("log_normal_mixture", "Does the gradient reach z?")
def mixture_detached_from_z(z, m, v):
    return right_log_normal_mixture(z.detach(), m, v)


@mistake("log_normal_mixture", "Guards that change the variance change the density of a narrow component.")
def mixture_variance_guarded(z, m, v):
    return right_log_normal_mixture(z, m, v + 1e-6)


# ---------------------------------------------------------------------------------- gmvae_kl_mc


@mistake("gmvae_kl_mc", "Which of the two densities is in the numerator of a divergence from q to p?", "KL2")
def gmvae_negative(z, mu, var, m, v):
    return -right_gmvae_kl_mc(z, mu, var, m, v)


@mistake("gmvae_kl_mc", "No closed form exists here; what does the handout offer instead?", "GM5")
def gmvae_closed_form_mean_of_components(z, mu, var, m, v):
    mu, var = mu.unsqueeze(1), var.unsqueeze(1)
    kl = 0.5 * (v.log() - var.log() + (var + (mu - m).square()) / v - 1).sum(-1)
    return kl.mean(1) + 0 * z.sum(-1)


@mistake("gmvae_kl_mc", "No closed form exists here; what does the handout offer instead?", "GM5")
def gmvae_closed_form_standard_normal(z, mu, var, m, v):
    return kl_standard_normal(mu, var.log()) + 0 * (z.sum(-1) + (m * v).sum((1, 2)))


@mistake("gmvae_kl_mc", "The estimate uses both densities at the same point z: is one of them averaged over q?")
def gmvae_analytic_entropy(z, mu, var, m, v):
    return -0.5 * (1 + _LOG_2PI + var.log()).sum(-1) - right_log_normal_mixture(z, m, v)


@mistake("gmvae_kl_mc", "Which prior has this model? It is not N(0, I).")
def gmvae_standard_normal_prior(z, mu, var, m, v):
    prior = log_normal_diag(z, z.new_zeros(1), z.new_ones(1))
    return log_normal_diag(z, mu, var) - prior + 0 * (m * v).sum((1, 2))


@mistake("gmvae_kl_mc", "A divergence compares two densities; I see one.", "KL13")
def gmvae_without_prior(z, mu, var, m, v):
    return log_normal_diag(z, mu, var) + 0 * (m * v).sum((1, 2))


@mistake("gmvae_kl_mc", "A divergence compares two densities; I see one.", "KL13")
def gmvae_without_posterior(z, mu, var, m, v):
    return -right_log_normal_mixture(z, m, v) + 0 * (mu * var).sum(-1)


@mistake("gmvae_kl_mc", "A single estimate may be negative; the expression needs no clipping.", "KL14")
def gmvae_clamped(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu, var, m, v).clamp(min=0)


@mistake("gmvae_kl_mc", "A single estimate may be negative; the expression needs no clipping.", "KL14")
def gmvae_absolute(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu, var, m, v).abs()


@mistake("gmvae_kl_mc", _CONVENTION, "KL7")
def gmvae_posterior_variance_as_sigma(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu, var.square(), m, v)


@mistake("gmvae_kl_mc", _CONVENTION, "KL7")
def gmvae_posterior_variance_as_logvar(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu, var.exp(), m, v)


@mistake("gmvae_kl_mc", "At which point are the densities evaluated: at z, or at the mean?")
def gmvae_at_the_mean(z, mu, var, m, v):
    return right_gmvae_kl_mc(mu, mu, var, m, v) + 0 * z.sum(-1)


@mistake("gmvae_kl_mc", "z is the sample to use: no new noise is drawn here.")
def gmvae_draws_its_own_sample(z, mu, var, m, v):
    z = mu + var.sqrt() * torch.randn(mu.shape, generator=torch.Generator().manual_seed(0), dtype=mu.dtype) + 0 * z
    return right_gmvae_kl_mc(z, mu, var, m, v)


@mistake("gmvae_kl_mc", _BATCH, "KL5")
def gmvae_mean_over_batch(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu, var, m, v).mean()


@mistake("gmvae_kl_mc", "Does the gradient reach z through both densities?")
def gmvae_prior_detached_from_z(z, mu, var, m, v):
    return log_normal_diag(z, mu, var) - right_log_normal_mixture(z.detach(), m, v)


@mistake("gmvae_kl_mc", "Does the gradient reach mu and var themselves, besides z?")
def gmvae_posterior_detached(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu.detach(), var.detach(), m, v)


@mistake("gmvae_kl_mc", "How do the components of the prior combine: is the mean inside the logarithm?", "GM3")
def gmvae_prior_mean_of_logs(z, mu, var, m, v):
    return log_normal_diag(z, mu, var) - log_normal_diag(z.unsqueeze(1), m, v).mean(1)


@mistake("gmvae_kl_mc", "Do the weights of the mixture sum to one?", "GM2")
def gmvae_prior_without_weights(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu, var, m, v) - math.log(m.shape[1])


@mistake("gmvae_kl_mc", "A component is chosen once for the whole vector, not once per dimension.", "GM1")
def gmvae_prior_per_axis(z, mu, var, m, v):
    return log_normal_diag(z, mu, var) - _lme(_log_normal(z.unsqueeze(1), m, v), 1).sum(-1)


@mistake("gmvae_kl_mc", "Test a point far away from every component.", "GM4")
def gmvae_prior_naive(z, mu, var, m, v):
    return log_normal_diag(z, mu, var) - log_normal_diag(z.unsqueeze(1), m, v).exp().mean(1).log()


@mistake("gmvae_kl_mc", _AXES, "KL4")
def gmvae_mean_over_axes(z, mu, var, m, v):
    return right_gmvae_kl_mc(z, mu, var, m, v) / z.shape[-1]


# ---------------------------------------------------------------------------------- log_weights


def _prior(z):
    return log_normal_diag(z, z.new_zeros(1), z.new_ones(1))


@mistake("log_weights", "A weight needs the densities at the sampled point, not their average over q.", "IW6")
def weights_analytic_kl(x, z, mu, var, decode):
    return log_bernoulli_with_logits(x, decode(z)) - kl_standard_normal(mu, var.log())


@mistake("log_weights", "Which densities make up a weight? One of them is missing.")
def weights_without_prior(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) - _prior(z)


@mistake("log_weights", "Which densities make up a weight? One of them is missing.")
def weights_without_posterior(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) + log_normal_diag(z, mu, var)


@mistake("log_weights", "Which densities make up a weight? Yours do not look at mu, var or the prior.")
def weights_likelihood_only(x, z, mu, var, decode):
    return log_bernoulli_with_logits(x, decode(z)) + 0 * (mu * var).sum(-1)


@mistake("log_weights", "Which densities make up a weight? Yours does not look at the pixels.")
def weights_without_likelihood(x, z, mu, var, decode):
    return _prior(z) - log_normal_diag(z, mu, var) + 0 * decode(z).sum(-1)


@mistake("log_weights", "Which of the densities stand in the denominator of a weight?")
def weights_posterior_added(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) + 2 * log_normal_diag(z, mu, var)


@mistake("log_weights", "Which of the densities stand in the denominator of a weight?")
def weights_prior_and_posterior_swapped(x, z, mu, var, decode):
    return log_bernoulli_with_logits(x, decode(z)) - _prior(z) + log_normal_diag(z, mu, var)


@mistake("log_weights", "Larger should mean a sample that explains x better.", "BE7")
def weights_negative(x, z, mu, var, decode):
    return -right_log_weights(x, z, mu, var, decode)


@mistake("log_weights", "Larger should mean a sample that explains x better.", "BE7")
def weights_cross_entropy_added(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) - 2 * log_bernoulli_with_logits(x, decode(z))


@mistake("log_weights", "Does your value change when the prior is expanded to full shape?", "LG1")
def weights_prior_constant_once(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) + 0.5 * (z.shape[-1] - 1) * _LOG_2PI


@mistake("log_weights", _WHOLE_DENSITY, "LG2")
def weights_prior_without_constant(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) + 0.5 * z.shape[-1] * _LOG_2PI


@mistake("log_weights", _WHOLE_DENSITY, "LG2")
def weights_posterior_without_constant(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) - 0.5 * z.shape[-1] * _LOG_2PI


@mistake("log_weights", "What does the variance of q do to the height of its density?")
def weights_without_log_variance(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode) - 0.5 * var.log().sum(-1)


@mistake("log_weights", _CONVENTION, "IW9")
def weights_variance_as_sigma(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var.square(), decode)


@mistake("log_weights", _CONVENTION, "IW9")
def weights_variance_as_logvar(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var.exp(), decode)


@mistake("log_weights", _PIXELS, "BE5")
def weights_mean_over_pixels(x, z, mu, var, decode):
    return log_bernoulli_with_logits(x, decode(z)) / x.shape[-1] + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", _AXES, "LG3")
def weights_mean_over_axes(x, z, mu, var, decode):
    ratio = (_prior(z) - log_normal_diag(z, mu, var)) / z.shape[-1]
    return log_bernoulli_with_logits(x, decode(z)) + ratio


@mistake("log_weights", _SIGMOID, "BE3")
def weights_sigmoid_twice(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, lambda z: torch.sigmoid(decode(z)))


@mistake("log_weights", "Which pixels does your likelihood look at? What does a pixel that is 0 contribute?")
def weights_ones_only(x, z, mu, var, decode):
    return (x * F.logsigmoid(decode(z))).sum(-1) + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", _CONFIDENT, "DL7")
def weights_log_of_sigmoid(x, z, mu, var, decode):
    p = torch.sigmoid(decode(z))
    likelihood = (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    return likelihood + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", _CONFIDENT, "DL7")
def weights_clamped_probabilities(x, z, mu, var, decode):
    p = torch.sigmoid(decode(z)).clamp(1e-7, 1 - 1e-7)
    likelihood = (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    return likelihood + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", _UNDERFLOW, "BE1")
def weights_product_over_pixels(x, z, mu, var, decode):
    p = torch.sigmoid(decode(z))
    likelihood = torch.where(x > 0, p, 1 - p).prod(-1).log()
    return likelihood + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", _UNDERFLOW, "LG5")
def weights_product_of_densities(x, z, mu, var, decode):
    q = _log_normal(z, mu, var).exp().prod(-1).log()
    return log_bernoulli_with_logits(x, decode(z)) + _prior(z) - q


@mistake("log_weights", "Samples come first, examples second: look at the shape that is asked for.")
def weights_transposed(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode).transpose(0, 1)


@mistake("log_weights", "Follow one example through your tiling: where do its k entries lie?", "SS2")
def weights_tiled_in_the_wrong_order(x, z, mu, var, decode):
    k, batch, d = z.shape
    rows = x.repeat_interleave(k, dim=0)
    likelihood = log_bernoulli_with_logits(rows, decode(z.reshape(k * batch, d))).reshape(k, batch)
    return likelihood + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", "Follow one example through your reshape: is it a transpose?", "IW4")
def weights_reshaped_for_transposed(x, z, mu, var, decode):
    k, batch, d = z.shape
    return right_log_weights(x, z, mu, var, decode).transpose(0, 1).reshape(k, batch)


@mistake("log_weights", "Does every sample of z enter, for every example?", "IW8")
def weights_first_sample_only(x, z, mu, var, decode):
    return right_log_weights(x, z[:1].expand_as(z), mu, var, decode)


@mistake("log_weights", "What should be decoded: the mean of q, or the samples?")
def weights_decode_the_mean(x, z, mu, var, decode):
    return log_bernoulli_with_logits(x, decode(mu)) + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", "Keep both axes: one weight for every sample of every example.")
def weights_mean_over_samples(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode).mean(0)


@mistake("log_weights", "Keep both axes: one weight for every sample of every example.")
def weights_mean_over_batch(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode).mean(1)


@mistake("log_weights", "The logarithms of the weights are asked for.")
def weights_not_logarithms(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode).exp()


@mistake("log_weights", "The weights themselves are asked for, not what is left after normalising them.")
def weights_normalised(x, z, mu, var, decode):
    return right_log_weights(x, z, mu, var, decode).log_softmax(0)


@mistake("log_weights", "Does the gradient reach mu and var through the density of q?")
def weights_posterior_detached(x, z, mu, var, decode):
    return right_log_weights(x, z, mu.detach(), var.detach(), decode)


@mistake("log_weights", "Does the gradient reach the decoder, and z through it?")
def weights_decoder_without_gradient(x, z, mu, var, decode):
    with torch.no_grad():
        logits = decode(z)
    return log_bernoulli_with_logits(x, logits) + _prior(z) - log_normal_diag(z, mu, var)


@mistake("log_weights", "Does the gradient reach z through all densities?")
def weights_detached_from_z(x, z, mu, var, decode):
    return right_log_weights(x, z.detach(), mu, var, decode)


# ---------------------------------------------------------------------------------- iwae


@mistake("iwae", "Your bound does not tighten with k. Is the mean inside or outside the logarithm?", "IW1")
def iwae_mean_of_logs(log_w):
    return log_w.mean(0)


@mistake("iwae", 'Your "lower bound" grows without limit in k.', "IW2")
def iwae_without_count(log_w):
    return torch.logsumexp(log_w, 0)


@mistake("iwae", "Which axis holds the importance samples?", "IW3")
def iwae_over_the_batch(log_w):
    return _lme(log_w, 1)


@mistake("iwae", "Follow one example through your reshape: where do its k weights lie?", "IW4")
def iwae_reshaped(log_w):
    k, batch = log_w.shape
    return _lme(log_w.reshape(batch, k), 1)


@mistake("iwae", "Does only the best sample count?", "IW5")
def iwae_maximum(log_w):
    return log_w.amax(0)


@mistake("iwae", "Which sample should count most?", "IW7")
def iwae_weights_of_the_loss(log_w):
    return ((-log_w).softmax(0) * log_w).sum(0)


@mistake("iwae", "The gradient of the bound is a weighted sum of the log-weights' gradients; the bound itself is not.")
def iwae_weighted_sum(log_w):
    return (log_w.softmax(0).detach() * log_w).sum(0)


@mistake("iwae", "The logarithm of a mean is not a weighted mean of the logarithms.")
def iwae_softmax_weighted(log_w):
    return (log_w.softmax(0) * log_w).sum(0)


@mistake("iwae", "Try log-weights of 1000 and of -1000: what is exp of them?", "GM4")
def iwae_naive(log_w):
    return log_w.exp().mean(0).log()


@mistake("iwae", "Try log-weights of 1000 and of -1000: what is exp of them?")
def iwae_guarded(log_w):
    return (log_w.exp().mean(0) + 1e-8).log()


@mistake("iwae", "How many weights are averaged: is it the number of samples?", "IW3")
def iwae_count_of_examples(log_w):
    return torch.logsumexp(log_w, 0) - math.log(log_w.shape[1])


@mistake("iwae", "By which number do you divide, and inside or outside the logarithm?")
def iwae_divided_by_k(log_w):
    return torch.logsumexp(log_w, 0) / log_w.shape[0]


@mistake("iwae", _SIGN, "EL1")
def iwae_negative(log_w):
    return -_lme(log_w, 0)


@mistake("iwae", _BATCH, "KL5")
def iwae_mean_over_batch(log_w):
    return _lme(log_w, 0).mean()


@mistake("iwae", _BATCH, "KL5")
def iwae_sum_over_batch(log_w):
    return _lme(log_w, 0).sum()


@mistake("iwae", _BATCH, "KL5")
def iwae_over_everything(log_w):
    return _lme(log_w.reshape(-1), 0)


@mistake("iwae", _GRADIENT)
def iwae_detached(log_w):
    return _lme(log_w, 0).detach()


@mistake("iwae", "The value is right. Which weights should the gradient give to the samples?")
def iwae_gradient_of_the_mean(log_w):
    return _lme(log_w, 0).detach() + log_w.mean(0) - log_w.mean(0).detach()


@mistake("iwae", "With one sample, or one example, no axis should vanish.")
def iwae_squeezed(log_w):
    return _lme(log_w, 0).squeeze()


# ---------------------------------------------------------------------------------- beta_elbo


def _likelihood_and_kl(x, logits, mu, logvar):
    return log_bernoulli_with_logits(x, logits), kl_standard_normal(mu, logvar)


@mistake("beta_elbo", "Should this number go up or down in training? Here it is the bound, to be maximised.", "EL1")
def beta_negative(x, logits, mu, logvar, beta):
    return -right_beta_elbo(x, logits, mu, logvar, beta)


@mistake("beta_elbo", "Increase the divergence of q: the bound should not improve.", "EL2")
def beta_kl_added(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, -beta)


@mistake("beta_elbo", "Larger should mean more likely.", "BE7")
def beta_cross_entropy_added(x, logits, mu, logvar, beta):
    likelihood, kl = _likelihood_and_kl(x, logits, mu, logvar)
    return -likelihood - beta * kl


@mistake("beta_elbo", "Which part should beta weigh?", "EL12")
def beta_on_likelihood(x, logits, mu, logvar, beta):
    likelihood, kl = _likelihood_and_kl(x, logits, mu, logvar)
    return beta * likelihood - kl


@mistake("beta_elbo", "Which part should beta weigh?", "EL12")
def beta_on_both(x, logits, mu, logvar, beta):
    return beta * right_beta_elbo(x, logits, mu, logvar, 1.0)


@mistake("beta_elbo", "By how much should the bound change when beta doubles?", "EL12")
def beta_squared(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, beta**2)


@mistake("beta_elbo", "Change beta: should the bound not change?", "EL12")
def beta_ignored(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, 1.0)


@mistake("beta_elbo", "The weights of the two parts need not add up to one.", "EL12")
def beta_as_mixing_weight(x, logits, mu, logvar, beta):
    likelihood, kl = _likelihood_and_kl(x, logits, mu, logvar)
    return (1 - beta) * likelihood - beta * kl


@mistake("beta_elbo", _PIXELS, "BE5")
def beta_mean_over_pixels(x, logits, mu, logvar, beta):
    likelihood, kl = _likelihood_and_kl(x, logits, mu, logvar)
    return likelihood / x.shape[-1] - beta * kl


@mistake("beta_elbo", "Independent dimensions: how do their divergences combine?", "KL4")
def beta_kl_mean_over_axes(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, beta / mu.shape[-1])


@mistake("beta_elbo", "The latent term is scaled by a quantity of the image space.", "KL6")
def beta_kl_over_pixels(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, beta / x.shape[-1])


@mistake("beta_elbo", _BATCH, "KL5")
def beta_mean_over_batch(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, beta).mean()


@mistake("beta_elbo", _BATCH, "KL5")
def beta_sum_over_batch(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, beta).sum()


@mistake("beta_elbo", "Is the KL term one number per example, as the likelihood is?", "KL5")
def beta_kl_mean_over_batch(x, logits, mu, logvar, beta):
    likelihood, kl = _likelihood_and_kl(x, logits, mu, logvar)
    return likelihood - beta * kl.mean()


@mistake("beta_elbo", "Compare your KL term with one dimension, μ = 1, σ = 1, worked by hand.", "KL3")
def beta_kl_without_half(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, 2 * beta)


@mistake("beta_elbo", "Evaluate your KL term where q equals p. What must a divergence be there?", "KL1")
def beta_kl_plus_one(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, beta) - beta * mu.shape[-1]


@mistake("beta_elbo", _CONVENTION, "KL7")
def beta_logvar_as_log_sigma(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, 2 * logvar, beta)


@mistake("beta_elbo", "One term of the KL uses σ, another σ². Which does each need?", "KL8")
def beta_kl_log_sigma(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar, beta) - 0.25 * beta * logvar.sum(-1)


@mistake("beta_elbo", "Your divergence does not change when the mean moves.", "KL9")
def beta_kl_without_mean(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, 0 * mu, logvar, beta)


@mistake("beta_elbo", "Try a negative mean.", "KL10")
def beta_kl_mean_not_squared(x, logits, mu, logvar, beta):
    likelihood, kl = _likelihood_and_kl(x, logits, mu, logvar)
    return likelihood - beta * (kl + 0.5 * (mu - mu.square()).sum(-1))


@mistake("beta_elbo", "Under which of the two densities is the expectation in the KL taken?", "KL11")
def beta_kl_reversed(x, logits, mu, logvar, beta):
    reversed_kl = 0.5 * (logvar + (1 + mu.square()) / logvar.exp() - 1).sum(-1)
    return log_bernoulli_with_logits(x, logits) - beta * reversed_kl


@mistake("beta_elbo", "A divergence compares two densities; I see one.", "KL13")
def beta_kl_entropy_only(x, logits, mu, logvar, beta):
    entropy = 0.5 * (1 + _LOG_2PI + logvar).sum(-1)
    return log_bernoulli_with_logits(x, logits) + beta * entropy + 0 * mu.sum(-1)


@mistake("beta_elbo", "Look at the operator after the constant in your KL term.", "KL12")
def beta_kl_minus_half_plus(x, logits, mu, logvar, beta):
    return log_bernoulli_with_logits(x, logits) - beta * (-0.5 + (1 + logvar - mu.square() - logvar.exp()).sum(-1))


@mistake("beta_elbo", "Wide and narrow posteriors count too: the expression needs no clipping.", "KL14")
def beta_clamped_logvar(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu, logvar.clamp(-10, 10), beta)


@mistake("beta_elbo", _SIGMOID, "BE3")
def beta_sigmoid_twice(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, torch.sigmoid(logits), mu, logvar, beta)


@mistake("beta_elbo", _CONFIDENT, "DL7")
def beta_log_of_sigmoid(x, logits, mu, logvar, beta):
    p = torch.sigmoid(logits)
    likelihood = (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)
    return likelihood - beta * kl_standard_normal(mu, logvar)


@mistake("beta_elbo", _CONFIDENT, "DL7")
def beta_clamped_probabilities(x, logits, mu, logvar, beta):
    likelihood = -F.binary_cross_entropy(torch.sigmoid(logits).clamp(1e-6, 1 - 1e-6), x, reduction="none").sum(-1)
    return likelihood - beta * kl_standard_normal(mu, logvar)


@mistake("beta_elbo", "Pixels are Bernoulli here: is a squared distance their log-likelihood?")
def beta_squared_error(x, logits, mu, logvar, beta):
    likelihood = -(x - torch.sigmoid(logits)).square().sum(-1)
    return likelihood - beta * kl_standard_normal(mu, logvar)


@mistake("beta_elbo", "Which argument is the data?", "BE6")
def beta_arguments_swapped(x, logits, mu, logvar, beta):
    return right_beta_elbo(logits, x, mu, logvar, beta)


@mistake("beta_elbo", "The KL term has no gradient: is it cut off from mu and logvar?")
def beta_kl_detached(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits, mu.detach(), logvar.detach(), beta)


@mistake("beta_elbo", "The likelihood has no gradient: is it cut off from the logits?")
def beta_likelihood_detached(x, logits, mu, logvar, beta):
    return right_beta_elbo(x, logits.detach(), mu, logvar, beta)


# ---------------------------------------------------------------------------------- CVAE


def _one_hot(y, classes, like):
    return F.one_hot(y, classes).to(like.dtype)


_Z = "The spread of z does not match the variance you return, or z is not what the decoder sees."
_LOGVAR = "A log-variance may be negative. Is that what you return, and what z uses?"
_ONE_HOT = "Is class 7 in any way more than class 2? Your network is told so."


@mistake("CVAE", "Change only the label: does q(z|x, y) change?", "CG1")
class cvae_encoder_without_label(RightCVAE):
    def encode(self, x, y):
        return super().encode(x, torch.zeros_like(y))


@mistake("CVAE", "Change only the label, and keep z: does the decoder notice?", "CG1")
class cvae_decoder_without_label(RightCVAE):
    def decode(self, z, y):
        return super().decode(z, torch.zeros_like(y))


@mistake("CVAE", "Change only the label: does anything change?", "CG1")
class cvae_without_label(RightCVAE):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, 1)

    def forward(self, x, y, eps=None):
        return super().forward(x, torch.zeros_like(y), eps)


@mistake("CVAE", _ONE_HOT, "CG3")
class cvae_integer_labels(RightCVAE):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, 1)

    def _with_label(self, inputs, y):
        return torch.cat([inputs, y.unsqueeze(-1).to(inputs.dtype)], dim=-1)


@mistake("CVAE", _ONE_HOT, "CG3")
class cvae_scaled_integer_labels(cvae_integer_labels):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, classes)
        self.scale = max(classes - 1, 1)

    def _with_label(self, inputs, y):
        return torch.cat([inputs, y.unsqueeze(-1).to(inputs.dtype) / self.scale], dim=-1)


@mistake("CVAE", "Is the decoder given the label as the encoder is?", "CG3")
class cvae_integer_labels_in_decoder(RightCVAE):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, classes)
        self.decoder = nn.Sequential(nn.Linear(latent + 1, 100), nn.Tanh(), nn.Linear(100, data))

    def decode(self, z, y):
        return self.decoder(torch.cat([z, y.unsqueeze(-1).to(z.dtype)], dim=-1))


@mistake("CVAE", "How many classes are there? A batch need not hold the last one.", "CG4")
class cvae_one_hot_of_the_batch(RightCVAE):
    def _with_label(self, inputs, y):
        return torch.cat([inputs, F.one_hot(y).to(inputs.dtype)], dim=-1)


@mistake("CVAE", "How many classes are there? Two of them look alike to the network.", "CG4")
class cvae_one_hot_one_too_narrow(RightCVAE):
    def _with_label(self, inputs, y):
        return super()._with_label(inputs, y.clamp(max=self.classes - 2))


@mistake("CVAE", "Does each example get its own label?", "CG2")
class cvae_label_of_another_example(RightCVAE):
    def decode(self, z, y):
        return super().decode(z, y.roll(1, 0))


@mistake("CVAE", "Does each example get its own label?", "CG2")
class cvae_label_of_the_first_example(RightCVAE):
    def forward(self, x, y, eps=None):
        return super().forward(x, y[:1].expand_as(y), eps)


class _Sampling(RightCVAE):
    """A CVAE with another way to draw z."""

    def forward(self, x, y, eps=None):
        mu, logvar = self.encode(x, y)
        return self.decode(self.draw(mu, logvar, eps), y), mu, logvar

    def draw(self, mu, logvar, eps):
        eps = torch.randn_like(mu) if eps is None else eps
        return mu + (0.5 * logvar).exp() * eps


@mistake("CVAE", _Z, "RP1")
class cvae_variance_as_sigma(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, 2 * logvar, eps)


@mistake("CVAE", _Z, "RP1")
class cvae_logvar_as_sigma(_Sampling):
    def draw(self, mu, logvar, eps):
        return mu + logvar * (torch.randn_like(mu) if eps is None else eps)


@mistake("CVAE", _Z, "RP6")
class cvae_unit_sigma(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, 0 * logvar, eps)


@mistake("CVAE", _Z, "RP6")
class cvae_mean_ignored(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(0 * mu, logvar, eps)


@mistake("CVAE", "Does z depend on the noise?", "RP6")
class cvae_decodes_the_mean(_Sampling):
    def draw(self, mu, logvar, eps):
        return mu


@mistake("CVAE", "Does z follow mu, sigma and the noise, in value and in gradient?")
class cvae_eps_ignored(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, None)


@mistake("CVAE", "Does z follow mu, sigma and the noise, in value and in gradient?", "RP3")
class cvae_z_detached(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, eps).detach()


@mistake("CVAE", "Does z follow mu, sigma and the noise, in value and in gradient?", "RP3")
class cvae_sigma_detached(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar.detach(), eps)


@mistake("CVAE", "Compare your own noise with a standard normal one: centre, spread and shape.", "RP2")
class cvae_uniform_noise(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, torch.rand_like(mu) if eps is None else eps)


@mistake("CVAE", "Compare the distribution of your own noise with the standard normal one.", "RP2")
class cvae_rademacher_noise(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, torch.randn_like(mu).sign() if eps is None else eps)


@mistake("CVAE", "The density you sample from is not the one in your objective: how wide is your noise?", "RP8")
class cvae_small_noise(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, 0.1 * torch.randn_like(mu) if eps is None else eps)


@mistake("CVAE", "Without eps, z should still be random.")
class cvae_no_noise_of_its_own(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, torch.zeros_like(mu) if eps is None else eps)


@mistake("CVAE", "Are two samples of the batch independent?", "RP4")
class cvae_noise_shared_by_batch(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, torch.randn_like(mu[:1]) if eps is None else eps)


@mistake("CVAE", "Are the latent axes of a sample independent?", "RP4")
class cvae_noise_shared_by_axes(_Sampling):
    def draw(self, mu, logvar, eps):
        return super().draw(mu, logvar, torch.randn_like(mu[:, :1]) if eps is None else eps)


@mistake("CVAE", "Two calls return the same numbers: is a seed set?", "RP5")
class cvae_seed_set(_Sampling):
    def draw(self, mu, logvar, eps):
        torch.manual_seed(0)
        return super().draw(mu, logvar, eps)


@mistake("CVAE", "Logits are asked for: where does the sigmoid belong?", "BE3")
class cvae_probabilities(RightCVAE):
    def decode(self, z, y):
        return torch.sigmoid(super().decode(z, y))


@mistake("CVAE", "Which values can a mean take after a ReLU?")
class cvae_relu_on_mu(RightCVAE):
    def encode(self, x, y):
        mu, logvar = super().encode(x, y)
        return mu.relu(), logvar


@mistake("CVAE", _LOGVAR)
class cvae_softplus_on_logvar(RightCVAE):
    def encode(self, x, y):
        mu, logvar = super().encode(x, y)
        return mu, F.softplus(logvar)


@mistake("CVAE", _LOGVAR, "KL7")
class cvae_returns_sigma(RightCVAE):
    def forward(self, x, y, eps=None):
        logits, mu, logvar = super().forward(x, y, eps)
        return logits, mu, (0.5 * logvar).exp()


@mistake("CVAE", "Does your model know all its layers? A plain list hides them.", "TR6")
class cvae_layers_in_a_list(RightCVAE):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, classes)
        layers = [self.decoder]
        del self.decoder
        self.layers = layers

    def decode(self, z, y):
        return self.layers[0](self._with_label(z, y))


@mistake("CVAE", "Some parameters can not learn: are they frozen, or used under no_grad?")
class cvae_frozen_decoder(RightCVAE):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, classes)
        self.decoder.requires_grad_(False)


@mistake("CVAE", "Examples must not depend on the others in the batch.")
class cvae_batch_norm(RightCVAE):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, classes)
        self.encoder[1] = nn.Sequential(nn.BatchNorm1d(500, track_running_stats=False), nn.Tanh())


@mistake("CVAE", "Does z follow mu, sigma and the noise, in value and in gradient?")
class cvae_dropout(RightCVAE):
    def __init__(self, data, latent, classes):
        super().__init__(data, latent, classes)
        self.decoder[1] = nn.Sequential(nn.Tanh(), nn.Dropout(0.2))


@mistake("CVAE", "Look at the order of the results that is asked for.")
class cvae_results_in_another_order(RightCVAE):
    def forward(self, x, y, eps=None):
        logits, mu, logvar = super().forward(x, y, eps)
        return mu, logvar, logits


@mistake("CVAE", "Three results are asked for: what is left after the logits?")
class cvae_logits_only(RightCVAE):
    def forward(self, x, y, eps=None):
        return super().forward(x, y, eps)[0]


@mistake("CVAE", "Only z has mean and variance here; the label is no part of them.", "CG7")
class cvae_posterior_with_label(RightCVAE):
    def forward(self, x, y, eps=None):
        logits, mu, logvar = super().forward(x, y, eps)
        return logits, self._with_label(mu, y), self._with_label(logvar, y)


@mistake("CVAE", "With one example, no axis should vanish.")
class cvae_squeezed(RightCVAE):
    def forward(self, x, y, eps=None):
        return tuple(result.squeeze(0) for result in super().forward(x, y, eps))


# ---------------------------------------------------------------------------------- kl_cat


@mistake("kl_cat", "A probability stands where its logarithm is expected, or the other way round.", "SS1")
def kl_cat_prior_as_probability(q, log_q, log_p):
    return right_kl_cat(q, log_q, log_p.exp())


@mistake("kl_cat", "Is the third argument a probability, or its logarithm already?", "SS1")
def kl_cat_log_of_log_p(q, log_q, log_p):
    return right_kl_cat(q, log_q, (-log_p).log())


@mistake("kl_cat", "Under which of the two distributions is the expectation taken?", "KL11")
def kl_cat_reversed(q, log_q, log_p):
    return (log_p.exp() * (log_p - log_q)).expand_as(q).sum(-1)


@mistake("kl_cat", "Your divergence is negative. Which way round is the ratio in its definition?", "KL2")
def kl_cat_negative(q, log_q, log_p):
    return -right_kl_cat(q, log_q, log_p)


@mistake("kl_cat", "A divergence compares two distributions; I see one.", "KL13")
def kl_cat_entropy_only(q, log_q, log_p):
    return (q * log_q).sum(-1) + 0 * log_p.sum()


@mistake("kl_cat", "Evaluate where q equals p. What must a divergence be there?", "KL1")
def kl_cat_cross_entropy(q, log_q, log_p):
    return -(q * log_p).sum(-1)


@mistake("kl_cat", "Is the prior always uniform?")
def kl_cat_uniform_prior(q, log_q, log_p):
    return right_kl_cat(q, log_q, torch.full_like(q, -math.log(q.shape[-1]))) + 0 * log_p.sum()


@mistake("kl_cat", "The classes are weighed by their probabilities: is it a sum or a mean over them?", "KL4")
def kl_cat_mean_over_classes(q, log_q, log_p):
    return right_kl_cat(q, log_q, log_p) / q.shape[-1]


@mistake("kl_cat", "By what is each class weighed?")
def kl_cat_unweighted(q, log_q, log_p):
    return (log_q - log_p).sum(-1)


@mistake("kl_cat", "Look at the terms one by one: their values where a probability is 0, and their gradients.")
def kl_cat_squared_weight(q, log_q, log_p):
    return (q.square() * (log_q - log_p)).sum(-1)


@mistake("kl_cat", "Which of the axes holds the classes?")
def kl_cat_over_the_batch(q, log_q, log_p):
    return (q * (log_q - log_p)).sum(0)


@mistake("kl_cat", _BATCH, "KL5")
def kl_cat_mean_over_batch(q, log_q, log_p):
    return right_kl_cat(q, log_q, log_p).mean()


@mistake("kl_cat", _BATCH, "KL5")
def kl_cat_sum_over_batch(q, log_q, log_p):
    return right_kl_cat(q, log_q, log_p).sum()


@mistake("kl_cat", "A prior may be shared: log_p has the shape (K,) or (1,) then.", "GM6")
def kl_cat_prior_not_shared(q, log_q, log_p):
    return torch.einsum("bk,bk->b", q, log_q) - torch.einsum("bk,bk->b", q, log_p)


@mistake("kl_cat", "Does the value change when a prior of shape (1,) is expanded to full shape?", "LG1")
def kl_cat_shared_prior_once(q, log_q, log_p):
    if log_p.shape[-1] == 1 and log_p.dim() == 1:
        return (q * log_q).sum(-1) - log_p / q.shape[-1]
    return right_kl_cat(q, log_q, log_p)


@mistake("kl_cat", "Look at the terms one by one: their values where a probability is 0, and their gradients.", "BE2")
def kl_cat_nan_at_zero(q, log_q, log_p):
    return (q * (log_q - log_p)).sum(-1)


@mistake("kl_cat", "What does q.log() give where q is rounded to 0? You have log_q.", "BE2")
def kl_cat_log_of_q(q, log_q, log_p):
    return (q * (q.log() - log_p)).sum(-1)


@mistake("kl_cat", "What does the gradient of log(q) give where q is rounded to 0? You have log_q.", "BE2")
def kl_cat_library_without_log_q(q, log_q, log_p):
    return F.kl_div(log_p.expand_as(q), q, reduction="none").sum(-1)


@mistake("kl_cat", "A small number inside the logarithm makes a certain classifier look uncertain.")
def kl_cat_guarded(q, log_q, log_p):
    return right_kl_cat(q, (q + 1e-3).log(), log_p)


@mistake("kl_cat", "Are q probabilities already?")
def kl_cat_softmax_again(q, log_q, log_p):
    return right_kl_cat(q.softmax(-1), log_q, log_p)


@mistake("kl_cat", "Does the gradient reach q, besides log_q?")
def kl_cat_q_detached(q, log_q, log_p):
    return right_kl_cat(q.detach(), log_q, log_p)


@mistake("kl_cat", "Look at the terms one by one: their values where a probability is 0, and their gradients.")
def kl_cat_log_q_detached(q, log_q, log_p):
    return (q * (log_q.detach() - log_p)).sum(-1)


@mistake("kl_cat", "Does the gradient reach the prior?")
def kl_cat_prior_detached(q, log_q, log_p):
    return right_kl_cat(q, log_q, log_p.detach())


@mistake("kl_cat", "Look at the terms one by one: their values where a probability is 0, and their gradients.", "KL14")
def kl_cat_terms_clamped(q, log_q, log_p):
    return (q * (log_q - log_p)).clamp(min=0).sum(-1)


# ---------------------------------------------------------------------------------- ssvae_terms


def _rows(x, q_y, enc, dec, eps, *, z=None, dec_y=None, enc_y=None, tiled=None, likelihood=None):
    """mu, logvar and rec, each with the axes B and K in front; the keywords are what goes wrong."""
    batch, classes = q_y.shape
    y = torch.eye(classes, dtype=x.dtype).repeat(batch, 1)
    rows = x.repeat_interleave(classes, 0) if tiled is None else tiled
    mu, logvar = enc(rows, y if enc_y is None else enc_y(y))
    noise = eps.reshape(batch * classes, -1)
    code = mu + (0.5 * logvar).exp() * noise if z is None else z(mu, logvar, noise)
    logits = dec(code, y if dec_y is None else dec_y(y))
    rec = -(likelihood or log_bernoulli_with_logits)(rows, logits)
    return mu.reshape(batch, classes, -1), logvar.reshape(batch, classes, -1), rec.reshape(batch, classes)


def _kl_y(q_y):
    return right_kl_cat(q_y, q_y.clamp(min=1e-300 if q_y.dtype is torch.float64 else 1e-38).log(), _log_uniform(q_y))


def _log_uniform(q_y):
    return q_y.new_full((1,), -math.log(q_y.shape[1]))


def _terms(q_y, mu, logvar, rec):
    return _kl_y(q_y), (q_y * kl_standard_normal(mu, logvar)).sum(1), (q_y * rec).sum(1)


def _wrong(**keywords):
    """ssvae_terms with something wrong in the rows."""

    def ssvae_terms(x, q_y, enc, dec, eps):
        return _terms(q_y, *_rows(x, q_y, enc, dec, eps, **keywords))

    return ssvae_terms


@mistake("ssvae_terms", "Your divergence of the classes is negative. Is it a probability or its logarithm?", "SS1")
def ssvae_prior_as_probability(x, q_y, enc, dec, eps):
    _, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return right_kl_cat(q_y, q_y.log(), q_y.new_full((1,), 1 / q_y.shape[1])), kl_z, rec


@mistake("ssvae_terms", "The divergence of the classes compares two distributions; I see one.", "KL13")
def ssvae_kl_y_without_prior(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y - math.log(q_y.shape[1]), kl_z, rec


@mistake(
    "ssvae_terms", "kl_y is a divergence, not an entropy: what is it where q_y is uniform, and where it is certain?"
)
def ssvae_entropy_for_kl_y(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return math.log(q_y.shape[1]) - kl_y, kl_z, rec


@mistake("ssvae_terms", "Your kl_y is negative. Which way round is the ratio in a divergence?", "KL2")
def ssvae_kl_y_negative(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return -kl_y, kl_z, rec


@mistake("ssvae_terms", "Under which of the two distributions is the expectation in kl_y taken?", "KL11")
def ssvae_kl_y_reversed(x, q_y, enc, dec, eps):
    _, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return (_log_uniform(q_y) - q_y.log()).mean(1), kl_z, rec


@mistake(
    "ssvae_terms", "Look at the terms one by one: their values where a probability is 0, and their gradients.", "BE2"
)
def ssvae_kl_y_nan_at_zero(x, q_y, enc, dec, eps):
    _, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return (q_y * (q_y.log() - _log_uniform(q_y))).sum(1), kl_z, rec


@mistake("ssvae_terms", "Is q_y a vector of probabilities, or of scores? Look at the handout.", "SS3")
def ssvae_softmax_of_q_y(x, q_y, enc, dec, eps):
    return right_ssvae_terms(x, q_y.softmax(1), enc, dec, eps)


@mistake("ssvae_terms", "Follow one example through your tiling: where do its K entries lie?", "SS2")
def ssvae_reshape_transposed(x, q_y, enc, dec, eps):
    mu, logvar, rec = _rows(x, q_y, enc, dec, eps)
    classes, batch = q_y.shape[1], q_y.shape[0]
    kl = kl_standard_normal(mu, logvar).transpose(0, 1).reshape(batch, classes)
    return _kl_y(q_y), (q_y * kl).sum(1), (q_y * rec.transpose(0, 1).reshape(batch, classes)).sum(1)


@mistake("ssvae_terms", "Follow one example through your tiling: is every row of x beside its labels?", "SS2")
def ssvae_pixels_tiled_in_the_wrong_order(x, q_y, enc, dec, eps):
    return _wrong(tiled=x.repeat(q_y.shape[1], 1))(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "For class y of example b the noise is eps[b, y]: is that what your row gets?", "SS2")
def ssvae_noise_in_the_wrong_order(x, q_y, enc, dec, eps):
    return right_ssvae_terms(x, q_y, enc, dec, eps.transpose(0, 1).reshape(eps.shape))


@mistake("ssvae_terms", "For class y of example b the noise is eps[b, y]: is it shared between classes?", "RP4")
def ssvae_noise_shared_by_classes(x, q_y, enc, dec, eps):
    return right_ssvae_terms(x, q_y, enc, dec, eps[:, :1].expand_as(eps))


@mistake("ssvae_terms", "For class y of example b the noise is eps[b, y]: is it shared between examples?", "RP4")
def ssvae_noise_shared_by_examples(x, q_y, enc, dec, eps):
    return right_ssvae_terms(x, q_y, enc, dec, eps[:1].expand_as(eps))


@mistake("ssvae_terms", "The noise is given: nothing else should be random.")
def ssvae_draws_its_own_noise(x, q_y, enc, dec, eps):
    return right_ssvae_terms(x, q_y, enc, dec, torch.randn_like(eps))


@mistake("ssvae_terms", "The spread of z does not match the variance of q(z|x, y).", "RP1")
def ssvae_variance_as_sigma(x, q_y, enc, dec, eps):
    return _wrong(z=lambda mu, logvar, noise: mu + logvar.exp() * noise)(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "Does z depend on the noise?", "RP6")
def ssvae_decodes_the_mean(x, q_y, enc, dec, eps):
    return _wrong(z=lambda mu, logvar, noise: mu)(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "The encoder receives no gradient from rec: is z cut off?", "RP3")
def ssvae_z_detached(x, q_y, enc, dec, eps):
    return _wrong(z=lambda mu, logvar, noise: (mu + (0.5 * logvar).exp() * noise).detach())(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "Does the encoder see a different label in every row of an example?", "CG1")
def ssvae_encoder_without_label(x, q_y, enc, dec, eps):
    return _wrong(enc_y=torch.zeros_like)(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "Does the decoder see a different label in every row of an example?", "CG1")
def ssvae_decoder_without_label(x, q_y, enc, dec, eps):
    return _wrong(dec_y=torch.zeros_like)(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "The networks take one-hot labels: every class is tried, whatever q_y is.", "CG3")
def ssvae_probabilities_as_labels(x, q_y, enc, dec, eps):
    soft = q_y.repeat_interleave(q_y.shape[1], 0)
    return _wrong(enc_y=lambda y: soft, dec_y=lambda y: soft)(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "The networks take one-hot labels, in the dtype of x.", "CG4")
def ssvae_integer_labels(x, q_y, enc, dec, eps):
    return _wrong(enc_y=lambda y: y.argmax(1), dec_y=lambda y: y.argmax(1))(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "By what is each class weighed in kl_z?")
def ssvae_kl_z_unweighted_sum(x, q_y, enc, dec, eps):
    mu, logvar, rec = _rows(x, q_y, enc, dec, eps)
    return _kl_y(q_y), kl_standard_normal(mu, logvar).sum(1), (q_y * rec).sum(1)


@mistake("ssvae_terms", "By what is each class weighed in kl_z?")
def ssvae_kl_z_unweighted_mean(x, q_y, enc, dec, eps):
    mu, logvar, rec = _rows(x, q_y, enc, dec, eps)
    return _kl_y(q_y), kl_standard_normal(mu, logvar).mean(1), (q_y * rec).sum(1)


@mistake("ssvae_terms", "By what is each class weighed in rec?")
def ssvae_rec_unweighted_mean(x, q_y, enc, dec, eps):
    kl_y, kl_z, _ = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, kl_z, _rows(x, q_y, enc, dec, eps)[2].mean(1)


@mistake("ssvae_terms", "Is it a mean of terms that already carry their weights?", "KL4")
def ssvae_mean_of_weighted_terms(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, kl_z / q_y.shape[1], rec / q_y.shape[1]


@mistake("ssvae_terms", "The expectation is over all classes, not only the likeliest.")
def ssvae_likeliest_class_only(x, q_y, enc, dec, eps):
    mu, logvar, rec = _rows(x, q_y, enc, dec, eps)
    best = q_y.argmax(1, keepdim=True)
    kl = kl_standard_normal(mu, logvar)
    return _kl_y(q_y), kl.gather(1, best).squeeze(1), rec.gather(1, best).squeeze(1)


@mistake("ssvae_terms", "What is averaged over the classes: log-likelihoods, or what goes into the decoder?")
def ssvae_codes_averaged(x, q_y, enc, dec, eps):
    def mean_code(mu, logvar, noise):
        z = (mu + (0.5 * logvar).exp() * noise).reshape(eps.shape)
        return (q_y.unsqueeze(-1) * z).sum(1, keepdim=True).expand_as(z).reshape(noise.shape)

    return _wrong(z=mean_code)(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", "Is the logarithm of the mean over classes asked for, or the mean of the logarithms?", "GM3")
def ssvae_log_of_mean_likelihood(x, q_y, enc, dec, eps):
    kl_y, kl_z, _ = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, kl_z, -torch.logsumexp(q_y.log() - _rows(x, q_y, enc, dec, eps)[2], 1)


@mistake("ssvae_terms", "rec is a cost, and not negative.", "BE7")
def ssvae_rec_negative(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, kl_z, -rec


@mistake("ssvae_terms", _PIXELS, "BE5")
def ssvae_rec_mean_over_pixels(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, kl_z, rec / x.shape[1]


@mistake("ssvae_terms", "Independent dimensions: how do their divergences combine?", "KL4")
def ssvae_kl_z_mean_over_axes(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, kl_z / eps.shape[2], rec


@mistake("ssvae_terms", "Compare your kl_z with one dimension, μ = 1, σ = 1, worked by hand.", "KL3")
def ssvae_kl_z_without_half(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, 2 * kl_z, rec


@mistake("ssvae_terms", _CONVENTION, "KL7")
def ssvae_kl_z_logvar_as_log_sigma(x, q_y, enc, dec, eps):
    kl_y, _, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    mu, logvar, _ = _rows(x, q_y, enc, dec, eps)
    return kl_y, (q_y * kl_standard_normal(mu, 2 * logvar)).sum(1), rec


@mistake("ssvae_terms", "Under which of the two densities is the expectation in kl_z taken?", "KL11")
def ssvae_kl_z_reversed(x, q_y, enc, dec, eps):
    kl_y, _, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    mu, logvar, _ = _rows(x, q_y, enc, dec, eps)
    reversed_kl = 0.5 * (logvar + (1 + mu.square()) / logvar.exp() - 1).sum(-1)
    return kl_y, (q_y * reversed_kl).sum(1), rec


@mistake("ssvae_terms", "kl_z is asked for in closed form: the noise should not enter it.")
def ssvae_kl_z_sampled(x, q_y, enc, dec, eps):
    kl_y, _, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    mu, logvar, _ = _rows(x, q_y, enc, dec, eps)
    z = mu + (0.5 * logvar).exp() * eps
    return kl_y, (q_y * (log_normal_diag(z, mu, logvar.exp()) - _prior(z))).sum(1), rec


@mistake("ssvae_terms", _SIGMOID, "BE3")
def ssvae_sigmoid_twice(x, q_y, enc, dec, eps):
    return right_ssvae_terms(x, q_y, enc, lambda z, y: torch.sigmoid(dec(z, y)), eps)


@mistake("ssvae_terms", _CONFIDENT, "DL7")
def ssvae_log_of_sigmoid(x, q_y, enc, dec, eps):
    def likelihood(x, logits):
        p = torch.sigmoid(logits)
        return (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)

    return _wrong(likelihood=likelihood)(x, q_y, enc, dec, eps)


@mistake("ssvae_terms", _BATCH, "KL5")
def ssvae_mean_over_batch(x, q_y, enc, dec, eps):
    return tuple(term.mean() for term in right_ssvae_terms(x, q_y, enc, dec, eps))


@mistake("ssvae_terms", "One term is averaged over the batch, the others are not.", "KL5")
def ssvae_kl_z_mean_over_batch(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, kl_z.mean().expand_as(kl_z), rec


@mistake("ssvae_terms", "Three terms are asked for, not their sum.", "EL13")
def ssvae_sum_of_terms(x, q_y, enc, dec, eps):
    return sum(right_ssvae_terms(x, q_y, enc, dec, eps))


@mistake("ssvae_terms", "Look at the order of the results that is asked for.")
def ssvae_terms_in_another_order(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return rec, kl_y, kl_z


@mistake("ssvae_terms", "Does the gradient of the expectations reach the classifier?")
def ssvae_weights_detached(x, q_y, enc, dec, eps):
    kl_y, _, _ = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y, *right_ssvae_terms(x, q_y.detach(), enc, dec, eps)[1:]


@mistake("ssvae_terms", "Does the gradient of kl_y reach the classifier?")
def ssvae_kl_y_detached(x, q_y, enc, dec, eps):
    kl_y, kl_z, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    return kl_y.detach(), kl_z, rec


@mistake("ssvae_terms", "Does the gradient of kl_z reach the encoder?")
def ssvae_kl_z_detached_from_encoder(x, q_y, enc, dec, eps):
    kl_y, _, rec = right_ssvae_terms(x, q_y, enc, dec, eps)
    mu, logvar, _ = _rows(x, q_y, enc, dec, eps)
    return kl_y, (q_y * kl_standard_normal(mu, logvar).detach()).sum(1), rec
