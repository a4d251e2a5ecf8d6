"""Known wrong implementations, each with the hint it deserves. The hints never contain the formula."""

import weakref
from typing import ClassVar

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder import mistake
from reference.cyclegan import ImagePool as RightPool
from reference.cyclegan import adv_d as right_adv_d
from reference.cyclegan import adv_g as right_adv_g
from reference.cyclegan import cycle_loss as right_cycle_loss
from reference.cyclegan import d_total as right_d_total
from reference.cyclegan import g_total as right_g_total
from reference.cyclegan import identity_loss as right_identity_loss

_OTHER_DIRECTION = "Start from the other domain too."
_DOMAIN = "Which domain does each map take its input from?"
_NORM = "Which norm does the sheet ask for?"
_SIGN = "Errors of opposite signs cancel in your average."
_CONSTANT = (
    "The returned loss is not connected to the networks: detach(), .item(), torch.tensor(...) and no_grad() cut it."
)
_LAM = "Look at where the weight enters: on what, and how often?"
_DEFAULT = "Compare two values of the weight: is the argument used?"
_AVERAGE = "The result grows with the number of entries. How is the error of a batch summed up in one number?"
_HALF_OF_SUM = "Are the two terms added or averaged?"
_GREW_DTYPE = "Results have the dtype of the examples: convert nothing on the way."


def _l1(a, b):
    return (a - b).abs().mean()


# ---------------------------------------------------------------------------------- cycle_loss


@mistake("cycle_loss", _DOMAIN, "CY1")
def cycle_maps_in_the_wrong_order(G, F, x, y, lam=10.0):
    return lam * (_l1(G(F(x)), x) + _l1(F(G(y)), y))


@mistake("cycle_loss", _OTHER_DIRECTION, "CY2")
def cycle_from_x_only(G, F, x, y, lam=10.0):
    return lam * _l1(F(G(x)), x)


@mistake("cycle_loss", _OTHER_DIRECTION, "CY2")
def cycle_from_y_only(G, F, x, y, lam=10.0):
    return lam * _l1(G(F(y)), y)


@mistake("cycle_loss", _NORM, "CY3")
def cycle_squared(G, F, x, y, lam=10.0):
    return lam * ((F(G(x)) - x).square().mean() + (G(F(y)) - y).square().mean())


@mistake("cycle_loss", _NORM)
def cycle_euclidean_per_example(G, F, x, y, lam=10.0):
    there, back = F(G(x)) - x, G(F(y)) - y
    return lam * (there.flatten(1).norm(dim=1).mean() + back.flatten(1).norm(dim=1).mean())


@mistake("cycle_loss", "G's parameters get no gradient from G's own translations: what is cut off on the way?", "CY7")
def cycle_fakes_detached(G, F, x, y, lam=10.0):
    return lam * (_l1(F(G(x).detach()), x) + _l1(G(F(y).detach()), y))


@mistake("cycle_loss", "One of the two directions trains only one of its maps. What is cut off on the way?", "CY7")
def cycle_fake_of_y_detached(G, F, x, y, lam=10.0):
    return lam * (_l1(F(G(x).detach()), x) + _l1(G(F(y)), y))


@mistake("cycle_loss", "One of the two directions trains no map: its term is a constant.", "CY7")
def cycle_one_direction_constant(G, F, x, y, lam=10.0):
    return lam * (_l1(F(G(x)), x) + _l1(G(F(y)), y).detach())


@mistake("cycle_loss", _CONSTANT)
def cycle_constant(G, F, x, y, lam=10.0):
    return right_cycle_loss(G, F, x, y, lam).detach()


@mistake("cycle_loss", "The weight lam does not enter your result.", "CY8")
def cycle_without_lam(G, F, x, y, lam=10.0):
    return right_cycle_loss(G, F, x, y, 1.0)


@mistake("cycle_loss", _DEFAULT, "CY8")
def cycle_lam_always_10(G, F, x, y, lam=10.0):
    return right_cycle_loss(G, F, x, y, 10.0)


@mistake("cycle_loss", _LAM, "CY8")
def cycle_lam_on_one_direction(G, F, x, y, lam=10.0):
    return lam * _l1(F(G(x)), x) + _l1(G(F(y)), y)


@mistake("cycle_loss", _HALF_OF_SUM)
def cycle_average_of_directions(G, F, x, y, lam=10.0):
    return right_cycle_loss(G, F, x, y, lam) / 2


@mistake("cycle_loss", _AVERAGE)
def cycle_summed_over_entries(G, F, x, y, lam=10.0):
    return lam * ((F(G(x)) - x).abs().sum() + (G(F(y)) - y).abs().sum())


@mistake("cycle_loss", "An example with more entries costs more. Over what does the average go?")
def cycle_summed_per_example(G, F, x, y, lam=10.0):
    return lam * ((F(G(x)) - x).abs().sum() / len(x) + (G(F(y)) - y).abs().sum() / len(y))


@mistake("cycle_loss", _SIGN)
def cycle_errors_with_signs(G, F, x, y, lam=10.0):
    return lam * ((F(G(x)) - x).mean() + (G(F(y)) - y).mean())


