"""The checks of parts 2 and 3: the losses; the totals of both players, the pool, their steps and a short training.

Maps and discriminators are affine with drawn parameters, so that values and gradients tell which map saw which batch.
First come batches of one size from spaces of one dimension, where most wrong answers have a value of their own; then
batches and spaces of different sizes, where a map in the wrong domain fails. Stochastic checks state false alarms.
"""

import math

import torch

from autograder import (
    Mismatch,
    assert_bernoulli,
    assert_close,
    assert_no_trace,
    assert_runs,
    noncontiguous,
    normal,
    number,
    requires,
    timeout,
    weight,
)
from autograder.errors import Evidence

DTYPES = (torch.float32, torch.float64)
FALSE_ALARM = 1e-9  # of each statistical check, for a correct pool
PLAYERS = ("G", "F", "D_X", "D_Y")
BATCHES = ((1, 1), (3, 3), (4, 4))  # of x and of y
IMAGE = (3, 4)  # height and width


def affine(recipes, inputs, outputs, *, seed):
    """A map between spaces of these dimensions."""
    weight_ = normal(outputs, inputs, seed=seed, mean=0.2, std=0.8, dtype=torch.float64)
    return recipes.Affine(weight_, normal(outputs, seed=seed + 1, mean=0.5, std=0.7, dtype=torch.float64))


def scores(recipes, inputs, *, seed, keepdim=True):
    """A discriminator of a space of this dimension; its scores lie on both sides of 0 and of 1."""
    weight_ = normal(inputs, seed=seed, mean=0.3, std=0.9, dtype=torch.float64)
    return recipes.Scores(weight_, normal(seed=seed + 1, mean=0.4, std=0.3, dtype=torch.float64), keepdim)


def players(recipes, x_dim=2, y_dim=2, *, seed, keepdim=True):
    """New G, F, D_X and D_Y, the same for the same seed."""
    return {
        "G": affine(recipes, x_dim, y_dim, seed=seed),
        "F": affine(recipes, y_dim, x_dim, seed=seed + 2),
        "D_X": scores(recipes, x_dim, seed=seed + 4, keepdim=keepdim),
        "D_Y": scores(recipes, y_dim, seed=seed + 6, keepdim=keepdim),
    }


def batches(sizes, dims=(2, 2), image=(), *, seed):
    """Unpaired batches of X and Y, far apart."""
    (b, b_), (d, d_) = sizes, dims
    return {
        "x": normal(b, d, *image, seed=seed, mean=-0.6, std=1.1, dtype=torch.float64),
        "y": normal(b_, d_, *image, seed=seed + 1, mean=1.4, std=0.8, dtype=torch.float64),
    }


def sizes_of(inputs, dtype):
    """How messages say with which batches a function was called."""
    shown = [
        f"{name} {'×'.join(map(str, value.shape))}"
        for name, value in inputs.items()
        if isinstance(value, torch.Tensor) and value.dim()
    ]
    return ", ".join([*shown, str(dtype).removeprefix("torch.")])


def of_dtype(inputs, dtype):
    """The same inputs with batches of this dtype; those that asked for a gradient do so again."""
    return {
        name: value.detach().to(dtype).requires_grad_(value.requires_grad) if isinstance(value, torch.Tensor) else value
        for name, value in inputs.items()
    }


