"""What a closed form is: a formula over declared symbols, and the proof that derives it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from random import Random

from sympy import (  # type: ignore[import-untyped, unused-ignore]
    Dummy,
    Equality,
    Expr,
    Integer,
    Rational,
    Symbol,
    expand,
    expand_log,
    factor,
    fraction,
    log,
    simplify,
    sympify,
    together,
)
from sympy.core.relational import Relational  # type: ignore[import-untyped, unused-ignore]


class ProvedBy(Enum):
    """The step that carries a proof."""

    INTEGRAL = "integral"
    DERIVATIVE = "derivative"
    OPTIMUM = "stationary point and second derivative"
    EXACT_SUM = "exact sum"
    LIMIT = "limit"
    EQUATIONS = "solution of equations"
    INDUCTION = "induction"
    BOUNDS = "a lower and an upper bound that agree"


@dataclass(frozen=True)
class ClosedForm:
    """A formula, in nats unless it is no information, and how it follows from its definition.

    statement: in one line of text, what the formula is the value of.
    symbols: its free symbols in the order of a call. Their assumptions, and `where`, are the formula's domain.
    source: where the formula is printed or exercised.
    proof: derives the value from definitions. It never sees `expression`, so no expression can prove itself.
    where: what assumptions of a symbol cannot say: strict bounds, and sums of probabilities that are 1.
    """

    statement: str
    symbols: tuple[Symbol, ...]
    expression: Expr
    source: str
    proved_by: ProvedBy
    proof: Callable[[], Expr] = field(repr=False)
    where: tuple[Relational, ...] = ()

    def __post_init__(self) -> None:
        if self.expression.free_symbols != set(self.symbols):
            raise ValueError(f"{self.expression} is not a formula in exactly {self.symbols}")
        for relation in self.where:
            if not relation.free_symbols <= set(self.symbols):
                raise ValueError(f"{relation} says something of other symbols than {self.symbols}")

    def residual(self) -> Expr:
        """The formula minus what its proof derives: exactly 0 where the formula is right."""
        return difference(self.expression, _derived(self.proof), self.where)

    def at(self, **values: object) -> Expr:
        """The formula's value, as a sympy number, with a value for the name of every symbol."""
        names = {symbol.name for symbol in self.symbols}
        if values.keys() != names:
            raise ValueError(f"values are given for {sorted(values)}, but the symbols are {sorted(names)}")
        return self.expression.subs({symbol: sympify(values[symbol.name]) for symbol in self.symbols})

    def sample(self, rng: Random) -> dict[Symbol, Rational]:
        """A rational point inside the domain."""
        for _ in range(10_000):
            point = {symbol: _draw(symbol, rng) for symbol in self.symbols}
            for relation in self.where:
                if isinstance(relation, Equality) and not relation.lhs.is_integer:
                    total = relation.lhs.subs(point)
                    point |= {symbol: point[symbol] / total for symbol in relation.lhs.free_symbols}
            if all(bool(relation.subs(point)) for relation in self.where):
                return point
        raise ValueError(f"no point was found where {self.where}")


def difference(left: Expr, right: Expr, where: tuple[Relational, ...] = ()) -> Expr:
    """left - right, simplified: 0 where sympy can show that they are equal.

    Logarithms are split first, while every factor is known to be positive, and probabilities that sum to 1 are put
    in afterwards. Infinite values are compared as they are: oo - oo has no value.
    """
    if left == right:
        return Integer(0)
    rest = (sympify(left) - right).replace(log, lambda argument: expand_log(log(factor(argument))))
    for relation in where:
        if isinstance(relation, Equality):  # a + b + c = 1
            last = max(relation.lhs.free_symbols, key=str)
            rest = rest.subs(last, last + relation.rhs - relation.lhs)
    logarithms = {logarithm: Dummy() for logarithm in rest.atoms(log)}
    back = {dummy: logarithm for logarithm, dummy in logarithms.items()}
    rest = together(expand(rest.xreplace(logarithms))).xreplace(back)
    if expand(fraction(rest)[0]) == 0:
        return Integer(0)
    return rest if _is_not_zero_at_a_point(rest) else simplify(rest)


def _is_not_zero_at_a_point(expression: Expr) -> bool:
    """One value that is not 0 decides, and spares the search for a simpler form. 1/4, 1/5, ... lie in every domain."""
    symbols = sorted(expression.free_symbols, key=str)
    point = {symbol: 1 if symbol.is_integer else Rational(1, 4 + k) for k, symbol in enumerate(symbols)}
    value = expression.subs(point).evalf(30)
    return bool(value.is_number and value.is_finite and abs(value) > Rational(1, 10**20))


@cache
def _derived(proof: Callable[[], Expr]) -> Expr:
    """A proof depends on nothing: one run of it is enough."""
    return sympify(proof())


def _draw(symbol: Symbol, rng: Random) -> Rational:
    denominator = 1 if symbol.is_integer else 16
    lowest = 1 if symbol.is_positive else 0 if symbol.is_nonnegative else -2 * denominator
    return Rational(rng.randint(lowest, 2 * denominator), denominator)
