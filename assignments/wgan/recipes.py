"""What runs beside the student's code: critics and discriminators whose slopes are known, and one training.

Every network is a function of tensors that the checks pass in, so that gradients with respect to its parameters can
be asked for. Nothing here knows an answer.
"""

import torch
from torch import nn

# ------------------------------------------------------------------------------------------------ critics


def linear_penalty(module, slope, x_real, x_fake, alpha=None, column=True):
    """The penalty of a critic that has the same slope everywhere; `slope` has the shape of one example."""

    def critic(x):
        scores = (x * slope).reshape(len(x), -1).sum(1) + 5
        return scores.unsqueeze(1) if column else scores

    if alpha is None:
        return module.gradient_penalty(critic, x_real, x_fake)
    return module.gradient_penalty(critic, x_real, x_fake, alpha)


def quadratic_penalty(module, curvature, x_real, x_fake, alpha):
    """The penalty of a critic whose slope at x is curvature * x; `curvature` has the shape of one example."""

    def critic(x):
        return (0.5 * curvature * x * x).reshape(len(x), -1).sum(1).unsqueeze(1)

    return module.gradient_penalty(critic, x_real, x_fake, alpha)


def network_penalty(module, weight, bias, last, x_real, x_fake, alpha):
    """The penalty of a small smooth network."""

    def critic(x):
        return torch.tanh(x.reshape(len(x), -1) @ weight + bias) @ last.unsqueeze(1)

    return module.gradient_penalty(critic, x_real, x_fake, alpha)


def points_of_penalty(module, x_real, x_fake):
    """The points at which gradient_penalty evaluates the critic: the last len(x_real) of them."""
    seen = [x_real[:0]]

    def critic(x):
        seen.append(x.detach().clone())
        return x.reshape(len(x), -1).sum(1, keepdim=True)

    module.gradient_penalty(critic, x_real, x_fake)
    return torch.cat(seen)[-len(x_real) :]


def critic_after_penalty(module, weight, last, x_real, x_fake, training):
    """What a critic with parameters looks like after its penalty was computed, before any backward()."""
    critic = nn.Sequential(nn.Linear(*weight.shape), nn.Tanh(), nn.Linear(len(last), 1)).to(weight.dtype)
    critic.load_state_dict({"0.weight": weight.T, "0.bias": last, "2.weight": last[None], "2.bias": last[:1]})
    critic.train(training)
    module.gradient_penalty(critic, x_real, x_fake)
    parameters = list(critic.parameters())
    return {
        "gradients": sum(parameter.grad is not None for parameter in parameters),
        "frozen": sum(not parameter.requires_grad for parameter in parameters),
        "training": critic.training,
        "parameters": [parameter.detach().clone() for parameter in parameters],
    }


# ------------------------------------------------------------------------------------------------ conditional game


def _discriminator(rows, shifts, column):
    """Logits that depend on example and label: the row of the label times the example, plus its shift."""

    def discriminate(x, y):
        logits = (x.reshape(len(x), -1) * rows[y]).sum(1) + shifts[y]
        return logits.unsqueeze(1) if column else logits

    return discriminate


def conditional_d_loss(module, rows, shifts, x_real, y_real, x_fake, y_fake, column=False):
    """cgan_d_loss with a discriminator whose parameters are rows (K, D) and shifts (K,)."""
    return module.cgan_d_loss(_discriminator(rows, shifts, column), x_real, y_real, x_fake, y_fake)


def conditional_g_loss(module, rows, shifts, x_fake, y_fake, column=False):
    """cgan_g_loss with the same discriminator."""
    return module.cgan_g_loss(_discriminator(rows, shifts, column), x_fake, y_fake)


def _phi(dtype, weight, bias):
    """Features (B, F) of examples of any shape with D entries; weight (F, D), bias (F,)."""
    phi = nn.Sequential(nn.Flatten(), nn.Linear(weight.shape[1], weight.shape[0]), nn.Tanh()).to(dtype)
    with torch.no_grad():
        phi[1].weight.copy_(weight)
        phi[1].bias.copy_(bias)
    return phi


