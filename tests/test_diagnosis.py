"""Mistakes: how they are declared, how well two failures agree, and which hint is given."""

import math
from types import ModuleType

import pytest
import torch

from autograder import mistake
from autograder.diagnosis import Agreement, Mistake, agreement, best, mistakes_in, one_hint
from autograder.errors import CheckFailed, Evidence, Mismatch, StudentCodeFailed

EVIDENCE, TEXT, KIND, NONE = Agreement.EVIDENCE, Agreement.TEXT, Agreement.KIND, Agreement.NONE


@mistake("kl", "the sign", source="sheet 1")
def negative(x):
    return -x


@mistake("kl", "the half")
def doubled(x):
    return 2 * x


@mistake("elbo", "the sum")
def mean(x):
    return x / 3


@mistake("VAE", "the encoder")
class OneLayer(torch.nn.Module):
    pass


def module_with(**names):
    module = ModuleType("mistakes")
    vars(module).update(names)
    return module


# ------------------------------------------------------------------------------------- declaring


def test_a_declared_mistake_is_still_the_function_and_knows_what_it_stands_for():
    assert negative(3) == -3
    assert negative.__mistake__ == Mistake(negative, "kl", "the sign", "sheet 1")
    assert negative.__mistake__.name == "negative"


def test_a_class_may_be_a_mistake():
    assert isinstance(OneLayer(), torch.nn.Module)
    assert mistakes_in(module_with(OneLayer=OneLayer)) == {"VAE": (Mistake(OneLayer, "VAE", "the encoder"),)}


def test_a_class_that_is_built_on_a_mistake_is_none_itself():
    assert mistakes_in(module_with(Child=type("Child", (OneLayer,), {}))) == {}


def test_the_mistakes_of_a_module_are_found_by_function_in_order():
    found = mistakes_in(module_with(negative=negative, helper=len, number=3, mean=mean, doubled=doubled))
    assert {of: [entry.name for entry in entries] for of, entries in found.items()} == {
        "kl": ["negative", "doubled"],
        "elbo": ["mean"],
    }


def test_a_module_without_mistakes_and_no_module_have_none():
    assert mistakes_in(module_with(helper=len)) == {}
    assert mistakes_in(None) == {}


# ------------------------------------------------------------------------------------- agreement of evidence

VALUE = torch.tensor([1.0, 2.0])
GRADIENT = torch.tensor([[0.5, -1.0]])


def seen(where="kl(3×5)", text="kl[0] is 3, but should be 2", **actual):
    return Mismatch(text, evidence=Evidence(where, actual, {}))


def degree(one, other):
    """How well two pieces of evidence agree, each way round."""
    there, back = agreement(one, other), agreement(other, one)
    assert there is back
    return there


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ({"kl": VALUE, "gradient": GRADIENT}, EVIDENCE),
        ({"kl": VALUE * (1 + 5e-4), "gradient": GRADIENT}, EVIDENCE),
        ({"kl": VALUE * 1.01, "gradient": GRADIENT}, NONE),
        ({"kl": VALUE, "gradient": -GRADIENT}, NONE),
        ({"kl": VALUE, "gradient": None}, NONE),
        ({"kl": VALUE}, NONE),
        ({"kl": VALUE.double(), "gradient": GRADIENT}, NONE),
        ({"kl": VALUE[None], "gradient": GRADIENT}, NONE),
        ({"elbo": VALUE, "gradient": GRADIENT}, NONE),
        ({"kl": 3.0, "gradient": GRADIENT}, NONE),
    ],
)
def test_failures_agree_in_evidence_only_if_all_values_and_gradients_do(actual, expected):
    assert degree(seen(kl=VALUE, gradient=GRADIENT), seen(**actual)) is expected


def test_the_same_evidence_counts_whatever_the_words():
    assert degree(seen(kl=VALUE), seen(text="quite another text", kl=VALUE)) is EVIDENCE


def test_the_same_words_do_not_count_where_the_evidence_differs():
    assert degree(seen(kl=VALUE), seen(kl=2 * VALUE)) is NONE


def test_evidence_of_another_call_does_not_agree():
    assert degree(seen(kl=VALUE), seen(where="kl(1×2)", kl=VALUE)) is NONE


def test_a_missing_gradient_agrees_with_a_missing_gradient():
    assert degree(seen(kl=VALUE, gradient=None), seen(kl=VALUE, gradient=None)) is EVIDENCE


def test_nan_agrees_with_nan_and_infinity_with_infinity_of_the_same_sign():
    broken = torch.tensor([math.nan, math.inf, 1.0])
    assert degree(seen(kl=broken), seen(kl=broken.clone())) is EVIDENCE
    assert degree(seen(kl=broken), seen(kl=torch.tensor([math.nan, -math.inf, 1.0]))) is NONE
    assert degree(seen(kl=broken), seen(kl=torch.tensor([0.0, math.inf, 1.0]))) is NONE


