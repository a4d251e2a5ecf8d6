"""Properties that do not depend on values: kinds and shapes, examples of a batch for themselves, no trace."""

import pytest
import torch

from autograder.compare.inputs import normal
from autograder.compare.properties import assert_batchwise, assert_no_trace, assert_runs
from autograder.errors import Mismatch


def kl(mu, logvar):
    return (mu.square() + logvar.exp()).sum(-1)


def elbo(mu, logvar, beta=1.0):
    return {"loss": kl(mu, logvar).mean() * beta, "steps": 3, "name": "elbo"}


def gaussians():
    return normal(4, 5, seed=1), normal(4, 5, seed=2)


def refused(assertion, *arguments, **keywords):
    with pytest.raises(Mismatch) as raised:
        assertion(*arguments, **keywords)
    return str(raised.value)


# ------------------------------------------------------------------------------------- assert_runs


def test_values_do_not_matter_where_a_function_should_only_run():
    assert_runs(lambda mu, logvar: 7 * mu[:, 0] * torch.nan, kl, *gaussians())
    assert_runs(lambda mu, logvar, beta: {"name": "", "steps": 1.5, "loss": mu.sum()}, elbo, *gaussians(), beta=2.0)


@pytest.mark.parametrize(
    ("actual", "message"),
    [
        (lambda mu, logvar: mu, "kl has shape (4, 5), but should be (4,) [kl(4×5, 4×5)]"),
        (lambda mu, logvar: mu[:, 0].double(), "kl has dtype float64, but should be float32 [kl(4×5, 4×5)]"),
        (lambda mu, logvar: None, "kl is None (is a return missing?), but should be a tensor of shape (4,) [kl("),
        (lambda mu, logvar: (mu[:, 0],), "kl is missing from the result; there is kl[0] [kl(4×5, 4×5)]"),
        (lambda mu, logvar: (), "kl is missing from the result; there is nothing [kl(4×5, 4×5)]"),
    ],
)
def test_a_result_of_another_kind_is_named(actual, message):
    assert refused(assert_runs, actual, kl, *gaussians()).startswith(message)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"steps": "three"}, "elbo['steps'] is a text, but should be the number 3"),
        ({"steps": True}, "elbo['steps'] is the number True, but should be the number 3"),
        ({"name": None}, "elbo['name'] is None (is a return missing?), but should be a text"),
        ({"more": 1}, "elbo['more'] is there, but should not be"),
    ],
)
def test_results_that_are_no_tensors_have_their_kind_too(changed, message):
    told = refused(assert_runs, lambda mu, logvar: {**elbo(mu, logvar), **changed}, elbo, *gaussians())
    assert told == f"{message} [elbo(4×5, 4×5)]"


# ------------------------------------------------------------------------------------- assert_batchwise


def centred(mu, logvar):
    return kl(mu - mu.mean(0), logvar)


def transposed(mu, logvar):
    return kl(mu.T.reshape(mu.shape), logvar)


def first_for_all(mu, logvar):
    return kl(mu, logvar[:1])


def normalised_by_the_size(mu, logvar):
    return kl(mu, logvar) / len(mu)


def by_place(mu, logvar):
    return kl(mu, logvar) * torch.arange(1, len(mu) + 1)


def test_a_function_of_every_example_for_itself_is_accepted():
    assert_batchwise(kl, *gaussians(), name="kl")
    assert_batchwise(torch.relu, normal(3, 2, 2, seed=1), name="relu")


@pytest.mark.parametrize("function", [centred, transposed, first_for_all, normalised_by_the_size, by_place])
def test_a_function_that_mixes_the_examples_is_refused(function):
    assert refused(assert_batchwise, function, *gaussians(), name="kl").startswith("kl of ")


def test_the_way_in_which_examples_are_mixed_is_told():
    order = refused(assert_batchwise, by_place, *gaussians(), name="kl")
    assert order.startswith("kl of the examples in another order[") and order.endswith("[kl(4×5, 4×5)]")
    alone = refused(assert_batchwise, normalised_by_the_size, *gaussians(), name="kl")
    assert alone.startswith("kl of the first example alone[0] is ")


@pytest.mark.parametrize("result", [lambda mu, logvar: mu.sum(), lambda mu, logvar: mu.T, lambda mu, logvar: None])
def test_a_result_without_an_entry_for_each_example_is_refused(result):
    told = refused(assert_batchwise, result, *gaussians(), name="kl")
    assert told.endswith("but should be a tensor with one entry for each example")


# ------------------------------------------------------------------------------------- assert_no_trace

TRACES = """
    import torch
    def harmless(): return torch.rand(3)
    def seeds(): torch.manual_seed(0)
    def widens(): torch.set_default_dtype(torch.float64)
"""


def test_a_call_that_leaves_a_trace_is_refused_with_its_name(open_student):
    with open_student(TRACES) as student:
        assert_no_trace(student, lambda: student.harmless(), name="harmless")
        assert refused(assert_no_trace, student, lambda: student.seeds(), name="train") == (
            "train changed the seed of torch's generator for the whole program, but should leave it as it is"
        )
        assert refused(assert_no_trace, student, lambda: student.widens(), name="train") == (
            "train changed torch's default dtype for the whole program, but should leave it as it is"
        )
