"""Known wrong implementations, each with the hint it deserves. The hints never contain the formula.

The methods of Diffusion stand here as functions of the process: `reference.ddpm` has them as functions, too.
"""

import math
from types import SimpleNamespace

import numpy as np
import torch

from autograder import mistake
from reference.ddpm import Diffusion as RightDiffusion
from reference.ddpm import ddpm_loss as right_ddpm_loss
from reference.ddpm import dsm_loss as right_dsm_loss
from reference.ddpm import langevin as right_langevin
from reference.ddpm import p_sample as right_p_sample
from reference.ddpm import posterior as right_posterior
from reference.ddpm import predict_eps as right_predict_eps
from reference.ddpm import predict_x0 as right_predict_x0
from reference.ddpm import q_sample as right_q_sample
from reference.ddpm import schedule as right_schedule

_ROOTS = "Check the variance of x_t for data of unit variance. Is every factor a variance or a standard deviation?"
_MANY = "How much noise is there after many small steps?"
_INDEX = "Check the index at the first step: which entry of the schedule does t = 0 take?"
_FIRST = "Every example has its own step: which entries of t do you use?"
_AXES = "Give the coefficients one axis of length 1 for every axis of the images but the batch."
_SINGLE = "A single-precision schedule loses digits: convert to the dtype of the images last."
_CUT = "A part of the result is cut off from its input: look for detach(), .data, .item() or no_grad()."
_GIVEN = "The noise is an argument: use the one you are given."
_CONVENTION = "Is this a standard deviation, a variance or a log-variance? Check every place it enters."
_SAME = "Two steps must not get the same noise, and what is drawn later must not change. Is a seed set, or noise kept?"
_MODEL_STEP = "Which step is x_t at? The model has to be told this one."


def _like(values, t, x):
    """The entries of a schedule for a batch, ready to be multiplied with images."""
    return values.to(x.dtype)[t].reshape(-1, *[1] * (x.dim() - 1))


def _at(process, t, x):
    """All entries of the schedule for a batch."""
    abar = process.coefficients["signal"].square()
    prev = torch.cat([abar.new_ones(1), abar[:-1]])
    values = {"abar": abar, "prev": prev, "alpha": abar / prev, "beta": 1 - abar / prev}
    return SimpleNamespace(**{name: _like(value, t, x) for name, value in values.items()})


def _last(process):
    return len(process.coefficients["signal"]) - 1


# ------------------------------------------------------------------------------------------- schedule


def _schedule_from(betas):
    alphas = 1 - betas
    abar = alphas.cumprod(0)
    return {"betas": betas, "alphas": alphas, "abar": abar, "abar_prev": torch.cat([abar.new_ones(1), abar[:-1]])}


@mistake("schedule", "Which betas do the first and the last step have?")
def schedule_without_end(T, b0, b1):
    return _schedule_from(b0 + (b1 - b0) * torch.arange(T, dtype=torch.float64) / T)


@mistake("schedule", "Which betas do the first and the last step have?")
def schedule_without_start(T, b0, b1):
    return _schedule_from(b0 + (b1 - b0) * torch.arange(1, T + 1, dtype=torch.float64) / T)


@mistake("schedule", "There is one entry for every step: how many are there?")
def schedule_with_step_zero(T, b0, b1):
    betas = torch.cat([torch.zeros(1, dtype=torch.float64), torch.linspace(b0, b1, T, dtype=torch.float64)])
    return _schedule_from(betas)


@mistake("schedule", "What is evenly spaced: beta, or its root?")
def schedule_of_roots(T, b0, b1):
    return _schedule_from(torch.linspace(b0**0.5, b1**0.5, T, dtype=torch.float64).square())


@mistake("schedule", "Does the noise grow or shrink from the first step to the last?")
def schedule_backwards(T, b0, b1):
    return _schedule_from(torch.linspace(b1, b0, T, dtype=torch.float64))


@mistake("schedule", "Look at one step: what share of the variance of its input does it keep?")
def schedule_alphas_are_roots(T, b0, b1):
    values = right_schedule(T, b0, b1)
    return {**values, "alphas": values["alphas"].sqrt()}


@mistake("schedule", "Of which of the two, alpha or beta, is abar the product? What is left after many steps?", "DF9")
def schedule_product_of_betas(T, b0, b1):
    values = right_schedule(T, b0, b1)
    abar = values["betas"].cumprod(0)
    return {**values, "abar": abar, "abar_prev": torch.cat([abar.new_ones(1), abar[:-1]])}


@mistake("schedule", "abar is a product over the steps. What do you do with them?")
def schedule_without_product(T, b0, b1):
    values = right_schedule(T, b0, b1)
    abar = values["alphas"]
    return {**values, "abar": abar, "abar_prev": torch.cat([abar.new_ones(1), abar[:-1]])}


@mistake("schedule", "abar is a product over the steps. What do you do with them?")
def schedule_running_sum(T, b0, b1):
    values = right_schedule(T, b0, b1)
    abar = 1 - values["betas"].cumsum(0)
    return {**values, "abar": abar, "abar_prev": torch.cat([abar.new_ones(1), abar[:-1]])}


@mistake("schedule", "What is abar before any noise? At which end does abar_prev need an entry?", "DF8")
def schedule_prev_padded_at_the_end(T, b0, b1):
    values = right_schedule(T, b0, b1)
    return {**values, "abar_prev": torch.cat([values["abar"][1:], values["abar"].new_ones(1)])}


@mistake("schedule", "What is abar before any noise?", "DF8")
def schedule_prev_starts_at_zero(T, b0, b1):
    values = right_schedule(T, b0, b1)
    return {**values, "abar_prev": torch.cat([values["abar"].new_zeros(1), values["abar"][:-1]])}


@mistake("schedule", "What is abar before any noise?", "DF8")
def schedule_prev_repeats_the_first(T, b0, b1):
    values = right_schedule(T, b0, b1)
    return {**values, "abar_prev": torch.cat([values["abar"][:1], values["abar"][:-1]])}


