"""The checks of parts 4 to 7: densities, sampling, objective, model and training.

The inputs follow the probe rules that separate every known mistake: batches of 3 or more, asymmetric values, several
latent axes, logits in both tails, log-variances that are not 0. Every stochastic check states its false alarms.
"""

import re

import torch

from autograder import (
    Mismatch,
    Tolerance,
    assert_batchwise,
    assert_bernoulli,
    assert_close,
    assert_matches,
    assert_no_trace,
    assert_runs,
    assert_standard_normal,
    coins,
    noncontiguous,
    normal,
    number,
    requires,
    timeout,
    uniform,
    weight,
)
from autograder.toy_data import bumps

DTYPES = (torch.float32, torch.float64)
SHAPES = ((3, 5), (7, 2), (1, 1), (1, 4))  # (batch, axes): odd batches, batch 1, one axis
# Values in float64 may carry a guard such as 1e-8 in a denominator; the checks of extremes want full precision.
NEAR = {torch.float32: {}, torch.float64: {"rtol": 1e-6, "atol": 1e-6}}
FALSE_ALARM = 1e-9  # of each statistical check, for a correct sampler; all of them together stay below 1e-8


def gaussians(batch, dim, *, seed, dtype=torch.float32):
    """mu and logvar of a posterior that is far from the prior, with a different spread on every axis."""
    mu = normal(batch, dim, seed=seed, mean=0.4, std=1.3, dtype=dtype)
    return mu, normal(batch, dim, seed=seed + 1, mean=-0.3, std=0.8, dtype=dtype)


def two_gaussians(batch, dim, *, seed, dtype=torch.float32):
    """mu_q, logvar_q, mu_p, logvar_p."""
    return *gaussians(batch, dim, seed=seed, dtype=dtype), *gaussians(batch, dim, seed=seed + 2, dtype=dtype)


def latents(batch, dim, *, seed, dtype=torch.float32):
    """z, mu, var."""
    mu, logvar = gaussians(batch, dim, seed=seed, dtype=dtype)
    return normal(batch, dim, seed=seed + 2, mean=-0.5, std=1.5, dtype=dtype), mu, logvar.exp()


def pixels(batch, dim, *, seed, dtype=torch.float32):
    """x and probabilities that are strictly inside (0, 1)."""
    return coins(batch, dim, seed=seed, dtype=dtype), uniform(
        batch, dim, seed=seed + 1, low=0.03, high=0.97, dtype=dtype
    )


def logit_pixels(batch, dim, *, seed, dtype=torch.float32):
    """x and logits in both tails."""
    return coins(batch, dim, seed=seed, dtype=dtype), normal(batch, dim, seed=seed + 1, mean=0.5, std=4.0, dtype=dtype)


def elbo_inputs(batch, pixels_, dim, *, seed, dtype=torch.float32):
    """x, x_logits, mu, logvar."""
    return *logit_pixels(batch, pixels_, seed=seed, dtype=dtype), *gaussians(batch, dim, seed=seed + 2, dtype=dtype)


def assert_shapes(function, expected, draw):
    """One value per example for every shape and dtype, for gaps in memory too, without a look at the values."""
    for dtype in DTYPES:
        for batch, dim in SHAPES:
            inputs = draw(batch, dim, seed=11, dtype=dtype)
            assert_close(
                shape_only(function(*inputs)),
                shape_only(expected(*inputs)),
                name=expected.__name__,
                where=sizes(batch, dim, dtype),
            )
    gapped = [noncontiguous(value) for value in draw(5, 3, seed=12)]
    assert_close(
        shape_only(function(*gapped)),
        shape_only(expected(*gapped)),
        name=expected.__name__,
        where="inputs that are not contiguous",
    )


def sizes(batch, dim, dtype):
    """How messages say with which sizes and dtype a function was called."""
    return f"B = {batch}, d = {dim}, {dtype}".replace("torch.", "")


def shape_only(value):
    """The same tensor with its values gone: compares kind, shape and dtype."""
    return torch.zeros_like(value) if isinstance(value, torch.Tensor) else value


# ------------------------------------------------------------------------------------------------ part 4


@number("4.1.1")
@weight(1)
def test_kl_standard_normal_runs(student, reference):
    """kl_standard_normal returns one value per example"""
    assert_shapes(student.kl_standard_normal, reference.kl_standard_normal, gaussians)


@number("4.1.2")
@weight(2)
@requires(test_kl_standard_normal_runs)
def test_kl_standard_normal(student, reference):
    """KL(N(μ, σ²) ‖ N(0, I)) equals the closed form, in value and in gradient"""
    for dtype in DTYPES:
        mu, logvar = gaussians(3, 5, seed=41, dtype=dtype)
        assert_matches(student.kl_standard_normal, reference.kl_standard_normal, mu, logvar, **NEAR[dtype])
        mu, logvar = gaussians(1, 7, seed=43, dtype=dtype)
        assert_matches(student.kl_standard_normal, reference.kl_standard_normal, mu, logvar, **NEAR[dtype])


@number("4.1.3")
@weight(1)
@requires(test_kl_standard_normal)
def test_kl_standard_normal_extremes(student, reference):
    """kl_standard_normal is exact at the prior, far from it, and on 400 axes"""
    for dtype in DTYPES:
        logvar = torch.tensor([[60.0, -60.0, 1.0], [-60.0, 0.5, 0.0], [0.0, 0.0, 0.0]], dtype=dtype)
        mu = torch.tensor([[1.0, -2.0, 300.0], [0.0, -50.0, 1e-3], [0.0, 0.0, 0.0]], dtype=dtype)
        assert_matches(student.kl_standard_normal, reference.kl_standard_normal, mu, logvar)
        many = gaussians(3, 400, seed=45, dtype=dtype)
        assert_matches(student.kl_standard_normal, reference.kl_standard_normal, *many)


@number("4.2.1")
@weight(0.5)
def test_kl_normal_runs(student, reference):
    """kl_normal returns one value per example"""
    assert_shapes(student.kl_normal, reference.kl_normal, two_gaussians)