@mistake("cycle_loss", _SIGN)
def cycle_absolute_value_of_the_mean(G, F, x, y, lam=10.0):
    return lam * ((F(G(x)) - x).mean().abs() + (G(F(y)) - y).mean().abs())


@mistake("cycle_loss", "After there and back, what is the result compared with?")
def cycle_compared_with_the_fake(G, F, x, y, lam=10.0):
    fake_y, fake_x = G(x), F(y)
    return lam * (_l1(F(fake_y), fake_y) + _l1(G(fake_x), fake_x))


@mistake("cycle_loss", "x[i] and y[i] are no pair: nothing compares a translation with an example of the other batch.")
def cycle_supervised_by_the_other_batch(G, F, x, y, lam=10.0):
    return lam * (_l1(y, G(x)) + _l1(x, F(y)))


@mistake("cycle_loss", "Your loss needs batches of the same size and shape: average each direction by itself.", "DL10")
def cycle_directions_added_entry_by_entry(G, F, x, y, lam=10.0):
    return lam * ((F(G(x)) - x).abs() + (G(F(y)) - y).abs()).mean()


@mistake("cycle_loss", _GREW_DTYPE)
def cycle_in_float32(G, F, x, y, lam=10.0):
    return right_cycle_loss(G, F, x, y, lam).float()


# ---------------------------------------------------------------------------------- identity_loss


@mistake("identity_loss", "What should a generator do with an example that is already in its target domain?", "CY4")
def identity_translated_against_the_other_domain(G, F, x, y, lam=5.0):
    return lam * (_l1(G(x), y) + _l1(F(y), x))


@mistake("identity_loss", "Your loss asks G to change nothing at all. Which examples should it leave alone?", "CY5")
def identity_of_the_wrong_map(G, F, x, y, lam=5.0):
    return lam * (_l1(G(x), x) + _l1(F(y), y))


@mistake("identity_loss", "One of the two maps has no say in your loss.", "CY9")
def identity_of_G_only(G, F, x, y, lam=5.0):
    return lam * _l1(G(y), y)


@mistake("identity_loss", "One of the two maps has no say in your loss.", "CY9")
def identity_of_F_only(G, F, x, y, lam=5.0):
    return lam * _l1(F(x), x)


@mistake("identity_loss", "There is no way back in this loss: each map is used once.")
def identity_is_the_cycle(G, F, x, y, lam=5.0):
    return right_cycle_loss(G, F, x, y, lam)


@mistake("identity_loss", _NORM, "CY3")
def identity_squared(G, F, x, y, lam=5.0):
    return lam * ((G(y) - y).square().mean() + (F(x) - x).square().mean())


@mistake("identity_loss", "The weight lam does not enter your result.", "CY8")
def identity_without_lam(G, F, x, y, lam=5.0):
    return right_identity_loss(G, F, x, y, 1.0)


@mistake("identity_loss", _DEFAULT, "CY8")
def identity_lam_always_5(G, F, x, y, lam=5.0):
    return right_identity_loss(G, F, x, y, 5.0)


@mistake("identity_loss", "What is the weight if it is not given? It is not that of the cycle.", "CY8")
def identity_default_of_the_cycle(G, F, x, y, lam=10.0):
    return right_identity_loss(G, F, x, y, lam)


@mistake("identity_loss", _LAM, "CY8")
def identity_lam_on_one_map(G, F, x, y, lam=5.0):
    return lam * _l1(G(y), y) + _l1(F(x), x)


@mistake("identity_loss", "Is there a factor besides lam on the sheet?", "CY8")
def identity_half_of_lam(G, F, x, y, lam=5.0):
    return right_identity_loss(G, F, x, y, lam / 2)


@mistake("identity_loss", _AVERAGE)
def identity_summed_over_entries(G, F, x, y, lam=5.0):
    return lam * ((G(y) - y).abs().sum() + (F(x) - x).abs().sum())


@mistake("identity_loss", "An example with more entries costs more. Over what does the average go?")
def identity_summed_per_example(G, F, x, y, lam=5.0):
    return lam * ((G(y) - y).abs().sum() / len(y) + (F(x) - x).abs().sum() / len(x))


@mistake("identity_loss", _SIGN)
def identity_errors_with_signs(G, F, x, y, lam=5.0):
    return lam * ((G(y) - y).mean() + (F(x) - x).mean())


@mistake("identity_loss", "One of the two maps gets no gradient: its term is a constant.")
def identity_of_F_constant(G, F, x, y, lam=5.0):
    return lam * (_l1(G(y), y) + _l1(F(x).detach(), x))


@mistake("identity_loss", _CONSTANT)
def identity_constant(G, F, x, y, lam=5.0):
    return right_identity_loss(G, F, x, y, lam).detach()


@mistake("identity_loss", "Your loss needs batches of the same size: average each map's errors by themselves.", "DL10")
def identity_maps_added_entry_by_entry(G, F, x, y, lam=5.0):
    return lam * ((G(y) - y).abs() + (F(x) - x).abs()).mean()


# ---------------------------------------------------------------------------------- adv_g

