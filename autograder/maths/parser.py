"""Tokens -> a formula: sums, products, powers, brackets."""

from __future__ import annotations

from fractions import Fraction

from autograder import messages
from autograder.maths.brackets import Brackets
from autograder.maths.cursor import OPENING, found
from autograder.maths.names import Names
from autograder.maths.nodes import (
    Call,
    Constant,
    Divide,
    Node,
    Number,
    Power,
    Transpose,
    added,
    multiplied,
    negated,
)
from autograder.maths.problems import Unreadable
from autograder.maths.tokens import UNKNOWN, Kind, Token, similar_command, tokens
from autograder.maths.words import FONTS, FUNCTIONS

_FRACTIONS = ("frac", "tfrac", "dfrac", "cfrac")
_INFINITIES = ("infty", "infinity", "inf")
_CANCELS = {"cancel", "bcancel", "xcancel", "boxed", "underbrace", "overbrace"}


class Parser(Brackets):
    """Reads one formula."""

    def __init__(self, found_tokens: list[Token], names: Names, wanted: frozenset[str], depth: int = 0) -> None:
        super().__init__(list(found_tokens), names)
        self.wanted, self.choices = wanted, set[str]()
        self.aliases = depth

    def choose(self, reading: str) -> bool:
        self.choices.add(reading)
        return reading in self.wanted

    def whole(self) -> Node:
        """The formula that all tokens make up."""
        if self.ended:
            raise self.error(messages.formulas.NO_FORMULA)
        node = self.expression()
        if not self.ended:
            raise self._stuck()
        return node

    def _stuck(self) -> Unreadable:
        token = self.next
        if token.is_(")", "]", "}", "}}"):
            return self.error(messages.formulas.CLOSES_NOTHING.format(found=found(token)))
        if token.kind is Kind.NUMBER:
            return self.error(messages.formulas.TWO_NUMBERS)
        return self.error(messages.formulas.UNEXPECTED.format(found=found(token)))

    # ------------------------------------------------------------------------------------- precedence

    def expression(self) -> Node:
        """Terms with + and - between them."""
        with self.deeper():
            negative = self._sign()
            terms = [self._signed(negative)]
            while self.next.is_("+", "-", "pm", "mp"):
                token = self.take()
                if token.text in ("pm", "mp"):
                    raise self.error(messages.formulas.PLUS_MINUS, token)
                if self.next.is_("+", "*", "/") or self.next.kind is Kind.END:
                    after, instead = token.text, found(self.next)
                    raise self.error(messages.formulas.FORMULA_EXPECTED_AFTER.format(after=after, found=instead))
                negative = (token.text == "-") != self._sign()
                terms.append(self._signed(negative))
            return added(terms)

    def _signed(self, negative: bool) -> Node:
        term = self.term()
        return negated(term) if negative else term

    def _sign(self) -> bool:
        negative, count = False, 0
        while self.next.is_("+", "-"):
            negative ^= self.take().text == "-"
            count += 1
            if count > 3:
                raise self.error(messages.formulas.TOO_MANY_MINUS)
        return negative

    def term(self) -> Node:
        """Factors: with *, / or nothing between them, from left to right."""
        with self.deeper():
            node, factors = None, [self.factor()]
            while True:
                if self.reopens(1 if self.next.is_("*") else 0):
                    return multiplied(factors)
                if self.next.is_("*", "∘"):
                    self.take()
                    factors.append(self._operand("*"))
                elif self.next.is_("/"):
                    self.take()
                    below = [self._operand("/")]
                    if self.begins_factor() and self.choose("denominator"):
                        while self.begins_factor():
                            below.append(self.factor())
                    node = Divide(multiplied(factors), multiplied(below))
                    factors = [node]
                elif self.begins_factor():
                    if self.next.kind is Kind.NUMBER and self.tokens[self.at - 1].kind is Kind.NUMBER:
                        raise self._stuck()
                    factors.append(self.factor())
                else:
                    return multiplied(factors)

    def _operand(self, after: str) -> Node:
        if self.next.is_("+", "-"):
            return negated(self.factor()) if self.take().text == "-" else self.factor()
        if not self.begins_factor():
            raise self.error(messages.formulas.FORMULA_EXPECTED_AFTER.format(after=after, found=found(self.next)))
        return self.factor()

    def begins_factor(self) -> bool:
        """Whether a factor may begin here."""
        token = self.next
        if token.kind is Kind.NUMBER:
            return True
        if token.kind is Kind.OPERATOR:
            return token.text in OPENING or (token.text in ("|", "||") and not self.closers)
        if self._at_differential():
            return False
        if token.kind is Kind.COMMAND:
            return token.text not in (
                "over",
                "in",
                "quad",
                "qquad",
                "top",
                "star",
                "rangle",
                "partial",
                "pm",
                "mp",
                "end",
            )
        return token.kind is Kind.WORD

    def _at_differential(self) -> bool:
        start = self.at
        try:
            return self.differential() is not None
        finally:
            self.at = start

    def factor(self) -> Node:
        """A primary with its powers."""
        node = self.primary()
        while True:
            if self.next.is_("^"):
                node = self.power_without_argument(self._power(node))
            elif self.next.is_("!"):
                raise self.error(messages.formulas.FACTORIAL)
            elif self.next.is_("."):
                node = self._method(node)
            else:
                return node

    def _method(self, node: Node) -> Node:
        """`x.pow(2)`, `logvar.exp()`, `mu.T`: the methods of tensors that are functions."""
        token, method = self.take(), self.next.text
        if method in ("T", "t"):
            self.take()
            self._empty_brackets()
            return Transpose(node)
        if method == "pow" and self.ahead(1).is_("("):
            self.take()
            return Power(node, self.group(self.expression))
        if method not in ("exp", "log", "sqrt", "square", "abs", "tanh", "sigmoid", "det", "trace", "inverse"):
            raise self.error(messages.formulas.ATTRIBUTE, token)
        self.take()
        self._empty_brackets()
        return self.applied(token, FUNCTIONS.get(method, "inv"), [node])

    def _empty_brackets(self) -> None:
        if self.next.is_("(") and self.ahead(1).is_(")"):
            self.at += 2

    def _power(self, base: Node) -> Node:
        self.take()
        if self._transposes():
            return Transpose(base)
        negative = not self.next.is_("{") and self._sign()
        exponent = self.group(self.expression) if self.next.is_("{", "(") else self.simple()
        if self.next.is_("^") and not self.tokens[self.at - 1].is_("}"):  # a^b^c of plain text
            with self.deeper():
                exponent = self._power(exponent)
        return Power(base, negated(exponent) if negative else exponent)

    def _transposes(self) -> bool:
        r"""Whether the exponent is a transposition sign, which is passed: `^T`, `^{\top}`, `^{\mathsf{T}}`."""
        close = self.closing(self.at) if self.next.is_("{") else self.at
        if self.next.kind is Kind.COMMAND and self.next.text in FONTS:
            close = self.closing(self.at + 1) if self.ahead(1).is_("{") else self.at + 1
        inside = [t for t in self.tokens[self.at : close + 1] if not t.is_("{", "}") and t.text not in FONTS]
        if len(inside) != 1 or inside[0].text not in ("T", "top", "intercal") or self._knows(inside[0].text):
            return False
        self.at = close + 1
        return True

    def simple(self) -> Node:
        token = self.next
        if token.kind is Kind.NUMBER:
            return self._number(self.take())
        if token.kind is Kind.COMMAND or token.kind is Kind.WORD:
            return self.primary()
        raise self.error(messages.formulas.EXPONENT_EXPECTED.format(found=found(token)))

    # ------------------------------------------------------------------------------------- primaries

    def primary(self) -> Node:
        with self.deeper():
            token = self.next
            if token.kind is Kind.NUMBER:
                return self._number(self.take())
            if token.is_("|", "||"):
                return self.bars(token)
            if token.kind is Kind.OPERATOR and token.text in OPENING:
                return self.bracket(token)
            if token.kind is Kind.WORD or self.at_name():
                return self.word(token)
            if token.kind is Kind.COMMAND:
                return self._command(self.take())
            raise self.error(messages.formulas.FORMULA_EXPECTED.format(found=found(token)))

    def _number(self, token: Token) -> Number:
        return Number(Fraction(token.text), rounded="." in token.text or "e" in token.text.lower())

    def _command(self, token: Token) -> Node:
        name = token.text
        if name in _FRACTIONS:
            return self.derivative(token) or Divide(self._argument(token), self._argument(token))
        if name == "sqrt":
            index = self.group(self.expression) if self.next.is_("[") else None
            inside = self._argument(token) if not self.next.is_("(") else self.group(self.expression)
            return Call("sqrt", (inside,)) if index is None else Power(inside, Divide(Number(Fraction(1)), index))
        if name in FUNCTIONS and name not in ("inf",):
            return self.function(token, FUNCTIONS[name])
        if name in ("sum", "prod"):
            return self.big(token, name)
        if name == "int":
            return self.integral(token)
        if name == "langle":
            first, second = self.two()
            self.expect("rangle", after=token)
            return Call("dot", (first, second))
        if name in _INFINITIES:
            return Constant("inf")
        if name in _CANCELS:
            node = self._argument(token)
            if self.next.is_("_", "^") and name.endswith("brace"):
                self.take()
                self._script()
            return node
        raise self._misplaced(name, token)

    def _misplaced(self, name: str, token: Token) -> Unreadable:
        if not name.startswith(UNKNOWN):
            return self.error(messages.formulas.UNEXPECTED_COMMAND.format(name=name), token)
        similar = similar_command(name.removeprefix(UNKNOWN))
        hint = messages.formulas.DID_YOU_MEAN_COMMAND.format(name=similar) if similar else ""
        return self.error(messages.formulas.UNKNOWN_COMMAND.format(name=name.removeprefix(UNKNOWN)), token, hint)

    def _argument(self, token: Token) -> Node:
        r"""An argument of a command: a group, or one digit or name (`\frac12`)."""
        if self.next.is_("{"):
            return self.bracket(self.next)
        if self.next.kind is Kind.NUMBER and len(self.next.text) > 1 and self.next.text.isdigit():
            self._cut(1)
            return self._number(self.take())
        if self.next.kind is Kind.NUMBER or self.next.kind is Kind.COMMAND:
            return self.simple()
        if self.next.kind is Kind.WORD:
            if len(self.next.text) > 1 and not self._complete(self.next.text):
                self._cut(1)
            return self.primary()
        raise self.error(messages.formulas.BRACE_EXPECTED.format(command=token.text))

    def alias(self, name: str, token: Token) -> Node:
        if self.aliases > 4:
            raise self.error(messages.formulas.ALIAS_CIRCLE.format(name=name), token)
        inner = Parser(tokens(self.names.aliases[name]), self.names, frozenset(), self.aliases + 1)
        inner.bound = dict(self.bound)
        node = inner.whole()
        if self.next.is_("(") and not self.next.glued:
            return node
        if self.next.is_("(") and any(True for _ in node.walk()) and self._names_only():
            self.at = self.closing(self.at) + 1
        return node