@mistake("schedule", "Index -1 is the last entry. What should stand before the first?", "DF8")
def schedule_prev_wraps_around(T, b0, b1):
    values = right_schedule(T, b0, b1)
    return {**values, "abar_prev": values["abar"].roll(1)}


@mistake("schedule", _INDEX, "DF4")
def schedule_prev_is_abar(T, b0, b1):
    values = right_schedule(T, b0, b1)
    return {**values, "abar_prev": values["abar"].clone()}


@mistake("schedule", "Give the dtype when you make the betas.")
def schedule_in_single_precision(T, b0, b1):
    return {name: value.float() for name, value in right_schedule(T, b0, b1).items()}


@mistake("schedule", "Converting to float64 at the end brings no digits back: make the betas in it.")
def schedule_rounded_to_single_precision(T, b0, b1):
    betas = torch.linspace(b0, b1, T)
    return {name: value.double() for name, value in _schedule_from(betas).items()}


@mistake("schedule", "Compare the keys of the dict with the text.")
def schedule_without_prev(T, b0, b1):
    values = right_schedule(T, b0, b1)
    del values["abar_prev"]
    return values


# ------------------------------------------------------------------------------------------- Diffusion


@mistake("Diffusion", "Keep the schedule in the object (self), not in the class or in a global variable.")
class DiffusionWithSharedSchedule(RightDiffusion):
    latest = SimpleNamespace()

    def __init__(self, schedule):
        super().__init__(schedule)
        self.latest.coefficients = self.__dict__.pop("coefficients")

    @property
    def coefficients(self):
        return self.latest.coefficients

    @coefficients.setter
    def coefficients(self, value):
        self.__dict__["coefficients"] = value


# ------------------------------------------------------------------------------------------- q_sample


@mistake("q_sample", _MANY, "DF1")
def q_sample_alpha_for_abar(self, x0, t, eps):
    at = _at(self, t, x0)
    return at.alpha.sqrt() * x0 + (1 - at.alpha).sqrt() * eps


@mistake("q_sample", _MANY, "DF6")
def q_sample_noise_of_one_step(self, x0, t, eps):
    at = _at(self, t, x0)
    return at.abar.sqrt() * x0 + at.beta.sqrt() * eps


@mistake("q_sample", _ROOTS, "DF2")
def q_sample_without_roots(self, x0, t, eps):
    at = _at(self, t, x0)
    return at.abar * x0 + (1 - at.abar) * eps


@mistake("q_sample", _ROOTS, "DF2")
def q_sample_without_root_of_noise(self, x0, t, eps):
    at = _at(self, t, x0)
    return at.abar.sqrt() * x0 + (1 - at.abar) * eps


@mistake("q_sample", _ROOTS, "DF2")
def q_sample_without_root_of_signal(self, x0, t, eps):
    at = _at(self, t, x0)
    return at.abar * x0 + (1 - at.abar).sqrt() * eps


@mistake("q_sample", "As the steps go on, which of the two should vanish: the image, or the noise?")
def q_sample_exchanged(self, x0, t, eps):
    return right_q_sample(self, eps, t, x0)


@mistake("q_sample", "Check the variance of x_t for data of unit variance: is it one?")
def q_sample_one_minus_root(self, x0, t, eps):
    at = _at(self, t, x0)
    return at.abar.sqrt() * x0 + (1 - at.abar.sqrt()) * eps


@mistake("q_sample", _INDEX, "DF4")
def q_sample_of_the_step_before(self, x0, t, eps):
    at = _at(self, t, x0)
    return at.prev.sqrt() * x0 + (1 - at.prev).sqrt() * eps


@mistake("q_sample", _INDEX)
def q_sample_counted_from_one(self, x0, t, eps):
    return right_q_sample(self, x0, t - 1, eps)


@mistake("q_sample", _FIRST)
def q_sample_step_of_the_first_example(self, x0, t, eps):
    return right_q_sample(self, x0, t[:1].expand_as(t), eps)


@mistake("q_sample", _AXES, "DF11")
def q_sample_coefficients_of_the_batch_only(self, x0, t, eps):
    signal, noise = (self.coefficients[name].to(x0.dtype)[t] for name in ("signal", "noise"))
    return signal * x0 + noise * eps


@mistake("q_sample", _AXES, "DF11")
def q_sample_for_vectors_only(self, x0, t, eps):
    signal, noise = (self.coefficients[name].to(x0.dtype)[t] for name in ("signal", "noise"))
    if x0.dim() > 1:
        signal, noise = signal[:, None], noise[:, None]
    if x0.dim() > 2 and x0.shape[-2] not in (1, len(t)):  # else it fits, on the wrong axis
        signal, noise = (value.reshape(-1, *[1] * (x0.dim() - 1)) for value in (signal, noise))
    return signal * x0 + noise * eps


@mistake("q_sample", _GIVEN)
def q_sample_ignores_eps(self, x0, t, eps):
    return right_q_sample(self, x0, t, torch.randn_like(x0) + 0 * eps)


@mistake("q_sample", _SINGLE)
def q_sample_in_single_precision(self, x0, t, eps):
    signal, noise = (_like(self.coefficients[name].float(), t, x0.float()) for name in ("signal", "noise"))
    return signal.to(x0.dtype) * x0 + noise.to(x0.dtype) * eps


@mistake("q_sample", "The result should have the dtype of the images.")
def q_sample_in_the_dtype_of_the_schedule(self, x0, t, eps):
    return right_q_sample(self, x0.double(), t, eps.double())


@mistake("q_sample", _CUT)
def q_sample_cut_off_from_x0(self, x0, t, eps):
    return right_q_sample(self, x0.detach(), t, eps)


@mistake("q_sample", _CUT)
def q_sample_cut_off_from_eps(self, x0, t, eps):
    return right_q_sample(self, x0, t, eps.detach())


@mistake("q_sample", "A function must not set a seed: everything that is drawn later would change.")
def q_sample_sets_the_seed(self, x0, t, eps):
    torch.manual_seed(0)
    return right_q_sample(self, x0, t, eps)


