"""The checks of parts 5, 6 and 7: losses, networks, steps.

The inputs follow the probe rules that separate every known mistake: batches of 3 or more, asymmetric logits in both
tails, real and fake batches of different sizes on purpose only. Every statistical check states its false alarms.
What uses a function of another part is compared with the reference that is given the same.
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
    weight,
)

DTYPES = (torch.float32, torch.float64)
# Values in float64 may carry a guard such as 1e-8 in a logarithm; the checks of extremes want full precision.
NEAR = {torch.float32: {}, torch.float64: {"rtol": 1e-6, "atol": 1e-6}}
FALSE_ALARM = 1e-9  # of each statistical check, for a correct initialisation

REAL = (2.0, -1.0, 0.5, -3.2, 1.1)
FAKE = (-3.0, 1.5, 0.2, 0.8, 2.4)
TAILS = (30.0, -100.0, 3.0, -17.0, 100.0, -30.0, 60.0)


def column(values, dtype):
    """The values in the shape (B, 1)."""
    return torch.tensor(values, dtype=dtype)[:, None]


def assert_loss_runs(actual, expected, how_many):
    """A scalar of the right dtype for batches of 1, 3 and 7, and for logits with gaps in memory."""
    for dtype in DTYPES:
        for batch in (3, 1, 7):
            assert_runs(actual, expected, *(normal(batch, seed=50 + i, dtype=dtype) for i in range(how_many)))
    assert_runs(actual, expected, *(noncontiguous(normal(5, seed=52 + i)) for i in range(how_many)))


def assert_loss(actual, expected, *batches):
    """Values and gradients, in both dtypes, for logits of shape (B,)."""
    for dtype in DTYPES:
        for some in (slice(None), slice(1, 4), slice(2, 3)):
            inputs = [torch.tensor(batch[some], dtype=dtype) for batch in batches]
            assert_matches(actual, expected, *inputs, **NEAR[dtype])


def assert_loss_of_columns(actual, expected, *batches):
    """Values and gradients for logits of shape (B, 1)."""
    for dtype in DTYPES:
        assert_matches(actual, expected, *(column(batch, dtype) for batch in batches), **NEAR[dtype])


def assert_loss_of_unequal(actual, expected):
    """Values and gradients where one batch is larger than the other."""
    for dtype in DTYPES:
        for real, fake in ((REAL, FAKE[:3]), (REAL[:3], FAKE)):
            inputs = torch.tensor(real, dtype=dtype), torch.tensor(fake, dtype=dtype)
            assert_matches(actual, expected, *inputs, **NEAR[dtype])


def assert_loss_of_tails(actual, expected, *batches):
    """Values and gradients to full precision for logits far from 0; every logit is also asked for alone."""
    for dtype in DTYPES:
        assert_matches(actual, expected, *(torch.tensor(batch, dtype=dtype) for batch in batches))
        for logits in zip(*batches, strict=True):
            assert_matches(actual, expected, *(torch.tensor([logit], dtype=dtype) for logit in logits))


LOGITS = torch.linspace(-6, 6, 61)


def show_gradients(show, yours, expected, **other):
    """Draws the gradient that reaches each logit of a fake: what moves the generator, and where."""

    def field(loss):
        logits = LOGITS.clone().requires_grad_()
        return torch.autograd.grad(loss(logits), logits)[0] * len(logits)

    show.functions(
        "The gradient that reaches each logit of a fake",
        LOGITS,
        x_label="logit of a fake",
        y_label="gradient",
        caption="Left of 0 the discriminator recognises the fake.",
        **{name: field(loss) for name, loss in {"yours": yours, "expected": expected, **other}.items()},
    )


# ------------------------------------------------------------------------------------------------ part 5


@number("5.1.1")
@weight(0.5)
def test_d_loss_runs(student, reference):
    """d_loss returns one scalar for two batches of logits"""
    assert_loss_runs(student.d_loss, reference.d_loss, 2)


@number("5.1.2")
@weight(2)
@requires(test_d_loss_runs)
def test_d_loss(student, reference):
    """d_loss is the cross-entropy of both batches, in value and in gradient"""
    assert_loss(student.d_loss, reference.d_loss, REAL, FAKE)


@number("5.1.3")
@weight(0.5)
@requires(test_d_loss)
def test_d_loss_of_columns(student, reference):
    """d_loss takes logits of shape (B, 1) just as well"""
    assert_loss_of_columns(student.d_loss, reference.d_loss, REAL, FAKE)


@number("5.1.4")
@weight(0.5)
@requires(test_d_loss)
def test_d_loss_of_unequal_batches(student, reference):
    """d_loss averages each batch by itself where one is larger than the other"""
    assert_loss_of_unequal(student.d_loss, reference.d_loss)


@number("5.1.5")
@weight(1.5)
@requires(test_d_loss)
def test_d_loss_extremes(student, reference):
    """d_loss and its gradient are finite and exact for a discriminator that is very sure, rightly or wrongly"""
    assert_loss_of_tails(student.d_loss, reference.d_loss, TAILS, TAILS[::-1])


@number("5.2.1")
@weight(0.5)
def test_g_loss_ns_runs(student, reference):
    """g_loss_ns returns one scalar"""
    assert_loss_runs(student.g_loss_ns, reference.g_loss_ns, 1)


@number("5.2.2")
@weight(2)
@requires(test_g_loss_ns_runs)
def test_g_loss_ns(student, reference, show):
    """g_loss_ns is the non-saturating loss, in value and in gradient"""
    show.when_failed(
        lambda: show_gradients(show, student.g_loss_ns, reference.g_loss_ns, saturating=reference.g_loss_sat)
    )
    assert_loss(student.g_loss_ns, reference.g_loss_ns, FAKE)


@number("5.2.3")
@weight(0.5)
@requires(test_g_loss_ns)
def test_g_loss_ns_of_columns(student, reference):
    """g_loss_ns takes logits of shape (B, 1) just as well"""
    assert_loss_of_columns(student.g_loss_ns, reference.g_loss_ns, FAKE)


@number("5.2.4")
@weight(1)
@requires(test_g_loss_ns)
def test_g_loss_ns_extremes(student, reference):
    """g_loss_ns and its gradient are finite and exact where the discriminator is very sure"""
    assert_loss_of_tails(student.g_loss_ns, reference.g_loss_ns, TAILS)


@number("5.3.1")
@weight(0.5)
def test_g_loss_sat_runs(student, reference):
    """g_loss_sat returns one scalar"""
    assert_loss_runs(student.g_loss_sat, reference.g_loss_sat, 1)


@number("5.3.2")
@weight(1.5)
@requires(test_g_loss_sat_runs)
def test_g_loss_sat(student, reference, show):
    """g_loss_sat is the generator's share of the minimax value, in value and in gradient"""
    show.when_failed(
        lambda: show_gradients(show, student.g_loss_sat, reference.g_loss_sat, non_saturating=reference.g_loss_ns)
    )
    assert_loss(student.g_loss_sat, reference.g_loss_sat, FAKE)


