"""The value of a formula in a world, to 60 digits. Bounded: in nodes visited, in the size of numbers, in terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import mpmath
from mpmath import mpf

from autograder.maths import nodes as n
from autograder.maths.names import Law
from autograder.maths.numeric import FUNCTIONS, of_array
from autograder.maths.problems import NoValue
from autograder.maths.worlds import DIGITS, Value, World, hermite

_MOST_VISITS = 60_000
_MOST_TERMS = 20_000
_LARGEST_LOG = mpf(10) ** 6  # |log value|: beyond it powers take for ever
_LARGEST_ARGUMENT = mpf(10) ** 6


def value(node: n.Node, world: World) -> Value:
    """The value of a formula in a world. Raises NoValue."""
    with mpmath.workdps(DIGITS):
        try:
            found = _Evaluation(world).of(node)
        except (ZeroDivisionError, OverflowError, ValueError, TypeError, RecursionError) as error:
            raise NoValue(f"the formula has no value: {error}") from None
        if isinstance(found, mpmath.matrix):
            return found
        if mpmath.isnan(found) or isinstance(found, mpmath.mpc):
            raise NoValue("the formula has no value: it is not a real number")
        return found


class _Evaluation:
    def __init__(self, world: World) -> None:
        self.world, self.visits = world, 0
        self.bound: dict[str, mpf] = {}
        self.derived: list[str] = []

    def of(self, node: n.Node) -> Value:
        self.visits += 1
        if self.visits > _MOST_VISITS:
            raise NoValue("the formula takes too long to evaluate")
        found = getattr(self, f"_{type(node).__name__.lower()}")(node)
        if isinstance(found, mpmath.mpc):
            if found.imag != 0:
                raise NoValue("the formula is not a real number here")
            found = found.real
        if isinstance(found, mpf) and mpmath.isnan(found):
            raise NoValue("the formula has no value here")
        return found

    def number(self, node: n.Node) -> mpf:
        found = self.of(node)
        if isinstance(found, mpmath.matrix):
            if found.rows == found.cols == 1:
                return found[0, 0]
            raise NoValue("a vector or matrix stands where a number is needed")
        return found

    @contextmanager
    def binding(self, **values: mpf) -> Iterator[None]:
        before = dict(self.bound)
        self.bound.update(values)
        try:
            yield
        finally:
            self.bound = before

    # ------------------------------------------------------------------------------------- leaves

    def _number(self, node: n.Number) -> mpf:
        return mpf(node.value.numerator) / node.value.denominator

    def _constant(self, node: n.Constant) -> mpf:
        return {"pi": +mpmath.pi, "e": +mpmath.e, "inf": mpf("inf")}[node.name]

    def _name(self, node: n.Name) -> Value:
        if node.name in self.bound:
            return self.bound[node.name]
        entry = self.world.names.entry(node.name)
        if entry is not None and entry.what == "derived" and node.name not in self.world.values:
            self.world.values[node.name] = self.formula(entry.domain)
        return self.world.values[node.name]

    def formula(self, text: str) -> mpf:
        """The value of a formula that a declaration states."""
        from autograder.maths.parser import alternatives

        return self.number(next(alternatives(text, self.world.names)).node)

    def _item(self, node: n.Item) -> mpf:
        items, index = self.world.items[node.name], self.number(node.index)
        if index != int(index) or not 0 <= index < len(items):
            raise NoValue(f"there is no entry {mpmath.nstr(index, 5)} of {node.name}")
        return items[int(index)]

    # ------------------------------------------------------------------------------------- arithmetic

    def _add(self, node: n.Add) -> Value:
        total = self.of(node.terms[0])
        for term in node.terms[1:]:
            total = total + self.of(term)
        return total

    def _multiply(self, node: n.Multiply) -> Value:
        total = self.of(node.factors[0])
        for factor in node.factors[1:]:
            total = self.product(total, self.of(factor))
        return total

    def product(self, a: Value, b: Value) -> Value:
        if isinstance(a, mpmath.matrix) and isinstance(b, mpmath.matrix):
            if a.cols == 1 and b.cols == 1 and a.rows == b.rows and a.rows > 1:
                raise NoValue("two column vectors have no product: write z^T z")
            made = a * b
            return made[0, 0] if made.rows == made.cols == 1 else made
        return a * b

    def _divide(self, node: n.Divide) -> Value:
        below = self.number(node.below)
        if below == 0:
            raise NoValue("the formula divides by 0 here")
        return self.of(node.above) / below

    def _negate(self, node: n.Negate) -> Value:
        return -self.of(node.of)

    def _transpose(self, node: n.Transpose) -> Value:
        found = self.of(node.of)
        return found.T if isinstance(found, mpmath.matrix) else found

    def _power(self, node: n.Power) -> Value:
        base, exponent = self.of(node.base), self.number(node.exponent)
        if isinstance(base, mpmath.matrix):
            if exponent == -1 and base.rows == base.cols:
                return base**-1
            if exponent == 2 and base.cols == 1:
                return mpmath.fdot(base, base)
            raise NoValue("a power of a vector or matrix other than its inverse")
        if base == 0 and exponent <= 0:
            raise NoValue("0 to the power of 0 or less")
        if base < 0 and exponent != int(exponent):
            raise NoValue("a root of a negative number")
        if base not in (0, 1, -1) and abs(exponent * mpmath.log(abs(base))) > _LARGEST_LOG:
            raise NoValue("a power too large to be worked out")
        return base**exponent

    # ------------------------------------------------------------------------------------- functions

    def _call(self, node: n.Call) -> Value:
        if node.function in self.world.functions:
            return self.world.functions[node.function](*map(self.number, node.arguments))
        if node.function in ("det", "tr", "inv", "norm", "norm1", "abs"):
            return of_array(node.function, self.of(node.arguments[0]))
        arguments = [self.number(argument) for argument in node.arguments]
        if node.function in ("max", "min"):
            return max(arguments) if node.function == "max" else min(arguments)
        x = arguments[0]
        if mpmath.isfinite(x) and abs(x) > _LARGEST_ARGUMENT and node.function not in ("log", "sqrt", "sign", "relu"):
            raise NoValue(f"{node.function} of a number too large to be worked out")
        return FUNCTIONS[node.function](x)

    # ------------------------------------------------------------------------------------- totals

    def _total(self, node: n.Total) -> mpf:
        total = mpf(0) if node.kind == "sum" else mpf(1)
        for at in self.range(node):
            with self.binding(**{node.variable: at}):
                term = self.number(node.body)
            total = total + term if node.kind == "sum" else total * term
        return total

    def range(self, node: n.Total) -> list[mpf]:
        if node.lower is None or node.upper is None:
            return self.atoms(node.variable)
        lower, upper = self.number(node.lower), self.number(node.upper)
        if not (mpmath.isfinite(lower) and mpmath.isfinite(upper)) or lower != int(lower) or upper != int(upper):
            raise NoValue("a sum needs finite whole numbers as its bounds")
        if upper - lower > _MOST_TERMS:
            raise NoValue(f"a sum of more than {_MOST_TERMS} terms")
        return [mpf(i) for i in range(int(lower), int(upper) + 1)]

    def atoms(self, variable: str) -> list[mpf]:
        variable = variable.rstrip("'")
        if variable not in self.world.atoms:
            raise NoValue(f"{variable} does not take finitely many values: it cannot be summed over")
        return self.world.atoms[variable]

    def _density(self, node: n.Density) -> mpf:
        law = self.law(node)
        arguments = [self.number(argument) for argument in node.arguments]
        at = dict(zip((*law.of, *law.given), arguments, strict=True))
        if law.normal:
            with self.binding(**at):
                mean, sd = map(self.formula, law.normal)
            x = at[law.of[0]]
            return mpmath.exp(-((x - mean) ** 2) / (2 * sd**2)) / (sd * mpmath.sqrt(2 * mpmath.pi))
        return self.world.probability(law, at)

    def law(self, node: n.Density) -> Law:
        found = self.world.names.law(node.base, node.of, node.given)
        assert found is not None
        return found

    def _expectation(self, node: n.Expectation) -> mpf:
        return self.under(node.density, lambda: self.number(node.body))

    def under(self, density: n.Density, body: Callable[[], mpf]) -> mpf:
        """The expectation of what `body` gives, under a density of its variables."""
        law = self.law(density)
        given = [self.number(a) for a in density.arguments[len(law.of) :]]
        total = mpf(0)
        for at, weight in self.weights(law, dict(zip(law.given, given, strict=True))):
            with self.binding(**at):
                total += weight * body()
        return total

    def weights(self, law: Law, given: dict[str, mpf]) -> list[tuple[dict[str, mpf], mpf]]:
        """The values of a density's variables, each with its probability."""
        if law.normal:
            with self.binding(**given):
                mean, sd = map(self.formula, law.normal)
            return [({law.of[0]: mean + sd * node}, weight) for node, weight in hermite()]
        cells: list[dict[str, mpf]] = [{}]
        for variable in law.of:
            cells = [{**cell, variable: atom} for cell in cells for atom in self.world.atoms[variable]]
        return [(cell, self.world.probability(law, {**cell, **given})) for cell in cells]

    def _divergence(self, node: n.Divergence) -> mpf:
        laws = [part for part in node.first.walk() if isinstance(part, n.Density) and part.of == node.variables]
        support = self.weights(self.law(laws[0]), {}) if laws and not laws[0].given else self._support(node.variables)

        def over(total: Callable[[mpf, mpf], mpf]) -> mpf:
            found = mpf(0)
            for at, _ in support:
                with self.binding(**at):
                    found += total(self.number(node.first), self.number(node.second))
            return found

        if any(self.law(law).normal for law in laws):
            return self._gaussian_divergence(node, laws[0])
        if node.kind == "KL":
            return over(lambda p, q: p * mpmath.log(p / q))
        if node.kind == "H":
            return over(lambda p, q: -p * mpmath.log(q))
        return over(lambda p, q: (p * mpmath.log(2 * p / (p + q)) + q * mpmath.log(2 * q / (p + q))) / 2)

    def _gaussian_divergence(self, node: n.Divergence, first: n.Density) -> mpf:
        if node.first != first or node.kind == "JSD":
            raise NoValue("a divergence of mixtures of Gaussians has no closed form")
        if node.kind == "H":
            return self.under(first, lambda: -mpmath.log(self.number(node.second)))
        return self.under(first, lambda: mpmath.log(self.number(node.first) / self.number(node.second)))

    def _support(self, variables: tuple[str, ...]) -> list[tuple[dict[str, mpf], mpf]]:
        cells: list[dict[str, mpf]] = [{}]
        for variable in variables:
            cells = [{**cell, variable: atom} for cell in cells for atom in self.atoms(variable)]
        return [(cell, mpf(1)) for cell in cells]

    # ------------------------------------------------------------------------------------- integrals

    def _integral(self, node: n.Integral) -> mpf:
        if node.lower is None or node.upper is None:
            return self._integral_over_all(node)

        def at(x: mpf) -> mpf:
            with self.binding(**{node.variable: x}):
                return self.number(node.body)

        lower, upper = self.number(node.lower), self.number(node.upper)
        with mpmath.workdps(25):
            found, error = mpmath.quad(at, [lower, upper], error=True, maxdegree=6)
        if not mpmath.isfinite(found) or error > mpf(10) ** -15 * (1 + abs(found)):
            raise NoValue("the integral does not converge")
        return found

    def _integral_over_all(self, node: n.Integral) -> mpf:
        if node.variable in self.world.atoms:
            return self._total(n.Total("sum", node.variable, None, None, node.body))
        total = mpf(0)
        for term in node.body.terms if isinstance(node.body, n.Add) else (node.body,):
            density = self._factor(term, node.variable)
            if density is None:
                raise NoValue(f"an integral over {node.variable} of something without a density of {node.variable}")
            total += self.under(density, lambda t=term, d=density: self.number(t) / self.number(d))  # type: ignore[misc]
        return total

    def _factor(self, node: n.Node, variable: str) -> n.Density | None:
        """A density of the variable that is a factor of a term."""
        if isinstance(node, n.Density):
            return node if node.of == (variable,) else None
        if isinstance(node, n.Negate):
            return self._factor(node.of, variable)
        if isinstance(node, n.Divide):
            return self._factor(node.above, variable)
        if isinstance(node, n.Multiply):
            return next((f for factor in node.factors if (f := self._factor(factor, variable)) is not None), None)
        return None

    def _derivative(self, node: n.Derivative) -> mpf:
        point = self.number(n.Name(node.variable))

        def at(x: mpf) -> mpf:
            with self.binding(**{node.variable: x}):
                return self.number(node.body)

        with mpmath.workdps(2 * DIGITS):  # a central difference loses half of the digits
            step = mpf(10) ** -45
            slopes = [(at(point + h) - at(point - h)) / (2 * h) for h in (step, 2 * step)]
            found = (4 * slopes[0] - slopes[1]) / 3
        return +found
