"""The checks of parts 2, 3 and 4: the critic, its gradient penalty, and conditioning.

Critics and discriminators are functions with known slopes, so that every expectation is algebra: a linear critic
shows the norm and the square whatever the points are, a quadratic one shows the points, a small network the second
derivatives. Every stochastic check states its false alarms.
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
    noncontiguous,
    normal,
    number,
    requires,
    timeout,
    uniform,
    weight,
)

DTYPES = (torch.float32, torch.float64)
SIZES = ((1, 1), (1, 4), (3, 3), (5, 3))  # (batch, axes): batch 1, and a batch as large as the axis behind it
AXES = ((5,), (3, 1), (3, 2, 3, 3), (4, 3, 2), (1, 2, 4, 3))  # examples without axes of their own, images, sequences
FALSE_ALARM = 1e-9  # of each statistical check, for a correct solution; all of them together stay below 1e-8


def scores(batch, *, seed, dtype=torch.float32):
    """Scores of both signs, of several units."""
    return normal(batch, seed=seed, mean=0.7, std=2.5, dtype=dtype)


def pair(*shape, seed, dtype=torch.float32):
    """x_real and x_fake, which differ by 0.5 or more in every entry."""
    x_fake = normal(*shape, seed=seed, mean=-0.4, dtype=dtype)
    step = normal(*shape, seed=seed + 1, mean=0.3, dtype=dtype)
    return x_fake + step + step.sign() * 0.5, x_fake


def weights(batch, *, seed, dtype=torch.float32):
    """Values of alpha, none of them near 1/2."""
    alpha = uniform(batch, seed=seed, low=0.05, high=0.4, dtype=dtype)
    return torch.where(torch.arange(batch) % 3 == 1, 1 - 0.5 * alpha, alpha)


def with_norm(norm, *shape, seed, dtype=torch.float32):
    """A slope of this norm, with a different part on every axis."""
    direction = normal(*shape, seed=seed, mean=0.5, dtype=torch.float64)
    return (norm * direction / direction.square().sum().sqrt()).to(dtype)


def labels(*numbers):
    """A tensor of labels."""
    return torch.tensor(numbers)


# ------------------------------------------------------------------------------------------------ part 2


@number("2.1.1")
@weight(0.5)
def test_critic_loss_runs(student, reference):
    """critic_loss returns a scalar, for scores of shape (B,) and (B, 1)"""
    for dtype in DTYPES:
        for batch in (1, 5):
            real, fake = scores(batch, seed=1, dtype=dtype), scores(batch, seed=2, dtype=dtype)
            assert_runs(student.critic_loss, reference.critic_loss, real, fake)
            assert_runs(student.critic_loss, reference.critic_loss, real.unsqueeze(1), fake.unsqueeze(1))
    real, fake = noncontiguous(scores(5, seed=1)), noncontiguous(scores(5, seed=2))
    assert_runs(student.critic_loss, reference.critic_loss, real, fake)


@number("2.1.2")
@weight(3)
@requires(test_critic_loss_runs)
def test_critic_loss(student, reference):
    """critic_loss has the right value and the right gradient with respect to both batches of scores"""
    for dtype in DTYPES:
        real, fake = scores(5, seed=3, dtype=dtype), scores(5, seed=4, dtype=dtype)
        assert_matches(student.critic_loss, reference.critic_loss, real + 3, fake)
        assert_matches(student.critic_loss, reference.critic_loss, real, fake + 3)
        assert_matches(student.critic_loss, reference.critic_loss, real.unsqueeze(1), fake.unsqueeze(1))


@number("2.1.3")
@weight(1)
@requires(test_critic_loss)
def test_critic_loss_sizes(student, reference):
    """critic_loss averages each batch by itself when the two differ in size"""
    for dtype in DTYPES:
        for one, other in ((6, 1), (3, 7)):
            real, fake = scores(one, seed=5, dtype=dtype), scores(other, seed=6, dtype=dtype)
            assert_matches(student.critic_loss, reference.critic_loss, real, fake)


@number("2.1.4")
@weight(0.5)
@requires(test_critic_loss)
def test_critic_loss_extremes(student, reference):
    """critic_loss takes scores of any size as they are"""
    for dtype in DTYPES:
        real, fake = scores(4, seed=7, dtype=dtype), scores(4, seed=8, dtype=dtype)
        assert_matches(student.critic_loss, reference.critic_loss, real + 1e4, fake - 1e4)
        assert_matches(student.critic_loss, reference.critic_loss, real * 1e3 - 200, fake * 1e3)


@number("2.2.1")
@weight(0.5)
def test_wgan_g_loss_runs(student, reference):
    """wgan_g_loss returns a scalar, for scores of shape (B,) and (B, 1)"""
    for dtype in DTYPES:
        for batch in (1, 5):
            fake = scores(batch, seed=11, dtype=dtype)
            assert_runs(student.wgan_g_loss, reference.wgan_g_loss, fake)
            assert_runs(student.wgan_g_loss, reference.wgan_g_loss, fake.unsqueeze(1))
    assert_runs(student.wgan_g_loss, reference.wgan_g_loss, noncontiguous(scores(5, seed=11)))


@number("2.2.2")
@weight(3)
@requires(test_wgan_g_loss_runs)
def test_wgan_g_loss(student, reference):
    """wgan_g_loss has the right value and gradient"""
    for dtype in DTYPES:
        fake = scores(5, seed=12, dtype=dtype)
        assert_matches(student.wgan_g_loss, reference.wgan_g_loss, fake)
        assert_matches(student.wgan_g_loss, reference.wgan_g_loss, fake.unsqueeze(1))
        assert_matches(student.wgan_g_loss, reference.wgan_g_loss, scores(1, seed=13, dtype=dtype))


@number("2.2.3")
@weight(0.5)
@requires(test_wgan_g_loss)
def test_wgan_g_loss_extremes(student, reference):
    """wgan_g_loss takes scores of any size as they are"""
    for dtype in DTYPES:
        for shift in (1e4, -1e4):
            fake = scores(4, seed=14, dtype=dtype) + shift
            assert_matches(student.wgan_g_loss, reference.wgan_g_loss, fake)


@number("2.3.1")
@weight(0.5)
def test_w1_empirical_runs(student, reference):
    """w1_empirical returns a scalar"""
    for dtype in DTYPES:
        for n in (1, 2, 7):
            a, b = scores(n, seed=21, dtype=dtype), scores(n, seed=22, dtype=dtype)
            assert_runs(student.w1_empirical, reference.w1_empirical, a, b)
    a, b = noncontiguous(scores(6, seed=21)), noncontiguous(scores(6, seed=22))
    assert_runs(student.w1_empirical, reference.w1_empirical, a, b)


@number("2.3.2")
@weight(4)
@requires(test_w1_empirical_runs)
def test_w1_empirical(student, reference):
    """w1_empirical is the cost of the best transport between samples in any order, in value and in gradient"""
    for dtype in DTYPES:
        a = torch.tensor([0.3, -2.1, 1.7, -0.6, 4.2], dtype=dtype)
        b = torch.tensor([-0.2, 6.5, 0.9, 3.1, 1.4], dtype=dtype)
        assert_matches(student.w1_empirical, reference.w1_empirical, a, b)
        assert_matches(student.w1_empirical, reference.w1_empirical, b, a.flip(0))
        a, b = scores(7, seed=33, dtype=dtype), scores(7, seed=34, dtype=dtype) - 6
        assert_matches(student.w1_empirical, reference.w1_empirical, a, b)


@number("2.3.3")
@weight(1)
@requires(test_w1_empirical)
def test_w1_empirical_examples(student, reference):
    """w1_empirical is exact for point masses, equal samples, ties, large shifts and 1000 points"""
    for dtype in DTYPES:
        zeros, ties = torch.zeros(4, dtype=dtype), torch.tensor([2.0, -1.0, 2.0, 5.0], dtype=dtype)
        many = normal(1000, seed=35, std=3.0, dtype=dtype)
        cases = (
            (zeros, zeros + 3),
            (zeros - 2, ties),
            (ties, ties.flip(0)),
            (zeros[:1], ties[:1]),
            (many, many.flip(0) + 100),
            (many, uniform(1000, seed=36, low=-2.0, high=9.0, dtype=dtype)),
        )
        for a, b in cases:
            assert_matches(student.w1_empirical, reference.w1_empirical, a, b, without_gradient=("a", "b"))


@number("2.4.1")
@weight(0.5)
@requires(test_critic_loss, test_wgan_g_loss, test_w1_empirical)
def test_part_2_leaves_no_trace(student):
    """critic_loss, wgan_g_loss and w1_empirical change no setting of the whole program"""
    a, b = scores(5, seed=41), scores(5, seed=42)
    assert_no_trace(student, lambda: student.critic_loss(a, b), name="critic_loss")
    assert_no_trace(student, lambda: student.wgan_g_loss(b), name="wgan_g_loss")
    assert_no_trace(student, lambda: student.w1_empirical(a, b), name="w1_empirical")


# ------------------------------------------------------------------------------------------------ part 3


@number("3.1.1")
@weight(0.5)
def test_interpolate_runs(student, reference):
    """interpolate returns a batch like its inputs, with an alpha and without"""
    for dtype in DTYPES:
        for batch, dim in SIZES:
            inputs = pair(batch, dim, seed=51, dtype=dtype)
            assert_runs(student.interpolate, reference.interpolate, *inputs)
            assert_runs(student.interpolate, reference.interpolate, *inputs, weights(batch, seed=53, dtype=dtype))
            assert_runs(
                student.interpolate, reference.interpolate, *inputs, weights(batch, seed=53, dtype=dtype)[:, None]
            )


@number("3.1.2")
@weight(3)
@requires(test_interpolate_runs)
def test_interpolate(student, reference):
    """With a given alpha, interpolate gives the right point of each segment, and the right gradients"""
    for dtype in DTYPES:
        for batch in (3, 5, 1):
            inputs = pair(batch, 3, seed=55, dtype=dtype)
            assert_matches(student.interpolate, reference.interpolate, *inputs, weights(batch, seed=57, dtype=dtype))
        ends = torch.tensor([1.0, 0.0, 0.25], dtype=dtype)
        assert_matches(student.interpolate, reference.interpolate, *pair(3, 4, seed=59, dtype=dtype), ends[:, None])


@number("3.1.3")
@weight(1)
@requires(test_interpolate)
def test_interpolate_axes(student, reference):
    """interpolate takes examples with any number of axes, and mixes no two of them"""
    for dtype in DTYPES:
        for shape in AXES:
            inputs, alpha = pair(*shape, seed=61, dtype=dtype), weights(shape[0], seed=63, dtype=dtype)
            assert_matches(student.interpolate, reference.interpolate, *inputs, alpha)
            full = alpha.reshape(-1, *[1] * (len(shape) - 1))
            assert_matches(student.interpolate, reference.interpolate, *inputs, full)
    gapped = [noncontiguous(x) for x in pair(3, 2, 3, 3, seed=65)]
    assert_matches(student.interpolate, reference.interpolate, *gapped, weights(3, seed=67))
    assert_batchwise(student.interpolate, *pair(4, 2, 3, 3, seed=69), weights(4, seed=71), name="interpolate")


@number("3.1.4")
@weight(1.5)
@requires(test_interpolate_runs)
def test_interpolate_draws(student, reference):
    """Without an alpha, interpolate draws a point of each segment, anew for each example and each call"""
    for shape in ((50, 3), (50, 2, 3, 3), (50,)):
        assert_drawn(student.interpolate, reference.interpolate, shape, _fault_of_points, "interpolate")


@number("3.1.5")
@weight(1.5)
@requires(test_interpolate_draws)
def test_interpolate_distribution(student, reference):
    """The alpha that interpolate draws is uniform, and independent between examples and calls"""
    assert_drawn(student.interpolate, reference.interpolate, (2000, 3), _fault_of_draws, "interpolate")


def assert_drawn(actual, expected, shape, fault, name):
    """The points that two calls draw have no `fault`, or none but what a known mistake elsewhere leads to."""
    for dtype in DTYPES:
        x_real, x_fake = pair(*shape, seed=73, dtype=dtype)
        found, allowed = (
            fault([assert_shaped(draw(x_real, x_fake), x_real, name) for _ in range(2)], x_real, x_fake)
            for draw in (actual, expected)
        )
        if found and found[0] != (allowed and allowed[0]):
            where = "×".join(str(size) for size in shape)
            raise Mismatch(f"{found[0].format(*found[1:])} [{name} on two batches {where}, without alpha]")


def assert_shaped(points, x_real, name):
    """The points, if there is one for each example."""
    label = "the points at which the critic is evaluated" if name == "gradient_penalty" else name
    assert_close(torch.zeros_like(points), torch.zeros_like(x_real), name=label)
    return points.detach()


def _shares(points, x_real, x_fake):
    """The weight of the real example in every entry of every point."""
    return ((points - x_fake).double() / (x_real - x_fake).double()).reshape(len(points), -1)


def _fault_of_points(calls, x_real, x_fake):
    """What is wrong with the weights of drawn points, in words with places for numbers, and the numbers."""
    first, second = (_shares(points, x_real, x_fake) for points in calls)
    spread = float((first.amax(1) - first.amin(1)).max())
    if not spread < 1e-3:
        return "the entries of one example have weights that differ by {:.2g}, but should have the same weight", spread
    low, high = float(first.min()), float(first.max())
    if low < -1e-3 or high > 1 + 1e-3:
        return "the weights of the real examples lie between {:.2g} and {:.2g}, but should lie in [0, 1)", low, high
    alpha = first.mean(1)
    if float(alpha.max() - alpha.min()) < 1e-3:
        value = float(alpha[0])
        return "all examples have the weight {:.3g}, but each should have a weight of its own", value
    if float((alpha - second.mean(1)).abs().max()) < 1e-3:
        return ("the weights of a second call are those of the first, but should be drawn afresh",)
    return None


def _fault_of_draws(calls, x_real, x_fake):
    """The same for their distribution; each of four tests has a quarter of FALSE_ALARM."""
    first, second = (_shares(points, x_real, x_fake).mean(1).clamp(0, 1) for points in calls)
    n, log = len(first), math.log(2 / (FALSE_ALARM / 4))
    for alpha in (first, second):  # Dvoretzky, Kiefer and Wolfowitz 1956, with the constant of Massart 1990
        ordered, steps = alpha.sort().values, torch.arange(n + 1, dtype=torch.float64) / n
        distance = float(torch.maximum(ordered - steps[:-1], steps[1:] - ordered).max())
        bound = math.sqrt(log / (2 * n))
        if distance > bound:
            text = "the distribution function of the weights is {:.3f} off the uniform one, but should be within {:.3f}"
            return text, distance, bound
    pairs = {"neighbouring examples": (first[:-1:2], first[1::2]), "two calls": (first, second)}
    for of, (one, other) in pairs.items():  # Hoeffding 1963: products of independent centred draws, in [-1/4, 1/4]
        mean = float(((one - 0.5) * (other - 0.5)).mean())
        bound = 0.5 * math.sqrt(log / (2 * len(one)))
        if abs(mean) > bound:
            return f"the covariance of the weights of {of} is {{:.3f}}, but should be 0 within {{:.3f}}", mean, bound
    return None


def linear_penalty(face, recipes, column=True):
    """gradient_penalty of a linear critic, as a function of its slope."""

    def gradient_penalty(slope, x_real, x_fake, alpha=None):
        return face.run(recipes.linear_penalty, slope, x_real, x_fake, alpha, column)

    return gradient_penalty


def quadratic_penalty(face, recipes):
    """gradient_penalty of a quadratic critic, as a function of its curvature."""

    def gradient_penalty(curvature, x_real, x_fake, alpha):
        return face.run(recipes.quadratic_penalty, curvature, x_real, x_fake, alpha)

    return gradient_penalty


def network_penalty(face, recipes):
    """gradient_penalty of a small network, as a function of its parameters."""

    def gradient_penalty(weight, bias, last, x_real, x_fake, alpha):
        return face.run(recipes.network_penalty, weight, bias, last, x_real, x_fake, alpha)

    return gradient_penalty


LINEAR = ("slope", "x_real", "x_fake")
GUARDED = {"rtol": 1e-4, "atol": 1e-5}  # a guard of 1e-8 under the root is a correct style
QUADRATIC = ("curvature", "x_real", "x_fake", "alpha")


@number("3.2.1")
@weight(0.5)
def test_gradient_penalty_runs(student, reference, recipes):
    """gradient_penalty returns a scalar, with an alpha and without"""
    actual, expected = linear_penalty(student, recipes), linear_penalty(reference, recipes)
    for dtype in DTYPES:
        for batch, dim in SIZES:
            slope, inputs = normal(dim, seed=81, dtype=dtype), pair(batch, dim, seed=82, dtype=dtype)
            assert_runs(actual, expected, slope, *inputs)
            assert_runs(actual, expected, slope, *inputs, weights(batch, seed=84, dtype=dtype))


@number("3.2.2")
@weight(4)
@requires(test_gradient_penalty_runs)
def test_gradient_penalty_of_slopes(student, reference, recipes):
    """The penalty of a critic with one slope everywhere is right, for slopes above and below 1"""
    actual, expected = linear_penalty(student, recipes), linear_penalty(reference, recipes)
    for dtype in DTYPES:
        for batch, norm in ((5, 2.2044), (5, 0.3), (1, 1.7), (4, 1.0)):
            slope, inputs = with_norm(norm, 3, seed=85, dtype=dtype), pair(batch, 3, seed=86, dtype=dtype)
            assert_matches(actual, expected, slope, *inputs, without_gradient=LINEAR, **GUARDED)


@number("3.2.3")
@weight(2.5)
@requires(test_gradient_penalty_of_slopes)
def test_gradient_penalty_of_points(student, reference, recipes):
    """With a given alpha, the slopes are taken at the points between real and fake examples"""
    actual, expected = quadratic_penalty(student, recipes), quadratic_penalty(reference, recipes)
    for dtype in DTYPES:
        for batch in (5, 3, 1):
            curvature = normal(3, seed=88, mean=0.6, std=0.4, dtype=dtype)
            inputs, alpha = pair(batch, 3, seed=89, dtype=dtype), weights(batch, seed=91, dtype=dtype)
            assert_matches(actual, expected, curvature, *inputs, alpha, without_gradient=QUADRATIC, **GUARDED)
            assert_matches(actual, expected, curvature, *inputs, alpha[:, None], without_gradient=QUADRATIC, **GUARDED)


@number("3.2.4")
@weight(2)
@requires(test_gradient_penalty_of_slopes)
def test_gradient_penalty_axes(student, reference, recipes):
    """The slope of an example is one norm over all its axes, however many there are"""
    linear = linear_penalty(student, recipes), linear_penalty(reference, recipes)
    quadratic = quadratic_penalty(student, recipes), quadratic_penalty(reference, recipes)
    for dtype in DTYPES:
        for shape in ((3, 2, 3, 3), (4, 3, 2), (1, 2, 4, 3), (5,)):
            inputs, alpha = pair(*shape, seed=93, dtype=dtype), weights(shape[0], seed=95, dtype=dtype)
            for norm in (2.2044, 0.3):
                slope = with_norm(norm, *shape[1:], seed=96, dtype=dtype)
                assert_matches(*linear, slope, *inputs, without_gradient=LINEAR, **GUARDED)
            curvature = normal(*shape[1:], seed=97, mean=0.3, std=0.2, dtype=dtype)
            assert_matches(*quadratic, curvature, *inputs, alpha, without_gradient=QUADRATIC, **GUARDED)
    gapped = [noncontiguous(x) for x in pair(3, 2, 3, 4, seed=98)]
    slope = noncontiguous(with_norm(1.6, 2, 3, 4, seed=99))
    assert_matches(*linear, slope, *gapped, without_gradient=LINEAR, **GUARDED)


@number("3.2.5")
@weight(0.5)
@requires(test_gradient_penalty_of_slopes)
def test_gradient_penalty_flat_scores(student, reference, recipes):
    """The critic may return scores of shape (B,) as well as (B, 1)"""
    actual, expected = linear_penalty(student, recipes, column=False), linear_penalty(reference, recipes, column=False)
    for dtype in DTYPES:
        for batch in (5, 1):
            slope, inputs = with_norm(2.2044, 3, seed=101, dtype=dtype), pair(batch, 3, seed=102, dtype=dtype)
            assert_matches(actual, expected, slope, *inputs, without_gradient=LINEAR, **GUARDED)


@number("3.2.6")
@weight(5)
@requires(test_gradient_penalty_of_slopes)
def test_gradient_penalty_gradients(student, reference, recipes):
    """The gradient of the penalty with respect to the parameters of the critic is right"""
    for dtype in DTYPES:
        slope, inputs = with_norm(2.2044, 3, seed=104, dtype=dtype), pair(5, 3, seed=105, dtype=dtype)
        linear = linear_penalty(student, recipes), linear_penalty(reference, recipes)
        assert_matches(*linear, slope, *inputs, without_gradient=("x_real", "x_fake"))
        assert_matches(*linear, 0.2 * slope, *inputs, without_gradient=("x_real", "x_fake"))
    alpha = weights(5, seed=107, dtype=torch.float64)
    network, constants = network_inputs(seed=108), ("x_real", "x_fake", "alpha")
    actual, expected = network_penalty(student, recipes), network_penalty(reference, recipes)
    assert_matches(actual, expected, *network, *inputs, alpha, without_gradient=constants)


def network_inputs(*, seed):
    """weight, bias and last of a small network of three inputs, in float64."""
    sizes = ((3, 4), (4,), (4,))
    return [normal(*size, seed=seed + i, std=1.2, dtype=torch.float64) for i, size in enumerate(sizes)]


def assert_finite_gradient(penalty, slope, *inputs):
    """Where the critic is flat, the gradient of the penalty is a number."""
    leaf = slope.clone().requires_grad_()
    value = penalty(leaf, *inputs)
    (gradient,) = torch.autograd.grad(value, leaf) if value.requires_grad else (torch.full_like(slope, math.nan),)
    if not bool(gradient.isfinite().all()):
        raise Mismatch("the gradient of gradient_penalty is not finite for a critic without slope")


@number("3.2.7")
@weight(1)
@requires(test_gradient_penalty_gradients)
def test_gradient_penalty_extremes(student, reference, recipes):
    """The penalty and its gradient are right for steep critics, and finite for flat ones"""
    actual, expected = linear_penalty(student, recipes), linear_penalty(reference, recipes)
    for dtype in DTYPES:
        inputs = pair(4, 3, seed=117, dtype=dtype)
        slope = with_norm(1e4, 3, seed=119, dtype=dtype)
        assert_matches(actual, expected, slope, *inputs, without_gradient=("x_real", "x_fake"))
        flat = torch.zeros_like(slope)
        assert_matches(actual, expected, flat, *inputs, without_gradient=LINEAR, atol=3e-4)
        assert_finite_gradient(actual, flat, *inputs)


@number("3.2.8")
@weight(1.5)
@requires(test_gradient_penalty_runs)
def test_gradient_penalty_draws(student, reference, recipes):
    """Without an alpha, the critic is evaluated at points that are drawn anew for each example and each call"""
    for shape in ((50, 3), (50, 2, 3, 3)):
        actual, expected = points_of_penalty(student, recipes), points_of_penalty(reference, recipes)
        assert_drawn(actual, expected, shape, _fault_of_points, "gradient_penalty")


@number("3.2.9")
@weight(1.5)
@requires(test_gradient_penalty_draws)
def test_gradient_penalty_distribution(student, reference, recipes):
    """The drawn points are uniform on their segments, and independent between examples and calls"""
    actual, expected = points_of_penalty(student, recipes), points_of_penalty(reference, recipes)
    assert_drawn(actual, expected, (2000, 3), _fault_of_draws, "gradient_penalty")


def points_of_penalty(face, recipes):
    """The points at which gradient_penalty evaluates the critic."""
    return lambda x_real, x_fake: face.run(recipes.points_of_penalty, x_real, x_fake)


@number("3.2.10")
@weight(1)
@requires(test_interpolate_runs, test_gradient_penalty_runs)
def test_part_3_leaves_no_trace(student, recipes):
    """interpolate and gradient_penalty change no setting of the whole program, and nothing in the critic"""
    x_real, x_fake = pair(4, 3, seed=121)
    assert_no_trace(student, lambda: student.interpolate(x_real, x_fake), name="interpolate")
    slope = with_norm(1.5, 3, seed=123)
    assert_no_trace(
        student, lambda: student.run(recipes.linear_penalty, slope, x_real, x_fake), name="gradient_penalty"
    )
    start, last = normal(3, 4, seed=124), normal(4, seed=125)
    for training in (True, False):
        after = student.run(recipes.critic_after_penalty, start, last, x_real, x_fake, training)
        where = f"[a critic with 4 parameters, training is {training}]"
        if after["gradients"]:
            raise Mismatch(
                f"gradient_penalty fills .grad of {after['gradients']} parameters of the critic, but should leave it "
                f"as it is: that is the work of backward() on the loss {where}"
            )
        if after["frozen"] or after["training"] is not training:
            raise Mismatch(f"gradient_penalty changes requires_grad or the mode of the critic, but should not {where}")
        for value, before in zip(after["parameters"], (start.T, last, last[None], last[:1]), strict=True):
            assert_close(value, before, name="a parameter of the critic after gradient_penalty", where=where)


@number("3.3.1")
@weight(3)
@timeout(90)
@requires(test_gradient_penalty_gradients)
def test_wgan_learns_a_shift(student, recipes, trains, device, show):
    """Trained for 150 steps with your losses and penalty, a generator reaches the shifted Gaussian"""
    data, held_out = (normal(1000, 1, seed=seed, mean=3.0, std=0.5) for seed in (131, 132))

    def figures(seed):
        samples, losses = student.run(recipes.train_wgan, data, seed, device)
        w1 = float((samples.sort().values - held_out.reshape(-1).sort().values).abs().mean())
        caption = f"Wasserstein distance {w1:.2g}"
        show.samples("Samples of the generator", data=held_out, yours=samples, caption=caption)
        show.loss_curve("The critic's loss with the penalty", losses)
        return {"w1": w1}

    trains(figures, at_most={"w1": 1.0})


# ------------------------------------------------------------------------------------------------ part 4


def conditional_d_loss(face, recipes, column=False):
    """cgan_d_loss with a discriminator of known parameters, as a function of these."""

    def cgan_d_loss(rows, shifts, x_real, y_real, x_fake, y_fake):
        return face.run(recipes.conditional_d_loss, rows, shifts, x_real, y_real, x_fake, y_fake, column)

    return cgan_d_loss


def conditional_g_loss(face, recipes, column=False):
    """cgan_g_loss with a discriminator of known parameters, as a function of these."""

    def cgan_g_loss(rows, shifts, x_fake, y_fake):
        return face.run(recipes.conditional_g_loss, rows, shifts, x_fake, y_fake, column)

    return cgan_g_loss


def discriminator(classes, dim, *, seed, dtype=torch.float32):
    """rows and shifts: logits of several units that differ between the labels."""
    return normal(classes, dim, seed=seed, std=1.2, dtype=dtype), normal(classes, seed=seed + 1, std=1.5, dtype=dtype)


Y_REAL, Y_FAKE = labels(0, 2, 1, 1, 0), labels(1, 1, 2, 0, 2)
CONSTANT = ("x_fake",)


@number("4.1.1")
@weight(0.5)
def test_cgan_d_loss_runs(student, reference, recipes):
    """cgan_d_loss returns a scalar"""
    actual, expected = conditional_d_loss(student, recipes), conditional_d_loss(reference, recipes)
    for dtype in DTYPES:
        for batch in (5, 1):
            x_real, x_fake = pair(batch, 3, seed=141, dtype=dtype)
            game = discriminator(3, 3, seed=143, dtype=dtype)
            assert_runs(actual, expected, *game, x_real, Y_REAL[:batch], x_fake, Y_FAKE[:batch])


@number("4.1.2")
@weight(5)
@requires(test_cgan_d_loss_runs)
def test_cgan_d_loss(student, reference, recipes):
    """cgan_d_loss has the right value, and the right gradients with respect to D and the real examples"""
    actual, expected = conditional_d_loss(student, recipes), conditional_d_loss(reference, recipes)
    for dtype in DTYPES:
        x_real, x_fake = pair(5, 3, seed=145, dtype=dtype)
        game = discriminator(3, 3, seed=147, dtype=dtype)
        assert_matches(actual, expected, *game, x_real, Y_REAL, x_fake, Y_FAKE, without_gradient=CONSTANT)
        images = pair(5, 1, 3, 2, seed=149, dtype=dtype)
        game = discriminator(3, 6, seed=151, dtype=dtype)
        assert_matches(actual, expected, *game, images[0], Y_FAKE, images[1], Y_REAL, without_gradient=CONSTANT)


@number("4.1.3")
@weight(1)
@requires(test_cgan_d_loss)
def test_cgan_d_loss_sizes(student, reference, recipes):
    """cgan_d_loss averages each batch by itself when the two differ in size"""
    actual, expected = conditional_d_loss(student, recipes), conditional_d_loss(reference, recipes)
    for dtype in DTYPES:
        game = discriminator(3, 3, seed=153, dtype=dtype)
        for one, other in ((1, 4), (5, 2)):
            x_real, x_fake = normal(one, 3, seed=155, dtype=dtype), normal(other, 3, seed=156, dtype=dtype)
            inputs = x_real, Y_REAL[:one], x_fake, Y_FAKE[:other]
            assert_matches(actual, expected, *game, *inputs, without_gradient=CONSTANT)


@number("4.1.4")
@weight(0.5)
@requires(test_cgan_d_loss)
def test_cgan_d_loss_columns(student, reference, recipes):
    """D may return logits of shape (B, 1) as well as (B,)"""
    actual, expected = conditional_d_loss(student, recipes, True), conditional_d_loss(reference, recipes, True)
    for dtype in DTYPES:
        x_real, x_fake = pair(5, 3, seed=157, dtype=dtype)
        game = discriminator(3, 3, seed=159, dtype=dtype)
        assert_matches(actual, expected, *game, x_real, Y_REAL, x_fake, Y_FAKE, without_gradient=CONSTANT)


@number("4.1.5")
@weight(1)
@requires(test_cgan_d_loss)
def test_cgan_d_loss_extremes(student, reference, recipes):
    """cgan_d_loss and its gradient stay finite and exact for logits of ±100"""
    actual, expected = conditional_d_loss(student, recipes), conditional_d_loss(reference, recipes)
    for dtype in DTYPES:
        rows, shifts = torch.eye(3, dtype=dtype), torch.zeros(3, dtype=dtype)
        for x in confident(dtype):
            inputs = x, Y_REAL, -x.roll(1, 0), Y_FAKE
            assert_matches(actual, expected, rows, shifts, *inputs, without_gradient=CONSTANT)


def confident(dtype):
    """Two batches of five examples in both tails."""
    levels = torch.tensor([[100.0, -30.0, 3.0], [-100.0, 30.0, -100.0]], dtype=dtype)
    return levels[:1].expand(5, 3).contiguous(), levels[1:].expand(5, 3).contiguous()


@number("4.2.1")
@weight(0.5)
def test_cgan_g_loss_runs(student, reference, recipes):
    """cgan_g_loss returns a scalar"""
    actual, expected = conditional_g_loss(student, recipes), conditional_g_loss(reference, recipes)
    for dtype in DTYPES:
        for batch in (5, 1):
            x_fake, game = normal(batch, 3, seed=171, dtype=dtype), discriminator(3, 3, seed=172, dtype=dtype)
            assert_runs(actual, expected, *game, x_fake, Y_FAKE[:batch])


@number("4.2.2")
@weight(4)
@requires(test_cgan_g_loss_runs)
def test_cgan_g_loss(student, reference, recipes):
    """cgan_g_loss has the right value, and the right gradient with respect to the fake examples"""
    actual, expected = conditional_g_loss(student, recipes), conditional_g_loss(reference, recipes)
    for dtype in DTYPES:
        x_fake, game = normal(5, 3, seed=174, dtype=dtype), discriminator(3, 3, seed=175, dtype=dtype)
        assert_matches(actual, expected, *game, x_fake, Y_FAKE, without_gradient=("rows", "shifts"))
        x_fake, game = normal(4, 1, 3, 2, seed=177, dtype=dtype), discriminator(3, 6, seed=178, dtype=dtype)
        assert_matches(actual, expected, *game, x_fake, Y_REAL[:4], without_gradient=("rows", "shifts"))


@number("4.2.3")
@weight(0.5)
@requires(test_cgan_g_loss)
def test_cgan_g_loss_columns(student, reference, recipes):
    """D may return logits of shape (B, 1) to the generator's loss, too"""
    actual, expected = conditional_g_loss(student, recipes, True), conditional_g_loss(reference, recipes, True)
    for dtype in DTYPES:
        x_fake, game = normal(5, 3, seed=180, dtype=dtype), discriminator(3, 3, seed=181, dtype=dtype)
        assert_matches(actual, expected, *game, x_fake, Y_FAKE, without_gradient=("rows", "shifts"))


