"""What runs beside the student's code: building their networks, and playing rounds of the game with their steps.

Everything here is the grader's own and public: tiny networks, given weights and noise, no answers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

# ------------------------------------------------------------------------------------------------ networks


def your_network(module: Any, net_class: Callable[..., nn.Module], *arguments: Any) -> nn.Module:
    """A network of the student's; their init_weights, which has checks of its own, is left out."""
    with _instead_of_init_weights(module, net_class, _as_it_is):
        return net_class(*arguments)


def a_new_network(module: Any, net_class: Callable[..., nn.Module], mark: float) -> list[Tensor]:
    """The first parameters of a network. Where it leaves them to init_weights, weights are `mark` and biases 0."""

    def marked(layer: nn.Module, *_: Any, **__: Any) -> nn.Module:
        for name, parameter in layer.named_parameters():
            parameter.data.fill_(0.0 if name.endswith("bias") else mark)
        return layer

    with _instead_of_init_weights(module, net_class, marked):
        return [parameter.detach() for parameter in net_class().parameters()]


def outline(module: Any, net: nn.Module) -> list[tuple[tuple[int, ...], bool]]:
    """The shape of every parameter, and whether it learns."""
    return [(tuple(parameter.shape), parameter.requires_grad) for parameter in net.parameters()]


def forward_with(
    module: Any, net: nn.Module, weights: list[Tensor], inputs: Tensor, direction: Tensor
) -> dict[str, Tensor | None]:
    """The result of a network with given weights, and the gradients of its product with `direction`.

    A parameter is recognised by its number of entries: no two in these networks have the same.
    """
    net.to(inputs.dtype)
    by_size = {parameter.numel(): parameter for parameter in net.parameters()}
    parameters = [by_size[weight.numel()] for weight in weights]
    with torch.no_grad():
        for parameter, weight in zip(parameters, weights, strict=True):
            parameter.copy_(_laid_out(weight, parameter))
    inputs = inputs.clone().requires_grad_()
    result = net(inputs)
    seen: dict[str, Tensor | None] = {"result": result.detach()}
    if result.requires_grad and result.shape == direction.shape:
        found = torch.autograd.grad((result * direction).sum(), [inputs, *parameters], allow_unused=True)
        seen["the input"] = found[0]
        for gradient, weight in zip(found[1:], weights, strict=True):
            label = f"the {'bias' if weight.dim() == 1 else 'weight'} of shape {'×'.join(map(str, weight.shape))}"
            seen[label] = None if gradient is None else _laid_out(gradient, weight)
    return seen


def _laid_out(tensor: Tensor, like: Tensor) -> Tensor:
    """The entries in the shape of another tensor: a matrix kept transposed is transposed."""
    return tensor.t() if tensor.dim() == 2 and tensor.t().shape == like.shape else tensor.reshape(like.shape)


def saved_and_loaded(module: Any, net: nn.Module, other: nn.Module, inputs: Tensor) -> dict[str, Tensor]:
    """What a network says twice, and what another one says with the first one's state."""
    first = net(inputs).detach()
    other.load_state_dict(net.state_dict())
    return {"first": first, "again": net(inputs).detach(), "loaded": other(inputs).detach()}


def probe() -> nn.Module:
    """A network of several kinds of layers, two of them deeper inside, in a state that no initialisation gives."""
    deepest = nn.Sequential(nn.Flatten(), nn.Linear(300, 100))
    deeper = nn.Sequential(nn.ReLU(), nn.Conv2d(40, 30, 3, bias=False), deepest)
    net = nn.Sequential(nn.Conv2d(6, 40, 5), nn.BatchNorm2d(40), deeper, nn.Linear(100, 3))
    for number, parameter in enumerate(net.parameters()):
        parameter.data.fill_(5.0 + number)
    return net


def your_init_weights(module: Any, function: Callable[..., Any], whole: bool) -> dict[str, Tensor]:
    """The parameters of the probe after init_weights(net), or after net.apply(init_weights), by name."""
    net = probe()
    if whole:
        function(net)
    else:
        net.apply(function)
    return {name: parameter.detach() for name, parameter in net.named_parameters()}


