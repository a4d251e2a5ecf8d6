"""Puts the solution of what a question solves for into a world: equations such as `a/D = b/(1-D)` hold only there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from mpmath import mpf

from autograder.maths import nodes
from autograder.maths.evaluate import value
from autograder.maths.worlds import World
from autograder.written.expressions import solution
from autograder.written.questions import Question


def put_in_solution(question: Question, place: World) -> None:
    """Give the unknowns of a question (scalars, functions, densities) the values that solve it."""
    for unknown, found in question.solved:
        wanted, there = solution(unknown, question.names), solution(found, question.names)
        if isinstance(wanted, nodes.Name):
            place.values[wanted.name] = value(there, place)
        elif isinstance(wanted, nodes.Call):
            names = [argument.name for argument in wanted.arguments if isinstance(argument, nodes.Name)]
            place.functions[wanted.function] = _function(there, names, place)
        elif isinstance(wanted, nodes.Density):
            _tabulate(wanted, there, place)


def _function(there: nodes.Node, names: list[str], place: World) -> Callable[..., mpf]:
    return lambda *arguments: value(there, place, **dict(zip(names, arguments, strict=True)))


def _tabulate(wanted: nodes.Density, there: nodes.Node, place: World) -> None:
    """The table of a density without conditions, from its formula."""
    axes = place.axes[wanted.base]
    cells = product(*(place.atoms[variable] for variable in axes))
    place.tables[wanted.base] = {cell: value(there, place, **dict(zip(axes, cell, strict=True))) for cell in cells}
