"""The semi-supervised bound against torch.distributions and a loop over classes, and exact sums."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli, Categorical, Normal, kl_divergence
from torch.testing import assert_close

from reference.ssvae import kl_cat, ssvae_terms

ROUNDING = {"rtol": 1e-12, "atol": 1e-13}  # float64
B, K, D, d = 3, 4, 5, 2


def normal(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


class Networks:
    def __init__(self, dtype: torch.dtype = torch.float64, device: str = "cpu") -> None:
        shapes = ((D, 2 * d), (K, 2 * d), (d, D), (K, D))
        self.weights = [normal(*shape, seed=seed).to(device, dtype) for seed, shape in enumerate(shapes)]

    def enc(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        mu, logvar = (x @ self.weights[0] + y @ self.weights[1]).chunk(2, dim=-1)
        return mu, logvar

    def dec(self, z: Tensor, y: Tensor) -> Tensor:
        return z @ self.weights[2] + y @ self.weights[3]


def inputs() -> tuple[Tensor, Tensor, Tensor]:
    return (normal(B, D, seed=10) > 0).double(), (3 * normal(B, K, seed=11)).softmax(1), normal(B, K, d, seed=12)


def one_class_after_the_other(x: Tensor, q_y: Tensor, networks: Networks, eps: Tensor) -> list[Tensor]:
    """The same three terms, one example and one class at a time."""
    kl_z, rec = torch.zeros(B).double(), torch.zeros(B).double()
    for row in range(B):
        for label in range(K):
            y = torch.zeros(1, K).double()
            y[0, label] = 1
            mu, logvar = networks.enc(x[row : row + 1], y)
            q_z = Normal(mu, (logvar / 2).exp())
            logits = networks.dec(q_z.loc + q_z.scale * eps[row, label], y)
            kl_z[row] += q_y[row, label] * kl_divergence(q_z, Normal(0.0, 1.0)).sum()
            rec[row] -= q_y[row, label] * Bernoulli(logits=logits).log_prob(x[row]).sum()
    uniform = Categorical(torch.full((K,), 1 / K).double())
    return [kl_divergence(Categorical(q_y), uniform), kl_z, rec]


def test_kl_cat_agrees_with_torch_distributions() -> None:
    scores, other = normal(5, 4, seed=0).requires_grad_(), normal(5, 4, seed=1).requires_grad_()
    value = kl_cat(scores.softmax(1), scores.log_softmax(1), other.log_softmax(1))
    expected = kl_divergence(Categorical(logits=scores), Categorical(logits=other))
    assert value.shape == (5,)
    assert_close(value, expected, **ROUNDING)
    slopes = (torch.autograd.grad(kl.sum(), (scores, other)) for kl in (value, expected))
    assert_close(*slopes, **ROUNDING)


@pytest.mark.parametrize("shape", [(1,), (4,), (5, 4)])
def test_the_prior_may_be_shared(shape: tuple[int, ...]) -> None:
    log_q = normal(5, 4, seed=0).log_softmax(1)
    value = kl_cat(log_q.exp(), log_q, torch.full(shape, -math.log(4), dtype=torch.float64))
    assert_close(value, math.log(4) - Categorical(logits=log_q).entropy(), **ROUNDING)


def test_kl_cat_is_zero_only_between_equal_distributions() -> None:
    log_q = normal(2, 4, seed=0).log_softmax(1)
    assert kl_cat(log_q.exp(), log_q, log_q).tolist() == [0, 0]
    assert (kl_cat(log_q.exp(), log_q, log_q.flip(0)) > 0).all()


def test_a_class_of_probability_zero_costs_nothing() -> None:
    q = torch.tensor([[1.0, 0.0, 0.0]])
    assert kl_cat(q, q.log(), torch.tensor([0.5, 0.5, 0.0]).log()).item() == pytest.approx(math.log(2))
    assert kl_cat(q, q.log(), torch.tensor([0.0, 0.5, 0.5]).log()).item() == math.inf


def test_saturated_scores_keep_value_and_gradient_finite_in_float32() -> None:
    scores = torch.tensor([[300.0, 0.0, -300.0]], requires_grad=True)
    value = kl_cat(scores.softmax(1), scores.log_softmax(1), torch.tensor([1 / 3]).log())
    assert value.item() == pytest.approx(math.log(3))
    assert torch.autograd.grad(value.sum(), scores)[0].isfinite().all()


def test_the_terms_agree_with_a_loop_over_examples_and_classes() -> None:
    x, q_y, eps = inputs()
    networks = Networks()
    differentiable = [q_y.requires_grad_(), eps.requires_grad_(), *(w.requires_grad_() for w in networks.weights)]
    terms = ssvae_terms(x, q_y, networks.enc, networks.dec, eps)
    expected = one_class_after_the_other(x, q_y, networks, eps)
    assert [term.shape for term in terms] == [(B,)] * 3
    assert_close(list(terms), expected, **ROUNDING)
    # torch.distributions normalises q, so the slope in q of the first term differs by a constant per row
    slopes = (torch.autograd.grad(sum(parts[1:]).sum(), differentiable) for parts in (terms, expected))
    assert_close(*slopes, **ROUNDING)
    (slope,) = torch.autograd.grad(terms[0].sum(), q_y)
    assert_close(slope, (q_y * K).log() + 1, **ROUNDING)


def test_a_certain_class_leaves_the_bound_of_this_class() -> None:
    x, _, eps = inputs()
    networks = Networks()
    y = torch.eye(K).double()[[2, 0, 3]].requires_grad_()
    kl_y, kl_z, rec = ssvae_terms(x, y, networks.enc, networks.dec, eps)
    mu, logvar = networks.enc(x, y)
    chosen = eps[torch.arange(B), [2, 0, 3]]
    logits = networks.dec(mu + (logvar / 2).exp() * chosen, y)
    assert_close(kl_y, torch.full((B,), math.log(K), dtype=torch.float64), **ROUNDING)
    assert_close(kl_z, kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(-1), **ROUNDING)
    assert_close(rec, -Bernoulli(logits=logits).log_prob(x).sum(-1), **ROUNDING)
    assert torch.autograd.grad((kl_y + kl_z + rec).sum(), y)[0].isfinite().all()


def test_without_a_code_the_bound_is_the_evidence_exactly_at_the_posterior_over_the_class() -> None:
    """Networks that ignore x and z: p(x) = mean over y of p(x|y), a finite sum."""
    x, q_y, eps = inputs()
    per_class = normal(K, D, seed=0)

    def enc(rows: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return rows.new_zeros(len(rows), d), rows.new_zeros(len(rows), d)

    def bound(q: Tensor) -> Tensor:
        return -torch.stack(ssvae_terms(x, q, enc, lambda z, y: y @ per_class, eps)).sum(0)

    joint = Bernoulli(logits=per_class).log_prob(x.unsqueeze(1)).sum(-1) - math.log(K)  # (B, K)
    assert_close(bound(joint.softmax(1)), joint.logsumexp(1), **ROUNDING)
    assert (bound(q_y) < joint.logsumexp(1)).all()


def test_a_batch_of_one_is_the_example_of_a_larger_batch() -> None:
    x, q_y, eps = inputs()
    networks = Networks()
    one = ssvae_terms(x[1:2], q_y[1:2], networks.enc, networks.dec, eps[1:2])
    together = ssvae_terms(x, q_y, networks.enc, networks.dec, eps)
    assert_close(one, tuple(term[1:2] for term in together), **ROUNDING)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_dtype_and_device_are_kept(dtype: torch.dtype, device: str) -> None:
    x, q_y, eps = (tensor.to(device, dtype) for tensor in inputs())
    networks = Networks(dtype, device)
    for term in ssvae_terms(x, q_y, networks.enc, networks.dec, eps):
        assert term.shape == (B,) and term.dtype == dtype and term.device.type == device
