"""The checks of parts 2 to 5: mixtures, the importance-weighted bound, beta and conditional VAE, classes unobserved.

The inputs follow the probe rules that separate every known mistake: numbers of examples, samples, classes, pixels and
axes that differ, asymmetric values, logits in both tails, log-variances that are not 0, classifiers that are not
uniform and differ between examples. Decoders and encoders are stubs whose weights are inputs, so that the gradients
that reach the networks are compared too. What holds for a CVAE of any architecture is checked as a property.
"""

import itertools

import torch

from autograder import (
    Mismatch,
    assert_batchwise,
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

DTYPES = (torch.float32, torch.float64)
# Values in float64 may carry a guard such as 1e-8 inside a logarithm; the checks of extremes want full precision.
NEAR = {torch.float32: {}, torch.float64: {"rtol": 1e-6, "atol": 1e-6}}
FALSE_ALARM = 1e-9  # of each statistical check, for a correct sampler


def bits(*shape, seed, dtype):
    """Pixels; in no example are all of them equal."""
    x = coins(*shape, seed=seed, dtype=dtype)
    x[..., 0], x[..., -1] = 1, 0
    return x


def variances(*shape, seed, dtype):
    return normal(*shape, seed=seed, mean=-0.3, std=0.7, dtype=dtype).exp()


def mixtures(batch, k, dim, *, seed, dtype, shared=False):
    """z, m, v: a point between the means of a mixture, nearer to some; with shared=True one mixture for the batch."""
    rows = 1 if shared else batch
    z = normal(batch, dim, seed=seed, mean=0.3, std=1.2, dtype=dtype)
    return (
        z,
        normal(rows, k, dim, seed=seed + 1, std=1.4, dtype=dtype),
        variances(rows, k, dim, seed=seed + 2, dtype=dtype),
    )


def posteriors(batch, dim, *, seed, dtype):
    """mu and var of a posterior that is far from the prior."""
    mu = normal(batch, dim, seed=seed, mean=0.4, std=0.9, dtype=dtype)
    return mu, variances(batch, dim, seed=seed + 1, dtype=dtype)


def probabilities(batch, classes, *, seed, dtype):
    """Non-uniform distributions over the classes, a different one for every example."""
    return normal(batch, classes, seed=seed, std=1.3, dtype=torch.float64).softmax(-1).to(dtype)


# ------------------------------------------------------------------------------------------------ part 2


@number("2.1.1")
@weight(0.5)
def test_log_mean_exp_runs(student, reference):
    """log_mean_exp removes the axis it is given, whichever it is, and keeps the others"""
    for dtype in DTYPES:
        for shape, dim in (((4,), 0), ((2, 3), 0), ((2, 3), 1), ((5, 2, 3), 1), ((5, 2, 3), -1), ((3, 1), 1)):
            assert_runs(student.log_mean_exp, reference.log_mean_exp, normal(*shape, seed=11, dtype=dtype), dim)
    assert_runs(student.log_mean_exp, reference.log_mean_exp, noncontiguous(normal(3, 5, seed=12)), 0)


@number("2.1.2")
@weight(3)
@requires(test_log_mean_exp_runs)
def test_log_mean_exp(student, reference):
    """log_mean_exp is the logarithm of the mean of exp(x), in value and in gradient"""
    for dtype in DTYPES:
        for shape, dim in (((3, 5), 1), ((3, 5), 0), ((2, 3, 5), 1), ((2, 3, 5), -3), ((7,), -1), ((3, 1), -1)):
            x = normal(*shape, seed=13, mean=-0.5, std=1.5, dtype=dtype)
            assert_matches(student.log_mean_exp, reference.log_mean_exp, x, dim, **NEAR[dtype])


@number("2.1.3")
@weight(2)
@requires(test_log_mean_exp)
def test_log_mean_exp_extremes(student, reference):
    """log_mean_exp is exact where exp(x) is infinite or 0, and over 784 entries"""
    for dtype in DTYPES:
        x = normal(3, 5, seed=14, std=2.0, dtype=dtype)
        for shift in (1000.0, -1000.0, 95.0, -110.0):
            assert_matches(student.log_mean_exp, reference.log_mean_exp, x + shift, 1)
            assert_matches(student.log_mean_exp, reference.log_mean_exp, x + shift, 0)
        apart = torch.tensor([[1000.0, -1000.0, 3.0], [-1000.0, -1001.0, -2000.0], [0.0, 0.0, 0.0]], dtype=dtype)
        assert_matches(student.log_mean_exp, reference.log_mean_exp, apart, 1)
        assert_matches(student.log_mean_exp, reference.log_mean_exp, normal(2, 784, seed=15, std=9.0, dtype=dtype), 1)


@number("2.2.1")
@weight(1)
def test_log_normal_mixture_runs(student, reference):
    """log_normal_mixture returns one value per example, for a mixture of every example's own or a shared one"""
    for dtype in DTYPES:
        for batch, k, dim in ((3, 2, 5), (2, 7, 3), (1, 4, 2), (3, 1, 2), (1, 1, 1)):
            for shared in (False, True):
                inputs = mixtures(batch, k, dim, seed=21, dtype=dtype, shared=shared)
                assert_runs(student.log_normal_mixture, reference.log_normal_mixture, *inputs)
    gapped = [noncontiguous(value) for value in mixtures(3, 2, 5, seed=24, dtype=torch.float32)]
    assert_runs(student.log_normal_mixture, reference.log_normal_mixture, *gapped)


@number("2.2.2")
@weight(4)
@requires(test_log_normal_mixture_runs)
def test_log_normal_mixture(student, reference):
    """log_normal_mixture equals the log density of the mixture, in value and in all gradients"""
    for dtype in DTYPES:
        for batch, k, dim, shared in ((3, 2, 5, False), (3, 5, 2, True), (5, 3, 4, False), (2, 1, 3, True)):
            inputs = mixtures(batch, k, dim, seed=25, dtype=dtype, shared=shared)
            assert_matches(student.log_normal_mixture, reference.log_normal_mixture, *inputs, **NEAR[dtype])


@number("2.2.3")
@weight(1)
@requires(test_log_normal_mixture_runs)
def test_log_normal_mixture_properties(student, reference):
    """Every example is for itself; the order of the components, or a component that is there twice, changes nothing"""
    z, m, v = mixtures(5, 3, 4, seed=28, dtype=torch.float64)
    assert_batchwise(student.log_normal_mixture, z, m, v, name="log_normal_mixture")
    density = student.log_normal_mixture(z, m, v)
    mixed = student.log_normal_mixture(z, m.roll(1, 1), v.roll(1, 1))
    assert_close(mixed, density.detach(), name="log_normal_mixture of the components in another order")
    # The expectation is the reference's, so that what follows from a mistake in log_mean_exp costs nothing here.
    m, v = torch.cat([m, m], 1), torch.cat([v, v], 1)
    twice = student.log_normal_mixture(z, m, v)
    expected = reference.log_normal_mixture(z, m, v)
    assert_close(twice, expected, name="log_normal_mixture of every component twice")


@number("2.2.4")
@weight(2)
@requires(test_log_normal_mixture)
def test_log_normal_mixture_extremes(student, reference):
    """log_normal_mixture is exact far away from all means, for wide and narrow components, and on 400 and 784 axes"""
    for dtype in DTYPES:
        z, m, v = mixtures(3, 2, 5, seed=31, dtype=dtype)
        assert_matches(student.log_normal_mixture, reference.log_normal_mixture, z + 60, m, v)
        assert_matches(student.log_normal_mixture, reference.log_normal_mixture, 1e3 * z, 1e3 * m, 1e6 * v)
        assert_matches(student.log_normal_mixture, reference.log_normal_mixture, 1e-3 * z, 1e-3 * m, 1e-6 * v)
        for dim in (400, 784):
            inputs = mixtures(2, 3, dim, seed=34, dtype=dtype)
            assert_matches(student.log_normal_mixture, reference.log_normal_mixture, *inputs)


def gmvae_inputs(batch, k, dim, *, seed, dtype, shared=False):
    """z, mu, var, m, v."""
    z, m, v = mixtures(batch, k, dim, seed=seed, dtype=dtype, shared=shared)
    return z, *posteriors(batch, dim, seed=seed + 3, dtype=dtype), m, v


@number("2.3.1")
@weight(0.5)
def test_gmvae_kl_mc_runs(student, reference):
    """gmvae_kl_mc returns one value per example"""
    for dtype in DTYPES:
        for batch, k, dim in ((3, 2, 5), (2, 7, 3), (1, 4, 2), (3, 1, 1)):
            for shared in (False, True):
                inputs = gmvae_inputs(batch, k, dim, seed=41, dtype=dtype, shared=shared)
                assert_runs(student.gmvae_kl_mc, reference.gmvae_kl_mc, *inputs)
    gapped = [noncontiguous(value) for value in gmvae_inputs(3, 2, 5, seed=46, dtype=torch.float32)]
    assert_runs(student.gmvae_kl_mc, reference.gmvae_kl_mc, *gapped)


@number("2.3.2")
@weight(3.5)
@requires(test_gmvae_kl_mc_runs)
def test_gmvae_kl_mc(student, reference):
    """gmvae_kl_mc estimates the divergence of q from the mixture at z, in value and in all gradients"""
    for dtype in DTYPES:
        for batch, k, dim, shared in ((3, 2, 5, False), (5, 3, 2, True), (7, 2, 3, False)):
            inputs = gmvae_inputs(batch, k, dim, seed=51, dtype=dtype, shared=shared)
            assert_matches(student.gmvae_kl_mc, reference.gmvae_kl_mc, *inputs, **NEAR[dtype])


@number("2.3.3")
@weight(1.5)
@requires(test_gmvae_kl_mc)
def test_gmvae_kl_mc_extremes(student, reference):
    """gmvae_kl_mc may be negative, and is exact far away from all means and on 400 axes"""
    for dtype in DTYPES:
        z, mu, var, m, v = gmvae_inputs(3, 2, 5, seed=56, dtype=dtype)
        assert_matches(student.gmvae_kl_mc, reference.gmvae_kl_mc, z, z + 3, var, m, v)  # negative
        assert_matches(student.gmvae_kl_mc, reference.gmvae_kl_mc, z + 60, mu + 60, var, m, v)
        inputs = gmvae_inputs(2, 3, 400, seed=61, dtype=dtype)
        assert_matches(student.gmvae_kl_mc, reference.gmvae_kl_mc, *inputs)


@number("2.4")
@weight(1)
@requires(test_log_mean_exp_runs, test_log_normal_mixture_runs, test_gmvae_kl_mc_runs)
def test_mixtures_leave_no_trace(student):
    """The functions of part 2 leave seeds and defaults of torch as they are"""
    z, mu, var, m, v = gmvae_inputs(3, 2, 5, seed=66, dtype=torch.float32)
    assert_no_trace(student, lambda: student.log_mean_exp(z, 1), name="log_mean_exp")
    assert_no_trace(student, lambda: student.log_normal_mixture(z, m, v), name="log_normal_mixture")
    assert_no_trace(student, lambda: student.gmvae_kl_mc(z, mu, var, m, v), name="gmvae_kl_mc")


# ------------------------------------------------------------------------------------------------ part 3


def with_linear_decoder(module, recipes):
    """log_weights of a linear decoder, as a function of the decoder's weights too."""

    def log_weights(x, z, mu, var, W, b):
        return module.log_weights(x, z, mu, var, recipes.Decoder(W, b))

    return log_weights


def weighing(k, batch, dim, pixels, *, seed, dtype):
    """x, z, mu, var, W, b: logits in both tails."""
    mu, var = posteriors(batch, dim, seed=seed + 1, dtype=dtype)
    z = mu + var.sqrt() * normal(k, batch, dim, seed=seed + 3, dtype=dtype)
    W, b = normal(dim, pixels, seed=seed + 4, std=2.0, dtype=dtype), normal(pixels, seed=seed + 5, dtype=dtype)
    return bits(batch, pixels, seed=seed, dtype=dtype), z, mu, var, W, b


@number("3.1.1")
@weight(1)
def test_log_weights_runs(student, reference, recipes):
    """log_weights returns one value for every sample of every example"""
    student_s, ours = with_linear_decoder(student, recipes), with_linear_decoder(reference, recipes)
    for dtype in DTYPES:
        for k, batch, dim, pixels in ((2, 3, 5, 7), (5, 3, 2, 11), (1, 3, 2, 5), (4, 1, 3, 5), (3, 2, 1, 2)):
            assert_runs(student_s, ours, *weighing(k, batch, dim, pixels, seed=101, dtype=dtype))
    x, z, mu, var, W, b = weighing(2, 3, 5, 7, seed=107, dtype=torch.float32)
    gapped = [noncontiguous(value) for value in (x, z, mu, var)]
    assert_runs(student_s, ours, *gapped, W, b)
    assert_runs(student_s, ours, x, noncontiguous(z.transpose(0, 1)).transpose(0, 1), mu, var, W, b)


@number("3.1.2")
@weight(5)
@requires(test_log_weights_runs)
def test_log_weights(student, reference, recipes):
    """log_weights equals log p(x, z) − log q(z|x) for every sample, in value and in gradient, the decoder's too"""
    student_s, ours = with_linear_decoder(student, recipes), with_linear_decoder(reference, recipes)
    for dtype in DTYPES:
        for k, batch, dim, pixels in ((2, 3, 5, 7), (5, 3, 2, 11), (1, 5, 3, 2)):
            inputs = weighing(k, batch, dim, pixels, seed=111, dtype=dtype)
            assert_matches(student_s, ours, *inputs, without_gradient=("x",), **NEAR[dtype])


@number("3.1.3")
@weight(1)
@requires(test_log_weights_runs)
def test_log_weights_properties(student, recipes):
    """Every example and every sample is for itself; where q is the exact posterior, all weights are equal"""
    x, z, mu, var, W, b = weighing(2, 5, 3, 7, seed=121, dtype=torch.float64)
    decode = recipes.Decoder(W, b)

    def examples_first(x, z, mu, var):
        return student.log_weights(x, z.transpose(0, 1), mu, var, decode).transpose(0, 1)

    assert_batchwise(examples_first, x, z.transpose(0, 1), mu, var, name="log_weights (examples first)")
    weights = student.log_weights(x, z, mu, var, decode).detach()
    mixed = student.log_weights(x, z.flip(0), mu, var, decode)
    assert_close(mixed, weights.flip(0), name="log_weights of the samples in another order")
    # Pixels that do not depend on z: the posterior is the prior, and every weight is p(x).
    blind = recipes.Decoder(torch.zeros_like(W), b)
    exact = student.log_weights(x, z, torch.zeros_like(mu), torch.ones_like(var), blind).detach()
    label = "log_weights of the second sample, where q is the exact posterior and all weights of an example are equal,"
    assert_close(exact[1], exact[0], name=label)


@number("3.1.4")
@weight(3)
@requires(test_log_weights)
def test_log_weights_extremes(student, reference, recipes):
    """log_weights is exact for logits of ±100, narrow and wide posteriors, 784 pixels and 400 latent axes"""
    student_s, ours = with_linear_decoder(student, recipes), with_linear_decoder(reference, recipes)
    for dtype in DTYPES:
        x, z, mu, var, W, b = weighing(2, 3, 5, 784, seed=131, dtype=dtype)
        assert_matches(student_s, ours, x, z, mu, var, W, b, without_gradient=("x",), **NEAR[dtype])
        far = 100 * normal(784, seed=137, dtype=dtype).sign()
        assert_matches(student_s, ours, x, z, mu, var, W, far, without_gradient=("x",), **NEAR[dtype])
        for scale in (1e-6, 1e6):
            near_z = mu + (scale * var).sqrt() * normal(2, 3, 5, seed=138, dtype=dtype) if scale < 1 else 1e3 * z
            near_mu = mu if scale < 1 else 1e3 * mu
            # In float32 the distance of z from mu has few digits where q is narrow.
            loose = {"rtol": 1e-2} if dtype is torch.float32 else {"rtol": 1e-6}
            assert_matches(
                student_s, ours, x, near_z, near_mu, scale * var, W / 1e3, b, without_gradient=("x",), **loose
            )
        x, z, mu, var, W, b = weighing(3, 2, 400, 5, seed=139, dtype=dtype)
        assert_matches(student_s, ours, x, z, mu, var, W / 20, b, without_gradient=("x",), **NEAR[dtype])


@number("3.2.1")
@weight(1)
def test_iwae_runs(student, reference):
    """iwae returns one value per example"""
    for dtype in DTYPES:
        for k, batch in ((5, 3), (2, 7), (1, 4), (4, 1), (1, 1), (3, 3)):
            assert_runs(student.iwae, reference.iwae, normal(k, batch, seed=151, dtype=dtype))
    assert_runs(student.iwae, reference.iwae, noncontiguous(normal(5, 3, seed=152)))


@number("3.2.2")
@weight(4)
@requires(test_iwae_runs)
def test_iwae(student, reference):
    """iwae is the logarithm of the mean weight; its gradient is the normalised importance weights"""
    for dtype in DTYPES:
        for k, batch in ((5, 3), (2, 7), (1, 4), (3, 3)):
            log_w = normal(k, batch, seed=153, mean=-3.0, std=1.7, dtype=dtype)
            assert_matches(student.iwae, reference.iwae, log_w, **NEAR[dtype])


@number("3.2.3")
@weight(1)
@requires(test_iwae_runs)
def test_iwae_properties(student, reference):
    """One weight, or equal ones, give that weight; the order of samples changes nothing; every example is for itself"""
    one = normal(1, 5, seed=154, mean=-3.0, dtype=torch.float64)
    assert_close(student.iwae(one), reference.iwae(one), name="iwae of a single weight for every example")
    equal = one.repeat(3, 1)
    assert_close(student.iwae(equal), reference.iwae(equal), name="iwae of three equal weights for every example")
    log_w = normal(3, 5, seed=155, mean=-3.0, std=1.5, dtype=torch.float64)
    bound = student.iwae(log_w).detach()
    assert_close(student.iwae(log_w.roll(1, 0)), bound, name="iwae of the samples in another order")
    assert_batchwise(lambda w: student.iwae(w.transpose(0, 1)), log_w.transpose(0, 1), name="iwae (examples first)")


@number("3.2.4")
@weight(3)
@requires(test_iwae)
def test_iwae_extremes(student, reference):
    """iwae is exact for log-weights of ±1000, whose exponentials are infinite or 0, and for 784 samples"""
    for dtype in DTYPES:
        log_w = normal(5, 3, seed=156, std=2.0, dtype=dtype)
        for shift in (1000.0, -1000.0, -110.0, torch.tensor([1000.0, -1000.0, -545.0], dtype=dtype)):
            assert_matches(student.iwae, reference.iwae, log_w + shift)
        apart = torch.tensor([[1000.0, -1000.0], [-1000.0, -990.0], [999.0, -2000.0]], dtype=dtype)
        assert_matches(student.iwae, reference.iwae, apart)
        assert_matches(student.iwae, reference.iwae, normal(784, 2, seed=157, mean=-90, std=9.0, dtype=dtype))


@number("3.3")
@weight(1)
@requires(test_log_weights_runs, test_iwae_runs)
def test_importance_weights_leave_no_trace(student, recipes):
    """The functions of part 3 leave seeds and defaults of torch as they are"""
    x, z, mu, var, W, b = weighing(2, 3, 5, 7, seed=161, dtype=torch.float32)
    decode = recipes.Decoder(W, b)
    assert_no_trace(student, lambda: student.log_weights(x, z, mu, var, decode), name="log_weights")
    assert_no_trace(student, lambda: student.iwae(z[..., 0]), name="iwae")


# ------------------------------------------------------------------------------------------------ part 4


def elbo_inputs(batch, pixels, dim, *, seed, dtype):
    """x, logits, mu, logvar: logits in both tails."""
    mu = normal(batch, dim, seed=seed + 2, mean=0.4, std=1.3, dtype=dtype)
    logvar = normal(batch, dim, seed=seed + 3, mean=-0.3, std=0.8, dtype=dtype)
    logits = normal(batch, pixels, seed=seed + 1, mean=0.5, std=4.0, dtype=dtype)
    return bits(batch, pixels, seed=seed, dtype=dtype), logits, mu, logvar


@number("4.1.1")
@weight(0.5)
def test_beta_elbo_runs(student, reference):
    """beta_elbo returns one value per example"""
    for dtype in DTYPES:
        for batch, pixels, dim in ((3, 7, 5), (5, 2, 3), (1, 6, 4), (2, 3, 1)):
            assert_runs(
                student.beta_elbo, reference.beta_elbo, *elbo_inputs(batch, pixels, dim, seed=201, dtype=dtype), 2.0
            )
    gapped = [noncontiguous(value) for value in elbo_inputs(3, 7, 5, seed=205, dtype=torch.float32)]
    assert_runs(student.beta_elbo, reference.beta_elbo, *gapped, 0.5)


@number("4.1.2")
@weight(2)
@requires(test_beta_elbo_runs)
def test_beta_elbo(student, reference):
    """With beta = 1, beta_elbo is the ELBO of every example, in value and in gradient"""
    for dtype in DTYPES:
        for batch, pixels, dim in ((3, 7, 5), (5, 2, 3)):
            inputs = elbo_inputs(batch, pixels, dim, seed=211, dtype=dtype)
            assert_matches(student.beta_elbo, reference.beta_elbo, *inputs, 1.0, without_gradient=("x",), **NEAR[dtype])


@number("4.1.3")
@weight(1.5)
@requires(test_beta_elbo_runs)
def test_beta_elbo_beta(student, reference):
    """beta weighs the KL term, and nothing else"""
    for dtype in DTYPES:
        inputs = elbo_inputs(3, 7, 5, seed=215, dtype=dtype)
        for beta in (0.25, 4.0, 0.0, 250.0):
            assert_matches(
                student.beta_elbo, reference.beta_elbo, *inputs, beta, without_gradient=("x",), **NEAR[dtype]
            )


@number("4.1.4")
@weight(1)
@requires(test_beta_elbo)
def test_beta_elbo_extremes(student, reference):
    """beta_elbo is exact for logits of ±100, logvar of ±60, 784 pixels and 400 latent axes"""
    for dtype in DTYPES:
        x, logits, mu, logvar = elbo_inputs(3, 784, 400, seed=219, dtype=dtype)
        confident = logits.where(x.roll(1, 1) == 0, 100 * logits.sign())
        inputs = x, confident, mu, logvar
        assert_matches(student.beta_elbo, reference.beta_elbo, *inputs, 2.0, without_gradient=("x",), **NEAR[dtype])
        ends = torch.tensor([[60.0, -60.0, 1.0], [-60.0, -50.0, 0.0], [0.0, 0.0, 0.0]], dtype=dtype)
        assert_matches(
            student.beta_elbo,
            reference.beta_elbo,
            *(x, logits, mu[:, :3], ends),
            0.5,
            without_gradient=("x",),
            **NEAR[dtype],
        )


def labelled(batch, data, latent, classes, *, seed, dtype=torch.float64):
    """x, y, eps; neighbours have different labels."""
    x = bits(batch, data, seed=seed, dtype=dtype)
    return x, (3 * torch.arange(batch) + 2) % classes, normal(batch, latent, seed=seed + 1, dtype=dtype)


def forward_of(model):
    """A model's forward as a function of a name, which messages say."""

    def forward(x, y, eps=None):
        return model(x, y, eps)

    return forward


def same_code(first, second, eps):
    """The noise that gives, with the second mu and logvar, the z that eps gives with the first."""
    (_, mu, logvar), (_, other_mu, other_logvar) = first, second
    return ((mu + (0.5 * logvar).exp() * eps - other_mu) / (0.5 * other_logvar).exp()).detach()


def distance(a, b):
    return float((a - b).detach().abs().max())


@number("4.2.1")
@weight(1)
def test_cvae_runs(student, reference, recipes):
    """CVAE(data, latent, classes) returns logits, mu and logvar of the right shapes, with noise given or not"""
    for dtype in DTYPES:
        for data, latent, classes, batches in ((7, 3, 5, (4, 1)), (5, 2, 11, (3,)), (3, 1, 2, (5,))):
            size = {"data": data, "latent": latent, "classes": classes}
            for shaken in (False, True):
                built = {**size, "seed": 221, "dtype": dtype, "shaken": shaken}
                model, ours = student.run(recipes.new_cvae, **built), reference.run(recipes.new_cvae, **built)
                for batch in batches:
                    x, y, eps = labelled(batch, data, latent, classes, seed=222, dtype=dtype)
                    assert_runs(forward_of(model), forward_of(ours), x, y, eps)
                    assert_runs(forward_of(model), forward_of(ours), x, y)
                    assert_runs(forward_of(model), forward_of(ours), noncontiguous(x), y, noncontiguous(eps))


def pairs_of_equal_labels(model, x, eps, of_label):
    """Pairs of labels with the same mu and logvar, and pairs with the same logits at the same z."""
    same_posterior, same_logits = [], []
    for (a, first), (b, second) in itertools.combinations(enumerate(of_label), 2):
        if distance(first[1], second[1]) < 1e-6 and distance(first[2], second[2]) < 1e-6:
            same_posterior.append((a, b))
        again = model(x, torch.full((len(x),), b), same_code(first, second, eps))
        if distance(again[0], first[0]) < 1e-6:
            same_logits.append((a, b))
    return same_posterior, same_logits


@number("4.2.2")
@weight(1.5)
@requires(test_cvae_runs)
def test_cvae_label_reaches_both_networks(student, recipes):
    """The label changes q(z|x, y), and it changes the logits of one and the same z"""
    model = student.run(recipes.new_cvae, 7, 3, 5, seed=223, dtype=torch.float64)
    x, _, eps = labelled(4, 7, 3, 5, seed=224)
    of_label = [model(x, torch.full((4,), label), eps) for label in range(5)]
    posteriors_, logits = pairs_of_equal_labels(model, x, eps, of_label)
    if len(posteriors_) == len(logits) == 10:
        raise Mismatch("neither mu and logvar nor the logits of CVAE change with the label")
    for what, same in (("mu and logvar of CVAE", posteriors_), ("the logits of CVAE at the same z", logits)):
        if len(same) == 10:
            raise Mismatch(f"{what} do not change with the label")
        if same:
            raise Mismatch(f"{what} are the same for the labels {same[0][0]} and {same[0][1]}, but not for all")


@number("4.2.3")
@weight(0.5)
@requires(test_cvae_runs)
def test_cvae_results_have_both_signs(student, recipes):
    """mu and logvar change with x; logits, mu and logvar are numbers of both signs"""
    model = student.run(recipes.new_cvae, 7, 3, 5, seed=223, dtype=torch.float64)
    x, _, eps = labelled(4, 7, 3, 5, seed=224)
    of_label = [model(x, torch.full((4,), label), eps) for label in range(5)]
    other = model(1 - x, torch.full((4,), 0), eps)
    for name, index in (("mu", 1), ("logvar", 2)):
        if distance(other[index], of_label[0][index]) < 1e-6:
            raise Mismatch(f"{name} of CVAE does not change with x")
    for name, results in zip(("logits", "mu", "logvar"), zip(*of_label, strict=True), strict=True):
        values = torch.cat(results).detach()
        if not bool((values < 0).any() and (values > 0).any()):
            sign = "negative" if bool((values > 0).any()) else "positive"
            raise Mismatch(f"{name} of CVAE is never {sign} ({values.numel()} values), but should be of both signs")


@number("4.2.4")
@weight(2)
@requires(test_cvae_runs)
def test_cvae_given_noise(student, recipes):
    """With noise given, z is mu + σ·eps: equal z give equal logits, and every entry of eps counts"""
    model = student.run(recipes.new_cvae, 7, 3, 5, seed=225, dtype=torch.float64)
    x, y, eps = labelled(4, 7, 3, 5, seed=226)
    first = model(x, y, eps)
    if distance(model(x, y, eps)[0], first[0]) > 1e-6:
        model.eval()
        if distance(model(x, y, eps)[0], model(x, y, eps)[0]) < 1e-6:
            raise Mismatch("the logits of CVAE in training mode are random although eps is given")
        raise Mismatch("the logits of CVAE differ between two calls with the same x, y and eps")
    for axis in range(3):
        moved = eps.clone()
        moved[:, axis] += 1
        if float((model(x, y, moved)[0] - first[0]).detach().abs().amax(1).min()) < 1e-6:
            raise Mismatch(f"the logits of CVAE do not change with eps on latent axis {axis}")
    second = model(1 - x, y, eps)
    again = model(1 - x, y, same_code(first, second, eps))
    if distance(again[0], first[0]) > 1e-6:
        never = "" if bool((first[2] < 0).any()) else ", where logvar is never negative"
        raise Mismatch(
            "the logits of CVAE differ at one and the same z = mu + σ·eps, reached from two different x, but should be "
            f"equal{never} [4 examples, 7 pixels, 3 latent axes]"
        )


@number("4.2.5")
@weight(1.5)
@requires(test_cvae_runs)
def test_cvae_gradients(student, recipes):
    """Gradients reach every parameter of both networks, through z too, and agree with difference quotients"""
    model = student.run(recipes.new_cvae, 7, 3, 5, seed=227, dtype=torch.float64)
    x, y, eps = labelled(11, 7, 3, 5, seed=228)
    cotangents = [normal(11, size, seed=230 + size, dtype=torch.float64) for size in (7, 3, 3)]
    names, without = student.run(recipes.parameters_without_gradient, model, x, y, eps, cotangents)
    if not names:
        raise Mismatch("CVAE has no parameters that model.parameters() knows of")
    if without:
        raise Mismatch(f"{len(without)} of {len(names)} parameters of CVAE get no gradient: {', '.join(without[:4])}")
    found, quotients = student.run(recipes.slopes, model, x, y, eps, cotangents, seed=235, step=1e-6)
    scale = quotients.abs().max().clamp(min=1.0)
    for name, slope, quotient in zip(("logits", "mu", "logvar"), found, quotients, strict=True):
        if abs(float(slope - quotient)) > 1e-4 * float(scale):
            raise Mismatch(
                f"the slope of the {name} of CVAE along a direction of its parameters is another by autograd than by "
                "a difference quotient, but should be the same"
            )


@number("4.2.6")
@weight(0.5)
@requires(test_cvae_runs)
def test_cvae_examples_are_independent(student, recipes):
    """CVAE treats every example for itself: the others in the batch and their order change nothing"""
    model = student.run(recipes.new_cvae, 7, 3, 5, seed=241, dtype=torch.float64)

    def results(x, y, eps):
        return torch.cat(tuple(model(x, y, eps)), dim=1)

    assert_batchwise(results, *labelled(5, 7, 3, 5, seed=242), name="logits, mu and logvar of CVAE")


_ROWS, _AXES = 2000, 2  # of the draws of own noise


def recovered_noise(model, x, y, logits):
    """The noise that gives these logits: the best of a grid, then the Gauss-Newton method; and where it was found.

    All rows of x, and of y, are equal.
    """
    axis = torch.linspace(-5.0, 5.0, 41, dtype=torch.float64)
    grid = torch.cartesian_prod(*[axis] * _AXES)
    table = model(x[:1].expand(len(grid), -1), y[:1].expand(len(grid)), grid)[0]
    eps = grid[torch.cdist(logits, table).argmin(1)]
    step = 1e-6

    def residual(eps):
        return model(x, y, eps)[0] - logits

    best = residual(eps)
    for _ in range(15):
        columns = []
        for axis in range(_AXES):
            moved = eps.clone()
            moved[:, axis] += step
            columns.append((residual(moved) - best) / step)
        J = torch.stack(columns, dim=-1)  # (rows, pixels, axes)
        damping = 1e-12 * torch.eye(_AXES, dtype=torch.float64)
        update = torch.linalg.solve(J.mT @ J + damping, (J.mT @ best.unsqueeze(-1)).squeeze(-1))
        new = eps - update.clamp(-1.0, 1.0)
        found = residual(new)
        better = (found.square().sum(1) < best.square().sum(1)).unsqueeze(1)
        eps = torch.where(better, new, eps - 0.3 * update.clamp(-1.0, 1.0))
        best = torch.where(better, found, residual(eps))
        if bool((best.abs().amax(1) < 1e-9).all()):
            break
    return eps, best.abs().amax(1) < 1e-6


@number("4.2.7")
@weight(1)
@requires(test_cvae_given_noise)
@timeout(60)
def test_cvae_own_noise(student, recipes):
    """Without noise given, the noise of CVAE is standard normal, fresh in every call, one for every entry"""
    # False alarms of a correct sampler: at most FALSE_ALARM, by the bounds in compare/distributions.py.
    model = student.run(recipes.new_cvae, 9, _AXES, 3, seed=243, dtype=torch.float64)
    x = bits(1, 9, seed=244, dtype=torch.float64).repeat(_ROWS, 1)
    y = torch.ones(_ROWS, dtype=torch.int64)
    with torch.no_grad():
        one, two = model(x, y)[0], model(x, y)[0]
        if torch.equal(one, two):
            if distance(one, model(x, y, torch.zeros(_ROWS, _AXES, dtype=torch.float64))[0]) < 1e-9:
                raise Mismatch("the logits of CVAE without eps are those of eps = 0, but should be random")
            raise Mismatch("two calls of CVAE without eps return the same logits, but should draw fresh noise")
        (first, found), (second, found_too) = recovered_noise(model, x, y, one), recovered_noise(model, x, y, two)
    found &= found_too
    if float(found.double().mean()) < 0.99:
        raise Mismatch("the logits of CVAE without eps are such as no eps gives")
    if float(first[found].std(0).max()) < 1e-3:
        raise Mismatch("all examples of a batch get the same noise in CVAE, but each should get its own")
    name = "the noise that CVAE draws"
    assert_standard_normal(first[found], again=second[found], false_alarm=FALSE_ALARM, name=name)


@number("4.2.8")
@weight(0.5)
@requires(test_cvae_label_reaches_both_networks)
def test_cvae_classes_have_no_order(student, recipes):
    """Neighbouring class numbers are no more alike than others: labels enter as one-hot vectors, not as numbers"""
    classes, latent = 40, 16
    model = student.run(recipes.new_cvae, 12, latent, classes, seed=245, dtype=torch.float64)
    x, eps = bits(2, 12, seed=246, dtype=torch.float64), normal(2, latent, seed=247, dtype=torch.float64)
    with torch.no_grad():
        of_label = [model(x, torch.full((2,), label), eps) for label in range(classes)]
        posteriors_of = torch.stack([torch.cat([mu, logvar], 1) for _, mu, logvar in of_label])
        logits_of = torch.stack(
            [
                model(x, torch.full((2,), label), same_code(of_label[0], results, eps))[0]
                for label, results in enumerate(of_label)
            ]
        )
    # Squared differences of neighbours over squared deviations from the mean: 2 on average for classes in any order
    # (standard deviation 0.3 if the label had one number's worth of effect, less for more), 0.1 for a smooth curve.
    for what, values in (("mu and logvar", posteriors_of), ("logits at the same z", logits_of)):
        ratio = float(values.diff(dim=0).square().sum() / (values - values.mean(0)).square().sum())
        if ratio < 0.7:
            raise Mismatch(
                f"{what} of CVAE follow the class number like a curve, but neighbouring classes should be no more "
                "alike than others"
            )


@number("4.2.9")
@weight(1)
@requires(test_cvae_runs)
@timeout(90)
def test_cvae_learns(student, recipes, trains, device, show):
    """Trained for 100 steps, CVAE explains held-out pixels about as well as the classes they were drawn from"""
    classes, pixels, latent = 3, 12, 2
    p = torch.where(coins(classes, pixels, seed=251) > 0, 0.95, 0.05)
    y, held_y = torch.arange(600) % classes, torch.arange(300) % classes
    x, held_x = (uniform(600, pixels, seed=252) < p[y]).float(), (uniform(300, pixels, seed=253) < p[held_y]).float()
    eps = normal(300, latent, seed=254)

    def figures(seed):
        logits, mu, logvar, losses = student.run(
            recipes.train_cvae, x, y, held_x, held_y, eps, classes=classes, steps=100, seed=seed, device=device
        )
        show.loss_curve("The loss of your CVAE in each step", losses, y_label="-ELBO (nats per example)")
        cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits(logits, held_x, reduction="none").sum(1)
        kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1)
        return {"elbo": float(-(cross_entropy + kl).mean())}

    # -2.7 or better for one hidden layer; -4.3 if the label is ignored, which other checks see; -8.5 untrained.
    trains(figures, at_least={"elbo": -4.5})