def assert_agrees(student, reference, name, draw, *, learners=(), constants=(), **keywords):
    """The student's results are the reference's, and the last one's gradients for the learners; constants get none.

    `draw()` gives new inputs by name. Learners and constants are names of networks or of batches among them.
    """
    for dtype in DTYPES:
        ours, theirs = of_dtype(draw(), torch.float64), of_dtype(draw(), dtype)
        wanted = results_of(name, getattr(reference, name), ours, keywords)
        seen = results_of(name, getattr(student, name), theirs, keywords)
        loss = list(wanted)[-1]
        expected = gradients_of(loss, wanted, ours, learners)
        found = gradients_of(loss, seen, theirs, (*learners, *constants))
        shown = "".join(f", {key} = {value:g}" for key, value in keywords.items())
        where = sizes_of(theirs, dtype) + shown
        try:
            # In float64, unless the reference is given a mistake that changes it. Constants are no matter of values.
            for label, value in wanted.items() if learners or not constants else ():
                known = dtype if value.dtype is torch.float64 else value.dtype
                assert_close(seen.get(label), value, name=label, where=where, dtype=known)
            if (learners or constants) and wanted[loss].requires_grad and not seen[loss].requires_grad:
                raise Mismatch(f"{loss} has no gradient: it is cut off from every network [{where}]")
            for label, value in found.items():
                right = expected.get(label, torch.zeros_like(value))
                assert_close(value.to(dtype), right, name=label, where=where, dtype=dtype)
        except Mismatch as mismatch:
            mismatch.evidence = Evidence(where, {**seen, **found}, {**wanted, **expected})
            raise


def results_of(name, function, inputs, keywords):
    """What a function gives, by label."""
    value = function(*inputs.values(), **keywords)
    return {f"{name}[{key!r}]": item for key, item in value.items()} if isinstance(value, dict) else {name: value}


def gradients_of(label, results, inputs, names):
    """The gradients of one of the results for networks or batches, by label; zeros where nothing leads to them."""
    leaves = {}
    for name in names:
        value = inputs[name]
        if isinstance(value, torch.Tensor):
            leaves[name] = value
        else:
            leaves.update({f"{name}.{key}": leaf for key, leaf in value.named_parameters()})
    leaves = {key: leaf for key, leaf in leaves.items() if leaf.requires_grad}
    loss = results.get(label)
    if not leaves or not isinstance(loss, torch.Tensor) or not loss.requires_grad or loss.dim():
        return {}
    found = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True, retain_graph=True)
    return {
        f"the gradient of {label} with respect to {key}": torch.zeros_like(leaf) if value is None else value
        for (key, leaf), value in zip(leaves.items(), found, strict=True)
    }


def assert_loss_runs(student, reference, name, draw):
    """A function gives results of the right kind, shape and dtype for every form of batches and of scores."""
    actual, expected = getattr(student, name), getattr(reference, name)
    for dtype in DTYPES:
        for size in BATCHES:
            for image in ((), IMAGE):
                for keepdim in (True, False):
                    assert_runs(actual, expected, *of_dtype(draw(size, image, keepdim), dtype).values())
    gapped = {
        key: noncontiguous(value) if isinstance(value, torch.Tensor) else value
        for key, value in draw((3, 3), IMAGE, True).items()
    }
    assert_runs(actual, expected, *gapped.values())


def maps_and_batches(recipes, sizes, dims=(2, 2), image=(), *, seed):
    """G, F, x and y."""
    nets = players(recipes, *dims, seed=seed)
    return {"G": nets["G"], "F": nets["F"], **batches(sizes, dims, image, seed=seed + 10)}


def all_and_batches(recipes, sizes, dims=(2, 2), image=(), *, seed, keepdim=True):
    """G, F, D_X, D_Y, x and y."""
    return {**players(recipes, *dims, seed=seed, keepdim=keepdim), **batches(sizes, dims, image, seed=seed + 10)}


def judged_fake(recipes, size, dim=2, image=(), *, seed, keepdim=True):
    """D and fakes that ask for a gradient."""
    fake = batches((size, 1), (dim, 1), image, seed=seed + 10)["x"].requires_grad_()
    return {"D": scores(recipes, dim, seed=seed, keepdim=keepdim), "fake": fake}


def judged_pair(recipes, sizes, dim=2, image=(), *, seed, keepdim=True):
    """D, real examples, and fakes that ask for a gradient."""
    given = batches(sizes, (dim, dim), image, seed=seed + 10)
    return {
        "D": scores(recipes, dim, seed=seed, keepdim=keepdim),
        "real": given["x"],
        "fake": given["y"].requires_grad_(),
    }


# ------------------------------------------------------------------------------------------------ part 2