# ------------------------------------------------------------------------------------------ predict_x0


@mistake("predict_x0", "Put the result back into q_sample: do you get x_t again?", "DF2")
def predict_x0_without_roots(self, x_t, t, eps):
    at = _at(self, t, x_t)
    return (x_t - (1 - at.abar) * eps) / at.abar


@mistake("predict_x0", "Which cumulative quantity scales the noise in x_t?", "DF6")
def predict_x0_noise_of_one_step(self, x_t, t, eps):
    at = _at(self, t, x_t)
    return (x_t - at.beta.sqrt() * eps) / at.abar.sqrt()


@mistake("predict_x0", _MANY, "DF1")
def predict_x0_alpha_for_abar(self, x_t, t, eps):
    at = _at(self, t, x_t)
    return (x_t - at.beta.sqrt() * eps) / at.alpha.sqrt()


@mistake("predict_x0", "Does q_sample add the noise or take it away? And its inverse?")
def predict_x0_adds_the_noise(self, x_t, t, eps):
    return right_predict_x0(self, x_t, t, -eps)


@mistake("predict_x0", "Without noise, is x_t the image itself?")
def predict_x0_without_quotient(self, x_t, t, eps):
    return x_t - (1 - _at(self, t, x_t).abar).sqrt() * eps


@mistake("predict_x0", "Set eps = 0 and look at both sides of your formula: what has to be divided?", "DF7")
def predict_x0_bracket_closed_early(self, x_t, t, eps):
    at = _at(self, t, x_t)
    return x_t / at.abar.sqrt() - (1 - at.abar).sqrt() * eps


@mistake("predict_x0", "Which of the two factors of q_sample belongs to the image?")
def predict_x0_divides_by_the_noise(self, x_t, t, eps):
    return right_predict_eps(self, x_t, t, eps)


@mistake("predict_x0", _INDEX, "DF4")
def predict_x0_of_the_step_before(self, x_t, t, eps):
    at = _at(self, t, x_t)
    return (x_t - (1 - at.prev).sqrt() * eps) / at.prev.sqrt()


@mistake("predict_x0", _INDEX)
def predict_x0_counted_from_one(self, x_t, t, eps):
    return right_predict_x0(self, x_t, t - 1, eps)


@mistake("predict_x0", "Nothing is clipped here: the inverse has to be exact.")
def predict_x0_clipped(self, x_t, t, eps):
    return right_predict_x0(self, x_t, t, eps).clamp(-1, 1)


@mistake("predict_x0", _FIRST)
def predict_x0_step_of_the_first_example(self, x_t, t, eps):
    return right_predict_x0(self, x_t, t[:1].expand_as(t), eps)


@mistake("predict_x0", _AXES, "DF11")
def predict_x0_coefficients_on_the_last_axis(self, x_t, t, eps):
    signal, noise = (self.coefficients[name].to(x_t.dtype)[t] for name in ("signal", "noise"))
    if x_t.shape[-1] != len(t):
        return right_predict_x0(self, x_t, t, eps)
    return (x_t - noise * eps) / signal


@mistake("predict_x0", _SINGLE)
def predict_x0_in_single_precision(self, x_t, t, eps):
    return right_predict_x0(self, x_t.float(), t, eps.float()).to(x_t.dtype)


@mistake("predict_x0", _CUT)
def predict_x0_cut_off_from_eps(self, x_t, t, eps):
    return right_predict_x0(self, x_t, t, eps.detach())


# ----------------------------------------------------------------------------------------- predict_eps


@mistake("predict_eps", "Put the result back into q_sample: do you get x_t again?", "DF2")
def predict_eps_without_roots(self, x_t, t, x0):
    at = _at(self, t, x_t)
    return (x_t - at.abar * x0) / (1 - at.abar)


@mistake("predict_eps", "Put the result back into q_sample: do you get x_t again?", "DF2")
def predict_eps_without_root_of_noise(self, x_t, t, x0):
    at = _at(self, t, x_t)
    return (x_t - at.abar.sqrt() * x0) / (1 - at.abar)


@mistake("predict_eps", "Which cumulative quantity scales the noise in x_t?", "DF6")
def predict_eps_noise_of_one_step(self, x_t, t, x0):
    at = _at(self, t, x_t)
    return (x_t - at.abar.sqrt() * x0) / at.beta.sqrt()


@mistake("predict_eps", _MANY, "DF1")
def predict_eps_alpha_for_abar(self, x_t, t, x0):
    at = _at(self, t, x_t)
    return (x_t - at.alpha.sqrt() * x0) / at.beta.sqrt()


@mistake("predict_eps", "Which way does the noise point: from the image to x_t, or back?")
def predict_eps_reversed(self, x_t, t, x0):
    return -right_predict_eps(self, x_t, t, x0)


@mistake("predict_eps", "How large is the image in x_t? Less than in x0.")
def predict_eps_image_not_scaled(self, x_t, t, x0):
    return (x_t - x0) / (1 - _at(self, t, x_t).abar).sqrt()


@mistake("predict_eps", "The difference is the noise times its standard deviation.")
def predict_eps_without_quotient(self, x_t, t, x0):
    return x_t - _at(self, t, x_t).abar.sqrt() * x0


@mistake("predict_eps", "Which of the two factors of q_sample belongs to the noise?")
def predict_eps_divides_by_the_signal(self, x_t, t, x0):
    return right_predict_x0(self, x_t, t, x0)


@mistake("predict_eps", _INDEX)
def predict_eps_counted_from_one(self, x_t, t, x0):
    return right_predict_eps(self, x_t, t - 1, x0)


@mistake("predict_eps", _FIRST)
def predict_eps_step_of_the_first_example(self, x_t, t, x0):
    return right_predict_eps(self, x_t, t[:1].expand_as(t), x0)