@number("4.3")
@weight(0.5)
@requires(test_beta_elbo_runs, test_cvae_runs)
def test_beta_and_cvae_leave_no_trace(student):
    """beta_elbo and CVAE leave seeds and defaults of torch as they are"""
    inputs = elbo_inputs(3, 7, 5, seed=261, dtype=torch.float32)
    assert_no_trace(student, lambda: student.beta_elbo(*inputs, 2.0), name="beta_elbo")
    x, y, _ = labelled(4, 7, 3, 5, seed=262, dtype=torch.float32)
    assert_no_trace(student, lambda: student.CVAE(7, 3, 5)(x, y), name="CVAE")


# ------------------------------------------------------------------------------------------------ part 5


def from_classifier(module):
    """kl_cat as it is used, as a function of a classifier's outputs: both arguments follow from them."""

    def kl_cat(scores, log_p):
        return module.kl_cat(scores.softmax(-1), scores.log_softmax(-1), log_p)

    return kl_cat


def log_priors(batch, classes, *, seed, dtype):
    """log_p of every shape that it may have."""
    own = normal(batch, classes, seed=seed, std=1.2, dtype=torch.float64).log_softmax(-1).to(dtype)
    uniform_p = -torch.tensor([classes], dtype=torch.float64).log().to(dtype)
    return own, own[0].clone(), uniform_p