@number("4.2.4")
@weight(1)
@requires(test_cgan_g_loss)
def test_cgan_g_loss_extremes(student, reference, recipes):
    """cgan_g_loss and its gradient stay finite and exact for logits of ±100"""
    actual, expected = conditional_g_loss(student, recipes), conditional_g_loss(reference, recipes)
    for dtype in DTYPES:
        rows, shifts = torch.eye(3, dtype=dtype), torch.zeros(3, dtype=dtype)
        for x in confident(dtype):
            assert_matches(actual, expected, rows, shifts, x, Y_FAKE, without_gradient=("rows", "shifts"))


PHI = {"phi_weight": (4, 6), "phi_bias": (4,)}  # features of examples with six entries
K = 5


def features(*, seed, dtype=torch.float32):
    """phi_weight and phi_bias."""
    return [normal(*shape, seed=seed + i, std=0.7, dtype=dtype) for i, shape in enumerate(PHI.values())]


def heads(*, seed, dtype=torch.float32):
    """The weights (K, F) and the biases (K,) of the affine functions."""
    return normal(K, 4, seed=seed, std=1.3, dtype=dtype), normal(K, seed=seed + 1, dtype=dtype)


def cond_logits(face, recipes):
    """The logits of a CondDisc as a function of its parameters and its inputs."""

    def logits(weight, bias, phi_weight, phi_bias, x, y):
        return face.run(recipes.logits_with_phi, weight, bias, phi_weight, phi_bias, x, y)

    return logits