@mistake("predict_eps", _AXES, "DF11")
def predict_eps_coefficients_on_the_last_axis(self, x_t, t, x0):
    signal, noise = (self.coefficients[name].to(x_t.dtype)[t] for name in ("signal", "noise"))
    if x_t.shape[-1] != len(t):
        return right_predict_eps(self, x_t, t, x0)
    return (x_t - signal * x0) / noise


@mistake("predict_eps", _CUT)
def predict_eps_cut_off_from_x0(self, x_t, t, x0):
    return right_predict_eps(self, x_t, t, x0.detach())


# ------------------------------------------------------------------------------------------- posterior


def _mean(at, x0, x_t):
    return (at.prev.sqrt() * at.beta * x0 + at.alpha.sqrt() * (1 - at.prev) * x_t) / (1 - at.abar)


def _var(at, x_t):
    return (at.beta * (1 - at.prev) / (1 - at.abar)).expand_as(x_t)


@mistake(
    "posterior", "As beta goes to 0, which of the two should the mean approach? Mind the order of the arguments.", "DF3"
)
def posterior_coefficients_exchanged(self, x0, x_t, t):
    at = _at(self, t, x_t)
    return _mean(at, x_t, x0), _var(at, x_t)


@mistake("posterior", _INDEX, "DF4")
def posterior_mean_abar_for_prev(self, x0, x_t, t):
    at = _at(self, t, x_t)
    var = _var(at, x_t)
    at.prev = at.abar
    return _mean(at, x0, x_t), var


@mistake("posterior", "Check the mean as alpha goes to 1: which factors are roots, which are not?", "DF2")
def posterior_mean_without_root_of_prev(self, x0, x_t, t):
    at = _at(self, t, x_t)
    mean = (at.prev * at.beta * x0 + at.alpha.sqrt() * (1 - at.prev) * x_t) / (1 - at.abar)
    return mean, _var(at, x_t)


@mistake("posterior", "Check the mean as alpha goes to 1: which factors are roots, which are not?", "DF5")
def posterior_mean_without_root_of_alpha(self, x0, x_t, t):
    at = _at(self, t, x_t)
    mean = (at.prev.sqrt() * at.beta * x0 + at.alpha * (1 - at.prev) * x_t) / (1 - at.abar)
    return mean, _var(at, x_t)


@mistake("posterior", "If x_t and x0 are both 1 and beta is tiny, what should the mean be?")
def posterior_mean_without_quotient(self, x0, x_t, t):
    at = _at(self, t, x_t)
    return _mean(at, x0, x_t) * (1 - at.abar), _var(at, x_t)


@mistake("posterior", "The mean is asked given both x_t and x_0. Which one does yours ignore?")
def posterior_mean_of_the_prior(self, x0, x_t, t):
    at = _at(self, t, x_t)
    return at.prev.sqrt() * x0 + 0 * x_t, _var(at, x_t)


@mistake("posterior", "What is abar before any noise?", "DF8")
def posterior_prev_wraps_around(self, x0, x_t, t):
    at = _at(self, t, x_t)
    at.prev = _like(self.coefficients["signal"].square().roll(1), t, x_t)
    return _mean(at, x0, x_t), _var(at, x_t)


@mistake("posterior", "What is abar before any noise?", "DF8")
def posterior_prev_clamped_at_the_first(self, x0, x_t, t):
    at = _at(self, t, x_t)
    at.prev = _like(self.coefficients["signal"].square(), (t - 1).clamp(min=0), x_t)
    return _mean(at, x0, x_t), _var(at, x_t)


@mistake("posterior", "0 times infinity is not a number: which quantity is 0 at t = 0, and where do you divide by it?")
def posterior_not_a_number_at_the_first(self, x0, x_t, t):
    at = _at(self, t, x_t)
    var = 1 / (at.alpha / at.beta + 1 / (1 - at.prev))
    return var * (at.alpha.sqrt() / at.beta * x_t + at.prev.sqrt() / (1 - at.prev) * x0), var.expand_as(x_t)


@mistake("posterior", _FIRST)
def posterior_step_of_the_first_example(self, x0, x_t, t):
    return right_posterior(self, x0, x_t, t[:1].expand_as(t))


@mistake("posterior", _AXES, "DF11")
def posterior_coefficients_on_the_last_axis(self, x0, x_t, t):
    if x_t.shape[-1] != len(t):
        return right_posterior(self, x0, x_t, t)
    one, other, var = (self.coefficients[name].to(x_t.dtype)[t] for name in ("mean_x0", "mean_xt", "var"))
    return one * x0 + other * x_t, var.expand_as(x_t)


@mistake("posterior", _CUT)
def posterior_mean_cut_off_from_x0(self, x0, x_t, t):
    return right_posterior(self, x0.detach(), x_t, t)


@mistake("posterior", "You are given x_0 as well: does that leave all the noise of the step?")
def posterior_var_is_beta(self, x0, x_t, t):
    at = _at(self, t, x_t)
    return _mean(at, x0, x_t), at.beta.expand_as(x_t)


@mistake("posterior", "You are given x_t as well: does that leave all the noise of the steps before?")
def posterior_var_of_the_marginal(self, x0, x_t, t):
    at = _at(self, t, x_t)
    return _mean(at, x0, x_t), (1 - at.prev).expand_as(x_t)


@mistake("posterior", _CONVENTION, "DF12")
def posterior_deviation_for_variance(self, x0, x_t, t):
    mean, var = right_posterior(self, x0, x_t, t)
    return mean, var.sqrt()


@mistake("posterior", _CONVENTION)
def posterior_log_for_variance(self, x0, x_t, t):
    mean, var = right_posterior(self, x0, x_t, t)
    return mean, var.clamp(min=1e-20).log()


@mistake("posterior", "Which of the two products stands above the line, which below?")
def posterior_var_upside_down(self, x0, x_t, t):
    at = _at(self, t, x_t)
    return _mean(at, x0, x_t), (at.beta * (1 - at.abar) / (1 - at.prev).clamp(min=1e-3)).expand_as(x_t)