@number("5.3.3")
@weight(0.5)
@requires(test_g_loss_sat)
def test_g_loss_sat_of_columns(student, reference):
    """g_loss_sat takes logits of shape (B, 1) just as well"""
    assert_loss_of_columns(student.g_loss_sat, reference.g_loss_sat, FAKE)


@number("5.3.4")
@weight(0.5)
@requires(test_g_loss_sat)
def test_g_loss_sat_extremes(student, reference):
    """g_loss_sat and its gradient are finite and exact where the discriminator is very sure"""
    assert_loss_of_tails(student.g_loss_sat, reference.g_loss_sat, TAILS)


@number("5.4.1")
@weight(0.5)
def test_ls_d_loss_runs(student, reference):
    """ls_d_loss returns one scalar for two batches of scores"""
    assert_loss_runs(student.ls_d_loss, reference.ls_d_loss, 2)


@number("5.4.2")
@weight(1.5)
@requires(test_ls_d_loss_runs)
def test_ls_d_loss(student, reference):
    """ls_d_loss is half the mean squared distance to each target, in value and in gradient"""
    assert_loss(student.ls_d_loss, reference.ls_d_loss, REAL, FAKE)


@number("5.4.3")
@weight(0.5)
@requires(test_ls_d_loss)
def test_ls_d_loss_of_columns(student, reference):
    """ls_d_loss takes scores of shape (B, 1) just as well"""
    assert_loss_of_columns(student.ls_d_loss, reference.ls_d_loss, REAL, FAKE)


@number("5.4.4")
@weight(0.5)
@requires(test_ls_d_loss)
def test_ls_d_loss_of_unequal_batches(student, reference):
    """ls_d_loss averages each batch by itself where one is larger than the other"""
    assert_loss_of_unequal(student.ls_d_loss, reference.ls_d_loss)


@number("5.5.1")
@weight(0.5)
def test_ls_g_loss_runs(student, reference):
    """ls_g_loss returns one scalar"""
    assert_loss_runs(student.ls_g_loss, reference.ls_g_loss, 1)


@number("5.5.2")
@weight(1.5)
@requires(test_ls_g_loss_runs)
def test_ls_g_loss(student, reference):
    """ls_g_loss is half the mean squared distance to its target, in value and in gradient"""
    assert_loss(student.ls_g_loss, reference.ls_g_loss, FAKE)


