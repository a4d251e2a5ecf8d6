"""A formula as one line of unicode: how it was understood, shown to the student."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from autograder.maths import nodes as n
from autograder.maths.names import pretty

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_FUNCTIONS = {"sqrt": "√", "logistic": "sigmoid"}
CONSTANTS = {"pi": "π", "e": "e", "inf": "∞"}
_HALVES = {Fraction(1, 2): "½"}


def rendered(node: n.Node) -> str:
    """A formula in unicode, with as few brackets as tell its structure."""
    return _text(node)[0]


def _text(node: n.Node) -> tuple[str, int]:
    """The text, and how tightly it holds together."""
    return _RENDERERS[type(node).__name__](node)


def _at(node: n.Node, level: int) -> str:
    text, tightness = _text(node)
    return text if tightness >= level else f"({text})"


def _number(node: n.Number) -> tuple[str, int]:
    value = node.value
    if value.denominator == 1:
        return str(value.numerator), _ATOM
    if node.rounded:
        return f"{float(value):g}", _ATOM
    return f"{value.numerator}/{value.denominator}", _PRODUCT


def _item(node: n.Item) -> tuple[str, int]:
    if isinstance(node.index, n.Name):
        return f"{pretty(node.name)}_{pretty('i' if node.index.name == '_' else node.index.name)}", _ATOM
    return f"{pretty(node.name)}[{rendered(node.index)}]", _ATOM


def _add(node: n.Add) -> tuple[str, int]:
    text = _at(node.terms[0], _SUM)
    for term in node.terms[1:]:
        if isinstance(term, n.Negate):
            text += f" − {_at(term.of, _PRODUCT)}"
        else:
            text += f" + {_at(term, _PRODUCT)}"
    return text, _SUM


def _multiply(node: n.Multiply) -> tuple[str, int]:
    return "·".join(_at(factor, _PRODUCT if i == 0 else _POWER) for i, factor in enumerate(node.factors)), _PRODUCT


def _divide(node: n.Divide) -> tuple[str, int]:
    if isinstance(node.above, n.Number) and isinstance(node.below, n.Number):
        half = Fraction(node.above.value) / node.below.value if node.below.value else Fraction(0)
        if half in _HALVES:
            return _HALVES[half], _ATOM
    return f"{_at(node.above, _PRODUCT)} / {_at(node.below, _POWER)}", _PRODUCT


def _power(node: n.Power) -> tuple[str, int]:
    exponent, _ = _text(node.exponent)
    small = exponent.translate(str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻"))
    simple = exponent.lstrip("-−").isdigit()
    base = _at(node.base, _ATOM)
    return (f"{base}{small}" if simple else f"{base}^{_at(node.exponent, _ATOM)}"), _POWER


def _call(node: n.Call) -> tuple[str, int]:
    inside = ", ".join(rendered(argument) for argument in node.arguments)
    if node.function in ("abs", "norm"):
        return (f"|{inside}|" if node.function == "abs" else f"‖{inside}‖"), _ATOM
    return f"{_FUNCTIONS.get(node.function, pretty(node.function))}({inside})", _ATOM


def _density(node: n.Density) -> tuple[str, int]:
    of = ", ".join(rendered(a) for a in node.arguments[: len(node.of)])
    given = ", ".join(rendered(a) for a in node.arguments[len(node.of) :])
    return f"{pretty(node.base)}({of}{'|' if given else ''}{given})", _ATOM


def _total(node: n.Total) -> tuple[str, int]:
    sign = "Σ" if node.kind == "sum" else "Π"
    over = "" if node.lower is None else f"={rendered(node.lower)}…{rendered(node.upper)}"  # type: ignore[arg-type]
    name = "i" if node.variable == "_" else pretty(node.variable)
    return f"{sign}[{name}{over}] {_at(node.body, _PRODUCT)}", _SUM


def _expectation(node: n.Expectation) -> tuple[str, int]:
    return f"E[{', '.join(map(pretty, node.variables))} ∼ {rendered(node.density)}]({rendered(node.body)})", _ATOM


def _integral(node: n.Integral) -> tuple[str, int]:
    bounds = ""
    if node.lower is not None and node.upper is not None:
        bounds = f"[{rendered(node.lower)}…{rendered(node.upper)}]"
    return f"∫{bounds} {_at(node.body, _PRODUCT)} d{pretty(node.variable)}", _SUM


def _divergence(node: n.Divergence) -> tuple[str, int]:
    both = rendered(node.first) if node.first == node.second else f"{rendered(node.first)} ‖ {rendered(node.second)}"
    return f"{node.kind}({both})", _ATOM


_RENDERERS: dict[str, Callable[[Any], tuple[str, int]]] = {
    "Number": _number,
    "Constant": lambda node: (CONSTANTS[node.name], _ATOM),
    "Name": lambda node: (pretty("i" if node.name == "_" else node.name), _ATOM),
    "Item": _item,
    "Add": _add,
    "Multiply": _multiply,
    "Divide": _divide,
    "Negate": lambda node: (f"−{_at(node.of, _PRODUCT)}", _SUM),
    "Power": _power,
    "Call": _call,
    "Density": _density,
    "Total": _total,
    "Expectation": _expectation,
    "Integral": _integral,
    "Divergence": _divergence,
    "Derivative": lambda node: (f"∂/∂{rendered(node.by)} ({rendered(node.body)})", _PRODUCT),
    "Transpose": lambda node: (f"{_at(node.of, _ATOM)}ᵀ", _ATOM),
}  # fmt: skip
