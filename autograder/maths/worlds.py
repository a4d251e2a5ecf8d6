"""Random finite worlds: values for everything that a question declares.

A random variable has a few values, a density is a table, and all densities with one base name come from one joint
table, so that E, KL, sums over z and p(x|z) have exact values. Gaussian densities are kept as Gaussians: an expectation
under one is a Gauss-Hermite sum, exact for polynomials up to degree 2 * NODES - 1 and so for logarithms of Gaussians.
Two formulas that are equal agree in every world; two that are not disagree in almost every one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

import mpmath
from mpmath import mpf

from autograder import messages
from autograder.maths.names import Entry, Law, Names
from autograder.maths.problems import NoValue

DIGITS = 60  # of the arithmetic; equality is decided at 40
NODES = 8
_ITEMS = 6  # entries of an indexed name: more than any size
Value = Any  # an mpf, or an mpmath.matrix


@dataclass
class World:
    """Values of one world. `values` holds scalars, vectors and matrices, `items` the entries of indexed names."""

    names: Names
    values: dict[str, Value] = field(default_factory=dict)
    items: dict[str, list[mpf]] = field(default_factory=dict)
    atoms: dict[str, list[mpf]] = field(default_factory=dict)
    functions: dict[str, Callable[..., mpf]] = field(default_factory=dict)
    tables: dict[str, dict[tuple[mpf, ...], mpf]] = field(default_factory=dict)  # by base: the joint of its variables
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by base: its variables, in the table's order

    def probability(self, law: Law, at: Mapping[str, mpf]) -> mpf:
        """A table's p(of|given) at values of its variables."""
        joint = self._marginal(law.base, {v: at[v] for v in (*law.of, *law.given)})
        return joint / self._marginal(law.base, {v: at[v] for v in law.given}) if law.given else joint

    def _marginal(self, base: str, fixed: Mapping[str, mpf]) -> mpf:
        axes = self.axes[base]
        if any(value not in self.atoms[v] for v, value in fixed.items()):
            raise NoValue(messages.formulas.OUTSIDE_OF_VARIABLE)
        return sum(
            (p for key, p in self.tables[base].items() if all(key[axes.index(v)] == fixed[v] for v in fixed)), mpf(0)
        )


def world(names: Names, seed: int) -> World:
    """The world with a number."""
    with mpmath.workdps(DIGITS):
        return _world(names, seed)


def _world(names: Names, seed: int) -> World:
    draw = random.Random(f"world {seed}")
    made = World(names)
    _draw_scalars(made, draw, seed)
    _draw_variables(made, draw, seed)
    for entry in names.entries.values():
        if entry.what in ("vector", "matrix"):
            made.values[entry.name] = _array(entry, made, draw)
        elif entry.what == "function":
            made.functions[entry.name] = _function(entry, made, draw)
    _draw_densities(made, draw)
    for variable, atoms in made.atoms.items():
        made.values[variable] = draw.choice(atoms)
    for entry in names.entries.values():
        if entry.what == "copy":  # another value than the variable itself has
            others = [atom for atom in made.atoms[entry.domain] if atom not in made.values.values()]
            made.values[entry.name] = draw.choice(others or made.atoms[entry.domain])
    return made


def _draw_scalars(made: World, draw: random.Random, seed: int) -> None:
    signs = _signs(made.names, seed)
    for entry in made.names.entries.values():
        if entry.what == "scalar":
            made.values[entry.name] = _scalar(entry.domain, draw, signs.get(entry.name, 1), seed)
    for entry in made.names.indexed.values():
        made.items[entry.name] = [
            _scalar(entry.domain, draw, draw.choice((-1, 1)), seed + i) for i in range(_ITEMS + 1)
        ]


def _draw_variables(made: World, draw: random.Random, seed: int) -> None:
    """A variable with a Gaussian density takes all real values, any other a few; the argument of an image five."""
    laws = [law for group in made.names.laws.values() for law in group]
    continuous = {variable for law in laws if law.normal for variable in law.of}
    sources = {made.names.laws[law.image[1]][0].of[0] for law in laws if law.image}
    for entry in made.names.entries.values():
        if entry.what == "variable" and entry.name in continuous:
            made.values[entry.name] = _scalar("real", draw, draw.choice((-1, 1)), seed)
        elif entry.what == "variable":
            made.atoms[entry.name] = _distinct(draw, 5 if entry.name in sources else 3)


def _draw_densities(made: World, draw: random.Random) -> None:
    images = []
    for base, laws in made.names.laws.items():
        images += [law for law in laws if law.image]
        if not any(law.normal or law.image for law in laws):
            _joint(made, base, laws, draw)
    for law in images:
        _image(made, law)