@number("4.3.1")
@weight(1)
def test_cond_disc_runs(student, reference):
    """CondDisc(K) takes images and labels, and returns one logit for each image"""
    for batch in (3, 1):
        x, y = uniform(batch, 1, 28, 28, seed=191), labels(2, 0, 1)[:batch]

        def logits(x, y, face):
            return face.CondDisc(3)(x, y)

        assert_runs(
            lambda x, y: logits(x, y, student), named("CondDisc(3)", lambda x, y: logits(x, y, reference)), x, y
        )


def named(name, function):
    """The function with the name that messages should give it."""
    function.__name__ = name
    return function


@number("4.3.2")
@weight(1)
@requires(test_cond_disc_runs)
def test_cond_disc_parameters(student, reference, recipes):
    """CondDisc has one weight for each class and feature, one bias for each class, and the parameters of phi"""
    phi_weight, phi_bias = features(seed=193)
    expected = reference.run(recipes.sizes_with_phi, K, phi_weight, phi_bias)
    found = student.run(recipes.sizes_with_phi, K, phi_weight, phi_bias)
    where = f"CondDisc({K}, phi, features=4)"
    if found["own"] != expected["own"]:
        raise Mismatch(
            f"the sizes of the parameters beside phi are {found['own']}, but should be {expected['own']} [{where}]"
        )
    if found["of_phi"] != expected["of_phi"]:
        raise Mismatch(f"{found['of_phi']} tensors of phi are parameters, but should be {expected['of_phi']} [{where}]")
    expected, found = (face.run(recipes.sizes_of_default, 10) for face in (reference, student))
    if found != expected:
        raise Mismatch(f"the sizes of all parameters are {found}, but should be {expected} [CondDisc(10)]")