@number("5.1.1")
@weight(1)
def test_kl_cat_runs(student, reference):
    """kl_cat returns one value per example, for a prior of every example's own or a shared one"""
    for dtype in DTYPES:
        for batch, classes in ((3, 5), (7, 2), (1, 4), (3, 1)):
            q = probabilities(batch, classes, seed=301, dtype=dtype)
            for log_p in log_priors(batch, classes, seed=302, dtype=dtype):
                assert_runs(student.kl_cat, reference.kl_cat, q, q.log(), log_p)
    q, log_p = (
        noncontiguous(probabilities(3, 5, seed=303, dtype=torch.float32)),
        log_priors(3, 5, seed=304, dtype=torch.float32)[0],
    )
    assert_runs(student.kl_cat, reference.kl_cat, q, q.log(), noncontiguous(log_p))


@number("5.1.2")
@weight(3)
@requires(test_kl_cat_runs)
def test_kl_cat(student, reference):
    """kl_cat equals KL(q ‖ p), in value and in the gradients for a classifier and for the prior"""
    for dtype in DTYPES:
        for batch, classes in ((3, 5), (7, 2), (5, 3)):
            scores = normal(batch, classes, seed=305, std=1.5, dtype=dtype)
            for log_p in log_priors(batch, classes, seed=306, dtype=dtype):
                assert_matches(from_classifier(student), from_classifier(reference), scores, log_p, **NEAR[dtype])


