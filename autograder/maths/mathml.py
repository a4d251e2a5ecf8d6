"""A formula as MathML: how it was understood, as a page shows it. The elements are those of MathML Core.

A name may be one that a student made up for an index: every text is escaped, and nothing else of theirs is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from autograder.maths import nodes as n
from autograder.maths.names import pretty
from autograder.maths.render import CONSTANTS

_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly something holds together
_FUNCTIONS = {"logistic": "sigmoid"}
_OVER = {"bar": "¯", "hat": "^", "tilde": "~"}
_INDICES = {"tm1": "t−1", "tp1": "t+1"}
_APPLY = "<mo>\u2061</mo>"
_NAME = re.compile(r"(\w+?)(['*]*)")


def mathml(node: n.Node) -> str:
    """A formula as a <math> element, with as few brackets as tell its structure."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{_inside(node)}</math>'


def _inside(node: n.Node) -> str:
    return _parts(node)[0]


def _parts(node: n.Node) -> tuple[str, int]:
    """The markup, one element, and how tightly it holds together."""
    return _BUILDERS[type(node).__name__](node)


def _at(node: n.Node, level: int) -> str:
    markup, tightness = _parts(node)
    return markup if tightness >= level else _bracketed(markup)


# ------------------------------------------------------------------------------------- pieces


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _mo(sign: str, attributes: str = "") -> str:
    return f"<mo{attributes}>{escape(sign, quote=False)}</mo>"


def _mi(word: str) -> str:
    return f"<mi>{escape(word, quote=False)}</mi>"


def _upright(word: str) -> str:
    return f'<mi mathvariant="normal">{escape(word, quote=False)}</mi>'


def _mn(number: str) -> str:
    return f"<mn>{escape(number, quote=False)}</mn>"


def _fenced(left: str, markup: str, right: str) -> str:
    opening = _mo(left, ' form="prefix" fence="true" stretchy="true"')
    return _row(opening, markup, _mo(right, ' form="postfix" fence="true" stretchy="true"'))


def _bracketed(markup: str) -> str:
    return _fenced("(", markup, ")")


def _listed(parts: Iterable[str]) -> str:
    each = list(parts)
    return each[0] if len(each) == 1 else _row(_mo(",").join(each))


def _bar(sign: str) -> str:
    return _mo(sign, ' form="infix" stretchy="false" lspace="0.2em" rspace="0.2em"')


def _symbol(name: str, index: str = "") -> str:
    """A name with what its parts say: alpha_bar_t is ᾱ with the index t, z' has a prime; `index` comes last."""
    match = _NAME.fullmatch("i" if name == "_" else name)
    if not match:
        return _with_index(_mi(pretty(name)), [index])
    base, *rest = [part for part in match[1].split("_") if part] or [match[1]]
    markup = _word(base)
    while rest and rest[0] in _OVER:
        markup = f'<mover accent="true">{markup}{_mo(_OVER[rest.pop(0)])}</mover>'
    markup = _with_index(markup, [*map(_index, rest), index])
    if match[2]:
        markup = f"<msup>{markup}{_mo(match[2].replace(chr(39), '′'))}</msup>"
    return markup


def _word(base: str) -> str:
    digits = re.fullmatch(r"([^\W\d]+)(\d+)", base)
    return f"<msub>{_mi(pretty(digits[1]))}{_mn(digits[2])}</msub>" if digits else _mi(pretty(base))


def _index(part: str) -> str:
    if part in _INDICES:
        first, sign, last = tuple(_INDICES[part])
        return _row(_mi(first), _mo(sign), _mn(last))
    return _mn(part) if part.isdigit() else _mi(pretty(part))


def _with_index(markup: str, indices: list[str]) -> str:
    there = [index for index in indices if index]
    return f"<msub>{markup}{_listed(there)}</msub>" if there else markup


# ------------------------------------------------------------------------------------- nodes


def _number(node: n.Number) -> tuple[str, int]:
    value = abs(node.value)
    if value.denominator == 1:
        markup, tightness = _mn(str(value.numerator)), _ATOM
    elif node.rounded:
        markup, tightness = _mn(f"{float(value):g}"), _ATOM
    else:
        markup, tightness = _fraction(_mn(str(value.numerator)), _mn(str(value.denominator)))
    return (markup, tightness) if node.value >= 0 else (_row(_mo("−"), markup), _SUM)


def _last(node: n.Node) -> str:
    """The last of several terms or factors: a sum that reaches to the end needs no bracket there."""
    return _inside(node) if _reaches(node) else _at(node, _PRODUCT)


def _reaches(node: n.Node) -> bool:
    """Whether what stands behind it, without a bracket, would seem to belong to the sum or integral in it."""
    if isinstance(node, n.Multiply):
        return _reaches(node.factors[-1])
    return isinstance(node, (n.Total, n.Integral))


def _fraction(above: str, below: str) -> tuple[str, int]:
    return f"<mfrac>{above}{below}</mfrac>", _POWER


def _item(node: n.Item) -> tuple[str, int]:
    return _symbol(node.name, _inside(node.index)), _ATOM