@number("2.1.1")
@weight(1)
def test_cycle_loss_runs(student, reference, recipes):
    """cycle_loss returns a scalar"""
    assert_loss_runs(
        student,
        reference,
        "cycle_loss",
        lambda size, image, _: maps_and_batches(recipes, size, (2, 2), image, seed=1100),
    )


@number("2.1.2")
@weight(6)
@requires(test_cycle_loss_runs)
def test_cycle_loss(student, reference, recipes):
    """cycle_loss starts from both domains and measures the absolute error of the way back, in value and in gradient"""
    for seed, dim in ((1230, 3), (1200, 2)):
        assert_agrees(
            student,
            reference,
            "cycle_loss",
            lambda seed=seed, dim=dim: maps_and_batches(recipes, (3, 3), (dim, dim), seed=seed),
            learners=("G", "F"),
        )


@number("2.1.3")
@weight(2)
@requires(test_cycle_loss_runs)
def test_cycle_loss_between_spaces(student, reference, recipes):
    """cycle_loss keeps the domains apart: the line and the plane, grey and coloured images, batches of any two sizes"""

    def line_in_plane():  # there and back is the identity on the line, and forgets an axis of the plane
        unit = torch.tensor([[1.0], [0.0]], dtype=torch.float64)
        return {
            "G": recipes.Affine(unit, torch.zeros(2, dtype=torch.float64)),
            "F": recipes.Affine(unit.T, torch.zeros(1, dtype=torch.float64)),
            **batches((4, 3), (1, 2), seed=1300),
        }

    for size, dims, image in (
        ((3, 5), (2, 2), ()),
        ((3, 5), (2, 3), ()),
        ((5, 1), (3, 2), ()),
        ((2, 3), (1, 3), IMAGE),
    ):
        assert_agrees(
            student,
            reference,
            "cycle_loss",
            lambda size=size, dims=dims, image=image: maps_and_batches(recipes, size, dims, image, seed=1320),
            learners=("G", "F"),
        )
    assert_agrees(student, reference, "cycle_loss", line_in_plane, lam=1.0)


@number("2.1.4")
@weight(2)
@requires(test_cycle_loss_runs)
def test_cycle_loss_weight(student, reference, recipes):
    """lam weighs both directions of cycle_loss alike, and is 10 if it is not given"""
    assert_weight(student, reference, recipes, "cycle_loss", seed=1400)


def assert_weight(student, reference, recipes, name, *, seed):
    """The weight of a loss of two maps: the default, and what is given by place or by name."""

    def draw():
        return maps_and_batches(recipes, (3, 3), seed=seed)

    assert_agrees(student, reference, name, draw, learners=("G", "F"))
    for lam in (1.0, 0.3, 7.0):
        assert_agrees(student, reference, name, draw, learners=("G", "F"), lam=lam)
    assert_agrees(student, reference, name, draw, lam=0.0)
    by_place = getattr(student, name)(*draw().values(), 2.5)
    assert_close(by_place, getattr(reference, name)(*draw().values(), 2.5), name=name, where="lam = 2.5")


@number("2.2.1")
@weight(1)
def test_identity_loss_runs(student, reference, recipes):
    """identity_loss returns a scalar"""
    assert_loss_runs(
        student,
        reference,
        "identity_loss",
        lambda size, image, _: maps_and_batches(recipes, size, (2, 2), image, seed=2100),
    )


@number("2.2.2")
@weight(5)
@requires(test_identity_loss_runs)
def test_identity_loss(student, reference, recipes):
    """identity_loss measures how each map changes examples of its target domain, in value and in gradient"""
    for seed, dim in ((2230, 3), (2200, 2)):
        assert_agrees(
            student,
            reference,
            "identity_loss",
            lambda seed=seed, dim=dim: maps_and_batches(recipes, (3, 3), (dim, dim), seed=seed),
            learners=("G", "F"),
        )


