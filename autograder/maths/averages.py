"""Sums, expectations, divergences and integrals in a world: what goes over the values of a variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import mpmath
from mpmath import mpf

from autograder import messages
from autograder.maths import nodes as n
from autograder.maths.names import Law
from autograder.maths.problems import NoValue
from autograder.maths.worlds import DIGITS, Value, World, hermite

_MOST_TERMS = 20_000


class Averages:
    """Evaluates what binds a variable; `of` and `formula` come from the evaluation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bound: dict[str, mpf] = {}

    def of(self, node: n.Node) -> Value:
        raise NotImplementedError

    def formula(self, text: str) -> mpf:
        raise NotImplementedError

    def number(self, node: n.Node) -> mpf:
        """The value of a part, which should be a number."""
        found = self.of(node)
        if isinstance(found, mpmath.matrix):
            if found.rows == found.cols == 1:
                return found[0, 0]
            raise NoValue(messages.formulas.NUMBER_NEEDED)
        return found

    @contextmanager
    def binding(self, **values: mpf) -> Iterator[None]:
        """While variables have these values."""
        before = dict(self.bound)
        self.bound.update(values)
        try:
            yield
        finally:
            self.bound = before

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
            raise NoValue(messages.formulas.BOUNDS_NEEDED)
        if upper - lower > _MOST_TERMS:
            raise NoValue(messages.formulas.TOO_MANY_TERMS.format(most=_MOST_TERMS))
        return [mpf(i) for i in range(int(lower), int(upper) + 1)]

    def atoms(self, variable: str) -> list[mpf]:
        variable = self.world.names.origin(variable)
        if variable not in self.world.atoms:
            raise NoValue(messages.formulas.NOT_SUMMABLE.format(name=variable))
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
        return self.under(node.density, lambda: self.number(node.body), node.variables)

    def under(self, density: n.Density, body: Callable[[], mpf], drawn: tuple[str, ...] = ()) -> mpf:
        """The expectation of what `body` gives, under a density of its variables (called `drawn` in the body)."""
        law = self.law(density)
        given = [self.number(a) for a in density.arguments[len(law.of) :]]
        total = mpf(0)
        for at, weight in self.weights(law, dict(zip(law.given, given, strict=True))):
            with self.binding(**(dict(zip(drawn, at.values(), strict=True)) if drawn else at)):
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
            raise NoValue(messages.formulas.NO_CLOSED_FORM)
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
            raise NoValue(messages.formulas.NO_CONVERGENCE)
        return found

    def _integral_over_all(self, node: n.Integral) -> mpf:
        if self.world.names.origin(node.variable) in self.world.atoms:
            return self._total(n.Total("sum", node.variable, None, None, node.body))
        total = mpf(0)
        for term in node.body.terms if isinstance(node.body, n.Add) else (node.body,):
            density = self._factor(term, node.variable)
            if density is None:
                raise NoValue(messages.formulas.NO_DENSITY.format(name=node.variable))
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
        if isinstance(node.by, n.Call):
            return self._slope(self._at_value_of(node.by, node.body), mpf(0))
        by = node.by
        assert isinstance(by, n.Name)

        def at(x: mpf) -> mpf:
            with self.binding(**{by.name: x}):
                return self.number(node.body)

        return self._slope(at, self.number(by))

    def _at_value_of(self, call: n.Call, body: n.Node) -> Callable[[mpf], mpf]:
        """The body where an unknown function's value at one point is larger by h."""
        point, function = [self.number(a) for a in call.arguments], self.world.functions[call.function]

        def at(h: mpf) -> mpf:
            self.world.functions[call.function] = lambda *x: function(*x) + (h if [*x] == point else 0)
            try:
                return self.number(body)
            finally:
                self.world.functions[call.function] = function

        return at

    def _slope(self, at: Callable[[mpf], mpf], point: mpf) -> mpf:
        with mpmath.workdps(2 * DIGITS):  # a central difference loses half of the digits
            step = mpf(10) ** -45
            slopes = [(at(point + h) - at(point - h)) / (2 * h) for h in (step, 2 * step)]
            found = (4 * slopes[0] - slopes[1]) / 3
        return +found
