"""Sums, products, integrals and derivatives: what binds a variable over a body."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

from autograder import messages
from autograder.maths.functions import Functions
from autograder.maths.nodes import (
    Call,
    Constant,
    Density,
    Derivative,
    Divergence,
    Divide,
    Expectation,
    Integral,
    Name,
    Node,
    Number,
    Total,
    added,
    negated,
)
from autograder.maths.spelling import Spelled
from autograder.maths.tokens import Kind, Token

BIG = {"sum": "sum", "Sum": "sum", "prod": "prod", "Product": "prod", "Sigma": "sum", "Pi": "prod"}


class Totals(Functions):
    """Reads what goes over a variable."""

    def big(self, token: Token, kind: str) -> Node:
        r"""`\sum_{i=1}^k body`, `\sum_z body`, `sum(body for i in range(k))`, `Sum(body, (i, 1, k))`."""
        self.allowed(kind, token)
        if token.text in ("sum", "Sum", "prod", "Product") and token.kind is Kind.WORD and self.next.is_("("):
            return self._typed_total(kind)
        lower = upper = None
        variable = ""
        while self.next.is_("_", "^"):
            if self.take().text == "_":
                variable, lower = self.within(*self._script(), self._lower)
            else:
                upper = self.within(*self._script(), self.expression)
        if not variable:
            if "_" in self.bound or self.names.size not in self.names.entries:
                raise self.error(messages.formulas.SUM_OVER_WHAT, token)
            variable = "_"
        if self._is_random(variable):
            with self._bound(variable, False if variable.endswith("'") else None):
                return Total(kind, variable, None, None, self._body(variable))
        with self._bound(variable, False):
            body = self._body(variable)
        return self._counted(kind, variable, lower, upper, body, token)

    def _is_random(self, variable: str) -> bool:
        """Whether a name is a random variable, or a primed one: z' takes the values of z."""
        entry = self.names.entry(self.names.origin(variable))
        return entry is not None and entry.what == "variable"

    def _counted(
        self, kind: str, variable: str, lower: Node | None, upper: Node | None, body: Node, token: Token
    ) -> Node:
        if upper is None:
            if self.names.size not in self.names.entries:
                raise self.error(messages.formulas.SUM_HOW_FAR, token)
            upper = Name(self.names.size)
        return Total(kind, variable, lower or Number(Fraction(1)), upper, body)

    def _script(self) -> tuple[int, int]:
        """The tokens of the sub- or superscript that comes next, which is passed."""
        start = self.at
        if self.next.is_("{"):
            close = self.closing(start)
            self.at = close + 1
            return start + 1, close
        self.take()
        while self.next.is_("'"):
            self.take()
        return start, self.at

    def _lower(self) -> tuple[str, Node | None]:
        spelled = self.spell()
        name = self.declared(spelled) or spelled.canonical
        lower = self.expression() if self.took("=") else None
        if self.next.is_("in"):
            self.at = len(self.tokens) - 1
        return name, lower

    @contextmanager
    def _bound(self, variable: str, zero_based: bool | None) -> Iterator[None]:
        self.nested()
        before = dict(self.bound)
        if zero_based is not None:
            self.bound[variable] = zero_based
        self.summed.append(variable)
        try:
            yield
        finally:
            self.bound = before
            self.summed.pop()

    def nested(self) -> None:
        """Raise Unreadable where sums and expectations are nested too deep to be worked out."""
        if len(self.bound) >= 4:
            raise self.error(messages.formulas.NESTED_SUMS)

    def reopens(self, ahead: int) -> bool:
        """Whether a sum over the index of a sum around begins: that one ends before it."""
        token, under = self.ahead(ahead), self.ahead(ahead + 1)
        index = self.ahead(ahead + 3) if self.ahead(ahead + 2).is_("{") else self.ahead(ahead + 2)
        return token.is_("sum", "prod") and under.is_("_") and index.text in self.summed

    def _body(self, variable: str) -> Node:
        """The term that follows, and further terms as long as a later one uses the index."""
        terms = [self.term()]
        end, kept = self.at, 1
        while self.next.is_("+", "-"):
            negative = self.take().text == "-"
            if not self.begins_factor():
                break
            try:
                term = self.term()
            except Exception:  # noqa: BLE001 - then it is no part of the sum, and reading it again will say why
                break
            terms.append(negated(term) if negative else term)
            if uses(term, variable):
                end, kept = self.at, len(terms)
        self.at = end
        if kept > 1:
            self.note(messages.formulas.SUM_GOES_ON.format(name=variable))
        return added(terms[:kept])

    def _typed_total(self, kind: str) -> Node:
        close = self.closing(self.at)
        start = self.at + 1
        loop = next((i for i in range(start, close) if _is_word(self.tokens[i], "for")), None)
        if loop is not None:
            self.at = loop + 1
            variable = self.take().text
            if not _is_word(self.take(), "in") or not _is_word(self.take(), "range"):
                raise self.error(messages.formulas.RANGE_EXPECTED, self.tokens[self.at - 1])
            bounds = self.group(self.arguments)
            lower, last = (bounds[0], bounds[1]) if len(bounds) == 2 else (Number(Fraction(0)), bounds[0])
            from_zero = lower == Number(Fraction(0))
            with self._bound(variable, from_zero):
                body = self.within(start, loop, self.expression)
            self.at = close + 1
            if from_zero:
                return Total(kind, variable, Number(Fraction(1)), last, body)
            return Total(kind, variable, lower, added([last, Number(Fraction(-1))]), body)
        comma = next((i for i in range(start, close) if self.tokens[i].is_(",") and self.tokens[i + 1].is_("(")), None)
        if comma is not None and self.closing(comma + 1) == close - 1:
            variable = self.tokens[comma + 2].text
            self.at = comma + 4
            lower, upper = self.within(comma + 4, close - 1, self.two)
            with self._bound(variable, False):
                body = self.within(start, comma, self.expression)
            self.at = close + 1
            return Total(kind, variable, lower, upper, body)
        return self._over_what_is_there(kind, self.tokens[start - 1])

    def reduced(self, kind: str, token: Token) -> Node:
        """`np.mean(...)`, `(...).mean()`, `(...).sum()`: over the index of what is indexed in the bracket."""
        total = self._over_what_is_there("sum", token)
        if isinstance(total, Expectation):
            return total
        return Divide(total, Name(self.names.size)) if kind == "mean" else total

    def average(self, body: Node) -> Node | None:
        """The expectation of a body over the one random variable in it."""
        raise NotImplementedError

    def _over_what_is_there(self, kind: str, token: Token) -> Node:
        """`np.sum(...)`: over the index of what is indexed, or over the variable of the densities."""
        before = dict(self.bound)
        self.bound = {"_": False, "i": False, "j": False, **before}
        try:
            body = self.group(self.expression)
        finally:
            self.bound = before
        for index in ("_", "i", "j"):
            if index not in before and uses(body, index):
                self.allowed(kind, token)
                return self._counted(kind, index, None, None, body, token)
        variables = {v for part in body.walk() if isinstance(part, Density) for v in part.of}
        if not variables and token.text == "mean" and (average := self.average(body)) is not None:
            return average
        if len(variables) != 1:
            raise self.error(messages.formulas.SUM_OVER_WHAT, token)
        return Total(kind, variables.pop(), None, None, body)

    def integral(self, token: Token) -> Node:
        r"""`\int q(x) \log q(x) dx`, with bounds or without."""
        self.allowed("int", token)
        bounds: dict[str, Node | None] = {"_": None, "^": None}
        while self.next.is_("_", "^"):
            sign = self.take().text
            span = self._script()
            region = span[1] - span[0] == 1 and self.tokens[span[0]].kind is Kind.WORD
            if sign == "_" and region and not self._knows(self.tokens[span[0]].text):
                continue  # \int_X
            if sign == "_" and region and not self.next.is_("^"):
                continue  # \int_x
            if self.tokens[span[0]].is_("mathbb", "mathcal", "mathrm", "Omega"):
                continue
            bounds[sign] = self.within(*span, self.expression)
        variable = self.differential()
        with self.deeper():
            body = self.term() if variable else self.expression()
        variable = variable or self.differential()
        if variable is None:
            raise self.error(messages.formulas.NO_DX, token)
        ends = (bounds["_"], bounds["^"])
        if ends == (negated(Constant("inf")), Constant("inf")):
            ends = (None, None)
        return Integral(variable, *ends, body)

    def differential(self) -> str | None:
        """The variable of the `dx` that comes next, which is passed, or None."""
        start = self.at
        token = self.next
        if token.kind is Kind.WORD and len(token.text) > 1 and token.text[0] == "d" and not self._knows(token.text):
            spelled = Spelled(token, token.text[1:])
            if self._knows(token.text[1:]) or token.text[1:] in ("x", "z", "y", "t", "u"):
                self.take()
                if self.next.is_("_"):
                    spelled = self._subscript(spelled)
                return self.declared(spelled) or spelled.canonical
        if token.is_("mathrm") and self.ahead(1).kind is Kind.WORD and self.ahead(1).text[0] == "d":
            self.take()
            return self.differential()
        roman = token.is_("mathrm", "text") and self.ahead(1).is_("{") and _is_word(self.ahead(2), "d")
        if (roman and self.ahead(3).is_("}")) or (_is_word(token, "d") and not self._knows("d")):
            self.at += 4 if roman else 1
            if self.at_name():
                spelled = self.spell()
                return self.declared(spelled) or spelled.canonical
        self.at = start
        return None

    def derivative(self, token: Token) -> Node | None:
        r"""`\frac{\partial}{\partial h} body`, `\frac{d f}{d h}`: with the cursor behind \frac; None if it is none."""
        if not self.next.is_("{"):
            return None
        close = self.closing(self.at)
        above = self.tokens[self.at + 1 : close]
        below = self.tokens[close + 2 : self.closing(close + 1)] if self.tokens[close + 1].is_("{") else []
        if not above or not below or not _differentiates(above[0]) or not _differentiates(below[0]):
            return None
        self.allowed("diff", token)
        start, self.at = self.at, close + 1
        variable = self.group(self._below)
        if len(above) == 1 and above[0].text in ("partial", "d"):
            return Derivative(variable, self.term())
        body = self.within(start + 2, close, self.expression)
        return Derivative(variable, body)

    def _below(self) -> Node:
        r"""What is differentiated by: `\partial h`, `dD`, `\partial D(x)`."""
        token = self.next
        if _is_word(token, "delta") and not self._knows("delta"):
            self.take()
        variable = None if self.took("partial") else self.differential()
        if variable is None:
            spelled = self.spell()
            variable = self.declared(spelled) or spelled.canonical
        entry = self.names.entry(variable)
        if entry is None:
            raise self.error(messages.formulas.NO_DERIVATIVE_BY.format(name=variable), token)
        if entry.what != "function":
            return Name(variable)
        arguments = self.group(self.arguments) if self.next.is_("(") else [Name(name) for name in entry.arguments]
        return Call(variable, tuple(arguments))


def uses(node: Node, variable: str) -> bool:
    """Whether a name occurs in a formula, other than as the variable of a sum of its own."""
    if isinstance(node, Name):
        return node.name == variable
    if isinstance(node, Total) and node.variable == variable:
        return False
    if isinstance(node, Expectation) and variable in node.variables:
        return False
    if isinstance(node, Integral) and node.variable == variable:
        return False
    if isinstance(node, Divergence) and variable in node.variables:
        return False
    return any(uses(part, variable) for part in node.parts())


def _differentiates(token: Token) -> bool:
    return token.is_("partial") or _is_word(token, "delta") or (token.kind is Kind.WORD and token.text[0] == "d")


def _is_word(token: Token, text: str) -> bool:
    return token.kind is Kind.WORD and token.text == text
