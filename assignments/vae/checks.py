"""The checks of parts 4, 5 and 6: densities, sampling, objective.

The inputs follow the probe rules that separate every known mistake: batches of 3 or more, asymmetric values, several
latent axes, logits in both tails, log-variances that are not 0. Every stochastic check states its false alarms.
"""

import torch

from autograder import (
    Mismatch,
    assert_bernoulli,
    assert_close,
    assert_matches,
    assert_standard_normal,
    coins,
    noncontiguous,
    normal,
    number,
    requires,
    uniform,
    weight,
)

DTYPES = (torch.float32, torch.float64)
SHAPES = ((1, 1), (1, 4), (3, 5), (7, 2))  # (batch, axes): batch 1, odd batches, one axis
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
    for beta in (0.0, 0.25, 4.0):
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