@number("5.5.3")
@weight(0.5)
@requires(test_ls_g_loss)
def test_ls_g_loss_of_columns(student, reference):
    """ls_g_loss takes scores of shape (B, 1) just as well"""
    assert_loss_of_columns(student.ls_g_loss, reference.ls_g_loss, FAKE)


@number("5.6")
@weight(0.5)
@requires(test_d_loss_runs, test_g_loss_ns_runs)
def test_losses_leave_no_trace(student):
    """The losses change no setting of the whole program"""
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    assert_no_trace(student, lambda: student.d_loss(real, fake), name="d_loss")
    assert_no_trace(student, lambda: student.g_loss_ns(fake), name="g_loss_ns")


# ------------------------------------------------------------------------------------------------ part 6


def images(batch, *, seed, dtype=torch.float32):
    """Images (B, 1, 28, 28) with no symmetry."""
    return normal(batch, 1, 28, 28, seed=seed, mean=0.2, dtype=dtype)


def assert_net_runs(net, inputs, shape, name):
    """The result of a network has the right kind, shape and dtype."""
    where = f"{name} of an input of shape {tuple(inputs.shape)}"
    result = net(inputs)
    result = torch.zeros_like(result) if isinstance(result, torch.Tensor) else result
    assert_close(result, torch.zeros(shape, dtype=inputs.dtype), name=f"the result of {name}", where=where)


def assert_outline(student, reference, recipes, name, *arguments):
    """The student's network has the parameters of the table, and all of them learn."""
    seen, wanted = (
        side.run(recipes.outline, side.run(recipes.your_network, getattr(side, name), *arguments))
        for side in (student, reference)
    )
    shown = f"{name}({', '.join(map(str, arguments))})"
    count, expected = (sum(math.prod(shape) for shape, _ in shapes) for shapes in (seen, wanted))
    if count != expected:
        raise Mismatch(f"{shown} has {count} parameters, but should have {expected}{difference(seen, wanted)}")
    if sorted(math.prod(s) for s, _ in seen) != sorted(math.prod(s) for s, _ in wanted):
        raise Mismatch(f"{shown} has other layers than the table asks for{difference(seen, wanted)}")
    if still := [shape for shape, learns in seen if not learns]:
        raise Mismatch(f"the parameter of shape {'×'.join(map(str, still[0]))} of {shown} does not require a gradient")


def difference(seen, wanted):
    """Which shapes are missing and which should not be there."""
    missing, extra = ([shape for shape, _ in one] for one in (wanted, seen))
    for shape, _ in seen:
        if shape in missing:
            missing.remove(shape)
            extra.remove(shape)
    told = [
        f"{what} {', '.join('×'.join(map(str, shape)) for shape in shapes[:6])}"
        for what, shapes in (("shapes missing:", missing), ("not in the table:", extra))
        if shapes
    ]
    return f" ({'; '.join(told)})" if told else ""


def drawn_weights(reference, recipes, name, *arguments, seed, dtype):
    """Weights for every parameter of the table, of a size that keeps signals alive, and biases of both signs."""
    shapes = reference.run(recipes.outline, reference.run(recipes.your_network, getattr(reference, name), *arguments))
    return [
        normal(*shape, seed=seed + i, std=0.3 if len(shape) == 1 else math.sqrt(2 / math.prod(shape[1:])), dtype=dtype)
        for i, (shape, _) in enumerate(shapes)
    ]


def assert_parity(student, reference, recipes, name, inputs, *arguments, seed):
    """With the same weights, both networks give the same result and the same gradients."""
    weights = drawn_weights(reference, recipes, name, *arguments, seed=seed, dtype=inputs.dtype)
    nets = [side.run(recipes.your_network, getattr(side, name), *arguments) for side in (student, reference)]
    shape = (len(inputs), 1) if name == "DNet" else (len(inputs), 1, 28, 28)
    direction = normal(*shape, seed=seed + 90, dtype=inputs.dtype)
    seen, wanted = (
        side.run(recipes.forward_with, net, weights, inputs, direction)
        for side, net in zip((student, reference), nets, strict=True)
    )
    where = f"the same weights as ours, input of shape {tuple(inputs.shape)}, {inputs.dtype}".replace("torch.", "")
    assert_close(seen["result"], wanted["result"], name=f"the result of {name}", where=where)
    if inputs.dtype is torch.float64:  # in float32, two maxima or signs may be told apart differently
        for label, expected in wanted.items():
            if seen.get(label) is None:
                raise Mismatch(f"{name} has no gradient with respect to {label} [{where}]")
            assert_close(seen[label], expected, name=f"the gradient of {name} with respect to {label}", where=where)


