"""What a formula may mean: where a notation has two meanings both are read, the usual one first.

`1/2x` is (1/2)·x or 1/(2x); `log(a)^2` is (log a)² or log(a²); `log a b` is log(ab) or (log a)·b; `log a/b` is
(log a)/b or log(a/b).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

from autograder import messages
from autograder.maths.names import Names
from autograder.maths.nodes import Node
from autograder.maths.parser import Parser
from autograder.maths.problems import Unreadable
from autograder.maths.tokens import Token, tokens

_MOST_READINGS = 8
_EXPLAINED = {
    "denominator": messages.formulas.DENOMINATOR,
    "power inside": messages.formulas.POWER_INSIDE,
    "one factor": messages.formulas.ONE_FACTOR,
    "factor": messages.formulas.FACTOR,
    "index": messages.formulas.INDEX,
    "quotient inside": messages.formulas.QUOTIENT_INSIDE,
}


@dataclass(frozen=True)
class Reading:
    """A formula as it was read, and what had to be decided for it."""

    node: Node
    notes: tuple[str, ...] = ()


def readings(found_tokens: list[Token], names: Names) -> list[Reading]:
    """All that a formula may mean, the usual meaning first; 8 at most. Raises Unreadable if the usual one cannot be."""
    first = Parser(found_tokens, names, frozenset())
    result = [Reading(first.whole(), tuple(first.notes))]
    wishes = sorted(first.choices)
    sets = [set(c) for n in range(1, len(wishes) + 1) for c in itertools.combinations(wishes, n)]
    for chosen in sets[: _MOST_READINGS - 1]:
        try:
            parser = Parser(found_tokens, names, frozenset(chosen))
            other = parser.whole()
        except Unreadable:
            continue
        if all(other != reading.node for reading in result):
            explained = tuple(_EXPLAINED[choice] for choice in sorted(chosen))
            result.append(Reading(other, (*parser.notes, *explained)))
    return result


@cache
def usual(text: str, names: Names) -> Node:
    """The usual meaning of a formula of the course's own, without relations. Raises Unreadable."""
    return readings(tokens(text), names)[0].node
