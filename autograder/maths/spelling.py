r"""Names as students spell them -> declared names.

`\sigma_q^2`, `\sigma^2_{q}`, `σ_q²`, `sigma_q**2` and `{\sigma_q}^2` are the same name and a power of it. A name is
its base, its accents and its subscripts, joined by underscores: `\bar{\alpha}_{t-1}` is alpha_bar_tm1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograder import messages
from autograder.errors import nearest
from autograder.maths.alphabet import GREEK
from autograder.maths.cursor import Cursor
from autograder.maths.names import Names, pretty
from autograder.maths.nodes import Node
from autograder.maths.tokens import Kind, Token
from autograder.maths.words import (
    ACCENTS,
    CONSTANTS,
    FONTS,
    FUNCTIONS,
    OPERATOR_WORDS,
    STARS,
    SWITCHES,
    flatten,
    pieces,
    underscored,
)


@dataclass
class Spelled:
    """A name as it was written: where it stands, its base, and what hangs on it."""

    token: Token
    base: str
    accents: tuple[str, ...] = ()
    subscripts: tuple[str, ...] = ()
    groups: tuple[tuple[int, int], ...] = ()  # the tokens of each subscript
    star: str = ""

    @property
    def canonical(self) -> str:
        """The name as a declaration writes it."""
        return "_".join([self.base + self.star, *filter(None, self.accents), *self.subscripts])


class Spelling(Cursor):
    """Reads names."""

    def __init__(self, tokens: list[Token], names: Names) -> None:
        super().__init__(tokens)
        self.names = names
        self.bound: dict[str, bool] = {}  # indices of the sums around: whether counted from 0
        self.notes: list[str] = []
        self.summed: list[str] = []  # variables of the sums around

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def expression(self) -> Node:
        raise NotImplementedError

    def choose(self, reading: str) -> bool:
        raise NotImplementedError

    # ------------------------------------------------------------------------------------- spelling

    def at_name(self) -> bool:
        """Whether a name begins here."""
        token = self.next
        if token.kind is Kind.WORD:
            return True
        return token.kind is Kind.COMMAND and (token.text in ACCENTS or token.text in FONTS or token.text in SWITCHES)

    def spell(self) -> Spelled:
        """The name that begins here, with accents and subscripts; powers are left."""
        spelled = self._base()
        while True:
            if self.next.kind is Kind.COMMAND and self.next.text.startswith("accent "):
                spelled = replace(spelled, accents=(*spelled.accents, ACCENTS[self.take().text]))
            elif self.next.is_("_"):
                spelled = self._subscript(spelled)
            elif star := self._superscript(spelled) or self._star(spelled):
                spelled = replace(spelled, star=spelled.star + star)
            elif self._one_less(spelled) and self.choose("index"):
                self.at += 2
                spelled = replace(spelled, subscripts=(*spelled.subscripts[:-1], f"{spelled.subscripts[-1]}m1"))
            else:
                return spelled

    def _one_less(self, spelled: Spelled) -> bool:
        """Whether `t-1` in plain text may be the index: `alpha_t-1`, where alpha_{t-1} is declared."""
        one = self.next.is_("-") and self.next.glued and self.ahead(1).text == "1" and self.ahead(1).glued
        return one and bool(spelled.subscripts) and self._knows(f"{spelled.canonical}m1")

    def _base(self) -> Spelled:
        token = self.next
        if token.kind is Kind.WORD:
            self._split_word()
            token = self.take()
            return Spelled(token, token.text)
        self.take()
        if token.text in SWITCHES:
            return self.spell()
        if self.next.is_("{"):
            inner = self._inner()
        elif self.next.kind is Kind.WORD:  # \mathbf x takes one letter
            inner = self._base()
        else:
            raise self.error(messages.formulas.NAME_EXPECTED.format(command=token.text))
        inner = replace(inner, token=Token(Kind.WORD, inner.base, token.start, self.tokens[self.at - 1].end))
        if token.text in ACCENTS:
            inner = replace(inner, accents=(*inner.accents, ACCENTS[token.text]))
        return inner

    def _inner(self) -> Spelled:
        close = self.closing(self.at)
        words = self.tokens[self.at + 1 : close]
        if words and all(word.kind in (Kind.WORD, Kind.NUMBER) or word.is_("-", ".", ",") for word in words):
            if len(words) > 1:  # \text{Cross Entropy}
                start, self.at = self.at, close + 1
                text = "".join(word.text for word in words if word.kind is not Kind.OPERATOR)
                return Spelled(self.tokens[start + 1], text)
        return self.group(self.spell)

    def _star(self, spelled: Spelled) -> str:
        """A superscript that belongs to the name: a star or a prime."""
        if self.next.is_("'"):
            self.take()
            return "'"
        if self._starred(spelled):
            self.take()
            return "*"
        if not self.next.is_("^"):
            return ""
        inside = self.ahead(2) if self.ahead(1).is_("{") else self.ahead(1)
        length = 4 if self.ahead(1).is_("{") else 2
        if not inside.is_(*STARS) or (length == 4 and not self.ahead(3).is_("}")):
            return ""
        if length == 2 and inside.is_("*") and not inside.glued:
            return ""
        self.at += length
        return "*"

    def _starred(self, spelled: Spelled) -> bool:
        """Whether the star of plain text `D*(x)` belongs to a function's name."""
        glued = self.next.is_("*") and self.next.glued and self.ahead(1).is_("(") and self.ahead(1).glued
        entry = self.names.entry(spelled.canonical) or self.names.entry(spelled.canonical + "*")
        return glued and entry is not None and entry.what in ("function", "defined")

    def _superscript(self, spelled: Spelled) -> str:
        """A superscript with which the name is a declared one: `J^{(D)}`, `J^D`."""
        if not self.next.is_("^"):
            return ""
        braced = self.ahead(1).is_("{", "(")
        close = self.closing(self.at + 1) if braced else self.at + 1
        text = "".join(t.text for t in self.tokens[self.at + 1 : close + 1] if not t.is_("{", "}"))
        for star in (f"^{text}", f"^({text})", f"^{text.strip('()')}"):
            if self._knows(replace(spelled, star=spelled.star + star).canonical):
                self.at = close + 1
                return star
        return ""

    def _subscript(self, spelled: Spelled) -> Spelled:
        self.take()
        start = self.at
        if self.next.is_("{", "("):
            if self.next.is_("(") and spelled.base != "E":
                raise self.error(messages.formulas.SUBSCRIPT_EXPECTED, hint=messages.formulas.SUBSCRIPT_HINT)
            close = self.closing(self.at)
            span, self.at = (start + 1, close), close + 1
        elif self.next.kind in (Kind.WORD, Kind.NUMBER):
            self._shorten(spelled)
            self.take()
            span = (start, self.at)
        elif self.next.kind is Kind.COMMAND and self.next.text in FONTS | set(ACCENTS) | {"infty"}:
            self.take()
            if self.next.is_("{"):
                self.at = self.closing(self.at) + 1
            span = (start, self.at)
        elif self.next.is_("*", "star"):
            self.take()
            return replace(spelled, star=spelled.star + "*")
        else:
            raise self.error(messages.formulas.SUBSCRIPT_EXPECTED)
        flat = flatten(self.tokens[span[0] : span[1]])
        if not flat:
            raise self.error(messages.formulas.SUBSCRIPT_EMPTY, self.tokens[start])
        # `x_{ij}` has one subscript, `p_data_x` two
        return replace(spelled, subscripts=(*spelled.subscripts, flat), groups=(*spelled.groups, span))

    def _shorten(self, spelled: Spelled) -> None:
        r"""In `\sigma_ix` the subscript is i; in plain text it is the whole word."""
        token = self.next
        if token.kind is not Kind.WORD or len(token.text) == 1 or token.text in GREEK:
            return
        whole = replace(spelled, subscripts=(*spelled.subscripts, token.text)).canonical
        short = replace(spelled, subscripts=(*spelled.subscripts, token.text[0])).canonical
        indexed = spelled.canonical in self.names.indexed and token.text[0] in self.bound
        if not self._knows(whole) and (self._knows(short) or indexed):
            self._cut(1)

    def _cut(self, *lengths: int) -> None:
        """Cut the word that comes next into words of these lengths and the rest."""
        token, start = self.next, 0
        cut: list[Token] = []
        for length in [*lengths, len(token.text) - sum(lengths)]:
            text = token.text[start : start + length]
            place = token.start + start
            kind = Kind.NUMBER if text.isdigit() else Kind.WORD
            cut.append(Token(kind, text, place, place + length, glued=token.glued or bool(cut)))
            start += length
        self.tokens[self.at : self.at + 1] = [piece for piece in cut if piece.text]

    def _split_word(self) -> None:
        """Several names without a space between them: `xz` is x times z, `logD` is the logarithm of D."""
        word = self.next.text
        if self._complete(word) or self.ahead(1).is_("_") and self._joined():
            return
        known = {k.split("_")[0] for k in self.names.words()} | set(FUNCTIONS) | {"e", "pi"} | set(self.bound) | {"KL"}
        if cut := pieces(word, known):
            self._cut(*[len(piece) for piece in cut[:-1]])

    def _complete(self, word: str) -> bool:
        return (
            self._knows(word)
            or word in FUNCTIONS
            or word in OPERATOR_WORDS
            or word in CONSTANTS
            or word in self.names.called
            or word in self.bound
            or word in {key.split("_")[0] for key in self.names.words()}
            or word in GREEK
            or self._knows(underscored(word))
        )

    def _joined(self) -> bool:
        """Whether the words and underscores from here spell a declared name."""
        text, i = self.next.text, 1
        while self.ahead(i).is_("_") and self.ahead(i + 1).kind in (Kind.WORD, Kind.NUMBER):
            text += "_" + self.ahead(i + 1).text
            i += 2
        return self._knows(text)

    # ------------------------------------------------------------------------------------- meaning

    def _knows(self, canonical: str) -> bool:
        return canonical in self.names.entries or self.names.has_law(canonical) or canonical in self.names.aliases

    def declared(self, spelled: Spelled) -> str | None:
        """The declared name (an alias is followed) that a spelled one means, or None."""
        for candidate in self._candidates(spelled):
            if self._knows(candidate):
                target = self.names.aliases.get(candidate, candidate)
                return target if self._knows(target) and target not in self.names.aliases else candidate
        return None

    def _candidates(self, spelled: Spelled) -> list[str]:
        name = spelled.canonical
        spellings = [name, underscored(name)] if "_" not in name else [name]
        if spelled.star and not self._knows(name):
            spellings.append(replace(spelled, star="").canonical if "'" not in spelled.star else name)
        if spelled.base not in GREEK:
            folded = [known for known in self.names.words() if known.casefold() == name.casefold()]
            if len(folded) == 1 and folded[0] != name and len(name) > 1:
                self.note(messages.formulas.READ_AS.format(name=name, read=folded[0]))
                spellings += folded
        return spellings

    def unknown(self, spelled: Spelled) -> Exception:
        """The error for a name that the question does not declare."""
        token = spelled.token
        if spelled.canonical in ("i", "j") and self.names.indexed:
            return self.error(messages.formulas.NO_SUM_OVER.format(index=spelled.canonical), token)
        last = self.tokens[self.at - 1]
        place = Token(Kind.WORD, token.text, token.start, max(token.end, last.end))
        similar = nearest(spelled.canonical, [w for w in self.names.words() if len(w) > 1])
        guess = similar is not None and len(spelled.canonical) > 1 and spelled.base not in GREEK
        hint = messages.formulas.DID_YOU_MEAN.format(name=pretty(similar)) if guess and similar else ""
        name = pretty(spelled.canonical)
        return self.error(messages.formulas.UNKNOWN_SYMBOL.format(name=name, known=self.names.shown()), place, hint)
