"""Why does a formula differ from the wanted one? Sign, constant, factor, one term, exchanged names, σ for σ².

What a student reads names the kind of slip and never the right formula; `detail` is for staff.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath
from mpmath import mpf

from autograder import messages
from autograder.maths.equal import Outcome, compare, same, worlds
from autograder.maths.evaluate import value
from autograder.maths.names import Names, pretty
from autograder.maths.nodes import (
    Call,
    Density,
    Item,
    Name,
    Node,
    Number,
    Power,
    multiplied,
    negated,
)
from autograder.maths.problems import NoValue
from autograder.maths.render import rendered
from autograder.maths.rewrite import is_log, is_name, is_number, is_square_of, renamed, replaced, terms
from autograder.maths.worlds import DIGITS

_CONSTANTS: dict[str, Callable[[], mpf]] = {
    "1/2": lambda: mpf(1) / 2,
    "1": lambda: mpf(1),
    "2": lambda: mpf(2),
    "log 2": lambda: mpmath.log(2),
    "log 4": lambda: mpmath.log(4),
    "1/2 log(2π)": lambda: mpmath.log(2 * mpmath.pi) / 2,
    "log(2π)": lambda: mpmath.log(2 * mpmath.pi),
}
_FACTORS = [Fraction(2), Fraction(1, 2), Fraction(4), Fraction(1, 4), Fraction(-2), Fraction(-1, 2), Fraction(3)]
_MOST_TERMS, _MOST_NAMES = 8, 8


@dataclass(frozen=True)
class Reason:
    """Why a formula is wrong: the kind, a hint that gives nothing away, and the detail for staff."""

    kind: str
    hint: str
    detail: str


def reason(given: Node, wanted: Node, names: Names) -> Reason | None:
    """The first reason that explains a wrong formula, or None."""
    for explain in (_infinite, _sign, _constant, _factor, _size, _log_base, _terms, _swap, _squares, _special):
        if (found := explain(given, wanted, names)) is not None:
            return found
    return None


def _pairs(given: Node, wanted: Node, names: Names) -> list[tuple[mpf, mpf]]:
    found = []
    for place in worlds(wanted, names):
        try:
            pair = value(given, place), value(wanted, place)
        except NoValue:
            return []
        if any(isinstance(side, mpmath.matrix) for side in pair):
            return []
        found.append(pair)
    return found


def _infinite(given: Node, wanted: Node, names: Names) -> Reason | None:
    pairs = _pairs(given, wanted, names)
    if pairs and all(mpmath.isinf(b) and not mpmath.isinf(a) for a, b in pairs):
        return Reason("infinite", messages.formulas.IS_IT_FINITE, messages.formulas.FINITE_FOR_INFINITE)
    if pairs and all(mpmath.isinf(a) and not mpmath.isinf(b) for a, b in pairs):
        return Reason("infinite", messages.formulas.IT_IS_FINITE, messages.formulas.INFINITE_FOR_FINITE)
    return None


def _sign(given: Node, wanted: Node, names: Names) -> Reason | None:
    if _equal(negated(given), wanted, names):
        return Reason("sign", messages.formulas.WRONG_SIGN, messages.formulas.NEGATIVE_OF_SOLUTION)
    return None


def _constant(given: Node, wanted: Node, names: Names) -> Reason | None:
    with mpmath.workdps(DIGITS):
        gaps = [a - b for a, b in _pairs(given, wanted, names)]
        if len(gaps) < 2 or not all(mpmath.isfinite(gap) and same(gap, gaps[0]) for gap in gaps) or is_number(wanted):
            return None
        known = next((name for name, c in _CONSTANTS.items() if same(abs(gaps[0]), c())), "")
    words = messages.formulas.TOO_LARGE_BY if gaps[0] > 0 else messages.formulas.TOO_SMALL_BY
    detail = words.format(constant=known or mpmath.nstr(abs(gaps[0]), 8))
    return Reason("constant", messages.formulas.OFF_BY_CONSTANT, detail)


def _factor(given: Node, wanted: Node, names: Names) -> Reason | None:
    for factor in _FACTORS:
        if _equal(given, multiplied([Number(factor), wanted]), names):
            return Reason("factor", _size_of(factor), messages.formulas.TIMES_SOLUTION.format(factor=factor))
    return None


def _size_of(factor: Fraction) -> str:
    words = messages.formulas.TOO_LARGE if abs(factor) > 1 else messages.formulas.TOO_SMALL
    return words.format(factor=factor)


def _size(given: Node, wanted: Node, names: Names) -> Reason | None:
    if names.size not in names.entries:
        return None
    size = Name(names.size)
    if _equal(multiplied([size, given]), wanted, names):
        return Reason("factor", messages.formulas.MEAN_FOR_SUM, messages.formulas.ONE_KTH)
    if _equal(given, multiplied([size, wanted]), names):
        return Reason("factor", messages.formulas.GROWS_WITH_SIZE, messages.formulas.K_TIMES)
    return None


def _terms(given: Node, wanted: Node, names: Names) -> Reason | None:
    """One coefficient for every term of the solution: which of them is not 1?"""
    parts = list(itertools.islice(terms(wanted), _MOST_TERMS + 1))
    if not 1 < len(parts) <= _MOST_TERMS:
        return None
    places = list(itertools.islice(worlds(wanted, names), 8))
    try:
        rows = [[value(term, place) for term in parts] for place in places]
        right = [value(given, place) for place in places]
    except NoValue:
        return None
    if any(not isinstance(x, mpf) or not mpmath.isfinite(x) for x in [*itertools.chain(*rows), *right]):
        return None
    # Few worlds, many terms: change one or two coefficients at a time instead of solving for all.
    with mpmath.workdps(DIGITS):
        gaps = [b - sum(row) for row, b in zip(rows, right, strict=True)]
        for i in range(len(parts)):
            steps = [gap / row[i] for gap, row in zip(gaps, rows, strict=True) if row[i] != 0]
            if len(steps) > 1 and all(same(step, steps[0]) for step in steps):
                return _one_term(parts[i], 1 + steps[0], names)
        for i, j in itertools.combinations(range(len(parts)), 2):
            if (found := _two_coefficients([(row[i], row[j]) for row in rows], gaps)) is not None:
                return _two_terms(parts[i], parts[j], 1 + found[0], 1 + found[1])
    return None


def _two_coefficients(rows: list[tuple[mpf, mpf]], gaps: list[mpf]) -> tuple[mpf, mpf] | None:
    (a, b), (c, d) = rows[0], rows[1]
    determinant = a * d - b * c
    if abs(determinant) < mpf(10) ** -30:
        return None
    x = (gaps[0] * d - b * gaps[1]) / determinant
    y = (a * gaps[1] - gaps[0] * c) / determinant
    fits = all(same(x * p + y * q, gap) for (p, q), gap in zip(rows, gaps, strict=True))
    simple = all(any(same(z + 1, mpf(n) / 2) for n in range(-8, 9)) for z in (x, y))
    return (x, y) if fits and simple else None


def _one_term(term: Node, coefficient: mpf, names: Names) -> Reason:
    with mpmath.workdps(DIGITS):
        inside = _names_in(term, names)
        which = messages.formulas.TERM_WITH.format(names=inside) if inside else messages.formulas.CONSTANT_TERM
        if abs(coefficient) < mpf(10) ** -30:
            return Reason(
                "terms",
                messages.formulas.TERM_MISSING.format(term=which),
                messages.formulas.WITHOUT_TERM.format(term=rendered(term)),
            )
        if same(coefficient, mpf(-1)):
            return Reason(
                "terms",
                messages.formulas.TERM_SIGN.format(term=which),
                messages.formulas.OTHER_SIGN.format(term=rendered(term)),
            )
    return Reason("terms", messages.formulas.TERM_COEFFICIENT.format(term=which), _multiple(coefficient, term))


def _multiple(coefficient: mpf, term: Node) -> str:
    return messages.formulas.TIMES_TERM.format(coefficient=mpmath.nstr(coefficient, 6), term=rendered(term))


def _two_terms(one: Node, other: Node, a: mpf, b: mpf) -> Reason:
    detail = messages.formulas.PAIR.format(one=_multiple(a, one), other=_multiple(b, other))
    return Reason("terms", messages.formulas.TWO_TERMS, detail)


def _swap(given: Node, wanted: Node, names: Names) -> Reason | None:
    """Two names, or two groups of names (σ₁, μ₁ and σ₂, μ₂), exchanged."""
    for exchange in _exchanges(wanted, names):
        if not all(_alike(a, b, names) for a, b in exchange.items()):
            continue
        if _equal(given, renamed(wanted, exchange), names):
            pair = ", ".join(
                messages.formulas.PAIR.format(one=pretty(a), other=pretty(b))
                for a, b in sorted(exchange.items())
                if a < b
            )
            return Reason("swap", messages.formulas.NAMES_EXCHANGED, messages.formulas.EXCHANGED.format(pairs=pair))
    return None


def _exchanges(wanted: Node, names: Names) -> Iterator[dict[str, str]]:
    scalars = {n.name for n in wanted.walk() if isinstance(n, Name) and n.name in names.entries}
    densities = {n.base for n in wanted.walk() if isinstance(n, Density)}
    kinds = [sorted(kind)[: 2 * _MOST_NAMES] for kind in (scalars, densities)]
    pairs = [pair for kind in kinds for pair in itertools.combinations(kind, 2)]
    endings: dict[tuple[str, str], dict[str, str]] = {}
    for a, b in pairs:
        (stem, _, one), (other, _, two) = a.rpartition("_"), b.rpartition("_")
        if stem == other and stem:
            endings.setdefault((one, two), {}).update({a: b, b: a})
    yield from (group for group in endings.values() if len(group) > 2)
    yield from ({a: b, b: a} for a, b in pairs)


def _alike(one: str, other: str, names: Names) -> bool:
    """Whether a name can stand where the other does: densities only for densities of the same variables."""
    laws = [{(law.of, law.given) for law in names.laws.get(base, ())} for base in (one, other)]
    return laws[0] == laws[1]


def _log_base(given: Node, wanted: Node, names: Names) -> Reason | None:
    for base, function in ((2, "log2"), (10, "log10")):
        if any(isinstance(n, Call) and n.function == "log" for n in wanted.walk()):
            other = replaced(wanted, lambda n, f=function: replace(n, function=f) if is_log(n) else n)  # type: ignore[misc]
            if _equal(given, other, names):
                hint = messages.formulas.WHICH_LOGARITHM
                return Reason("log base", hint, messages.formulas.LOG_BASE.format(base=base))
    return None


def _squares(given: Node, wanted: Node, names: Names) -> Reason | None:
    """σ read for σ² throughout, or the other way round, for one name."""
    for name in sorted({n.name for n in wanted.walk() if isinstance(n, (Name, Item))}):
        unsquared = replaced(wanted, lambda n, s=name: n.base if is_square_of(n, s) else n)  # type: ignore[misc]
        squared = replaced(wanted, lambda n, s=name: Power(n, Number(Fraction(2))) if is_name(n, s) else n)  # type: ignore[misc]
        for other, words in ((unsquared, messages.formulas.UNSQUARED), (squared, messages.formulas.SQUARED)):
            if other != wanted and _equal(given, other, names):
                hint = messages.formulas.WHICH_SPREAD
                return Reason("squares", hint, words.format(name=pretty(name)))
    return None


def _special(given: Node, wanted: Node, names: Names) -> Reason | None:
    """Right only if a name is 0 or 1."""
    for name in sorted({n.name for n in wanted.walk() if isinstance(n, Name)})[:_MOST_NAMES]:
        entry = names.entry(name)
        if entry is None or entry.what != "scalar" or entry.domain not in ("real", "positive"):
            continue
        number = Number(Fraction(0 if entry.domain == "real" else 1))
        fixed = [replaced(side, lambda n, s=name, v=number: v if is_name(n, s) else n) for side in (given, wanted)]  # type: ignore[misc]
        if _equal(fixed[0], fixed[1], names) and not is_number(fixed[1]):
            hint = messages.formulas.SPECIAL_CASE
            return Reason(
                "special case", hint, messages.formulas.RIGHT_FOR.format(name=pretty(name), value=number.value)
            )
    return None


def _equal(given: Node, wanted: Node, names: Names) -> bool:
    return compare(given, wanted, names).outcome is Outcome.EQUAL


def _names_in(node: Node, names: Names) -> str:
    found = [n.name for n in node.walk() if isinstance(n, (Name, Item))]
    found = [name for name in found if name in {**names.entries, **names.indexed} and name != names.size]
    densities = [n.base for n in node.walk() if isinstance(n, Density)]
    return ", ".join(dict.fromkeys(map(pretty, densities or found)))