_ONE_HALF = "Compare with the formula on the sheet at score 0: what is the loss there?"
_UNBOUNDED = "Scores are unbounded here."
_TARGETS = "Which score does this player want a fake to have?"
_GAME = "Which game is being played here?"
_ALL_SCORES = "The loss depends on the number of scores. How are they summed up in one number?"
_PATCHES = "A discriminator may give several scores for an example: every score has an error of its own."


def _half_squares(scores, target):
    return 0.5 * (scores - target).square().mean()


@mistake("adv_g", _ONE_HALF, "LS1")
def adv_g_without_half(D, fake):
    return 2 * right_adv_g(D, fake)


@mistake("adv_g", _UNBOUNDED, "LS2")
def adv_g_sigmoid_first(D, fake):
    return _half_squares(torch.sigmoid(D(fake)), 1)


@mistake("adv_g", _TARGETS, "LS3")
def adv_g_target_zero(D, fake):
    return _half_squares(D(fake), 0)


@mistake("adv_g", "Follow the sign: does a step make D more or less sure that the example is fake?", "GL3")
def adv_g_minus_the_loss_of_D(D, fake):
    return -_half_squares(D(fake), 0)


@mistake("adv_g", _TARGETS)
def adv_g_target_minus_one(D, fake):
    return _half_squares(D(fake), -1)


@mistake("adv_g", "The generator's parameters get no gradient: fake is cut off.", "GL4")
def adv_g_fake_detached(D, fake):
    return right_adv_g(D, fake.detach())


@mistake("adv_g", _CONSTANT)
def adv_g_scores_without_grad(D, fake):
    with torch.no_grad():
        return right_adv_g(D, fake)


@mistake("adv_g", _GAME, "GL6")
def adv_g_mean_score(D, fake):
    return -D(fake).mean()


@mistake("adv_g", _GAME)
def adv_g_cross_entropy(D, fake):
    scores = D(fake)
    return binary_cross_entropy_with_logits(scores, torch.ones_like(scores))


@mistake("adv_g", "Which distance from the target does the sheet ask for?")
def adv_g_absolute_error(D, fake):
    return 0.5 * (D(fake) - 1).abs().mean()


@mistake("adv_g", _ALL_SCORES, "DL5")
def adv_g_summed(D, fake):
    return 0.5 * (D(fake) - 1).square().sum()


@mistake("adv_g", "The expectation of a square is not the square of the expectation.")
def adv_g_square_of_the_mean(D, fake):
    return 0.5 * (D(fake).mean() - 1).square()


@mistake("adv_g", _PATCHES)
def adv_g_patches_averaged_first(D, fake):
    scores = D(fake)
    return _half_squares(scores.reshape(len(scores), -1).mean(1), 1)


@mistake("adv_g", _PATCHES)
def adv_g_patches_summed(D, fake):
    scores = D(fake)
    return 0.5 * (scores - 1).square().reshape(len(scores), -1).sum(1).mean()


@mistake("adv_g", "Scores far from the target count too: is something clamped?")
def adv_g_scores_clamped(D, fake):
    return _half_squares(D(fake).clamp(-5, 5), 1)


# ---------------------------------------------------------------------------------- adv_d


@mistake("adv_d", _ONE_HALF, "LS1")
def adv_d_without_half(D, real, fake):
    return 2 * right_adv_d(D, real, fake)


@mistake("adv_d", "Both averages have the factor: do they in your loss?", "LS1")
def adv_d_half_on_real_only(D, real, fake):
    return _half_squares(D(real), 1) + D(fake.detach()).square().mean()


@mistake("adv_d", "Same minimiser, different scale than asked: is there one factor too many?", "DL4")
def adv_d_half_of_the_sum(D, real, fake):
    return right_adv_d(D, real, fake) / 2


@mistake("adv_d", "Which target do real examples have?", "LS3")
def adv_d_targets_swapped(D, real, fake):
    return _half_squares(D(real), 0) + _half_squares(D(fake.detach()), 1)


@mistake("adv_d", "Which target do fakes have on this sheet?")
def adv_d_fake_target_minus_one(D, real, fake):
    return _half_squares(D(real), 1) + _half_squares(D(fake.detach()), -1)


@mistake("adv_d", "The fake batch does not influence this number.", "DL3")
def adv_d_real_only(D, real, fake):
    return _half_squares(D(real), 1)


@mistake("adv_d", "The real batch does not influence this number.", "DL3")
def adv_d_fake_only(D, real, fake):
    return _half_squares(D(fake.detach()), 0)


@mistake("adv_d", "The fake batch does not influence this number.", "DL2")
def adv_d_real_twice(D, real, fake):
    return 2 * _half_squares(D(real), 1)


@mistake("adv_d", "Which player is trained by this loss, and which one should stay out of it?", "DL11")
def adv_d_fake_not_constant(D, real, fake):
    return _half_squares(D(real), 1) + _half_squares(D(fake), 0)


@mistake("adv_d", "D learns nothing from the fakes: look at what exactly is detached.")
def adv_d_scores_of_fake_detached(D, real, fake):
    return _half_squares(D(real), 1) + _half_squares(D(fake).detach(), 0)