def _add(node: n.Add) -> tuple[str, int]:
    parts = [_at(node.terms[0], _SUM)]
    for term in node.terms[1:]:
        sign, of = ("−", term.of) if isinstance(term, n.Negate) else ("+", term)
        parts += [_mo(sign), _last(of) if term is node.terms[-1] else _at(of, _PRODUCT)]
    return _row(*parts), _SUM


def _multiply(node: n.Multiply) -> tuple[str, int]:
    *before, final = node.factors
    reaching = _reaches(final)  # then the product reaches as far, and is bracketed where that is too far
    factors = [*(_at(factor, _POWER) for factor in before), _last(final) if reaching else _at(final, _POWER)]
    return _row(_mo("⋅").join(factors)), _SUM if reaching else _PRODUCT


def _divide(node: n.Divide) -> tuple[str, int]:
    return _fraction(_inside(node.above), _inside(node.below))


def _power(node: n.Power) -> tuple[str, int]:
    function = isinstance(node.base, n.Call) and node.base.function not in ("abs", "norm")
    base = _bracketed(_inside(node.base)) if function else _at(node.base, _ATOM)  # log(x)² says (log x)² or log(x²)
    return f"<msup>{base}{_inside(node.exponent)}</msup>", _POWER


def _call(node: n.Call) -> tuple[str, int]:
    inside = _listed(map(_inside, node.arguments)) if len(node.arguments) > 1 else _inside(node.arguments[0])
    match node.function:
        case "sqrt":
            return f"<msqrt>{inside}</msqrt>", _POWER
        case "abs":
            return _fenced("|", inside, "|"), _ATOM
        case "norm":
            return _fenced("‖", inside, "‖"), _ATOM
        case "inv":
            return f"<msup>{_at(node.arguments[0], _ATOM)}{_row(_mo('−'), _mn('1'))}</msup>", _POWER
        case "dot":
            return _row(_mo("⋅").join(_at(argument, _POWER) for argument in node.arguments)), _PRODUCT
        case "log2" | "log10":
            name = f"<msub>{_mi('log')}{_mn(node.function.removeprefix('log'))}</msub>"
        case _:
            name = _symbol(_FUNCTIONS.get(node.function, node.function))
    return _row(name, _APPLY, _bracketed(inside)), _ATOM


def _density(node: n.Density) -> tuple[str, int]:
    of, given = node.arguments[: len(node.of)], node.arguments[len(node.of) :]
    inside = _listed(map(_inside, of))
    if given:
        inside = _row(inside, _bar("|"), _listed(map(_inside, given)))
    return _row(_symbol(node.base), _APPLY, _bracketed(inside)), _ATOM


def _total(node: n.Total) -> tuple[str, int]:
    sign, index = _mo("∑" if node.kind == "sum" else "∏"), _symbol(node.variable)
    if node.lower is None or node.upper is None:
        over = f"<munder>{sign}{index}</munder>"
    else:
        lower = _row(index, _mo("="), _inside(node.lower))
        over = f"<munderover>{sign}{lower}{_inside(node.upper)}</munderover>"
    return _row(over, _at(node.body, _PRODUCT)), _SUM


def _expectation(node: n.Expectation) -> tuple[str, int]:
    below = _row(_listed(map(_symbol, node.variables)), _mo("∼"), _inside(node.density))
    return _row(f"<msub>{_upright('E')}{below}</msub>", _APPLY, _fenced("[", _inside(node.body), "]")), _ATOM


def _integral(node: n.Integral) -> tuple[str, int]:
    sign = _mo("∫")
    if node.lower is not None and node.upper is not None:
        sign = f"<msubsup>{sign}{_inside(node.lower)}{_inside(node.upper)}</msubsup>"
    by = _row(_upright("d"), _symbol(node.variable))
    return _row(sign, _at(node.body, _PRODUCT), '<mspace width="0.17em"></mspace>', by), _SUM


def _divergence(node: n.Divergence) -> tuple[str, int]:
    inside = _inside(node.first)
    if node.first != node.second:
        inside = _row(inside, _bar("‖"), _inside(node.second))
    return _row(_mi(node.kind), _APPLY, _bracketed(inside)), _ATOM


def _derivative(node: n.Derivative) -> tuple[str, int]:
    by, _ = _fraction(_mo("∂"), _row(_mo("∂"), _at(node.by, _ATOM)))
    return _row(by, _bracketed(_inside(node.body))), _PRODUCT


def _constant(node: n.Constant) -> tuple[str, int]:
    return (_mn("∞") if node.name == "inf" else _mi(CONSTANTS[node.name])), _ATOM


_BUILDERS: dict[str, Callable[[Any], tuple[str, int]]] = {
    "Number": _number,
    "Constant": _constant,
    "Name": lambda node: (_symbol(node.name), _ATOM),
    "Item": _item,
    "Add": _add,
    "Multiply": _multiply,
    "Divide": _divide,
    "Negate": lambda node: (_row(_mo("−"), _last(node.of)), _SUM),
    "Power": _power,
    "Call": _call,
    "Density": _density,
    "Total": _total,
    "Expectation": _expectation,
    "Integral": _integral,
    "Divergence": _divergence,
    "Derivative": _derivative,
    "Transpose": lambda node: (f"<msup>{_at(node.of, _ATOM)}{_upright('T')}</msup>", _POWER),
}