@number("4.2.2")
@weight(2)
@requires(test_kl_normal_runs)
def test_kl_normal(student, reference):
    """KL between two diagonal Gaussians equals the closed form, in value and in all four gradients"""
    for dtype in DTYPES:
        inputs = two_gaussians(3, 5, seed=51, dtype=dtype)
        assert_matches(student.kl_normal, reference.kl_normal, *inputs, **NEAR[dtype])


@number("4.2.3")
@weight(0.5)
@requires(test_kl_normal)
def test_kl_normal_extremes(student, reference):
    """kl_normal is exact for equal distributions, for very wide and very narrow ones, and on 400 axes"""
    for dtype in DTYPES:
        mu, logvar = gaussians(3, 4, seed=53, dtype=dtype)
        # At equal distributions rounding is relative to the terms, each of size 1.
        assert_matches(student.kl_normal, reference.kl_normal, mu, logvar, mu.clone(), logvar.clone())
        for level in (60.0, -60.0):
            narrow = torch.full_like(logvar, level)
            shift = mu * narrow.mul(0.5).exp()  # the means differ by a few standard deviations
            # In float32, exp(logvar_q - logvar_p) and exp(logvar_q)/exp(logvar_p) round differently.
            assert_matches(
                student.kl_normal,
                reference.kl_normal,
                shift,
                narrow + logvar,
                -shift,
                narrow,
                rtol=1e-3,
                without_gradient=("mu_q", "mu_p"),
            )
        many = two_gaussians(3, 400, seed=55, dtype=dtype)
        assert_matches(student.kl_normal, reference.kl_normal, *many)


@number("4.3.1")
@weight(0.5)
def test_log_normal_diag_runs(student, reference):
    """log_normal_diag returns one value per example"""
    assert_shapes(student.log_normal_diag, reference.log_normal_diag, latents)


@number("4.3.2")
@weight(2)
@requires(test_log_normal_diag_runs)
def test_log_normal_diag(student, reference):
    """log N(z; μ, diag(var)) equals the density, in value and in gradient, for shared parameters too"""
    for dtype in DTYPES:
        z, mu, var = latents(3, 5, seed=61, dtype=dtype)
        assert_matches(student.log_normal_diag, reference.log_normal_diag, z, mu, var, **NEAR[dtype])
        assert_matches(student.log_normal_diag, reference.log_normal_diag, z, mu[0], var[0], **NEAR[dtype])
        zero, one = torch.zeros(1, dtype=dtype), torch.ones(1, dtype=dtype)
        assert_matches(student.log_normal_diag, reference.log_normal_diag, z, zero, one, **NEAR[dtype])


@number("4.3.3")
@weight(0.5)
@requires(test_log_normal_diag)
def test_log_normal_diag_extremes(student, reference):
    """log_normal_diag stays finite and exact for tiny and huge variances and on 400 axes"""
    for dtype in DTYPES:
        z, mu, var = latents(3, 400, seed=63, dtype=dtype)
        assert_matches(student.log_normal_diag, reference.log_normal_diag, z, mu, var)
        z, mu, _ = latents(3, 4, seed=65, dtype=dtype)
        for logvar in (60.0, -60.0):
            var = torch.full_like(mu, logvar).exp()
            near = mu + (z - mu) * var.sqrt()
            # The distance to the mean is rounded to the resolution of mu: values only, at a mean of 0.
            assert_matches(
                student.log_normal_diag,
                reference.log_normal_diag,
                near - mu,
                torch.zeros_like(mu),
                var,
                without_gradient=("z", "mu", "var"),
            )


@number("4.4.1")
@weight(0.5)
def test_log_bernoulli_runs(student, reference):
    """log_bernoulli returns one value per example"""
    assert_shapes(student.log_bernoulli, reference.log_bernoulli, pixels)


@number("4.4.2")
@weight(2)
@requires(test_log_bernoulli_runs)
def test_log_bernoulli(student, reference):
    """log p(x) of Bernoulli pixels equals the likelihood, in value and in gradient"""
    for dtype in DTYPES:
        x, p = pixels(3, 5, seed=71, dtype=dtype)
        assert_matches(
            student.log_bernoulli,
            reference.log_bernoulli,
            x,
            p,
            without_gradient=("x",),
            **NEAR[dtype],
        )


@number("4.4.3")
@weight(0.5)
@requires(test_log_bernoulli)
def test_log_bernoulli_extremes(student, reference):
    """log_bernoulli stays finite and exact on 784 pixels and where p is exactly 0 or 1 and agrees with x"""
    for dtype in DTYPES:
        x, p = pixels(3, 784, seed=73, dtype=dtype)
        assert_matches(
            student.log_bernoulli,
            reference.log_bernoulli,
            x,
            p,
            without_gradient=("x",),
        )
        x = torch.tensor([[0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 1.0, 1.0]], dtype=dtype)
        certain = torch.tensor([[0.0, 1.0, 0.5, 0.25], [1.0, 0.0, 1.0, 1.0]], dtype=dtype)
        # The handout allows 1e-5 for every pixel: clamping p is a correct style.
        assert_matches(
            student.log_bernoulli,
            reference.log_bernoulli,
            x,
            certain,
            without_gradient=("x", "p"),
            atol=4e-5,
        )


@number("4.5.1")
@weight(0.5)
def test_log_bernoulli_with_logits_runs(student, reference):
    """log_bernoulli_with_logits returns one value per example"""
    assert_shapes(student.log_bernoulli_with_logits, reference.log_bernoulli_with_logits, logit_pixels)


@number("4.5.2")
@weight(2)
@requires(test_log_bernoulli_with_logits_runs)
def test_log_bernoulli_with_logits(student, reference):
    """log p(x) from logits equals the likelihood, in value and in gradient"""
    for dtype in DTYPES:
        x, logits = logit_pixels(3, 5, seed=81, dtype=dtype)
        assert_matches(
            student.log_bernoulli_with_logits,
            reference.log_bernoulli_with_logits,
            x,
            logits,
            without_gradient=("x",),
            **NEAR[dtype],
        )


