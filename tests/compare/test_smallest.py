"""The smallest input that shows a failure: it can be pasted, it fails in the same way, and it is small."""

import sys
import types
from pathlib import Path

import pytest
import torch

from autograder.assignment import load_assignment
from autograder.compare.gradients import assert_matches
from autograder.compare.inputs import normal
from autograder.compare.smallest import examples
from autograder.errors import Mismatch, NotRecorded, StudentCodeFailed
from autograder.loading import load_beside
from reference import gan_tabular

ROOT = Path(__file__).resolve().parents[2]


def kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)


def example(actual, expected, *arguments):
    """The example of the failure of `actual`, which is what a student calls by the name of `expected`."""
    name = expected.__name__
    with examples(lambda function: ("submission", name) if function is actual else None):
        with pytest.raises(Mismatch) as raised:
            assert_matches(actual, expected, *arguments)
        find = raised.value.find_example
        try:
            return find() if find else None
        except (NotRecorded, StudentCodeFailed):  # as closer_look.py takes it
            return None


def pasted(found, function):
    """What the three lines give, with a module `submission` that has the function."""
    module = types.ModuleType("submission")
    name = found.code.splitlines()[0].split()[-1]
    setattr(module, name, function)
    *lines, last = found.code.splitlines()
    scope = {}
    sys.modules["submission"] = module
    try:
        exec("\n".join(lines), scope)
        return eval(last, scope)
    finally:
        del sys.modules["submission"]


def gaussians(dtype=torch.float32):
    return normal(3, 5, seed=1, dtype=dtype), normal(3, 5, seed=2, dtype=dtype)


# ------------------------------------------------------------------------------------- what it comes to

