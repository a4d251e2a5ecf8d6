"""A function against a reference: values, gradients of every argument, and the mistake that behaves alike."""

import pytest
import torch

from autograder.compare.gradients import assert_matches
from autograder.compare.inputs import normal
from autograder.errors import Mismatch, StudentCodeFailed

CUT = "Hint: detach(), .data, .item(), torch.tensor(...) and no_grad() cut the graph."


def kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)


def elbo(mu, logvar):
    return {"loss": mu.square().sum() + kl(mu, logvar).sum(), "kl": kl(mu, logvar).sum()}


def split(mu, logvar):
    return mu * 2, logvar.exp()


def gaussians(dtype=torch.float32):
    return normal(3, 5, seed=1, dtype=dtype), normal(3, 5, seed=2, dtype=dtype)


def refusal(actual, expected=kl, *arguments, **options):
    """The whole text with which a function is refused."""
    with pytest.raises(Mismatch) as raised:
        assert_matches(actual, expected, *(arguments or gaussians()), **options)
    return str(raised.value)


# ------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("function", [kl, elbo, split])
def test_the_reference_matches_itself(function, dtype):
    assert_matches(function, function, *gaussians(dtype))


def test_another_way_to_the_same_function_matches():
    def other(mu, logvar):
        prior = torch.distributions.Normal(torch.zeros_like(mu), torch.ones_like(mu))
        posterior = torch.distributions.Normal(mu, (0.5 * logvar).exp())
        return torch.distributions.kl_divergence(posterior, prior).sum(dim=1)

    assert_matches(other, kl, *gaussians())


def test_a_wrong_value_is_named_with_the_call():
    mu, logvar = torch.ones(1, 2), torch.zeros(1, 2)
    assert refusal(lambda mu, logvar: -kl(mu, logvar), kl, mu, logvar).splitlines() == [
        "kl[0] is -1, but should be 1 within 1e-5 + 1e-4·|expected| [kl(mu 1×2, logvar 1×2)]",
        "Hint: the result and its gradients have the wrong sign.",
    ]


def test_a_refusal_carries_all_values_and_gradients_of_both_sides():
    mu, logvar = gaussians()
    with pytest.raises(Mismatch) as raised:
        assert_matches(lambda mu, logvar: 2 * kl(mu, logvar), kl, mu, logvar)
    evidence = raised.value.evidence
    labels = ["kl", "the gradient with respect to mu", "the gradient with respect to logvar"]
    assert evidence.where == "kl(mu 3×5, logvar 3×5)"
    assert list(evidence.actual) == list(evidence.expected) == labels
    assert torch.allclose(evidence.actual["kl"], 2 * kl(mu, logvar))
    for label in labels:
        assert evidence.expected[label].dtype is torch.float64
        assert torch.allclose(evidence.actual[label].double(), 2 * evidence.expected[label], rtol=1e-5)


def test_the_evidence_of_a_detached_result_has_its_values_only():
    with pytest.raises(Mismatch) as raised:
        assert_matches(lambda mu, logvar: kl(mu, logvar).detach(), kl, *gaussians())
    assert list(raised.value.evidence.actual) == ["kl"]


def test_an_error_just_outside_the_tolerance_is_refused_and_one_inside_is_not():
    assert_matches(lambda mu, logvar: kl(mu, logvar) * (1 + 5e-5), kl, *gaussians())
    assert "but should be" in refusal(lambda mu, logvar: kl(mu, logvar) * (1 + 2e-4))


