"""What the assignment `diffusion` asks for: the names and signatures of its code part.

The methods of `Diffusion` stand here as functions too, process first, and the class calls them by these names: each
is then a function that a known mistake can stand for, and what is built on it shows the mistake as well.
"""

from torch import Tensor

from reference import diffusion
from reference.diffusion import Model, schedule
from reference.score_matching import dsm_loss, langevin

__all__ = [
    "Diffusion",
    "ddpm_loss",
    "dsm_loss",
    "langevin",
    "p_sample",
    "posterior",
    "predict_eps",
    "predict_x0",
    "q_sample",
    "schedule",
]

q_sample = diffusion.Diffusion.q_sample
predict_x0 = diffusion.Diffusion.predict_x0
predict_eps = diffusion.Diffusion.predict_eps
posterior = diffusion.Diffusion.posterior
p_sample = diffusion.Diffusion.p_sample
ddpm_loss = diffusion.Diffusion.ddpm_loss


class Diffusion(diffusion.Diffusion):
    """The process of `reference.diffusion`, whose methods are the functions of this module."""

    def q_sample(self, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """See the function."""
        return q_sample(self, x0, t, eps)

    def predict_x0(self, x_t: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """See the function."""
        return predict_x0(self, x_t, t, eps)

    def predict_eps(self, x_t: Tensor, t: Tensor, x0: Tensor) -> Tensor:
        """See the function."""
        return predict_eps(self, x_t, t, x0)

    def posterior(self, x0: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """See the function."""
        return posterior(self, x0, x_t, t)

    def p_sample(self, model: Model, x_t: Tensor, t: Tensor, noise: Tensor | None = None) -> Tensor:
        """See the function."""
        return p_sample(self, model, x_t, t, noise)

    def ddpm_loss(self, model: Model, x0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """See the function."""
        return ddpm_loss(self, model, x0, t, eps)