def assert_saved_and_loaded(student, recipes, name, inputs):
    """A network gives the same result twice, and so does another one that loads its state."""
    net, other = (student.run(recipes.your_network, getattr(student, name)) for _ in range(2))
    seen = student.run(recipes.saved_and_loaded, net, other, inputs)
    assert_close(seen["again"], seen["first"], name=f"the second result of {name}", where="the same input twice")
    where = "load_state_dict(net.state_dict()) of another network"
    assert_close(seen["loaded"], seen["first"], name=f"the result of a {name} that loads the state", where=where)


def assert_starts(student, reference, recipes, name):
    """A network starts with biases of 0 and weights from He's uniform law; init_weights itself is not judged here."""
    mark = 0.0625
    parameters = student.run(recipes.a_new_network, getattr(student, name), mark)
    left = [p for p in parameters if p.dim() > 1 and not bool((p == mark).all())]  # not left to init_weights
    table = [
        s for s, _ in reference.run(recipes.outline, reference.run(recipes.your_network, getattr(reference, name)))
    ]
    left = [p.t() if tuple(p.shape) not in table and p.dim() == 2 else p for p in left]  # x @ w has a w of its own kind
    for parameter in parameters:
        if parameter.dim() == 1 and bool(parameter.any()):
            raise Mismatch(f"a bias of a new {name} is {float(parameter[parameter != 0][0]):.4g}, but should be 0")
    if left:
        assert_he_uniform(left, false_alarm=FALSE_ALARM, name=f"a new {name}")


def assert_he_uniform(weights, *, false_alarm, name):
    """Weights are independent draws from the uniform law whose variance is 2 / fan-in.

    Divided by their bounds, they are uniform on [-1, 1]. For each tensor and for all together: none is beyond the
    bound; the largest of n draws is below 1 - x with probability (1 - x)^n <= exp(-n x); the distribution function
    is off by more than t with probability at most 2 exp(-2 n t^2) (Massart 1990). Raises Mismatch.
    """
    groups = {"×".join(map(str, w.shape)): w.double() / math.sqrt(6 * len(w) / w.numel()) for w in weights}
    groups = {f"the weights {label} of {name}": unit.reshape(-1) for label, unit in groups.items()}
    groups[f"the weights of {name}, all together,"] = torch.cat(list(groups.values()))
    alpha = false_alarm / (2 * len(groups))
    for label, unit in groups.items():
        n, largest = len(unit), float(unit.abs().max())
        shortest = 1 - math.log(1 / alpha) / n
        if not largest <= 1 + 1e-5:
            raise Mismatch(f"the largest of {label} is {largest:.4g} times the bound of the uniform law")
        if largest < shortest:
            raise Mismatch(
                f"the largest of {label} is {largest:.4f} times the bound of the uniform law, but should be between "
                f"{shortest:.4f} and 1 ({n} weights)"
            )
        steps = torch.arange(n + 1, dtype=torch.float64) / n
        ordered = (unit.sort().values + 1) / 2
        distance = float(torch.maximum(ordered - steps[:-1], steps[1:] - ordered).max())
        allowed = math.sqrt(math.log(2 / alpha) / (2 * n))
        if distance > allowed:
            raise Mismatch(
                f"the distribution function of {label} is {distance:.3f} away from the uniform one, but should be "
                f"within {allowed:.3f} ({n} weights)"
            )
    for weight_ in weights:
        if len(weight_) > 1 and torch.equal(weight_[0], weight_[1]):
            raise Mismatch(f"two outputs of {name} have the same weights, but should have weights of their own")


@number("6.1.1")
@weight(0.5)
def test_dnet_runs(student, recipes):
    """DNet maps images (B, 1, 28, 28) to logits (B, 1) for every B"""
    net = student.run(recipes.your_network, student.DNet)
    for batch in (3, 1, 7):
        assert_net_runs(net, images(batch, seed=61), (batch, 1), "DNet")


@number("6.1.2")
@weight(1)
@requires(test_dnet_runs)
def test_dnet_parameters(student, reference, recipes):
    """DNet has the 593 parameters of the table, all of them trainable"""
    assert_outline(student, reference, recipes, "DNet")


@number("6.1.3")
@weight(2)
@requires(test_dnet_parameters)
def test_dnet_forward(student, reference, recipes):
    """Given the weights of our DNet, yours gives the same logits and the same gradients"""
    for dtype in DTYPES:
        assert_parity(student, reference, recipes, "DNet", images(5, seed=62, dtype=dtype), seed=620)


