"""The checks of parts 2, 3 and 4: forward process, reverse process, training and score matching.

The probes separate every known mistake: schedules whose betas go up and down, another step for every example of a
batch, the first step by itself, and axes as long as the batch. Every check makes its own schedule, so that none
depends on the student's, and uses one only, unless it is about several. Every stochastic check states its false
alarms.
"""

import math

import torch

from autograder import (
    Mismatch,
    assert_batchwise,
    assert_close,
    assert_matches,
    assert_no_trace,
    assert_runs,
    assert_standard_normal,
    noncontiguous,
    normal,
    number,
    requires,
    timeout,
    uniform,
    weight,
)

DTYPES = (torch.float32, torch.float64)
SHAPES = ((3, 1), (1, 4), (5, 2))  # batches of vectors; batch 1, one axis
# Images, single numbers, and axes as long as the batch: there a coefficient on the wrong axis fits, too.
IMAGES = ((4, 2, 4, 4), (3, 3, 3, 3), (4, 4), (5,), (1, 2, 3, 4))
FALSE_ALARM = 1e-9  # of each statistical check, for a correct sampler; all of them together stay below 1e-8
# Correct formulas round quotients of differences in different ways; in float64 the default leaves room enough.
NEAR = {torch.float32: {"rtol": 1e-3, "atol": 1e-4}, torch.float64: {}}


def steps_of(betas):
    """A schedule with these betas, as the function `schedule` would give it."""
    betas = torch.as_tensor(betas, dtype=torch.float64)
    abar = (1 - betas).cumprod(0)
    return {"betas": betas, "alphas": 1 - betas, "abar": abar, "abar_prev": torch.cat([abar.new_ones(1), abar[:-1]])}


UNEVEN = steps_of([0.12, 0.05, 0.4, 0.25, 0.07, 0.33])
MANY = steps_of(torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64))


def process(side, recipes, method, steps=UNEVEN):
    """A method of a Diffusion object of the student's or the reference's."""
    side.run(recipes.about, method)
    return getattr(side.Diffusion(steps), method)


def some_t(batch):
    """A different step for every example, the first one among them."""
    return torch.tensor([5, 0, 2, 3, 1][:batch])


def pair(*shape, seed, dtype=torch.float32):
    """Two batches of images, not centred at 0."""
    return normal(*shape, seed=seed, mean=0.6, std=1.2, dtype=dtype), normal(*shape, seed=seed + 1, dtype=dtype)


def assert_shapes(function, expected, *, seed):
    """`function(images, t, images)` keeps shape and dtype, for gaps in memory too; values are not looked at."""
    for dtype in DTYPES:
        for shape in SHAPES:
            a, b = pair(*shape, seed=seed, dtype=dtype)
            assert_runs(function, expected, a, some_t(shape[0]), b)
    a, b = pair(5, 3, seed=seed)
    assert_runs(function, expected, noncontiguous(a), noncontiguous(some_t(5)), noncontiguous(b))


def assert_own_steps(function, expected, *, seed):
    """Every example has its own step, for any trailing axes, also where one is as long as the batch."""
    for shape in IMAGES:
        a, b = pair(*shape, seed=seed, dtype=torch.float64)
        assert_matches(function, expected, a, some_t(shape[0]), b)


# ------------------------------------------------------------------------------------------------ part 2


@number("2.1.1")
@weight(1)
def test_schedule_runs(student, reference):
    """schedule returns a dict of four float64 tensors with one entry per step"""
    for T in (5, 2, 1):
        assert_runs(student.schedule, reference.schedule, T, 0.01, 0.3)


@number("2.1.2")
@weight(2)
@requires(test_schedule_runs)
def test_schedule_steps(student, reference):
    """betas are evenly spaced from b0 to b1, both included, and alphas belong to them"""
    for T, b0, b1 in ((5, 0.03, 0.4), (1, 0.2, 0.3), (2, 0.1, 0.6), (7, 0.5, 0.05)):
        assert_matches(steps_by(student.schedule), steps_by(reference.schedule), T, b0, b1)


@number("2.1.3")
@weight(3)
@requires(test_schedule_runs)
def test_schedule_products(student, reference):
    """abar is the product of the alphas up to a step, abar_prev the product before it"""
    for T, b0, b1 in ((5, 0.03, 0.4), (1, 0.2, 0.3), (2, 0.1, 0.6), (7, 0.5, 0.05)):
        assert_matches(products_by(student.schedule), products_by(reference.schedule), T, b0, b1)


