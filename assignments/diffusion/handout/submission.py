"""Diffusion: reparameterise and reverse (parts 2, 3 and 4).

Fill in the functions and methods below; keep their names and the order of their arguments. The checker imports this
file as a module, so nothing should train, plot or ask for input when it is imported.

Conventions, for everything here:
  Steps are counted from 0: t = 0 is the *first* noising step (the t = 1 of the papers), t = T - 1 the last. t indexes
  the arrays of the schedule. Before the first step nothing is noisy: the cumulative product "before t = 0" is 1.
  B is the batch axis. Images x have shape (B, ...) with any trailing axes: (B,), (B, d), (B, C, H, W), and an axis may
  have the length B by chance. t (B,) are integers (int64), and every example may have another step.
  Results have the shape, dtype and device of the images; inputs are not changed. All tensors of one call are on one
  device. Images of one call are all float32 or all float64; a schedule is always float64, so take roots and quotients
  before you convert to the dtype of the images.
  Tensors need not be contiguous in memory: use reshape rather than view.
  Gradients must flow from results back to the images, unless the text says otherwise.
  Draw noise only where the text says so, fresh in every call, and never set a seed.
  A model is a function (x_t, t) -> predicted noise of the shape of x_t; it is called exactly once, with a whole batch.
  Nothing is clipped. You may use any function of PyTorch.
"""

import torch
from torch import Tensor

# ---------------------------------------------------------------- part 2: forward process


def schedule(T: int, b0: float, b1: float) -> dict[str, Tensor]:
    """The linear noise schedule of T steps, and its products.

    T >= 1, 0 < b0, b1 < 1 -> a dict of four tensors, each of shape (T,) and float64 (computed in float64, too):
      "betas":     evenly spaced; the first is b0 and the last b1 (for T = 1: b0);
      "alphas":    what one step keeps of the variance of its input;
      "abar":      the cumulative product of the alphas, up to and including step t;
      "abar_prev": the same up to and including the step *before* t.
    """
    raise NotImplementedError


class Diffusion:
    """The forward and the reverse process of one schedule.

    schedule is a dict as the function `schedule` returns it, but its betas need not be linear. Several Diffusion
    objects with different schedules may exist side by side.
    """

    def __init__(self, schedule: dict[str, Tensor]) -> None:
        self.schedule = schedule  # you may store more here

    def q_sample(self, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """A sample x_t of q(x_t | x_0), all the steps 0, ..., t at once, made with the standard normal noise eps.

        x0 (B, ...), t (B,), eps (B, ...) -> (B, ...). Draw no noise here.
        """
        raise NotImplementedError

    # ------------------------------------------------------------ part 3: reverse process

    def predict_x0(self, x_t: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """The x_0 that q_sample turns into x_t with the noise eps.

        x_t (B, ...), t (B,), eps (B, ...) -> (B, ...).
        """
        raise NotImplementedError

    def predict_eps(self, x_t: Tensor, t: Tensor, x0: Tensor) -> Tensor:
        """The noise with which q_sample turns x0 into x_t.

        x_t (B, ...), t (B,), x0 (B, ...) -> (B, ...).
        """
        raise NotImplementedError

    def posterior(self, x0: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of q(x_{t-1} | x_t, x_0), as a tuple (mean, var). Note the order of the arguments.

        x0 (B, ...), x_t (B, ...), t (B,) -> two tensors (B, ...): var, too, has the full shape of x_t.
        var is the variance, neither its logarithm nor its root. At t = 0, where x_{t-1} is x_0 itself, mean is x0
        and var is 0, up to 1e-10. No gradient of var is asked for.
        """
        raise NotImplementedError

    def p_sample(self, model, x_t: Tensor, t: Tensor, noise: Tensor | None = None) -> Tensor:
        """One reverse step, from x_t to x_{t-1}.

        A sample of q(x_{t-1} | x_t, x_0) for the x_0 that the noise predicted by model(x_t, t) implies: its mean,
        plus `noise` times its standard deviation. The variance is that of `posterior` (not beta_t). Hence no noise
        is left at t = 0, whatever `noise` is.
        x_t (B, ...), t (B,), noise (B, ...) -> (B, ...). noise is standard normal; if it is None, draw it here:
        independent for every entry, with the dtype and device of x_t. No gradient is asked for.
        """
        raise NotImplementedError

    # ------------------------------------------------------------ part 4: training

    def ddpm_loss(self, model, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """The simple loss of DDPM: the squared error of the model's prediction of the noise eps that is in x_t.

        x0 (B, ...), t (B,), eps (B, ...) -> (), averaged over the batch and all the axes; no factor 1/2, no weights.
        Draw no noise here. Gradients must flow into the model; with respect to x0 and eps none is asked for.
        """
        raise NotImplementedError


def dsm_loss(score, x: Tensor, sigma: Tensor, z: Tensor) -> Tensor:
    """Denoising score matching with one noise level per example, each level weighted by its variance sigma^2.

    x is made noisy with standard deviation sigma and the standard normal noise z. For each example: 1/2 times sigma^2
    times the squared norm (the sum over all trailing axes) of the difference between score and the score of
    N(noisy x; x, sigma^2 I). Then the average over the batch.
    score is a function (noisy x, sigma) -> (B, ...); call it exactly once, with sigma (B,) as you were given it.
    x (B, ...), sigma (B,), z (B, ...) -> (). sigma is the standard deviation, and may be as small as 1e-3.
    Draw no noise here. Gradients must flow into the score; with respect to x, sigma and z none is asked for.
    """
    raise NotImplementedError


def langevin(score, x: Tensor, alpha: float, z: Tensor) -> Tensor:
    """One step of unadjusted Langevin dynamics with step size alpha, where alpha is the factor of the score.

    In continuous time this is dx = score(x) dt + sqrt(2) dW; a step takes the time alpha. (Some papers write alpha/2
    for the factor of the score; here it is alpha.)
    score is a function x -> (B, ...), called exactly once; z is standard normal noise.
    x (B, ...), z (B, ...) -> (B, ...). Draw no noise here. No gradient is asked for.
    """
    raise NotImplementedError