@number("4.5.3")
@weight(0.5)
@requires(test_log_bernoulli_with_logits)
def test_log_bernoulli_with_logits_extremes(student, reference):
    """log_bernoulli_with_logits stays finite and exact, with its gradient, for logits of ±100 and on 784 pixels"""
    for dtype in DTYPES:
        logits = torch.tensor([[100.0, -100.0, 3.0, -3.0], [30.0, -30.0, 100.0, -100.0]], dtype=dtype)
        x = torch.tensor([[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]], dtype=dtype)
        assert_matches(
            student.log_bernoulli_with_logits,
            reference.log_bernoulli_with_logits,
            x,
            logits,
            without_gradient=("x",),
        )
        x, logits = logit_pixels(3, 784, seed=83, dtype=dtype)
        assert_matches(
            student.log_bernoulli_with_logits,
            reference.log_bernoulli_with_logits,
            x,
            logits,
            without_gradient=("x",),
        )


# ------------------------------------------------------------------------------------------------ part 5

_ROWS, _AXES = 6000, 4  # of the draws in each statistical check


def recovered_noise(student, mu, logvar):
    """What the sampler added, in standard deviations: standard normal if it is right. Two calls."""
    sigma = logvar.double().mul(0.5).exp()
    draws = [sampled(student.reparameterize(mu, logvar), mu, "reparameterize") for _ in range(2)]
    return [(z.detach().double() - mu.double()) / sigma for z in draws]


def sampled(value, like, name):
    """A sample, once it is known to be a tensor of the right shape and dtype."""
    assert_close(shape_only(value), shape_only(like), name=name)
    return value


@number("5.1.1")
@weight(1)
def test_reparameterize_runs(student, reference):
    """reparameterize returns a sample of the shape and dtype of mu, with noise given or drawn"""
    for dtype in DTYPES:
        for batch, dim in SHAPES:
            mu, logvar = gaussians(batch, dim, seed=91, dtype=dtype)
            where = sizes(batch, dim, dtype)
            eps = normal(batch, dim, seed=92, dtype=dtype)
            for result in (student.reparameterize(mu, logvar, eps), student.reparameterize(mu, logvar)):
                assert_close(shape_only(result), shape_only(mu), name="reparameterize", where=where)


@number("5.1.2")
@weight(1.5)
@requires(test_reparameterize_runs)
def test_reparameterize_given_noise(student, reference):
    """With noise given, the sample is the right function of mu, logvar and eps, in value and in gradient"""
    for dtype in DTYPES:
        mu, logvar = gaussians(3, 5, seed=93, dtype=dtype)
        eps = normal(3, 5, seed=95, dtype=dtype)
        assert_matches(student.reparameterize, reference.reparameterize, mu, logvar, eps, without_gradient=("eps",))
    mu, logvar = torch.tensor([[2.0, -1.0]]), torch.tensor([[-60.0, 30.0]])
    assert_matches(
        student.reparameterize,
        reference.reparameterize,
        mu,
        logvar,
        torch.tensor([[1.5, -0.5]]),
        without_gradient=("eps",),
    )


@number("5.1.3")
@weight(1.5)
@requires(test_reparameterize_runs)
def test_reparameterize_own_noise(student):
    """Without noise given, the sample's own noise is standard normal, fresh in every call, one for every entry"""
    # False alarms of a correct sampler: at most FALSE_ALARM per dtype, by the bounds in compare/distributions.py.
    for dtype in DTYPES:
        mu = torch.linspace(-2.0, 3.0, _AXES, dtype=dtype).repeat(_ROWS, 1)
        logvar = torch.linspace(-2.0, 1.5, _AXES, dtype=dtype).repeat(_ROWS, 1)
        first, second = recovered_noise(student, mu, logvar)
        if bool((first.abs() < 1e-6).all()):
            raise Mismatch("the sample of reparameterize is always mu, but should have noise of its own")
        if torch.equal(first, second):
            raise Mismatch(
                "two calls of reparameterize return the same numbers, but should draw fresh noise",
                hint="is a seed set, or the noise drawn only once?",
            )
        assert_standard_normal(
            first, again=second, false_alarm=FALSE_ALARM, name="the noise (z - mu) / sigma of reparameterize"
        )
        if dtype is torch.float64:
            assert_fine_grained(first)


def assert_fine_grained(noise):
    """Noise for float64 inputs is not drawn in float32: its bits below single precision are not all zero."""
    # z itself is rounded to float64, so noise recovered from float32 draws is within 1e-9 of a float32 number, which
    # a correct draw is with a probability of about 1e-2 each: for all of thousands of draws, never.
    if bool(((noise - noise.float().double()).abs() < 1e-12).all()):
        raise Mismatch(
            "the noise of reparameterize has single precision, but mu is float64",
            hint="create the noise with the dtype of its inputs.",
        )


@number("5.1.4")
@weight(1)
@requires(test_reparameterize_runs)
def test_reparameterize_own_gradient(student):
    """Without noise given, gradients flow through the sample: ∂z/∂mu = 1 and ∂z/∂logvar = (z − mu)/2"""
    mu, logvar = (value.requires_grad_() for value in gaussians(4, 3, seed=97, dtype=torch.float64))
    z = sampled(student.reparameterize(mu, logvar), mu, "reparameterize")
    if not z.requires_grad:
        raise Mismatch(
            "the sample of reparameterize has no gradient", hint="the encoder receives no gradient through z."
        )
    if torch.equal(z.detach(), mu.detach()):  # then 0 is the right gradient for logvar, of no sample at all
        raise Mismatch("the sample of reparameterize is always mu, but should have noise of its own")
    v = normal(4, 3, seed=99, dtype=torch.float64)
    to_mu, to_logvar = torch.autograd.grad((z * v).sum(), (mu, logvar), allow_unused=True)
    z = z.detach()
    for name, found, expected in (("mu", to_mu, v), ("logvar", to_logvar, v * (z - mu.detach()) / 2)):
        found = torch.zeros_like(expected) if found is None else found
        assert_close(
            found,
            expected,
            name=f"the gradient of z with respect to {name}",
            where="reparameterize(4×3, 4×3)",
        )