@number("5.1.3")
@weight(2)
@requires(test_kl_cat)
def test_kl_cat_extremes(student, reference):
    """kl_cat is exact for a classifier that is certain: classes of probability 0 contribute 0, and no NaN"""
    for dtype in DTYPES:
        own, _, uniform_p = log_priors(3, 5, seed=307, dtype=dtype)
        scores = normal(3, 5, seed=308, std=300.0, dtype=dtype)
        assert_matches(from_classifier(student), from_classifier(reference), scores, own)
        assert_matches(from_classifier(student), from_classifier(reference), scores, uniform_p)
        q = torch.eye(5, dtype=dtype)[:3]
        q[1] = torch.tensor([0.5, 0.0, 0.25, 0.25, 0.0], dtype=dtype)
        assert_matches(student.kl_cat, reference.kl_cat, q, q.log(), own, without_gradient=("q", "log_q", "log_p"))


def with_stub_networks(module, recipes, term=None):
    """ssvae_terms, or one of its terms, as a function of a classifier's outputs and the weights of both networks."""

    def ssvae_terms(x, scores, eps, A, C, W, V):
        # Of the probabilities themselves the gradient is not unique: they sum to 1.
        q_y = scores.softmax(-1)
        terms = module.ssvae_terms(x, q_y, recipes.LabelEncoder(A, C), recipes.LabelDecoder(W, V), eps)
        return terms if term is None else terms[("kl_y", "kl_z", "rec").index(term)]

    if term is not None:
        ssvae_terms.__name__ = term
    return ssvae_terms