@number("2.1.4")
@weight(1)
@requires(test_schedule_steps, test_schedule_products)
def test_schedule_of_many_steps(student, reference):
    """With 1000 steps abar falls strictly from 1 − b0, stays above 0, and keeps the precision of float64"""
    assert_matches(student.schedule, reference.schedule, 1000, 1e-4, 0.02)
    abar = student.schedule(1000, 1e-4, 0.02)["abar"]
    if not bool((abar.diff() < 0).all()):
        raise Mismatch("abar does not fall strictly, but every step should take some of the signal away")


def steps_by(schedule):
    """The part of a schedule that belongs to single steps."""

    def steps(T, b0, b1):
        values = schedule(T, b0, b1)
        return {name: values[name] for name in ("betas", "alphas")}

    return steps


def products_by(schedule):
    """The part of a schedule that is a product over steps."""

    def products(T, b0, b1):
        values = schedule(T, b0, b1)
        return {name: values[name] for name in ("abar", "abar_prev")}

    return products


@number("2.2.1")
@weight(1.5)
def test_q_sample_runs(student, reference, recipes):
    """q_sample returns images of the shape and dtype of x0, for vectors of any length"""
    assert_shapes(process(student, recipes, "q_sample"), process(reference, recipes, "q_sample"), seed=211)


@number("2.2.2")
@weight(5)
@requires(test_q_sample_runs)
def test_q_sample(student, reference, recipes):
    """q_sample is the right function of x0, t and eps, in value and in both gradients"""
    actual, expected = process(student, recipes, "q_sample"), process(reference, recipes, "q_sample")
    for dtype in DTYPES:
        for batch in (3, 1):
            x0, eps = pair(batch, 4, seed=221, dtype=dtype)
            assert_matches(actual, expected, x0, some_t(batch), eps)


@number("2.2.3")
@weight(3)
@requires(test_q_sample_runs)
def test_q_sample_own_steps(student, reference, recipes):
    """q_sample treats every example with its own step, for images and numbers, too"""
    actual = process(student, recipes, "q_sample")
    assert_own_steps(actual, process(reference, recipes, "q_sample"), seed=231)
    x0, eps = pair(4, 2, 4, 4, seed=233)
    assert_batchwise(actual, x0, some_t(4), eps, name="q_sample")


@number("2.2.4")
@weight(2)
@requires(test_q_sample_runs)
def test_q_sample_ends(student, reference, recipes):
    """The first of 1000 steps adds hardly any noise, the last one leaves nearly nothing else"""
    actual, expected = process(student, recipes, "q_sample", MANY), process(reference, recipes, "q_sample", MANY)
    for dtype in DTYPES:
        x0, eps = pair(3, 4, seed=241, dtype=dtype)
        for t in ((0, 0, 0), (999, 999, 999), (0, 999, 500)):
            assert_matches(actual, expected, x0, torch.tensor(t), eps)


@number("2.2.5")
@weight(1)
@requires(test_q_sample)
def test_diffusions_side_by_side(student, reference, recipes):
    """Two Diffusion objects with different schedules do not disturb each other"""
    x0, eps = pair(3, 4, seed=251, dtype=torch.float64)
    other = steps_of([0.3, 0.02, 0.15, 0.09])
    t = torch.tensor([3, 0, 1])
    student.run(recipes.about, "q_sample")
    first, second = student.Diffusion(UNEVEN), student.Diffusion(other)
    for actual, steps in ((first, UNEVEN), (second, other), (first, UNEVEN)):
        assert_matches(actual.q_sample, process(reference, recipes, "q_sample", steps), x0, t, eps)


@number("2.2.6")
@weight(0.5)
@requires(test_q_sample_runs)
def test_q_sample_leaves_no_trace(student, recipes):
    """q_sample changes no setting of the whole program"""
    q_sample = process(student, recipes, "q_sample")
    assert_no_trace(student, lambda: q_sample(*with_t(pair(3, 4, seed=261))), name="q_sample")


def with_t(images):
    """Two batches of images with steps between them."""
    a, b = images
    return a, some_t(len(a)), b


# ------------------------------------------------------------------------------------------------ part 3


