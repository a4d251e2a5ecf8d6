"""The names that a question declares: their domains, their aliases, and the operators that an answer may use.

    names = { mu = "real", sigma = "positive", "q(x)" = "normal(mu, sigma)" }

| declared            | means                                                                             |
|---------------------|-----------------------------------------------------------------------------------|
| `mu = "real"`       | a scalar: real, positive, unit (between 0 and 1), bit (0 or 1), size (from 2 to 5) |
| `mu_i = "real"`     | one scalar for every index i of a sum                                             |
| `x = "variable"`    | a random variable                                                                 |
| `z_1 = "copy of z"` | another draw of the same random variable; z' is one without being declared           |
| `"p(x|z)" = "density"` | a density; all densities with one base name come from one joint distribution   |
| `"q(x)" = "normal(mu, sigma)"` | a Gaussian density, by its mean and standard deviation                 |
| `"p_G(x)" = "image(G, p_z)"` | the density of G(z) for z ~ p_z                                          |
| `"D(x)" = "function unit"`   | an unknown function with values of a domain; `function x`: values of x   |
| `"D*(x)" = "= p(x)/(p(x)+q(x))"` | a function with a formula                                              |
| `"sigma(h)" = "logistic"`    | the name of a known function (logistic, softplus, log, exp, ...)         |
| `v = "vector"`, `A = "matrix"`, `S = "spd"` | of size k; spd is symmetric and positive definite         |
| `beta_t = "= 1 - alpha_t"`   | a scalar with a value that follows from others                           |
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autograder import messages
from autograder.errors import AssignmentError, nearest
from autograder.maths.alphabet import GREEK

SCALARS = ("real", "positive", "unit", "bit", "size")
OPERATORS = ("sum", "prod", "int", "E", "KL", "JSD", "H", "diff", "log", "exp")
KNOWN_FUNCTIONS = {
    "log": 1, "exp": 1, "sqrt": 1, "abs": 1, "logistic": 1, "softplus": 1, "tanh": 1, "sinh": 1, "cosh": 1, "sin": 1,
    "cos": 1, "tan": 1, "arctan": 1, "erf": 1, "erfc": 1, "logit": 1, "sign": 1, "relu": 1, "log2": 1, "log10": 1,
    "max": 2, "min": 2, "det": 1, "tr": 1, "inv": 1, "norm": 1,
}  # fmt: skip
_DENSITY = re.compile(r"([^()|]+)\(([^()|]+)(?:\|([^()|]+))?\)")
_NORMAL = re.compile(r"normal\(\s*(.+?)\s*,\s*([^,]+?)\s*\)")
_IMAGE = re.compile(r"image\(\s*(\w+)\s*,\s*(\w+)\s*\)")


@dataclass(frozen=True)
class Entry:
    """What a declared name is. `what` is its kind; the rest depends on it."""

    name: str
    what: str  # scalar, indexed, variable, copy, function, defined, known, vector, matrix, derived
    domain: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Law:
    """A declared density: p(of|given), and where its values come from."""

    base: str
    of: tuple[str, ...]
    given: tuple[str, ...] = ()
    normal: tuple[str, str] | None = None  # formulas of mean and standard deviation
    image: tuple[str, str] | None = None  # a function, and the density of its argument

    def __str__(self) -> str:
        return f"{self.base}({','.join(self.of)}{'|' if self.given else ''}{','.join(self.given)})"


def _variables(match: re.Match[str]) -> tuple[set[str], set[str]]:
    return set(match.group(2).split(",")), set(filter(None, (match.group(3) or "").split(",")))


@dataclass(eq=False)
class Names:
    """All that the answer to one question may be written with. What is read with an object of it is cached."""

    entries: dict[str, Entry] = field(default_factory=dict)
    indexed: dict[str, Entry] = field(default_factory=dict)  # a name may be both: z, and z_i
    laws: dict[str, list[Law]] = field(default_factory=dict)  # by base name
    aliases: dict[str, str] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    size: str = "k"  # the upper end of sums that state none
    default: dict[str, str] = field(default_factory=dict)  # E_q means E_{q(z|x)}
    called: frozenset[str] = frozenset()  # names of the quantity itself, which a formula may begin or end with
    hidden: frozenset[str] = frozenset()  # read, but not listed: names that only wrong answers have
    dropped: frozenset[str] = frozenset()  # scalars that may be written as functions: mu(x) is mu

    def entry(self, name: str) -> Entry | None:
        """What a name is, or None."""
        return self.entries.get(name)

    def has_law(self, base: str) -> bool:
        """Whether there is a density of this base name."""
        return bool(self.laws_of(base))

    def laws_of(self, base: str) -> list[Law]:
        """The densities that are written with a base name."""
        if base in self.laws:
            return self.laws[base]
        written = [_DENSITY.fullmatch(key.replace(" ", "")) for key in self.aliases if "(" in key]
        found = [self._law_by_alias(base, _variables(match)) for match in written if match and match.group(1) == base]
        return [law for law in found if law is not None]

    def words(self) -> list[str]:
        """All declared names, for suggestions."""
        return [*dict.fromkeys([*self.entries, *self.indexed, *self.laws, *self.aliases])]

    def shown(self) -> str:
        """The declared names as a message lists them."""
        scalars = [pretty(name) for name in self.entries if name not in self.hidden]
        scalars += [pretty(f"{name}_i") for name in self.indexed]
        laws = [pretty(str(law)) for base, group in self.laws.items() if base not in self.hidden for law in group]
        return ", ".join(dict.fromkeys([*scalars, *laws])) or messages.formulas.NO_NAMES

    def law(self, base: str, of: Iterable[str], given: Iterable[str]) -> Law | None:
        """The declared density of these variables, in any order."""
        wanted = (set(of), set(given))
        alike = next((law for law in self.laws.get(base, ()) if (set(law.of), set(law.given)) == wanted), None)
        return alike or self._law_by_alias(base, wanted)

    def _law_by_alias(self, base: str, wanted: tuple[set[str], set[str]]) -> Law | None:
        """`"q(z)" = "q(z|x)"`: another way to write a density."""
        for written, meant in self.aliases.items():
            match, target = _DENSITY.fullmatch(written.replace(" ", "")), _DENSITY.fullmatch(meant.replace(" ", ""))
            if match and target and match.group(1) == base and _variables(match) == wanted:
                return self.law(target.group(1), *_variables(target))
        return None

    def stated(self, signature: str) -> Law | None:
        """The density with a signature, as a question's `default` states it: q(z|x)."""
        wanted = signature.replace(" ", "")
        return next((law for group in self.laws.values() for law in group if str(law) == wanted), None)

    def origin(self, variable: str) -> str:
        """The random variable that a primed one or a copy takes its values from; any other name is its own."""
        plain = variable.rstrip("'")
        entry = self.entries.get(plain)
        return entry.domain if entry is not None and entry.what == "copy" else plain