def unlabelled(batch, classes, pixels, dim, *, seed, dtype, loud=1.0):
    """x, a classifier's outputs, eps and the weights A, C, W, V of encoder and decoder."""
    return (
        bits(batch, pixels, seed=seed, dtype=dtype),
        normal(batch, classes, seed=seed + 1, std=1.3, dtype=dtype),
        normal(batch, classes, dim, seed=seed + 2, dtype=dtype),
        normal(pixels, dim, seed=seed + 3, std=pixels**-0.5, dtype=dtype),
        normal(classes, dim, seed=seed + 4, dtype=dtype),
        loud * normal(dim, pixels, seed=seed + 5, std=1.5 * dim**-0.5, dtype=dtype),
        loud * normal(classes, pixels, seed=seed + 6, std=1.5, dtype=dtype),
    )


SSVAE_SIZES = ((3, 5, 7, 4), (5, 3, 11, 2), (3, 3, 7, 5), (1, 10, 6, 3))  # (B, K, D, d)


@number("5.2.1")
@weight(1)
def test_ssvae_terms_runs(student, reference, recipes):
    """ssvae_terms returns kl_y, kl_z and rec, one value per example each, and calls enc and dec on rows"""
    student_s, ours = with_stub_networks(student, recipes), with_stub_networks(reference, recipes)
    for dtype in DTYPES:
        for sizes in (*SSVAE_SIZES, (2, 1, 3, 1)):
            assert_runs(student_s, ours, *unlabelled(*sizes, seed=311, dtype=dtype))
    x, scores, eps, *weights = unlabelled(3, 5, 7, 4, seed=318, dtype=torch.float32)
    assert_runs(student_s, ours, noncontiguous(x), noncontiguous(scores), noncontiguous(eps), *weights)