@number("3.1.1")
@weight(1)
def test_predict_x0_runs(student, reference, recipes):
    """predict_x0 returns images of the shape and dtype of x_t, for vectors of any length"""
    assert_shapes(process(student, recipes, "predict_x0"), process(reference, recipes, "predict_x0"), seed=311)


@number("3.1.2")
@weight(2.5)
@requires(test_predict_x0_runs)
def test_predict_x0(student, reference, recipes):
    """predict_x0 undoes q_sample if the noise is known, in value and in both gradients"""
    actual, expected = process(student, recipes, "predict_x0"), process(reference, recipes, "predict_x0")
    for dtype in DTYPES:
        for batch in (3, 1):
            x_t, eps = pair(batch, 4, seed=321, dtype=dtype)
            assert_matches(actual, expected, x_t, some_t(batch), eps, **NEAR[dtype])


@number("3.1.3")
@weight(1.5)
@requires(test_predict_x0_runs)
def test_predict_x0_own_steps(student, reference, recipes):
    """predict_x0 treats every example with its own step, for images and numbers, too"""
    assert_own_steps(process(student, recipes, "predict_x0"), process(reference, recipes, "predict_x0"), seed=331)


@number("3.2.1")
@weight(1)
def test_predict_eps_runs(student, reference, recipes):
    """predict_eps returns images of the shape and dtype of x_t, for vectors of any length"""
    assert_shapes(process(student, recipes, "predict_eps"), process(reference, recipes, "predict_eps"), seed=341)


@number("3.2.2")
@weight(2.5)
@requires(test_predict_eps_runs)
def test_predict_eps(student, reference, recipes):
    """predict_eps finds the noise that is in x_t if x0 is known, in value and in both gradients"""
    actual, expected = process(student, recipes, "predict_eps"), process(reference, recipes, "predict_eps")
    for dtype in DTYPES:
        for batch in (3, 1):
            x_t, x0 = pair(batch, 4, seed=351, dtype=dtype)
            assert_matches(actual, expected, x_t, some_t(batch), x0, **NEAR[dtype])


@number("3.2.3")
@weight(1.5)
@requires(test_predict_eps_runs)
def test_predict_eps_own_steps(student, reference, recipes):
    """predict_eps treats every example with its own step, for images and numbers, too"""
    assert_own_steps(process(student, recipes, "predict_eps"), process(reference, recipes, "predict_eps"), seed=361)


def mean_by(posterior):
    """The mean that a posterior method gives."""

    def posterior_mean(x0, x_t, t):
        return posterior(x0, x_t, t)[0]

    return posterior_mean


def var_by(posterior):
    """The variance that a posterior method gives."""

    def posterior_var(x0, x_t, t):
        return posterior(x0, x_t, t)[1]

    return posterior_var


@number("3.3.1")
@weight(1)
def test_posterior_runs(student, reference, recipes):
    """posterior returns a mean and a variance, both of the shape and dtype of x_t"""
    actual, expected = process(student, recipes, "posterior"), process(reference, recipes, "posterior")
    for dtype in DTYPES:
        for shape in SHAPES:
            x0, x_t = pair(*shape, seed=371, dtype=dtype)
            assert_runs(actual, expected, x0, x_t, some_t(shape[0]))


@number("3.3.2")
@weight(3.5)
@requires(test_posterior_runs)
def test_posterior_mean(student, reference, recipes):
    """The mean of q(x_{t−1} | x_t, x_0) weighs x0 and x_t rightly, in value and in both gradients"""
    actual = mean_by(process(student, recipes, "posterior"))
    expected = mean_by(process(reference, recipes, "posterior"))
    for dtype in DTYPES:
        for batch in (3, 1):
            x0, x_t = pair(batch, 4, seed=381, dtype=dtype)
            assert_matches(actual, expected, x0, x_t, some_t(batch), **NEAR[dtype])


@number("3.3.3")
@weight(2.5)
@requires(test_posterior_runs)
def test_posterior_var(student, reference, recipes):
    """The variance of q(x_{t−1} | x_t, x_0) is right at every step"""
    actual = var_by(process(student, recipes, "posterior"))
    expected = var_by(process(reference, recipes, "posterior"))
    for dtype in DTYPES:
        for t in (some_t(3), torch.tensor([4, 3, 1])):
            x0, x_t = pair(3, 4, seed=391, dtype=dtype)
            assert_matches(actual, expected, x0, x_t, t, without_gradient=("x0", "x_t"))


