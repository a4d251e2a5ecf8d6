"""Runs beside the student's code: decoders and encoders with known algebra, and what is done with a CVAE."""

import torch
from torch import Tensor


class Decoder:
    """z (..., d) -> logits (..., D): linear."""

    def __init__(self, W: Tensor, b: Tensor) -> None:
        self.W, self.b = W, b

    def __call__(self, z: Tensor) -> Tensor:
        return z @ self.W + self.b


class LabelEncoder:
    """x (N, D), y (N, K) one-hot -> mu, logvar, each (N, d): both depend on the pixels and on the label."""

    def __init__(self, A: Tensor, C: Tensor) -> None:
        self.A, self.C = A, C

    def __call__(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        refuse_wrong_labels("enc", "x", x, y, self.C)
        pixels, label = x @ self.A, y @ self.C
        return pixels + label, torch.sin(pixels * label) + 0.5 * label


class LabelDecoder:
    """z (N, d), y (N, K) one-hot -> logits (N, D): depend on the code and on the label."""

    def __init__(self, W: Tensor, V: Tensor) -> None:
        self.W, self.V = W, V

    def __call__(self, z: Tensor, y: Tensor) -> Tensor:
        refuse_wrong_labels("dec", "z", z, y, self.V)
        return z @ self.W + y @ self.V


def refuse_wrong_labels(name: str, what: str, rows: Tensor, y: Tensor, weights: Tensor) -> None:
    """Raises ValueError unless y is one row of one-hot labels for each of the rows."""
    if rows.dim() != 2 or y.shape != (rows.shape[0], weights.shape[0]):
        raise ValueError(
            f"{name} takes rows: it was given {what} of shape {tuple(rows.shape)} and y of shape {tuple(y.shape)}"
        )
    if y.dtype != rows.dtype:
        raise ValueError(f"{name} was given y of dtype {y.dtype}, but {what} of dtype {rows.dtype}")


def new_cvae(module, data: int, latent: int, classes: int, *, seed: int, dtype: torch.dtype, shaken: bool = True):
    """A CVAE whose parameters are moved at random, so that nothing starts at zero or in a special place."""
    torch.manual_seed(seed)
    model = module.CVAE(data, latent, classes).to(dtype)
    with torch.no_grad():
        for parameter in model.parameters() if shaken else ():
            fan = parameter[0].numel() if parameter.dim() > 1 else 100
            parameter += torch.randn(parameter.shape, dtype=torch.float64).to(dtype) / fan**0.5
    return model


def slopes(module, model, x: Tensor, y: Tensor, eps: Tensor, cotangents, seed: int, step: float):
    """For every result of forward, along one direction in the space of all parameters: slope by autograd, and by a
    central difference."""
    generator = torch.Generator().manual_seed(seed)
    parameters = list(model.parameters())
    direction = [
        torch.randn(p.shape, generator=generator, dtype=p.dtype) / max(p[0].numel() if p.dim() > 1 else 1, 1) ** 0.5
        for p in parameters
    ]

    def move(size: float) -> None:
        with torch.no_grad():
            for parameter, along in zip(parameters, direction, strict=True):
                parameter += size * along

    def values():
        return [(result * v).sum() for result, v in zip(model(x, y, eps), cotangents, strict=True)]

    by_autograd = []
    for value in values():
        found = [None] * len(parameters)
        if value.requires_grad:
            found = torch.autograd.grad(value, parameters, allow_unused=True, retain_graph=True)
        terms = [(slope * u).sum() for slope, u in zip(found, direction, strict=True) if slope is not None]
        by_autograd.append(sum(terms, 0 * value.detach()))
    with torch.no_grad():
        move(step)
        above = values()
        move(-2 * step)
        below = values()
        move(step)
    return torch.stack(by_autograd), (torch.stack(above) - torch.stack(below)) / (2 * step)


def parameters_without_gradient(module, model, x: Tensor, y: Tensor, eps: Tensor, cotangents):
    """The names of all parameters, and of those that get no gradient or a zero one from the results of forward."""
    model.zero_grad()
    sum((result * v).sum() for result, v in zip(model(x, y, eps), cotangents, strict=True)).backward()
    named = list(model.named_parameters())
    return [name for name, _ in named], [name for name, p in named if p.grad is None or not bool(p.grad.any())]


def train_cvae(module, x: Tensor, y: Tensor, held_x: Tensor, held_y: Tensor, eps: Tensor, classes, steps, seed, device):
    """Train the student's CVAE on labelled pixels; what it then says about held-out ones, and the losses."""
    torch.manual_seed(seed)
    model = module.CVAE(x.shape[1], eps.shape[1], classes).to(device)
    x, y, held_x, held_y, eps = (value.to(device) for value in (x, y, held_x, held_y, eps))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(steps):
        rows = torch.randint(len(x), (64,)).to(device)
        logits, mu, logvar = model(x[rows], y[rows])
        cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits(logits, x[rows], reduction="sum")
        loss = cross_entropy + 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
        optimizer.zero_grad()
        (loss / 64).backward()
        optimizer.step()
        losses.append(loss.detach() / 64)
    with torch.no_grad():
        return [*(result.cpu() for result in model(held_x, held_y, eps)), torch.stack(losses).cpu()]
