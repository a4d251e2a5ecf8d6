"""Brackets, braces and bars, and what stands behind them."""

from __future__ import annotations

from fractions import Fraction

from autograder import messages
from autograder.maths.named import Named
from autograder.maths.nodes import Call, Divide, Node, Number, Power
from autograder.maths.tokens import Token
from autograder.maths.totals import uses


class Brackets(Named):
    """Reads what is set in brackets."""

    def bars(self, token: Token) -> Node:
        self.take()
        self.closers, before = 1, self.closers
        if token.text == "||":
            with self._bound("_", False):  # the norm of an indexed name goes over its index
                node = self.expression()
        else:
            node = self.expression()
        self.closers = before
        self.expect(token.text, after=token)
        if token.text == "||" and uses(node, "_"):
            return Call("sqrt", (self._counted("sum", "_", None, None, Power(node, Number(Fraction(2))), token),))
        if self.next.is_("_"):
            self.take()
            start, stop = self._script()
            order = self.tokens[start].text
            if stop - start != 1 or order not in ("1", "2"):
                raise self.error(messages.formulas.OTHER_NORM, self.tokens[start])
            return Call("norm" if order == "2" else "norm1", (node,))
        return Call("norm" if token.text == "||" else "abs", (node,))

    def bracket(self, token: Token) -> Node:
        closers, self.closers = self.closers, 0
        try:
            close = self.closing(self.at)
            inside = range(self.at + 1, close)
            if self.tokens[close + 1].is_(".") and self.tokens[close + 2].text in ("sum", "mean"):
                last = self.tokens[close + 2]
                node = self.reduced(last.text, last)
                self.at += 2
                if self.next.is_("("):
                    self.at = self.closing(self.at) + 1
                return node
            if token.text == "{" and (over := [i for i in inside if self.tokens[i].is_("over")]):
                above = self.within(self.at + 1, over[0], self.expression)
                below = self.within(over[0] + 1, close, self.expression)
                self.at = close + 1
                return Divide(above, below)
            if (composed := self._composition(close)) is not None:
                return composed
            if token.text == "{" and not inside:
                raise self.error(messages.formulas.EMPTY_BRACES)
            return self.group(self.expression)
        finally:
            self.closers = closers

    def _composition(self, close: int) -> Node | None:
        """`(F ∘ G)(x)` is F(G(x))."""
        inside = self.tokens[self.at + 1 : close]
        names = [self.names.entry(token.text) for token in inside[::2]]
        chained = len(inside) > 1 and all(token.is_("∘") for token in inside[1::2])
        if not chained or not all(entry is not None and entry.what == "function" for entry in names):
            return None
        self.at = close + 1
        node = self.group(self.expression)
        for token in reversed(inside[::2]):
            node = Call(token.text, (node,))
        return node