@number("3.3.4")
@weight(1)
@requires(test_posterior_runs)
def test_posterior_first_step(student, reference, recipes):
    """At t = 0 the mean is x0 and the variance is 0"""
    actual, expected = process(student, recipes, "posterior"), process(reference, recipes, "posterior")
    x0, x_t = pair(3, 4, seed=401, dtype=torch.float64)
    t = torch.zeros(3, dtype=torch.int64)
    assert_matches(mean_by(actual), mean_by(expected), x0, x_t, t)
    assert_matches(var_by(actual), var_by(expected), x0, x_t, t, without_gradient=("x0", "x_t"))


@number("3.3.5")
@weight(1)
@requires(test_posterior_runs)
def test_posterior_own_steps(student, reference, recipes):
    """posterior treats every example with its own step, for images and numbers, too"""
    actual, expected = process(student, recipes, "posterior"), process(reference, recipes, "posterior")
    for shape in IMAGES:
        x0, x_t = pair(*shape, seed=411, dtype=torch.float64)
        t = some_t(shape[0])
        assert_matches(mean_by(actual), mean_by(expected), x0, x_t, t)
        assert_matches(var_by(actual), var_by(expected), x0, x_t, t, without_gradient=("x0", "x_t"))


def p_sample_by(side, recipes, steps=UNEVEN):
    """One reverse step of the student's or the reference's, with a smooth model that depends on x_t and t."""

    def p_sample(weight, x_t, t, noise):
        return side.run(recipes.p_sample, steps, weight, x_t, t, noise)

    return p_sample


def before_the_last(p_sample):
    """What a reverse step gives for all examples but those at t = 0, which have a check of their own."""

    def p_sample_before_the_last(weight, x_t, t, noise):
        return p_sample(weight, x_t, t, noise)[t > 0]

    return p_sample_before_the_last


WITHOUT = ("weight", "x_t", "noise")  # no gradient of p_sample is asked for


@number("3.4.1")
@weight(1)
def test_p_sample_runs(student, reference, recipes):
    """p_sample returns images of the shape and dtype of x_t, with noise given or drawn"""
    for dtype in DTYPES:
        for shape in SHAPES:
            x_t, noise = pair(*shape, seed=421, dtype=dtype)
            for given in (noise, None):
                inputs = (torch.tensor(0.8, dtype=dtype), x_t, some_t(shape[0]), given)
                assert_runs(p_sample_by(student, recipes), p_sample_by(reference, recipes), *inputs)


@number("3.4.2")
@weight(1.5)
@requires(test_p_sample_runs)
def test_p_sample_asks_the_model(student, recipes):
    """p_sample calls the model once, with x_t and t as they were given"""
    for shape in ((3, 4), (5, 2)):
        x_t, noise = pair(*shape, seed=431)
        t = some_t(shape[0])
        seen = student.run(recipes.p_sample_inputs, UNEVEN, normal(*shape, seed=433), x_t, t, noise)
        assert_asked(seen, {"x_t": x_t, "t": t}, "the model", "p_sample")


def assert_asked(seen, wanted, who, by):
    """A stub was called once, with these inputs."""
    if len(seen) != 1:
        raise Mismatch(f"{by} calls {who} {len(seen)} times, but should call it once")
    if len(seen[0]) != len(wanted):
        raise Mismatch(f"{by} gives {who} {len(seen[0])} arguments, but should give {len(wanted)}: {', '.join(wanted)}")
    for given, (name, value) in zip(seen[0], wanted.items(), strict=True):
        assert_close(given, value, name=f"the {name} that {by} gives {who}")


@number("3.4.3")
@weight(3)
@requires(test_p_sample_runs)
def test_p_sample(student, reference, recipes):
    """With the noise given, p_sample is the right function of x_t, the predicted noise, t and the noise"""
    actual = before_the_last(p_sample_by(student, recipes))
    expected = before_the_last(p_sample_by(reference, recipes))
    for dtype in DTYPES:
        for t in ((5, 0, 2), (0, 4, 1), (3,)):
            x_t, noise = pair(len(t), 4, seed=441, dtype=dtype)
            inputs = (normal(4, seed=443, dtype=dtype), x_t, torch.tensor(t), noise)
            assert_matches(actual, expected, *inputs, without_gradient=WITHOUT, **NEAR[dtype])


