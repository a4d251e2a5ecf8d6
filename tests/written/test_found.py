"""Which formula is the answer: remarks on it, reasons for it and checks of it are not."""

import pytest

from tests.written.sheets import BOUND, CHOICE, KL, OPTIMUM, earned, made


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    found = {}
    for text in (KL, BOUND, OPTIMUM, CHOICE):
        found |= made(tmp_path_factory.mktemp("found"), text)
    return found


@pytest.mark.parametrize(
    "text",
    [
        r"$\frac12$, since $\log 1 = 0$",
        r"$\frac12$ because $p=q$, and $q=p$.",
        r"0.5 as $\bar\alpha_0=1$",
        r"$\frac12$ (for $p_G=p_{data}$, JSD $=0$)",
        "0.5 (the shift of the second density)",
        "0.5 in total",
        "by the same shift: `0.5`",
        "The distance is as follows:\n\n$$\\frac12$$",
        r"$$W = \frac12 \quad \text{for all } x$$",
        r"$$\frac12,\qquad \epsilon\sim\mathcal N(0,1)$$",
        r"$$\boxed{W = \frac12}$$",
        r"$$W = \frac12 \tag{3}$$",
        "W = 1/2 (3)",
        "(1) W = 1/2",
    ],
)
def test_a_remark_is_no_answer(questions, text):
    assert earned(questions["half"], text).share == 1.0


def test_a_number_rounded_too_far_is_told_so(questions):
    graded = earned(questions["half"], "0.49")
    assert graded.share == 0.0 and "three digits" not in earned(questions["half"], "0.3").text
    assert (
        "Your number is close: give it exactly, or with three digits or more."
        in earned(questions["half"], "0.501").text
    )


def test_words_in_a_derivation_do_not_hide_its_lines(questions):
    text = r"""
With the densities inserted, for every x:

cross entropy: −∫ q(x) log p(x) dx = ½ log(2π) + ½(μ² + σ²)
Präzision ist hier egal: the entropy is −∫ q(x) log q(x) dx = ½ log(2πeσ²)
KL = ½(μ² + σ² − 1 − log σ²)
with equality $KL = 0$ iff $\mu = 0$ and $\sigma = 1$.
"""
    graded = earned(questions["kl"], text)
    assert r"\sigma" not in graded.text
    assert "Your formula differs" not in graded.text


def test_a_second_derivative_may_stand_behind_the_answer(questions):
    text = r"""
$$\frac{p(x)}{D(x)} = \frac{g(x)}{1-D(x)}$$
$$D^*(x) = \frac{p(x)}{p(x)+g(x)}$$
$$-\frac{p(x)}{D(x)^2} - \frac{g(x)}{(1-D(x))^2} < 0$$
"""
    assert earned(questions["d_star"], text).share == 1.0
    wrong = earned(questions["d_star"], text.replace("< 0", "> 0"))
    assert "this step does not hold" in wrong.text


def test_a_false_statement_that_something_is_zero_is_found(questions):
    text = r"""
$$E_q[(x-\mu)^2] = 0$$
$$-\int q(x)\log p(x)dx = \frac12\log(2\pi)+\frac12(\mu^2+\sigma^2)$$
$$-\int q(x)\log q(x)dx = \frac12\log(2\pi e\sigma^2)$$
$$\frac12(\mu^2+\sigma^2-1-\log\sigma^2)$$
"""
    graded = earned(questions["kl"], text)
    assert "line 4: this step does not hold" in graded.text and graded.share < 1


@pytest.mark.parametrize("text", ["a) r1)", "a, because of r1", "a and r1", "a\nr1", "- [x] a\n- [x] r1"])
def test_keys_may_be_typed_without_boxes(questions, text):
    assert earned(questions["early"], text).share == 1.0


@pytest.mark.parametrize(
    "text", ["D_X: a, D_Y: b", "- D_X: photos (of places)\n- D_Y: paintings", "| D_X | a |\n|---|---|\n| D_Y | b |"]
)
def test_pairs_may_stand_in_a_line_or_a_table(questions, text):
    assert earned(questions["roles"], text).share == 1.0