@cache
def hermite() -> tuple[tuple[mpf, mpf], ...]:
    """Nodes and weights: E f(X) for X ~ N(0, 1) is the sum of weight * f(node). Abramowitz and Stegun 25.4.46."""
    with mpmath.workdps(DIGITS + 20):
        coefficients = mpmath.taylor(lambda x: mpmath.hermite(NODES, x), 0, NODES)[::-1]
        roots = mpmath.polyroots(coefficients, maxsteps=200, extraprec=200)
        found = []
        for root in roots:
            x = mpmath.re(root)
            weight = (
                mpf(2) ** (NODES - 1) * mpmath.factorial(NODES) / (mpf(NODES) ** 2 * mpmath.hermite(NODES - 1, x) ** 2)
            )
            found.append((x * mpmath.sqrt(2), weight))
        return tuple(found)


def _signs(names: Names, seed: int) -> dict[str, int]:
    """Signs of the real scalars: over consecutive worlds every sign of every pair comes up."""
    reals = [entry.name for entry in names.entries.values() if entry.what == "scalar" and entry.domain == "real"]
    return {name: -1 if (seed >> (i % 3)) & 1 else 1 for i, name in enumerate(reals)}


def _scalar(domain: str, draw: random.Random, sign: int, seed: int) -> mpf:
    fine = mpf(draw.getrandbits(60)) / (1 << 60)
    if domain == "real":
        return sign * (mpf("0.15") + mpf("2.5") * fine)
    if domain == "positive":
        return mpf("1.1") + mpf("1.9") * fine if (draw.random() < 0.5) else mpf("0.2") + mpf("0.7") * fine
    if domain == "unit":
        return mpf("0.05") + mpf("0.9") * fine
    if domain == "bit":
        return mpf(draw.getrandbits(1))
    return mpf(2 + (seed % 4))  # a size


def _distinct(draw: random.Random, count: int) -> list[mpf]:
    return [mpf(i) - 1 + mpf(draw.getrandbits(60)) / (1 << 61) for i in range(count)]


def _array(entry: Entry, made: World, draw: random.Random) -> mpmath.matrix:
    size = int(made.values.get(made.names.size, mpf(3)))
    if entry.what == "vector":
        return mpmath.matrix([_scalar("real", draw, draw.choice((-1, 1)), 0) for _ in range(size)])
    found = mpmath.matrix(size, size)
    for i, j in product(range(size), repeat=2):
        found[i, j] = _scalar("real", draw, draw.choice((-1, 1)), 0)
    return found * found.T + mpmath.eye(size) if entry.domain == "spd" else found


def _function(entry: Entry, made: World, draw: random.Random) -> Callable[..., mpf]:
    """A function nobody knows: smooth, or onto the values of a variable."""
    if entry.domain in made.atoms:
        source, targets = made.atoms[entry.arguments[0]], made.atoms[entry.domain]
        table = {value: targets[i % len(targets)] for i, value in enumerate(source)}

        def among(value: mpf) -> mpf:
            if value not in table:
                raise NoValue(messages.formulas.OUTSIDE_OF_ARGUMENT.format(name=entry.name))
            return table[value]

        return among
    rates = [[mpf(draw.uniform(0.4, 1.4)) for _ in entry.arguments] for _ in range(2)]
    shifts = [mpf(draw.uniform(-1.5, 1.5)) for _ in range(3)]

    def smooth(*arguments: mpf) -> mpf:
        waves = [mpmath.sin(mpmath.fdot(rate, arguments) + shifts[i]) for i, rate in enumerate(rates)]
        value = waves[0] + waves[1] / 2 + shifts[2] / 3
        if entry.domain == "unit":
            return 1 / (1 + mpmath.exp(-value))
        return mpmath.exp(value) if entry.domain == "positive" else value

    return smooth


def _joint(made: World, base: str, laws: list[Law], draw: random.Random) -> None:
    axes = tuple(dict.fromkeys(v for law in laws for v in (*law.of, *law.given)))
    cells = list(product(*(made.atoms[v] for v in axes)))
    weights = [mpf(draw.randint(1, 1 << 30)) + (1 << 27) for _ in cells]
    total = sum(weights)
    made.axes[base] = axes
    made.tables[base] = {cell: weight / total for cell, weight in zip(cells, weights, strict=True)}


def _image(made: World, law: Law) -> None:
    """p_G: the density of G(z) for z ~ p_z."""
    assert law.image is not None
    function, density = law.image
    table: dict[tuple[mpf, ...], mpf] = {(atom,): mpf(0) for atom in made.atoms[law.of[0]]}
    for (value,), p in made.tables[density].items():
        table[(made.functions[function](value),)] += p
    made.axes[law.base] = law.of
    made.tables[law.base] = table