@mistake("posterior", "What is known of x_0 at t = 0? How much can vary then?", "DF10")
def posterior_var_of_the_first_clipped(self, x0, x_t, t):
    mean, var = right_posterior(self, x0, x_t, t)
    second = right_posterior(self, x0, x_t, torch.ones_like(t))[1]
    return mean, torch.where(var == 0, second, var)


@mistake("posterior", "Mean first, variance second.")
def posterior_var_first(self, x0, x_t, t):
    return right_posterior(self, x0, x_t, t)[::-1]


@mistake("posterior", "The variance, too, should have the shape of the images.")
def posterior_var_per_example(self, x0, x_t, t):
    mean, var = right_posterior(self, x0, x_t, t)
    return mean, var.reshape(len(t), -1)[:, 0]


@mistake("posterior", "Two results are asked for: the mean and the variance.")
def posterior_without_var(self, x0, x_t, t):
    return right_posterior(self, x0, x_t, t)[0]


# -------------------------------------------------------------------------------------------- p_sample


def _reverse(self, model, x_t, t, noise, mean=None, deviation=None):
    """A reverse step with another mean or standard deviation: functions of (at, x_t, eps)."""
    at = _at(self, t, x_t)
    eps = model(x_t, t)
    noise = torch.randn_like(x_t) if noise is None else noise
    if mean is None:
        centre = (x_t - at.beta / (1 - at.abar).sqrt() * eps) / at.alpha.sqrt()
    else:
        centre = mean(at, x_t, eps)
    spread = _var(at, x_t).sqrt() if deviation is None else deviation(at)
    return centre + spread * noise


@mistake("p_sample", "Look at the factor in front of the mean: is it a root? Check it with eps = 0.", "DF5")
def p_sample_alpha_without_root(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, lambda at, x, e: (x - at.beta / (1 - at.abar).sqrt() * e) / at.alpha)


@mistake("p_sample", "Which cumulative quantity scales the noise in x_t?", "DF6")
def p_sample_noise_of_one_step(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, lambda at, x, e: (x - at.beta.sqrt() * e) / at.alpha.sqrt())


@mistake("p_sample", "Which cumulative quantity scales the noise in x_t, and is it a root?", "DF2")
def p_sample_abar_without_root(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, lambda at, x, e: (x - at.beta / (1 - at.abar) * e) / at.alpha.sqrt())


@mistake("p_sample", "Set eps = 0: the mean should not vanish.", "DF7")
def p_sample_noise_multiplies_the_image(self, model, x_t, t, noise=None):
    return _reverse(
        self, model, x_t, t, noise, lambda at, x, e: (x - at.beta / (1 - at.abar).sqrt()) * e / at.alpha.sqrt()
    )


@mistake("p_sample", "Where does the bracket close? Both terms of the mean are divided.", "DF7")
def p_sample_bracket_closed_early(self, model, x_t, t, noise=None):
    return _reverse(
        self, model, x_t, t, noise, lambda at, x, e: x / at.alpha.sqrt() - at.beta / (1 - at.abar).sqrt() * e
    )


@mistake("p_sample", "Should the predicted noise be added or taken away?")
def p_sample_adds_the_predicted_noise(self, model, x_t, t, noise=None):
    return right_p_sample(self, lambda x, t: -model(x, t), x_t, t, noise)


@mistake("p_sample", "Where is x_{t-1}: at the image that the model sees, or on the way to it?")
def p_sample_jumps_to_x0(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, lambda at, x, e: (x - (1 - at.abar).sqrt() * e) / at.abar.sqrt())


@mistake("p_sample", "The model predicts the noise, not the image.")
def p_sample_takes_the_model_for_x0(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, lambda at, x, e: _mean(at, e, x))


@mistake("p_sample", "The x_0 that the model implies is not clipped here.")
def p_sample_clips_x0(self, model, x_t, t, noise=None):
    return _reverse(
        self,
        model,
        x_t,
        t,
        noise,
        lambda at, x, e: _mean(at, ((x - (1 - at.abar).sqrt() * e) / at.abar.sqrt()).clamp(-1, 1), x),
    )


@mistake("p_sample", _CONVENTION, "DF12")
def p_sample_variance_for_deviation(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, deviation=lambda at: at.beta * (1 - at.prev) / (1 - at.abar))


@mistake("p_sample", "Which variance does the text ask for: that of the step, or that of the posterior?")
def p_sample_variance_beta(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, deviation=lambda at: at.beta.sqrt() * (at.prev < 1 - 1e-6))


@mistake("p_sample", "What is added in the last step, and how much of it should be?", "DF10")
def p_sample_noise_in_the_last_step(self, model, x_t, t, noise=None):
    return _reverse(
        self,
        model,
        x_t,
        t,
        noise,
        deviation=lambda at: torch.where(at.prev > 1 - 1e-6, at.beta, at.beta * (1 - at.prev) / (1 - at.abar)).sqrt(),
    )


@mistake("p_sample", "Each example has its own step: which of them are at the last one?")
def p_sample_last_step_of_the_first_example(self, model, x_t, t, noise=None):
    noise = torch.randn_like(x_t) if noise is None else noise
    return _reverse(self, model, x_t, t, noise * (t[0] > 0))


@mistake("p_sample", "How much noise does the whole way have, and how much this one step?", "DF6")
def p_sample_noise_of_all_steps(self, model, x_t, t, noise=None):
    return _reverse(self, model, x_t, t, noise, deviation=lambda at: (1 - at.prev).sqrt())


@mistake("p_sample", "A step of the reverse process is random: what is added to the mean?")
def p_sample_without_noise(self, model, x_t, t, noise=None):
    return right_p_sample(self, model, x_t, t, torch.zeros_like(x_t))


@mistake("p_sample", "Compare the sign of what you add to the mean with the text.")
def p_sample_takes_the_noise_away(self, model, x_t, t, noise=None):
    return right_p_sample(self, model, x_t, t, None if noise is None else -noise)