def assert_term(student, reference, recipes, term):
    """One of the terms is right, in value and in the gradients for the classifier and for both networks."""
    student_s, ours = with_stub_networks(student, recipes, term), with_stub_networks(reference, recipes, term)
    for dtype in DTYPES:
        for sizes in SSVAE_SIZES:
            inputs = unlabelled(*sizes, seed=321, dtype=dtype)
            first = student_s(*inputs)
            again = student_s(*inputs)
            assert_close(again, first.detach(), name=f"{term} of ssvae_terms, called again with the same eps,")
            assert_matches(student_s, ours, *inputs, without_gradient=("x", "eps"), **NEAR[dtype])


@number("5.2.2")
@weight(2.5)
@requires(test_ssvae_terms_runs)
def test_ssvae_kl_y(student, reference, recipes):
    """kl_y is the divergence of q(y|x) from the uniform distribution, in value and in gradient"""
    assert_term(student, reference, recipes, "kl_y")


@number("5.2.3")
@weight(3)
@requires(test_ssvae_terms_runs)
def test_ssvae_kl_z(student, reference, recipes):
    """kl_z is the expected divergence of q(z|x, y), in value and in the gradients for the classifier and the encoder"""
    assert_term(student, reference, recipes, "kl_z")


@number("5.2.4")
@weight(3.5)
@requires(test_ssvae_terms_runs)
def test_ssvae_rec(student, reference, recipes):
    """rec is the expected −log p(x|z, y), in value and in all gradients"""
    assert_term(student, reference, recipes, "rec")