@number("2.2.3")
@weight(2)
@requires(test_identity_loss_runs)
def test_identity_loss_unpaired(student, reference, recipes):
    """identity_loss pairs nothing: batches of any two sizes, images too"""
    for size, image in (((3, 5), ()), ((5, 1), ()), ((2, 3), IMAGE)):
        assert_agrees(
            student,
            reference,
            "identity_loss",
            lambda size=size, image=image: maps_and_batches(recipes, size, (3, 3), image, seed=2300),
            learners=("G", "F"),
        )


@number("2.2.4")
@weight(2)
@requires(test_identity_loss_runs)
def test_identity_loss_weight(student, reference, recipes):
    """lam weighs both maps in identity_loss alike, and is 5 if it is not given"""
    assert_weight(student, reference, recipes, "identity_loss", seed=2400)


@number("2.3.1")
@weight(1)
def test_adv_g_runs(student, reference, recipes):
    """adv_g returns a scalar for scores of every shape"""
    assert_loss_runs(
        student,
        reference,
        "adv_g",
        lambda size, image, keepdim: judged_fake(recipes, size[0], 2, image, seed=3100, keepdim=keepdim),
    )


@number("2.3.2")
@weight(5)
@requires(test_adv_g_runs)
def test_adv_g(student, reference, recipes):
    """adv_g is the least-squares loss of the generator, in value and in its gradient for the fakes"""
    for keepdim in (True, False):
        assert_agrees(
            student,
            reference,
            "adv_g",
            lambda keepdim=keepdim: judged_fake(recipes, 3, 3, seed=3200, keepdim=keepdim),
            learners=("fake",),
        )


@number("2.3.3")
@weight(2)
@requires(test_adv_g_runs)
def test_adv_g_scores(student, reference, recipes):
    """adv_g counts every patch alike, and is exact for scores far from 0 and 1"""
    for keepdim in (True, False):
        assert_agrees(
            student,
            reference,
            "adv_g",
            lambda keepdim=keepdim: judged_fake(recipes, 3, 2, IMAGE, seed=3300, keepdim=keepdim),
            learners=("fake",),
        )
    assert_agrees(
        student, reference, "adv_g", lambda: confident(judged_fake(recipes, 4, seed=3320)), learners=("fake",)
    )


def confident(inputs):
    """The same with scores some hundred away from 0 and 1, on both sides."""
    with torch.no_grad():
        inputs["D"].weight.mul_(200.0)
    return inputs


@number("2.4.1")
@weight(1)
def test_adv_d_runs(student, reference, recipes):
    """adv_d returns a scalar for scores of every shape"""
    assert_loss_runs(
        student,
        reference,
        "adv_d",
        lambda size, image, keepdim: judged_pair(recipes, size, 2, image, seed=4100, keepdim=keepdim),
    )


@number("2.4.2")
@weight(4)
@requires(test_adv_d_runs)
def test_adv_d(student, reference, recipes):
    """adv_d is the least-squares loss of the discriminator, in value and in its gradient for D"""
    for keepdim in (True, False):
        assert_agrees(
            student,
            reference,
            "adv_d",
            lambda keepdim=keepdim: judged_pair(recipes, (3, 3), 3, seed=4200, keepdim=keepdim),
            learners=("D",),
        )


@number("2.4.3")
@weight(2)
@requires(test_adv_d_runs)
def test_adv_d_constant_fake(student, reference, recipes):
    """adv_d sends no gradient to the generator that made fake"""
    assert_agrees(student, reference, "adv_d", lambda: judged_pair(recipes, (3, 3), seed=4300), constants=("fake",))


@number("2.4.4")
@weight(2)
@requires(test_adv_d_runs)
def test_adv_d_scores(student, reference, recipes):
    """adv_d averages each batch by itself, counts every patch alike, and is exact for scores far from 0 and 1"""
    for size, image, keepdim in (
        ((3, 5), (), True),
        ((4, 1), (), False),
        ((2, 3), IMAGE, True),
        ((3, 3), IMAGE, False),
    ):
        assert_agrees(
            student,
            reference,
            "adv_d",
            lambda size=size, image=image, keepdim=keepdim: judged_pair(
                recipes, size, 2, image, seed=4400, keepdim=keepdim
            ),
            learners=("D",),
        )
    assert_agrees(
        student, reference, "adv_d", lambda: confident(judged_pair(recipes, (4, 4), seed=4420)), learners=("D",)
    )


