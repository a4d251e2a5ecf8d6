"""MathML of formulas: its structure, and that nothing that a student writes is markup."""

import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from autograder.maths import nodes as n
from autograder.maths.chains import final
from autograder.maths.mathml import _BUILDERS, mathml
from autograder.maths.names import declare
from autograder.maths.problems import Unreadable
from tests.maths.corpus import CORPUS, HELDOUT, HOSTILE, built, names_of

CORE = {
    "math", "mrow", "mi", "mn", "mo", "mfrac", "msqrt", "msub", "msup", "msubsup", "mover", "munder", "munderover",
    "mspace",
}  # fmt: skip
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3}
X, Y, TWO = n.Name("x"), n.Name("y"), n.Number(Fraction(2))
P, Q = n.Density("p", ("x",), (), (X,)), n.Density("q", ("z",), ("x",), (n.Name("z"), X))


def read(markup):
    """The tree; fails unless it is well-formed, of MathML Core, and every element has the children it needs."""
    root = ElementTree.fromstring(markup)
    for element in root.iter():
        tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
        assert tag in CORE
        assert len(element) == CHILDREN.get(tag, len(element)), tag
        if tag in ("mi", "mn", "mo"):
            assert len(element) == 0 and element.text
        else:
            assert not (element.text or "").strip()
    return root


def plain(node):
    """The texts of a formula in their order, with _ and ^ before what is below and above."""
    return "".join(read(mathml(node)).itertext()).replace("\u2061", "")


def inside(node):
    return re.fullmatch(r"<math [^>]*>(.*)</math>", mathml(node))[1]


# ------------------------------------------------------------------------------------- the corpus


def test_every_readable_formula_of_the_corpus_is_well_formed():
    for entry in [*CORPUS["entries"], *HELDOUT]:
        found = nodes(entry["expression"], names_of(entry["profile"]))
        assert found or "refuse" in entry["expect"], entry["id"]
        for node in found:
            read(mathml(node))


def test_hostile_texts_never_become_markup():
    names = declare({"x": "real", "mu": "real", "sigma": "positive", "k": "size"}, allow=["sum", "prod", "int", "E"])
    for item in HOSTILE:
        for node in nodes(built(item), names):
            read(mathml(node))


def nodes(text, names):
    """All that a text may mean; nothing if it cannot be read."""
    try:
        side = final(text, names)
    except Unreadable:
        return []
    return [reading.node for reading in side.readings] if side.problem is None else []