@number("5.2.1")
@weight(0.5)
def test_sample_bernoulli_runs(student):
    """sample_bernoulli returns zeros and ones with the shape and dtype of p"""
    for dtype in DTYPES:
        for shape in ((1,), (1, 4), (3, 5), (2, 3, 4)):
            p = uniform(*shape, seed=101, dtype=dtype)
            for result in (
                student.sample_bernoulli(p),
                student.sample_bernoulli(p, uniform(*shape, seed=102, dtype=dtype)),
            ):
                where = f"p of shape {shape}, {dtype}".replace("torch.", "")
                assert_close(shape_only(result), shape_only(p), name="sample_bernoulli", where=where)
                if not bool(((result == 0) | (result == 1)).all()):
                    raise Mismatch(f"sample_bernoulli returns other values than 0 and 1 [{where}]")


@number("5.2.2")
@weight(0.5)
@requires(test_sample_bernoulli_runs)
def test_sample_bernoulli_given_noise(student, reference):
    """With u given, sample_bernoulli is 1 exactly where u < p"""
    for dtype in DTYPES:
        p, u = uniform(6, 5, seed=103, dtype=dtype), uniform(6, 5, seed=104, dtype=dtype)
        assert_matches(
            student.sample_bernoulli,
            reference.sample_bernoulli,
            p,
            u,
            without_gradient=("p", "u"),
        )


@number("5.2.3")
@weight(1)
@requires(test_sample_bernoulli_runs)
def test_sample_bernoulli_own_noise(student):
    """Without u given, the frequencies are p, and entries and calls are independent"""
    # False alarms of a correct sampler: at most FALSE_ALARM, by Hoeffding's bound.
    p = torch.tensor([0.0, 0.1, 0.35, 0.8, 1.0])
    many = p.repeat(_ROWS, 1)
    first, second = (sampled(student.sample_bernoulli(many), many, "sample_bernoulli").detach() for _ in range(2))
    if bool((first == first[0]).all()):
        raise Mismatch("all rows of sample_bernoulli are the same, but should be drawn independently")
    if torch.equal(first, second):
        raise Mismatch("two calls of sample_bernoulli return the same numbers, but should draw fresh ones")
    assert_bernoulli(first, p, false_alarm=FALSE_ALARM, name="the sample of sample_bernoulli")


@number("5.3.1")
@weight(1)
def test_interpolate(student, reference):
    """interpolate returns alphas[k]·mu_a + (1 − alphas[k])·mu_b in row k, in value and in gradient"""
    for dtype in DTYPES:
        mu_a, mu_b = normal(4, seed=111, dtype=dtype), normal(4, seed=112, mean=2.0, dtype=dtype)
        for alphas in ((0.0, 0.1, 0.7, 1.0, 1.5), (0.3,), (0.9, 0.2, 0.4, 0.6)):
            assert_matches(
                student.interpolate,
                reference.interpolate,
                mu_a,
                mu_b,
                torch.tensor(alphas, dtype=dtype),
            )


# ------------------------------------------------------------------------------------------------ part 6


@number("6.1.1")
@weight(1)
def test_elbo_runs(student, reference):
    """elbo returns a dict of the three scalars loss, rec and kl"""
    for dtype in DTYPES:
        for batch, dim in SHAPES:
            inputs = elbo_inputs(batch, 6, dim, seed=121, dtype=dtype)
            parts, where = student.elbo(*inputs), sizes(batch, dim, dtype)
            if not isinstance(parts, dict) or parts.keys() != {"loss", "rec", "kl"}:
                got = (
                    f"has the keys {sorted(map(str, parts))}"
                    if isinstance(parts, dict)
                    else f"is a {type(parts).__name__}"
                )
                raise Mismatch(
                    f"the result of elbo {got}, but should be a dict with the keys 'loss', 'rec', 'kl' [{where}]"
                )
            for key, value in reference.elbo(*inputs).items():
                assert_close(shape_only(parts[key]), shape_only(value), name=f"elbo[{key!r}]", where=where)


@number("6.1.2")
@weight(3)
@requires(test_elbo_runs)
def test_elbo(student, reference):
    """elbo returns the right loss, rec and kl for beta = 1, in value and in gradient"""
    for dtype in DTYPES:
        inputs = elbo_inputs(3, 6, 4, seed=123, dtype=dtype)
        assert_matches(
            student.elbo,
            reference.elbo,
            *inputs,
            without_gradient=("x",),
            **NEAR[dtype],
        )


@number("6.1.3")
@weight(1.5)
@requires(test_elbo)
def test_elbo_beta(student, reference):
    """beta weighs the KL term, and nothing else"""
    inputs = elbo_inputs(3, 6, 4, seed=125, dtype=torch.float64)
    for beta in (4.0, 0.25, 0.0):
        assert_matches(
            student.elbo,
            reference.elbo,
            *inputs,
            beta,
            without_gradient=("x",),
            **NEAR[torch.float64],
        )


@number("6.1.4")
@weight(1.5)
@requires(test_elbo)
def test_elbo_extremes(student, reference):
    """elbo stays finite and exact for logits of ±100, 784 pixels and 400 latent axes"""
    for dtype in DTYPES:
        x, logits, mu, logvar = elbo_inputs(3, 784, 400, seed=127, dtype=dtype)
        inputs = x, logits.where(x.roll(1, 1) == 0, 100 * logits.sign()), mu, logvar
        assert_matches(
            student.elbo,
            reference.elbo,
            *inputs,
            without_gradient=("x",),
        )


@number("6.2.1")
@weight(1)
def test_elbo_mc_runs(student, reference):
    """elbo_mc returns a scalar"""
    for dtype in DTYPES:
        for batch, dim in SHAPES:
            inputs = (*pixels(batch, 6, seed=131, dtype=dtype), *latents(batch, dim, seed=133, dtype=dtype))
            where = sizes(batch, dim, dtype)
            assert_close(
                shape_only(student.elbo_mc(*inputs)),
                shape_only(reference.elbo_mc(*inputs)),
                name="elbo_mc",
                where=where,
            )


