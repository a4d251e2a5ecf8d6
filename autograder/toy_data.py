r"""Small data sets for demonstrations and smoke training. The caller's generator decides every random number.

Drawn values have torch's default dtype and the device of the generator.
"""

import math
from collections.abc import Sequence

import torch
from torch import Generator, Tensor


def bumps(n: int, generator: Generator) -> Tensor:
    r"""Grey 8x8 images of one round bump: two true latents, the centre of the bump.

    .. math:: x_p = \exp(-|p - c|^2 / 3), \qquad c \sim U([1, 6]^2), \quad p \in \{0, \ldots, 7\}^2

    -> (n, 64) in (0, 1], the pixels row by row.
    """
    centre = 1 + 5 * torch.rand(n, 2, generator=generator, device=generator.device)
    # the bump is a product of one factor per axis
    pixel = torch.arange(8, dtype=centre.dtype, device=centre.device)
    factor = (-(pixel - centre.unsqueeze(-1)).square() / 3).exp()  # (n, 2, 8)
    return torch.einsum("ni,nj->nij", factor[:, 0], factor[:, 1]).flatten(1)


def gaussian_ring(n: int, generator: Generator, modes: int = 8, radius: float = 2.0, std: float = 0.1) -> Tensor:
    """Equally likely Gaussians with centres evenly spread over a circle around 0, the first on the x axis.

    -> (n, 2)
    """
    angle = torch.arange(modes, device=generator.device) * (2 * math.pi / modes)
    return _mixture(n, generator, radius * torch.stack([angle.cos(), angle.sin()], dim=1), std)


def gaussian_grid(n: int, generator: Generator, side: int = 5, spacing: float = 2.0, std: float = 0.05) -> Tensor:
    """Equally likely Gaussians with centres on a square grid of side * side points around 0.

    -> (n, 2)
    """
    ticks = spacing * (torch.arange(side, device=generator.device) - (side - 1) / 2)
    return _mixture(n, generator, torch.cartesian_prod(ticks, ticks), std)


def mixture_1d(n: int, generator: Generator, means: Sequence[float] = (-2.0, 0.0, 2.0), std: float = 0.2) -> Tensor:
    """Equally likely Gaussians on the line.

    -> (n, 1)
    """
    return _mixture(n, generator, torch.tensor(means, device=generator.device).unsqueeze(1), std)


def two_moons(n: int, generator: Generator, std: float = 0.1) -> tuple[Tensor, Tensor]:
    r"""Two interleaved half circles of radius 1 with Gaussian noise, and the moon that each point is of.

    .. math:: (\cos a, \sin a) \text{ and } (1 - \cos a, \tfrac12 - \sin a), \qquad a \sim U[0, \pi)

    -> points (n, 2), labels (n,) in {0, 1}; the moons are equally likely.
    """
    device = generator.device
    label = torch.randint(2, (n,), generator=generator, device=device)
    angle = math.pi * torch.rand(n, generator=generator, device=device)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    points = torch.where(label.bool().unsqueeze(1), lower, upper)
    return points + std * torch.randn(n, 2, generator=generator, device=device), label


def digits() -> tuple[Tensor, Tensor]:
    """The 8x8 handwritten digits that come with scikit-learn, in its order. Nothing is downloaded.

    -> images (1797, 64) in [0, 1], labels (1797,) in {0, ..., 9}
    Raises ImportError where scikit-learn is not installed: nothing else here needs it.
    """
    try:
        from sklearn.datasets import load_digits  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as missing:
        raise ImportError(
            "the digits come with scikit-learn, which is not installed: pip install scikit-learn, or use bumps"
        ) from missing
    images, labels = load_digits(return_X_y=True)
    return torch.tensor(images / 16, dtype=torch.get_default_dtype()), torch.tensor(labels, dtype=torch.int64)


def _mixture(n: int, generator: Generator, centres: Tensor, std: float) -> Tensor:
    chosen = torch.randint(len(centres), (n,), generator=generator, device=generator.device)
    noise = torch.randn(n, centres.shape[1], generator=generator, device=generator.device)
    return centres[chosen] + std * noise