@number("3.4.4")
@weight(1)
@requires(test_p_sample_runs)
def test_p_sample_own_steps(student, reference, recipes):
    """p_sample gives every example its own step and every entry its own noise, for images and numbers, too"""
    for shape in IMAGES:
        x_t, noise = pair(*shape, seed=451, dtype=torch.float64)
        inputs = (torch.tensor(0.8, dtype=torch.float64), x_t, some_t(shape[0]), noise)
        actual = before_the_last(p_sample_by(student, recipes))
        expected = before_the_last(p_sample_by(reference, recipes))
        assert_matches(actual, expected, *inputs, without_gradient=WITHOUT)
    noise = recovered(student, reference, recipes, *pair(4, 2, 3, 4, seed=453, dtype=torch.float64))
    if bool(((noise[:, 0] - noise[:, 1]).abs() < 1e-6).all()):
        raise Mismatch("p_sample adds the same noise to all channels of an image, but each entry should have its own")


def recovered(student, reference, recipes, x_t, answer):
    """The noise that p_sample drew, for a model that always predicts `answer`, at steps that are not the last."""
    t = 1 + torch.arange(len(x_t)) % 5
    still, one = (
        reference.run(recipes.p_sample_with, UNEVEN, answer.double(), x_t.double(), t, level.expand(x_t.shape))
        for level in (torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64))
    )
    sample = student.run(recipes.p_sample_own_noise, UNEVEN, answer, x_t, t)
    assert_close(torch.zeros_like(sample), torch.zeros_like(x_t), name="p_sample")
    return (sample.detach().double() - still) / (one - still)


@number("3.4.5")
@weight(1)
@requires(test_p_sample_runs)
def test_p_sample_last_step(student, reference, recipes):
    """The last step, t = 0, adds no noise, whether noise is given or not"""
    x_t, noise = pair(3, 4, seed=461, dtype=torch.float64)
    for given in (noise, None):
        inputs = (normal(4, seed=463, dtype=torch.float64), x_t, torch.zeros(3, dtype=torch.int64), given)
        without = WITHOUT if given is not None else WITHOUT[:2]
        actual, expected = p_sample_by(student, recipes), p_sample_by(reference, recipes)
        assert_matches(actual, expected, *inputs, without_gradient=without)


_ROWS, _AXES = 3000, 4  # of the draws in each statistical check


@number("3.4.6")
@weight(1.5)
@timeout(60)
@requires(test_p_sample_runs)
def test_p_sample_own_noise(student, reference, recipes):
    """Without noise given, p_sample draws standard normal noise: fresh, and independent for every example and entry"""
    # The noise is recovered from the sample. False alarms of a correct sampler: at most 2 · FALSE_ALARM.
    for dtype in DTYPES:
        x_t = normal(_ROWS, _AXES, seed=471, dtype=dtype)
        answer = normal(_ROWS, _AXES, seed=472, dtype=dtype)
        found = [recovered(student, reference, recipes, x_t, answer) for _ in range(2)]
        assert_fresh(*found)
        assert_standard_normal(
            found[0], again=found[1], false_alarm=FALSE_ALARM, name="the noise that p_sample adds, over its deviation,"
        )
        if dtype is torch.float64:
            assert_fine_grained(found[0])


def assert_fresh(first, second):
    """What is plainly shared is said plainly, before any statistics."""
    if not bool((first.abs() > 1e-3).any()):
        raise Mismatch("p_sample adds no noise, though none was given and t is not 0")
    if bool(((first - second).abs() < 1e-6).all()):
        raise Mismatch("two calls of p_sample add the same noise, but each should draw its own")
    if bool(((first - first[0]).abs() < 1e-2).all()):
        raise Mismatch("p_sample adds the same noise to all examples, but each should have its own")
    if bool(((first - first[:, :1]).abs() < 1e-2).all()):
        raise Mismatch("p_sample adds the same noise to all entries of an example, but each should have its own")


def assert_fine_grained(noise):
    """Noise for float64 inputs is not drawn in float32: its bits below single precision are not all zero."""
    # Recovered noise is exact to 1e-13; a correct draw is as near to a float32 number for one entry in 1e4 at most.
    if bool(((noise - noise.float().double()).abs() < 1e-11).all()):
        raise Mismatch("the noise of p_sample has single precision, but x_t is float64")