@number("6.2.2")
@weight(2)
@requires(test_elbo_mc_runs)
def test_elbo_mc(student, reference):
    """elbo_mc estimates the ELBO itself, in value and in gradient"""
    for dtype in DTYPES:
        inputs = (*pixels(3, 6, seed=135, dtype=dtype), *latents(3, 4, seed=137, dtype=dtype))
        assert_matches(
            student.elbo_mc,
            reference.elbo_mc,
            *inputs,
            without_gradient=("x",),
            **NEAR[dtype],
        )


@number("6.2.3")
@weight(1)
@requires(test_elbo_mc)
def test_elbo_mc_extremes(student, reference):
    """elbo_mc stays finite and exact on 784 pixels and 400 latent axes"""
    for dtype in DTYPES:
        inputs = (*pixels(3, 784, seed=139, dtype=dtype), *latents(3, 400, seed=141, dtype=dtype))
        assert_matches(
            student.elbo_mc,
            reference.elbo_mc,
            *inputs,
            without_gradient=("x",),
        )


# ------------------------------------------------------------------------------------------------ part 7

SIZES = (7, 5, 3)  # of models: pixels, hidden units, latent axes
EVEN = ((0.4, 0.1), (-0.7, -0.3))  # weights and biases of models whose hidden units all do the same
_UNLIKELY_SEED = 70_604_911  # that no student sets
_CODES, _REACH = 2000, 8.0  # draws in a check of a model's own noise; standard deviations that it can be recovered in


class Even:
    """The methods of a model with one number in all weights and another in all biases, as functions of any dtype.

    What they give does not depend on how the layers of the model are kept.
    """

    def __init__(self, side, recipes, weight, bias, sizes=SIZES):
        def model(like):
            return side.run(recipes.even_vae, sizes, like.dtype, weight, bias)

        def encode(x):
            return model(x).encode(x)

        def decode(z):
            return model(z).decode(z)

        def forward(x, eps):
            return model(x)(x, eps)

        def sample(z):
            return model(z).sample(len(z), z)

        self.encode, self.decode, self.forward, self.sample = encode, decode, forward, sample


def random_pixels(batch, *, seed, dtype=torch.float32):
    """Inputs of the encoder: images, and values far from them."""
    return coins(batch, SIZES[0], seed=seed, dtype=dtype) + normal(batch, SIZES[0], seed=seed + 1, dtype=dtype)


def codes(batch, latent=SIZES[2], *, seed, dtype=torch.float32):
    """Inputs of the decoder: codes, or noise."""
    return normal(batch, latent, seed=seed, mean=0.3, std=1.5, dtype=dtype)


def assert_methods_run(student, reference, recipes, *calls):
    """Methods of VAE give results of the right kind, shape and dtype. A call is (name, its arguments by name)."""
    for sizes in (SIZES, (6, 4, 1)):
        for dtype in DTYPES:
            theirs, ours = (side.run(recipes.vae, sizes, dtype) for side in (student, reference))
            for batch in (3, 1):
                given = {
                    "x": coins(batch, sizes[0], seed=151, dtype=dtype),
                    "z": codes(batch, sizes[2], seed=152, dtype=dtype),
                    "n": batch,
                }
                for name, arguments in calls:
                    assert_runs(method(theirs, name), method(ours, name), *(given[key] for key in arguments))


def method(model, name):
    """A method of a model as a function of its own name: forward is the call itself."""

    def call(*arguments):
        return model(*arguments) if name == "forward" else getattr(model, name)(*arguments)

    call.__name__ = name
    return call


@number("7.1.1")
@weight(1)
def test_vae_runs(student, reference, recipes):
    """VAE can be built, and encode and decode return what the handout says"""
    assert_methods_run(student, reference, recipes, ("encode", "x"), ("decode", "z"))
    theirs, ours = (side.run(recipes.default_vae) for side in (student, reference))
    for name, inputs in (("encode", coins(3, 784, seed=151)), ("decode", codes(3, 2, seed=152))):
        assert_runs(method(theirs, name), method(ours, name), inputs)


@number("7.1.2")
@weight(0.5)
def test_vae_parameters(student, reference, recipes):
    """VAE has the parameters of the layers in the handout, and no others"""
    for sizes in (SIZES, (6, 4, 1), ()):
        found, wanted = (side.run(recipes.parameter_count, sizes) for side in (student, reference))
        assert_close(found, wanted, name=f"the number of parameters of VAE({', '.join(map(str, sizes))})")


@number("7.1.3")
@weight(2)
@requires(test_vae_runs)
def test_vae_layers(student, reference, recipes):
    """encode and decode compute what the layers in the handout do, in value and in gradient"""
    for dtype in DTYPES:
        for weight_, bias in EVEN:
            ours, theirs = Even(reference, recipes, weight_, bias), Even(student, recipes, weight_, bias)
            x, z = random_pixels(4, seed=153, dtype=dtype), codes(4, seed=155, dtype=dtype)
            assert_matches(theirs.encode, ours.encode, x)
            assert_matches(theirs.decode, ours.decode, z)
            # Far out the hidden units saturate; the outputs must not.
            assert_matches(theirs.encode, ours.encode, 100 * x)
            assert_matches(theirs.decode, ours.decode, 100 * z)


@number("7.1.4")
@weight(0.5)
@requires(test_vae_runs)
def test_vae_batches(student, recipes):
    """Every example is encoded and decoded by itself: the rest of the batch does not matter"""
    model = student.run(recipes.vae, SIZES, torch.float64)
    x, z = random_pixels(5, seed=157, dtype=torch.float64), codes(5, seed=159, dtype=torch.float64)
    for index, name in enumerate(("mu", "logvar")):
        assert_batchwise(lambda x, index=index: model.encode(x)[index], x, name=f"{name} of encode")
    assert_batchwise(lambda z: model.decode(z), z, name="decode")