@mistake("adv_d", "D learns nothing from real examples: look at what exactly is detached.")
def adv_d_scores_of_real_detached(D, real, fake):
    return _half_squares(D(real).detach(), 1) + _half_squares(D(fake.detach()), 0)


@mistake("adv_d", "The returned loss is not connected to the network.", "DL12")
def adv_d_constant(D, real, fake):
    return right_adv_d(D, real, fake).detach()


@mistake("adv_d", "Should D minimise this?", "DL8")
def adv_d_negative(D, real, fake):
    return -right_adv_d(D, real, fake)


@mistake("adv_d", _UNBOUNDED, "LS2")
def adv_d_sigmoid_first(D, real, fake):
    return _half_squares(torch.sigmoid(D(real)), 1) + _half_squares(torch.sigmoid(D(fake.detach())), 0)


@mistake("adv_d", _GAME)
def adv_d_cross_entropy(D, real, fake):
    real_scores, fake_scores = D(real), D(fake.detach())
    return binary_cross_entropy_with_logits(
        real_scores, torch.ones_like(real_scores)
    ) + binary_cross_entropy_with_logits(fake_scores, torch.zeros_like(fake_scores))


@mistake("adv_d", _GAME, "GL6")
def adv_d_difference_of_means(D, real, fake):
    return D(fake.detach()).mean() - D(real).mean()


@mistake("adv_d", _ALL_SCORES, "DL5")
def adv_d_summed(D, real, fake):
    return 0.5 * (D(real) - 1).square().sum() + 0.5 * D(fake.detach()).square().sum()


@mistake("adv_d", "Try batches of different size: each one has an average of its own.", "LS4")
def adv_d_one_mean_over_both(D, real, fake):
    errors = torch.cat([(D(real) - 1).square(), D(fake.detach()).square()])
    return errors.mean()


@mistake("adv_d", "Your loss needs batches of the same size: average each by itself.", "DL10")
def adv_d_pairs(D, real, fake):
    return 0.5 * ((D(real) - 1).square() + D(fake.detach()).square()).mean()


@mistake("adv_d", _PATCHES)
def adv_d_patches_averaged_first(D, real, fake):
    real_scores, fake_scores = (scores.reshape(len(scores), -1).mean(1) for scores in (D(real), D(fake.detach())))
    return _half_squares(real_scores, 1) + _half_squares(fake_scores, 0)


@mistake("adv_d", "Compare the shapes of scores and targets.", "DL9")
def adv_d_scores_against_a_column(D, real, fake):
    scores = torch.cat([D(real), D(fake.detach())])
    targets = torch.cat([torch.ones(len(real)), torch.zeros(len(fake))]).to(scores)
    if scores.dim() > 2:
        return right_adv_d(D, real, fake)
    return (scores - targets).square().mean()


@mistake("adv_d", "A seed that is set inside makes every later draw of the program the same.")
def adv_d_sets_a_seed(D, real, fake):
    torch.manual_seed(0)
    return right_adv_d(D, real, fake)


@mistake("cycle_loss", "Settings of the whole program are not for a loss to change.")
def cycle_sets_the_default_dtype(G, F, x, y, lam=10.0):
    torch.set_default_dtype(torch.float64)
    return right_cycle_loss(G, F, x, y, lam)


# ---------------------------------------------------------------------------------- g_total

_ROLES = "Which images does each D see as real?"
_ONE_GENERATOR = "Which parameters get a gradient from each part?"
_SUM = "Does every part enter the sum, and once?"
_KEYS = "The keys of the dict are part of the task: see the docstring."
_WEIGHTS = "Which weight belongs to which part, and how often does it enter?"
_NO_BACKWARD = "A loss is computed here, and nothing else: who calls backward()?"


def _parts(adv, cycle, identity):
    return {"adv": adv, "cycle": cycle, "identity": identity, "loss": adv + cycle + identity}


def _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id):
    right = right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)
    return right["adv"], right["cycle"], right["identity"]