@number("3.4.7")
@weight(0.5)
@requires(test_p_sample_runs)
def test_p_sample_leaves_no_trace(student, recipes):
    """p_sample changes no setting of the whole program and sets no seed"""
    x_t, answer = pair(3, 4, seed=481)
    t = some_t(3)
    assert_no_trace(student, lambda: student.run(recipes.p_sample_own_noise, UNEVEN, answer, x_t, t), name="p_sample")


# Three Gaussians in the plane, of different weights. The chain starts at noise, and knows the best model.
CENTRES, WEIGHTS, SPREAD = torch.tensor([[-2.0, -0.5], [1.5, 1.5], [1.0, -2.0]]), torch.tensor([0.5, 0.3, 0.2]), 0.2
TWENTY = steps_of(torch.linspace(0.02, 0.45, 20, dtype=torch.float64))


def mixture(n, *, seed):
    """Points of the mixture."""
    ends = WEIGHTS.cumsum(0)[:-1].contiguous()
    return CENTRES[torch.bucketize(uniform(n, seed=seed), ends)] + SPREAD * normal(n, 2, seed=seed + 1)


def figures_of(points, seed):
    """How far points are from the mixture.

    w1: the 1-Wasserstein distance to as many points of the mixture, averaged over 8 directions; share: of the points
    within four standard deviations of a centre, at the centre that has the fewest; width: the distance to the nearest
    centre, root mean square per axis, in standard deviations.
    """
    angle = torch.arange(8) * math.pi / 8
    directions = torch.stack([angle.cos(), angle.sin()])
    points, right = points.float(), mixture(len(points), seed=seed)
    w1 = ((points @ directions).sort(0).values - (right @ directions).sort(0).values).abs().mean()
    away = torch.cdist(points, CENTRES)
    share = (away < 4 * SPREAD).float().mean(0).min()
    width = (away.min(1).values.square().mean() / 2).sqrt() / SPREAD
    return {"w1": float(w1), "share": float(share), "width": float(width)}


@number("3.4.8")
@weight(1.5)
@timeout(60)
@requires(test_p_sample, test_p_sample_last_step, test_p_sample_own_noise)
def test_p_sample_reaches_the_data(student, recipes, trains, device, show):
    """Twenty reverse steps with the best possible model turn noise into a mixture of three Gaussians"""
    signal, noise = TWENTY["abar"].sqrt().float(), (1 - TWENTY["abar"]).sqrt().float()
    model = recipes.MixtureModel(CENTRES, WEIGHTS, SPREAD, signal, noise)

    def figures(seed):
        start = normal(1000, 2, seed=seed)
        found = student.run(recipes.chain, TWENTY, model, start, seed=seed, device=device)
        assert_close(torch.zeros_like(found), torch.zeros_like(start), name="the samples")
        show.samples("Samples of 20 reverse steps", data=mixture(len(found), seed=seed), yours=found)
        return {name: value for name, value in figures_of(found, seed).items() if name != "share"}

    # 20 wide steps leave the modes narrower than they are: 0.69 to 0.75 of their width.
    trains(figures, at_most={"w1": 0.45, "width": 0.85}, at_least={"width": 0.6})


# ------------------------------------------------------------------------------------------------ part 4


def ddpm_loss_by(side, recipes):
    """The loss of the student's or the reference's, with a smooth model that depends on x_t and t."""

    def ddpm_loss(weight, x0, t, eps):
        return side.run(recipes.ddpm_loss, UNEVEN, weight, x0, t, eps)

    return ddpm_loss


@number("4.1.1")
@weight(1)
def test_ddpm_loss_runs(student, reference, recipes):
    """ddpm_loss returns a scalar"""
    for dtype in DTYPES:
        for shape in SHAPES:
            x0, eps = pair(*shape, seed=511, dtype=dtype)
            inputs = (torch.tensor(0.8, dtype=dtype), x0, some_t(shape[0]), eps)
            assert_runs(ddpm_loss_by(student, recipes), ddpm_loss_by(reference, recipes), *inputs)


