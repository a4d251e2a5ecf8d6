"""Known wrong implementations, each with the hint it deserves. The hints never contain the formula."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder import mistake
from reference.gan_losses import d_loss as right_d_loss
from reference.gan_losses import g_loss_ns as right_g_loss_ns
from reference.gan_losses import g_loss_sat as right_g_loss_sat
from reference.gan_losses import ls_d_loss as right_ls_d_loss
from reference.gan_losses import ls_g_loss as right_ls_g_loss
from reference.gan_networks import DNet as RightDNet
from reference.gan_networks import GNet as RightGNet
from reference.gan_networks import init_weights as right_init_weights
from reference.gan_steps import d_step as right_d_step
from reference.gan_steps import g_step as right_g_step
from reference.gan_tabular import js_divergence as right_js_divergence
from reference.gan_tabular import kl_divergence

_LABELS = "Which label do real samples carry?"
_NO_FAKE = "The fake batch does not influence this number."
_NO_REAL = "The real batch does not influence this number."
_TWICE = "Do these inputs still have to pass through a sigmoid, or does the loss do that itself?"
_SURE = "Try a discriminator that is very sure (logit 30): can its sigmoid still be told from 1?"
_GUARD = "The guard inside your logarithm bends the loss where the discriminator is sure: work with the logits."
_SUM = "The result grows with the batch. Check how you reduce it."
_HALF = "The minimiser is right, the scale is not the one that is asked for: which factors does the text give?"
_SIGN_D = "Should the discriminator make this number small or large? It is minimised."
_CUT = "The returned loss is not connected to the network: which operation cuts the graph?"
_CUT_ONE = "One of the two terms sends no gradient back."
_COLUMNS = "Compare the shapes of logits and targets where logits have shape (B, 1)."
_UNEQUAL = "What if there are more fake samples than real ones? Average each batch by itself."
_PRECISION = "What dtype do results have if the inputs are float64?"
_FOLLOW = "Follow the sign: does a step make D more or less sure that the samples are fake?"
_NO_SIGMOID = "Scores are any real numbers here: nothing squeezes them first."
_SCALE_LS = "Compare with the text at a score of 0: which factor stands in front of each mean?"
_ONE_NUMBER = "One number is asked for: how are the examples of a batch put together?"
_SEED = "Setting a seed or a default changes every random number that follows, in the whole program."
_LOG = "Which base has the logarithm?"
_GRADIENT_SCALED = "The value is right, its gradient is not: is something detached, or scaled?"


def _minus_log_s(h):
    return F.softplus(-h)


# ---------------------------------------------------------------------------------- d_loss


@mistake("d_loss", _LABELS, "DL1")
def d_loss_labels_swapped(real_logits, fake_logits):
    return right_d_loss(fake_logits, real_logits)


@mistake("d_loss", _NO_FAKE, "DL2")
def d_loss_real_twice(real_logits, fake_logits):
    return 2 * _minus_log_s(real_logits).mean()


@mistake("d_loss", _NO_FAKE, "DL3")
def d_loss_fake_missing(real_logits, fake_logits):
    return _minus_log_s(real_logits).mean()


@mistake("d_loss", _NO_REAL)
def d_loss_real_missing(real_logits, fake_logits):
    return _minus_log_s(-fake_logits).mean()


@mistake("d_loss", "Should fake samples have the label of real ones?", "DL1")
def d_loss_fake_labelled_real(real_logits, fake_logits):
    return _minus_log_s(real_logits).mean() + _minus_log_s(fake_logits).mean()


@mistake("d_loss", _HALF, "DL4")
def d_loss_half(real_logits, fake_logits):
    return right_d_loss(real_logits, fake_logits) / 2


@mistake("d_loss", _SUM, "DL5")
def d_loss_sum_over_batch(real_logits, fake_logits):
    return _minus_log_s(real_logits).sum() + _minus_log_s(-fake_logits).sum()


@mistake("d_loss", _ONE_NUMBER)
def d_loss_per_example(real_logits, fake_logits):
    return torch.cat([_minus_log_s(real_logits), _minus_log_s(-fake_logits)])


@mistake("d_loss", _TWICE, "DL6")
def d_loss_sigmoid_twice(real_logits, fake_logits):
    return right_d_loss(real_logits.sigmoid(), fake_logits.sigmoid())


@mistake("d_loss", _SURE, "DL7")
def d_loss_log_of_sigmoid(real_logits, fake_logits):
    return -real_logits.sigmoid().log().mean() - (1 - fake_logits.sigmoid()).log().mean()


@mistake("d_loss", _GUARD, "DL7")
def d_loss_log_with_guard(real_logits, fake_logits):
    return -(real_logits.sigmoid() + 1e-8).log().mean() - (1 - fake_logits.sigmoid() + 1e-8).log().mean()


@mistake(
    "d_loss", "Your loss works on probabilities: what is left of a logit of 30 there? Is there one for logits?", "DL7"
)
def d_loss_bce_of_probabilities(real_logits, fake_logits):
    real, fake = real_logits.sigmoid(), fake_logits.sigmoid()
    return F.binary_cross_entropy(real, torch.ones_like(real)) + F.binary_cross_entropy(fake, torch.zeros_like(fake))


@mistake("d_loss", "The exponential of a large logit is infinite: look for a stable form of this logarithm.", "DL7")
def d_loss_log_of_exp(real_logits, fake_logits):
    return (1 + (-real_logits).exp()).log().mean() + (1 + fake_logits.exp()).log().mean()


@mistake("d_loss", _SIGN_D, "DL8")
def d_loss_negative(real_logits, fake_logits):
    return -right_d_loss(real_logits, fake_logits)


@mistake("d_loss", "Do both terms have the same sign? Try one batch at a time.")
def d_loss_terms_subtracted(real_logits, fake_logits):
    return _minus_log_s(real_logits).mean() - _minus_log_s(-fake_logits).mean()


@mistake("d_loss", _COLUMNS, "DL9")
def d_loss_targets_without_column(real_logits, fake_logits):
    ones, zeros = real_logits.new_ones(len(real_logits)), fake_logits.new_zeros(len(fake_logits))
    real = F.binary_cross_entropy_with_logits(real_logits, ones)
    return real + F.binary_cross_entropy_with_logits(fake_logits, zeros)


@mistake("d_loss", _COLUMNS, "DL9")
def d_loss_targets_broadcast(real_logits, fake_logits):
    logits = torch.cat([real_logits, fake_logits])
    labels = torch.cat([logits.new_ones(len(real_logits)), logits.new_zeros(len(fake_logits))])
    share = torch.cat([logits.new_full((len(batch),), 1 / len(batch)) for batch in (real_logits, fake_logits)])
    each = -(labels * F.logsigmoid(logits) + (1 - labels) * F.logsigmoid(-logits)) * share
    return each.sum() / (len(logits) if logits.dim() == 2 else 1)


@mistake("d_loss", _UNEQUAL, "DL10")
def d_loss_element_wise(real_logits, fake_logits):
    return (_minus_log_s(real_logits) + _minus_log_s(-fake_logits)).mean()


@mistake("d_loss", _UNEQUAL, "DL10")
def d_loss_one_mean(real_logits, fake_logits):
    return 2 * torch.cat([_minus_log_s(real_logits), _minus_log_s(-fake_logits)]).mean()


@mistake("d_loss", _CUT, "DL12")
def d_loss_detached(real_logits, fake_logits):
    return right_d_loss(real_logits, fake_logits).detach()


@mistake("d_loss", _CUT_ONE, "DL12")
def d_loss_fake_detached(real_logits, fake_logits):
    return right_d_loss(real_logits, fake_logits.detach())


@mistake("d_loss", _CUT_ONE, "DL12")
def d_loss_real_detached(real_logits, fake_logits):
    return right_d_loss(real_logits.detach(), fake_logits)


@mistake("d_loss", _GRADIENT_SCALED)
def d_loss_gradient_halved(real_logits, fake_logits):
    loss = right_d_loss(real_logits, fake_logits)
    return (loss + loss.detach()) / 2


@mistake("d_loss", "A loss that can be differentiated is a tensor, not a Python number.", "DL12")
def d_loss_item(real_logits, fake_logits):
    return right_d_loss(real_logits, fake_logits).item()


@mistake("d_loss", "Where is the 1 in relation to the logarithm?", "DD11")
def d_loss_one_minus_log(real_logits, fake_logits):
    return _minus_log_s(real_logits).mean() - (1 + _minus_log_s(fake_logits)).mean()


@mistake("d_loss", _LOG)
def d_loss_in_bits(real_logits, fake_logits):
    return right_d_loss(real_logits, fake_logits) / math.log(2)


@mistake("d_loss", "Which game is being played here? This is the mean of raw scores.", "GL6")
def d_loss_wasserstein(real_logits, fake_logits):
    return fake_logits.mean() - real_logits.mean()


@mistake("d_loss", "Which game is being played here? This is the loss of another one, with squares.")
def d_loss_least_squares(real_logits, fake_logits):
    return right_ls_d_loss(real_logits, fake_logits)


@mistake("d_loss", "Which game is being played here? A margin was not asked for.")
def d_loss_hinge(real_logits, fake_logits):
    return (1 - real_logits).relu().mean() + (1 + fake_logits).relu().mean()


@mistake("d_loss", "Your loss is the same for every discriminator.")
def d_loss_constant(real_logits, fake_logits):
    return 0 * real_logits.sum() + 0 * fake_logits.sum() + math.log(4)


@mistake("d_loss", "Smoothed labels were not asked for.")
def d_loss_labels_smoothed(real_logits, fake_logits):
    return F.binary_cross_entropy_with_logits(
        real_logits, torch.full_like(real_logits, 0.9)
    ) + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


@mistake("d_loss", _PRECISION)
def d_loss_float32_result(real_logits, fake_logits):
    return right_d_loss(real_logits.float(), fake_logits.float())


@mistake("d_loss", "Your result is less exact than its float64 inputs: what is converted on the way?")
def d_loss_float32_inside(real_logits, fake_logits):
    return right_d_loss(real_logits.half().float(), fake_logits.half().float()).to(real_logits.dtype)


@mistake("d_loss", "Clamping logits changes the loss, and stops the gradient, where it matters most.", "DL7")
def d_loss_clamped(real_logits, fake_logits):
    return right_d_loss(real_logits.clamp(-20, 20), fake_logits.clamp(-20, 20))


@mistake("d_loss", _SEED)
def d_loss_sets_a_seed(real_logits, fake_logits):
    torch.manual_seed(446)
    return right_d_loss(real_logits, fake_logits)


# ---------------------------------------------------------------------------------- g_loss_ns


@mistake("g_loss_ns", "How large is your gradient when D rejects the sample with certainty?", "GL1")
def g_loss_ns_saturating(fake_logits):
    return right_g_loss_sat(fake_logits)


@mistake("g_loss_ns", _FOLLOW, "GL2")
def g_loss_ns_of_label_fake(fake_logits):
    return -right_g_loss_sat(fake_logits)


@mistake("g_loss_ns", _FOLLOW, "GL3")
def g_loss_ns_negative(fake_logits):
    return -right_g_loss_ns(fake_logits)


@mistake("g_loss_ns", _CUT, "GL4")
def g_loss_ns_detached(fake_logits):
    return right_g_loss_ns(fake_logits.detach())


@mistake("g_loss_ns", "Which game is being played here? This is the mean of raw scores.", "GL6")
def g_loss_ns_raw_mean(fake_logits):
    return fake_logits.mean()


@mistake("g_loss_ns", "Which game is being played here? This is the mean of raw scores.", "GL6")
def g_loss_ns_wasserstein(fake_logits):
    return -fake_logits.mean()


@mistake("g_loss_ns", "Which game is being played here? This is the loss of another one, with squares.")
def g_loss_ns_least_squares(fake_logits):
    return right_ls_g_loss(fake_logits)


@mistake("g_loss_ns", _SUM, "DL5")
def g_loss_ns_sum_over_batch(fake_logits):
    return _minus_log_s(fake_logits).sum()


@mistake("g_loss_ns", _ONE_NUMBER)
def g_loss_ns_per_example(fake_logits):
    return _minus_log_s(fake_logits)


@mistake("g_loss_ns", _HALF, "DL4")
def g_loss_ns_half(fake_logits):
    return right_g_loss_ns(fake_logits) / 2


@mistake("g_loss_ns", _TWICE, "DL6")
def g_loss_ns_sigmoid_twice(fake_logits):
    return right_g_loss_ns(fake_logits.sigmoid())


@mistake("g_loss_ns", _SURE, "DL7")
def g_loss_ns_log_of_sigmoid(fake_logits):
    return -fake_logits.sigmoid().log().mean()


@mistake("g_loss_ns", _GUARD, "DL7")
def g_loss_ns_log_with_guard(fake_logits):
    return -(fake_logits.sigmoid() + 1e-8).log().mean()


@mistake("g_loss_ns", _COLUMNS, "DL9")
def g_loss_ns_target_without_column(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, fake_logits.new_ones(len(fake_logits)))


@mistake("g_loss_ns", "Is the mean of logarithms the logarithm of the mean?")
def g_loss_ns_log_of_mean(fake_logits):
    return -fake_logits.sigmoid().mean().log()


@mistake("g_loss_ns", _LOG)
def g_loss_ns_in_bits(fake_logits):
    return right_g_loss_ns(fake_logits) / math.log(2)


@mistake("g_loss_ns", _GRADIENT_SCALED)
def g_loss_ns_gradient_halved(fake_logits):
    loss = right_g_loss_ns(fake_logits)
    return (loss + loss.detach()) / 2


@mistake("g_loss_ns", _PRECISION)
def g_loss_ns_float32_result(fake_logits):
    return right_g_loss_ns(fake_logits.float())


@mistake("g_loss_ns", _SEED)
def g_loss_ns_sets_a_seed(fake_logits):
    torch.manual_seed(446)
    return right_g_loss_ns(fake_logits)


# ---------------------------------------------------------------------------------- g_loss_sat


@mistake(
    "g_loss_sat", "Which of the two losses of the generator is asked for here? Look at the limit of a sure D.", "GL1"
)
def g_loss_sat_non_saturating(fake_logits):
    return right_g_loss_ns(fake_logits)


@mistake("g_loss_sat", _FOLLOW, "GL2")
def g_loss_sat_negative(fake_logits):
    return -right_g_loss_sat(fake_logits)


@mistake("g_loss_sat", "This rewards samples that D rejects. Whose probability is in the logarithm?", "GL3")
def g_loss_sat_log_d(fake_logits):
    return -right_g_loss_ns(fake_logits)


@mistake("g_loss_sat", _SUM, "DL5")
def g_loss_sat_sum_over_batch(fake_logits):
    return F.logsigmoid(-fake_logits).sum()


@mistake("g_loss_sat", _ONE_NUMBER)
def g_loss_sat_per_example(fake_logits):
    return F.logsigmoid(-fake_logits)


@mistake("g_loss_sat", _HALF, "DL4")
def g_loss_sat_half(fake_logits):
    return right_g_loss_sat(fake_logits) / 2


@mistake("g_loss_sat", _TWICE, "DL6")
def g_loss_sat_sigmoid_twice(fake_logits):
    return right_g_loss_sat(fake_logits.sigmoid())


@mistake("g_loss_sat", _SURE, "DL7")
def g_loss_sat_log_of_sigmoid(fake_logits):
    return (1 - fake_logits.sigmoid()).log().mean()


@mistake("g_loss_sat", _GUARD, "DL7")
def g_loss_sat_log_with_guard(fake_logits):
    return (1 - fake_logits.sigmoid() + 1e-8).log().mean()


@mistake("g_loss_sat", "Where is the 1 in relation to the logarithm?", "DD11")
def g_loss_sat_one_minus_log(fake_logits):
    return 1 + right_g_loss_ns(fake_logits)


@mistake("g_loss_sat", _COLUMNS, "DL9")
def g_loss_sat_target_without_column(fake_logits):
    return -F.binary_cross_entropy_with_logits(fake_logits, fake_logits.new_zeros(len(fake_logits)))


@mistake("g_loss_sat", _CUT, "GL4")
def g_loss_sat_detached(fake_logits):
    return right_g_loss_sat(fake_logits.detach())


# ---------------------------------------------------------------------------------- least squares


@mistake("ls_d_loss", _SCALE_LS, "LS1")
def ls_d_loss_without_half(real_logits, fake_logits):
    return 2 * right_ls_d_loss(real_logits, fake_logits)


@mistake("ls_d_loss", "One of the two terms has another factor than the other.", "LS1")
def ls_d_loss_half_once(real_logits, fake_logits):
    return 0.5 * (real_logits - 1).square().mean() + fake_logits.square().mean()


@mistake("ls_d_loss", _NO_SIGMOID, "LS2")
def ls_d_loss_with_sigmoid(real_logits, fake_logits):
    return right_ls_d_loss(real_logits.sigmoid(), fake_logits.sigmoid())


@mistake("ls_d_loss", _LABELS, "LS3")
def ls_d_loss_targets_swapped(real_logits, fake_logits):
    return right_ls_d_loss(fake_logits, real_logits)


@mistake("ls_d_loss", "At which score is a fake sample worth nothing to improve? Read the targets again.", "LS3")
def ls_d_loss_targets_of_both_signs(real_logits, fake_logits):
    return 0.5 * (real_logits - 1).square().mean() + 0.5 * (fake_logits + 1).square().mean()


@mistake("ls_d_loss", _UNEQUAL, "LS4")
def ls_d_loss_one_mean(real_logits, fake_logits):
    return torch.cat([(real_logits - 1).square(), fake_logits.square()]).mean()


@mistake("ls_d_loss", _UNEQUAL, "DL10")
def ls_d_loss_element_wise(real_logits, fake_logits):
    return 0.5 * ((real_logits - 1).square() + fake_logits.square()).mean()


@mistake("ls_d_loss", _SUM, "DL5")
def ls_d_loss_sum_over_batch(real_logits, fake_logits):
    return 0.5 * (real_logits - 1).square().sum() + 0.5 * fake_logits.square().sum()


@mistake("ls_d_loss", _ONE_NUMBER)
def ls_d_loss_per_example(real_logits, fake_logits):
    return torch.cat([0.5 * (real_logits - 1).square(), 0.5 * fake_logits.square()])


@mistake("ls_d_loss", _NO_FAKE, "DL3")
def ls_d_loss_fake_missing(real_logits, fake_logits):
    return 0.5 * (real_logits - 1).square().mean()


@mistake("ls_d_loss", _CUT_ONE, "DL12")
def ls_d_loss_real_detached(real_logits, fake_logits):
    return right_ls_d_loss(real_logits.detach(), fake_logits)


@mistake("ls_d_loss", _CUT_ONE, "DL12")
def ls_d_loss_fake_detached(real_logits, fake_logits):
    return right_ls_d_loss(real_logits, fake_logits.detach())


@mistake("ls_d_loss", "Is the mean of squares the square of the mean?")
def ls_d_loss_square_of_mean(real_logits, fake_logits):
    return 0.5 * (real_logits.mean() - 1).square() + 0.5 * fake_logits.mean().square()


@mistake("ls_d_loss", "How is a distance measured in this game?")
def ls_d_loss_absolute(real_logits, fake_logits):
    return 0.5 * (real_logits - 1).abs().mean() + 0.5 * fake_logits.abs().mean()


@mistake("ls_d_loss", "Which game is being played here? There is no logarithm in this one.")
def ls_d_loss_cross_entropy(real_logits, fake_logits):
    return right_d_loss(real_logits, fake_logits)


@mistake("ls_d_loss", _COLUMNS, "DL9")
def ls_d_loss_targets_broadcast(real_logits, fake_logits):
    scores = torch.cat([real_logits, fake_logits])
    targets = torch.cat([scores.new_ones(len(real_logits)), scores.new_zeros(len(fake_logits))])
    share = torch.cat([scores.new_full((len(batch),), 0.5 / len(batch)) for batch in (real_logits, fake_logits)])
    return ((scores - targets).square() * share).sum() / (len(scores) if scores.dim() == 2 else 1)


@mistake("ls_g_loss", _SCALE_LS, "LS1")
def ls_g_loss_without_half(fake_logits):
    return 2 * right_ls_g_loss(fake_logits)


@mistake("ls_g_loss", _NO_SIGMOID, "LS2")
def ls_g_loss_with_sigmoid(fake_logits):
    return right_ls_g_loss(fake_logits.sigmoid())


@mistake("ls_g_loss", "Which score does the generator want for its samples?", "LS3")
def ls_g_loss_target_zero(fake_logits):
    return 0.5 * fake_logits.square().mean()


@mistake("ls_g_loss", "Is the mean of squares the square of the mean?")
def ls_g_loss_square_of_mean(fake_logits):
    return 0.5 * (fake_logits.mean() - 1).square()


@mistake("ls_g_loss", _SUM, "DL5")
def ls_g_loss_sum_over_batch(fake_logits):
    return 0.5 * (fake_logits - 1).square().sum()


@mistake("ls_g_loss", _ONE_NUMBER)
def ls_g_loss_per_example(fake_logits):
    return 0.5 * (fake_logits - 1).square()


@mistake("ls_g_loss", _FOLLOW, "GL3")
def ls_g_loss_negative(fake_logits):
    return -right_ls_g_loss(fake_logits)


@mistake("ls_g_loss", _CUT, "GL4")
def ls_g_loss_detached(fake_logits):
    return right_ls_g_loss(fake_logits.detach())


@mistake("ls_g_loss", "Which game is being played here? There is no logarithm in this one.")
def ls_g_loss_cross_entropy(fake_logits):
    return right_g_loss_ns(fake_logits)


# ---------------------------------------------------------------------------------- DNet

_COUNT = "Count your layers, and their channels, against the table."
_REGISTERED = "Does your network know all its layers? A plain list hides them."
_FOR_EVERY_B = "Which batch sizes does this reshape allow?"
_ONE_COLUMN = "One logit for each image, in a column of its own."
_RELU = "Compare your activations with the table, one by one."
_INSIDE = "Does the gradient reach every layer? Look for no_grad, detach or requires_grad_(False)."
_SAME_TWICE = "Called twice on the same input, your network gives two answers."
_START = "A new network should start with the weights that the text asks for: who draws them?"
_ALONE = "The result for one example depends on the others in its batch."


def _discriminator(*, padding=1, last_padding=0, features=200, relu=nn.ReLU, pool=nn.MaxPool2d):
    return nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=padding),
        relu(),
        pool(2),
        nn.Conv2d(2, 4, 3, padding=padding),
        relu(),
        pool(2),
        nn.Conv2d(4, 8, 3, padding=last_padding),
        relu(),
        nn.Flatten(),
        nn.Linear(features, 1),
    )


class _OfLayers(nn.Module):
    """A network of the layers that its subclass names."""

    def __init__(self, *arguments):
        super().__init__()
        self.net = self.layers(*arguments)
        right_init_weights(self)

    def forward(self, x):
        return self.net(x)


@mistake("DNet", "What padding does the last convolution have in the table?", "TR10")
class dnet_last_padding(_OfLayers):
    def layers(self):
        return _discriminator(last_padding=1, features=392)


@mistake("DNet", "What padding do the first convolutions have in the table?", "TR10")
class dnet_without_padding(_OfLayers):
    def layers(self):
        return _discriminator(padding=0, features=72)


@mistake("DNet", _COUNT, "TR10")
class dnet_extra_layer(_OfLayers):
    def layers(self):
        return nn.Sequential(*list(_discriminator())[:-1], nn.Linear(200, 64), nn.ReLU(), nn.Linear(64, 1))


@mistake("DNet", _COUNT, "TR10")
class dnet_other_channels(_OfLayers):
    def layers(self):
        net = _discriminator(features=400)
        net[0], net[3], net[6] = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1), nn.Conv2d(8, 16, 3)
        return net


@mistake("DNet", "The table has biases.", "TR10")
class dnet_without_biases(_OfLayers):
    def layers(self):
        net = _discriminator()
        net[0], net[3] = nn.Conv2d(1, 2, 3, padding=1, bias=False), nn.Conv2d(2, 4, 3, padding=1, bias=False)
        return net


@mistake("DNet", "The table has no normalisation.", "TR10")
class dnet_batch_norm(_OfLayers):
    def layers(self):
        layers = list(_discriminator())
        return nn.Sequential(*layers[:1], nn.BatchNorm2d(2), *layers[1:])


@mistake("DNet", _RELU, "TR10")
class dnet_leaky(_OfLayers):
    def layers(self):
        return _discriminator(relu=lambda: nn.LeakyReLU(0.2))


@mistake("DNet", "An activation of the table is missing.", "TR10")
class dnet_without_last_relu(_OfLayers):
    def layers(self):
        net = _discriminator()
        net[7] = nn.Identity()
        return net


@mistake("DNet", "How does the table make images smaller: which of the four pixels stays?", "TR10")
class dnet_average_pooling(_OfLayers):
    def layers(self):
        return _discriminator(pool=nn.AvgPool2d)


@mistake("DNet", "Logits are asked for, not probabilities: what does the last layer of the table give?", "DL6")
class dnet_sigmoid(_OfLayers):
    def layers(self):
        return nn.Sequential(*_discriminator(), nn.Sigmoid())


@mistake("DNet", "Each image gets a logit of its own: over which axis does your last layer compare?", "DL6")
class dnet_log_softmax(_OfLayers):
    def layers(self):
        return nn.Sequential(*_discriminator(), nn.LogSoftmax(dim=1))


@mistake("DNet", "Your network gives another result in training: there is no dropout in the table.")
class dnet_dropout(_OfLayers):
    def layers(self):
        layers = list(_discriminator())
        return nn.Sequential(*layers[:-1], nn.Dropout(0.3), layers[-1])


@mistake("DNet", _REGISTERED, "TR6")
class dnet_layers_in_a_list(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = list(_discriminator())
        for layer in self.layers:
            right_init_weights(layer)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("DNet", _ONE_COLUMN, "DL9")
class dnet_squeezed(RightDNet):
    def forward(self, x):
        return super().forward(x).squeeze(1)


@mistake("DNet", "Try a batch of one image: which axes does your network drop?")
class dnet_squeezed_batch_of_one(RightDNet):
    def forward(self, x):
        logits = super().forward(x).squeeze()
        return logits if logits.dim() == 0 else logits[:, None]


@mistake("DNet", _FOR_EVERY_B)
class dnet_fixed_batch(RightDNet):
    def forward(self, x):
        return super().forward(x.view(64, 1, 28, 28))


@mistake("DNet", "In which order does flattening put channels, rows and columns?")
class dnet_flatten_channels_last(RightDNet):
    def forward(self, x):
        features = self.features(x).view(-1, 8, 25).transpose(1, 2).reshape(-1, 200)
        return self.head(features)


@mistake("DNet", _START, "TR8")
class dnet_default_start(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = _discriminator()

    def forward(self, x):
        return self.net(x)


@mistake("DNet", _INSIDE, "DL12")
class dnet_no_grad(RightDNet):
    def forward(self, x):
        with torch.no_grad():
            features = self.features(x)
        return self.head(features)


@mistake("DNet", _INSIDE)
class dnet_frozen(RightDNet):
    def __init__(self):
        super().__init__()
        self.features.requires_grad_(False)


@mistake("DNet", _ALONE)
class dnet_normalises_batch(RightDNet):
    def forward(self, x):
        return super().forward((x - x.mean()) / (x.std() + 1e-5))


@mistake("DNet", _SAME_TWICE)
class dnet_noise_inside(RightDNet):
    def forward(self, x):
        return super().forward(x + 0.1 * torch.randn_like(x))


@mistake("DNet", _PRECISION)
class dnet_float32_inside(RightDNet):
    def forward(self, x):
        return super().forward(x.float())


@mistake("DNet", "Images with other contrast should get other logits: what do you do to the input first?")
class dnet_input_rescaled(RightDNet):
    def forward(self, x):
        return super().forward(2 * x - 1)


@mistake("DNet", _SEED)
class dnet_sets_a_seed(RightDNet):
    def __init__(self):
        torch.manual_seed(446)
        super().__init__()


# ---------------------------------------------------------------------------------- GNet


def _generator(zdim=64, *, up=None, leaky=lambda: nn.LeakyReLU(0.2), last=nn.Sigmoid):
    up = up or (lambda: nn.Upsample(scale_factor=2))
    return nn.Sequential(
        nn.Linear(zdim, 1568),
        leaky(),
        nn.Unflatten(1, (32, 7, 7)),
        up(),
        nn.Conv2d(32, 16, 3, padding=1),
        leaky(),
        up(),
        nn.Conv2d(16, 8, 3, padding=1),
        leaky(),
        nn.Conv2d(8, 1, 3, padding=1),
        last(),
    )


@mistake("GNet", "Pixels should lie between 0 and 1: which function of the table does that?", "TR10")
class gnet_without_sigmoid(_OfLayers):
    def layers(self, zdim=64):
        return _generator(zdim, last=nn.Identity)


@mistake("GNet", "Pixels should lie between 0 and 1, not between -1 and 1.", "TR10")
class gnet_tanh(_OfLayers):
    def layers(self, zdim=64):
        return _generator(zdim, last=nn.Tanh)


@mistake("GNet", "No activation stands before the sigmoid in the table: where can pixels not go?", "TR10")
class gnet_relu_before_sigmoid(_OfLayers):
    def layers(self, zdim=64):
        return _generator(zdim, last=lambda: nn.Sequential(nn.ReLU(), nn.Sigmoid()))


@mistake("GNet", "Which slope has a leaky ReLU in the table, and which one by default?", "TR10")
class gnet_default_slope(_OfLayers):
    def layers(self, zdim=64):
        return _generator(zdim, leaky=nn.LeakyReLU)


@mistake("GNet", _RELU, "TR10")
class gnet_relu(_OfLayers):
    def layers(self, zdim=64):
        return _generator(zdim, leaky=nn.ReLU)


@mistake("GNet", "An activation of the table is missing.", "TR10")
class gnet_without_first_activation(_OfLayers):
    def layers(self, zdim=64):
        net = _generator(zdim)
        net[1] = nn.Identity()
        return net


@mistake("GNet", "How does the table make images larger: are new pixels repeated, or blended?", "TR10")
class gnet_bilinear(_OfLayers):
    def layers(self, zdim=64):
        return _generator(zdim, up=lambda: nn.Upsample(scale_factor=2, mode="bilinear"))


@mistake("GNet", _COUNT, "TR10")
class gnet_transposed_convolutions(_OfLayers):
    def layers(self, zdim=64):
        layers = list(_generator(zdim))
        layers[3:5] = [nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1)]
        layers[5:7] = [nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1)]
        return nn.Sequential(*layers)


@mistake("GNet", _COUNT, "TR10")
class gnet_extra_layer(_OfLayers):
    def layers(self, zdim=64):
        return nn.Sequential(nn.Linear(zdim, zdim), nn.ReLU(), *_generator(zdim))


@mistake("GNet", "The table has no normalisation.", "TR10")
class gnet_batch_norm(_OfLayers):
    def layers(self, zdim=64):
        layers = list(_generator(zdim))
        return nn.Sequential(*layers[:5], nn.BatchNorm2d(16), *layers[5:])


@mistake("GNet", "Try a noise of another dimension than 64.")
class gnet_fixed_zdim(_OfLayers):
    def layers(self, zdim=64):
        return _generator(64)


@mistake("GNet", "Images have an axis for their channel, and rows and columns.")
class gnet_flat_images(RightGNet):
    def forward(self, z):
        return super().forward(z).flatten(1)


@mistake("GNet", "Images have an axis for their channel, and rows and columns.")
class gnet_squeezed(RightGNet):
    def forward(self, z):
        return super().forward(z).squeeze(1)


@mistake("GNet", "In which order does the reshape put channels, rows and columns?")
class gnet_channels_last(RightGNet):
    def forward(self, z):
        grid = self.net[:2](z).view(-1, 7, 7, 32).permute(0, 3, 1, 2)
        return self.net[3:](grid)


@mistake("GNet", "Rows and columns of your images have changed places.")
class gnet_transposed(RightGNet):
    def forward(self, z):
        return super().forward(z).transpose(-1, -2)


@mistake("GNet", _FOR_EVERY_B)
class gnet_fixed_batch(RightGNet):
    def forward(self, z):
        return self.net[3:](self.net[:2](z).view(64, 32, 7, 7))


@mistake("GNet", "Does the image change when the noise that is given changes?")
class gnet_ignores_noise(RightGNet):
    def forward(self, z):
        return super().forward(torch.randn_like(z))


@mistake("GNet", _SAME_TWICE)
class gnet_noise_inside(RightGNet):
    def forward(self, z):
        return super().forward(z + 0.1 * torch.randn_like(z))


@mistake("GNet", _ALONE)
class gnet_normalises_batch(RightGNet):
    def forward(self, z):
        return super().forward(z - z.mean(0))


@mistake("GNet", _REGISTERED, "TR6")
class gnet_layers_in_a_list(nn.Module):
    def __init__(self, zdim=64):
        super().__init__()
        self.layers = list(_generator(zdim))
        for layer in self.layers:
            right_init_weights(layer)

    def forward(self, z):
        for layer in self.layers:
            z = layer(z)
        return z


@mistake("GNet", _START, "TR8")
class gnet_default_start(nn.Module):
    def __init__(self, zdim=64):
        super().__init__()
        self.net = _generator(zdim)

    def forward(self, z):
        return self.net(z)


@mistake("GNet", _INSIDE, "GL4")
class gnet_detached(RightGNet):
    def forward(self, z):
        return self.net[9:](self.net[:9](z).detach())


@mistake("GNet", _INSIDE)
class gnet_frozen(RightGNet):
    def __init__(self, zdim=64):
        super().__init__(zdim)
        self.net[0].requires_grad_(False)


@mistake("GNet", _PRECISION)
class gnet_float32_result(RightGNet):
    def forward(self, z):
        return super().forward(z).float()


@mistake("GNet", _SEED)
class gnet_sets_a_seed(RightGNet):
    def __init__(self, zdim=64):
        torch.manual_seed(446)
        super().__init__(zdim)


# ---------------------------------------------------------------------------------- init_weights

_BOUND = "How wide is the interval? Compute it for a layer with 300 inputs, and compare the largest weight."
_KIND = "Which distribution is asked for? Look at how your weights are spread, not only at their variance."
_BIAS = "Look at the biases after the call."
_EVERY = "Are there kinds of layers with weights that you pass over?"
_DEEP = "Which layers of a network inside a network do you reach?"


def _layers(module):
    return [layer for layer in module.modules() if isinstance(layer, (nn.Linear, nn.Conv2d))]


def _with_zero_bias(draw, *kinds):
    def init(module):
        for layer in _layers(module):
            if not kinds or isinstance(layer, kinds):
                draw(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    return init


@mistake("init_weights", _KIND, "TR9")
def init_weights_kaiming_normal(module):
    _with_zero_bias(nn.init.kaiming_normal_)(module)


@mistake("init_weights", _BOUND, "TR9")
def init_weights_xavier(module):
    _with_zero_bias(nn.init.xavier_uniform_)(module)


@mistake("init_weights", "Is it the number of inputs or of outputs of a layer that counts here?")
def init_weights_fan_out(module):
    _with_zero_bias(lambda weight: nn.init.kaiming_uniform_(weight, mode="fan_out"))(module)


@mistake("init_weights", "Your interval is torch's default one. What gain belongs to a ReLU?")
def init_weights_default_bound(module):
    _with_zero_bias(lambda weight: nn.init.kaiming_uniform_(weight, a=math.sqrt(5)))(module)


@mistake("init_weights", "For which activation is the gain asked for?")
def init_weights_leaky_gain(module):
    _with_zero_bias(lambda weight: nn.init.kaiming_uniform_(weight, a=0.2))(module)


@mistake("init_weights", "Is your number the standard deviation of the uniform law, or half its width?")
def init_weights_std_as_bound(module):
    _with_zero_bias(lambda w: nn.init.uniform_(w, -((2 * len(w) / w.numel()) ** 0.5), (2 * len(w) / w.numel()) ** 0.5))(
        module
    )


@mistake("init_weights", "On which side of 0 are your weights?")
def init_weights_positive(module):
    _with_zero_bias(lambda w: nn.init.uniform_(w, 0, (6 * len(w) / w.numel()) ** 0.5))(module)


@mistake("init_weights", "Should all weights have the same spread, however many inputs a layer has?")
def init_weights_dcgan(module):
    _with_zero_bias(lambda weight: nn.init.normal_(weight, 0.0, 0.02))(module)


@mistake("init_weights", "All outputs of a layer compute the same if their weights are equal.")
def init_weights_zeros(module):
    _with_zero_bias(nn.init.zeros_)(module)


@mistake("init_weights", "All outputs of a layer compute the same if their weights are equal.")
def init_weights_rows_equal(module):
    def draw(weight):
        nn.init.kaiming_uniform_(weight)
        with torch.no_grad():
            weight.copy_(weight[:1].expand_as(weight).clone())

    _with_zero_bias(draw)(module)


@mistake("init_weights", _BIAS, "TR8")
def init_weights_bias_forgotten(module):
    for layer in _layers(module):
        nn.init.kaiming_uniform_(layer.weight)


@mistake("init_weights", "What should biases be at the start?", "TR8")
def init_weights_bias_small(module):
    for layer in _layers(module):
        nn.init.kaiming_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.constant_(layer.bias, 0.01)


@mistake("init_weights", "Try a layer that was made with bias=False.")
def init_weights_needs_bias(module):
    for layer in _layers(module):
        nn.init.kaiming_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)


@mistake("init_weights", _EVERY, "TR7")
def init_weights_convolutions_only(module):
    _with_zero_bias(nn.init.kaiming_uniform_, nn.Conv2d)(module)


@mistake("init_weights", _EVERY, "TR7")
def init_weights_linear_only(module):
    _with_zero_bias(nn.init.kaiming_uniform_, nn.Linear)(module)


@mistake("init_weights", "Given a whole network, does your function reach anything?", "TR7")
def init_weights_of_one_layer_only(module):
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        right_init_weights(module)


@mistake("init_weights", _DEEP, "TR7")
def init_weights_children_only(module):
    for layer in [module, *module.children()]:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            right_init_weights(layer)


@mistake("init_weights", "Which layers should keep their parameters?")
def init_weights_norm_too(module):
    right_init_weights(module)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)


@mistake("init_weights", "Is the network that was given changed, or a copy of its weights?")
def init_weights_of_copies(module):
    for layer in _layers(module):
        nn.init.kaiming_uniform_(layer.weight.detach().clone())
        if layer.bias is not None:
            layer.bias.detach().clone().zero_()


@mistake("init_weights", _SEED)
def init_weights_sets_a_seed(module):
    torch.manual_seed(446)
    right_init_weights(module)


# ---------------------------------------------------------------------------------- js_divergence


@mistake("js_divergence", "A symmetric divergence is asked for: exchange p and q.", "DD7")
def js_divergence_kl(p, q):
    return kl_divergence(p, q)


@mistake("js_divergence", "A symmetric divergence is asked for: exchange p and q.", "DD7")
def js_divergence_kl_reversed(p, q):
    return kl_divergence(q, p)


@mistake("js_divergence", "With what are p and q compared: with each other, or with something in between?", "DD7")
def js_divergence_symmetrised_kl(p, q):
    return 0.5 * (kl_divergence(p, q) + kl_divergence(q, p))


@mistake("js_divergence", "With what are p and q compared: with each other, or with something in between?", "DD7")
def js_divergence_jeffreys(p, q):
    return kl_divergence(p, q) + kl_divergence(q, p)


@mistake("js_divergence", "Count the KL terms, and with which weights they enter.", "DD7")
def js_divergence_doubled(p, q):
    return 2 * right_js_divergence(p, q)


@mistake("js_divergence", "Count the KL terms, and with which weights they enter.", "DD7")
def js_divergence_halved(p, q):
    return 0.5 * right_js_divergence(p, q)


@mistake("js_divergence", "Count the KL terms, and with which weights they enter.", "DD7")
def js_divergence_one_term(p, q):
    return kl_divergence(p, 0.5 * (p + q))


@mistake("js_divergence", "Count the KL terms, and with which weights they enter.", "DD7")
def js_divergence_one_half_term(p, q):
    return 0.5 * kl_divergence(p, 0.5 * (p + q))


@mistake("js_divergence", "Is what stands in the middle a distribution?", "DD7")
def js_divergence_sum_in_the_middle(p, q):
    return 0.5 * kl_divergence(p, p + q) + 0.5 * kl_divergence(q, p + q)


@mistake("js_divergence", "Which mean of p and q is a mixture of the two?")
def js_divergence_geometric_middle(p, q):
    middle = (p * q).sqrt() / (p * q).sqrt().sum()
    return 0.5 * kl_divergence(p, middle) + 0.5 * kl_divergence(q, middle)


@mistake("js_divergence", "Under which distribution is each expectation taken?")
def js_divergence_from_the_middle(p, q):
    middle = 0.5 * (p + q)
    return 0.5 * kl_divergence(middle, p) + 0.5 * kl_divergence(middle, q)


@mistake("js_divergence", _LOG)
def js_divergence_in_bits(p, q):
    return right_js_divergence(p, q) / math.log(2)


@mistake("js_divergence", "A distance and a divergence are not the same: is there a root too many?")
def js_divergence_distance(p, q):
    return right_js_divergence(p, q).sqrt()


@mistake("js_divergence", "A divergence is never negative.", "KL2")
def js_divergence_negative(p, q):
    return -right_js_divergence(p, q)


@mistake("js_divergence", "How do the outcomes combine: is there a mean where an expectation should be?", "KL4")
def js_divergence_mean_over_outcomes(p, q):
    return right_js_divergence(p, q) / len(p)


@mistake("js_divergence", "One number is asked for: what becomes of the outcomes?")
def js_divergence_per_outcome(p, q):
    middle = 0.5 * (p + q)
    return 0.5 * p * (p / middle).log() + 0.5 * q * (q / middle).log()


@mistake("js_divergence", "What does an outcome of probability 0 contribute? Yours contributes NaN.", "BE2")
def js_divergence_nan_at_zero(p, q):
    return js_divergence_per_outcome(p, q).sum()


@mistake("js_divergence", "The guard in your logarithm is so large that it changes the result.")
def js_divergence_large_guard(p, q):
    middle = 0.5 * (p + q)
    return 0.5 * (p * ((p + 1e-3) / (middle + 1e-3)).log() + q * ((q + 1e-3) / (middle + 1e-3)).log()).sum()


@mistake(
    "js_divergence",
    "How is the divergence related to the value of the game? That value is not what is asked for.",
    "DD8",
)
def js_divergence_value_of_the_game(p, q):
    return 2 * right_js_divergence(p, q) - math.log(4)


@mistake("js_divergence", _CUT)
def js_divergence_detached(p, q):
    return right_js_divergence(p.detach(), q.detach())


@mistake("js_divergence", _CUT_ONE)
def js_divergence_one_detached(p, q):
    return right_js_divergence(p, q.detach())


@mistake("js_divergence", _PRECISION)
def js_divergence_float32_result(p, q):
    return right_js_divergence(p.float(), q.float())


# ---------------------------------------------------------------------------------- d_step

_STALE = "Run the same step twice, or after another one: does the update depend on older gradients?"
_STALE_END = "What if gradients are stored already when the step is called?"
_BEFORE = "Is the loss that you return the one before the update?"
_FLOAT = "A Python number is asked for, not a tensor that keeps its graph alive."
_WHICH = "Which parameters changed in this step?"
_NO_MOVE = "The gradient is there, but nothing moved: who makes the update?"
_UPHILL = "Did the loss become smaller in this step?"
_GIVEN_NOISE = "Does the step use the noise that it is given?"
_GIVEN_OPTIMIZER = "Which optimizer does this step use?"
_ONCE = "How many updates does one step make?"
_FOR_GOOD = "Are the parameters still trainable after the step?"
_MODE = "In which mode are the networks after the step?"
_NO_FAKE_STEP = "The fake samples do not influence this update of D: is a term missing, or detached too late?"
_CLIPPED = "Nobody asked to change the gradient before the update."


def _backward_and_step(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake("d_step", _STALE, "TR1")
def d_step_without_zero_grad(G, D, opt_d, x_real, z):
    loss = right_d_loss(D(x_real), D(G(z).detach()))
    loss.backward()
    opt_d.step()
    return loss.item()


@mistake("d_step", _STALE_END, "TR1")
def d_step_zero_grad_afterwards(G, D, opt_d, x_real, z):
    loss = d_step_without_zero_grad(G, D, opt_d, x_real, z)
    opt_d.zero_grad()
    return loss


@mistake("d_step", "In which order are gradients zeroed and computed?", "TR1")
def d_step_zero_grad_after_backward(G, D, opt_d, x_real, z):
    loss = right_d_loss(D(x_real), D(G(z).detach()))
    loss.backward()
    opt_d.zero_grad()
    opt_d.step()
    return loss.item()


@mistake("d_step", _NO_MOVE)
def d_step_without_step(G, D, opt_d, x_real, z):
    opt_d.zero_grad()
    loss = right_d_loss(D(x_real), D(G(z).detach()))
    loss.backward()
    return loss.item()


@mistake("d_step", _BEFORE)
def d_step_returns_loss_after(G, D, opt_d, x_real, z):
    right_d_step(G, D, opt_d, x_real, z)
    with torch.no_grad():
        return right_d_loss(D(x_real), D(G(z))).item()


@mistake("d_step", _FLOAT)
def d_step_returns_tensor(G, D, opt_d, x_real, z):
    opt_d.zero_grad()
    loss = right_d_loss(D(x_real), D(G(z).detach()))
    loss.backward()
    opt_d.step()
    return loss


@mistake("d_step", "A number is asked for: what does your step return?")
def d_step_returns_nothing(G, D, opt_d, x_real, z):
    right_d_step(G, D, opt_d, x_real, z)


@mistake("d_step", "Is the number that you return the whole loss?", "DL2")
def d_step_returns_one_term(G, D, opt_d, x_real, z):
    with torch.no_grad():
        real = right_g_loss_ns(D(x_real)).item()
    right_d_step(G, D, opt_d, x_real, z)
    return real


@mistake("d_step", _UPHILL, "DL8")
def d_step_maximises(G, D, opt_d, x_real, z):
    return -_backward_and_step(-right_d_loss(D(x_real), D(G(z).detach())), opt_d)


@mistake("d_step", _LABELS, "DL1")
def d_step_labels_swapped(G, D, opt_d, x_real, z):
    return _backward_and_step(right_d_loss(D(G(z).detach()), D(x_real)), opt_d)


@mistake("d_step", _NO_FAKE_STEP, "DL3")
def d_step_real_only(G, D, opt_d, x_real, z):
    return _backward_and_step(right_g_loss_ns(D(x_real)), opt_d)


@mistake("d_step", "The real samples do not influence this step.", "DL3")
def d_step_fake_only(G, D, opt_d, x_real, z):
    return _backward_and_step(-right_g_loss_sat(D(G(z).detach())), opt_d)


@mistake("d_step", _NO_FAKE_STEP, "DL12")
def d_step_scores_detached(G, D, opt_d, x_real, z):
    return _backward_and_step(right_d_loss(D(x_real), D(G(z)).detach()), opt_d)


@mistake("d_step", "Where do the fake samples come from?")
def d_step_noise_as_samples(G, D, opt_d, x_real, z):
    return _backward_and_step(right_d_loss(D(x_real), D(torch.randn_like(x_real))), opt_d)


@mistake("d_step", _GIVEN_NOISE)
def d_step_own_noise(G, D, opt_d, x_real, z):
    return right_d_step(G, D, opt_d, x_real, torch.randn_like(z))


@mistake("d_step", _WHICH, "TR2")
def d_step_moves_g(G, D, opt_d, x_real, z):
    opt_g = torch.optim.SGD(G.parameters(), lr=0.1)
    opt_g.zero_grad()
    loss = _backward_and_step(right_d_loss(D(x_real), D(G(z))), opt_d)
    opt_g.step()
    return loss


@mistake("d_step", _ONCE)
def d_step_two_updates(G, D, opt_d, x_real, z):
    real = _backward_and_step(right_g_loss_ns(D(x_real)), opt_d)
    return real + _backward_and_step(-right_g_loss_sat(D(G(z).detach())), opt_d)


@mistake("d_step", _GIVEN_OPTIMIZER, "GL5")
def d_step_own_optimizer(G, D, opt_d, x_real, z):
    return right_d_step(G, D, torch.optim.Adam(D.parameters(), lr=1e-3), x_real, z)


@mistake("d_step", _HALF, "DL4")
def d_step_half_loss(G, D, opt_d, x_real, z):
    return _backward_and_step(right_d_loss(D(x_real), D(G(z).detach())) / 2, opt_d)


@mistake("d_step", _CLIPPED)
def d_step_clips(G, D, opt_d, x_real, z):
    opt_d.zero_grad()
    loss = right_d_loss(D(x_real), D(G(z).detach()))
    loss.backward()
    nn.utils.clip_grad_norm_(D.parameters(), 0.05)
    opt_d.step()
    return loss.item()


@mistake("d_step", "Nobody asked to change the weights after the update.")
def d_step_clips_weights(G, D, opt_d, x_real, z):
    loss = right_d_step(G, D, opt_d, x_real, z)
    with torch.no_grad():
        for parameter in D.parameters():
            parameter.clamp_(-0.5, 0.5)
    return loss


@mistake("d_step", _FOR_GOOD)
def d_step_freezes_g(G, D, opt_d, x_real, z):
    G.requires_grad_(False)
    return right_d_step(G, D, opt_d, x_real, z)


@mistake("d_step", _MODE, "TR5")
def d_step_leaves_eval_mode(G, D, opt_d, x_real, z):
    G.eval()
    return right_d_step(G, D, opt_d, x_real, z)


@mistake("d_step", _SEED)
def d_step_sets_a_seed(G, D, opt_d, x_real, z):
    torch.manual_seed(446)
    return right_d_step(G, D, opt_d, x_real, z)


# ---------------------------------------------------------------------------------- g_step


@mistake("g_step", _STALE, "TR1")
def g_step_without_zero_grad(G, D, opt_g, z):
    loss = right_g_loss_ns(D(G(z)))
    loss.backward()
    opt_g.step()
    return loss.item()


@mistake("g_step", _STALE_END, "TR1")
def g_step_zero_grad_afterwards(G, D, opt_g, z):
    loss = g_step_without_zero_grad(G, D, opt_g, z)
    opt_g.zero_grad()
    return loss


@mistake("g_step", _NO_MOVE)
def g_step_without_step(G, D, opt_g, z):
    opt_g.zero_grad()
    loss = right_g_loss_ns(D(G(z)))
    loss.backward()
    return loss.item()


@mistake("g_step", "G's parameters get no gradient: where is it cut off?", "GL4")
def g_step_fake_detached(G, D, opt_g, z):
    return _backward_and_step(right_g_loss_ns(D(G(z).detach())), opt_g)


@mistake("g_step", "How large is your gradient when D rejects the sample with certainty?", "GL1")
def g_step_saturating(G, D, opt_g, z):
    return _backward_and_step(right_g_loss_sat(D(G(z))), opt_g)


@mistake("g_step", _FOLLOW, "GL2")
def g_step_label_fake(G, D, opt_g, z):
    return _backward_and_step(-right_g_loss_sat(D(G(z))), opt_g)


@mistake("g_step", _FOLLOW, "GL3")
def g_step_maximises(G, D, opt_g, z):
    return -_backward_and_step(-right_g_loss_ns(D(G(z))), opt_g)


@mistake("g_step", _WHICH, "GL5")
def g_step_moves_d(G, D, opt_g, z):
    opt_d = torch.optim.SGD(D.parameters(), lr=0.1)
    opt_d.zero_grad()
    loss = _backward_and_step(right_g_loss_ns(D(G(z))), opt_g)
    opt_d.step()
    return loss


@mistake("g_step", _GIVEN_OPTIMIZER, "GL5")
def g_step_own_optimizer(G, D, opt_g, z):
    return right_g_step(G, D, torch.optim.Adam(G.parameters(), lr=1e-3), z)


@mistake("g_step", _BEFORE)
def g_step_returns_loss_after(G, D, opt_g, z):
    right_g_step(G, D, opt_g, z)
    with torch.no_grad():
        return right_g_loss_ns(D(G(z))).item()


@mistake("g_step", _FLOAT)
def g_step_returns_tensor(G, D, opt_g, z):
    opt_g.zero_grad()
    loss = right_g_loss_ns(D(G(z)))
    loss.backward()
    opt_g.step()
    return loss


@mistake("g_step", "A number is asked for: what does your step return?")
def g_step_returns_nothing(G, D, opt_g, z):
    right_g_step(G, D, opt_g, z)


@mistake("g_step", _GIVEN_NOISE)
def g_step_own_noise(G, D, opt_g, z):
    return right_g_step(G, D, opt_g, torch.randn_like(z))


@mistake("g_step", _ONCE)
def g_step_two_updates(G, D, opt_g, z):
    loss = right_g_step(G, D, opt_g, z)
    right_g_step(G, D, opt_g, z)
    return loss


@mistake("g_step", _CLIPPED)
def g_step_clips(G, D, opt_g, z):
    opt_g.zero_grad()
    loss = right_g_loss_ns(D(G(z)))
    loss.backward()
    nn.utils.clip_grad_norm_(G.parameters(), 0.05)
    opt_g.step()
    return loss.item()


@mistake("g_step", _FOR_GOOD)
def g_step_freezes_d(G, D, opt_g, z):
    D.requires_grad_(False)
    return right_g_step(G, D, opt_g, z)


@mistake("g_step", _MODE, "TR5")
def g_step_leaves_eval_mode(G, D, opt_g, z):
    D.eval()
    return right_g_step(G, D, opt_g, z)


@mistake("g_step", "Does the gradient reach every layer of G?")
def g_step_only_last_layer(G, D, opt_g, z):
    opt_g.zero_grad()
    loss = right_g_loss_ns(D(G(z)))
    last = list(G.parameters())[-2:]
    torch.autograd.backward(loss, inputs=last)
    opt_g.step()
    return loss.item()


@mistake("g_step", _SEED)
def g_step_sets_a_seed(G, D, opt_g, z):
    torch.manual_seed(446)
    return right_g_step(G, D, opt_g, z)
