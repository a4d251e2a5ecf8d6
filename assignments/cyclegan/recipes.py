"""What runs beside the student's code: maps and discriminators made of a few numbers, steps, and a short training."""

import gc
import weakref

import torch
from torch import nn


class Affine(nn.Module):
    """A map: weight times x plus bias along axis 1, for every other place of x alike."""

    def __init__(self, weight, bias):
        super().__init__()
        self.weight = nn.Parameter(weight.clone())
        self.bias = nn.Parameter(bias.clone())

    def forward(self, x):
        y = x.movedim(1, -1) @ self.weight.to(x.dtype).T + self.bias.to(x.dtype)
        return y.movedim(-1, 1)


class Scores(nn.Module):
    """A discriminator that is affine along axis 1: a score for each example or, for images, for each place."""

    def __init__(self, weight, bias, keepdim):
        super().__init__()
        self.weight = nn.Parameter(weight.clone())
        self.bias = nn.Parameter(bias.clone())
        self.keepdim = keepdim  # scores of shape (B, 1, ...), not (B, ...)

    def forward(self, x):
        scores = x.movedim(1, -1) @ self.weight.to(x.dtype) + self.bias.to(x.dtype)
        return scores.unsqueeze(1) if self.keepdim else scores


class AffinePool:
    """Stands for an ImagePool: its answer is recognised by its slope and shift."""

    def __init__(self, slope, shift):
        self.slope, self.shift = slope, shift
        self.asked = []

    def query(self, x):
        self.asked.append(x.detach().clone())
        return self.slope * x.detach() + self.shift


# ---------------------------------------------------------------------------------------------- the two players' steps


def changed_by(module, name, nets, x, y):
    """What a total changes on the networks besides computing losses, in words."""
    for i, net in enumerate(nets.values()):
        net.train(i % 2 == 0)

    def marks():
        found = {}
        for key, net in nets.items():
            found[f"the mode of {key} (train or eval)"] = net.training
            for label, value in net.named_parameters():
                found[f"{key}.{label}.requires_grad"] = value.requires_grad
                found[f"{key}.{label}.grad"] = value.grad is None
        return found

    before = marks()
    getattr(module, name)(*nets.values(), x, y)
    after = marks()
    return [what for what, value in before.items() if after[what] != value]


def generator_steps(module, nets, batches, lr, **keywords):
    """The networks after a step of both generators on every batch; g_total's loss is all that is the student's."""
    G, F, _, _ = nets
    optimizer = torch.optim.Adam([*G.parameters(), *F.parameters()], lr=lr, betas=(0.5, 0.9))
    for x, y in batches:
        _step(optimizer, module.g_total(*nets, x, y, **keywords)["loss"])
    return _state(nets)


def discriminator_steps(module, nets, batches, lr):
    """The networks after a step of both discriminators on every batch; d_total's loss is all that is the student's."""
    _, _, D_X, D_Y = nets
    optimizer = torch.optim.Adam([*D_X.parameters(), *D_Y.parameters()], lr=lr, betas=(0.5, 0.9))
    for x, y in batches:
        _step(optimizer, module.d_total(*nets, x, y)["loss"])
    return _state(nets)


def _step(optimizer, loss):
    optimizer.zero_grad()
    if loss.requires_grad:  # a constant moves nothing, and the parameters tell
        loss.backward()
    optimizer.step()


def _state(nets):
    return {
        name: {key: value.detach().clone() for key, value in net.named_parameters()}
        for name, net in zip(("G", "F", "D_X", "D_Y"), nets, strict=True)
    }


# ---------------------------------------------------------------------------------------------- the pool


def pool_stream(module, size, batch, rounds):
    """What a pool of the student's answers to 0, 1, 2, ... by its own noise: first `size` of them, then in batches."""
    pool = module.ImagePool(size)
    numbers = torch.arange(size + batch * rounds, dtype=torch.float64).unsqueeze(1)
    pool.query(numbers[:size])
    return torch.stack([pool.query(some).reshape(-1) for some in numbers[size:].split(batch)])


def pool_written_on(module, given, answers, noise):
    """The answers of a pool where the caller writes on what it gave, or on the answers that it got."""
    pool, kept = module.ImagePool(len(noise)), []
    for start, slots in ((1.0, noise), (11.0, noise), (21.0, noise.flip(0))):
        batch = torch.arange(start, start + len(noise)).unsqueeze(1)
        answer = pool.query(batch, torch.zeros(len(noise)), slots)
        kept.append(answer.clone())
        if given:
            batch.fill_(-1.0)
        if answers:
            answer.fill_(-2.0)
    return torch.stack(kept)


def pool_keeps_graph(module, size, rounds):
    """Whether a pool keeps the graph of the examples that it stored."""

    class Mark:
        def __call__(self, gradient):
            return None

    pool, marks = module.ImagePool(size), []
    for _ in range(rounds):
        weight = torch.ones(1, requires_grad=True)
        fake = torch.ones(2, 1) * weight
        mark = Mark()
        fake.register_hook(mark)
        marks.append(weakref.ref(mark))
        pool.query(fake)
        del fake, mark, weight
    gc.collect()
    return any(mark() is not None for mark in marks)


# ---------------------------------------------------------------------------------------------- a short training


class Line(nn.Module):
    """A map of the line: slope times x plus shift."""

    def __init__(self, slope, shift):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(float(slope)))
        self.shift = nn.Parameter(torch.tensor(float(shift)))

    def forward(self, x):
        return self.slope * x + self.shift


def domains(rows, generator):
    """X = N(0, 1) and Y = N(2, 1/4), unpaired."""
    return torch.randn(rows, 1, generator=generator), 2 + 0.5 * torch.randn(rows, 1, generator=generator)


def train(module, seed, device, steps, pool_size):
    """The parameters of G and F after a training on domains of the line by the student's totals and pool; losses."""
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(seed)
    G, F = Line(1.0, 0.0), Line(-0.5, 0.0)  # of opposite directions: only the cycle makes them inverse
    D_X, D_Y = (nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1)) for _ in range(2))
    nets = [net.to(device) for net in (G, F, D_X, D_Y)]
    makers = torch.optim.Adam([*G.parameters(), *F.parameters()], lr=0.03, betas=(0.5, 0.9))
    judges = torch.optim.Adam([*D_X.parameters(), *D_Y.parameters()], lr=0.01, betas=(0.5, 0.9))
    pools = [module.ImagePool(pool_size) for _ in range(2)]
    losses = []
    for _ in range(steps):
        x, y = (batch.to(device) for batch in domains(32, draws))
        _step(judges, module.d_total(*nets, x, y, *pools)["loss"])
        loss = module.g_total(*nets, x, y, lam=0.3, lam_id=0.0)["loss"]
        _step(makers, loss)
        losses.append(loss.detach())
    lines = {name: [net.slope.item(), net.shift.item()] for name, net in (("G", G), ("F", F))}
    return lines, torch.stack(losses).cpu()