HOSTILE_NAMES = ["<script>alert(1)</script>", "a&b", '"><img src=x onerror=y>', "</math>", "x_<b>", "]]>", "&lt;"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_are_escaped_wherever_they_stand(name):
    named = n.Name(name)
    density = n.Density(name, (name,), (name,), (named, named))
    for node in (
        named,
        n.Item(name, named),
        n.Call(name, (named,)),
        density,
        n.Total("sum", name, named, named, named),
        n.Total("prod", name, None, None, named),
        n.Expectation(density, (name,), named),
        n.Integral(name, None, None, named),
        n.Divergence(name, (name,), named, density),
        n.Derivative(named, named),
    ):
        root = read(mathml(node))
        assert not any(key.startswith("on") or key == "src" for e in root.iter() for key in e.attrib)


def test_every_kind_of_node_has_its_markup():
    kinds = {kind.__name__ for kind in n.Node.__subclasses__()}
    assert kinds == set(_BUILDERS)


# ------------------------------------------------------------------------------------- structure


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (n.Divide(X, TWO), "<mfrac><mi>x</mi><mn>2</mn></mfrac>"),
        (n.Number(Fraction(1, 2)), "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (n.Number(Fraction(1, 4), rounded=True), "<mn>0.25</mn>"),
        (n.Power(X, TWO), "<msup><mi>x</mi><mn>2</mn></msup>"),
        (n.Call("sqrt", (X,)), "<msqrt><mi>x</mi></msqrt>"),
        (n.Name("mu_1"), "<msub><mi>μ</mi><mn>1</mn></msub>"),
        (n.Name("z'"), "<msup><mi>z</mi><mo>′</mo></msup>"),
        (
            n.Name("alpha_bar_t"),
            '<msub><mover accent="true"><mi>α</mi><mo>¯</mo></mover><mi>t</mi></msub>',
        ),
        (n.Transpose(n.Name("A")), '<msup><mi>A</mi><mi mathvariant="normal">T</mi></msup>'),
        (n.Call("inv", (n.Name("A"),)), "<msup><mi>A</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>"),
    ],
)
def test_the_markup_of_small_formulas(node, expected):
    assert inside(node) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (n.Multiply((TWO, n.Add((X, Y)))), "2⋅(x+y)"),
        (n.Multiply((n.Negate(X), Y)), "(−x)⋅y"),
        (n.Power(n.Negate(X), TWO), "(−x)2"),
        (n.Power(n.Divide(X, Y), TWO), "(xy)2"),
        (n.Power(n.Power(X, TWO), TWO), "(x2)2"),
        (n.Power(n.Call("log", (X,)), TWO), "(log(x))2"),
        (n.Power(n.Call("abs", (X,)), TWO), "|x|2"),
        (n.Add((X, n.Negate(n.Add((X, Y))))), "x−(x+y)"),
        (n.Add((n.Number(Fraction(-1)), X)), "−1+x"),
        (n.Add((X, n.Number(Fraction(-1)))), "x+(−1)"),
        (n.Divergence("KL", ("x",), P, n.Density("q", ("x",), (), (X,))), "KL(p(x)‖q(x))"),
        (n.Divergence("H", ("x",), P, P), "H(p(x))"),
        (n.Expectation(Q, ("z",), n.Call("log", (P,))), "Ez∼q(z|x)[log(p(x))]"),
        (n.Total("sum", "i", n.Number(Fraction(1)), n.Name("k"), n.Item("x", n.Name("i"))), "∑i=1kxi"),
        (n.Total("sum", "x", None, None, P), "∑xp(x)"),
        (n.Total("sum", "x", None, None, n.Add((X, Y))), "∑x(x+y)"),
        (n.Add((X, n.Total("sum", "x", None, None, P))), "x+∑xp(x)"),
        (n.Add((n.Total("sum", "x", None, None, P), X)), "∑xp(x)+x"),
        (n.Add((X, n.Total("sum", "x", None, None, P), Y)), "x+(∑xp(x))+y"),
        (n.Multiply((TWO, n.Total("sum", "x", None, None, P))), "2⋅∑xp(x)"),
        (n.Multiply((n.Total("sum", "x", None, None, P), TWO)), "(∑xp(x))⋅2"),
        (n.Add((X, n.Multiply((TWO, n.Total("sum", "x", None, None, P))), Y)), "x+(2⋅∑xp(x))+y"),
        (n.Add((X, n.Negate(n.Multiply((TWO, n.Total("sum", "x", None, None, P)))))), "x−2⋅∑xp(x)"),
        (n.Negate(n.Total("sum", "x", None, None, P)), "−∑xp(x)"),
        (n.Integral("x", None, None, n.Multiply((n.Total("sum", "i", None, None, X), Y))), "∫(∑ix)⋅ydx"),
        (n.Integral("x", n.Number(Fraction(0)), n.Constant("inf"), P), "∫0∞p(x)dx"),
        (n.Derivative(n.Name("mu"), X), "∂∂μ(x)"),
        (n.Call("max", (X, Y)), "max(x,y)"),
        (n.Call("dot", (X, n.Add((X, Y)))), "x⋅(x+y)"),
        (n.Call("log2", (X,)), "log2(x)"),
    ],
)
def test_brackets_tell_the_structure(node, expected):
    assert plain(node) == expected


def test_a_sum_has_its_limits_below_and_above():
    node = n.Total("sum", "i", n.Number(Fraction(1)), n.Name("k"), X)
    assert "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>k</mi></munderover>" in mathml(node)
