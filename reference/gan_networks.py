r"""The two convolutional networks for images of 28 by 28 pixels, and how their parameters start."""

import torch
from torch import Tensor, nn


class DNet(nn.Module):
    r"""The discriminator: images to logits, without a sigmoid. It has 593 parameters.

    Convolutions of 3 by 3 with 2, 4 and 8 channels (padding 1, 1, 0), each with a ReLU; the first two are followed
    by a maximum over 2 by 2; then a linear map of the 8 * 5 * 5 features. Starts as `init_weights` says.
    (B, 1, 28, 28)  ->  (B, 1).
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = conv_features()
        self.head = nn.Linear(200, 1)
        init_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(x))
        return logits


class GNet(nn.Module):
    r"""The generator: noise to images in (0, 1). With zdim = 64 it has 107 777 parameters.

    A linear map to 32 channels of 7 by 7; twice a doubling of the size by repeating the nearest pixel and a
    convolution of 3 by 3 (16, 8 channels, padding 1); a leaky ReLU of slope 0.2 after each of these three maps;
    a convolution to one channel and a sigmoid. Starts as `init_weights` says.
    (B, zdim)  ->  (B, 1, 28, 28).
    """

    def __init__(self, zdim: int = 64) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(zdim, 1568),
            nn.LeakyReLU(0.2),
            nn.Unflatten(1, (32, 7, 7)),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(32, 16, kernel_size=3, padding=1),  # (B, 16, 14, 14)
            nn.LeakyReLU(0.2),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(16, 8, kernel_size=3, padding=1),  # (B, 8, 28, 28)
            nn.LeakyReLU(0.2),
            nn.Conv2d(8, 1, kernel_size=3, padding=1),
            nn.Sigmoid(),
        )
        init_weights(self)

    def forward(self, z: Tensor) -> Tensor:
        images: Tensor = self.net(z)
        return images


def conv_features() -> nn.Sequential:
    r"""The layers of the discriminator below its linear map: (B, 1, 28, 28)  ->  (B, 200)."""
    return nn.Sequential(
        nn.Conv2d(1, 2, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (B, 2, 14, 14)
        nn.Conv2d(2, 4, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (B, 4, 7, 7)
        nn.Conv2d(4, 8, kernel_size=3),
        nn.ReLU(),
        nn.Flatten(),  # (B, 8 * 5 * 5)
    )


def init_weights(module: nn.Module, generator: torch.Generator | None = None) -> None:
    r"""Draws the weights of every convolution and linear map in the module anew, in place; biases become 0.

    .. math:: w \sim U\left[-\sqrt{6 / n}, \sqrt{6 / n}\right], \qquad b = 0

    n is the number of inputs of one output (the fan-in). Normalisation layers keep their parameters.
    Works alike as `init_weights(net)` and as `net.apply(init_weights)`.
    Source: He et al. 2015, equation 10, with a uniform distribution of that variance.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.kaiming_uniform_(layer.weight, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