def test_the_tolerance_can_be_set_by_the_check():
    off = lambda mu, logvar: kl(mu, logvar) * 1.05  # noqa: E731
    assert_matches(off, kl, *gaussians(), rtol=0.1)
    assert "within 1e-5 + 0.01·|expected|" in refusal(off, kl, rtol=0.01)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda mu: None, "kl is None (is a return missing?), but should be a tensor of shape (3,)"),
        (lambda mu: 1.0, "kl is the number 1.0, but should be a tensor of shape (3,)"),
        (lambda mu: "kl", "kl is a text, but should be a tensor of shape (3,)"),
        (lambda mu: mu.sum(), "kl has shape (), but should be (3,)"),
        (lambda mu: mu.sum(-1, keepdim=True), "kl has shape (3, 1), but should be (3,)"),
        (lambda mu: mu.sum(-1).double(), "kl has dtype float64, but should be float32"),
        (lambda mu: mu.sum(-1) * torch.nan, "kl[0] is nan, but should be "),
        (lambda mu: mu.sum(-1) / 0.0, "kl[0] is "),
        (lambda mu: (mu.sum(-1), mu), "kl is a tuple of 2, but should be a tensor of shape (3,)"),
        (lambda mu: {"kl": mu.sum(-1)}, "kl is a dict with the keys 'kl', but should be a tensor of shape (3,)"),
        (lambda mu: [], "kl is a list of 0, but should be a tensor of shape (3,)"),
    ],
)
def test_an_absurd_result_is_named_for_what_it_is(result, message):
    assert refusal(lambda mu, logvar: result(mu)).startswith(message)


def test_what_the_student_s_code_raises_goes_through():
    def broken(mu, logvar):
        raise StudentCodeFailed("kl raised ValueError: no")

    with pytest.raises(StudentCodeFailed, match="^kl raised ValueError: no$"):
        assert_matches(broken, kl, *gaussians())


# ------------------------------------------------------------------------------------- several results


def test_a_dict_in_another_order_matches():
    assert_matches(lambda mu, logvar: dict(reversed(elbo(mu, logvar).items())), elbo, *gaussians())


def test_a_missing_key_is_named_with_those_there_are():
    assert refusal(lambda mu, logvar: {"kl": elbo(mu, logvar)["kl"]}, elbo) == (
        "elbo['loss'] is missing from the result; there is elbo['kl'] [elbo(mu 3×5, logvar 3×5)]"
    )


def test_an_extra_key_is_named():
    assert refusal(lambda mu, logvar: {**elbo(mu, logvar), "extra": mu.sum()}, elbo) == (
        "elbo['extra'] is there, but should not be [elbo(mu 3×5, logvar 3×5)]"
    )


def test_one_result_in_place_of_several_is_named_for_what_it_is():
    assert refusal(lambda mu, logvar: mu.sum(), elbo) == (
        "elbo is a tensor of shape (), but should have elbo['loss'] [elbo(mu 3×5, logvar 3×5)]"
    )
    assert refusal(lambda mu, logvar: None, elbo).startswith("elbo is None (is a return missing?), but should have")


def test_a_list_is_taken_for_a_tuple_but_not_in_another_order():
    assert_matches(lambda mu, logvar: list(split(mu, logvar)), split, *gaussians())
    assert refusal(lambda mu, logvar: split(mu, logvar)[::-1], split).startswith("split[0][")


def test_a_result_too_many_or_too_few_is_named():
    assert refusal(lambda mu, logvar: (*split(mu, logvar), mu), split).startswith(
        "split[2] is there, but should not be"
    )
    assert refusal(lambda mu, logvar: split(mu, logvar)[:1], split).startswith("split[1] is missing from the result")


def test_int_results_are_compared_exactly_and_need_no_gradient():
    def argmax(mu, logvar):
        return mu.argmax(-1)

    assert_matches(argmax, argmax, *gaussians())
    assert "but should be" in refusal(lambda mu, logvar: mu.argmin(-1), argmax)
    assert refusal(lambda mu, logvar: mu.argmax(-1).int(), argmax).startswith(
        "argmax has dtype int32, but should be int64"
    )


def test_numbers_are_compared_as_numbers():
    def count(mu, logvar):
        return mu.numel()

    assert_matches(count, count, *gaussians())
    assert refusal(lambda mu, logvar: 14, count) == (
        "count is 14, but should be 15 within 1e-9 + 1e-8·|expected| [count(mu 3×5, logvar 3×5)]"
    )


# ------------------------------------------------------------------------------------- gradients


def test_a_detached_result_is_refused_with_its_cause():
    assert refusal(lambda mu, logvar: kl(mu, logvar).detach()) == (
        f"kl has no gradient: it is cut off from mu and logvar [kl(mu 3×5, logvar 3×5)]\n{CUT}"
    )