def assert_same_gradient(actual, expected, leaf, *, name):
    """Two results that are functions of one leaf have the same values and the same gradient."""
    assert_close(actual, expected, name=name)
    gradients = []
    for result in (actual, expected):
        total = (result * normal(*expected.shape, seed=161, dtype=expected.dtype)).sum()
        (found,) = torch.autograd.grad(total, leaf, retain_graph=True, allow_unused=True)
        gradients.append(torch.zeros_like(leaf) if found is None else found)
    assert_close(gradients[0], gradients[1], name=f"the gradient of {name} with respect to x")


@number("7.1.5")
@weight(2)
@requires(test_vae_runs)
def test_vae_forward(student, reference, recipes):
    """forward decodes a sample of q(z | x) made with the noise eps, in value and in gradient"""
    assert_methods_run(student, reference, recipes, ("forward", "xz"))
    model = student.run(recipes.vae, SIZES, torch.float64)
    x, eps = random_pixels(4, seed=163, dtype=torch.float64).requires_grad_(), codes(4, seed=165, dtype=torch.float64)
    mu, logvar = model.encode(x)
    reference.seed(_UNLIKELY_SEED)  # a sampler that ignores eps was dealt with in part 5: let both draw the same
    expected = (model.decode(reference.reparameterize(mu, logvar, eps)), mu, logvar)
    try:
        student.seed(_UNLIKELY_SEED)
        found = model(x, eps)
        for actual, wanted, name in zip(found, expected, ("the logits", "mu", "logvar"), strict=True):
            if not (actual.requires_grad and wanted.requires_grad):
                raise Mismatch(f"{name} of forward is cut off from x: it has no gradient")
            assert_same_gradient(actual, wanted, x, name=f"{name} of forward")
    except Mismatch:
        # The same on a model that is comparable with other models: what is wrong can be told from the numbers.
        for weight_, bias in EVEN:
            ours, theirs = Even(reference, recipes, weight_, bias), Even(student, recipes, weight_, bias)
            assert_matches(theirs.forward, ours.forward, x.detach(), eps, without_gradient=("eps",))
        raise


class OwnNoise:
    """The noise that a model draws by itself, recovered by what it does with noise that is given.

    All weights are small and positive, so the first logit grows with the sum of the noise over the latent axes: the
    codes that the model drew are read off a table of what it gives for known ones.
    """

    def __init__(self, side, recipes, latent):
        self.model = side.run(recipes.even_vae, (SIZES[0], SIZES[1], latent), torch.float64, 0.02, 0.5)
        self.latent = latent
        self.steps = torch.linspace(-_REACH, _REACH, _CODES + 1, dtype=torch.float64)
        self.given = (
            (self.steps / latent**0.5).repeat(latent, 1).T.contiguous()
        )  # their sum over the axes: N(0, latent)

    def of_forward(self):
        """The noise of forward in two calls, each (n, 1); for several latent axes their sum, with variance 1."""
        x = torch.full((_CODES + 1, SIZES[0]), -0.5, dtype=torch.float64)
        table = self.model(x, self.given)[0][:, 0].detach()
        return [self._recover(table, self.model(x)[0][:, 0].detach()) for _ in range(2)]

    def of_sample(self):
        """The codes of sample in two calls, as the noise of forward."""
        table = self.model.sample(_CODES + 1, self.given)[:, 0].detach()
        return [self._recover(table, self.model.sample(_CODES + 1)[:, 0].detach()) for _ in range(2)]

    def _recover(self, table, drawn):
        if not bool((table.diff() > 0).all()):
            raise Mismatch("the result does not grow with the noise that is given")
        table, drawn = table.contiguous(), drawn.contiguous()
        right = torch.searchsorted(table, drawn).clamp(1, _CODES)
        share = ((drawn - table[right - 1]) / (table[right] - table[right - 1])).clamp(0, 1)
        return (self.steps[right - 1] + share * (self.steps[right] - self.steps[right - 1]))[:, None]


def assert_own_noise(student, reference, recipes, name, draws):
    """The noise of a model is standard normal: fresh in every call, for every example, and on every latent axis.

    Where the reference has another noise (because of a mistake that was made in another part), so may the student.
    """

    def complaint(side):
        try:
            for latent in (1, 4):
                first, second = draws(OwnNoise(side, recipes, latent))
                if bool(first.abs().max() < 1e-6):
                    raise Mismatch(f"{name} uses no noise where none is given, but should draw it")
                if torch.equal(first, second):
                    raise Mismatch(f"two calls of {name} draw the same noise, but should draw fresh noise")
                if bool((first - first[0]).abs().max() < 1e-9):
                    raise Mismatch(f"every row of {name} has the same noise, but should have its own")
                where = (
                    f"the noise of {name}" if latent == 1 else f"the sum of the noise of {name} over {latent} axes / 2"
                )
                assert_standard_normal(first, again=second, false_alarm=FALSE_ALARM / 2, name=where)
        except Mismatch as mismatch:
            return mismatch
        return None

    found = complaint(student)
    if found is not None and _words(found) != _words(complaint(reference)):
        raise found


def _words(mismatch):
    """What a message says, without its numbers."""
    return mismatch and re.sub(r"[-+\d.e]+", "#", mismatch.text)


@number("7.1.6")
@weight(1)
@requires(test_vae_forward)
def test_vae_own_noise(student, reference, recipes):
    """Without eps, forward draws its own noise: standard normal, fresh for every call, example and latent axis"""
    assert_methods_run(student, reference, recipes, ("forward", "x"))
    # False alarms of a correct model: at most FALSE_ALARM, by the bounds in compare/distributions.py.
    assert_own_noise(student, reference, recipes, "forward", OwnNoise.of_forward)
    student.seed(_UNLIKELY_SEED)
    assert_no_trace(student, lambda: student.VAE(*SIZES), name="VAE(...)")


