"""Notation: the same formula in many spellings, and what a reader is told where it cannot be read."""

import pytest

from autograder.maths.chains import chains, final
from autograder.maths.equal import Outcome, compare
from autograder.maths.names import declare
from autograder.maths.problems import Unreadable
from autograder.maths.render import rendered

NAMES = declare(
    {
        "mu": "real", "sigma": "positive", "sigma_q": "positive", "mu_q": "real", "a": "positive", "b": "positive",
        "x": "variable", "z": "variable", "k": "size", "m_i": "real", "s_i": "positive", "alpha_bar_t": "unit",
        "alpha_bar_tm1": "unit", "p_data(x)": "density", "p(x|z)": "density", "p(z)": "density", "q(z|x)": "density",
        "D(x)": "function unit", "sg(h)": "logistic", "v": "vector", "A": "spd",
    },
    alias={"K": "k", "p_d": "p_data", "q_phi": "q", "logvar": "log(s_i^2)"},
    allow=["sum", "prod", "int", "E", "KL", "JSD", "H", "diff"],
    called=["ELBO", "D^*", "L"],
)  # fmt: skip


def node(text, reading=0):
    side = final(text, NAMES)
    if side.problem is not None:
        raise side.problem
    return side.readings[reading].node


def same(one, other):
    return compare(node(one), node(other), NAMES).outcome is Outcome.EQUAL


@pytest.mark.parametrize(
    ("spelling", "plain"),
    [
        (r"\sigma_q^2", "sigma_q**2"),
        (r"\sigma^2_{q}", "sigma_q**2"),
        (r"{\sigma_q}^2", "sigma_q**2"),
        ("σ_q²", "sigma_q**2"),
        (r"\boldsymbol{\sigma}_q^{2}", "sigma_q**2"),
        (r"\frac12 a", "a/2"),
        (r"\tfrac{a}{b}", "a/b"),
        ("½a", "a/2"),
        (r"{a \over b}", "a/b"),
        ("2ab", "2*a*b"),
        (r"2\,a\cdot b", "2*a*b"),
        (r"\left( a + b \right)^2", "(a+b)**2"),
        (r"\Big[a+b\Big]^{2}", "(a+b)**2"),
        (r"e^{-a}", "exp(-a)"),
        (r"\exp\left\{-a\right\}", "exp(-a)"),
        (r"\ln a", "log(a)"),
        (r"\log_2 a", "log(a)/log(2)"),
        (r"\log^2 a", "log(a)**2"),
        (r"\log 2\pi\sigma^2", "log(2*pi*sigma**2)"),
        (r"\log\frac{a}{b}", "log(a)-log(b)"),
        ("np.log(a) + math.sqrt(b)", "log(a)+b**0.5"),
        ("a.pow(2).log()", "2*log(a)"),
        (r"\sqrt[3]{a}", "a**(1/3)"),
        ("√a", "sqrt(a)"),
        ("√(a+b)", "sqrt(a+b)"),
        (r"\bar\alpha_{t-1}", "alpha_bar_tm1"),
        ("ᾱ_{t-1}", "alpha_bar_tm1"),
        (r"\overline{\alpha}_t", "alpha_bar_t"),
        (r"\sum_{i=1}^{k} m_i^2", "sum(m[i]**2 for i in range(k))"),
        (r"\sum_i m_i^2", "Sum(m_i**2, (i, 1, k))"),
        (r"\sum_{i=1}^K m_i + s_i - a", "Sum(m_i + s_i, (i, 1, k)) - a"),
        ("np.sum(m**2 + np.log(s))", "Sum(m_i**2 + log(s_i), (i,1,k))"),
        ("sum(m_i**2 for i in range(1, k+1))", "Sum(m_i**2, (i, 1, k))"),
        ("(m**2).mean()", "Sum(m_i**2, (i, 1, k))/k"),
        (r"\prod_{j=1}^k s_j", "exp(Sum(log(s_i), (i, 1, k)))"),
        (r"\sum_i \log s_i^2", "2*Sum(log(s_i),(i,1,k))"),
        (r"\mathbb{E}_{x\sim p_{\text{data}}(x)}[\log D(x)]", "sum_x p_data(x) log(D(x))"),
        (r"E_{p_d}[\log D(x)]", "sum_x p_data(x) log(D(x))"),
        (r"\int p_{data}(x)\log D(x)\,\mathrm{d}x", "sum_x p_data(x) log(D(x))"),
        (r"D_{\mathrm{KL}}\left(q_\phi(z\mid x)\,\middle\|\,p(z)\right)", "E_{z ~ q(z|x)}[log(q(z|x)) - log(p(z))]"),
        (r"KL(q(z|x), p(z))", r"\sum_z q(z|x)\log\frac{q(z|x)}{p(z)}"),
        (r"\sum_{z'} p(x|z')p(z')", r"\sum_z p(x|z)p(z)"),
        (r"\frac{\partial}{\partial a} \log a", "1/a"),
        (r"\frac{d\, \sigma^2}{d\sigma}", "2*sigma"),
        (r"sg(a)", "1/(1+exp(-a))"),
        (r"v^T A^{-1} v", "v.T @ np.linalg.inv(A) @ v"),
        (r"\|v\|^2", "v^T v"),
        ("|a - b|", "abs(b - a)"),
        ("max(0, a-b)", r"\max(0,a-b)"),
        (r"\underbrace{a}_{\text{first}} + \cancel{b}", "a+b"),
        (r"ELBO = a + b. \quad (11)", "a+b"),
        (r"a + b = ELBO", "a+b"),
        (r"D^*(x) = \frac{a}{a+b} \in [0,1]", "a/(a+b)"),
    ],
)  # fmt: skip
def test_a_spelling_means(spelling, plain):
    assert same(spelling, plain)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("1/2a", "1/(2*a)"),
        ("log(a)^2", "log(a^2)"),
        (r"\log a b", "log(a)*b"),
        (r"\log a/b", "log(a/b)"),
    ],
)
def test_a_notation_with_two_meanings_is_read_both_ways(text, other):
    readings = final(text, NAMES).readings
    assert len(readings) == 2
    outcomes = [compare(reading.node, node(other), NAMES).outcome for reading in readings]
    assert outcomes == [Outcome.DIFFERENT, Outcome.EQUAL]
    assert readings[1].notes


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        (r"\log\frac{\simga}{a}", r"unknown command \simga", 11),
        ("a + w", "I do not know the symbol w here; this question uses", 5),
        ("(a + b", "the ( is never closed", 1),
        ("(a + b]", "] does not close the ( in column 1", 7),
        ("a + * b", "expected a formula after +, but found *", 5),
        ("a + ", "expected a formula after +, but found the end", 4),
        ("a b)", ") closes nothing", 4),
        ("2 3", "two numbers beside each other", 3),
        (r"\int p_data(x) \log D(x)", "the integral has no dx", 1),
        (r"E[\log D(x)]", "the expectation does not say under which density", 1),
        ("KL(q(z|x))", "KL needs two densities", 1),
        ("a!", "a factorial is not read", 2),
        ("x.__class__", "did not expect . here", 2),
        ("m^2 + a", "m needs an index here", 1),
        ("m_i + a", "no sum goes over the index i", 3),
        ("a + \u0430", "looks like a Latin letter, but is CYRILLIC", 5),
        ("a\u202e + b", "invisible character", 2),
        (r"a \pm b", "± stands for two formulas", 3),
        (r"\begin{bmatrix} a \end{bmatrix}", r"\begin{bmatrix} is not read", 1),
        ("q(z)", "q is known here as q(z|x) only", 1),
        ("", "there is no formula here", 1),
        ("9" * 41, "a number of 41 digits", 1),
        ("1e9999", "the exponent of this number is too large", 1),
        ("(" * 70 + "a" + ")" * 70, "nested more than 60 levels deep", None),
        ("a+" * 2500 + "a", "at most 4000 are read", None),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_and_where(text, message, column):
    with pytest.raises(Unreadable) as raised:
        node(text)
    problem = raised.value
    assert message in str(problem)
    if column is not None:
        assert problem.start + 1 == column
        shown = problem.shown(text)
        assert f"(column {column})" in shown and "^" in shown


