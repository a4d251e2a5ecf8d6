"""Which operators a formula uses: a question allows some of them, so that restating it is no answer."""

from __future__ import annotations

from autograder.maths import nodes as n

_KINDS = {n.Expectation: "E", n.Integral: "int", n.Derivative: "diff"}


def operators(node: n.Node) -> frozenset[str]:
    """The operators in a formula, by the names that a question's `allow` uses."""
    found = set()
    for part in node.walk():
        if isinstance(part, (n.Total, n.Divergence)):
            found.add(part.kind)
        elif type(part) in _KINDS:
            found.add(_KINDS[type(part)])
    return frozenset(found)