@number("7.1.7")
@weight(1)
@requires(test_vae_runs)
def test_vae_gradient_reaches_everything(student, reference, recipes):
    """A gradient of the logits reaches every parameter of the encoder and of the decoder"""
    x, eps = random_pixels(60, seed=169, dtype=torch.float64), codes(60, seed=171, dtype=torch.float64)
    cotangent = normal(60, SIZES[0], seed=173, dtype=torch.float64)
    mu, logvar = student.run(recipes.vae, SIZES, torch.float64).encode(x)
    if bool(((mu - logvar).abs() < 1e-9).all()):
        raise Mismatch("mu and logvar of encode are the same numbers, but should be computed each by itself")
    found, wanted = (
        side.run(recipes.entries_without_gradient, SIZES, x, eps, cotangent) for side in (student, reference)
    )
    assert_close(found, wanted, name="the number of entries of the parameters that get no gradient from the logits")


@number("7.1.8")
@weight(1)
@requires(test_vae_runs)
def test_vae_sample_given_codes(student, reference, recipes):
    """sample returns the pixel probabilities at the codes z"""
    assert_methods_run(student, reference, recipes, ("sample", "nz"))
    model = student.run(recipes.vae, SIZES, torch.float64)
    z = codes(4, seed=175, dtype=torch.float64)
    zero = torch.zeros_like(z)
    try:
        reference.seed(_UNLIKELY_SEED)  # as in forward
        expected = model.decode(reference.reparameterize(zero, zero, z)).sigmoid()
        student.seed(_UNLIKELY_SEED)
        assert_close(model.sample(4, z), expected, name="sample")
    except Mismatch:
        for weight_, bias in EVEN:
            ours, theirs = Even(reference, recipes, weight_, bias), Even(student, recipes, weight_, bias)
            assert_matches(theirs.sample, ours.sample, z, without_gradient=("z",))
        raise


@number("7.1.9")
@weight(1)
@requires(test_vae_sample_given_codes)
def test_vae_sample_own_codes(student, reference, recipes):
    """Without z, sample draws its codes from the prior: standard normal, fresh for every call, row and latent axis"""
    assert_methods_run(student, reference, recipes, ("sample", "n"))
    # False alarms of a correct model: at most FALSE_ALARM, by the bounds in compare/distributions.py.
    assert_own_noise(student, reference, recipes, "sample", OwnNoise.of_sample)


def loss_values(losses, steps):
    """The losses as a tensor, be they numbers or tensors with one number in them."""
    if not isinstance(losses, list) or len(losses) != steps:
        got = f"a list of {len(losses)} losses" if isinstance(losses, list) else f"a {type(losses).__name__}"
        raise Mismatch(f"the result of train_vae is {got}, but should be a list of {steps} losses, one for each step")
    found = [torch.as_tensor(loss).detach().double() for loss in losses if isinstance(loss, (int, float, torch.Tensor))]
    if len(found) < steps or any(loss.numel() != 1 for loss in found):
        raise Mismatch("the list that train_vae returns has entries that are no numbers")
    return torch.stack([loss.reshape(()) for loss in found])


def assert_same_training(student, reference, recipes, rows, steps, lr, seed):
    """train_vae leaves the parameters that the reference leaves, and returns its losses."""
    for dtype in (torch.float64, torch.float32):
        data = coins(rows, 5, seed=seed, dtype=dtype)
        (losses, parameters), (right, wanted) = (s.run(recipes.train, data, steps, lr) for s in (student, reference))
        where = f"N = {rows}, steps = {steps}, lr = {lr:g}, {dtype}".replace("torch.", "")
        # Adam divides by the size of the gradient, so rounding grows where a gradient is nearly 0.
        near = Tolerance(1e-6, 1e-6) if dtype is torch.float64 else Tolerance(1e-3, 1e-3)
        values = [torch.cat([p[name].reshape(-1) for name in wanted]) for p in (parameters, wanted)]
        series = [loss_values(some, steps) for some in (losses, right)]
        compared = [("the list of all parameters after training", values), ("the losses of train_vae", series)]
        # One loss tells more than what one step of Adam leaves; of several steps it is the other way round.
        for name, (found, expected) in compared if steps > 1 else reversed(compared):
            assert_close(found, expected, name=name, where=where, tolerance=near)


@number("7.2.1")
@weight(1)
@timeout(30)  # the first optimizer of a process imports much
def test_train_vae_runs(student, recipes):
    """train_vae returns a list with one loss for every step, for data of every length"""
    for dtype in DTYPES:
        for rows, steps in ((10, 2), (64, 1), (70, 3), (1, 4)):
            losses, _ = student.run(recipes.train, coins(rows, 5, seed=181, dtype=dtype), steps, 1e-2)
            if not bool(loss_values(losses, steps).isfinite().all()):
                raise Mismatch(f"the losses of train_vae are not all finite [N = {rows}, steps = {steps}]")


@number("7.2.2")
@weight(1.5)
@requires(test_train_vae_runs)
@timeout(30)  # the first optimizer of a process imports much
def test_train_vae_first_step(student, reference, recipes):
    """The first step has the right loss, and leaves the right parameters"""
    assert_same_training(student, reference, recipes, rows=20, steps=1, lr=3e-2, seed=183)
    assert_same_training(student, reference, recipes, rows=90, steps=1, lr=5e-3, seed=185)


@number("7.2.3")
@weight(2)
@requires(test_train_vae_runs)
@timeout(30)  # the first optimizer of a process imports much
def test_train_vae_steps(student, reference, recipes):
    """Several steps take the right batches and give the right losses, and leave the right parameters"""
    assert_same_training(student, reference, recipes, rows=20, steps=4, lr=3e-2, seed=187)
    assert_same_training(student, reference, recipes, rows=150, steps=6, lr=1e-2, seed=189)


