"""Single values. Every assertion gets a value that passes, one just outside the tolerance, and absurd ones."""

import math

import pytest
import torch

from autograder.compare.values import Tolerance, assert_close, same, tolerance_for
from autograder.errors import Mismatch
from autograder.student import Remote

EXPECTED = torch.tensor([1.0, -2.0, 100.0])
NAN, INF = math.nan, math.inf


def refusal(actual, expected=EXPECTED, **options):
    """The whole text with which a value is refused."""
    with pytest.raises(Mismatch) as raised:
        assert_close(actual, expected, name="kl", **options)
    return str(raised.value)


# ------------------------------------------------------------------------------------- tensors


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_tensor_within_the_tolerance_of_its_dtype_is_accepted_and_one_outside_is_not(dtype):
    tolerance = tolerance_for(dtype)
    allowed = tolerance.atol + tolerance.rtol * 4.0
    expected = torch.tensor([4.0], dtype=torch.float64)
    assert_close((expected + 0.9 * allowed).to(dtype), expected, name="kl", dtype=dtype)
    assert_close((expected - 0.9 * allowed).to(dtype), expected, name="kl", dtype=dtype)
    for outside in (expected + 1.3 * allowed, expected - 1.3 * allowed):
        with pytest.raises(Mismatch, match=r"^kl\[0\] is .*, but should be 4"):
            assert_close(outside.to(dtype), expected, name="kl", dtype=dtype)


def test_the_worst_value_is_named_with_how_many_are_off():
    actual = torch.tensor([1.0, -2.1, 130.0])
    assert refusal(actual) == ("kl[2] is 130, but should be 100 within 1e-5 + 1e-4·|expected|; 2 of 3 values are off")


def test_the_place_follows_in_brackets():
    assert refusal(torch.tensor([1.0, -2.0, 101.0]), where="kl(mu 3×5)").endswith(
        "; 1 of 3 values are off [kl(mu 3×5)]"
    )


def test_an_entry_of_a_matrix_is_named_by_its_indices():
    expected = torch.zeros(2, 3)
    actual = expected.clone()
    actual[1, 2] = 0.5
    assert (
        refusal(actual, expected)
        == "kl[1, 2] is 0.5, but should be 0 within 1e-5 + 1e-4·|expected|; 1 of 6 values are off"
    )


def test_a_scalar_tensor_is_named_without_an_index():
    assert refusal(torch.tensor(1.5), torch.tensor(1.0)) == "kl is 1.5, but should be 1 within 1e-5 + 1e-4·|expected|"


def test_numbers_that_differ_late_are_shown_with_as_many_digits_as_tell_them_apart():
    actual = torch.tensor([1.0 + 1e-6], dtype=torch.float64)
    assert refusal(actual, torch.ones(1, dtype=torch.float64)) == (
        "kl[0] is 1.000001, but should be 1 within 1e-9 + 1e-8·|expected|"
    )


@pytest.mark.parametrize(("value", "shown"), [(NAN, "nan"), (INF, "inf"), (-INF, "-inf")])
def test_a_value_that_is_not_finite_is_named_before_any_other(value, shown):
    actual = torch.tensor([55.0, value, 100.0])
    assert refusal(actual) == (
        f"kl[1] is {shown}, but should be -2 within 1e-5 + 1e-4·|expected|; 1 of 3 values are not finite"
    )


@pytest.mark.parametrize("value", [NAN, -INF, 3.4e38, 0.0])
def test_only_infinity_equals_infinity(value):
    expected = torch.tensor([INF])
    assert_close(torch.tensor([INF]), expected, name="kl")
    assert refusal(torch.tensor([value]), expected).startswith("kl[0] is ")


def test_nan_equals_nothing():
    assert "kl[0] is nan, but should be nan" in refusal(torch.tensor([NAN]), torch.tensor([NAN]))


@pytest.mark.parametrize(
    ("actual", "shown"),
    [
        (torch.tensor(1.0), "()"),
        (torch.ones(1), "(1,)"),
        (torch.ones(3, 1), "(3, 1)"),
        (torch.ones(1, 3), "(1, 3)"),
        (torch.ones(0), "(0,)"),
    ],
)
def test_a_shape_that_would_broadcast_is_refused(actual, shown):
    assert refusal(actual, torch.ones(3), where="kl(mu 3×5)") == (
        f"kl has shape {shown}, but should be (3,) [kl(mu 3×5)]"
    )


def test_empty_tensors_of_one_shape_are_equal():
    assert_close(torch.ones(0, 3), torch.ones(0, 3), name="kl")


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        (EXPECTED.double(), EXPECTED, "kl has dtype float64, but should be float32"),
        (EXPECTED.int(), EXPECTED, "kl has dtype int32, but should be float32"),
        (EXPECTED, EXPECTED.long(), "kl has dtype float32, but should be int64"),
        (torch.ones(3, dtype=torch.complex64), EXPECTED, "kl has dtype complex64, but should be float32"),
    ],
)
def test_another_dtype_is_refused_even_with_the_right_values(actual, expected, message):
    assert refusal(actual, expected) == message


def test_the_reference_may_be_more_exact_than_the_result():
    assert_close(EXPECTED, EXPECTED.double(), name="kl", dtype=torch.float32)
    assert refusal(EXPECTED, EXPECTED.double()) == "kl has dtype float32, but should be float64"


