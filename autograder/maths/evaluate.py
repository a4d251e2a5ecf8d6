"""The value of a formula in a world, to 60 digits. Bounded: in nodes visited, in the size of numbers, in terms."""

from __future__ import annotations

import mpmath
from mpmath import mpf

from autograder import messages
from autograder.maths import nodes as n
from autograder.maths.averages import Averages
from autograder.maths.numeric import FUNCTIONS, of_array
from autograder.maths.problems import NoValue
from autograder.maths.worlds import DIGITS, Value, World

_MOST_VISITS = 60_000
_LARGEST_LOG = mpf(10) ** 6  # |log value|: beyond it powers take for ever
_LARGEST_ARGUMENT = mpf(10) ** 6


def value(node: n.Node, world: World, **bound: mpf) -> Value:
    """The value of a formula in a world, where some variables have values of their own. Raises NoValue."""
    with mpmath.workdps(DIGITS):
        try:
            found = _Evaluation(world, bound).of(node)
        except (ZeroDivisionError, OverflowError, ValueError, TypeError, RecursionError) as error:
            raise NoValue(messages.formulas.NO_VALUE.format(why=error)) from None
        if isinstance(found, mpmath.matrix):
            return found
        if mpmath.isnan(found) or isinstance(found, mpmath.mpc):
            raise NoValue(messages.formulas.NO_REAL_NUMBER)
        return found


class _Evaluation(Averages):
    def __init__(self, world: World, bound: dict[str, mpf]) -> None:
        super().__init__(world)
        self.bound = bound
        self.visits = 0

    def of(self, node: n.Node) -> Value:
        self.visits += 1
        if self.visits > _MOST_VISITS:
            raise NoValue(messages.formulas.TAKES_TOO_LONG)
        found = getattr(self, f"_{type(node).__name__.lower()}")(node)
        if isinstance(found, mpmath.mpc):
            if found.imag != 0:
                raise NoValue(messages.formulas.NO_REAL_NUMBER_HERE)
            found = found.real
        if isinstance(found, mpf) and mpmath.isnan(found):
            raise NoValue(messages.formulas.NO_VALUE_HERE)
        return found

    # ------------------------------------------------------------------------------------- leaves

    def _number(self, node: n.Number) -> mpf:
        return mpf(node.value.numerator) / node.value.denominator

    def _constant(self, node: n.Constant) -> mpf:
        return {"pi": +mpmath.pi, "e": +mpmath.e, "inf": mpf("inf")}[node.name]

    def _name(self, node: n.Name) -> Value:
        if node.name in self.bound:
            return self.bound[node.name]
        entry = self.world.names.entry(node.name)
        if entry is not None and entry.what == "derived":  # anew: what it follows from may be bound
            return self.formula(entry.domain)
        name = node.name if node.name in self.world.values else self.world.names.origin(node.name)
        return self.world.values[name]

    def formula(self, text: str) -> mpf:
        """The value of a formula that a declaration states."""
        from autograder.maths.readings import usual

        return self.number(usual(text, self.world.names))

    def _item(self, node: n.Item) -> mpf:
        items, index = self.world.items[node.name], self.number(node.index)
        if index != int(index) or not 0 <= index < len(items):
            raise NoValue(messages.formulas.NO_ENTRY.format(index=mpmath.nstr(index, 5), name=node.name))
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
                return mpmath.fdot(a, b)  # two columns: only their inner product can be meant
            made = a * b
            return made[0, 0] if made.rows == made.cols == 1 else made
        return a * b

    def _divide(self, node: n.Divide) -> Value:
        below = self.number(node.below)
        if below == 0:
            raise NoValue(messages.formulas.DIVIDES_BY_ZERO)
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
            raise NoValue(messages.formulas.POWER_OF_MATRIX)
        if base == 0 and exponent <= 0:
            raise NoValue(messages.formulas.ZERO_TO_ZERO)
        if base < 0 and exponent != int(exponent):
            raise NoValue(messages.formulas.ROOT_OF_NEGATIVE)
        if base not in (0, 1, -1) and abs(exponent * mpmath.log(abs(base))) > _LARGEST_LOG:
            raise NoValue(messages.formulas.POWER_TOO_LARGE)
        return base**exponent

    # ------------------------------------------------------------------------------------- functions

    def _call(self, node: n.Call) -> Value:
        if node.function in self.world.functions:
            return self.world.functions[node.function](*map(self.number, node.arguments))
        entry = self.world.names.entry(node.function)
        if entry is not None and entry.what == "defined":
            at = dict(zip(entry.arguments, map(self.number, node.arguments), strict=True))
            with self.binding(**at):
                return self.formula(entry.domain)
        if node.function == "dot":
            return self.product(*map(self.of, node.arguments))
        if node.function in ("det", "tr", "inv", "norm", "norm1", "abs"):
            return of_array(node.function, self.of(node.arguments[0]))
        arguments = [self.number(argument) for argument in node.arguments]
        if node.function in ("max", "min"):
            return max(arguments) if node.function == "max" else min(arguments)
        x = arguments[0]
        if mpmath.isfinite(x) and abs(x) > _LARGEST_ARGUMENT and node.function not in ("log", "sqrt", "sign", "relu"):
            raise NoValue(messages.formulas.ARGUMENT_TOO_LARGE.format(function=node.function))
        return FUNCTIONS[node.function](x)