@number("4.1.2")
@weight(1.5)
@requires(test_ddpm_loss_runs)
def test_ddpm_loss_asks_the_model(student, reference, recipes):
    """ddpm_loss calls the model once, with the noisy images of q_sample and with t as it was given"""
    for shape in ((3, 4), (4, 2, 4, 4)):
        x0, eps = pair(*shape, seed=521, dtype=torch.float64)
        t = some_t(shape[0])
        answer = normal(*shape, seed=523, dtype=torch.float64)
        seen = student.run(recipes.ddpm_loss_inputs, UNEVEN, answer, x0, t, eps)
        x_t = reference.Diffusion(UNEVEN).q_sample(x0, t, eps)
        assert_asked(seen, {"x_t": x_t, "t": t}, "the model", "ddpm_loss")


@number("4.1.3")
@weight(3)
@requires(test_ddpm_loss_runs)
def test_ddpm_loss(student, reference, recipes):
    """ddpm_loss is the mean squared error of the predicted noise, in value and in its gradient for the model"""
    actual, expected = ddpm_loss_by(student, recipes), ddpm_loss_by(reference, recipes)
    for dtype in DTYPES:
        for batch in (3, 1):
            x0, eps = pair(batch, 4, seed=531, dtype=dtype)
            inputs = (normal(4, seed=533, dtype=dtype), x0, some_t(batch), eps)
            assert_matches(actual, expected, *inputs, without_gradient=("x0", "eps"), **NEAR[dtype])


@number("4.1.4")
@weight(1)
@requires(test_ddpm_loss_runs)
def test_ddpm_loss_of_images(student, reference, recipes):
    """ddpm_loss averages over every axis of images, each with its own step"""
    actual, expected = ddpm_loss_by(student, recipes), ddpm_loss_by(reference, recipes)
    for shape in IMAGES:
        x0, eps = pair(*shape, seed=541, dtype=torch.float64)
        inputs = (torch.tensor(0.8, dtype=torch.float64), x0, some_t(shape[0]), eps)
        assert_matches(actual, expected, *inputs, without_gradient=("x0", "eps"))


@number("4.1.5")
@weight(0.5)
@requires(test_ddpm_loss_runs)
def test_ddpm_loss_leaves_no_trace(student, recipes):
    """ddpm_loss changes no setting of the whole program and sets no seed"""
    x0, eps = pair(3, 4, seed=551)
    loss = ddpm_loss_by(student, recipes)
    assert_no_trace(student, lambda: loss(torch.tensor(0.8), x0, some_t(3), eps), name="ddpm_loss")


@number("4.1.6")
@weight(2)
@timeout(120)
@requires(test_ddpm_loss)
def test_a_model_learns(student, reference, recipes, trains, device, show):
    """A small network that is trained for 400 steps with your ddpm_loss generates a mixture of three Gaussians"""

    def figures(seed):
        learnt, losses = student.run(recipes.train, TWENTY, mixture(2000, seed=seed + 7), seed=seed, device=device)
        show.loss_curve("The loss of each step", losses)
        model = recipes.PointModel(len(TWENTY["betas"]))
        assert_trained(learnt, model)
        start = normal(2000, 2, seed=seed)
        generator = torch.Generator().manual_seed(seed)
        noises = torch.randn(len(TWENTY["betas"]), 2000, 2, generator=generator)
        samples = sampled(reference.Diffusion(TWENTY), model, start, noises)
        show.samples("Samples of the trained model", data=mixture(len(samples), seed=seed), yours=samples)
        return figures_of(samples, seed)

    trains(figures, at_most={"w1": 0.4, "width": 2.2}, at_least={"share": 0.08})


def assert_trained(learnt, model):
    """Gives a model the parameters that were trained."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            assert_close(torch.zeros_like(learnt[name]), torch.zeros_like(parameter), name=f"the trained {name}")
            parameter.copy_(learnt[name])


def sampled(reverse, model, x, noises):
    """Samples of a model, by the reference's reverse steps."""
    with torch.no_grad():
        for step in reversed(range(len(noises))):
            x = reverse.p_sample(model, x, torch.full((len(x),), step), noises[step])
    return x


def dsm_loss_by(side, recipes):
    """The loss of the student's or the reference's, with a smooth score that depends on x and sigma."""

    def dsm_loss(weight, x, sigma, z):
        return side.run(recipes.dsm_loss, weight, x, sigma, z)

    return dsm_loss


def levels(batch, dtype):
    """A noise level for every example, none of them 1."""
    return torch.tensor([0.4, 1.7, 0.15, 3.0, 0.8][:batch], dtype=dtype)