@pytest.mark.parametrize(
    ("actual", "kind"),
    [
        (None, "None (is a return missing?)"),
        (3, "the number 3"),
        (1.5, "the number 1.5"),
        (True, "the number True"),
        ("1.0", "a text"),
        ([1.0, 2.0], "a list of 2"),
        ((torch.ones(1),), "a tuple of 1"),
        ({"loss": 1, "kl": 2}, "a dict with the keys 'loss', 'kl'"),
        (Remote(None, 7, "numpy.ndarray", "kl"), "a numpy.ndarray"),
    ],
)
def test_what_is_no_tensor_is_named_for_what_it_is(actual, kind):
    assert refusal(actual, where="kl(3)") == f"kl is {kind}, but should be a tensor of shape (3,) [kl(3)]"


def test_integers_and_bools_must_be_exact():
    assert_close(torch.tensor([1, 2]), torch.tensor([1, 2]), name="n")
    assert refusal(torch.tensor([1, 3]), torch.tensor([1, 2])) == "kl[1] is 3, but should be 2; 1 of 2 values are off"
    assert_close(torch.tensor([True]), torch.tensor([True]), name="n")
    assert refusal(torch.tensor([True, True]), torch.tensor([True, False])) == (
        "kl[1] is True, but should be False; 1 of 2 values are off"
    )


def test_neighbouring_integers_beyond_the_doubles_are_still_refused():
    big = 2**60
    assert refusal(torch.tensor([big + 1]), torch.tensor([big])).startswith(
        "kl[0] is 1152921504606846977, but should be 1152921504606846976"
    )


def test_a_tolerance_of_the_check_s_own_replaces_the_default():
    assert_close(torch.tensor([1.09]), torch.tensor([1.0]), name="kl", tolerance=Tolerance(rtol=0.0, atol=0.1))
    assert refusal(torch.tensor([1.125]), torch.tensor([1.0]), tolerance=Tolerance(rtol=0.0, atol=0.1)) == (
        "kl[0] is 1.125, but should be 1 within 0.1 + 0·|expected|"
    )


def test_a_tensor_with_a_graph_is_compared_by_its_values():
    leaf = EXPECTED.clone().requires_grad_()
    assert_close(leaf * 1, EXPECTED, name="kl")


# ------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("actual", [2, 2.0, 2.0 + 1e-9, torch.tensor(2.0), torch.tensor(2)])
def test_a_number_may_be_an_int_a_float_or_a_tensor_without_axes(actual):
    assert_close(actual, 2.0, name="kl")


def test_a_number_just_outside_the_tolerance_is_refused():
    assert refusal(2.0 + 1e-6, 2.0, where="f(1)") == (
        "kl is 2.000001, but should be 2 within 1e-9 + 1e-8·|expected| [f(1)]"
    )


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_a_number_that_is_not_finite_is_refused(value):
    assert refusal(value, 2.0) == f"kl is {value}, but should be 2 within 1e-9 + 1e-8·|expected|"


@pytest.mark.parametrize(
    ("actual", "kind"),
    [
        (None, "None (is a return missing?)"),
        (True, "the number True"),
        ("2.0", "a text"),
        ([2.0], "a list of 1"),
        (torch.tensor([2.0]), "a tensor of shape (1,)"),
        (torch.ones(2), "a tensor of shape (2,)"),
        (torch.tensor(True), "the number True"),
    ],
)
def test_what_is_no_number_is_named_for_what_it_is(actual, kind):
    assert refusal(actual, 2.0) == f"kl is {kind}, but should be a number"


def test_a_number_is_no_tensor_without_axes():
    assert refusal(2.0, torch.tensor(2.0)) == "kl is the number 2.0, but should be a tensor of shape ()"


def test_a_long_number_is_shown_in_part():
    assert refusal(10**400, torch.ones(3)) == f"kl is the number 1{'0' * 38}…, but should be a tensor of shape (3,)"


def test_a_complex_tensor_without_axes_is_no_number():
    assert refusal(torch.tensor(1j), 2.0).endswith("but should be a number")


# ------------------------------------------------------------------------------------- same


def test_sameness_has_a_tolerance_and_takes_nan_for_nan():
    tolerance = Tolerance(rtol=0.0, atol=0.1)
    a = torch.tensor([1.0, NAN, INF])
    assert same(a, torch.tensor([1.05, NAN, INF]), tolerance)
    assert not same(a, torch.tensor([1.2, NAN, INF]), tolerance)
    assert not same(a, torch.tensor([1.0, NAN, -INF]), tolerance)
    assert not same(a, torch.tensor([1.0, 0.0, INF]), tolerance)


def test_no_tolerance_makes_infinity_the_same_as_anything_else():
    tolerance = Tolerance(rtol=0.1, atol=0.1)
    assert same(torch.tensor([INF]), torch.tensor([INF]), tolerance)
    for other in (5.0, -INF, NAN):
        assert not same(torch.tensor([other]), torch.tensor([INF]), tolerance)
        assert not same(torch.tensor([INF]), torch.tensor([other]), tolerance)


@pytest.mark.parametrize("other", [None, 1.0, "text", torch.ones(1), torch.ones(3, 1)])
def test_what_is_no_tensor_or_has_another_shape_is_never_the_same(other):
    assert not same(torch.ones(3), other, Tolerance(1.0, 1.0))
    assert not same(other, torch.ones(3), Tolerance(1.0, 1.0))


def test_the_default_tolerance_can_be_replaced_in_part():
    assert tolerance_for(torch.float32, rtol=0.5) == Tolerance(rtol=0.5, atol=1e-5)
    assert tolerance_for(torch.float32, atol=0.5) == Tolerance(rtol=1e-4, atol=0.5)
    assert tolerance_for(torch.int64) == Tolerance(0.0, 0.0)
