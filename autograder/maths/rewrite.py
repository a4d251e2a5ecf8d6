"""Formulas made of a formula: its terms, and what it is with a part replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from fractions import Fraction

from autograder.maths.nodes import (
    Add,
    Call,
    Density,
    Divide,
    Item,
    Multiply,
    Name,
    Negate,
    Node,
    Number,
    Power,
    Total,
    multiplied,
    negated,
)


def terms(node: Node) -> Iterator[Node]:
    """The additive terms of a formula: factors are multiplied in, logarithms of products are taken apart."""
    if isinstance(node, Add):
        for term in node.terms:
            yield from terms(term)
    elif isinstance(node, Negate):
        yield from (negated(term) for term in terms(node.of))
    elif isinstance(node, Divide):
        yield from (Divide(term, node.below) for term in terms(node.above))
    elif isinstance(node, Multiply) and sum(isinstance(f, (Add, Total)) for f in node.factors) == 1:
        place = next(i for i, f in enumerate(node.factors) if isinstance(f, (Add, Total)))
        for term in terms(node.factors[place]):
            yield multiplied([*node.factors[:place], term, *node.factors[place + 1 :]])
    elif isinstance(node, Total) and node.kind == "sum":
        yield from (replace(node, body=term) for term in terms(node.body))
    else:
        yield node


def replaced(node: Node, change: Callable[[Node], Node]) -> Node:
    """The formula with every part changed, from the bottom up; a part that was changed is left alone."""
    changed = change(node)
    if changed is not node:
        return changed
    values: dict[str, object] = {}
    for field in fields(node):
        part = getattr(node, field.name)
        if isinstance(part, Node):
            values[field.name] = replaced(part, change)
        elif isinstance(part, tuple) and part and all(isinstance(p, Node) for p in part):
            values[field.name] = tuple(replaced(p, change) for p in part)
    return replace(node, **values) if values else node


def renamed(node: Node, exchange: dict[str, str]) -> Node:
    def change(part: Node) -> Node:
        if isinstance(part, Name) and part.name in exchange:
            return Name(exchange[part.name])
        if isinstance(part, Density) and part.base in exchange:
            return replace(part, base=exchange[part.base])
        return part

    return replaced(node, change)


def is_number(node: Node) -> bool:
    return not any(isinstance(n, (Name, Item, Density)) for n in node.walk())


def is_log(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "log"


def is_name(node: Node, name: str) -> bool:
    return isinstance(node, (Name, Item)) and node.name == name


def is_square_of(node: Node, name: str) -> bool:
    return isinstance(node, Power) and is_name(node.base, name) and node.exponent == Number(Fraction(2))