def test_the_caret_stands_under_the_place_in_its_line():
    text = "a +\n b + w"
    with pytest.raises(Unreadable) as raised:
        node(text)
    *_, line, carets = raised.value.shown(text).splitlines()
    assert line[carets.index("^")] == "w"


def test_an_operator_that_the_question_rules_out_is_told_from_what_cannot_be_read():
    strict = declare({"x": "variable", "p(x)": "density", "q(x)": "density"}, allow=[])
    problem = final("KL(q(x) || p(x))", strict).problem
    assert problem is not None and problem.ruled_out
    assert "without a KL divergence" in str(problem)


def test_names_may_be_misspelt_by_case_with_a_note():
    side = final("P_DATA(x)", NAMES)
    assert side.readings[0].notes == ("P_DATA was read as p_data",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\frac12\left(\mu^2+\sigma^2-1-\log\sigma^2\right)", "½·(μ² + σ² − 1 − log(σ²))"),
        (r"\frac{a}{2 b^2}", "a / (2·b²)"),
        (r"\sum_{i=1}^k m_i^2", "Σ[i=1…k] m_i²"),
        (r"-\mathbb{E}_{q(z|x)}[\log p(x|z)]", "−E[z ∼ q(z|x)](log(p(x|z)))"),
        (r"\sqrt{\bar\alpha_t}", "√(α\u0304ₜ)"),
        (r"a^{b+1}", "a^(b + 1)"),
    ],
)
def test_a_formula_is_echoed_as_it_was_understood(text, shown):
    assert rendered(node(text)) == shown


def test_a_chain_has_its_relations_over_lines_and_blocks():
    text = r"\begin{aligned} L &= a \\ &= b + \\ &\quad a \\ &\ge b \end{aligned}"
    (chain,) = chains(text, NAMES)
    assert [(side.relation, side.text.strip()) for side in chain][0] == ("", "L")
    assert [side.relation for side in chain] == ["", "=", "=", "≥"]


def test_an_arrow_or_a_line_of_its_own_begins_a_new_chain():
    found = chains(r"a = b \Rightarrow a = 1 \\ b = 2", NAMES)
    assert [len(chain) for chain in found] == [2, 2, 2]
