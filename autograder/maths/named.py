"""A word in a formula: what the name that begins here stands for."""

from __future__ import annotations

from autograder import messages
from autograder.maths.densities import DIVERGENCES, Densities
from autograder.maths.names import pretty
from autograder.maths.nodes import Call, Constant, Divide, Item, Name, Node, Power
from autograder.maths.spelling import Spelled
from autograder.maths.tokens import Kind, Token
from autograder.maths.totals import BIG
from autograder.maths.words import ACCENTS, FONTS, FUNCTIONS, SWITCHES

_MODULES = {
    "np",
    "numpy",
    "math",
    "torch",
    "sympy",
    "scipy",
    "sp",
    "mp",
    "tf",
    "F",
    "nn",
    "functional",
    "linalg",
    "special",
}


class Named(Densities):
    """Reads names, and gives each the meaning that the question declares."""

    def primary(self) -> Node:
        raise NotImplementedError

    def bracket(self, token: Token) -> Node:
        raise NotImplementedError

    def alias(self, name: str, token: Token) -> Node:
        raise NotImplementedError

    def word(self, token: Token) -> Node:
        if token.kind is Kind.WORD and token.text in _MODULES and self.ahead(1).is_("."):
            self.at += 2
            return self.word(self.next)
        if token.kind is Kind.COMMAND and (unwrapped := self._unwrapped(token)) is not None:
            return unwrapped
        start = self.at
        spelled = self.spell()
        if (power := self._power_first(spelled)) is not None:
            return power
        name = self.declared(spelled)
        if name is not None and not self._superscripted(spelled):
            return self._meaning(name, spelled, token)
        if (item := self.item(spelled)) is not None:
            return self._without_argument(item, spelled)
        return self._undeclared(spelled, token, start)

    def _argument_follows(self) -> bool:
        """Whether a function's argument comes next: a bracket, or a name; not a power, a sign or the end."""
        return self.next.is_("(", "[", "{", "{{") or (self.begins_factor() and not self.next.is_("|", "||"))

    def power_without_argument(self, node: Node) -> Node:
        """sigma^2(x) is sigma^2, where the question says so."""
        base = node.base if isinstance(node, Power) else node
        name = base.name if isinstance(base, (Name, Item)) else ""
        if {name, name.split("_")[0]} & self.names.dropped and self.next.is_("(") and self._names_only():
            self.at = self.closing(self.at) + 1
        return node

    def _superscripted(self, spelled: Spelled) -> bool:
        """Whether z^{(i)} or z[i] follows, where z is indexed and something else too."""
        if spelled.canonical not in self.names.indexed:
            return False
        if self.next.is_("[") and self.next.glued:
            return True
        if not self.next.is_("^"):
            return False
        return self.ahead(1).is_("(") or (self.ahead(1).is_("{") and self.ahead(2).is_("("))

    def _unwrapped(self, token: Token) -> Node | None:
        r"""`\mathbf{a + b}`: a font around more than a name."""
        if token.text in SWITCHES:
            self.take()
            return self.primary()
        if token.text not in FONTS or not self.ahead(1).is_("{"):
            return None
        close = self.closing(self.at + 1)
        inside = self.tokens[self.at + 2 : close]
        if len(inside) == 1 or all(t.kind in (Kind.WORD, Kind.NUMBER) or t.is_("-", ".", ",", "_") for t in inside):
            return None
        self.take()
        return self.bracket(self.next)

    def _meaning(self, name: str, spelled: Spelled, token: Token) -> Node:
        if name in self.names.aliases:
            return self.alias(name, token)
        if self.names.has_law(name):
            return self.density(name, token, of=self.side or ())
        entry = self.names.entries[name]
        if entry.what in ("function", "defined"):
            if self.took("∘"):
                return Call(name, (self.word(self.next),))
            if not self.next.is_("(") and not {*entry.arguments} <= {*self.names.entries}:
                raise self.error(messages.formulas.ARGUMENT_NEEDED.format(name=spelled.canonical), token)
            if not self.next.is_("("):
                self.note(
                    messages.formulas.READ_WITH.format(name=spelled.canonical, arguments=", ".join(entry.arguments))
                )
                return Call(name, tuple(Name(argument) for argument in entry.arguments))
            given = self.group(self.arguments)
            if len(given) != len(entry.arguments):
                raise self.error(
                    messages.formulas.ARGUMENT_COUNT.format(
                        name=spelled.canonical, count=len(given), wanted=len(entry.arguments)
                    )
                )
            return Call(name, tuple(given))
        if entry.what == "known" and not self._argument_follows() and {*entry.arguments} <= {*self.names.entries}:
            self.note(
                messages.formulas.READ_WITH.format(name=pretty(name), arguments=", ".join(map(pretty, entry.arguments)))
            )
            return self.applied(spelled.token, entry.domain, [Name(argument) for argument in entry.arguments])
        if entry.what == "known":
            return self.function(spelled.token, entry.domain)
        return self._without_argument(Name(name), spelled)

    def _without_argument(self, node: Node, spelled: Spelled) -> Node:
        """mu(x) is mu, where the question says so."""
        meant = self.names.aliases.get(spelled.canonical, spelled.base)
        dropped = self.next.is_("(") and {spelled.base, meant} & self.names.dropped and self._names_only()
        if dropped and not (self._holds_scalars() and self.choose("factor")):
            self.at = self.closing(self.at) + 1
            self.note(messages.formulas.ARGUMENT_LEFT_OUT.format(name=pretty(spelled.base)))
        return node

    def _holds_scalars(self) -> bool:
        """Whether the bracket that comes next may be a factor: it holds a scalar of the question."""
        inside = self.tokens[self.at + 1 : self.closing(self.at)]
        found = [self.names.entry(self.names.aliases.get(t.text, t.text)) for t in inside if t.kind is Kind.WORD]
        return any(entry is not None and entry.what in ("scalar", "derived") for entry in found)

    def _names_only(self) -> bool:
        r"""Whether the bracket that comes next holds nothing but names: `(x)`, `(x_{t-1}, t)`, `(\mathbf{x}|z)`."""
        close, depth = self.closing(self.at), 0
        for i in range(self.at + 1, close):
            token = self.tokens[i]
            depth += token.is_("{") - token.is_("}")
            inside = depth > 0 or self.tokens[i - 1].is_("_")
            if token.kind is Kind.OPERATOR:
                fits = token.text in ",|;_{}'" or (inside and token.text in "+-")
            else:
                fits = token.kind is Kind.WORD or token.text in FONTS or token.text in ACCENTS or inside
            if not fits:
                return False
        return close > self.at + 1

    def _undeclared(self, spelled: Spelled, token: Token, start: int) -> Node:
        name = spelled.canonical
        if name in self.names.indexed:
            raise self.error(
                messages.formulas.INDEX_NEEDED.format(name=pretty(name), indexed=pretty(name + "_i")), token
            )
        if name in self.bound:
            return self.index(name)
        if name in FUNCTIONS or (spelled.base in FUNCTIONS and not spelled.accents):
            if spelled.subscripts:  # log_2 x
                self.at = start + 1
            return self.function(spelled.token, FUNCTIONS[spelled.base])
        operator = self._operator(spelled, token, start) or self.constant(spelled)
        if operator is None:
            raise self.unknown(spelled)
        return operator

    def _operator(self, spelled: Spelled, token: Token, start: int) -> Node | None:
        name = spelled.canonical
        if name in DIVERGENCES and self.next.is_("(", "["):
            return self.divergence(token, DIVERGENCES[name])
        if spelled.base == "E" and not spelled.accents:
            return self._of_e(spelled, token, start)
        if spelled.base == "int":
            self.at = self._after_base(start)
            return self.integral(spelled.token)
        if spelled.base in ("Sigma", "Pi") and self.next.is_("^") and not spelled.subscripts:
            return None
        if (
            name in BIG
            or spelled.base in ("sum", "prod")
            or (spelled.base in ("Sigma", "Pi") and spelled.subscripts and self._names_no(spelled.base))
        ):
            self.at = self._after_base(start)
            return self.big(spelled.token, BIG[spelled.base])
        if name == "mean" and self.next.is_("("):
            return self.reduced("mean", token)
        if name == "Rational" and self.next.is_("("):
            return Divide(*self.group(self.two))
        return None

    def _of_e(self, spelled: Spelled, token: Token, start: int) -> Node | None:
        """An expectation, or Euler's number as Python writes it."""
        end = self.at
        self.at = self._after_base(start)
        if self.next.is_("_", "[", "(", "{{"):
            return self.expectation(spelled.token)
        self.at = end
        return Constant("e") if token.kind is Kind.WORD and not spelled.subscripts else None

    def _after_base(self, start: int) -> int:
        at = start
        while self.tokens[at].kind is Kind.COMMAND:
            at += 1
        if self.tokens[at].is_("{"):
            return self.closing(at) + 1
        return at + 1

    def _names_no(self, base: str) -> bool:
        return not any(word.split("_")[0] == base for word in self.names.words())

    def _power_first(self, spelled: Spelled) -> Node | None:
        r"""`\sigma^2_q`: the power stands before the subscript."""
        if not self.next.is_("^") or spelled.subscripts:
            return None
        place = self.at
        after = self.closing(place + 1) + 1 if self.ahead(1).is_("{") else place + 2
        if after >= len(self.tokens) or not self.tokens[after].is_("_"):
            return None
        self.at = after
        whole = self._subscript(spelled)
        name, item = self.declared(whole), self.item(whole)
        end = self.at
        self.at = place + 1
        if name is None and item is None:
            return None
        exponent = self.group(self.expression) if self.next.is_("{") else self.simple()
        self.at = end
        return Power(self._meaning(name, whole, spelled.token) if name else item, exponent)  # type: ignore[arg-type]