@number("4.3.3")
@weight(5)
@requires(test_cond_disc_parameters)
def test_cond_disc(student, reference, recipes):
    """The logit is the affine function of the label, in value and in gradient with respect to all parameters"""
    actual, expected = cond_logits(student, recipes), cond_logits(reference, recipes)
    for dtype in DTYPES:
        parameters = *heads(seed=195, dtype=dtype), *features(seed=197, dtype=dtype)
        for shape, y in (
            ((7, 6), labels(1, 4, 0, 4, 2, 3, 1)),
            ((5, 2, 3), labels(3, 0, 0, 2, 1)),
            ((1, 6), labels(4)),
        ):
            assert_matches(actual, expected, *parameters, normal(*shape, seed=199, dtype=dtype), y)


@number("4.3.4")
@weight(0.5)
@requires(test_cond_disc)
def test_cond_disc_batch(student, reference, recipes):
    """The logit of an example depends on this example and its label only"""
    parameters = *heads(seed=201), *features(seed=203)
    assert_batchwise(
        lambda x, y: student.run(recipes.logits_with_phi, *parameters, x, y),
        normal(4, 6, seed=205),
        labels(1, 4, 0, 2),
        name="CondDisc",
    )


@number("4.3.5")
@weight(1.5)
@requires(test_cond_disc)
def test_cond_disc_images(student, reference, recipes):
    """Without a phi, CondDisc has the convolutions of the handout below its affine functions"""
    shapes = ((2, 1, 3, 3), (2,), (4, 2, 3, 3), (4,), (8, 4, 3, 3), (8,), (10, 200), (10,))
    values = [normal(*shape, seed=207 + i, std=0.3) for i, shape in enumerate(shapes)]

    def of(face):
        def logits(x, y, *values):
            return face.run(recipes.logits_of_default, 10, x, y, *values)

        return logits

    x, y = normal(3, 1, 28, 28, seed=217), labels(7, 0, 9)
    assert_close(of(student)(x, y, *values), of(reference)(x, y, *values), name="the logits of CondDisc(10)")