@number("4.2.1")
@weight(0.5)
def test_dsm_loss_runs(student, reference, recipes):
    """dsm_loss returns a scalar"""
    student.dsm_loss  # noqa: B018 - a missing name is told with the nearest one there is
    for dtype in DTYPES:
        for shape in SHAPES:
            x, z = pair(*shape, seed=561, dtype=dtype)
            inputs = (torch.tensor(0.8, dtype=dtype), x, levels(shape[0], dtype), z)
            assert_runs(dsm_loss_by(student, recipes), dsm_loss_by(reference, recipes), *inputs)


@number("4.2.2")
@weight(1.5)
@requires(test_dsm_loss_runs)
def test_dsm_loss_asks_the_score(student, recipes):
    """dsm_loss calls the score once, with the noisy x and with sigma as it was given"""
    for shape in ((3, 4), (4, 2, 4, 4)):
        x, z = pair(*shape, seed=571, dtype=torch.float64)
        sigma = levels(shape[0], torch.float64)
        seen = student.run(recipes.dsm_loss_inputs, normal(*shape, seed=573, dtype=torch.float64), x, sigma, z)
        noisy = x + sigma.reshape(-1, *[1] * (len(shape) - 1)) * z
        assert_asked(seen, {"noisy x": noisy, "sigma": sigma}, "the score", "dsm_loss")


@number("4.2.3")
@weight(3)
@requires(test_dsm_loss_runs)
def test_dsm_loss(student, reference, recipes):
    """dsm_loss is the weighted squared norm, averaged over the batch, in value and in its gradient for the score"""
    actual, expected = dsm_loss_by(student, recipes), dsm_loss_by(reference, recipes)
    for dtype in DTYPES:
        for batch in (3, 1):
            x, z = pair(batch, 4, seed=581, dtype=dtype)
            inputs = (normal(4, seed=583, dtype=dtype), x, levels(batch, dtype), z)
            assert_matches(actual, expected, *inputs, without_gradient=("x", "sigma", "z"), **NEAR[dtype])


@number("4.2.4")
@weight(1.5)
@requires(test_dsm_loss_runs)
def test_dsm_loss_of_images(student, reference, recipes):
    """dsm_loss sums over every axis of images, each with its own noise level"""
    actual, expected = dsm_loss_by(student, recipes), dsm_loss_by(reference, recipes)
    for shape in IMAGES:
        x, z = pair(*shape, seed=591, dtype=torch.float64)
        inputs = (torch.tensor(0.8, dtype=torch.float64), x, levels(shape[0], torch.float64), z)
        without = ("x", "sigma", "z")
        assert_matches(actual, expected, *inputs, without_gradient=without)


def langevin_by(side, recipes):
    """One step of the student's or the reference's, with a smooth score."""

    def langevin(weight, x, alpha, z):
        return side.run(recipes.langevin, weight, x, alpha, z)

    return langevin


@number("4.3.1")
@weight(0.5)
def test_langevin_runs(student, reference, recipes):
    """langevin returns x of the same shape and dtype"""
    student.langevin  # noqa: B018 - a missing name is told with the nearest one there is
    for dtype in DTYPES:
        for shape in SHAPES:
            x, z = pair(*shape, seed=611, dtype=dtype)
            inputs = (torch.tensor(0.8, dtype=dtype), x, 0.1, z)
            assert_runs(langevin_by(student, recipes), langevin_by(reference, recipes), *inputs)


@number("4.3.2")
@weight(1)
@requires(test_langevin_runs)
def test_langevin_asks_the_score(student, recipes):
    """langevin calls the score once, at x as it was given"""
    x, z = pair(3, 4, seed=621)
    seen = student.run(recipes.langevin_inputs, normal(3, 4, seed=623), x, 0.1, z)
    assert_asked(seen, {"x": x}, "the score", "langevin")


@number("4.3.3")
@weight(3)
@requires(test_langevin_runs)
def test_langevin(student, reference, recipes):
    """langevin makes a step of the right size along the score, with noise of the right size"""
    actual, expected = langevin_by(student, recipes), langevin_by(reference, recipes)
    for dtype in DTYPES:
        for alpha in (0.07, 0.6):
            for shape in ((3, 4), (4, 2, 4, 4)):
                x, z = pair(*shape, seed=631, dtype=dtype)
                inputs = (normal(4, seed=633, dtype=dtype), x, alpha, z)
                assert_matches(actual, expected, *inputs, without_gradient=("weight", "x", "z"))