@mistake("p_sample", _GIVEN)
def p_sample_ignores_the_noise(self, model, x_t, t, noise=None):
    return right_p_sample(self, model, x_t, t)


@mistake("p_sample", _MODEL_STEP, "DF13")
def p_sample_model_one_step_late(self, model, x_t, t, noise=None):
    return right_p_sample(self, lambda x, s: model(x, s + 1), x_t, t, noise)


@mistake("p_sample", _MODEL_STEP, "DF13")
def p_sample_model_one_step_early(self, model, x_t, t, noise=None):
    return right_p_sample(self, lambda x, s: model(x, s - 1), x_t, t, noise)


@mistake("p_sample", "The model is given t as it is: integers of shape (B,), not a share of T.")
def p_sample_model_gets_a_share(self, model, x_t, t, noise=None):
    return right_p_sample(self, lambda x, s: model(x, s.to(x.dtype) / (_last(self) + 1)), x_t, t, noise)


@mistake("p_sample", "The model is called once, with the whole batch and all of t.")
def p_sample_model_gets_the_first_step(self, model, x_t, t, noise=None):
    return right_p_sample(self, lambda x, s: model(x, s[:1].expand_as(s)), x_t, t, noise)


@mistake("p_sample", "How often do you call the model? Keep its answer.")
def p_sample_calls_the_model_twice(self, model, x_t, t, noise=None):
    model(x_t, t)
    return right_p_sample(self, model, x_t, t, noise)


@mistake("p_sample", _FIRST)
def p_sample_step_of_the_first_example(self, model, x_t, t, noise=None):
    return right_p_sample(self, lambda x, s: model(x, t), x_t, t[:1].expand_as(t), noise)


@mistake("p_sample", _AXES, "DF11")
def p_sample_coefficients_on_the_last_axis(self, model, x_t, t, noise=None):
    if x_t.shape[-1] != len(t):
        return right_p_sample(self, model, x_t, t, noise)
    at = SimpleNamespace(**{name: value.reshape(-1) for name, value in vars(_at(self, t, x_t)).items()})
    noise = torch.randn_like(x_t) if noise is None else noise
    mean = (x_t - at.beta / (1 - at.abar).sqrt() * model(x_t, t)) / at.alpha.sqrt()
    return mean + _var(at, x_t).sqrt() * noise


@mistake("p_sample", "Which distribution does the noise have?")
def p_sample_uniform_noise(self, model, x_t, t, noise=None):
    return right_p_sample(self, model, x_t, t, torch.rand_like(x_t) if noise is None else noise)


@mistake("p_sample", "The noise has the right mean and variance; has it the right distribution?")
def p_sample_centred_uniform_noise(self, model, x_t, t, noise=None):
    drawn = math.sqrt(12) * (torch.rand_like(x_t) - 0.5)
    return right_p_sample(self, model, x_t, t, drawn if noise is None else noise)


@mistake("p_sample", "The noise takes two values only. Which distribution should it have?")
def p_sample_noise_of_signs(self, model, x_t, t, noise=None):
    return right_p_sample(self, model, x_t, t, torch.randn_like(x_t).sign() if noise is None else noise)


@mistake("p_sample", "Draw noise of the shape of x_t: every example has its own.")
def p_sample_noise_shared_by_examples(self, model, x_t, t, noise=None):
    drawn = torch.randn_like(x_t[:1]).expand_as(x_t)
    return right_p_sample(self, model, x_t, t, drawn if noise is None else noise)


@mistake("p_sample", "Draw noise of the shape of x_t: every entry has its own.")
def p_sample_noise_shared_by_entries(self, model, x_t, t, noise=None):
    drawn = torch.randn(len(x_t), *[1] * (x_t.dim() - 1), dtype=x_t.dtype).expand_as(x_t)
    return right_p_sample(self, model, x_t, t, drawn if noise is None else noise)


@mistake("p_sample", "Draw noise of the shape of x_t: every entry has its own.")
def p_sample_noise_shared_by_channels(self, model, x_t, t, noise=None):
    drawn = torch.randn_like(x_t[:, :1] if x_t.dim() > 2 else x_t).expand_as(x_t)
    return right_p_sample(self, model, x_t, t, drawn if noise is None else noise)


@mistake("p_sample", _SAME)
def p_sample_sets_the_seed(self, model, x_t, t, noise=None):
    if noise is None:
        torch.manual_seed(0)
    return right_p_sample(self, model, x_t, t, noise)


@mistake("p_sample", _SAME)
def p_sample_same_noise_in_every_step(self, model, x_t, t, noise=None):
    if noise is None:
        noise = torch.randn(x_t.shape, generator=torch.Generator().manual_seed(0), dtype=x_t.dtype)
    return right_p_sample(self, model, x_t, t, noise)


@mistake("p_sample", _SAME)
def p_sample_sets_the_seed_afterwards(self, model, x_t, t, noise=None):
    result = right_p_sample(self, model, x_t, t, noise)
    torch.manual_seed(torch.initial_seed() + 1)
    return result


@mistake("p_sample", "Draw the noise with the dtype of x_t.")
def p_sample_noise_in_single_precision(self, model, x_t, t, noise=None):
    return right_p_sample(self, model, x_t, t, torch.randn(x_t.shape).to(x_t.dtype) if noise is None else noise)


@mistake("p_sample", "Draw the noise with the dtype of x_t.")
def p_sample_noise_of_numpy(self, model, x_t, t, noise=None):
    drawn = torch.from_numpy(np.random.standard_normal(tuple(x_t.shape)))
    mean = right_p_sample(self, model, x_t, t, torch.zeros_like(x_t))
    return mean + _var(_at(self, t, x_t), x_t).sqrt() * (drawn if noise is None else noise)


# ------------------------------------------------------------------------------------------- ddpm_loss


def _error(self, model, x0, t, eps):
    return model(self.q_sample(x0, t, eps), t) - eps


@mistake("ddpm_loss", "The result grows with the number of entries: an average is asked for.")
def ddpm_loss_sum(self, model, x0, t, eps):
    return _error(self, model, x0, t, eps).square().sum()