@number("2.5.1")
@weight(2)
@requires(test_cycle_loss_runs, test_identity_loss_runs, test_adv_g_runs, test_adv_d_runs)
def test_losses_leave_no_trace(student, reference, recipes):
    """The losses change no seed and no default of the whole program"""

    def all_losses():
        maps = list(maps_and_batches(recipes, (3, 3), seed=5100).values())
        student.cycle_loss(*maps)
        student.identity_loss(*maps)
        student.adv_g(*judged_fake(recipes, 3, seed=5120).values())
        student.adv_d(*judged_pair(recipes, (3, 3), seed=5140).values())

    assert_no_trace(student, all_losses, name="one of the losses")


# ------------------------------------------------------------------------------------------------ part 3


@number("3.1.1")
@weight(1)
def test_g_total_runs(student, reference, recipes):
    """g_total returns a dict of the four scalars adv, cycle, identity and loss"""
    assert_loss_runs(
        student,
        reference,
        "g_total",
        lambda size, image, keepdim: all_and_batches(recipes, size, (2, 2), image, seed=6100, keepdim=keepdim),
    )


@number("3.1.2")
@weight(4)
@requires(test_g_total_runs)
def test_g_total(student, reference, recipes):
    """g_total returns the right parts and their sum, and the sum has the right gradients for G and F"""
    for seed, dim in ((6230, 3), (6200, 2)):
        assert_agrees(
            student,
            reference,
            "g_total",
            lambda seed=seed, dim=dim: all_and_batches(recipes, (3, 3), (dim, dim), seed=seed),
            learners=("G", "F"),
            lam=2.0,
            lam_id=0.5,
        )


@number("3.1.3")
@weight(2)
@requires(test_g_total_runs)
def test_g_total_weights(student, reference, recipes):
    """lam weighs the cycle and lam_id the identity in g_total, and nothing else; they are 10 and 5 if not given"""

    def draw():
        return all_and_batches(recipes, (3, 3), seed=6300)

    assert_agrees(student, reference, "g_total", draw, learners=("G", "F"))
    for lam, lam_id in ((1.0, 1.0), (0.0, 1.0), (3.0, 0.0), (0.0, 0.0), (10.0, 0.1)):
        assert_agrees(student, reference, "g_total", draw, learners=("G", "F"), lam=lam, lam_id=lam_id)


@number("3.1.4")
@weight(1)
@requires(test_g_total_runs)
def test_g_total_unpaired(student, reference, recipes):
    """g_total pairs nothing: batches of any two sizes, images too"""
    # One of the two sizes is 1: a loss of part 2 that needs pairs has a value here, and costs its points there only.
    for size, image in (((4, 1), ()), ((1, 3), ()), ((3, 1), IMAGE)):
        assert_agrees(
            student,
            reference,
            "g_total",
            lambda size=size, image=image: all_and_batches(recipes, size, (2, 2), image, seed=6400),
            learners=("G", "F"),
            lam=2.0,
            lam_id=0.5,
        )


@number("3.2.1")
@weight(1)
def test_d_total_runs(student, reference, recipes):
    """d_total returns a dict of the three scalars d_x, d_y and loss"""
    assert_loss_runs(
        student,
        reference,
        "d_total",
        lambda size, image, keepdim: all_and_batches(recipes, size, (2, 2), image, seed=7100, keepdim=keepdim),
    )


@number("3.2.2")
@weight(3)
@requires(test_d_total_runs)
def test_d_total(student, reference, recipes):
    """d_total compares each domain with its own fakes, and its sum has the right gradients for D_X and D_Y"""
    for size, dims, image in (
        ((3, 3), (2, 2), ()),
        ((3, 3), (3, 3), ()),
        ((4, 1), (2, 3), ()),
        ((1, 3), (1, 3), IMAGE),
    ):
        assert_agrees(
            student,
            reference,
            "d_total",
            lambda size=size, dims=dims, image=image: all_and_batches(recipes, size, dims, image, seed=7200),
            learners=("D_X", "D_Y"),
        )