@number("6.1.4")
@weight(0.5)
@requires(test_dnet_runs)
def test_dnet_batch_and_state(student, recipes):
    """DNet judges every image by itself, and its state can be saved and loaded"""
    net = student.run(recipes.your_network, student.DNet)
    assert_batchwise(net, images(5, seed=63), name="DNet")
    assert_saved_and_loaded(student, recipes, "DNet", images(3, seed=64))


@number("6.1.5")
@weight(0.5)
@requires(test_dnet_parameters)
def test_dnet_starts(student, reference, recipes):
    """A new DNet has the weights that init_weights gives"""
    assert_starts(student, reference, recipes, "DNet")


@number("6.2.1")
@weight(0.5)
def test_gnet_runs(student, recipes):
    """GNet maps noise (B, zdim) to images (B, 1, 28, 28) for every B and zdim, 64 if none is given"""
    for arguments, zdim in (((), 64), ((64,), 64), ((5,), 5)):
        net = student.run(recipes.your_network, student.GNet, *arguments)
        for batch in (3, 1, 7):
            assert_net_runs(
                net, normal(batch, zdim, seed=65), (batch, 1, 28, 28), f"GNet({', '.join(map(str, arguments))})"
            )


@number("6.2.2")
@weight(1)
@requires(test_gnet_runs)
def test_gnet_parameters(student, reference, recipes):
    """GNet has the 107 777 parameters of the table, all of them trainable"""
    assert_outline(student, reference, recipes, "GNet", 64)
    assert_outline(student, reference, recipes, "GNet", 5)


@number("6.2.3")
@weight(2)
@requires(test_gnet_parameters)
def test_gnet_forward(student, reference, recipes):
    """Given the weights of our GNet, yours gives the same images and the same gradients"""
    for dtype in DTYPES:
        assert_parity(student, reference, recipes, "GNet", normal(3, 64, seed=66, dtype=dtype), 64, seed=660)
        assert_parity(student, reference, recipes, "GNet", normal(5, 7, seed=67, dtype=dtype), 7, seed=670)


@number("6.2.4")
@weight(0.5)
@requires(test_gnet_runs)
def test_gnet_range(student, recipes):
    """The pixels of GNet lie between 0 and 1, however large the noise, and use both halves"""
    net = student.run(recipes.your_network, student.GNet)
    for scale in (1.0, 50.0, 1000.0):
        pixels = net(normal(5, 64, seed=68, std=scale)).detach()
        if not bool(((pixels >= 0) & (pixels <= 1)).all()):
            raise Mismatch(f"a pixel of GNet is outside of [0, 1], for noise of standard deviation {scale:g}")
    if not bool((pixels < 0.5).any() & (pixels > 0.5).any()):
        raise Mismatch("the pixels of GNet are all on the same side of 0.5, but should be on both for large noise")


@number("6.2.5")
@weight(0.5)
@requires(test_gnet_runs)
def test_gnet_batch_and_state(student, recipes):
    """GNet makes every image from its own noise alone, and its state can be saved and loaded"""
    net = student.run(recipes.your_network, student.GNet)
    assert_batchwise(net, normal(5, 64, seed=69), name="GNet")
    assert_saved_and_loaded(student, recipes, "GNet", normal(3, 64, seed=70))


@number("6.2.6")
@weight(0.5)
@requires(test_gnet_parameters)
def test_gnet_starts(student, reference, recipes):
    """A new GNet has the weights that init_weights gives"""
    assert_starts(student, reference, recipes, "GNet")


@number("6.3.1")
@weight(0.5)
def test_init_weights_runs(student, recipes):
    """net.apply(init_weights) sets biases of convolutions and linear maps to 0 and leaves other layers as they are"""
    before = dict(recipes.probe().named_parameters())
    after = student.run(recipes.your_init_weights, student.init_weights, False)
    if missed := untouched(before, after):
        raise Mismatch(f"net.apply(init_weights) left as they were: {', '.join(missed)}")
    for name, old in before.items():
        if name.startswith(NORM):
            assert_close(after[name], old.detach(), name=f"{name} of a BatchNorm2d after init_weights")
        elif name.endswith("bias"):
            assert_close(after[name], torch.zeros_like(old), name=f"{name} after init_weights")


NORM = "1."  # how names of the normalisation in the probe begin


def untouched(before, after):
    """The names of the parameters of convolutions and linear maps that are as before."""
    return [name for name, old in before.items() if not name.startswith(NORM) and torch.equal(after[name], old)]


