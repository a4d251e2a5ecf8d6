r"""Denoising diffusion with Gaussian noise: schedule, forward process, one reverse step, training loss.

Steps are counted from 0: t = 0 is the first noising step, and t indexes the arrays of the schedule. The t = 1 of
the papers is the t = 0 here, and their alpha-bar at 0 is abar_prev[0] = 1.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

Model = Callable[[Tensor, Tensor], Tensor]  # (x_t, t) -> predicted eps, of the shape of x_t


def schedule(T: int, b0: float, b1: float) -> dict[str, Tensor]:
    r"""The linear noise schedule from b0 to b1, both included, and its products.

    .. math:: \alpha_t = 1 - \beta_t, \qquad \bar\alpha_t = \prod_{s \le t} \alpha_s,
              \qquad \bar\alpha_{\text{prev}, t} = \bar\alpha_{t-1}, \quad \bar\alpha_{\text{prev}, 0} = 1

    In float64: 1 - abar of the first step is about beta, and float32 would keep four of its digits.
    Source: Ho, Jain & Abbeel 2020, sections 2 and 4.
    T >= 1, 0 < b0, b1 < 1  ->  {"betas", "alphas", "abar", "abar_prev"}, each (T,); nothing is reduced.
    """
    betas = torch.linspace(b0, b1, T, dtype=torch.float64)
    alphas = 1 - betas
    abar = alphas.cumprod(dim=0)
    return {"betas": betas, "alphas": alphas, "abar": abar, "abar_prev": torch.cat([abar.new_ones(1), abar[:-1]])}


class Diffusion:
    r"""The forward and the reverse process of one schedule.

    .. math:: q(x_t \mid x_{t-1}) = N(\sqrt{\alpha_t}\, x_{t-1}, \beta_t I)

    The schedule is given once, as the dictionary that `schedule` returns; the methods then take what the formulas
    take. No global schedule exists, and a test may give any dictionary, of one step if need be.
    Everywhere t: (B,) integers from 0, x0, x_t, eps, noise: (B, ...) with any trailing axes; results have the
    dtype and the device of the images, and t the device of the images.
    """

    def __init__(self, schedule: dict[str, Tensor]) -> None:
        beta, abar, abar_prev = (schedule[name].double() for name in ("betas", "abar", "abar_prev"))
        alpha = schedule["alphas"].double()
        self.coefficients = {
            "signal": abar.sqrt(),
            "noise": (1 - abar).sqrt(),
            "mean_x0": abar_prev.sqrt() * beta / (1 - abar),
            "mean_xt": alpha.sqrt() * (1 - abar_prev) / (1 - abar),
            "var": beta * (1 - abar_prev) / (1 - abar),
        }

    def q_sample(self, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        r"""A sample of q(x_t | x_0), all steps up to t at once.

        .. math:: x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \varepsilon

        Source: Ho, Jain & Abbeel 2020, equation 4.
        x0, eps: (B, ...), t: (B,)  ->  (B, ...); nothing is reduced.
        """
        return self._at("signal", t, x0) * x0 + self._at("noise", t, x0) * eps

    def predict_x0(self, x_t: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        r"""The x_0 that `q_sample` turns into x_t with the noise eps.

        .. math:: x_0 = \frac{x_t - \sqrt{1 - \bar\alpha_t}\, \varepsilon}{\sqrt{\bar\alpha_t}}

        Source: Ho, Jain & Abbeel 2020, equation 15.
        x_t, eps: (B, ...), t: (B,)  ->  (B, ...); nothing is reduced.
        """
        return (x_t - self._at("noise", t, x_t) * eps) / self._at("signal", t, x_t)

    def predict_eps(self, x_t: Tensor, t: Tensor, x0: Tensor) -> Tensor:
        r"""The noise with which `q_sample` turns x_0 into x_t.

        .. math:: \varepsilon = \frac{x_t - \sqrt{\bar\alpha_t}\, x_0}{\sqrt{1 - \bar\alpha_t}}

        Source: Ho, Jain & Abbeel 2020, equation 4 solved for the noise.
        x_t, x0: (B, ...), t: (B,)  ->  (B, ...); nothing is reduced.
        """
        return (x_t - self._at("signal", t, x_t) * x0) / self._at("noise", t, x_t)

    def posterior(self, x0: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        r"""Mean and variance of q(x_{t-1} | x_t, x_0). At t = 0 they are x_0 and 0.

        .. math:: \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t} x_0
                  + \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t} x_t,
                  \qquad \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t

        Source: Ho, Jain & Abbeel 2020, equations 6 and 7.
        x0, x_t: (B, ...), t: (B,)  ->  (mean, var), each (B, ...); nothing is reduced.
        """
        mean = self._at("mean_x0", t, x_t) * x0 + self._at("mean_xt", t, x_t) * x_t
        return mean, self._at("var", t, x_t).expand_as(mean)

    def p_sample(self, model: Model, x_t: Tensor, t: Tensor, noise: Tensor | None = None) -> Tensor:
        r"""One reverse step: a sample of `posterior` at the x_0 that the model's noise implies.

        .. math:: x_{t-1} = \text{mean} + \sqrt{\text{var}}\, \text{noise}, \qquad \text{noise} \sim N(0, I)

        The variance at t = 0 is 0, so the last step adds no noise. x_0 is not clipped.
        Source: Ho, Jain & Abbeel 2020, algorithm 2, with the variance of equation 7.
        x_t, noise: (B, ...), t: (B,)  ->  x_{t-1}: (B, ...); nothing is reduced.
        Raises ValueError where noise has another shape than x_t: broadcast noise would be shared between entries.
        """
        if noise is None:
            noise = torch.randn_like(x_t)
        elif noise.shape != x_t.shape:
            raise ValueError(f"noise has shape {tuple(noise.shape)}, but should be as x_t: {tuple(x_t.shape)}")
        mean, var = self.posterior(self.predict_x0(x_t, t, model(x_t, t)), x_t, t)
        return mean + var.sqrt() * noise

    def ddpm_loss(self, model: Model, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        r"""The squared error of the predicted noise, averaged over batch and axes.

        .. math:: \frac{1}{B D} \sum_{b, i} \left(\varepsilon_{b,i} - \varepsilon_\theta(x_t, t)_{b,i}\right)^2

        Source: Ho, Jain & Abbeel 2020, equation 14, divided by the number D of axes as their code divides it.
        x0, eps: (B, ...), t: (B,)  ->  (), averaged over everything.
        """
        return mse_loss(model(self.q_sample(x0, t, eps), t), eps)

    def _at(self, name: str, t: Tensor, like: Tensor) -> Tensor:
        """The coefficient of every example, with one axis of length 1 for each trailing axis of like."""
        values = self.coefficients[name].to(dtype=like.dtype, device=like.device)[t]
        return values.view(-1, *[1] * (like.dim() - 1))