def test_small_values_are_compared_at_their_own_size():
    small = torch.tensor([1e-7, 3e-7])
    assert degree(seen(kl=small), seen(kl=small * 1.0001)) is EVIDENCE
    assert degree(seen(kl=small), seen(kl=3 * small)) is NONE


@pytest.mark.parametrize(("other", "expected"), [(2.0, EVIDENCE), (2.0005, EVIDENCE), (2.1, NONE), (math.nan, NONE)])
def test_numbers_in_the_evidence_are_compared_as_numbers(other, expected):
    assert degree(seen(kl=2.0), seen(kl=other)) is expected


# ------------------------------------------------------------------------------------- agreement of words


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("the mean is 0.51, but should be 0", "the mean is 0.51, but should be 0", TEXT),
        ("the mean is 0.50000, but should be 0", "the mean is 0.50001, but should be 0", TEXT),
        ("the mean is 0.50, but should be 0", "the mean is 0.53, but should be 0", KIND),
        ("the mean is 0.50, but should be 0", "the mean is 0.90, but should be 0", NONE),
        ("the mean is 0.50, but should be 0", "the mean is −0.50, but should be 0", NONE),
        ("the mean is 1.2e-05", "the mean is 1.2e-05", TEXT),
        ("the mean is 1.2e-05", "the mean is 1.2e-03", NONE),
        ("the mean is nan", "the mean is nan", TEXT),
        ("the mean is nan", "the mean is 0.5", NONE),
        ("the mean is inf", "the mean is inf", TEXT),
        ("the mean is inf", "the mean is 0.5", NONE),
        ("the mean is -inf", "the mean is inf", NONE),
        ("the mean is 0.5", "the mean square is 0.5", NONE),
        ("entry 1 of 3", "entry 1 of 3 and 4", NONE),
    ],
)
def test_without_evidence_failures_agree_by_their_words_and_numbers(one, other, expected):
    assert degree(Mismatch(one), Mismatch(other)) is expected


def test_where_one_side_has_no_evidence_the_words_decide():
    assert degree(seen(text="kl[0] is 3", kl=VALUE), Mismatch("kl[0] is 3")) is TEXT


def test_a_hint_is_no_part_of_the_words():
    assert degree(Mismatch("the mean is 3", hint="think"), Mismatch("the mean is 3")) is TEXT


@pytest.mark.parametrize(
    ("error", "text", "expected"),
    [
        (ValueError("no"), "kl(3×5) raised ValueError: no\n  submission.py, line 3, in kl", TEXT),
        (ValueError("no\nreally"), "kl(3×5) raised ValueError: no\nreally\n  submission.py, line 3, in kl", TEXT),
        (ValueError(), "kl(3×5) raised ValueError\n  submission.py, line 3, in kl", TEXT),
        (ValueError(), "kl(3×5) raised ValueError: no", NONE),
        (ValueError("no"), "kl(3×5) raised ValueError: not a number", NONE),
        (ValueError("no"), "kl(3×5) raised TypeError: no", NONE),
        (ValueError("no"), "kl[0] is 3, but should be 2", NONE),
        (SystemExit("the mean is 3"), "kl(3×5) ended the program with sys.exit", NONE),
    ],
)
def test_a_mistake_that_raises_agrees_with_code_that_raised_the_same(error, text, expected):
    assert agreement(StudentCodeFailed(text), error) is expected


def test_a_failure_that_another_library_raises_with_the_words_of_the_check_agrees_by_them():
    class Failed(BaseException):
        pass

    assert agreement(CheckFailed("the mean is 3"), Failed("the mean is 3")) is TEXT


# ------------------------------------------------------------------------------------- which hint is given

SIGN, HALF, SUM = (function.__mistake__ for function in (negative, doubled, mean))


@pytest.mark.parametrize(
    ("candidates", "top", "names"),
    [
        ([], NONE, []),
        ([(NONE, SIGN), (NONE, HALF)], NONE, []),
        ([(KIND, SIGN), (TEXT, HALF), (KIND, SUM)], TEXT, ["doubled"]),
        ([(EVIDENCE, SIGN), (TEXT, HALF), (EVIDENCE, SUM)], EVIDENCE, ["negative", "mean"]),
    ],
)
def test_the_mistakes_that_agree_best_are_all_kept(candidates, top, names):
    found, mistakes = best(candidates)
    assert (found, [known.name for known in mistakes]) == (top, names)


def test_mistakes_that_agree_equally_well_give_a_hint_only_if_it_is_the_same():
    twin = Mistake(mean, "kl", "the sign")
    assert one_hint([SIGN]) == one_hint([SIGN, twin]) == "the sign"
    assert one_hint([SIGN, HALF]) is None
    assert one_hint([]) is None