def test_one_detached_result_of_several_is_named():
    def half(mu, logvar):
        results = elbo(mu, logvar)
        return {**results, "kl": results["kl"].detach()}

    assert refusal(half, elbo).startswith("elbo['kl'] has no gradient: it is cut off from mu and logvar")


def test_an_argument_without_a_gradient_is_named():
    assert refusal(lambda mu, logvar: kl(mu, logvar.detach())) == (
        "kl has no gradient with respect to logvar [kl(mu 3×5, logvar 3×5)]\n"
        "Hint: the result is cut off from logvar: look for detach(), .data, .item() or no_grad()."
    )


def test_a_wrong_gradient_behind_the_right_value_is_refused():
    message = refusal(lambda mu, logvar: kl(mu, logvar) + (mu - mu.detach()).sum(-1))
    assert message.startswith("the gradient of kl with respect to mu[")
    assert message.endswith("; 15 of 15 values are off [kl(mu 3×5, logvar 3×5)]")


@pytest.mark.parametrize("factor", [-1.0, 2.0, 1.001])
def test_a_gradient_that_is_off_by_a_factor_is_refused(factor):
    def scaled(mu, logvar):
        value = kl(mu, logvar)
        return value.detach() + factor * (value - value.detach())

    assert refusal(scaled).startswith("the gradient of kl with respect to mu[")


def test_a_gradient_that_is_shared_between_examples_is_refused():
    def shared(mu, logvar):
        value = kl(mu, logvar)
        return value.detach() + (value - value.detach()).mean()

    assert refusal(shared).startswith("the gradient of kl with respect to mu[")


def test_a_gradient_that_is_not_finite_is_refused():
    def broken(mu, logvar):
        zero = (mu - mu.detach()).square().sum(-1)
        return kl(mu, logvar) + zero.sqrt()

    assert "nan" in refusal(broken)


def test_an_argument_may_be_left_out_of_the_gradients():
    assert_matches(lambda mu, logvar: kl(mu, logvar.detach()), kl, *gaussians(), without_gradient=["logvar"])
    assert_matches(lambda mu, logvar: kl(mu, logvar).detach(), kl, *gaussians(), without_gradient=["mu", "logvar"])


def test_leaving_out_an_argument_that_there_is_not_is_a_mistake_of_the_check():
    with pytest.raises(ValueError, match="without_gradient names sigma, which is no floating-point argument"):
        assert_matches(kl, kl, *gaussians(), without_gradient=["sigma"])


def test_a_gradient_that_should_be_zero_may_be_missing_but_not_be_something_else():
    def first(mu, logvar):
        return mu.sum(-1)

    assert_matches(lambda mu, logvar: mu.sum(-1) + 0 * logvar.sum(-1), first, *gaussians())
    message = refusal(lambda mu, logvar: mu.sum(-1) + (logvar - logvar.detach()).sum(-1), first)
    assert message.startswith("the gradient of first with respect to logvar[")


def test_a_function_that_has_no_gradient_is_not_asked_for_one():
    def rounded(mu, logvar):
        return (mu > 0).float()

    assert_matches(rounded, rounded, *gaussians())


# ------------------------------------------------------------------------------------- arguments


def test_keyword_arguments_and_numbers_reach_both_sides():
    def weighted(mu, logvar, beta=1.0):
        return beta * kl(mu, logvar)

    assert_matches(weighted, weighted, *gaussians(), beta=2.0)
    first, hint = refusal(lambda mu, logvar, beta: kl(mu, logvar), weighted, beta=2.0).splitlines()
    assert first.endswith("[weighted(mu 3×5, logvar 3×5, beta 2.0)]")
    assert hint == "Hint: the result and its gradients have the right form, but 1/2 times the right size."


def test_the_inputs_are_left_as_they_were():
    mu, logvar = gaussians()
    mu.requires_grad_()
    assert_matches(kl, kl, mu, logvar)
    assert mu.grad is None
    assert not logvar.requires_grad
