"""Known wrong implementations, each with the hint it deserves. The hints never contain the formula."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from autograder import mistake
from reference.cgan import CondDisc as RightCondDisc
from reference.gan_losses import d_loss, g_loss_ns
from reference.gan_networks import conv_features, init_weights
from reference.wgan import interpolate as right_interpolate

_GROWS = "The result grows with the batch size. Check which axis you reduce, and how."
_CUT = "The result is not connected to all of its inputs: look for detach(), .data, .item() and no_grad()."
_RANGE = "What range may the scores of a Wasserstein critic take?"
_WHICH_SIGN = "Should the critic score real examples higher or lower?"
_DIRECTION = "Should a step of the generator raise or lower the score of its samples?"
_SEGMENT = "Are your points on the segment between the real and the fake example?"
_ONE_NORM = "One norm per example: what is the shape of your norms?"
_BY_HAND = "Write the penalty for a slope of 2, and of 1/2, by hand."
_EACH = "Every example has a place of its own on its segment, drawn anew for every call. How many numbers do you draw?"
_HALF = "Your loss has the right minimiser, but another scale than asked."
_SEED = "Two calls should not give the same numbers. Where is a seed set, and who else draws after you?"

# ---------------------------------------------------------------------------------- critic_loss


@mistake("critic_loss", _WHICH_SIGN, "GP12")
def critic_swapped(d_real, d_fake):
    return d_real.mean() - d_fake.mean()


@mistake("critic_loss", _GROWS, "KL5")
def critic_sum(d_real, d_fake):
    return d_fake.sum() - d_real.sum()


@mistake("critic_loss", _RANGE, "GP13")
def critic_sigmoid(d_real, d_fake):
    return d_fake.sigmoid().mean() - d_real.sigmoid().mean()


@mistake("critic_loss", "Which game is played here? There are no probabilities in this one.", "GP13")
def critic_cross_entropy(d_real, d_fake):
    return d_loss(d_real, d_fake)


@mistake("critic_loss", "Scores of this critic have no margin beyond which they stop to count.", "GP13")
def critic_hinge(d_real, d_fake):
    return (1 - d_real).relu().mean() + (1 + d_fake).relu().mean()


@mistake("critic_loss", "The batch of fakes does not influence this number.", "DL3")
def critic_without_fake(d_real, d_fake):
    return -d_real.mean() + 0 * d_fake.sum()


@mistake("critic_loss", "The batch of real examples does not influence this number.", "DL3")
def critic_without_real(d_real, d_fake):
    return d_fake.mean() + 0 * d_real.sum()


@mistake("critic_loss", "Both terms push the scores the same way.", "GP12")
def critic_added(d_real, d_fake):
    return d_fake.mean() + d_real.mean()


@mistake("critic_loss", "A critic that is wrong about everything should have a high loss, not a low one.")
def critic_absolute(d_real, d_fake):
    return -(d_fake.mean() - d_real.mean()).abs()


@mistake("critic_loss", _HALF, "DL4")
def critic_halved(d_real, d_fake):
    return 0.5 * (d_fake.mean() - d_real.mean())


@mistake("critic_loss", "The real scores get no gradient: why are they cut off?", "DL12")
def critic_real_detached(d_real, d_fake):
    return d_fake.mean() - d_real.detach().mean()


@mistake(
    "critic_loss", "The fake scores get no gradient: the generator is cut off before the critic, not after it.", "DL12"
)
def critic_fake_detached(d_real, d_fake):
    return d_fake.detach().mean() - d_real.mean()


@mistake("critic_loss", "A number that was taken out of its tensor has no gradient any more.", "DL12")
def critic_rebuilt(d_real, d_fake):
    return torch.tensor(d_fake.mean().item() - d_real.mean().item(), dtype=d_real.dtype)


@mistake("critic_loss", "The two batches may differ in size: can you still pair their entries?", "DL10")
def critic_paired(d_real, d_fake):
    return (d_fake - d_real).mean()


@mistake("critic_loss", "Each batch is averaged by itself: what if one of them is larger?", "DL10")
def critic_one_mean(d_real, d_fake):
    return 2 * torch.cat([d_fake.reshape(-1), -d_real.reshape(-1)]).mean()


@mistake("critic_loss", "Your result does not have the precision of the inputs.")
def critic_float32(d_real, d_fake):
    return d_fake.float().mean() - d_real.float().mean()


@mistake("critic_loss", "The loss is one number for the batch.")
def critic_per_example(d_real, d_fake):
    return d_fake - d_real


@mistake("critic_loss", "Scale your critic by 10: may the loss stop to follow?", "GP13")
def critic_clamped(d_real, d_fake):
    return (d_fake.mean() - d_real.mean()).clamp(-100, 100)


@mistake("critic_loss", "A function that changes the default dtype changes it for everybody.")
def critic_default_dtype(d_real, d_fake):
    torch.set_default_dtype(torch.float64)
    return d_fake.mean() - d_real.mean()


# ---------------------------------------------------------------------------------- wgan_g_loss


@mistake("wgan_g_loss", _DIRECTION, "GP12")
def wgan_g_sign(d_fake):
    return d_fake.mean()


@mistake("wgan_g_loss", _GROWS, "KL5")
def wgan_g_sum(d_fake):
    return -d_fake.sum()


@mistake("wgan_g_loss", "Which game is played here? There are no probabilities in this one.", "GP13")
def wgan_g_non_saturating(d_fake):
    return g_loss_ns(d_fake)


@mistake("wgan_g_loss", "Which game is played here? A generator of this one maximises no probability.", "GP13")
def wgan_g_saturating(d_fake):
    return F.logsigmoid(-d_fake).mean()


@mistake("wgan_g_loss", _RANGE, "GP13")
def wgan_g_sigmoid(d_fake):
    return -d_fake.sigmoid().mean()


@mistake("wgan_g_loss", "Scores aim at no target value in this game.")
def wgan_g_least_squares(d_fake):
    return 0.5 * (d_fake - 1).square().mean()


@mistake("wgan_g_loss", "Try a batch whose scores are all negative.")
def wgan_g_absolute(d_fake):
    return -d_fake.abs().mean()


@mistake("wgan_g_loss", _HALF, "DL4")
def wgan_g_halved(d_fake):
    return -0.5 * d_fake.mean()


@mistake("wgan_g_loss", "The parameters of the generator get no gradient.", "GL4")
def wgan_g_detached(d_fake):
    return -d_fake.detach().mean()


@mistake("wgan_g_loss", "The loss is one number for the batch.")
def wgan_g_per_example(d_fake):
    return -d_fake


@mistake("wgan_g_loss", "Your result does not have the precision of the inputs.")
def wgan_g_float32(d_fake):
    return -d_fake.float().mean()


@mistake("wgan_g_loss", "Scores beyond a bound still count.", "GP13")
def wgan_g_clamped(d_fake):
    return -d_fake.clamp(-100, 100).mean()


# ---------------------------------------------------------------------------------- w1_empirical

_PAIRS = "Which point should be carried where? The order in which the samples arrive means nothing."
_COST = "What does it cost to carry one unit of mass over a distance of 2?"


@mistake("w1_empirical", _PAIRS)
def w1_unsorted(a, b):
    return (a - b).abs().mean()


@mistake("w1_empirical", _PAIRS)
def w1_one_sorted(a, b):
    return (a.sort().values - b).abs().mean()


@mistake("w1_empirical", "Who should go to the largest place: the smallest or the largest?")
def w1_opposite_order(a, b):
    return (a.sort().values - b.sort(descending=True).values).abs().mean()


@mistake(
    "w1_empirical", "Each of the n points carries the same share of the mass. What do the shares add up to?", "KL5"
)
def w1_summed(a, b):
    return (a.sort().values - b.sort().values).abs().sum()


@mistake("w1_empirical", _COST)
def w1_squared(a, b):
    return (a.sort().values - b.sort().values).square().mean()


@mistake("w1_empirical", _COST + " This is the distance of another order.")
def w1_of_order_two(a, b):
    return (a.sort().values - b.sort().values).square().mean().sqrt()


@mistake("w1_empirical", "All mass travels, not only the piece with the longest way.")
def w1_largest(a, b):
    return (a.sort().values - b.sort().values).abs().max()


@mistake("w1_empirical", "Two samples with the same mean need not be the same: what is their distance?")
def w1_of_means(a, b):
    return (a.mean() - b.mean()).abs()


@mistake("w1_empirical", "Can a distance be negative? Think of mass that moves to the left.")
def w1_signed(a, b):
    return (a.sort().values - b.sort().values).mean()


@mistake("w1_empirical", "The distance of a sample to itself is zero: what do you get?")
def w1_all_pairs(a, b):
    return (a[:, None] - b).abs().mean()


@mistake("w1_empirical", "A plan must send the same mass to every place: may two points share one?")
def w1_nearest(a, b):
    return (a[:, None] - b).abs().amin(1).mean()


@mistake("w1_empirical", "sort() gives values and indices: which do you compare?")
def w1_ranks(a, b):
    return (a.argsort() - b.argsort()).abs().to(a.dtype).mean() + 0 * (a + b).sum()


@mistake("w1_empirical", _CUT, "DL12")
def w1_through_numpy(a, b):
    gap = np.abs(np.sort(a.detach().numpy()) - np.sort(b.detach().numpy())).mean()
    return torch.tensor(gap, dtype=a.dtype)


@mistake("w1_empirical", "One of the two samples gets no gradient.", "DL12")
def w1_b_detached(a, b):
    return (a.sort().values - b.detach().sort().values).abs().mean()


@mistake("w1_empirical", "Your result does not have the precision of the inputs.")
def w1_float32(a, b):
    return (a.float().sort().values - b.float().sort().values).abs().mean()


# ---------------------------------------------------------------------------------- interpolate


def _columns(alpha, x):
    return alpha.reshape(len(x), *[1] * (x.dim() - 1))


def _segment(x_real, x_fake, alpha):
    return alpha * x_real + (1 - alpha) * x_fake


def _drawn(x, alpha=None):
    return _columns(torch.rand(len(x), dtype=x.dtype) if alpha is None else alpha, x)


@mistake("interpolate", "Which end should alpha = 1 give?")
def interpolate_swapped(x_real, x_fake, alpha=None):
    return _segment(x_fake, x_real, _drawn(x_real, alpha))


@mistake("interpolate", "Change alpha: does your result change with it?")
def interpolate_ignores_alpha(x_real, x_fake, alpha=None):
    return _segment(x_real, x_fake, _drawn(x_real))


@mistake("interpolate", "Is the middle the only point of a segment?")
def interpolate_middle(x_real, x_fake, alpha=None):
    return 0.5 * (x_real + x_fake) + 0 * _drawn(x_real, alpha)


@mistake("interpolate", _SEGMENT + " How many random numbers does one example get?", "GP6")
def interpolate_per_entry(x_real, x_fake, alpha=None):
    return _segment(x_real, x_fake, torch.rand_like(x_real) if alpha is None else _columns(alpha, x_real))


@mistake("interpolate", _SEGMENT + " Which values can your weight take?", "GP7")
def interpolate_normal_alpha(x_real, x_fake, alpha=None):
    return _segment(
        x_real, x_fake, _drawn(x_real, torch.randn(len(x_real), dtype=x_real.dtype) if alpha is None else alpha)
    )


@mistake("interpolate", _EACH, "GP8")
def interpolate_one_alpha(x_real, x_fake, alpha=None):
    return _segment(x_real, x_fake, torch.rand((), dtype=x_real.dtype) if alpha is None else _columns(alpha, x_real))


@mistake("interpolate", _SEED)
def interpolate_seeds(x_real, x_fake, alpha=None):
    torch.manual_seed(0)
    return _segment(x_real, x_fake, _drawn(x_real, alpha))


@mistake("interpolate", _SEED)
def interpolate_own_seeded_generator(x_real, x_fake, alpha=None):
    if alpha is None:
        alpha = torch.rand(len(x_real), generator=torch.Generator().manual_seed(42), dtype=x_real.dtype)
    return _segment(x_real, x_fake, _columns(alpha, x_real))


@mistake("interpolate", "Are the places of two neighbours in the batch independent?")
def interpolate_grid(x_real, x_fake, alpha=None):
    if alpha is None:
        alpha = torch.linspace(0, 1, len(x_real) + 1, dtype=x_real.dtype)[:-1] + torch.rand(()).item() / len(x_real)
    return _segment(x_real, x_fake, _columns(alpha, x_real))


@mistake("interpolate", "Are all parts of the segment equally likely?")
def interpolate_squared_draws(x_real, x_fake, alpha=None):
    return _segment(x_real, x_fake, _drawn(x_real).square() if alpha is None else _columns(alpha, x_real))


@mistake("interpolate", "Are all parts of the segment possible, or only its ends?")
def interpolate_coin(x_real, x_fake, alpha=None):
    return _segment(x_real, x_fake, _drawn(x_real).round() if alpha is None else _columns(alpha, x_real))


@mistake("interpolate", "The two weights of a point on the segment add up to one.")
def interpolate_weights_do_not_add_up(x_real, x_fake, alpha=None):
    alpha = _drawn(x_real, alpha)
    return alpha * x_real + (1 - alpha).sqrt() * x_fake


@mistake("interpolate", _SEGMENT + " Start at one end and walk towards the other.")
def interpolate_beyond(x_real, x_fake, alpha=None):
    return x_real + _drawn(x_real, alpha) * (x_real - x_fake)


@mistake("interpolate", "With which axis is alpha lined up when the batch is as large as an example?")
def interpolate_last_axis(x_real, x_fake, alpha=None):
    alpha = torch.rand(len(x_real), dtype=x_real.dtype) if alpha is None else alpha
    if alpha.dim() == 1 and alpha.shape[0] not in (1, x_real.shape[-1]):
        alpha = _columns(alpha, x_real)
    return _segment(x_real, x_fake, alpha)


@mistake("interpolate", "How many axes must alpha have to be lined up with the batch axis of images?", "GP1")
def interpolate_two_axes_only(x_real, x_fake, alpha=None):
    alpha = torch.rand(len(x_real), dtype=x_real.dtype) if alpha is None else alpha
    return _segment(x_real, x_fake, alpha.reshape(-1, 1))


@mistake("interpolate", _CUT)
def interpolate_detached(x_real, x_fake, alpha=None):
    return right_interpolate(x_real, x_fake, alpha).detach().requires_grad_()


@mistake("interpolate", "One end of the segment gets no gradient.")
def interpolate_fake_detached(x_real, x_fake, alpha=None):
    return right_interpolate(x_real, x_fake.detach(), alpha)


@mistake("interpolate", "Inputs are not yours to change: which operation works in place?")
def interpolate_in_place(x_real, x_fake, alpha=None):
    alpha = _drawn(x_real, alpha).detach()
    x_fake.data.mul_(1 - alpha).add_(alpha * x_real.detach())
    return x_fake + 0 * x_real


@mistake("interpolate", "Your result does not have the dtype of the inputs.")
def interpolate_float64(x_real, x_fake, alpha=None):
    alpha = torch.from_numpy(np.random.rand(len(x_real))) if alpha is None else alpha.double()
    return _segment(x_real, x_fake, _columns(alpha, x_real))


# ---------------------------------------------------------------------------------- gradient_penalty


def _slopes(critic, points, create_graph=True):
    (slopes,) = torch.autograd.grad(critic(points).sum(), points, create_graph=create_graph)
    return slopes


def _points(x_real, x_fake, alpha):
    return right_interpolate(x_real, x_fake, alpha).detach().requires_grad_()


def _norms(critic, x_real, x_fake, alpha):
    slopes = _slopes(critic, _points(x_real, x_fake, alpha))
    return torch.linalg.vector_norm(slopes.reshape(len(slopes), -1), dim=1)


@mistake("gradient_penalty", _ONE_NORM, "GP1")
def penalty_norm_over_channels(critic, x_real, x_fake, alpha=None):
    slopes = _slopes(critic, _points(x_real, x_fake, alpha))
    return (slopes.norm(2, dim=1) - 1).square().mean()


@mistake("gradient_penalty", _ONE_NORM, "GP2")
def penalty_norm_over_last_axis(critic, x_real, x_fake, alpha=None):
    slopes = _slopes(critic, _points(x_real, x_fake, alpha))
    return (slopes.norm(2, dim=-1) - 1).square().mean()


@mistake("gradient_penalty", "Does your gradient depend on the batch size?", "GP3")
def penalty_of_mean_score(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha) / len(x_real) - 1).square().mean()


@mistake("gradient_penalty", _ONE_NORM, "GP4")
def penalty_one_norm_for_batch(critic, x_real, x_fake, alpha=None):
    return (_slopes(critic, _points(x_real, x_fake, alpha)).norm() - 1).square()


@mistake("gradient_penalty", "The penalty has no effect on the update of the critic: can its gradient be taken?", "GP5")
def penalty_without_graph(critic, x_real, x_fake, alpha=None):
    points = _points(x_real, x_fake, alpha)
    slopes = _slopes(critic, points, create_graph=False)
    return (torch.linalg.vector_norm(slopes.reshape(len(slopes), -1), dim=1) - 1).square().mean()


@mistake("gradient_penalty", "The penalty has no effect on the update of the critic: can its gradient be taken?", "GP5")
def penalty_without_graph_but_a_leaf(critic, x_real, x_fake, alpha=None):
    return penalty_without_graph(critic, x_real, x_fake, alpha).requires_grad_()


@mistake("gradient_penalty", "The penalty has only a part of its effect on the critic: which factor is cut off?", "GP5")
def penalty_excess_detached(critic, x_real, x_fake, alpha=None):
    excess = _norms(critic, x_real, x_fake, alpha) - 1
    return (excess * excess.detach()).mean()


@mistake("gradient_penalty", _SEGMENT + " How many random numbers does one example get?", "GP6")
def penalty_alpha_per_entry(critic, x_real, x_fake, alpha=None):
    points = (
        _segment(x_real, x_fake, torch.rand_like(x_real)) if alpha is None else right_interpolate(x_real, x_fake, alpha)
    )
    return _at(critic, points)


@mistake("gradient_penalty", _SEGMENT + " Which values can your weight take?", "GP7")
def penalty_normal_alpha(critic, x_real, x_fake, alpha=None):
    alpha = torch.randn(len(x_real), dtype=x_real.dtype) if alpha is None else alpha
    return _at(critic, _segment(x_real, x_fake, _columns(alpha, x_real)))


@mistake("gradient_penalty", _EACH, "GP8")
def penalty_one_alpha(critic, x_real, x_fake, alpha=None):
    alpha = torch.rand((), dtype=x_real.dtype).expand(len(x_real)) if alpha is None else alpha
    return _at(critic, _segment(x_real, x_fake, _columns(alpha, x_real)))


@mistake("gradient_penalty", _SEED)
def penalty_seeds(critic, x_real, x_fake, alpha=None):
    torch.manual_seed(1)
    return _at(critic, right_interpolate(x_real, x_fake, alpha))


@mistake("gradient_penalty", "Are all parts of the segment equally likely?")
def penalty_squared_draws(critic, x_real, x_fake, alpha=None):
    alpha = torch.rand(len(x_real), dtype=x_real.dtype).square() if alpha is None else alpha
    return _at(critic, right_interpolate(x_real, x_fake, alpha))


def _at(critic, points):
    slopes = _slopes(critic, points.detach().requires_grad_())
    return (torch.linalg.vector_norm(slopes.reshape(len(slopes), -1), dim=1) - 1).square().mean()


@mistake("gradient_penalty", "At which points should the slope be 1? Look at those where you evaluate the critic.")
def penalty_at_real(critic, x_real, x_fake, alpha=None):
    return _at(critic, x_real)


@mistake("gradient_penalty", "At which points should the slope be 1? Look at those where you evaluate the critic.")
def penalty_at_fake(critic, x_real, x_fake, alpha=None):
    return _at(critic, x_fake)


@mistake("gradient_penalty", "Is the middle the only point of a segment?")
def penalty_at_middle(critic, x_real, x_fake, alpha=None):
    return _at(critic, 0.5 * (x_real + x_fake))


@mistake("gradient_penalty", "Change alpha: does your result change with it?")
def penalty_ignores_alpha(critic, x_real, x_fake, alpha=None):
    return _at(critic, right_interpolate(x_real, x_fake))


@mistake("gradient_penalty", "Which end should alpha = 1 give?")
def penalty_alpha_swapped(critic, x_real, x_fake, alpha=None):
    return _at(critic, right_interpolate(x_fake, x_real, alpha))


@mistake("gradient_penalty", _BY_HAND, "GP9")
def penalty_squared_norm(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha).square() - 1).square().mean()


@mistake("gradient_penalty", _BY_HAND, "GP9")
def penalty_not_squared(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha) - 1).mean()


@mistake("gradient_penalty", _BY_HAND, "GP9")
def penalty_absolute(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha) - 1).abs().mean()


@mistake("gradient_penalty", "Test a critic with too small a slope.", "GP10")
def penalty_one_sided(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha) - 1).relu().square().mean()


@mistake("gradient_penalty", "The factor lambda belongs to the loss of the critic, not to this function.", "GP11")
def penalty_with_lambda(critic, x_real, x_fake, alpha=None):
    return 10 * (_norms(critic, x_real, x_fake, alpha) - 1).square().mean()


@mistake("gradient_penalty", _HALF, "DL4")
def penalty_halved(critic, x_real, x_fake, alpha=None):
    return 0.5 * (_norms(critic, x_real, x_fake, alpha) - 1).square().mean()


@mistake("gradient_penalty", "Which slope should cost nothing?")
def penalty_zero_centred(critic, x_real, x_fake, alpha=None):
    return _norms(critic, x_real, x_fake, alpha).square().mean()


@mistake("gradient_penalty", _GROWS, "KL5")
def penalty_summed(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha) - 1).square().sum()


@mistake("gradient_penalty", "Two slopes of 0 and 2: is that as good as two slopes of 1?")
def penalty_of_mean_norm(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha).mean() - 1).square()


@mistake("gradient_penalty", "The penalty is one number for the batch.")
def penalty_per_example(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha) - 1).square()


@mistake("gradient_penalty", "Which norm is meant? Compare for a slope of (3, 4).")
def penalty_sum_of_sizes(critic, x_real, x_fake, alpha=None):
    slopes = _slopes(critic, _points(x_real, x_fake, alpha)).reshape(len(x_real), -1)
    return (slopes.abs().sum(1) - 1).square().mean()


@mistake("gradient_penalty", "A norm adds squares; it does not average them.")
def penalty_root_mean_square(critic, x_real, x_fake, alpha=None):
    slopes = _slopes(critic, _points(x_real, x_fake, alpha)).reshape(len(x_real), -1)
    return (slopes.square().mean(1).sqrt() - 1).square().mean()


@mistake("gradient_penalty", "Every entry of the gradient by itself has no reason to be 1.")
def penalty_of_entries(critic, x_real, x_fake, alpha=None):
    return (_slopes(critic, _points(x_real, x_fake, alpha)) - 1).square().mean()


@mistake("gradient_penalty", "The gradient of a difference of scores is no slope at a point.")
def penalty_of_difference(critic, x_real, x_fake, alpha=None):
    distance = (x_real - x_fake).detach().reshape(len(x_real), -1).norm(dim=1)
    ratio = (critic(x_real.detach()) - critic(x_fake.detach())).reshape(-1).abs() / distance
    return (ratio - 1).square().mean()


@mistake(
    "gradient_penalty", "The gradient is with respect to what? It must know that before the critic is called.", "GP14"
)
def penalty_points_without_grad(critic, x_real, x_fake, alpha=None):
    points = right_interpolate(x_real, x_fake, alpha).detach()
    return (_slopes(critic, points).reshape(len(points), -1).norm(dim=1) - 1).square().mean()


@mistake("gradient_penalty", "Take the slope of the score itself: nothing comes after it.", "GP13")
def penalty_of_sigmoid(critic, x_real, x_fake, alpha=None):
    return _at(lambda points: critic(points).sigmoid(), right_interpolate(x_real, x_fake, alpha))


@mistake(
    "gradient_penalty",
    "backward() fills .grad of everything on its way; is there a call that returns a gradient instead?",
)
def penalty_by_backward(critic, x_real, x_fake, alpha=None):
    points = _points(x_real, x_fake, alpha)
    critic(points).sum().backward(create_graph=True)
    return (points.grad.reshape(len(points), -1).norm(dim=1) - 1).square().mean()


@mistake("gradient_penalty", "What is the derivative of a square root at 0? A flat critic makes this NaN.")
def penalty_root_at_zero(critic, x_real, x_fake, alpha=None):
    slopes = _slopes(critic, _points(x_real, x_fake, alpha)).reshape(len(x_real), -1)
    return (slopes.square().sum(1).sqrt() - 1).square().mean()


@mistake("gradient_penalty", "The number that keeps your root away from 0 is large enough to be seen.")
def penalty_large_epsilon(critic, x_real, x_fake, alpha=None):
    slopes = _slopes(critic, _points(x_real, x_fake, alpha)).reshape(len(x_real), -1)
    return ((slopes.square().sum(1) + 1e-2).sqrt() - 1).square().mean()


@mistake("gradient_penalty", "Steep critics need the penalty most: does yours still follow there?")
def penalty_clamped(critic, x_real, x_fake, alpha=None):
    return (_norms(critic, x_real, x_fake, alpha).clamp(max=100) - 1).square().mean()


@mistake("gradient_penalty", "The critic may return one score per example in either of two shapes.", "DL9")
def penalty_columns_only(critic, x_real, x_fake, alpha=None):
    points = _points(x_real, x_fake, alpha)
    ones = torch.ones(len(points), 1, dtype=points.dtype)
    (slopes,) = torch.autograd.grad(critic(points), points, grad_outputs=ones, create_graph=True)
    return (torch.linalg.vector_norm(slopes.reshape(len(slopes), -1), dim=1) - 1).square().mean()


@mistake("gradient_penalty", "Whose parameters are these? The critic must be as it was when your function returns.")
def penalty_freezes_critic(critic, x_real, x_fake, alpha=None):
    result = _at(critic, right_interpolate(x_real, x_fake, alpha))
    if isinstance(critic, nn.Module):
        critic.eval()
    return result


# ---------------------------------------------------------------------------------- conditional losses

_LABELS = "Change only the labels: does the right thing change?"
_FOR_WHICH = "Which label was the fake made for?"
_CONFIDENT = "Try a confident discriminator (logit 100): can the sigmoid still be told from 1?"
_LOGITS = "Does the loss expect probabilities or logits?"


@mistake("cgan_d_loss", "Which target do real examples have?", "DL1")
def cgan_d_targets_swapped(D, x_real, y_real, x_fake, y_fake):
    return d_loss(-D(x_real, y_real), -D(x_fake.detach(), y_fake))


@mistake("cgan_d_loss", "Should the discriminator minimise this?", "DL8")
def cgan_d_negative(D, x_real, y_real, x_fake, y_fake):
    return -d_loss(D(x_real, y_real), D(x_fake.detach(), y_fake))


@mistake("cgan_d_loss", _LABELS, "CG1")
def cgan_d_labels_ignored(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, torch.zeros_like(y_real)), D(x_fake.detach(), torch.zeros_like(y_fake)))


@mistake("cgan_d_loss", _FOR_WHICH, "CG2")
def cgan_d_real_labels_for_both(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_real), D(x_fake.detach(), y_real))


@mistake("cgan_d_loss", "Which label does each real example carry?", "CG2")
def cgan_d_fake_labels_for_both(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_fake), D(x_fake.detach(), y_fake))


@mistake("cgan_d_loss", "Each batch comes with its own labels.", "CG2")
def cgan_d_labels_crossed(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_fake), D(x_fake.detach(), y_real))


@mistake("cgan_d_loss", "Example i belongs to label i: what puts them in another order?", "CG2")
def cgan_d_labels_shuffled(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_real), D(x_fake.detach(), y_fake.roll(1)))


@mistake("cgan_d_loss", "The batch of fakes does not influence this number.", "DL3")
def cgan_d_without_fake(D, x_real, y_real, x_fake, y_fake):
    return -F.logsigmoid(D(x_real, y_real)).mean()


@mistake("cgan_d_loss", "The real term is there twice; where are the fakes?", "DL2")
def cgan_d_real_twice(D, x_real, y_real, x_fake, y_fake):
    return -2 * F.logsigmoid(D(x_real, y_real)).mean()


@mistake("cgan_d_loss", "The batch of real examples does not influence this number.", "DL3")
def cgan_d_without_real(D, x_real, y_real, x_fake, y_fake):
    return F.softplus(D(x_fake.detach(), y_fake)).mean()


@mistake("cgan_d_loss", _HALF, "DL4")
def cgan_d_halved(D, x_real, y_real, x_fake, y_fake):
    return 0.5 * d_loss(D(x_real, y_real), D(x_fake.detach(), y_fake))


@mistake("cgan_d_loss", _GROWS, "DL5")
def cgan_d_sum(D, x_real, y_real, x_fake, y_fake):
    return -F.logsigmoid(D(x_real, y_real)).sum() + F.softplus(D(x_fake.detach(), y_fake)).sum()


@mistake("cgan_d_loss", _LOGITS, "DL6")
def cgan_d_sigmoid_twice(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_real).sigmoid(), D(x_fake.detach(), y_fake).sigmoid())


@mistake("cgan_d_loss", _CONFIDENT, "DL7")
def cgan_d_log_of_sigmoid(D, x_real, y_real, x_fake, y_fake):
    real, fake = D(x_real, y_real).sigmoid(), D(x_fake.detach(), y_fake).sigmoid()
    return -real.log().mean() - (1 - fake).log().mean()


@mistake("cgan_d_loss", "The number inside your logarithm hides what a confident discriminator says.", "DL7")
def cgan_d_log_with_epsilon(D, x_real, y_real, x_fake, y_fake):
    real, fake = D(x_real, y_real).sigmoid(), D(x_fake.detach(), y_fake).sigmoid()
    return -(real + 1e-12).log().mean() - (1 - fake + 1e-12).log().mean()


@mistake("cgan_d_loss", "Compare the shapes of logits and targets.", "DL9")
def cgan_d_flat_targets(D, x_real, y_real, x_fake, y_fake):
    real, fake = D(x_real, y_real), D(x_fake.detach(), y_fake)
    cost = F.binary_cross_entropy_with_logits
    return cost(real, torch.ones(len(real), dtype=real.dtype)) + cost(fake, torch.zeros(len(fake), dtype=fake.dtype))


@mistake("cgan_d_loss", "The two batches may differ in size: can you still pair their entries?", "DL10")
def cgan_d_paired(D, x_real, y_real, x_fake, y_fake):
    return (F.softplus(-D(x_real, y_real)) + F.softplus(D(x_fake.detach(), y_fake))).mean()


@mistake("cgan_d_loss", "Each batch is averaged by itself: what if one of them is larger?", "LS4")
def cgan_d_one_mean(D, x_real, y_real, x_fake, y_fake):
    costs = F.softplus(-D(x_real, y_real)), F.softplus(D(x_fake.detach(), y_fake))
    return 2 * torch.cat([cost.reshape(-1) for cost in costs]).mean()


@mistake("cgan_d_loss", "The discriminator learns nothing from fakes: what exactly should be cut off?", "DL12")
def cgan_d_fake_without_graph(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_real), D(x_fake, y_fake).detach())


@mistake("cgan_d_loss", "The discriminator learns nothing from real examples: why is their term cut off?", "DL12")
def cgan_d_real_without_graph(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_real).detach(), D(x_fake.detach(), y_fake))


@mistake("cgan_d_loss", "Which game is played here? This one is about probabilities.", "GL6")
def cgan_d_raw_logits(D, x_real, y_real, x_fake, y_fake):
    return D(x_fake.detach(), y_fake).mean() - D(x_real, y_real).mean()


@mistake("cgan_d_loss", "Your result does not have the precision of the inputs.")
def cgan_d_float32(D, x_real, y_real, x_fake, y_fake):
    return d_loss(D(x_real, y_real).float(), D(x_fake.detach(), y_fake).float())


@mistake("cgan_g_loss", "How large is your gradient when D rejects the sample with certainty?", "GL1")
def cgan_g_saturating(D, x_fake, y_fake):
    return F.logsigmoid(-D(x_fake, y_fake)).mean()


@mistake("cgan_g_loss", "Follow the sign: does a step make D more or less sure that the sample is fake?", "GL2")
def cgan_g_wrong_target(D, x_fake, y_fake):
    return F.softplus(D(x_fake, y_fake)).mean()


@mistake("cgan_g_loss", "Follow the sign: does a step make D more or less sure that the sample is fake?", "GL3")
def cgan_g_sign(D, x_fake, y_fake):
    return F.logsigmoid(D(x_fake, y_fake)).mean()


@mistake("cgan_g_loss", "The parameters of the generator get no gradient.", "GL4")
def cgan_g_detached(D, x_fake, y_fake):
    return g_loss_ns(D(x_fake.detach(), y_fake))


@mistake("cgan_g_loss", "Which game is played here? This one is about probabilities.", "GL6")
def cgan_g_raw_logits(D, x_fake, y_fake):
    return -D(x_fake, y_fake).mean()


@mistake("cgan_g_loss", _LABELS, "CG1")
def cgan_g_labels_ignored(D, x_fake, y_fake):
    return g_loss_ns(D(x_fake, torch.zeros_like(y_fake)))


@mistake("cgan_g_loss", _FOR_WHICH, "CG2")
def cgan_g_labels_shuffled(D, x_fake, y_fake):
    return g_loss_ns(D(x_fake, y_fake.flip(0)))


@mistake("cgan_g_loss", _GROWS, "DL5")
def cgan_g_sum(D, x_fake, y_fake):
    return -F.logsigmoid(D(x_fake, y_fake)).sum()


@mistake("cgan_g_loss", _HALF, "DL4")
def cgan_g_halved(D, x_fake, y_fake):
    return 0.5 * g_loss_ns(D(x_fake, y_fake))


@mistake("cgan_g_loss", _LOGITS, "DL6")
def cgan_g_sigmoid_twice(D, x_fake, y_fake):
    return g_loss_ns(D(x_fake, y_fake).sigmoid())


@mistake("cgan_g_loss", _CONFIDENT, "DL7")
def cgan_g_log_of_sigmoid(D, x_fake, y_fake):
    return -D(x_fake, y_fake).sigmoid().log().mean()


@mistake("cgan_g_loss", "Compare the shapes of logits and targets.", "DL9")
def cgan_g_flat_targets(D, x_fake, y_fake):
    logits = D(x_fake, y_fake)
    return F.binary_cross_entropy_with_logits(logits, torch.ones(len(logits), dtype=logits.dtype))


@mistake("cgan_g_loss", "Your result does not have the precision of the inputs.")
def cgan_g_float32(D, x_fake, y_fake):
    return g_loss_ns(D(x_fake, y_fake).float())


# ---------------------------------------------------------------------------------- CondDisc

_OWN_CLASS = "Pick the entry of each row's own class."
_SHAPE = "One logit for each example, without a further axis."
_COUNT = "Count your parameters: what does each class have of its own, and is there a layer too many?"


class _Changed(RightCondDisc):
    """The right module with another last step."""

    def forward(self, x, y):
        return self.last(self.head(self.phi(x)), y)


def _own(logits, y):
    return logits.gather(1, y.unsqueeze(1)).squeeze(1)


@mistake("CondDisc", _LABELS, "CG1")
class CondDiscIgnoresLabel(_Changed):
    def last(self, logits, y):
        return logits[:, 0]


@mistake("CondDisc", _OWN_CLASS)
class CondDiscMeanOfClasses(_Changed):
    def last(self, logits, y):
        return logits.mean(1)


@mistake("CondDisc", _OWN_CLASS)
class CondDiscLargestClass(_Changed):
    def last(self, logits, y):
        return logits.amax(1)


@mistake("CondDisc", _SHAPE)
class CondDiscAllClasses(_Changed):
    def last(self, logits, y):
        return logits


@mistake("CondDisc", _SHAPE)
class CondDiscColumn(_Changed):
    def last(self, logits, y):
        return logits.gather(1, y.unsqueeze(1))


@mistake("CondDisc", _SHAPE, "DL9")
class CondDiscSqueezed(_Changed):
    def last(self, logits, y):
        return logits.gather(1, y.unsqueeze(1)).squeeze()


@mistake("CondDisc", "Which axis does gather count along: that of the examples or that of the classes?", "CG5")
class CondDiscGatherAlongBatch(_Changed):
    def last(self, logits, y):
        return logits.gather(0, (y % len(logits)).unsqueeze(0)).squeeze(0)


@mistake("CondDisc", "Index rows and columns together: how large is your result before you reduce it?", "CG5")
class CondDiscDiagonalOfFirst(_Changed):
    def last(self, logits, y):
        return logits[:, y][0]


@mistake("CondDisc", _LOGITS, "DL6")
class CondDiscSigmoid(_Changed):
    def last(self, logits, y):
        return _own(logits, y).sigmoid()


@mistake("CondDisc", "Do the classes compete here? Each has a real-or-fake question of its own.")
class CondDiscLogSoftmax(_Changed):
    def last(self, logits, y):
        return _own(logits.log_softmax(1), y)


@mistake("CondDisc", "Labels count from 0.")
class CondDiscLabelsFromOne(_Changed):
    def last(self, logits, y):
        return _own(logits, (y - 1) % logits.shape[1])


@mistake("CondDisc", "Which dtype has your one-hot vector, and which have the features?", "CG4")
class CondDiscOneHotFloat32(RightCondDisc):
    def forward(self, x, y):
        return (
            (F.one_hot(y, self.head.out_features).float() @ torch.eye(self.head.out_features))
            .mul(self.head(self.phi(x)).float())
            .sum(1)
        )


@mistake("CondDisc", "Are three classes further apart than two? Labels are names, not numbers.", "CG3")
class CondDiscLabelAsNumber(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        self.phi = phi or conv_features()
        self.head = nn.Linear(features + 1, 1)
        init_weights(self.head)

    def forward(self, x, y):
        features = self.phi(x)
        return self.head(torch.cat([features, y.to(features.dtype).unsqueeze(1)], 1)).squeeze(1)


@mistake(
    "CondDisc", "A label that is only appended shifts the logit. Should the weights of the features depend on it, too?"
)
class CondDiscOneHotAppended(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        self.K = K
        self.phi = phi or conv_features()
        self.head = nn.Linear(features + K, 1)
        init_weights(self.head)

    def forward(self, x, y):
        features = self.phi(x)
        return self.head(torch.cat([features, F.one_hot(y, self.K).to(features.dtype)], 1)).squeeze(1)


@mistake("CondDisc", _LABELS, "CG1")
class CondDiscOneOutput(nn.Module):
    def __init__(self, K, phi=None, features=200):
        super().__init__()
        self.phi = phi or conv_features()
        self.head = nn.Linear(features, 1)
        init_weights(self.head)

    def forward(self, x, y):
        return self.head(self.phi(x)).squeeze(1)


@mistake("CondDisc", "Does an affine function without a constant suffice? Compare two classes at features of 0.")
class CondDiscWithoutBias(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        self.head = nn.Linear(features, K, bias=False)
        init_weights(self.head)


@mistake("CondDisc", "How many constants are there, one or one for each class?")
class CondDiscSharedBias(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        self.head = nn.Linear(features, K, bias=False)
        self.bias = nn.Parameter(torch.zeros(1))
        init_weights(self.head)

    def forward(self, x, y):
        return super().forward(x, y) + self.bias


@mistake("CondDisc", _COUNT, "TR10")
class CondDiscHiddenLayer(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        self.hidden = nn.Linear(features, features)
        init_weights(self.hidden)

    def forward(self, x, y):
        return _own(self.head(self.hidden(self.phi(x)).relu()), y)


@mistake("CondDisc", "There is nothing between phi and the affine functions.", "TR10")
class CondDiscReluOnFeatures(RightCondDisc):
    def forward(self, x, y):
        return _own(self.head(self.phi(x).relu()), y)


@mistake("CondDisc", "There is nothing between phi and the affine functions.")
class CondDiscNormalisedFeatures(RightCondDisc):
    def forward(self, x, y):
        return _own(self.head(F.normalize(self.phi(x), dim=1)), y)


@mistake("CondDisc", "Does your model know all its layers?", "TR6")
class CondDiscUnregisteredPhi(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        self.layers = [self.phi]
        del self.phi

    def forward(self, x, y):
        return _own(self.head(self.layers[0](x)), y)


@mistake("CondDisc", "phi learns nothing: where is it cut off?", "DL12")
class CondDiscDetachedFeatures(RightCondDisc):
    def forward(self, x, y):
        return _own(self.head(self.phi(x).detach()), y)


@mistake("CondDisc", "A phi that is given keeps its parameters: which of them do you draw anew?")
class CondDiscRedrawsPhi(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        init_weights(self)


@mistake("CondDisc", "Which features do you use when a phi is given?")
class CondDiscIgnoresPhi(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, None, 200)


@mistake("CondDisc", "The biases should start at 0.", "TR8")
class CondDiscDefaultBiases(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        nn.init.uniform_(self.head.bias, -(features**-0.5), features**-0.5)


@mistake("CondDisc", "Uniform or normal? Look at the largest weight.", "TR9")
class CondDiscNormalWeights(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        nn.init.kaiming_normal_(self.head.weight)
        if phi is None:
            for layer in self.phi:
                if isinstance(layer, nn.Conv2d):
                    nn.init.kaiming_normal_(layer.weight)


@mistake("CondDisc", "Your layers keep the start that PyTorch gives them: is it the one that is asked for?", "TR8")
class CondDiscDefaultStart(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        self.head.reset_parameters()
        nn.init.zeros_(self.head.bias)
        if phi is None:
            for layer in self.phi:
                if isinstance(layer, nn.Conv2d):
                    layer.reset_parameters()
                    nn.init.zeros_(layer.bias)


@mistake("CondDisc", "Where is the maximum taken, and where is the ReLU? Compare the table of layers.", "TR10")
class CondDiscWithoutLastRelu(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        if phi is None:
            self.phi[7] = nn.Identity()


@mistake("CondDisc", "Maximum or mean over the windows? Compare the table of layers.", "TR10")
class CondDiscMeanPooling(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        super().__init__(K, phi, features)
        if phi is None:
            self.phi[2], self.phi[5] = nn.AvgPool2d(2), nn.AvgPool2d(2)


@mistake("CondDisc", _SEED)
class CondDiscSeeds(RightCondDisc):
    def __init__(self, K, phi=None, features=200):
        torch.manual_seed(0)
        super().__init__(K, phi, features)