WRONG = {
    "half of the logarithm": (lambda mu, logvar: 0.5 * (mu.square() + logvar.exp() - 1 - 0.5 * logvar).sum(-1), 2),
    "the other sign": (lambda mu, logvar: -kl(mu, logvar), 2),
    "the mean over latents": (lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(-1), 4),
    "the sum over the batch": (lambda mu, logvar: kl(mu, logvar).sum(), 2),
    "the mean over the batch": (lambda mu, logvar: kl(mu, logvar).mean(), 2),
    "logvar as sigma": (lambda mu, logvar: 0.5 * (mu**2 + logvar**2 - 1 - 2 * logvar.abs().log()).sum(-1), 2),
    "float64 as result": (lambda mu, logvar: kl(mu, logvar).double(), 2),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_small_and_can_be_pasted(wrong, dtype):
    actual, numbers = WRONG[wrong]
    if wrong == "float64 as result" and dtype is torch.float64:
        return
    found = example(actual, kl, *gaussians(dtype))
    assert len(found.code.splitlines()) == 3
    assert found.code.count("0.0") + found.code.count("1.0") <= numbers
    assert str(pasted(found, actual)) == found.seen
    right = pasted(found, kl)
    assert str(right.detach()) == found.wanted
    assert found.seen != found.wanted


def test_a_wrong_gradient_is_shown_as_a_gradient():
    def cut(mu, logvar):
        return 0.5 * (mu.detach().square() + logvar.exp() - 1 - logvar).sum(-1) + 0 * mu.sum(-1)

    found = example(cut, kl, *gaussians())
    assert found.code.splitlines()[1:] == [
        "mu, logvar = torch.tensor([[1.0]], requires_grad=True), torch.tensor([[0.0]])",
        "torch.autograd.grad(kl(mu, logvar).sum(), mu)[0]",
    ]
    assert (found.seen, found.wanted) == ("tensor([[0.]])", "tensor([[1.]])")
    assert torch.equal(pasted(found, cut), torch.tensor([[0.0]]))


def test_the_result_that_is_wrong_is_picked_out_of_several():
    def elbo(mu, logvar):
        return {"loss": kl(mu, logvar).sum(), "kl": kl(mu, logvar)}

    def wrong(mu, logvar):
        return {"loss": kl(mu, logvar).sum(), "kl": 2 * kl(mu, logvar)}

    found = example(wrong, elbo, *gaussians())
    assert found.code.splitlines()[2] == "elbo(mu, logvar)['kl']"
    assert str(pasted(found, wrong)) == found.seen


def test_other_arguments_stay_as_they_are():
    def scaled(x, factor, mode="sum"):
        return factor * x.sum()

    found = example(lambda x, factor, mode="sum": x.sum(), scaled, normal(4, 4, seed=1), 3.0, "sum")
    assert found.code.splitlines()[1] == "x, factor, mode = torch.tensor([[1.0]]), 3.0, 'sum'"


def test_numbers_keep_to_what_the_right_function_takes():
    def bernoulli(x, p):
        return (x * p.log() + (1 - x) * (1 - p).log()).sum(-1)

    x, p = (normal(3, 4, seed=1) > 0).float(), normal(3, 4, seed=2).sigmoid()
    found = example(lambda x, p: bernoulli(x, p) / 2, bernoulli, x, p)
    value = pasted(found, bernoulli)
    assert bool(value.isfinite().all())
    assert bool((value != 0).all())


def test_an_example_of_a_divergence_is_one_of_distributions():
    checks = load_beside(load_assignment(ROOT / "assignments" / "gan"), "checks")

    def js_divergence(p, q):
        middle = (p + q) / 2
        return (p * (p / middle).log() + q * (q / middle).log()).sum(-1) / 2  # NaN where a probability is 0

    with examples(lambda function: ("submission", "js_divergence")), pytest.raises(Mismatch) as raised:
        p, q = torch.tensor([0.2, 0.0, 0.5, 0.3]), torch.tensor([0.1, 0.6, 0.0, 0.3])
        checks.assert_divergence_matches(js_divergence, gan_tabular.js_divergence, p, q)
    found = raised.value.find_example()
    scope = {}
    exec(found.code.splitlines()[1], {"torch": torch}, scope)
    for probabilities in scope.values():
        assert probabilities.min() >= 0
        assert probabilities.sum() == pytest.approx(1)
    assert "nan" in found.seen


def test_integers_and_other_dtypes_are_written_as_such():
    def chosen(x, index):
        return x[index]

    found = example(lambda x, index: -x[index], chosen, normal(4, seed=3, dtype=torch.float64), torch.tensor([0, 1]))
    assert "torch.tensor([0])" in found.code
    assert str(pasted(found, lambda x, index: -x[index]).detach()) == found.seen


# ------------------------------------------------------------------------------------- where there is none


def test_there_is_none_where_nobody_asked():
    with pytest.raises(Mismatch) as raised:
        assert_matches(lambda mu, logvar: -kl(mu, logvar), kl, *gaussians())
    assert raised.value.find_example is None


def test_there_is_none_for_what_is_no_function_of_the_student_s():
    with examples(lambda function: None), pytest.raises(Mismatch) as raised:
        assert_matches(lambda mu, logvar: -kl(mu, logvar), kl, *gaussians())
    assert raised.value.find_example is None


def test_there_is_none_for_a_function_that_draws():
    assert example(lambda mu, logvar: kl(mu, logvar) + torch.rand(len(mu)), kl, *gaussians()) is None


def test_there_is_none_for_arguments_that_cannot_be_written_down():
    def applied(model, x):
        return model(x)

    assert (
        example(
            lambda model, x: -model(x),
            applied,
            torch.nn.Linear(2, 2).double(),
            normal(3, 2, seed=1, dtype=torch.float64),
        )
        is None
    )


def test_there_is_none_where_only_a_large_input_fails():
    def total(x):
        return x.sum()

    def wrong(x):
        return x.sum() + (1.0 if x.numel() > 30 else 0.0)

    assert example(wrong, total, normal(40, seed=1)) is None


def test_where_the_reference_was_not_recorded_the_failure_is_told_without():
    calls = []

    def recorded(mu, logvar):
        if mu.shape != (4, 6):
            raise NotRecorded("not asked")
        calls.append(1)
        return kl(mu, logvar)

    assert example(lambda mu, logvar: -kl(mu, logvar), recorded, normal(4, 6, seed=1), normal(4, 6, seed=2)) is None
    assert calls


def test_a_student_s_function_that_fails_on_smaller_inputs_is_told_all_the_same():
    def picky(mu, logvar):
        if mu.shape != (4, 6):
            raise StudentCodeFailed("no")
        return -kl(mu, logvar)

    assert example(picky, kl, normal(4, 6, seed=1), normal(4, 6, seed=2)) is None
