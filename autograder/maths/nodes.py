"""What a formula is once it has been read: a tree of plain frozen data. Brackets are gone, precedence is structure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction


@dataclass(frozen=True)
class Node:
    """A part of a formula."""

    def parts(self) -> Iterator[Node]:
        """The nodes right below this one."""
        for field in fields(self):
            value = getattr(self, field.name)
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Node):
                    yield part

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts():
            yield from part.walk()


@dataclass(frozen=True)
class Number(Node):
    """An exact rational number; `rounded` where it was typed with a decimal point and may stand for another."""

    value: Fraction
    rounded: bool = False


@dataclass(frozen=True)
class Constant(Node):
    """pi, e or infinity."""

    name: str


@dataclass(frozen=True)
class Name(Node):
    """A declared name, or the index of a sum: a scalar, a random variable, a vector, a matrix."""

    name: str


@dataclass(frozen=True)
class Item(Node):
    """mu_i: an entry of an indexed name."""

    name: str
    index: Node


@dataclass(frozen=True)
class Add(Node):
    """A sum of two or more terms."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Multiply(Node):
    """A product of two or more factors, in their order."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Divide(Node):
    """A quotient."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Negate(Node):
    """The negative of a part."""

    of: Node


@dataclass(frozen=True)
class Power(Node):
    """base ** exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Call(Node):
    """A known function (log, exp, sqrt, abs, max, ...) or a declared one (D, G) of its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Density(Node):
    """p(x|z): a declared density, by its base name, at values. Arguments are in the order of `of`, then of `given`."""

    base: str
    of: tuple[str, ...]
    given: tuple[str, ...]
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Total(Node):
    """A sum or product over an index (from, to) or over all values of a random variable (from and to are None)."""

    kind: str  # "sum" or "prod"
    variable: str
    lower: Node | None
    upper: Node | None
    body: Node


@dataclass(frozen=True)
class Expectation(Node):
    """E of a body under a density of its variables."""

    density: Density
    variables: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Integral(Node):
    """An integral over a variable: between bounds, or over all its values."""

    variable: str
    lower: Node | None
    upper: Node | None
    body: Node


@dataclass(frozen=True)
class Divergence(Node):
    """KL or JSD of two densities, or H (entropy, cross-entropy): functions of the variables over which is summed."""

    kind: str  # "KL", "JSD", "H"
    variables: tuple[str, ...]
    first: Node
    second: Node


@dataclass(frozen=True)
class Derivative(Node):
    """The derivative of a body with respect to a scalar, or to the value of an unknown function at a point."""

    by: Node
    body: Node


@dataclass(frozen=True)
class Transpose(Node):
    """A transposed vector or matrix."""

    of: Node


def negated(node: Node) -> Node:
    """The node with the other sign."""
    return node.of if isinstance(node, Negate) else Negate(node)


def added(terms: list[Node]) -> Node:
    """The sum of terms."""
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


def multiplied(factors: list[Node]) -> Node:
    """The product of factors."""
    return factors[0] if len(factors) == 1 else Multiply(tuple(factors))
