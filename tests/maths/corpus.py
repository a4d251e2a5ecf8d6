"""The corpus of formulas as students write them: its questions, and the values that its entries are meant to have."""

import json
import re
from functools import cache
from pathlib import Path

import mpmath
from mpmath import mpf

from autograder.maths import worlds
from autograder.maths.names import declare

DATA = Path(__file__).resolve().parents[1] / "data"
CORPUS = json.loads((DATA / "maths_corpus.json").read_text(encoding="utf-8"))
HELDOUT = json.loads((DATA / "maths_heldout.json").read_text(encoding="utf-8"))["entries"]
HOSTILE = json.loads((DATA / "maths_hostile.json").read_text(encoding="utf-8"))["items"]
OPERATORS = ("sum", "prod", "int", "E", "KL", "JSD", "H", "diff")


@cache
def names_of(profile):
    """The names of one of the corpus's questions."""
    table = CORPUS["profiles"][profile]
    declared = {name: "variable" for name in table["random_variables"]}
    declared |= {name: domain for name, domain in table["scalars"].items() if name not in declared}
    declared |= {f"{name}_i": domain for name, domain in table["indexed"].items()}
    declared |= {density: "density" for density in table["distributions"]}
    declared |= {
        f"{name}({','.join('abc'[:count])})": "function unit" if name == "D" else "function real"
        for name, count in table["functions"].items()
    }
    declared |= {name: "vector" for name in table["vectors"]}
    declared |= {name: "spd" for name in table["matrices"]}
    declared.setdefault(table["size"], "size")
    return declare(
        declared,
        alias=table["aliases"],
        allow=OPERATORS,
        size=table["size"],
        default=table["expectation_default"],
        called=table["names_of_the_quantity"],
        dropped=table["may_be_written_with_argument"],
    )


def intended(expression, world):
    """The value that an entry is meant to have: its `intended` is Python of our own over the corpus's helpers."""
    with mpmath.workdps(worlds.DIGITS):
        exact = re.sub(r"\d+\.\d+", lambda match: f"mpf('{match.group()}')", expression)
        found = eval(exact, {"__builtins__": {}} | _helpers(world))
        return mpmath.mpf(found) if isinstance(found, (int, float)) else found


def _helpers(world):
    names = world.names
    scope = {
        "sum": sum, "range": range, "max": max, "abs": abs, "log": mpmath.log, "exp": mpmath.exp, "inf": mpf("inf"),
        "mpf": mpf, "sqrt": mpmath.sqrt, "pi": +mpmath.pi, "e": +mpmath.e, "prod": mpmath.fprod, "det": mpmath.det,
        "inv": lambda a: a**-1, "tr": lambda a: sum(a[i, i] for i in range(a.rows)), "dot": mpmath.fdot,
    }  # fmt: skip
    scope |= {name: value for name, value in world.values.items() if name not in world.names.size}
    if names.size in names.entries:
        scope[names.size] = int(world.values[names.size])
    scope |= world.functions
    if "epsilon_theta" in world.functions:
        scope["eps_theta"] = world.functions["epsilon_theta"]
    scope |= {"lam": scope.get("lambda")}
    scope |= {name: scope.get(of) for name, of in (("zv", "z"), ("muv", "mu"), ("muv1", "mu_1"), ("muv2", "mu_2"))}
    scope |= {"Sig1": scope.get("Sigma_1"), "Sig2": scope.get("Sigma_2")}
    scope |= {helper: world.items.get(name) for helper, name in
              (("mui", "mu"), ("sig", "sigma"), ("xi", "x"), ("zi", "z"), ("y_hat", "y_hat"))}  # fmt: skip
    scope |= {"X": world.atoms.get("x"), "Z": world.atoms.get("z")}
    for helper, base, of, given in (
        ("px", "p", "x", ""), ("pz", "p", "z", ""), ("pxz", "p", "xz", ""), ("pxgz", "p", "x", "z"),
        ("pzgx", "p", "z", "x"), ("qx", "q", "x", ""), ("qz", "q", "z", ""), ("qzgx", "q", "z", "x"),
    ):  # fmt: skip
        scope[helper] = _density(world, base, of, given)
    for base in ("p_data", "p_G", "M", "P", "Q", "P_1", "P_2", "P_3"):
        scope[base] = _density(world, base, "x", "")
    scope["p_z"] = _density(world, "p_z", "z", "")
    scope["KL"] = lambda p, q: sum(p(x) * mpmath.log(p(x) / q(x)) for x in scope["X"])
    scope["JSD"] = lambda p, q: (
        (scope["KL"](p, lambda x: (p(x) + q(x)) / 2) + scope["KL"](q, lambda x: (p(x) + q(x)) / 2)) / 2
    )
    return {name: value for name, value in scope.items() if value is not None}


def _density(world, base, of, given):
    law = world.names.law(base, of, given)
    return law and (lambda *at: world.probability(law, dict(zip((*of, *given), at, strict=True))))


def built(item):
    """A hostile text."""
    build = item["build"]
    if "text" in build:
        return build["text"]
    count = build["count"]
    return build["pre"] + build["unit"] * count + build["mid"] + build["unit2"] * count + build["post"]