@number("7.2.4")
@weight(0.5)
@requires(test_train_vae_runs)
@timeout(30)  # the first optimizer of a process imports much
def test_train_vae_noise(student, recipes):
    """Training decodes samples of q(z | x) with fresh noise, sets no seed, and returns plain numbers"""
    data = coins(64, 5, seed=191, dtype=torch.float64)
    noise = student.run(recipes.training_noise, data, 4)
    if len(noise) < 4:
        raise Mismatch(f"the model decoded {len(noise)} batches of codes in 4 steps, but should decode 4")
    if any(bool(eps.abs().max() < 1e-6) for eps in noise):
        raise Mismatch("the codes that are decoded in training are the means of q(z | x), but should be samples")
    if any(bool(((one - other).abs() < 1e-6).all()) for one, other in zip(noise, noise[1:], strict=False)):
        raise Mismatch("two steps of the training use the same noise, but should draw fresh noise")
    student.seed(_UNLIKELY_SEED)
    assert_no_trace(student, lambda: student.run(recipes.train, data, 2, 1e-2), name="train_vae")
    losses, _ = student.run(recipes.train, data, 2, 1e-2)
    if any(isinstance(loss, torch.Tensor) for loss in losses):
        raise Mismatch("the losses of train_vae are tensors, but should be Python floats")


@number("7.3.1")
@weight(0.5)
def test_prior_grid_runs(student, reference, recipes):
    """prior_grid returns one image per code, without a gradient graph"""
    assert_figure_runs(student, reference, recipes.prior_grid, (4, 1), (1, 2), (3, 2), (9, 3))


@number("7.3.2")
@weight(0.5)
@requires(test_prior_grid_runs)
def test_prior_grid(student, reference, recipes):
    """prior_grid returns the pixel probabilities at the given codes"""
    assert_figure(student, reference, recipes.prior_grid, codes(6, 2, seed=193, dtype=torch.float64))


@number("7.3.3")
@weight(0.5)
def test_latent_means_runs(student, reference, recipes):
    """latent_means returns one code per image, without a gradient graph"""
    assert_figure_runs(student, reference, recipes.latent_means, (4, 5), (1, 5), (100, 6))


@number("7.3.4")
@weight(0.5)
@requires(test_latent_means_runs)
def test_latent_means(student, reference, recipes):
    """latent_means returns the means of q(z | x), in the order of the images"""
    assert_figure(student, reference, recipes.latent_means, coins(70, 5, seed=195, dtype=torch.float64))


def figure(side, recipe):
    """A function of a model, for the grader's model."""

    def draw(inputs):
        return side.run(recipe, inputs)

    draw.__name__ = recipe.__name__
    return draw


def assert_figure_runs(student, reference, recipe, *shapes):
    """A function for a figure returns a tensor of the right shape and dtype that asks for no gradient."""
    for dtype in DTYPES:
        for shape in shapes:
            inputs = normal(*shape, seed=197, dtype=dtype)
            assert_runs(figure(student, recipe), figure(reference, recipe), inputs)
            if figure(student, recipe)(inputs).requires_grad:
                raise Mismatch(f"the result of {recipe.__name__} has a gradient graph, but should have none")


def assert_figure(student, reference, recipe, inputs):
    """A function for a figure returns the values of the reference."""
    assert_close(figure(student, recipe)(inputs), figure(reference, recipe)(inputs), name=recipe.__name__)


# Nats of held-out images that a model which ignores its code reaches, and that 300 steps reach: -18.1 and -8.5 to -9.2.
_NATS, _SQUARED_ERROR = -11.5, 2.0  # the error of two principal components is 3.6, that of the mean image 5.3


@number("7.4.1")
@weight(2)
@requires(test_vae_runs, test_train_vae_runs)
@timeout(60)
def test_vae_learns_images(student, reference, recipes, trains, device, show):
    """Your VAE, trained by your train_vae for 300 steps, codes new images far better than their mean image does"""
    images, held_out = ((bumps(n, torch.Generator().manual_seed(s)) > 0.5).float() for n, s in ((2048, 1), (1000, 2)))

    def figures(seed):
        logits, mu, logvar, pixels_at_mu, losses = student.run(
            recipes.learn_images, images, held_out, (64, 64, 8), 300, 1e-2, seed, device
        )
        show.loss_curve("The loss of each step of train_vae", losses, y_label="loss (nats)")
        show.images("New images and their reconstructions", original=held_out, yours=pixels_at_mu, shape=(8, 8))
        widest = mu.var(dim=0).argsort(descending=True)[:2]  # the axes that carry most of what is coded
        show.samples("The means of q(z | x) of new images, on two axes of z", yours=mu[:, widest])
        nats = -reference.elbo(held_out, logits, mu, logvar)["loss"]
        error = (pixels_at_mu - held_out).square().sum(-1).mean()
        return {
            "the ELBO of new images in nats": float(nats),
            "the squared error of their reconstructions": float(error),
        }

    trains(
        figures,
        at_least={"the ELBO of new images in nats": _NATS},
        at_most={"the squared error of their reconstructions": _SQUARED_ERROR},
    )


@number("7.4.2")
@weight(1)
@requires(test_train_vae_runs)
@timeout(60)
def test_train_vae_finds_an_optimum(student, reference, recipes, trains, device, show):
    """On independent pixels train_vae reaches their entropy, the exact optimum of the loss, and reports no less"""
    columns = ((0, 0, 0, 1), (0, 1), (1, 1, 1, 0), (0, 1))
    data = torch.cartesian_prod(*(torch.tensor(column, dtype=torch.float32) for column in columns))  # independent
    p = data.mean(0)
    entropy = float(-(p * p.log() + (1 - p) * (1 - p).log()).sum())

    def figures(seed):
        losses, logits, mu, logvar = student.run(recipes.learn_patterns, data, 150, 2e-2, seed, device)
        show.loss_curve("The loss of each step of train_vae", losses, y_label="loss (nats)")
        measured = reference.elbo(data.repeat(20, 1), logits, mu, logvar)["loss"]
        reported = sum(losses[-50:]) / 50
        return {"the loss above the entropy": float(measured) - entropy, "the reported loss": reported - entropy}

    trains(
        figures,
        at_least={"the reported loss": -0.1},
        at_most={"the reported loss": 0.1, "the loss above the entropy": 0.1},
    )
