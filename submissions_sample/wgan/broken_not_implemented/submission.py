"""GAN II: Wasserstein, gradient penalty, conditioning (parts 2, 3 and 4).

Fill in the functions and the class below; keep their names and the order of their arguments. The checker imports this
file as a module, so nothing should train, plot or ask for input when it is imported.

Conventions, for everything here:
  B is the size of a batch, n of a sample, K the number of classes. "x (B, ...)" is a batch of examples with any number
  of further axes, none included: (B,), (B, d), (B, C, H, W). B may be 1.
  "-> ()" means a scalar tensor of shape (), not a number.
  Results keep the dtype and the device of the inputs; inputs are not changed. All floating-point tensors of one call
  have the same dtype, float32 or float64. They need not be contiguous in memory: use reshape rather than view.
  Gradients must flow from every result back to every floating-point input and to every parameter that the result
  depends on, unless the text says otherwise.
  All losses are to be minimised. Logarithms are natural.
  No function sets a seed or a default dtype. You may use any function of PyTorch.
"""

from collections.abc import Callable

from torch import Tensor, nn

# ---------------------------------------------------------------- part 2: critic


def critic_loss(d_real: Tensor, d_fake: Tensor) -> Tensor:
    """The loss of the Wasserstein critic, without a penalty. The critic should score real examples higher.

    d_real (B,) or (B, 1), d_fake (B',) or (B', 1): scores, which are no probabilities and no logits. They are not
    bounded. The two batches may differ in size -> (): each batch is averaged by itself, with no further factor.
    """
    raise NotImplementedError


def wgan_g_loss(d_fake: Tensor) -> Tensor:
    """The loss of the generator against the Wasserstein critic.

    d_fake (B',) or (B', 1): scores of the critic -> (), averaged over the batch, with no further factor.
    """
    raise NotImplementedError


def w1_empirical(a: Tensor, b: Tensor) -> Tensor:
    """The Wasserstein-1 distance (cost |x - y|) between two samples of the same size on the line, exactly.

    a (n,), b (n,), in any order -> (), in the units of a and b: a point mass at 0 and one at 3 are 3 apart.
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 3: gradient penalty


def interpolate(x_real: Tensor, x_fake: Tensor, alpha: Tensor | None = None) -> Tensor:
    """One point on the segment between each real example and the fake example at the same place in the batch.

    x_real (B, ...), x_fake of the same shape -> the same shape.
    alpha (B,), or (B, 1, ..., 1) with as many axes as x_real: the weight of the real example, so that alpha = 1 gives
    the real one. If it is None, draw it here: uniform on [0, 1), one number for each example that all its entries
    share, independent between examples, fresh for every call.
    """
    raise NotImplementedError


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], x_real: Tensor, x_fake: Tensor, alpha: Tensor | None = None
) -> Tensor:
    """The two-sided gradient penalty of WGAN-GP, without the factor lambda: slopes below 1 cost, too.

    critic: any callable that maps points (B, ...) to scores (B,) or (B, 1); each score depends on its own point only.
    x_real (B, ...), x_fake of the same shape; alpha as in `interpolate` -> (): averaged over the batch.
    The slope of an example is the Euclidean norm of the gradient of its own score, over all axes of the example, at
    the point that `interpolate` gives. The penalty is 0 if all slopes are 1, and 1 if all are 0; where a slope is 0,
    the penalty is right up to 3e-4 and its gradient is finite.
    Work on the whole batch at once, without a loop over its examples: a training calls this function 450 times.
    Gradients flow to the parameters of the critic (so that a step can lower the penalty). Whether they flow on to
    x_real and x_fake is up to you: the step of the critic does not use them. Calling this function changes nothing
    in the critic, and leaves the .grad of its parameters as it is.
    """
    raise NotImplementedError


# ---------------------------------------------------------------- part 4: conditioning


def cgan_d_loss(
    D: Callable[[Tensor, Tensor], Tensor], x_real: Tensor, y_real: Tensor, x_fake: Tensor, y_fake: Tensor
) -> Tensor:
    """The binary cross-entropy of the discriminator of a conditional GAN: real examples have target 1, fake ones 0.

    D maps examples (B, ...) and their labels (B,) to logits (B,) or (B, 1), without a sigmoid.
    x_real (B, ...), y_real (B,); x_fake (B', ...), y_fake (B',): labels are integers, y_fake are those that the fakes
    were made for. The two batches may differ in size -> (), in nats: each batch is averaged by itself and the two
    averages are added, so that logits of 0 give log 4. It is finite and exact for logits of +-100.
    Whether a gradient flows to x_fake is up to you: the step of the discriminator does not use it.
    """
    raise NotImplementedError


def cgan_g_loss(D: Callable[[Tensor, Tensor], Tensor], x_fake: Tensor, y_fake: Tensor) -> Tensor:
    """The non-saturating loss of the generator of a conditional GAN.

    D, x_fake (B', ...), y_fake (B',) as in `cgan_d_loss` -> (), in nats, averaged over the batch: logits of 0 give
    log 2. It is finite and exact for logits of +-100. Gradients flow to x_fake.
    """
    raise NotImplementedError


class CondDisc(nn.Module):
    """A projection discriminator: one affine function of the features for each of K classes.

    CondDisc(K, phi=None, features=200); forward(x, y): x (B, ...), y (B,) integers in 0 ... K - 1 -> logits (B,),
    without a sigmoid. The logit of an example is what the affine function of its own label gives for phi(x).
    phi is a module that maps x to features (B, features). It becomes a part of this module, is trained with it, and
    keeps the parameters that it comes with.
    If phi is None, x are images (B, 1, 28, 28), features is 200, and phi is built here: convolutions of 3 by 3 with 2,
    4 and 8 channels (padding 1, 1 and 0), each followed by a ReLU; the first two ReLUs are followed by a maximum over 2
    by 2; the result is flattened to 8 * 5 * 5 features. There is nothing between phi and the affine functions.
    The parameters are those of phi, one weight for each class and feature in one tensor, and one bias for each
    class in another. Their names are yours. What is built here starts with biases of 0 and with Kaiming-uniform weights, uniform between
    -sqrt(6 / n) and sqrt(6 / n), where n is the number of inputs of one output (nn.init.kaiming_uniform_ without
    further arguments).
    """

    def __init__(self, K: int, phi: nn.Module | None = None, features: int = 200) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        raise NotImplementedError