def sizes_with_phi(module, K, phi_weight, phi_bias):
    """How many parameters CondDisc adds to a phi that it is given, and how many of phi's it has."""
    phi = _phi(phi_weight.dtype, phi_weight, phi_bias)
    net = module.CondDisc(K, phi, len(phi_bias))
    theirs = {id(parameter) for parameter in phi.parameters()}
    own = sorted(parameter.numel() for parameter in net.parameters() if id(parameter) not in theirs)
    return {"own": own, "of_phi": sum(id(parameter) in theirs for parameter in net.parameters())}


def sizes_of_default(module, K):
    """The sizes of all parameters of a CondDisc without a phi of ours."""
    return sorted(parameter.numel() for parameter in module.CondDisc(K).parameters())


def _placed(net, values):
    """`values` by the names that the net's parameters have: by size, so that a net may call them as it likes."""
    found = {}
    for name, parameter in net.named_parameters():
        value = next(value for value in values if value.numel() == parameter.numel())
        found[name] = value if parameter.shape == value.shape else _turned(value, parameter)
    return found


def _turned(value, parameter):
    turned = value.dim() == 2 and 1 not in value.shape and parameter.shape == value.T.shape
    return value.T if turned else value.reshape(parameter.shape)


def logits_with_phi(module, weight, bias, phi_weight, phi_bias, x, y):
    """The logits of a CondDisc with these parameters; gradients flow to all of them."""
    net = module.CondDisc(len(bias), _phi(x.dtype, phi_weight.detach(), phi_bias.detach()), len(phi_bias)).to(x.dtype)
    return torch.func.functional_call(net, _placed(net, [weight, bias, phi_weight, phi_bias]), (x, y))


def logits_of_default(module, K, x, y, *values):
    """The logits of a CondDisc without a phi of ours, its parameters replaced by `values` of the same sizes."""
    net = module.CondDisc(K).to(x.dtype)
    return torch.func.functional_call(net, _placed(net, list(values)), (x, y))


def fresh_parameters(module, K, count):
    """The parameters with which `count` nets start, flat and joined, smallest first."""
    nets = [sorted(module.CondDisc(K).parameters(), key=torch.numel) for _ in range(count)]
    return [torch.stack([parameter.detach().reshape(-1) for parameter in same]) for same in zip(*nets, strict=True)]


def phi_in_use(module, K, phi_weight, phi_bias):
    """phi's parameters after a CondDisc was built on it, and the parameters of CondDisc's own."""
    phi = _phi(phi_weight.dtype, phi_weight, phi_bias)
    net = module.CondDisc(K, phi, len(phi_bias))
    theirs = {id(parameter) for parameter in phi.parameters()}
    own = sorted((p for p in net.parameters() if id(p) not in theirs), key=torch.numel)
    return {"phi": [p.detach() for p in phi.parameters()], "own": [p.detach().reshape(-1) for p in own]}


# ------------------------------------------------------------------------------------------------ training


def _net(inputs):
    leaky = nn.LeakyReLU(0.2)
    return nn.Sequential(nn.Linear(inputs, 32), leaky, nn.Linear(32, 32), leaky, nn.Linear(32, 1))


def train_wgan(module, data, seed, device, steps=150, critic_steps=3, strength=0.1, batch=64):
    """Samples of a generator that was trained against a penalised critic, with the student's losses; the critic's."""
    torch.manual_seed(seed)
    data = data.to(device)
    generator, critic = _net(4).to(device), _net(1).to(device)
    g_optimizer, d_optimizer = (
        torch.optim.Adam(n.parameters(), lr=2e-3, betas=(0.0, 0.9)) for n in (generator, critic)
    )

    def fake():
        return generator(torch.randn(batch, 4, device=device))

    losses = []
    for _ in range(steps):
        for _ in range(critic_steps):
            x_real, x_fake = data[torch.randint(len(data), (batch,), device=device)], fake().detach()
            loss = module.critic_loss(critic(x_real), critic(x_fake))
            loss = loss + strength * module.gradient_penalty(critic, x_real, x_fake)
            d_optimizer.zero_grad()
            loss.backward()
            d_optimizer.step()
        losses.append(loss.detach())
        loss = module.wgan_g_loss(critic(fake()))
        g_optimizer.zero_grad()
        loss.backward()
        g_optimizer.step()
    with torch.no_grad():
        samples = generator(torch.randn(1000, 4, device=device)).reshape(-1)
    return samples.cpu(), torch.stack(losses).cpu()