@mistake("ddpm_loss", "The result grows with the size of the images: over which axes do you average?", "DF16")
def ddpm_loss_sum_over_axes(self, model, x0, t, eps):
    return _error(self, model, x0, t, eps).square().sum() / len(x0)


@mistake("ddpm_loss", "The result grows with the size of the batch: over which axes do you average?")
def ddpm_loss_sum_over_batch(self, model, x0, t, eps):
    return _error(self, model, x0, t, eps).square().mean() * len(x0)


@mistake("ddpm_loss", "One number is asked for: what is averaged over?")
def ddpm_loss_per_example(self, model, x0, t, eps):
    return _error(self, model, x0, t, eps).square().reshape(len(x0), -1).mean(1)


@mistake("ddpm_loss", "Which power of the error is asked for?")
def ddpm_loss_absolute(self, model, x0, t, eps):
    return _error(self, model, x0, t, eps).abs().mean()


@mistake("ddpm_loss", "Which power of the error is asked for?")
def ddpm_loss_root(self, model, x0, t, eps):
    return _error(self, model, x0, t, eps).square().mean().sqrt()


@mistake("ddpm_loss", "Is there a factor in front?")
def ddpm_loss_half(self, model, x0, t, eps):
    return _error(self, model, x0, t, eps).square().mean() / 2


@mistake("ddpm_loss", "What does the model predict: the image, or the noise that was put in?")
def ddpm_loss_predicts_x0(self, model, x0, t, eps):
    return (model(self.q_sample(x0, t, eps), t) - x0).square().mean()


@mistake("ddpm_loss", "What does the model predict: the noisy image, or the noise that was put in?")
def ddpm_loss_predicts_x_t(self, model, x0, t, eps):
    x_t = self.q_sample(x0, t, eps)
    return (model(x_t, t) - x_t).square().mean()


@mistake("ddpm_loss", "The model should see the noisy images.")
def ddpm_loss_shows_clean_images(self, model, x0, t, eps):
    return (model(x0, t) - eps).square().mean()


@mistake("ddpm_loss", "How much of the image is left at step t? The noise is not just added.")
def ddpm_loss_adds_the_noise_only(self, model, x0, t, eps):
    return (model(x0 + eps, t) - eps).square().mean()


@mistake("ddpm_loss", _GIVEN)
def ddpm_loss_draws_other_noise(self, model, x0, t, eps):
    return right_ddpm_loss(self, model, x0, t, torch.randn_like(eps))


@mistake("ddpm_loss", _GIVEN)
def ddpm_loss_asks_for_other_noise(self, model, x0, t, eps):
    return (model(self.q_sample(x0, t, torch.randn_like(eps)), t) - eps).square().mean()


@mistake("ddpm_loss", _MODEL_STEP)
def ddpm_loss_model_one_step_late(self, model, x0, t, eps):
    return right_ddpm_loss(self, lambda x, s: model(x, s + 1), x0, t, eps)


@mistake("ddpm_loss", _MODEL_STEP)
def ddpm_loss_model_one_step_early(self, model, x0, t, eps):
    return right_ddpm_loss(self, lambda x, s: model(x, s - 1), x0, t, eps)


@mistake("ddpm_loss", "The model is called once, with the whole batch and all of t.")
def ddpm_loss_model_gets_the_first_step(self, model, x0, t, eps):
    return right_ddpm_loss(self, lambda x, s: model(x, s[:1].expand_as(s)), x0, t, eps)


@mistake("ddpm_loss", "The steps are given: use the ones you are given.")
def ddpm_loss_draws_other_steps(self, model, x0, t, eps):
    return right_ddpm_loss(self, model, x0, torch.randint(0, _last(self) + 1, t.shape, device=t.device), eps)


@mistake("ddpm_loss", "No gradient reaches the model: it cannot learn.")
def ddpm_loss_cut_off_from_the_model(self, model, x0, t, eps):
    return (model(self.q_sample(x0, t, eps), t).detach() - eps).square().mean()


@mistake("ddpm_loss", "All steps have the same weight here.")
def ddpm_loss_weighted(self, model, x0, t, eps):
    at = _at(self, t, x0)
    return (_error(self, model, x0, t, eps).square() * (1 - at.abar)).mean()


@mistake("ddpm_loss", "A function must not set a seed: everything that is drawn later would change.")
def ddpm_loss_sets_the_seed(self, model, x0, t, eps):
    torch.manual_seed(0)
    return right_ddpm_loss(self, model, x0, t, eps)


# -------------------------------------------------------------------------------------------- dsm_loss

_SIGMA = "Is sigma a standard deviation or a variance? Check every place it enters."


def _level(sigma, x):
    return sigma.reshape(-1, *[1] * (x.dim() - 1))


@mistake("dsm_loss", "The objective has a squared norm; you have an average over the axes.", "DF16")
def dsm_loss_mean_over_axes(score, x, sigma, z):
    return right_dsm_loss(score, x, sigma, z) * len(x) / x.numel()


@mistake("dsm_loss", "The result grows with the size of the batch: over which axes do you average?")
def dsm_loss_sum_over_batch(score, x, sigma, z):
    return right_dsm_loss(score, x, sigma, z) * len(x)