@mistake("g_total", _ROLES, "CY6")
def g_total_discriminators_swapped(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    _, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    return _parts(right_adv_g(D_X, G(x)) + right_adv_g(D_Y, F(y)), cycle, identity)


@mistake("g_total", "What does each generator translate? Its discriminator should see that.", "CY1")
def g_total_maps_in_the_wrong_domain(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    _, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    return _parts(right_adv_g(D_Y, G(y)) + right_adv_g(D_X, F(x)), cycle, identity)


@mistake("g_total", _ONE_GENERATOR, "CY9")
def g_total_adversary_of_G_only(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    _, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    return _parts(right_adv_g(D_Y, G(x)), cycle, identity)


@mistake("g_total", _ONE_GENERATOR, "CY9")
def g_total_F_not_trained(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    flags = [(p, p.requires_grad) for p in F.parameters()]
    for p, _ in flags:
        p.requires_grad_(False)
    total = right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)
    for p, flag in flags:
        p.requires_grad_(flag)
    return total


@mistake("g_total", "The fakes are cut off from their generators in one part.", "GL4")
def g_total_fakes_detached(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    _, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    return _parts(right_adv_g(D_Y, G(x).detach()) + right_adv_g(D_X, F(y).detach()), cycle, identity)


@mistake("g_total", "The pool is meant for one player only.", "CY10")
def g_total_fakes_from_a_pool(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    _, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    fake_y, fake_x = (_queried(RightPool(1), fakes) for fakes in (G(x), F(y)))
    return _parts(right_adv_g(D_Y, fake_y) + right_adv_g(D_X, fake_x), cycle, identity)


def _queried(pool, fakes):
    """The pool's answer where every example that can be exchanged is."""
    return pool.query(fakes, torch.zeros(len(fakes)), torch.zeros(len(fakes), dtype=torch.long))


@mistake("g_total", "G gets no gradient from its own cycle: what is cut off on the way?", "CY7")
def g_total_cycle_of_detached_fakes(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    adv, _, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    fake_y, fake_x = G(x).detach(), F(y).detach()
    return _parts(adv, lam * (_l1(F(fake_y), x) + _l1(G(fake_x), y)), identity)


@mistake("g_total", "This is the other player's loss: what does a generator want its fakes to be taken for?")
def g_total_loss_of_the_discriminators(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    _, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    return _parts(right_adv_d(D_Y, y, G(x)) + right_adv_d(D_X, x, F(y)), cycle, identity)


@mistake("g_total", "Are the two generators' losses added or averaged?")
def g_total_average_of_adversaries(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    adv, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    return _parts(adv / 2, cycle, identity)


@mistake("g_total", _WEIGHTS, "CY8")
def g_total_lam_on_everything(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    adv, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, 1.0, lam_id)
    return {"adv": adv, "cycle": lam * cycle, "identity": identity, "loss": lam * (adv + cycle + identity)}


@mistake("g_total", _WEIGHTS, "CY8")
def g_total_weights_twice(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    adv, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, lam, lam_id)
    return {"adv": adv, "cycle": cycle, "identity": identity, "loss": adv + lam * cycle + lam_id * identity}


@mistake("g_total", "The parts are asked for with their weights in them.", "CY8")
def g_total_parts_without_weights(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    adv, cycle, identity = _g_parts(G, F, D_X, D_Y, x, y, 1.0, 1.0)
    return {"adv": adv, "cycle": cycle, "identity": identity, "loss": adv + lam * cycle + lam_id * identity}


@mistake("g_total", _WEIGHTS, "CY8")
def g_total_weights_exchanged(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    return right_g_total(G, F, D_X, D_Y, x, y, lam_id, lam)


@mistake("g_total", "Is lam_id handed on to the loss that it belongs to?", "CY8")
def g_total_lam_id_ignored(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    return right_g_total(G, F, D_X, D_Y, x, y, lam, 5.0)


@mistake("g_total", "Is lam handed on to the loss that it belongs to?", "CY8")
def g_total_lam_ignored(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    return right_g_total(G, F, D_X, D_Y, x, y, 10.0, lam_id)


@mistake("g_total", "The two weights have nothing to do with each other.", "CY8")
def g_total_lam_id_times_lam(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    return right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id * lam)


@mistake("g_total", "What are the two weights if they are not given? They are not equal.", "CY8")
def g_total_other_default(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=10.0):
    return right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)


@mistake("g_total", _SUM)
def g_total_sum_without_identity(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    total = right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)
    return {**total, "loss": total["adv"] + total["cycle"]}


@mistake("g_total", _SUM)
def g_total_sum_without_adversaries(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    total = right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)
    return {**total, "loss": total["cycle"] + total["identity"]}


@mistake("g_total", _SUM)
def g_total_sum_without_cycle(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    total = right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)
    return {**total, "loss": total["adv"] + total["identity"]}


@mistake("g_total", _CONSTANT)
def g_total_sum_of_numbers(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    return {key: value.detach() for key, value in right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id).items()}


@mistake("g_total", _KEYS)
def g_total_other_keys(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    total = right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)
    return {"gan": total["adv"], "cycle": total["cycle"], "identity": total["identity"], "total": total["loss"]}


@mistake("g_total", _KEYS)
def g_total_tuple(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    return tuple(right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id).values())


@mistake("g_total", _NO_BACKWARD)
def g_total_calls_backward(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    total = right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)
    total["loss"].backward(retain_graph=True)
    return total


@mistake("g_total", "The discriminators need their gradients again in the next step.")
def g_total_leaves_discriminators_frozen(G, F, D_X, D_Y, x, y, lam=10.0, lam_id=5.0):
    for D in (D_X, D_Y):
        for p in D.parameters():
            p.requires_grad_(False)
    return right_g_total(G, F, D_X, D_Y, x, y, lam, lam_id)


# ---------------------------------------------------------------------------------- d_total


def _judged(d_x, d_y):
    return {"d_x": d_x, "d_y": d_y, "loss": d_x + d_y}


def _asked(pool, fakes):
    fakes = fakes.detach()
    return fakes if pool is None else pool.query(fakes)


@mistake("d_total", _ROLES, "CY6")
def d_total_discriminators_swapped(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x, fake_y = _asked(pool_x, F(y)), _asked(pool_y, G(x))
    return _judged(right_adv_d(D_X, y, fake_y), right_adv_d(D_Y, x, fake_x))


@mistake("d_total", "Are the fakes that D_X sees fakes of X? Which map makes those?", "CY6")
def d_total_fakes_swapped(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x, fake_y = _asked(pool_x, G(x)), _asked(pool_y, F(y))
    return _judged(right_adv_d(D_X, x, fake_x), right_adv_d(D_Y, y, fake_y))


@mistake("d_total", _DOMAIN, "CY1")
def d_total_maps_in_the_wrong_domain(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x, fake_y = _asked(pool_x, F(x)), _asked(pool_y, G(y))
    return _judged(right_adv_d(D_X, x, fake_x), right_adv_d(D_Y, y, fake_y))


@mistake("d_total", "Does each D see fakes, or the real examples of the other domain?")
def d_total_real_for_fake(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    return _judged(right_adv_d(D_X, x, _asked(pool_x, y)), right_adv_d(D_Y, y, _asked(pool_y, x)))


@mistake("d_total", "The fakes here come from two translations. How many does a fake need?")
def d_total_judges_the_cycle(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x, fake_y = _asked(pool_x, F(G(x))), _asked(pool_y, G(F(y)))
    return _judged(right_adv_d(D_X, x, fake_x), right_adv_d(D_Y, y, fake_y))


@mistake("d_total", "The generators get a gradient from their opponents' loss. What should a fake be here?", "DL11")
def d_total_fakes_not_constant(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x = F(y) if pool_x is None else pool_x.query(F(y))
    fake_y = G(x) if pool_y is None else pool_y.query(G(x))
    d_x, d_y = (
        _half_squares(D(real), 1) + _half_squares(D(fake), 0) for D, real, fake in ((D_X, x, fake_x), (D_Y, y, fake_y))
    )
    return _judged(d_x, d_y)


@mistake("d_total", "One generator gets a gradient from its opponent's loss. Are both fakes constants?", "DL11")
def d_total_fake_of_y_not_constant(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_y = G(x) if pool_y is None else pool_y.query(G(x))
    d_y = _half_squares(D_Y(y), 1) + _half_squares(D_Y(fake_y), 0)
    return _judged(right_adv_d(D_X, x, _asked(pool_x, F(y))), d_y)


@mistake("d_total", "Which discriminator gets no gradient from your sum?", "CY9")
def d_total_sum_without_d_x(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    total = right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)
    return {**total, "loss": total["d_y"] + 0 * total["d_x"]}


@mistake("d_total", _HALF_OF_SUM, "DL4")
def d_total_average_of_both(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    total = right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)
    return {**total, "loss": total["loss"] / 2}


@mistake("d_total", "Is there one factor too many? The factor 1/2 is in the losses already.", "DL4")
def d_total_halved_again(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    return {key: value / 2 for key, value in right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y).items()}


@mistake("d_total", _CONSTANT, "DL12")
def d_total_without_grad(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    with torch.no_grad():
        return right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)


@mistake("d_total", "This is the generators' loss: where do the real examples enter?")
def d_total_loss_of_the_generators(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    fake_x, fake_y = _asked(pool_x, F(y)), _asked(pool_y, G(x))
    return _judged(right_adv_g(D_X, fake_x), right_adv_g(D_Y, fake_y))


@mistake("d_total", _KEYS)
def d_total_other_keys(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    d_x, d_y, loss = right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y).values()
    return {"D_X": d_x, "D_Y": d_y, "loss": loss}


@mistake("d_total", "Does a pool that is given change what the discriminators see?")
def d_total_pools_ignored(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    return right_d_total(G, F, D_X, D_Y, x, y)


@mistake("d_total", "Does a pool that is given change what the discriminators see?")
def d_total_answers_of_pools_unused(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    _asked(pool_x, F(y)), _asked(pool_y, G(x))
    return right_d_total(G, F, D_X, D_Y, x, y)


@mistake("d_total", "Which of the two pools holds which fakes?")
def d_total_pools_swapped(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    return right_d_total(G, F, D_X, D_Y, x, y, pool_y, pool_x)


@mistake("d_total", "Each pool is meant to be used without the other one too.")
def d_total_one_pool_for_both(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    return right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_x)


@mistake("d_total", "What belongs into a pool: real examples or fakes?")
def d_total_pools_of_real_examples(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    with torch.no_grad():
        fake_x, fake_y = F(y), G(x)
    return _judged(right_adv_d(D_X, _asked(pool_x, x), fake_x), right_adv_d(D_Y, _asked(pool_y, y), fake_y))


@mistake("d_total", "How often does one step ask a pool? Every question changes what is stored.")
def d_total_pools_asked_twice(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    _asked(pool_x, F(y)), _asked(pool_y, G(x))
    return right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)


@mistake("d_total", _NO_BACKWARD)
def d_total_calls_backward(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    total = right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)
    total["loss"].backward(retain_graph=True)
    return total


@mistake("d_total", "The generators need their gradients again in the next step.")
def d_total_leaves_maps_frozen(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    for p in [*G.parameters(), *F.parameters()]:
        p.requires_grad_(False)
    return right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)


@mistake("d_total", "Do the networks stay in the mode in which they came?", "TR5")
def d_total_maps_in_eval_mode(G, F, D_X, D_Y, x, y, pool_x=None, pool_y=None):
    G.eval(), F.eval()
    return right_d_total(G, F, D_X, D_Y, x, y, pool_x, pool_y)


# ---------------------------------------------------------------------------------- ImagePool

_FAIR_COIN = "How often is a stored example returned once the pool is full, and which one?"
_OWN_COIN = "Does every example of a batch have noise of its own?"
_GIVEN = "If noise is given, the answer is a function of it: which number belongs to which example?"
_REPLACED = "What happens to the new example, and to the stored one, when an old one is returned?"
_COPY = "Whose memory is stored? Write on the batch after the call, and look again."
_NO_GRAPH = "Does anything that is stored or returned still lead back to the generator?"
_FILLS = "What happens with an example that comes while the pool still has room? Go through a batch larger than that."


class _Pool:
    """A pool in the words of the task, with every rule in a method of its own."""

    def __init__(self, size):
        self.size, self.stored = size, []

    def query(self, x, u=None, slot=None):
        x = x.detach()
        if self.size == 0:
            return x
        u, slot = self.coins(x, u), self.places(x, slot)
        return torch.stack([self.one(example, u[i] < 0.5, int(slot[i])) for i, example in enumerate(x)])

    def coins(self, x, u):
        return torch.rand(len(x)) if u is None else u

    def places(self, x, slot):
        return torch.randint(self.size, (len(x),)) if slot is None else slot

    def one(self, example, change, place):
        if len(self.stored) < self.size:
            self.stored.append(example.clone())
            return example
        return self.exchange(example, place) if change else example

    def exchange(self, example, place):
        old, self.stored[place] = self.stored[place], example.clone()
        return old


@mistake("ImagePool", "On which side of 1/2 is an example exchanged?")
class pool_exchanges_where_u_is_large(_Pool):
    def one(self, example, change, place):
        return super().one(example, not change, place)


@mistake("ImagePool", "Is there ever an old example in an answer?")
class pool_always_fresh(_Pool):
    def exchange(self, example, place):
        super().exchange(example, place)
        return example


@mistake("ImagePool", _FAIR_COIN)
class pool_always_exchanges(_Pool):
    def one(self, example, change, place):
        return super().one(example, True, place)


@mistake("ImagePool", _REPLACED)
class pool_never_replaces(_Pool):
    def exchange(self, example, place):
        return self.stored[place]


@mistake("ImagePool", _REPLACED)
class pool_replaces_without_returning_the_old(_Pool):
    def one(self, example, change, place):
        if len(self.stored) == self.size and not change:
            self.stored[place] = example.clone()
            return example
        return super().one(example, change, place)


@mistake("ImagePool", "Which number has the place of a new example, after it was exchanged for an old one?")
class pool_appends_the_new(_Pool):
    def exchange(self, example, place):
        old = self.stored.pop(place)
        self.stored.append(example.clone())
        return old


@mistake("ImagePool", _GIVEN)
class pool_first_in_first_out(_Pool):
    def exchange(self, example, place):
        self.stored.append(example.clone())
        return self.stored.pop(0)


@mistake("ImagePool", _OWN_COIN)
class pool_one_coin_for_a_batch(_Pool):
    def coins(self, x, u):
        return (torch.rand(1) if u is None else u[:1]).expand(len(x))


@mistake("ImagePool", _OWN_COIN)
class pool_own_coin_for_a_batch(_Pool):
    def coins(self, x, u):
        return torch.rand(1).expand(len(x)) if u is None else u


@mistake("ImagePool", "Do all exchanges of a batch go to the same place when you draw it yourself?")
class pool_own_place_for_a_batch(_Pool):
    def places(self, x, slot):
        return torch.randint(self.size, (1,)).expand(len(x)) if slot is None else slot


@mistake("ImagePool", "Are the numbers that you draw fresh in every call?")
class pool_reseeds(_Pool):
    def query(self, x, u=None, slot=None):
        torch.manual_seed(0)
        return super().query(x, u, slot)


@mistake("ImagePool", "With your own noise: is either outcome as likely as the other?")
class pool_own_coin_normal(_Pool):
    def coins(self, x, u):
        return torch.randn(len(x)) if u is None else u


@mistake("ImagePool", "With your own noise: can every stored example be drawn? Is the upper end of the range included?")
class pool_never_draws_the_last(_Pool):
    def places(self, x, slot):
        return torch.randint(max(self.size - 1, 1), (len(x),)) if slot is None else slot


@mistake("ImagePool", "With your own noise: can every stored example be drawn?")
class pool_draws_the_first_only(_Pool):
    def places(self, x, slot):
        return torch.zeros(len(x), dtype=torch.long) if slot is None else slot


@mistake("ImagePool", "Is the noise that is given used?")
class pool_ignores_given_coins(_Pool):
    def coins(self, x, u):
        return super().coins(x, None)


@mistake("ImagePool", "Is the noise that is given used?")
class pool_ignores_given_places(_Pool):
    def places(self, x, slot):
        return super().places(x, None)


@mistake("ImagePool", _GIVEN)
class pool_saves_noise_while_it_fills(_Pool):
    def query(self, x, u=None, slot=None):
        filled = min(self.size - len(self.stored), len(x))
        if u is not None and filled:
            u = u.roll(filled)
        if slot is not None and filled:
            slot = slot.roll(filled)
        return super().query(x, u, slot)


@mistake("ImagePool", _FILLS)
class pool_too_large_by_one(_Pool):
    def one(self, example, change, place):
        if len(self.stored) <= self.size:
            self.stored.append(example.clone())
            return example
        return self.exchange(example, place) if change else example


@mistake("ImagePool", _FILLS)
class pool_fills_with_whole_batches(_Pool):
    def query(self, x, u=None, slot=None):
        if len(self.stored) < self.size:
            self.stored += [example.clone() for example in x.detach()]
            return x.detach()
        return super().query(x, u, slot)


@mistake("ImagePool", _FILLS)
class pool_exchanges_while_it_fills(_Pool):
    def one(self, example, change, place):
        if self.stored and place < len(self.stored) < self.size and change:
            return self.exchange(example, place)
        return super().one(example, change, place)


@mistake("ImagePool", "May an example of the batch be drawn by a later one of the same batch? Take them one by one.")
class pool_draws_for_the_batch_at_once(_Pool):
    def query(self, x, u=None, slot=None):
        if len(self.stored) < self.size or self.size == 0:
            return super().query(x, u, slot)
        u, slot, x = self.coins(x, u), self.places(x, slot), x.detach()
        before = list(self.stored)
        answer = [before[int(k)] if c < 0.5 else example for example, c, k in zip(x, u, slot, strict=True)]
        for example, c, k in zip(x, u, slot, strict=True):
            if c < 0.5:
                self.stored[int(k)] = example.clone()
        return torch.stack(answer)


@mistake("ImagePool", "The order of the answer is the order of the question.")
class pool_old_ones_first(_Pool):
    def query(self, x, u=None, slot=None):
        answer = super().query(x, u, slot)
        old = [not torch.equal(a, b) for a, b in zip(answer, x.detach(), strict=True)]
        order = sorted(range(len(x)), key=lambda i: not old[i])
        return answer[order]


@mistake("ImagePool", _COPY)
class pool_stores_views(_Pool):
    def one(self, example, change, place):
        if len(self.stored) < self.size:
            self.stored.append(example)
            return example
        return self.exchange(example, place) if change else example

    def exchange(self, example, place):
        old, self.stored[place] = self.stored[place], example
        return old


@mistake("ImagePool", _COPY)
class pool_gives_its_memory_away(_Pool):
    def query(self, x, u=None, slot=None):
        if self.size and not self.stored and len(x) <= self.size:
            kept = x.detach().clone()
            self.stored = list(kept)
            return kept
        return super().query(x, u, slot)


@mistake("ImagePool", _NO_GRAPH, "CY10")
class pool_answers_with_gradient(RightPool):
    def query(self, x, u=None, slot=None):
        return super().query(x, u, slot) + 0 * x


@mistake("ImagePool", _NO_GRAPH)
class pool_stores_the_graph(_Pool):
    def query(self, x, u=None, slot=None):
        if self.size == 0:
            return x.detach()
        u, slot = self.coins(x, u), self.places(x, slot)
        return torch.stack([self.one(example, u[i] < 0.5, int(slot[i])) for i, example in enumerate(x)]).detach()


@mistake("ImagePool", "A pool that stores nothing has an answer too.")
class pool_of_size_zero_fails(_Pool):
    def __init__(self, size):
        super().__init__(max(size, 1))


@mistake("ImagePool", "The answer has the shape and dtype of the question.")
class pool_answers_in_float32(_Pool):
    def query(self, x, u=None, slot=None):
        return super().query(x, u, slot).float()


@mistake("ImagePool", "The answer is a batch: a tensor with the shape and dtype of the question.")
class pool_answers_with_a_list(_Pool):
    def query(self, x, u=None, slot=None):
        return list(super().query(x, u, slot))


@mistake("ImagePool", "The answer is a batch: a tensor with the shape and dtype of the question.")
class pool_answers_with_an_axis_more(_Pool):
    def query(self, x, u=None, slot=None):
        return super().query(x, u, slot).unsqueeze(1)


@mistake("ImagePool", "Is one entry of the pool an example, or a batch?")
class pool_of_batches(_Pool):
    def query(self, x, u=None, slot=None):
        if self.size == 0:
            return x.detach()
        u, slot = self.coins(x, u), self.places(x, slot)
        return self.one(x.detach(), u[0] < 0.5, int(slot[0]))


@mistake("ImagePool", "A second pool is not empty: where does the list of stored examples live?")
class pool_shares_its_list(_Pool):
    _alive: ClassVar = (
        weakref.WeakSet()
    )  # with the last pool the list is gone, so that one check does not spoil the next

    def __init__(self, size):
        super().__init__(size)
        other = next(iter(self._alive), None)
        if other is not None:
            self.stored = other.stored
        self._alive.add(self)