def _as_it_is(layer: nn.Module, *_: Any, **__: Any) -> nn.Module:
    return layer


@contextmanager
def _instead_of_init_weights(module: Any, net_class: Any, function: Callable[..., Any]) -> Iterator[None]:
    """While a network is built, `init_weights` stands for another function wherever its constructor looks it up."""
    places = [vars(module)]
    for base in getattr(net_class, "__mro__", (net_class,)):
        constructor = vars(base).get("__init__") if isinstance(base, type) else base
        places.append(getattr(constructor, "__globals__", {}))
    kept = [(place, place["init_weights"]) for place in places if "init_weights" in place]
    for place, _ in kept:
        place["init_weights"] = function
    try:
        yield
    finally:
        for place, original in reversed(kept):
            place["init_weights"] = original


# ------------------------------------------------------------------------------------------------ steps

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": lambda parameters: torch.optim.SGD(parameters, lr=0.2),
    "SGD with momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.2, momentum=0.7),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=0.05, betas=(0.3, 0.9)),
}


def players(state: dict[str, dict[str, Tensor]] | None = None) -> dict[str, nn.Module]:
    """A tiny generator (B, 2) -> (B, 3) and a tiny discriminator (B, 3) -> (B,), in float64."""
    generator = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3))
    discriminator = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1), nn.Flatten(0))
    both: dict[str, nn.Module] = {"G": generator.double(), "D": discriminator.double()}
    for name, values in (state or {}).items():
        both[name].load_state_dict(values)
    return both


def your_steps(
    module: Any,
    state: dict[str, dict[str, Tensor]],
    moves: str,
    x: Tensor,
    z: Tensor,
    optimizer: str,
    stale: bool = False,
) -> dict[str, Any]:
    """Play moves, "d" or "g" each, on the same batches. With `stale`, all gradients hold something before each move."""
    both = players(state)
    generator, discriminator = both["G"], both["D"]
    opt_g = OPTIMIZERS[optimizer](generator.parameters())
    opt_d = OPTIMIZERS[optimizer](discriminator.parameters())
    losses = []
    for move in moves:
        if stale:
            for net in both.values():
                for parameter in net.parameters():
                    parameter.grad = torch.full_like(parameter, 0.3)
        if move == "d":
            losses.append(module.d_step(generator, discriminator, opt_d, x, z))
        else:
            losses.append(module.g_step(generator, discriminator, opt_g, z))
    return {
        "losses": losses,
        "parameters": {f"{name}.{key}": p.detach() for name, net in both.items() for key, p in net.named_parameters()},
        "gradients": {n: any(p.grad is not None for p in net.parameters()) for n, net in both.items()},
        "frozen": [f"{n}.{key}" for n, net in both.items() for key, p in net.named_parameters() if not p.requires_grad],
        "evaluating": [name for name, net in both.items() if not net.training],
    }


# ------------------------------------------------------------------------------------------------ trainings


def training(module: Any, centres: list[float], std: float, steps: int, seed: int, device: str) -> Tensor:
    """Samples (1000,) of a generator trained with the student's steps on Gaussians around the centres."""
    torch.manual_seed(seed)
    generator = nn.Sequential(
        nn.Linear(4, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)
    ).to(device)
    discriminator = nn.Sequential(
        nn.Linear(1, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1), nn.Flatten(0)
    ).to(device)
    opt_g = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.0, 0.9))
    opt_d = torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.0, 0.9))
    means = torch.tensor(centres)
    for _ in range(steps):
        x = means[torch.randint(len(centres), (64,))] + std * torch.randn(64)
        module.d_step(generator, discriminator, opt_d, x[:, None].to(device), torch.randn(64, 4).to(device))
        module.g_step(generator, discriminator, opt_g, torch.randn(64, 4).to(device))
    with torch.no_grad():
        samples: Tensor = generator(torch.randn(1000, 4).to(device))[:, 0].cpu()
    return samples