@number("6.3.2")
@weight(1)
@requires(test_init_weights_runs)
def test_init_weights_law(student, recipes):
    """The weights are uniform, with the variance of He's initialisation, and fresh in every call"""
    # False alarms of a correct initialisation: at most FALSE_ALARM, by the bounds in assert_he_uniform.
    names = [name for name, p in recipes.probe().named_parameters() if p.dim() > 1]
    first, second = (student.run(recipes.your_init_weights, student.init_weights, False) for _ in range(2))
    assert_he_uniform([first[name] for name in names], false_alarm=FALSE_ALARM, name="the network")
    if torch.equal(first[names[0]], second[names[0]]):
        raise Mismatch("two calls of init_weights draw the same numbers, but should draw fresh ones")


@number("6.3.3")
@weight(0.5)
@requires(test_init_weights_runs)
def test_init_weights_of_whole_network(student, recipes):
    """init_weights(net) reaches every convolution and linear map, at any depth"""
    before = dict(recipes.probe().named_parameters())
    after = student.run(recipes.your_init_weights, student.init_weights, True)
    if missed := untouched(before, after):
        applied = student.run(recipes.your_init_weights, student.init_weights, False)
        reached = len(missed) - len(set(missed) & set(untouched(before, applied)))
        raise Mismatch(
            f"init_weights(net) left as they were: {', '.join(missed)}; "
            f"net.apply(init_weights) reaches {reached} of them"
        )


@number("6.4")
@weight(0.5)
@requires(test_dnet_runs, test_gnet_runs)
def test_networks_leave_no_trace(student, recipes):
    """Building, starting and using networks changes no setting of the whole program"""
    assert_no_trace(student, lambda: student.DNet()(images(3, seed=71)), name="DNet")
    assert_no_trace(student, lambda: student.GNet()(normal(3, 64, seed=72)), name="GNet")
    assert_no_trace(
        student, lambda: student.run(recipes.your_init_weights, student.init_weights, False), name="init_weights"
    )


# ------------------------------------------------------------------------------------------------ part 7


def assert_divergence_matches(actual, expected, p, q, **tolerance):
    """Values, without gradients: the derivative at the border is infinite. The smaller examples that are looked for
    where they differ must be of distributions, too."""

    def js_divergence(p, q):
        for probabilities in (p, q):
            if (probabilities < 0).any() or not torch.allclose(probabilities.sum(-1), probabilities.new_tensor(1.0)):
                raise ValueError("the probabilities do not add up to 1")
        return expected(p, q)

    assert_matches(actual, js_divergence, p, q, without_gradient=("p", "q"), **tolerance)


def distributions(outcomes, *, seed, dtype):
    """p and q, positive."""
    return [normal(outcomes, seed=seed + i, dtype=torch.float64).softmax(-1).to(dtype) for i in range(2)]


@number("7.1.1")
@weight(0.5)
def test_js_divergence_runs(student, reference):
    """js_divergence returns one scalar for any number of outcomes"""
    for dtype in DTYPES:
        for outcomes in (3, 1, 2, 11):
            assert_runs(student.js_divergence, reference.js_divergence, *distributions(outcomes, seed=73, dtype=dtype))


@number("7.1.2")
@weight(1)
@requires(test_js_divergence_runs)
def test_js_divergence(student, reference):
    """js_divergence equals its definition, in value and in gradient, and is symmetric"""

    def of_softmax(function):
        def js_divergence(a, b):
            return function(a.softmax(-1), b.softmax(-1))

        return js_divergence

    for dtype in DTYPES:
        p, q = distributions(5, seed=74, dtype=dtype)
        assert_divergence_matches(student.js_divergence, reference.js_divergence, p, q, **NEAR[dtype])
        assert_divergence_matches(student.js_divergence, reference.js_divergence, q, p, **NEAR[dtype])
        # Through logits: how the divergence goes on where the probabilities do not add up to 1 is nobody's business.
        logits = normal(5, seed=76, std=1.5, dtype=dtype), normal(5, seed=77, dtype=dtype)
        assert_matches(of_softmax(student.js_divergence), of_softmax(reference.js_divergence), *logits, **NEAR[dtype])


@number("7.1.3")
@weight(1)
@requires(test_js_divergence)
def test_js_divergence_zeros(student, reference):
    """js_divergence is right where probabilities are 0, for equal distributions and for disjoint ones"""
    pairs = (
        ((0.2, 0.0, 0.5, 0.3), (0.1, 0.6, 0.0, 0.3)),
        ((0.7, 0.3, 0.0, 0.0), (0.2, 0.3, 0.5, 0.0)),
        ((1.0, 0.0, 0.0), (0.0, 0.4, 0.6)),
        ((0.5, 0.5, 0.0), (0.5, 0.5, 0.0)),
        ((0.1, 0.9), (0.1, 0.9)),
    )
    for dtype in DTYPES:
        for pair in pairs:
            p, q = (torch.tensor(values, dtype=dtype) for values in pair)
            assert_divergence_matches(student.js_divergence, reference.js_divergence, p, q, **NEAR[dtype])