@number("3.2.3")
@weight(1.5)
@requires(test_d_total_runs)
def test_d_total_constant_maps(student, reference, recipes):
    """d_total sends no gradient to G or F"""
    assert_agrees(
        student,
        reference,
        "d_total",
        lambda: all_and_batches(recipes, (3, 3), seed=7300),
        constants=("G", "F"),
    )


@number("3.2.4")
@weight(1.5)
@requires(test_d_total_runs)
def test_d_total_pools(student, reference, recipes):
    """d_total asks each pool once, with the fakes of its own domain, and judges the pool's answer"""
    slopes = {"pool_x": (0.5, 3.0), "pool_y": (-2.0, 1.0)}
    for chosen in (("pool_x",), ("pool_y",), ("pool_x", "pool_y")):
        for dims in ((2, 2), (2, 3)):
            asked, answers = {}, {}
            for side in (student, reference):
                pools = {name: side.place(recipes.AffinePool(*slopes[name])) for name in chosen}
                given = all_and_batches(recipes, (3, 3), dims, seed=7400)
                answers[side] = side.d_total(*given.values(), **pools)
                asked[side] = {name: list(pool.asked) for name, pool in pools.items()}
            where = f"{' and '.join(chosen)} given"
            try:
                for key, value in answers[reference].items():
                    assert_close(answers[student].get(key), value.detach(), name=f"d_total[{key!r}]", where=where)
                for name in chosen:
                    count, questions = len(asked[student][name]), asked[reference][name]
                    if count != len(questions):
                        raise Mismatch(f"d_total asks {name} {count} times in a call, but should ask once [{where}]")
                    assert_close(asked[student][name][0], questions[0], name=f"what {name} is asked", where=where)
            except Mismatch as mismatch:
                questions = {name: torch.stack(questions) for name, questions in asked[student].items() if questions}
                mismatch.evidence = Evidence(where, {**answers[student], **questions}, dict(answers[reference]))
                raise


@number("3.3.1")
@weight(1)
def test_pool_runs(student, reference):
    """ImagePool answers with a batch of the shape and dtype of the fakes, without gradient, for every size and batch"""
    for dtype in DTYPES:
        for size, shape in ((0, (3, 2)), (2, (3, 2)), (5, (3, 2)), (1, (1, 2)), (2, (3, 1, 2, 4)), (3, (3,))):
            pool, where = student.ImagePool(size), f"size {size}, x {'×'.join(map(str, shape))}"
            for round_ in range(4):
                x = normal(*shape, seed=8100 + round_, dtype=dtype).requires_grad_()
                answer = pool.query(x)
                assert_close(blank(answer), torch.zeros_like(x.detach()), name="the answer of query", where=where)
                if answer.requires_grad:
                    raise Mismatch(f"the answer of query carries a gradient, but should not [{where}]")
                if size == 0 or (round_ == 0 and len(x) <= size):
                    assert_close(answer, x.detach(), name="the answer of query", where=where)


def blank(value):
    """The same tensor with its values gone."""
    return torch.zeros_like(value) if isinstance(value, torch.Tensor) else value


def counted(start, count, *shape):
    """Examples start, start + 1, ...: every entry of an example is its number."""
    return torch.arange(float(start), start + count).reshape(count, *[1] * len(shape)).expand(count, *shape).clone()