@number("5.2.5")
@weight(1)
@requires(test_ssvae_terms_runs)
def test_ssvae_examples_are_independent(student, recipes):
    """Every example is for itself; relabelled classes change nothing"""
    x, scores, eps, A, C, W, V = unlabelled(5, 3, 7, 2, seed=331, dtype=torch.float64)
    q_y = scores.softmax(-1)
    enc, dec = recipes.LabelEncoder(A, C), recipes.LabelDecoder(W, V)

    def terms(x, q_y, eps, enc=enc, dec=dec):
        parts = tuple(student.ssvae_terms(x, q_y, enc, dec, eps))
        for name, part in zip(("kl_y", "kl_z", "rec"), parts, strict=True):
            assert_close(torch.zeros_like(part), torch.zeros(len(x), dtype=torch.float64), name=name)
        return torch.stack(parts, dim=1)

    assert_batchwise(terms, x, q_y, eps, name="kl_y, kl_z and rec")
    encoder, decoder = recipes.LabelEncoder(A, C.roll(1, 0)), recipes.LabelDecoder(W, V.roll(1, 0))
    relabelled = terms(x, q_y.roll(1, 1), eps.roll(1, 1), encoder, decoder)
    assert_close(relabelled, terms(x, q_y, eps).detach(), name="kl_y, kl_z and rec of the classes in another order")