def opening(recipes):
    """The state of both players and their batches, asymmetric and far from any optimum."""
    state = {
        name: {
            key: normal(*value.shape, seed=80 + 10 * n + i, std=0.7, dtype=torch.float64)
            for i, (key, value) in enumerate(net.state_dict().items())
        }
        for n, (name, net) in enumerate(recipes.players().items())
    }
    return state, normal(5, 3, seed=101, mean=0.8, dtype=torch.float64), normal(5, 2, seed=102, dtype=torch.float64)


def impossible(reference, recipes, moves):
    """Whether the reference cannot play: it was given a loss with which no step is possible, paid for in part 5."""
    state, x, z = opening(recipes)
    try:
        reference.run(recipes.your_steps, state, moves, x, z, "SGD")
    except (RuntimeError, TypeError, AttributeError):  # what backward() says of such a loss
        return True
    return False


def assert_only_moves(student, reference, recipes, move, mover):
    """One move changes every parameter of one player and none of the other's."""
    if impossible(reference, recipes, move):
        return
    state, x, z = opening(recipes)
    for optimizer in recipes.OPTIMIZERS:
        seen = student.run(recipes.your_steps, state, move, x, z, optimizer)
        for name in ("D", "G"):
            same = [key for key, old in state[name].items() if torch.equal(seen["parameters"][f"{name}.{key}"], old)]
            if name == mover and same:
                gradients = "have gradients" if seen["gradients"][name] else "have no gradients"
                raise Mismatch(
                    f"after {move}_step, the parameters {', '.join(same)} of {name} are the same as before, but should "
                    f"move; the parameters of {name} {gradients} [{optimizer}]"
                )
            if name != mover and len(same) < len(state[name]):
                raise Mismatch(f"after {move}_step, parameters of {name} moved, but should not [{optimizer}]")


def assert_same_game(student, reference, recipes, moves, optimizer, *, stale=False, losses=False):
    """From the same state, with the same noise, both sides end with the same parameters (or report the same losses)."""
    if impossible(reference, recipes, moves):
        return
    state, x, z = opening(recipes)
    seen, wanted = (side.run(recipes.your_steps, state, moves, x, z, optimizer, stale) for side in (student, reference))
    where = f"{' then '.join(f'{move}_step' for move in moves)}, {optimizer}"
    if stale:
        where += ", old gradients stored"
    if losses:
        for loss in seen["losses"]:
            if not isinstance(loss, float):
                kind = "a tensor" if isinstance(loss, torch.Tensor) else f"of type {type(loss).__name__}"
                raise Mismatch(f"the result of {moves[0]}_step is {kind}, but should be a float [{where}]")
        both = (torch.tensor(side["losses"], dtype=torch.float64) for side in (seen, wanted))
        assert_close(*both, name=f"the losses that {moves[0]}_step returns", where=where)
        return
    for key, expected in wanted["parameters"].items():
        assert_close(seen["parameters"][key], expected, name=f"the parameter {key}", where=where)
    for what in ("frozen", "evaluating"):
        if seen[what] != wanted[what]:
            text = "does not require a gradient any more" if what == "frozen" else "is left in evaluation mode"
            raise Mismatch(f"{seen[what][0]} {text} [{where}]")


@number("7.2.1")
@weight(0.5)
def test_d_step_moves_the_discriminator(student, reference, recipes):
    """d_step changes every parameter of D and none of G, with any optimizer"""
    assert_only_moves(student, reference, recipes, "d", "D")


@number("7.2.2")
@weight(1)
@requires(test_d_step_moves_the_discriminator)
def test_d_step_once(student, reference, recipes):
    """One d_step moves D to where the same step of ours does"""
    for optimizer in recipes.OPTIMIZERS:
        assert_same_game(student, reference, recipes, "d", optimizer)


@number("7.2.3")
@weight(0.5)
@requires(test_d_step_once)
def test_d_step_returns_the_loss(student, reference, recipes):
    """d_step returns the loss before the update, as a float"""
    assert_same_game(student, reference, recipes, "dd", "SGD", losses=True)


@number("7.2.4")
@weight(1)
@requires(test_d_step_once)
def test_d_step_again(student, reference, recipes):
    """d_step is not misled by gradients of earlier steps"""
    for optimizer in recipes.OPTIMIZERS:
        assert_same_game(student, reference, recipes, "ddd", optimizer)
        assert_same_game(student, reference, recipes, "d", optimizer, stale=True)


@number("7.3.1")
@weight(0.5)
def test_g_step_moves_the_generator(student, reference, recipes):
    """g_step changes every parameter of G and none of D, with any optimizer"""
    assert_only_moves(student, reference, recipes, "g", "G")