@number("4.3.6")
@weight(1.5)
@requires(test_cond_disc_parameters)
def test_cond_disc_start(student, reference, recipes):
    """CondDisc starts with biases of 0 and Kaiming-uniform weights, and leaves a phi that it is given alone"""
    count = 8
    found = student.run(recipes.fresh_parameters, 10, count)
    fans = {18: 9, 72: 18, 288: 36, 2000: 200}
    log = math.log(2 / (FALSE_ALARM / len(fans)))
    for values in found:
        size = values.shape[1]
        if size not in fans:
            assert_close(values, torch.zeros_like(values), name=f"the bias of size {size}", where="CondDisc(10)")
            continue
        limit = math.sqrt(6 / fans[size])
        where = f"the {size} weights of CondDisc(10) with {fans[size]} inputs each"
        largest = float(values.abs().max())
        if largest > limit * (1 + 1e-6):
            raise Mismatch(
                f"the largest size of a weight is {largest:.4g}, but should be at most {limit:.4g} [{where}]"
            )
        shares = (values.double() / limit + 1).flatten().sort().values / 2
        steps = torch.arange(len(shares) + 1, dtype=torch.float64) / len(shares)
        distance = float(torch.maximum(shares - steps[:-1], steps[1:] - shares).max())
        bound = math.sqrt(log / (2 * len(shares)))
        if distance > bound:
            raise Mismatch(
                f"the distribution function of the weights at the start is {distance:.3f} away from the uniform one "
                f"between ±{limit:.4g}, but should be within {bound:.3f} [{where}, {count} nets]"
            )
    phi_weight, phi_bias = features(seed=221)
    after = student.run(recipes.phi_in_use, K, phi_weight, phi_bias)
    for value, before in zip(after["phi"], (phi_weight, phi_bias), strict=True):
        assert_close(value, before, name="a parameter of phi", where="after CondDisc(5, phi, features=4)")
    bias, own = after["own"]
    assert_close(bias, torch.zeros(K), name="the bias at the start", where="CondDisc(5, phi, features=4)")
    if not float(own.abs().max()) <= math.sqrt(6 / 4) * (1 + 1e-6):
        raise Mismatch(
            f"the largest weight is {float(own.abs().max()):.4g}, but should be at most {math.sqrt(6 / 4):.4g}"
        )


@number("4.4.1")
@weight(0.5)
@requires(test_cgan_d_loss, test_cgan_g_loss, test_cond_disc)
def test_part_4_leaves_no_trace(student, recipes):
    """cgan_d_loss, cgan_g_loss and CondDisc change no setting of the whole program"""
    x_real, x_fake = pair(5, 3, seed=231)
    game = discriminator(3, 3, seed=233)
    d_loss, g_loss = conditional_d_loss(student, recipes), conditional_g_loss(student, recipes)
    assert_no_trace(student, lambda: d_loss(*game, x_real, Y_REAL, x_fake, Y_FAKE), name="cgan_d_loss")
    assert_no_trace(student, lambda: g_loss(*game, x_fake, Y_FAKE), name="cgan_g_loss")
    assert_no_trace(student, lambda: student.CondDisc(3), name="CondDisc")