@number("5.2.6")
@weight(2)
@requires(test_ssvae_kl_y, test_ssvae_kl_z, test_ssvae_rec)
def test_ssvae_terms_extremes(student, reference, recipes):
    """ssvae_terms is exact for classes of probability 0, confident decoders, 784 pixels and 400 latent axes"""
    student_s, ours = with_stub_networks(student, recipes), with_stub_networks(reference, recipes)
    for dtype in DTYPES:
        x, scores, eps, *weights = unlabelled(3, 5, 784, 4, seed=341, dtype=dtype, loud=25.0)
        assert_matches(student_s, ours, x, scores, eps, *weights, without_gradient=("x", "eps"), **NEAR[dtype])
        certain = torch.eye(5, dtype=dtype)[:3]
        certain[1] = torch.tensor([0.5, 0.0, 0.25, 0.25, 0.0], dtype=dtype)
        certain = torch.where(certain > 0, certain.log(), -1e4)  # their softmax has entries that are exactly 0
        everything = ("x", "scores", "eps", "A", "C", "W", "V")
        assert_matches(student_s, ours, x, certain, eps, *weights, without_gradient=everything)
        inputs = unlabelled(2, 3, 5, 400, seed=348, dtype=dtype)
        assert_matches(student_s, ours, *inputs, without_gradient=("x", "eps"), **NEAR[dtype])


@number("5.3")
@weight(1)
@requires(test_kl_cat_runs, test_ssvae_terms_runs)
def test_semi_supervised_leaves_no_trace(student, recipes):
    """The functions of part 5 leave seeds and defaults of torch as they are"""
    x, scores, eps, A, C, W, V = unlabelled(3, 5, 7, 4, seed=351, dtype=torch.float32)
    q_y = scores.softmax(-1)
    assert_no_trace(student, lambda: student.kl_cat(q_y, q_y.log(), q_y.log()), name="kl_cat")
    enc, dec = recipes.LabelEncoder(A, C), recipes.LabelDecoder(W, V)
    assert_no_trace(student, lambda: student.ssvae_terms(x, q_y, enc, dec, eps), name="ssvae_terms")
