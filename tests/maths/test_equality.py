"""Values in random worlds, equality, and the reasons for a difference."""

import mpmath
import pytest
from mpmath import mpf

from autograder.maths import equal
from autograder.maths.chains import final
from autograder.maths.diagnose import reason
from autograder.maths.equal import Outcome
from autograder.maths.evaluate import value
from autograder.maths.names import declare
from autograder.maths.problems import NoValue
from autograder.maths.worlds import DIGITS, hermite, world
from tests.maths.corpus import CORPUS, names_of

ALL = ["sum", "prod", "int", "E", "KL", "JSD", "H", "diff"]
GAUSS = declare(
    {"mu": "real", "sigma": "positive", "x": "variable", "q(x)": "normal(mu, sigma)", "p(x)": "normal(0, 1)"}, allow=ALL
)
GAME = declare(
    {
        "x": "variable", "z": "variable", "p_z(z)": "density", "p_G(x)": "image(G, p_z)", "G(z)": "function x",
        "p_data(x)": "density", "D(x)": "function unit",
    },
    allow=ALL,
)  # fmt: skip
MODEL = declare(
    {"x": "variable", "z": "variable", "p(x,z)": "density", "p(x)": "density", "p(z)": "density", "p(x|z)": "density",
     "p(z|x)": "density", "q(z|x)": "density"},
    allow=ALL,
)  # fmt: skip


def node(text, names):
    side = final(text, names)
    assert side.problem is None, side.problem
    return side.readings[0].node


def outcome(one, other, names):
    return equal.compare(node(one, names), node(other, names), names).outcome


@pytest.mark.parametrize("n", range(0, 16))
def test_the_nodes_of_a_gaussian_give_its_moments_exactly(n):
    with mpmath.workdps(DIGITS):
        found = sum(weight * x**n for x, weight in hermite())
        wanted = mpmath.fac2(n - 1) if n % 2 == 0 else mpf(0)
        assert abs(found - wanted) < mpf(10) ** -45


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"KL(q \| p)", r"\frac12(\mu^2+\sigma^2-1-\log\sigma^2)"),
        (r"-\int q(x)\log p(x)dx", r"\frac12\log(2\pi)+\frac12(\mu^2+\sigma^2)"),
        (r"H(q)", r"\frac12\log(2\pi e\sigma^2)"),
        (r"E_q[(x-\mu)^2]", r"\sigma^2"),
        (r"E_{x\sim q}[x^4]", r"\mu^4+6\mu^2\sigma^2+3\sigma^4"),
    ],
)
def test_expectations_under_gaussians_are_exact(one, other):
    assert outcome(one, other, GAUSS) is Outcome.EQUAL


def test_all_densities_of_one_letter_come_from_one_joint():
    for seed in range(4):
        place = world(MODEL, seed)
        for one, other in (
            (r"\sum_z p(x,z)", "p(x)"),
            (r"p(x|z)p(z)", "p(x,z)"),
            (r"\frac{p(x|z)p(z)}{\sum_z p(x|z)p(z)}", "p(z|x)"),
            (r"\sum_z q(z|x)", "1"),
        ):
            assert equal.same(value(node(one, MODEL), place), value(node(other, MODEL), place))


def test_the_image_of_the_noise_is_the_density_of_the_samples():
    assert outcome(r"E_{z\sim p_z}[\log(1-D(G(z)))]", r"E_{x\sim p_G}[\log(1-D(x))]", GAME) is Outcome.EQUAL


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (r"\log p(x)", r"E_{q(z|x)}[\log\frac{p(x,z)}{q(z|x)}] + KL(q(z|x)\|p(z|x))", Outcome.EQUAL),
        (r"\log p(x)", r"E_{q(z|x)}[\log\frac{p(x,z)}{q(z|x)}] + KL(q(z|x)\|p(z))", Outcome.DIFFERENT),
        (r"E_{q(z|x)}[\log p(x|z)] - KL(q(z|x)\|p(z))", r"E_{q(z|x)}[\log\frac{p(x,z)}{q(z|x)}]", Outcome.EQUAL),
    ],
)
def test_identities_of_the_bound_are_decided(one, other, wanted):
    assert outcome(one, other, MODEL) is wanted


def test_infinity_equals_infinity_of_its_sign_only():
    assert outcome(r"\infty", "oo", GAUSS) is Outcome.EQUAL
    assert outcome(r"-\infty", "oo", GAUSS) is Outcome.DIFFERENT
    assert outcome("10^{300}", "oo", GAUSS) is Outcome.DIFFERENT


def test_what_has_no_value_is_undecided_and_never_wrong():
    found = equal.compare(node(r"\sqrt{-\sigma}", GAUSS), node(r"\sigma", GAUSS), GAUSS)
    assert found.outcome is Outcome.UNDECIDED and "square root" in found.why


def test_a_rounded_number_is_compared_with_its_digits_in_mind():
    assert outcome("0.6931", r"\log 2", GAUSS) is Outcome.EQUAL
    assert outcome("0.69", r"\log 2", GAUSS) is Outcome.DIFFERENT
    assert outcome(r"0.3333 \mu", r"\mu/3", GAUSS) is Outcome.DIFFERENT  # only a number alone may be rounded


@pytest.mark.parametrize("text", ["9**9**9", r"\infty-\infty", "1/0", r"\log 0", r"\sum_{i=1}^{30000} i", "0^{-1}"])
def test_what_has_no_value_says_so(text):
    with pytest.raises(NoValue):
        value(node(text, GAUSS), world(GAUSS, 0))


def test_the_signs_of_real_names_come_up_together_and_apart():
    names = declare({"a": "real", "b": "real"})
    signs = {tuple(mpmath.sign(world(names, seed).values[n]) for n in ("a", "b")) for seed in range(equal.WORLDS)}
    assert len(signs) == 4


_KINDS = {"sigma2": "squares", "logbase": "log base", "none": None, "misconception": None}


@pytest.mark.parametrize("answer", CORPUS["wrong_answers"]["items"], ids=lambda answer: answer["student"])
def test_the_reason_for_a_wrong_answer_is_found(answer):
    names = names_of(answer["profile"])
    found = reason(node(answer["student"], names), node(answer["expected"], names), names)
    assert (found.kind if found else None) in [_KINDS.get(kind, kind) for kind in answer["diagnosis"]]


def test_a_hint_does_not_give_the_formula_away():
    for answer in CORPUS["wrong_answers"]["items"]:
        names = names_of(answer["profile"])
        found = reason(node(answer["student"], names), node(answer["expected"], names), names)
        assert found is None or not any(sign in found.hint for sign in ("=", "log(", "²", "√"))
