"""What runs beside the student's code: stub models, a chain of reverse steps, a short training."""

import math

import torch
from torch import nn


def about(module, name):
    """Asks for a name of a module, which may lack it.

    The checks reach the methods of Diffusion through the class; this tells the diagnosis which method is meant, and
    changes nothing in the student's module.
    """
    getattr(module, name, None)


# ------------------------------------------------------------------------------------------ stub models


def wave(weight):
    """A smooth model of an image and one number per example (a step, a noise level), linear in its weight."""

    def model(x, level):
        phase = level.to(x.dtype).reshape(-1, *[1] * (x.dim() - 1))
        return weight * (x + 0.7 * phase).sin() + 0.3 * phase.cos()

    return model


def recorder(answer, seen):
    """A model that answers the same to everything and notes what it is given."""

    def model(*inputs):
        seen.append([value.detach().clone() if isinstance(value, torch.Tensor) else value for value in inputs])
        return answer

    return model


# ----------------------------------------------------------------------------------- one call of a method


def p_sample(module, steps, weight, x_t, t, noise):
    """One reverse step with the wave model and the noise given."""
    about(module, "p_sample")
    return module.Diffusion(steps).p_sample(wave(weight), x_t, t, noise)


def p_sample_with(module, steps, answer, x_t, t, noise):
    """One reverse step with a model that always predicts `answer`."""
    about(module, "p_sample")
    return module.Diffusion(steps).p_sample(lambda x, t: answer, x_t, t, noise)


def p_sample_own_noise(module, steps, answer, x_t, t):
    """One reverse step with a model that always predicts `answer`; no noise is given."""
    about(module, "p_sample")
    return module.Diffusion(steps).p_sample(lambda x, t: answer, x_t, t)


def p_sample_inputs(module, steps, answer, x_t, t, noise):
    """What the model is given in one reverse step: a list of inputs for each call."""
    about(module, "p_sample")
    seen = []
    module.Diffusion(steps).p_sample(recorder(answer, seen), x_t, t, noise)
    return seen


def ddpm_loss(module, steps, weight, x0, t, eps):
    """The loss of the wave model."""
    about(module, "ddpm_loss")
    return module.Diffusion(steps).ddpm_loss(wave(weight), x0, t, eps)


def ddpm_loss_inputs(module, steps, answer, x0, t, eps):
    """What the model is given by the loss: a list of inputs for each call."""
    about(module, "ddpm_loss")
    seen = []
    module.Diffusion(steps).ddpm_loss(recorder(answer, seen), x0, t, eps)
    return seen


def dsm_loss(module, weight, x, sigma, z):
    """The loss of the wave model as a score."""
    return module.dsm_loss(wave(weight), x, sigma, z)


def dsm_loss_inputs(module, answer, x, sigma, z):
    """What the score is given by the loss: a list of inputs for each call."""
    seen = []
    module.dsm_loss(recorder(answer, seen), x, sigma, z)
    return seen


def langevin(module, weight, x, alpha, z):
    """One step with the score weight * sin(x + 0.5)."""
    return module.langevin(lambda x: weight * (x + 0.5).sin(), x, alpha, z)


def langevin_inputs(module, answer, x, alpha, z):
    """What the score is given by one step: a list of inputs for each call."""
    seen = []
    module.langevin(recorder(answer, seen), x, alpha, z)
    return seen


# ----------------------------------------------------------------------------------------------- chains


class MixtureModel(nn.Module):
    """The best possible model where the data are equal Gaussians around `centres`: no training is needed.

    signal and noise (T,) are what one step leaves of the data and adds of noise.
    """

    def __init__(self, centres, weights, std, signal, noise):
        super().__init__()
        for name, value in (("centres", centres), ("weights", weights), ("signal", signal), ("noise", noise)):
            self.register_buffer(name, value)
        self.std = std

    def forward(self, x, t):
        signal, noise = self.signal[t][:, None], self.noise[t][:, None]
        var = (signal * self.std).square() + noise.square()
        away = signal[..., None] * self.centres - x[:, None]  # (B, modes, 2)
        share = (self.weights.log() - away.square().sum(-1) / (2 * var)).softmax(-1)
        return -noise * (share[..., None] * away).sum(1) / var


def chain(module, steps, model, start, seed, device):
    """The samples that reverse steps make of `start`, from the last step to the first."""
    about(module, "p_sample")
    torch.manual_seed(seed)
    process = module.Diffusion({name: value.to(device) for name, value in steps.items()})
    model, x = model.to(device), start.to(device)
    with torch.no_grad():
        for step in reversed(range(len(steps["betas"]))):
            x = process.p_sample(model, x, torch.full((len(x),), step, device=device))
    return x.cpu()


class PointModel(nn.Module):
    """Predicts the noise in points of the plane from the points and the step."""

    def __init__(self, steps, width=64):
        super().__init__()
        self.steps = steps
        self.layers = nn.Sequential(
            nn.Linear(4, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 2)
        )

    def forward(self, x, t):
        phase = math.pi * t.to(x.dtype)[:, None] / self.steps
        return self.layers(torch.cat([x, phase.cos(), phase.sin()], dim=1))


def train(module, steps, points, seed, device):
    """The parameters of a PointModel after 400 steps of Adam on ddpm_loss, and the losses."""
    about(module, "ddpm_loss")
    torch.manual_seed(seed)
    T, count, batch = len(steps["betas"]), 400, 256
    process = module.Diffusion({name: value.to(device) for name, value in steps.items()})
    model, points = PointModel(T).to(device), points.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    for i in range(count):
        optimizer.param_groups[0]["lr"] = 1e-2 * (1 - i / count)
        x0 = points[torch.randint(len(points), (batch,), device=device)]
        t = torch.randint(T, (batch,), device=device)
        loss = process.ddpm_loss(model, x0, t, torch.randn_like(x0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return {name: value.detach().cpu() for name, value in model.named_parameters()}, torch.stack(losses).cpu()
