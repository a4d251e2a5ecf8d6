"""The questions that the assignments ask: their sheets are up to date, and their formulas are proved.

A formula is turned into a sympy expression and compared with the closed form that its question names: the difference
is exactly 0. A known mistake differs from the right formula at a rational point, to 30 digits. Random variables have
three values: an expectation is a sum over them, and densities are tables of symbols (`TABLES`). What has Gaussian
densities, vectors, derivatives, unknown functions, or densities without a table is not converted, and not tested here.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import pytest
import sympy
from sympy import Expr, Integer, Rational, Symbol, oo

from autograder.assignment import load_assignment
from autograder.maths import nodes as n
from autograder.maths.names import Entry
from autograder.maths.problems import Unreadable
from autograder.written.expressions import solution
from autograder.written.questions import Question, load_questions
from autograder.written.template import template
from reference.closed_forms import ClosedForm, all_forms
from reference.closed_forms.form import difference

ASSIGNMENTS = sorted(path.parent for path in (Path(__file__).parents[2] / "assignments").glob("*/questions.toml"))
QUESTIONS = [(folder.name, question) for folder in ASSIGNMENTS for question in load_questions(load_assignment(folder))]
FORMULAS = [(name, question) for name, question in QUESTIONS if question.kind in ("expr", "steps", "number")]
FORMS = all_forms()
STATES = 3  # of a random variable, in the closed forms too
ALMOST_ZERO = Rational(1, 10**20)


def _log_of_a_pixel(likelihood: Expr) -> Expr:
    """The logarithm of a likelihood of a pixel x, which is 0 or 1."""
    x = next(symbol for symbol in likelihood.free_symbols if symbol.name == "x")
    return x * sympy.log(likelihood.subs(x, 1)) + (1 - x) * sympy.log(likelihood.subs(x, 0))


# What the symbols of closed forms are called in the questions, for a topic or for one form.
SYMBOLS = {
    "diffusion": {"alpha_t": "alpha", "alpha_bar_tm1": "A"},
    "gaussian.KL_NORMAL": {"mu_1": "mu_q", "sigma_1": "sigma_q", "mu_2": "mu_p", "sigma_2": "sigma_p"},
    "bernoulli.LOG_BERNOULLI": {"x_1": "x", "y_1": "p"},
}

# Densities and functions by their signatures: {x} is the state of x, counted from 1.
_BOUND = {
    "p(x|z)": "ell_{z}",
    "p(z)": "pi_{z}",
    "q(z|x)": "q_{z}",
    "p(x,z)": "ell_{z}*pi_{z}",
    "p(x)": "ell_1*pi_1 + ell_2*pi_2 + ell_3*pi_3",
    "p(z|x)": "ell_{z}*pi_{z}/(ell_1*pi_1 + ell_2*pi_2 + ell_3*pi_3)",
}
_GAME = {"p_data(x)": "p_{x}", "p_G(x)": "q_{x}", "p_z(z)": "q_{z}", "D(x)": "D_{x}", "G(z)": "{z}"}
_AT_A_POINT = {"p_data(x)": "p", "p_G(x)": "q"}
TABLES = {
    "evidence_bound": _BOUND,
    "gan": _GAME,
    "gan.D_STAR": _AT_A_POINT,
    "gan.D_STAR_LOGIT": _AT_A_POINT,
    "gan.LEAST_SQUARES_D_STAR": _AT_A_POINT,
    "gan.DENSITY_FROM_D": {"p_0(x)": "q", "D(x)": "D"},
}

# Closed forms that are no formula for a whole question, but for one term of it: how many terms, and what it is of them.
SIZES = {"bernoulli.LOG_BERNOULLI": 1}
AS_STATED = {"bernoulli.LOG_BERNOULLI": _log_of_a_pixel}

_FUNCTIONS = {
    "log": sympy.log,
    "exp": sympy.exp,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "norm": sympy.Abs,
    "norm1": sympy.Abs,
    "sign": lambda x: x / sympy.Abs(x),  # but at 0
    "tanh": sympy.tanh,
    "max": sympy.Max,
    "min": sympy.Min,
    "logistic": lambda x: 1 / (1 + sympy.exp(-x)),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "logit": lambda x: sympy.log(x / (1 - x)),
    "log2": lambda x: sympy.log(x, 2),
    "log10": lambda x: sympy.log(x, 10),
    "relu": lambda x: sympy.Max(x, 0),
}
_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "inf": oo}
_DOMAINS = {
    "real": {"real": True},
    "positive": {"positive": True},
    "unit": {"positive": True},
    "bit": {"integer": True},
}


class NotConvertible(Exception):
    """A formula with something that is no plain expression in the symbols of its closed form."""


def _of_form(table: dict, form: str) -> dict:
    return table.get(form, table.get(form.partition(".")[0], {}))


@dataclass
class Converter:
    """Formulas of one question -> sympy expressions. `free` are the names that are symbols though they are derived."""

    question: Question
    free: frozenset[str] = frozenset()
    size: int = STATES
    domains: dict[Symbol, str] = field(default_factory=dict)  # of the symbols that were made
    bound: dict[str, Expr] = field(default_factory=dict)  # indices of sums, states of random variables

    def __post_init__(self) -> None:
        form = FORMS.get(self.question.form)
        self.symbols = {symbol.name: symbol for symbol in form.symbols} if form else {}
        self.renamed = _of_form(SYMBOLS, self.question.form)
        self.table = _of_form(TABLES, self.question.form)

    def of(self, text: str) -> Expr:
        """The formula that a text of the question states. Raises NotConvertible."""
        try:
            node = solution(text, self.question.names)
        except Unreadable as problem:
            raise NotConvertible(str(problem)) from None
        return sympy.sympify(self.convert(node))

    def convert(self, node: n.Node) -> Expr:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise NotConvertible(type(node).__name__)
        return method(node)

    def symbol(self, name: str, domain: str = "real") -> Symbol:
        """The symbol of the closed form with this name, or a new one."""
        name = self.renamed.get(name, name)
        made = self.symbols.setdefault(name, Symbol(name, **_DOMAINS[domain]))
        self.domains.setdefault(made, domain)
        return made

    # ------------------------------------------------------------------------------------- leaves

    def _number(self, node: n.Number) -> Expr:
        return Rational(node.value.numerator, node.value.denominator)

    def _constant(self, node: n.Constant) -> Expr:
        return _CONSTANTS[node.name]

    def _name(self, node: n.Name) -> Expr:
        entry = self.question.names.entry(node.name)
        if node.name in self.bound and (entry is None or entry.what not in ("variable", "copy")):
            return self.bound[node.name]
        if entry is None:
            raise NotConvertible(node.name)
        if entry.what == "derived" and self.renamed.get(node.name, node.name) not in self.free:
            return self.convert(self._read(entry.domain))
        if entry.what in ("scalar", "derived"):
            return Integer(self.size) if entry.domain == "size" else self.symbol(node.name, _domain(entry))
        if entry.what == "variable" and self._is_gaussian(node.name) and node.name not in self.bound:
            return self.symbol(node.name)  # it may have any value
        raise NotConvertible(node.name)

    def _is_gaussian(self, variable: str) -> bool:
        laws = [law for group in self.question.names.laws.values() for law in group]
        return any(law.normal and variable in law.of for law in laws)

    def _read(self, text: str) -> n.Node:
        return solution(text, self.question.names)

    def _item(self, node: n.Item) -> Expr:
        index = self.convert(node.index)
        if not index.is_Integer:
            raise NotConvertible(f"{node.name} at {index}")
        return self.symbol(f"{node.name}_{index}", self.question.names.indexed[node.name].domain)

    # ------------------------------------------------------------------------------------- arithmetic

    def _add(self, node: n.Add) -> Expr:
        return sympy.Add(*map(self.convert, node.terms))

    def _multiply(self, node: n.Multiply) -> Expr:
        return sympy.Mul(*map(self.convert, node.factors))

    def _divide(self, node: n.Divide) -> Expr:
        return self.convert(node.above) / self.convert(node.below)

    def _negate(self, node: n.Negate) -> Expr:
        return -self.convert(node.of)

    def _power(self, node: n.Power) -> Expr:
        return self.convert(node.base) ** self.convert(node.exponent)

    def _call(self, node: n.Call) -> Expr:
        entry = self.question.names.entry(node.function)
        if entry is not None and entry.what == "defined":
            if any(name not in self.question.names.entries for name in entry.arguments):
                raise NotConvertible(node.function)
            return self._with(self._states_of(entry.arguments, node.arguments), self._read(entry.domain))
        if entry is not None and entry.what == "function":
            return self._from_table(f"{node.function}({','.join(entry.arguments)})", entry.arguments, node.arguments)
        if node.function not in _FUNCTIONS:
            raise NotConvertible(node.function)
        return _FUNCTIONS[node.function](*map(self.convert, node.arguments))

    # ------------------------------------------------------------------------------------- finite worlds

    def _with(self, at: dict[str, Expr], body: n.Node) -> Expr:
        before = dict(self.bound)
        self.bound |= at
        try:
            return self.convert(body)
        finally:
            self.bound = before

    def _states_of(self, variables: tuple[str, ...], arguments: tuple[n.Node, ...]) -> dict[str, Expr]:
        """The states of random variables where they are arguments: those of the sums around them, else the first."""
        states = {}
        for variable, argument in zip(variables, arguments, strict=True):
            if isinstance(argument, n.Name):
                entry = self.question.names.entry(argument.name)
                if argument.name.rstrip("'") != variable and (entry is None or entry.what != "copy"):
                    raise NotConvertible(f"{argument.name} where {variable} belongs")
                states[variable] = self.bound.get(argument.name, Integer(1))
            else:
                states[variable] = self.convert(argument)  # D(G(z))
        return states

    def _from_table(self, signature: str, variables: tuple[str, ...], arguments: tuple[n.Node, ...]) -> Expr:
        if signature not in self.table:
            raise NotConvertible(signature)
        states = self._states_of(variables, arguments)
        made = sympy.sympify(self.table[signature].format(**states), locals=self.symbols)
        for symbol in made.free_symbols:
            self.domains.setdefault(symbol, "positive")
        return made

    def _density(self, node: n.Density) -> Expr:
        law = self.question.names.law(node.base, node.of, node.given)
        return self._from_table(str(law), (*node.of, *node.given), node.arguments)

    def _states(self, variables: tuple[str, ...]) -> list[dict[str, Expr]]:
        if any(self._is_gaussian(variable) for variable in variables):
            raise NotConvertible("a sum over all real numbers")
        values = product(range(1, STATES + 1), repeat=len(variables))
        return [dict(zip(variables, map(Integer, each), strict=True)) for each in values]

    def _total(self, node: n.Total) -> Expr:
        if node.lower is None or node.upper is None:
            places = self._states((node.variable,))
        else:
            bounds = self.convert(node.lower), self.convert(node.upper)
            if not all(bound.is_Integer for bound in bounds):
                raise NotConvertible("a sum without end")
            places = [{node.variable: Integer(i)} for i in range(int(bounds[0]), int(bounds[1]) + 1)]
        terms = [self._with(place, node.body) for place in places]
        return sympy.Add(*terms) if node.kind == "sum" else sympy.Mul(*terms)

    def _integral(self, node: n.Integral) -> Expr:
        if node.lower is not None or node.upper is not None:
            raise NotConvertible("an integral with bounds")
        return sympy.Add(*(self._with(place, node.body) for place in self._states((node.variable,))))

    def _expectation(self, node: n.Expectation) -> Expr:
        return self._weighted(node.variables, n.Multiply((node.density, node.body)))

    def _divergence(self, node: n.Divergence) -> Expr:
        p, q = node.first, node.second
        match node.kind:
            case "KL":
                return self._weighted(node.variables, _times_log(p, p, q))
            case "H":
                return -self._weighted(node.variables, _times_log(p, q, _ONE))
        middle = n.Divide(n.Add((p, q)), n.Number(Fraction(2)))
        sides = n.Add((_times_log(p, p, middle), _times_log(q, q, middle)))
        return self._weighted(node.variables, sides) / 2

    def _weighted(self, variables: tuple[str, ...], body: n.Node) -> Expr:
        return sympy.Add(*(self._with(place, body) for place in self._states(variables)))


_ONE = n.Number(Fraction(1))


def _times_log(weight: n.Node, above: n.Node, below: n.Node) -> n.Node:
    return n.Multiply((weight, n.Call("log", (n.Divide(above, below),))))


def _domain(entry: Entry) -> str:
    return entry.domain if entry.what == "scalar" else "real"


def _converted(converter: Converter, text: str) -> Expr | None:
    try:
        return converter.of(text)
    except NotConvertible:
        return None


def _as_its_form(question: Question) -> Expr | None:
    """The expected formula in the symbols of the closed form, or None."""
    free = frozenset(symbol.name for symbol in FORMS[question.form].symbols)
    made = _converted(Converter(question, free, SIZES.get(question.form, STATES)), question.expect)
    return made if made is None else AS_STATED.get(question.form, lambda same: same)(made)


PROVABLE = [
    pytest.param(question, id=f"{name}-{question.id}")
    for name, question in FORMULAS
    if question.form in FORMS and _as_its_form(question) is not None
]

REFUTABLE = [
    pytest.param(question, known.when, id=f"{name}-{question.id}-{number}-{known.source}")
    for name, question in FORMULAS
    if _converted(Converter(question), question.expect) is not None
    for number, known in enumerate(question.mistakes, 1)
    if _converted(Converter(question), known.when) is not None
]


@pytest.mark.parametrize("folder", ASSIGNMENTS, ids=lambda folder: folder.name)
def test_the_handout_has_the_sheet_that_the_questions_make(folder: Path) -> None:
    assignment = load_assignment(folder)
    made = template(assignment, load_questions(assignment))
    assert (folder / "handout" / "answers.md").read_text(encoding="utf-8").rstrip("\n") == made.rstrip("\n")


@pytest.mark.parametrize("folder", ASSIGNMENTS, ids=lambda folder: folder.name)
def test_every_part_has_the_points_of_its_questions(folder: Path) -> None:
    assignment = load_assignment(folder)
    points: dict[str, float] = {}
    for question in load_questions(assignment):
        part = question.check.part
        points[part] = points.get(part, 0.0) + question.points
    stated = {part.number: part.points for part in assignment.parts}
    assert points == {part: stated.get(part) for part in points}


@pytest.mark.parametrize(
    ("name", "form"), [(f"{name}/{question.id}", question.form) for name, question in QUESTIONS if question.form]
)
def test_the_closed_form_that_a_question_names_exists(name: str, form: str) -> None:
    assert form in FORMS, f"{name} names {form}"


@pytest.mark.parametrize("question", PROVABLE)
def test_the_expected_formula_is_its_closed_form(question: Question) -> None:
    form = FORMS[question.form]
    expected = _as_its_form(question)
    undeclared = expected.free_symbols - set(form.symbols)
    assert not undeclared, f"{undeclared}: declare in SYMBOLS or TABLES which of {form.symbols} they are"
    assert difference(expected, form.expression, form.where) == 0


def test_most_formulas_are_proved() -> None:
    """What cannot be converted is not tested: that must stay the exception."""
    assert len(PROVABLE) >= 0.8 * sum(bool(question.form) for _, question in FORMULAS)
    assert len(REFUTABLE) >= 0.7 * sum(len(question.mistakes) for _, question in FORMULAS)


@pytest.mark.parametrize(("question", "when"), REFUTABLE)
def test_a_known_mistake_provably_differs(question: Question, when: str) -> None:
    converter = Converter(question)
    right, wrong = converter.of(question.expect), converter.of(when)
    rng = Random(5)
    assert any(_differ(right, wrong, _point(converter, FORMS.get(question.form), rng)) for _ in range(50))


def _point(converter: Converter, form: ClosedForm | None, rng: Random) -> dict[Symbol, Rational]:
    """A rational point in the domains of all symbols."""
    point = {symbol: _drawn(domain, rng) for symbol, domain in converter.domains.items()}
    return {**point, **(form.sample(rng) if form else {})}


def _drawn(domain: str, rng: Random) -> Rational:
    match domain:
        case "bit":
            return Integer(rng.randint(0, 1))
        case "unit":
            return Rational(rng.randint(1, 15), 16)
        case "positive":
            return Rational(rng.randint(1, 48), 16)
    return Rational(rng.choice([-1, 1]) * rng.randint(1, 48), 16)


def _differ(right: Expr, wrong: Expr, point: dict[Symbol, Rational]) -> bool:
    """30 digits decide; infinity differs from every number, and from infinity of the other sign."""
    a, b = right.subs(point), wrong.subs(point)
    if any(value in (oo, -oo) for value in (a, b)):
        return bool(a != b)
    gap = abs((a - b).evalf(30))
    return bool(gap.is_comparable and gap > ALMOST_ZERO)


def test_a_right_spelling_does_not_differ() -> None:
    """The same test on formulas that are right: it tells right from wrong."""
    rng = Random(7)
    seen = 0
    for _, question in FORMULAS:
        for spelling in question.spellings:
            converter = Converter(question)
            try:
                right, other = converter.of(question.expect), converter.of(spelling)
            except NotConvertible:
                continue
            if "." in spelling and question.kind == "number":
                continue  # it may be rounded
            point = _point(converter, FORMS.get(question.form), rng)
            assert not _differ(right, other, point), f"{question.id}: {spelling}"
            seen += 1
    assert seen > 100