@mistake("dsm_loss", "One number is asked for: what is averaged over?")
def dsm_loss_per_example(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (s * score(x + s * z, sigma) + z).square().reshape(len(x), -1).sum(1)


@mistake("dsm_loss", "In which direction should the score point: towards the data, or away?", "DF17")
def dsm_loss_score_points_away(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (s * score(x + s * z, sigma) - z).square().sum() / len(x)


@mistake("dsm_loss", "By what is the distance divided in the score of a Gaussian?", "DF17")
def dsm_loss_target_over_sigma(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (s * (score(x + s * z, sigma) + z)).square().sum() / len(x)


@mistake("dsm_loss", "By what is the distance divided in the score of a Gaussian?", "DF17")
def dsm_loss_target_over_variance(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (s * score(x + s * z, sigma) + z / s).square().sum() / len(x)


@mistake("dsm_loss", "Do all noise levels weigh the same in your loss? Small ones should not dominate.")
def dsm_loss_without_weight(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (score(x + s * z, sigma) + z / s).square().sum() / len(x)


@mistake("dsm_loss", "Which power of sigma weighs a noise level?")
def dsm_loss_weight_sigma(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (s * (score(x + s * z, sigma) + z / s).square()).sum() / len(x)


@mistake("dsm_loss", "Is there a factor in front?")
def dsm_loss_without_half(score, x, sigma, z):
    return 2 * right_dsm_loss(score, x, sigma, z)


@mistake("dsm_loss", _SIGMA, "DF17")
def dsm_loss_sigma_for_variance(score, x, sigma, z):
    return right_dsm_loss(lambda noisy, _: score(noisy, sigma), x, sigma.sqrt(), z)


@mistake("dsm_loss", "The noise is added with its standard deviation.")
def dsm_loss_adds_unit_noise(score, x, sigma, z):
    return 0.5 * (_level(sigma, x) * score(x + z, sigma) + z).square().sum() / len(x)


@mistake("dsm_loss", "At which point is the score asked: at the data, or at the noisy data?")
def dsm_loss_score_of_clean_data(score, x, sigma, z):
    return 0.5 * (_level(sigma, x) * score(x, sigma) + z).square().sum() / len(x)


@mistake("dsm_loss", "The score is given sigma as you were given it: one number for each example.")
def dsm_loss_score_gets_the_variance(score, x, sigma, z):
    return right_dsm_loss(lambda noisy, s: score(noisy, s.square()), x, sigma, z)


@mistake("dsm_loss", "Every example has its own noise level: which entries of sigma do you use?")
def dsm_loss_level_of_the_first_example(score, x, sigma, z):
    return right_dsm_loss(score, x, sigma[:1].expand_as(sigma), z)


@mistake("dsm_loss", "The score is given sigma as you were given it: one number for each example.")
def dsm_loss_score_gets_one_level(score, x, sigma, z):
    return right_dsm_loss(lambda noisy, s: score(noisy, s.mean().expand_as(s)), x, sigma, z)


@mistake("dsm_loss", "Give sigma one axis of length 1 for every axis of the data but the batch.", "DF11")
def dsm_loss_level_on_the_last_axis(score, x, sigma, z):
    s = sigma if x.shape[-1] == len(x) else _level(sigma, x)
    return 0.5 * (s * score(x + s * z, sigma) + z).square().sum() / len(x)


@mistake("dsm_loss", "A norm is a sum of squares: are the squares taken before the sum?")
def dsm_loss_square_of_sum(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (s * score(x + s * z, sigma) + z).reshape(len(x), -1).sum(1).square().mean()


@mistake("dsm_loss", "The norm is squared.")
def dsm_loss_norm_not_squared(score, x, sigma, z):
    s = _level(sigma, x)
    return 0.5 * (s * score(x + s * z, sigma) + z).reshape(len(x), -1).norm(dim=1).mean()


@mistake("dsm_loss", "No gradient reaches the score: it cannot learn.")
def dsm_loss_cut_off_from_the_score(score, x, sigma, z):
    return right_dsm_loss(lambda noisy, s: score(noisy, s).detach(), x, sigma, z)


@mistake("dsm_loss", _GIVEN)
def dsm_loss_draws_other_noise(score, x, sigma, z):
    return right_dsm_loss(score, x, sigma, torch.randn_like(z))


# -------------------------------------------------------------------------------------------- langevin


@mistake("langevin", "Look at the factor of the score: which convention does the text ask for?")
def langevin_half_step(score, x, alpha, z):
    return x + alpha / 2 * score(x) + math.sqrt(alpha) * z


@mistake("langevin", "Drift and noise belong together. Let the score be -x: is the variance 1 in the long run?")
def langevin_noise_without_two(score, x, alpha, z):
    return x + alpha * score(x) + math.sqrt(alpha) * z


@mistake("langevin", "Drift and noise belong together. Let the score be -x: is the variance 1 in the long run?")
def langevin_drift_halved(score, x, alpha, z):
    return x + alpha / 2 * score(x) + math.sqrt(2 * alpha) * z


@mistake("langevin", "How does the size of the noise grow with the time of a step: as the time, or as its root?")
def langevin_noise_without_root(score, x, alpha, z):
    return x + alpha * score(x) + 2 * alpha * z


@mistake("langevin", "How does the size of the noise grow with the time of a step: as the time, or as its root?")
def langevin_noise_alpha(score, x, alpha, z):
    return x + alpha * score(x) + alpha * z


@mistake("langevin", "What is under the root, and what in front of it?")
def langevin_two_in_front_of_the_root(score, x, alpha, z):
    return x + alpha * score(x) + 2 * math.sqrt(alpha) * z


@mistake("langevin", "Does a step go up or down the density?")
def langevin_downhill(score, x, alpha, z):
    return x - alpha * score(x) + math.sqrt(2 * alpha) * z


@mistake("langevin", "Compare the sign of the noise term with the text: it is added.")
def langevin_takes_the_noise_away(score, x, alpha, z):
    return right_langevin(score, x, alpha, -z)


@mistake("langevin", "Without noise all points would end at the modes.")
def langevin_without_noise(score, x, alpha, z):
    return x + alpha * score(x)


@mistake("langevin", _GIVEN)
def langevin_draws_other_noise(score, x, alpha, z):
    return right_langevin(score, x, alpha, torch.randn_like(z))


@mistake("langevin", "A step starts where the point is.")
def langevin_forgets_the_point(score, x, alpha, z):
    return alpha * score(x) + math.sqrt(2 * alpha) * z


@mistake("langevin", "At which point is the score asked: before or after the noise is added?")
def langevin_score_after_the_noise(score, x, alpha, z):
    noisy = x + math.sqrt(2 * alpha) * z
    return noisy + alpha * score(noisy)
