r"""Entries of indexed names, indices of sums, and constants: `\mu_i`, `mu[i]`, `z^{(i)}`, pi."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from autograder.maths.names import Entry
from autograder.maths.nodes import Constant, Item, Name, Node, Number, added
from autograder.maths.spelling import Spelled, Spelling
from autograder.maths.words import CONSTANTS, flatten


class Indexed(Spelling):
    """Reads what has an index."""

    def item(self, spelled: Spelled) -> Node | None:
        """mu_i, mu_{q,i}, z^{(i)}, mu[i]: an entry of an indexed name, or None."""
        if spelled.groups:
            base = replace(spelled, subscripts=spelled.subscripts[:-1], groups=())
            start, stop = spelled.groups[-1]
            commas = [i for i in range(start, stop) if self.tokens[i].is_(",")]
            if commas:
                base = replace(base, subscripts=(*base.subscripts, flatten(self.tokens[start : commas[-1]])))
                start = commas[-1] + 1
            if entry := self._indexed(base):
                return Item(entry.name, self._zero_based(self.within(start, stop, self.expression)))
        if (entry := self._indexed(spelled)) is None:
            return None
        if self.next.is_("["):
            return Item(entry.name, self._zero_based(self.group(self.expression)))
        if self.next.is_("^") and self.ahead(1).is_("{") and self.ahead(2).is_("("):
            close = self.closing(self.at + 1)
            index = self.within(self.at + 3, close - 1, self.expression)
            self.at = close + 1
            return Item(entry.name, index)
        if self.next.is_("^") and self.ahead(1).is_("("):
            self.take()
            return Item(entry.name, self.group(self.expression))
        if "_" in self.bound:  # np.sum(mu**2)
            return Item(entry.name, Name("_"))
        return None

    def _indexed(self, spelled: Spelled) -> Entry | None:
        name = self.names.aliases.get(spelled.canonical, spelled.canonical)
        return self.names.indexed.get(name)

    def _zero_based(self, index: Node) -> Node:
        counted = any(isinstance(n, Name) and self.bound.get(n.name) for n in index.walk())
        return added([index, Number(Fraction(1))]) if counted else index

    def index(self, name: str) -> Node:
        """The value of a sum's index where it is used as a number."""
        return added([Name(name), Number(Fraction(-1))]) if self.bound[name] else Name(name)

    def constant(self, spelled: Spelled) -> Node | None:
        """pi, e, infinity: unless the question declares the name itself."""
        return Constant(CONSTANTS[spelled.canonical]) if spelled.canonical in CONSTANTS else None
