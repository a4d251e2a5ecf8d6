"""Densities, expectations under them, and divergences between them."""

from __future__ import annotations

from dataclasses import replace

from autograder import messages
from autograder.maths.names import Law
from autograder.maths.nodes import Density, Divergence, Expectation, Name, Node
from autograder.maths.tokens import Kind, Token
from autograder.maths.totals import Totals, uses

DIVERGENCES = {
    "D_KL": "KL", "KL": "KL", "KLD": "KL", "D_kl": "KL", "kl": "KL", "JSD": "JSD", "D_JS": "JSD", "JS": "JSD",
    "D_JSD": "JSD", "H": "H",
}  # fmt: skip


class Densities(Totals):
    """Reads densities and what is said of them."""

    def density(self, base: str, token: Token, *, of: tuple[str, ...] = ()) -> Density:
        """`p(x|z)`, or a base name alone where it is clear which density is meant."""
        laws = self.names.laws_of(base)
        if self.next.is_("("):
            return self.group(lambda: self._signature(base, token))
        if base in self.names.default:
            laws = [law for law in laws if law == self.names.stated(self.names.default[base])]
        if of:
            laws = [law for law in laws if set(law.of) == set(of)] or laws
            laws = [law for law in laws if not law.given] or laws
        if len(laws) != 1:
            raise self.error(
                messages.formulas.VARIABLES_NEEDED.format(name=base, law=self.names.laws_of(base)[0]), token
            )
        return _at_its_variables(laws[0])

    def _signature(self, base: str, token: Token) -> Density:
        sides: list[list[Node]] = [[]]
        while self.next.kind is not Kind.END:
            if self.took(","):
                continue
            if self.took("|", ";"):
                sides.append([])
                continue
            self.closers += 1  # a bar separates here
            sides[-1].append(self.expression())
            self.closers -= 1
        if len(sides) > 2 or not sides[0]:
            raise self.error(messages.formulas.ARGUMENTS_UNREAD.format(name=base), token)
        of, given = sides[0], sides[1] if len(sides) == 2 else []
        law = self._law_of(base, of, given)
        if law is None:
            known = ", ".join(str(law) for law in self.names.laws_of(base))
            raise self.error(messages.formulas.KNOWN_AS_ONLY.format(name=base, known=known), token)
        if len(given) != len(law.given):  # q(z), where it stands for q(z|x)
            given = [Name(variable) for variable in law.given]
        order = self._ordered(law.of, of) + self._ordered(law.given, given)
        return Density(law.base, law.of, law.given, tuple(order))

    def _ordered(self, declared: tuple[str, ...], given: list[Node]) -> list[Node]:
        """Arguments in the order of the declaration: p(z,x) is p(x,z)."""
        names = [self.names.origin(node.name) if isinstance(node, Name) else "" for node in given]
        return [given[names.index(v)] for v in declared] if sorted(names) == sorted(declared) else given

    def _law_of(self, base: str, of: list[Node], given: list[Node]) -> Law | None:
        if all(isinstance(node, Name) for node in [*of, *given]):
            plain = [[self.names.origin(n.name) for n in side if isinstance(n, Name)] for side in (of, given)]
            by_names = self.names.law(base, *plain)
            if by_names is not None:
                return by_names
        fitting = [w for w in self.names.laws_of(base) if (len(w.of), len(w.given)) == (len(of), len(given))]
        return fitting[0] if len(fitting) == 1 else None

    def expectation(self, token: Token) -> Node:
        r"""`\mathbb{E}_{z\sim q(z|x)}[body]`, `E_q[body]`, `E_{q(z|x)} body`."""
        self.allowed("E", token)
        densities: list[Density] = []
        if self.took("_"):
            if self.next.is_("{", "("):
                densities = self.group(self._under)
            else:
                start = self.at
                self.take()
                if self.next.is_("_"):
                    self.at += 2
                if self.took("~"):  # E_x~p[...]
                    self.spell()
                if self.next.is_("(") and self.tokens[self.closing(self.at) + 1].is_("[", "("):
                    self.at = self.closing(self.at) + 1
                densities = self.within(start, self.at, self._under)
        elif (law := self.names.stated(self.names.default.get("", ""))) is not None:
            densities = [_at_its_variables(law)]
        if not densities:
            raise self.error(
                messages.formulas.UNDER_WHICH_DENSITY, token, messages.formulas.UNDER_WHICH_DENSITY_HINT.format()
            )
        self.nested()
        with self.deeper():
            body = self.group(self.expression) if self.next.is_("[", "(", "{{", "{") else self.term()
        all_drawn = [copy for density in densities for copy in self._copies(density, body)]
        for density in reversed(all_drawn):
            drawn = density.arguments[: len(density.of)]
            body = Expectation(density, tuple(a.name for a in drawn if isinstance(a, Name)), body)
        return body

    def _copies(self, density: Density, body: Node) -> list[Density]:
        """E_q of a body with z_1 and z_2, two copies of z, draws both."""
        first = density.arguments[0]
        if len(density.of) > 1 or first != Name(density.of[0]):
            return [density]
        entries = self.names.entries.values()
        copies = [e.name for e in entries if e.what == "copy" and e.domain == density.of[0] and uses(body, e.name)]
        drawn = [replace(density, arguments=(Name(name), *density.arguments[1:])) for name in copies]
        return drawn if drawn and not uses(body, density.of[0]) else [density, *drawn]

    def average(self, body: Node) -> Node | None:
        names = {part.name for part in body.walk() if isinstance(part, Name) and self._is_random(part.name)}
        law = self._only_law(names.pop()) if len(names) == 1 else None
        return Expectation(_at_its_variables(law), law.of, body) if law is not None else None

    def _under(self) -> list[Density]:
        r"""What stands beneath an E: `q`, `q(z|x)`, `z \sim q`, `z_1, z_2 \sim q(z|x)`, several of these."""
        found: list[Density] = []
        drawn: list[str] = []  # variables that wait for their density
        while self.next.kind is not Kind.END:
            token = self.next
            spelled = self.spell()
            name = self.declared(spelled)
            if name is None:
                raise self.unknown(spelled)
            if self.names.has_law(name):
                found += self._draws(drawn, name, token)
                drawn = []
            else:
                drawn.append(name)
            self.took("~", "in", ",")
        for variable in drawn:
            if (law := self._only_law(variable)) is None:  # E_x[...]
                raise self.error(messages.formulas.UNDER_WHICH_DENSITY_OF.format(name=variable), self.tokens[0])
            found.append(_at_its_variables(law))
        return found

    def _draws(self, drawn: list[str], base: str, token: Token) -> list[Density]:
        """One density for each variable that is drawn from it."""
        density = self.density(base, token, of=tuple(self.names.origin(v) for v in drawn[:1]))
        if len(drawn) < 2 and (not drawn or len(density.of) > 1 or not isinstance(density.arguments[0], Name)):
            return [density]
        if len(density.of) > 1:
            return [density]  # x, z ~ p(x, z)
        return [replace(density, arguments=(Name(v), *density.arguments[1:])) for v in drawn]

    def _only_law(self, variable: str) -> Law | None:
        """The density that E_x means: the one that the question states, or the only one of x."""
        if variable in self.names.default:
            return self.names.stated(self.names.default[variable])
        laws = [law for group in self.names.laws.values() for law in group if law.of == (variable,) and not law.given]
        return laws[0] if len(laws) == 1 else None

    def divergence(self, token: Token, kind: str) -> Node:
        r"""`D_{KL}(q(z|x) \| p(z))`, `JSD(p, q)`, `H(p)`, `H(p, q)`."""
        self.allowed(kind, token)
        close = self.closing(self.at)
        place, self.at = self.at + 1, self.at + 1
        cuts = [i for i in self.top_level("||", ",", ";") if i < close]
        bars = [i for i in cuts if self.tokens[i].is_("||")]
        cut = (bars or cuts or [close])[0]
        if cut == close and kind != "H":
            raise self.error(messages.formulas.TWO_DENSITIES.format(name=token.text), token)
        first, of = self.within(place, cut, lambda: self._side(()))
        second = first
        if cut != close:
            second, _ = self.within(cut + 1, close, lambda: self._side(of))
        self.at = close + 1
        return Divergence(kind, of, first, second)

    def _side(self, of: tuple[str, ...]) -> tuple[Node, tuple[str, ...]]:
        before, self.side = self.side, of or None
        try:
            node = self.expression()
        finally:
            self.side = before
        variables = next((n.of for n in node.walk() if isinstance(n, Density)), None)
        if variables is None:
            raise self.error(messages.formulas.DENSITY_EXPECTED, self.tokens[0])
        return node, variables

    side: tuple[str, ...] | None = None  # the variables of the other density of a divergence


def _at_its_variables(law: Law) -> Density:
    return Density(law.base, law.of, law.given, tuple(Name(v) for v in (*law.of, *law.given)))