@number("3.3.2")
@weight(2.5)
@requires(test_pool_runs)
def test_pool_given_noise(student, reference):
    """With its noise given, ImagePool fills first, then exchanges example after example as u and slot say"""
    u = torch.tensor([0.7, 0.1, 0.3, 0.9, 0.2, 0.6, 0.4, 0.05])
    for size, batch in ((3, 8), (1, 3), (4, 1), (3, 4), (5, 8)):
        slots = torch.tensor([1, 0, 2, 1, 2, 0, 2, 2]) % size
        for shape in ((2,), (1, 2, 2)):
            pools = student.ImagePool(size), reference.ImagePool(size)
            calls = [
                (counted(10 * i + 1, batch, *shape), u.roll(i)[:batch], slots.roll(3 * i)[:batch]) for i in range(5)
            ]
            where = f"size {size}, {len(calls)} calls with {batch} examples"
            answers, expected = ([pool.query(*call) for call in calls] for pool in pools)
            for answer, right in zip(answers, expected, strict=True):
                assert_close(blank(answer), blank(right), name="the answer of query", where=where)
            assert_close(torch.stack(answers), torch.stack(expected), name="the answers of query", where=where)
    other, pool = student.ImagePool(2), student.ImagePool(2)
    other.query(counted(1, 2, 1))
    answer = pool.query(counted(11, 2, 1), torch.zeros(2), torch.zeros(2, dtype=torch.long))
    assert_close(answer, counted(11, 2, 1), name="the answer of query", where="another pool is full, this one is new")


