"""One example after the other, with numbers of Python."""

import math

import torch


def schedule(T, b0, b1):
    betas = [b0 if T == 1 else b0 + (b1 - b0) * t / (T - 1) for t in range(T)]
    abar, prev, product = [], [], 1.0
    for beta in betas:
        prev.append(product)
        product *= 1 - beta
        abar.append(product)
    values = {"betas": betas, "alphas": [1 - beta for beta in betas], "abar": abar, "abar_prev": prev}
    return {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}


class Diffusion:
    def __init__(self, schedule):
        self.beta, self.alpha, self.abar, self.prev = (
            schedule[name].tolist() for name in ("betas", "alphas", "abar", "abar_prev")
        )

    def q_sample(self, x0, t, eps):
        rows = []
        for x, k, e in zip(x0, t.tolist(), eps):
            rows.append(math.sqrt(self.abar[k]) * x + math.sqrt(1 - self.abar[k]) * e)
        return torch.stack(rows)

    def predict_x0(self, x_t, t, eps):
        rows = []
        for x, k, e in zip(x_t, t.tolist(), eps):
            rows.append((x - math.sqrt(1 - self.abar[k]) * e) / math.sqrt(self.abar[k]))
        return torch.stack(rows)

    def predict_eps(self, x_t, t, x0):
        rows = []
        for x, k, o in zip(x_t, t.tolist(), x0):
            rows.append((x - math.sqrt(self.abar[k]) * o) / math.sqrt(1 - self.abar[k]))
        return torch.stack(rows)

    def posterior(self, x0, x_t, t):
        means, variances = [], []
        for o, x, k in zip(x0, x_t, t.tolist()):
            if k == 0:
                means.append(o + 0 * x)
                variances.append(torch.zeros_like(x))
                continue
            rest = 1 - self.abar[k]
            mean = math.sqrt(self.prev[k]) * self.beta[k] / rest * o
            means.append(mean + math.sqrt(self.alpha[k]) * (1 - self.prev[k]) / rest * x)
            variances.append(torch.full_like(x, (1 - self.prev[k]) / rest * self.beta[k]))
        return torch.stack(means), torch.stack(variances)

    def p_sample(self, model, x_t, t, noise=None):
        eps = model(x_t, t)
        mean, var = self.posterior(self.predict_x0(x_t, t, eps), x_t, t)
        rows = []
        for i, k in enumerate(t.tolist()):
            if k == 0:
                rows.append(mean[i])
            else:
                z = torch.randn_like(x_t[i]) if noise is None else noise[i]
                rows.append(mean[i] + var[i].sqrt() * z)
        return torch.stack(rows)

    def ddpm_loss(self, model, x0, t, eps):
        prediction = model(self.q_sample(x0, t, eps), t)
        return torch.stack([(p - e).square().mean() for p, e in zip(prediction, eps)]).mean()


def dsm_loss(score, x, sigma, z):
    noisy = torch.stack([x[i] + sigma[i] * z[i] for i in range(len(x))])
    total = 0
    for s, value, level in zip(score(noisy, sigma), noisy - x, sigma):
        total = total + level**2 * (s + value / level**2).square().sum() / 2
    return total / len(x)


def langevin(score, x, alpha, z):
    drift = score(x)
    return torch.stack([x[i] + alpha * drift[i] + math.sqrt(2 * alpha) * z[i] for i in range(len(x))])