@number("7.3.2")
@weight(1)
@requires(test_g_step_moves_the_generator)
def test_g_step_once(student, reference, recipes):
    """One g_step moves G to where the same step of ours does"""
    for optimizer in recipes.OPTIMIZERS:
        assert_same_game(student, reference, recipes, "g", optimizer)


@number("7.3.3")
@weight(0.5)
@requires(test_g_step_once)
def test_g_step_returns_the_loss(student, reference, recipes):
    """g_step returns the loss before the update, as a float"""
    assert_same_game(student, reference, recipes, "gg", "SGD", losses=True)


@number("7.3.4")
@weight(0.5)
@requires(test_g_step_once)
def test_g_step_again(student, reference, recipes):
    """g_step is not misled by gradients of earlier steps"""
    for optimizer in recipes.OPTIMIZERS:
        assert_same_game(student, reference, recipes, "ggg", optimizer)
        assert_same_game(student, reference, recipes, "g", optimizer, stale=True)


@number("7.4.1")
@weight(0.5)
@requires(test_d_step_once, test_g_step_once)
def test_steps_alternate(student, reference, recipes):
    """d_step and g_step in turn play the game that ours play, and leave both networks ready for more"""
    for moves in ("dg", "gd", "ddgdg"):
        for optimizer in recipes.OPTIMIZERS:
            assert_same_game(student, reference, recipes, moves, optimizer)


@number("7.4.2")
@weight(0.5)
@requires(test_d_step_moves_the_discriminator, test_g_step_moves_the_generator)
def test_steps_leave_no_trace(student, reference, recipes):
    """The steps change no setting of the whole program"""
    state, x, z = opening(recipes)

    def leaves_none(side, move):
        side.seed(11)
        assert_no_trace(side, lambda: side.run(recipes.your_steps, state, move, x, z, "SGD"), name=f"{move}_step")

    for move in "dg":
        if impossible(reference, recipes, move):
            continue
        try:
            leaves_none(reference, move)
        except Mismatch:  # the reference has been given a loss that does, paid for in part 5
            continue
        leaves_none(student, move)


def held_out(centres, std):
    """The middle of each of 1000 equal shares of a mixture of Gaussians with equal weights, sorted."""
    share = 1000 // len(centres)
    quantiles = torch.special.ndtri((torch.arange(share, dtype=torch.float64) + 0.5) / share)
    points = torch.cat([centre + std * quantiles for centre in centres]).sort().values
    ranks = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000 * len(points)
    return points[ranks.long().clamp(max=len(points) - 1)]


def distance(samples, centres, std):
    """The Wasserstein distance of 1000 samples from the mixture."""
    return float((samples.double().sort().values - held_out(centres, std)).abs().mean())


def covered(samples, centres, std):
    """How many centres have a twelfth of the samples, or more, within four standard deviations."""
    near = [int(((samples - centre).abs() < 4 * std).sum()) for centre in centres]
    return sum(12 * count >= len(samples) for count in near)


@number("7.5.1")
@weight(0.5)
@timeout(90)
@requires(test_d_step_moves_the_discriminator, test_g_step_moves_the_generator)
def test_steps_learn_a_shift(student, recipes, trains, device, show):
    """Trained for 150 steps with your steps, a generator of ours reaches a shifted Gaussian"""

    def figures(seed):
        samples = student.run(recipes.training, [3.0], 0.5, 150, seed, device)
        w1 = distance(samples, [3.0], 0.5)
        caption = f"Wasserstein distance {w1:.2g}"
        show.samples("Samples of the generator", data=held_out([3.0], 0.5), yours=samples, caption=caption)
        return {"w1": w1}

    trains(figures, at_most={"w1": 1.0})


@number("7.5.2")
@weight(0.5)
@timeout(120)
@requires(test_d_step_moves_the_discriminator, test_g_step_moves_the_generator)
def test_steps_learn_three_modes(student, recipes, trains, device, show):
    """Trained for 200 steps with your steps, a generator of ours covers three separate modes"""
    centres = [-2.0, 0.0, 2.0]

    def figures(seed):
        samples = student.run(recipes.training, centres, 0.2, 200, seed, device)
        w1, modes = distance(samples, centres, 0.2), covered(samples, centres, 0.2)
        caption = f"{modes} of 3 modes covered, Wasserstein distance {w1:.2g}"
        data = held_out(centres, 0.2)
        show.samples("Samples of the generator", data=data, yours=samples, marks=centres, caption=caption)
        return {"w1": w1, "modes": modes}

    trains(figures, at_most={"w1": 0.8}, at_least={"modes": 3})