@number("3.3.3")
@weight(2)
@requires(test_pool_given_noise)
def test_pool_own_noise(student, recipes):
    """With its own noise, a full ImagePool exchanges half of the examples, each on its own, for any stored one alike"""
    assert_no_trace(student, lambda: student.ImagePool(1).query(counted(1, 3, 1)), name="query")
    # False alarms of a correct pool: at most FALSE_ALARM, by Hoeffding's bound; a third of it for each of three.
    size, batch, rounds = 5, 4, 1500
    exchanged, places = replay(student.run(recipes.pool_stream, size, batch, rounds), size)
    half = torch.full((batch,), 0.5)
    assert_bernoulli(
        exchanged, half, false_alarm=FALSE_ALARM / 3, name="the exchanges (1 where a stored one is returned)"
    )
    for place in range(size):
        assert_frequency(
            places == place, 1 / size, FALSE_ALARM / 3 / size, f"the share of exchanges with stored example {place}"
        )
    pairs = places[: len(places) // 2 * 2].reshape(-1, 2)
    assert_frequency(
        pairs[:, 0] == pairs[:, 1], 1 / size, FALSE_ALARM / 3, "the share of two exchanges in a row with the same place"
    )
    u = torch.tensor([0.2, 0.8, 0.3])
    pool = student.ImagePool(1)  # a single place: u alone decides
    pool.query(counted(1, 1, 1))
    answer = pool.query(counted(2, 3, 1), u).reshape(-1)
    assert_close(answer, torch.tensor([1.0, 3.0, 2.0]), name="the answer of query", where="size 1, only u given")


def replay(answers, size):
    """Which of the numbers were exchanged, and for what stored place: from a pool's answers (rounds, batch)."""
    if answers.dim() != 2 or answers.shape[1] != 4:
        raise Mismatch(f"the answers of query have shape {tuple(answers.shape)} together, but should be (1500, 4)")
    place_of = {number_: number_ for number_ in range(size)}
    exchanged, places = [], []
    for fresh, answer in enumerate(answers.reshape(-1).tolist(), start=size):
        exchanged.append(float(answer != fresh))
        if answer != fresh:
            place = place_of.pop(answer, None)
            if place is None:
                raise Mismatch(f"query returns example {answer:g}, but should return fresh or stored ones only")
            place_of[fresh] = place
            places.append(place)
    return torch.tensor(exchanged, dtype=torch.float64).reshape(answers.shape), torch.tensor(places)


def assert_frequency(hits, p, false_alarm, what):
    """Hoeffding: the mean of n independent terms in [0, 1] is this near to its expectation."""
    n = len(hits)
    bound = math.sqrt(math.log(2 / false_alarm) / (2 * n)) if n else 0.0
    share = float(hits.double().mean()) if n else 0.0
    if abs(share - p) > bound:
        raise Mismatch(f"{what} is {share:.3f}, but should be {p:g} within {bound:.3f} ({n} draws)")


@number("3.3.4")
@weight(1.5)
@requires(test_pool_given_noise)
def test_pool_stores_copies(student, reference, recipes):
    """What an ImagePool stores is a copy, without the graph of the generator"""
    noise = torch.tensor([1, 2, 0])
    for given, answers, what in ((True, False, "x"), (False, True, "the answer")):
        seen, expected = (side.run(recipes.pool_written_on, given, answers, noise) for side in (student, reference))
        assert_close(seen, expected, name="the answers of query", where=f"the caller wrote on {what}")
    if student.run(recipes.pool_keeps_graph, 4, 3):
        raise Mismatch("the pool keeps the graph of stored fakes alive, but should store their values only")


def several_batches(dtype=torch.float64):
    """Three unpaired batches; the first one comes back as the last."""
    drawn = [tuple(value.to(dtype) for value in batches((3, 3), seed=9000 + i).values()) for i in (0, 2)]
    return [*drawn, drawn[0]]


def assert_same_state(seen, wanted, name):
    """The parameters of all four networks are equal."""
    for net in PLAYERS:
        for key, value in wanted[net].items():
            assert_close(seen[net][key], value, name=f"{net}.{key}", where=f"after three steps of the {name}")


@number("3.4.1")
@weight(1.5)
@requires(test_g_total)
def test_generator_steps(student, reference, recipes):
    """Steps on the loss of g_total move both generators as they should, and no discriminator"""
    seen, wanted = (
        side.run(
            recipes.generator_steps,
            list(players(recipes, seed=9100).values()),
            several_batches(),
            0.05,
            lam=0.5,
            lam_id=0.25,
        )
        for side in (student, reference)
    )
    assert_same_state(seen, wanted, "generators")


@number("3.4.2")
@weight(1.5)
@requires(test_d_total)
def test_discriminator_steps(student, reference, recipes):
    """Steps on the loss of d_total move both discriminators as they should, and no generator"""
    seen, wanted = (
        side.run(recipes.discriminator_steps, list(players(recipes, seed=9200).values()), several_batches(), 0.05)
        for side in (student, reference)
    )
    assert_same_state(seen, wanted, "discriminators")


@number("3.4.3")
@weight(1)
@requires(test_g_total_runs, test_d_total_runs)
def test_totals_leave_networks_alone(student, recipes):
    """The totals compute losses only: no gradient, mode or requires_grad of a network is different afterwards"""
    for name in ("g_total", "d_total"):
        nets, given = players(recipes, seed=9300), batches((3, 3), seed=9310)
        changed = student.run(recipes.changed_by, name, nets, *given.values())
        if changed:
            raise Mismatch(f"{name} changes {changed[0]}, but should only compute a loss")


STEPS, POOL = 400, 50


@number("3.5.1")
@weight(4)
@timeout(60)
@requires(test_g_total, test_d_total, test_pool_given_noise)
def test_training(student, recipes, trains, device, show):
    """Trained for 400 steps with your totals and pools, G and F translate two domains of the line into each other"""
    x, y = (batch.double() for batch in recipes.domains(2000, torch.Generator().manual_seed(9500)))

    def figures(seed):
        lines, losses = student.run(recipes.train, seed=seed, device=device, steps=STEPS, pool_size=POOL)
        G, F = (lambda t, line=lines[name]: line[0] * t + line[1] for name in ("G", "F"))
        show.samples("x translated by G, beside y", data=y, yours=G(x))
        show.samples("y translated by F, beside x", data=x, yours=F(y))
        show.loss_curve("The loss of g_total in each step", losses)
        return {
            "W1 between G(x) and y": w1(G(x), y),
            "W1 between F(y) and x": w1(F(y), x),
            "the mean of |F(G(x)) - x|": float((F(G(x)) - x).abs().mean()),
        }

    trains(
        figures,
        at_most={"W1 between G(x) and y": 0.8, "W1 between F(y) and x": 0.8, "the mean of |F(G(x)) - x|": 0.4},
    )


def w1(a, b):
    """The Wasserstein distance between two samples of the line of the same size."""
    return float((a.reshape(-1).sort().values - b.reshape(-1).sort().values).abs().mean())
