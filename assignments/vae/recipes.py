"""What runs beside the student's code in the checks of part 7: models with known weights, and short trainings."""

import torch
from torch import nn


class SmallVAE(nn.Module):
    """A VAE of the grader's, for functions that are given a model; it remembers the codes it was given.

    `log_width` is added to logvar: far below 0, the posterior is so narrow that its noise changes no result.
    """

    def __init__(self, data, hidden=6, latent=3, log_width=0.0):
        super().__init__()
        self.latent, self.log_width = latent, log_width
        self.encoder = nn.Sequential(nn.Linear(data, hidden), nn.Tanh(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.Tanh(), nn.Linear(hidden, data))
        self.means, self.noise = None, []

    def encode(self, x):
        mu, logvar = self.encoder(x).chunk(2, dim=-1)
        logvar = logvar + self.log_width
        self.means = mu.detach(), logvar.detach()
        return mu, logvar

    def decode(self, z):
        if self.means is not None and self.means[0].shape == z.shape:
            mu, logvar = self.means
            self.noise.append((z.detach() - mu) / (0.5 * logvar).exp())
        return self.decoder(z)

    def forward(self, x, eps=None):
        mu, logvar = self.encode(x)
        eps = torch.randn_like(mu) if eps is None else eps
        return self.decode(mu + (0.5 * logvar).exp() * eps), mu, logvar

    def sample(self, n, z=None):
        like = next(self.parameters())
        z = torch.randn(n, self.latent, dtype=like.dtype, device=like.device) if z is None else z
        return self.decode(z).sigmoid()


def with_random_weights(model, std=0.7):
    """The model with weights and biases that are the same wherever it has the same parameters."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            draws = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(std * draws)
    return model


# ---------------------------------------------------------------------------------------------- the student's class


def default_vae(module):
    """The model that VAE() is."""
    return module.VAE().to(torch.float32)


def vae(module, sizes, dtype):
    """A model with random weights of our own."""
    return with_random_weights(module.VAE(*sizes).to(dtype))


def even_vae(module, sizes, dtype, weight, bias):
    """A model with one number in all weights, another in all biases: all its hidden units do the same.

    What such a model gives is the same in whatever layers, matrices and order the parameters are kept.
    """
    model = module.VAE(*sizes).to(dtype)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(weight if parameter.dim() > 1 else bias)
    return model


def parameter_count(module, sizes):
    """How many numbers the optimiser would change."""
    return sum(parameter.numel() for parameter in module.VAE(*sizes).parameters() if parameter.requires_grad)


def entries_without_gradient(module, sizes, x, eps, cotangent):
    """How many entries of the parameters no gradient of the logits reaches."""
    model = vae(module, sizes, x.dtype)
    logits, _, _ = model(x, eps)
    (logits * cotangent).sum().backward()
    gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
    return sum(p.numel() if grad is None else int((grad == 0).sum()) for p, grad in gradients)


# ---------------------------------------------------------------------------------------------- functions of a model


def train(module, data, steps, lr):
    """What train_vae returns for our model, and the parameters that it leaves; the model's noise is without effect."""
    model = with_random_weights(SmallVAE(data.shape[1], log_width=-60.0).to(data.dtype))
    losses = module.train_vae(model, data, steps, lr)
    return losses, {name: parameter.detach() for name, parameter in model.named_parameters()}


def training_noise(module, data, steps):
    """The noise in the codes that our model decodes while it is trained."""
    model = with_random_weights(SmallVAE(data.shape[1]).to(data.dtype))
    module.train_vae(model, data, steps, 1e-3)
    return model.noise


def prior_grid(module, z):
    """The pixel probabilities of our model."""
    return module.prior_grid(with_random_weights(SmallVAE(5, latent=z.shape[1]).to(z.dtype)), z)


def latent_means(module, x):
    """The posterior means of our model."""
    return module.latent_means(with_random_weights(SmallVAE(x.shape[1]).to(x.dtype)), x)


# ---------------------------------------------------------------------------------------------- trainings


def learn_images(module, data, held_out, sizes, steps, lr, seed, device):
    """The student's model, trained by the student's train_vae: logits at a sample, mu, logvar, pixels at mu, losses."""
    torch.manual_seed(seed)
    model = module.VAE(*sizes).to(device, data.dtype)
    losses = module.train_vae(model, data.to(device), steps, lr)
    with torch.no_grad():
        mu, logvar = model.encode(held_out.to(device))
        logits = model.decode(mu + (0.5 * logvar).exp() * torch.randn_like(mu))
        return logits.cpu(), mu.cpu(), logvar.cpu(), model.decode(mu).sigmoid().cpu(), as_numbers(losses)


def as_numbers(losses):
    """Losses that are only drawn: as numbers, or none where they are something else."""
    try:
        return [float(loss) for loss in losses]
    except (TypeError, ValueError, RuntimeError):
        return []


def learn_patterns(module, data, steps, lr, seed, device):
    """Our model, trained by the student's train_vae: the losses, and logits, mu and logvar for many samples."""
    torch.manual_seed(seed)
    model = SmallVAE(data.shape[1], hidden=16, latent=2).to(device, data.dtype)
    losses = module.train_vae(model, data.to(device), steps, lr)
    with torch.no_grad():
        logits, mu, logvar = model(data.repeat(20, 1).to(device))
    return [float(loss) for loss in losses], logits.cpu(), mu.cpu(), logvar.cpu()