def declare(
    names: Mapping[str, str],
    *,
    alias: Mapping[str, str] | None = None,
    allow: Iterable[str] = (),
    size: str = "k",
    default: Mapping[str, str] | None = None,
    called: Iterable[str] = (),
    dropped: Iterable[str] = (),
    hidden: Iterable[str] = (),
    place: str = "names",
) -> Names:
    """Names as a question's table declares them. Raises AssignmentError that begins with `place`."""
    declared = Names(
        aliases=dict(alias or {}),
        allow=known_operators(allow, place),
        size=size,
        default=dict(default or {}),
        called=frozenset(called),
        dropped=frozenset(dropped),
        hidden=frozenset(hidden),
    )
    for key, domain in names.items():
        match = _DENSITY.fullmatch(key.replace(" ", ""))
        if match:
            _declare_call(declared, match, domain, key, place)
        else:
            entry = _entry(key, domain, place)
            (declared.indexed if entry.what == "indexed" else declared.entries)[entry.name] = entry
    return declared


def known_operators(wanted: Iterable[str], place: str) -> frozenset[str]:
    """The operators that `allow` lists. Raises AssignmentError that begins with `place`."""
    operators = frozenset(wanted)
    for operator in sorted(operators):
        if operator not in OPERATORS:
            raise AssignmentError(f"{place}: allow has {operator!r}, but known are {', '.join(OPERATORS)}")
    return operators


def _declare_call(declared: Names, match: re.Match[str], domain: str, key: str, place: str) -> None:
    base, of, given = match.group(1), tuple(match.group(2).split(",")), tuple((match.group(3) or "").split(","))
    given = tuple(filter(None, given))
    normal, image = _NORMAL.fullmatch(domain), _IMAGE.fullmatch(domain)
    if domain == "density" or normal or image:
        law = Law(base, of, given, normal.groups() if normal else None, image.groups() if image else None)  # type: ignore[arg-type]
        declared.laws.setdefault(base, []).append(law)
    elif domain.startswith("=") and not given:
        declared.entries[base] = Entry(base, "defined", domain.removeprefix("=").strip(), of)
    elif domain.startswith("function ") and not given:
        declared.entries[base] = Entry(base, "function", domain.removeprefix("function "), of)
    elif domain in KNOWN_FUNCTIONS:
        declared.entries[base] = Entry(base, "known", domain, of)
    else:
        raise AssignmentError(
            f'{place}: {key!r} is {domain!r}, but should be "density", "normal(mean, sd)", "image(G, p_z)", '
            f'"function DOMAIN", or the name of a known function'
        )


def _entry(key: str, domain: str, place: str) -> Entry:
    if domain.startswith("="):
        return Entry(key, "derived", domain.removeprefix("=").strip())
    if domain in ("vector", "variable"):
        return Entry(key, domain)
    if domain.startswith("copy of "):
        return Entry(key, "copy", domain.removeprefix("copy of "))
    if domain in ("matrix", "spd"):
        return Entry(key, "matrix", domain)
    if domain in SCALARS:
        base, _, index = key.rpartition("_")
        return Entry(base, "indexed", domain) if base and index in ("i", "j") else Entry(key, "scalar", domain)
    similar = nearest(domain, [*SCALARS, "variable", "vector", "matrix", "spd"])
    cure = f"did you mean {similar}?" if similar else f"known are {', '.join(SCALARS)}, variable, vector, matrix, spd"
    raise AssignmentError(f"{place}: {key!r} is {domain!r}: {cure}")


_SMALL = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_LETTERS = dict(zip(GREEK, "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
_INDICES = {"tm1": "{t-1}", "tp1": "{t+1}"}
_MARKS = {"bar": "\N{COMBINING MACRON}", "hat": "\N{COMBINING CIRCUMFLEX ACCENT}", "tilde": "\N{COMBINING TILDE}"}


def pretty(name: str) -> str:
    """A declared name as people write it: alpha_bar_t is ᾱ_t."""

    def one(match: re.Match[str]) -> str:
        base, *rest = match.group().split("_")
        text = _LETTERS.get(base, base)
        while rest and rest[0] in _MARKS:
            text += _MARKS[rest.pop(0)]
        sub = "_".join(_LETTERS.get(part, _INDICES.get(part, part)) for part in rest)
        small = sub.translate(_SMALL)
        return text + (small if sub and small != sub and len(sub) == 1 else f"_{sub}" if sub else "")

    return re.sub(r"\w+", one, name)
