"""Text -> tokens, each with its place. LaTeX, unicode, plain text and Python notation alike.

A token is a number, a word (letters, or the name of a Greek letter), a command (LaTeX, without its backslash) or an
operator. Spacing commands are dropped; unicode is brought to the same tokens as its LaTeX.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass

from autograder import messages
from autograder.errors import nearest
from autograder.maths.alphabet import (
    ACCENTS,
    COMMANDS,
    FRACTIONS,
    GREEK,
    LETTERS,
    OPERATORS,
    SPACING,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    UNICODE,
    UNICODE_COMMANDS,
    UNICODE_WORDS,
    VARIANTS,
)
from autograder.maths.problems import Unreadable, visible

MAX_CHARACTERS, MAX_TOKENS, MAX_DIGITS = 4000, 1500, 40
_MAX_EXPONENT = 999


UNKNOWN = "unknown "  # begins the text of a command that nobody knows: only the side that has it cannot be read


class Kind(enum.Enum):
    """What a token is."""

    NUMBER = "a number"
    WORD = "a name"
    COMMAND = "a command"
    OPERATOR = "a sign"
    END = "the end"


@dataclass(frozen=True)
class Token:
    """A piece of a formula and where it stands. `text` is normalised: `*` for every sign of multiplication."""

    kind: Kind
    text: str
    start: int
    end: int
    glued: bool = False  # no space before it

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these operators or commands."""
        return self.kind in (Kind.OPERATOR, Kind.COMMAND) and self.text in texts


_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_INFINITY = re.compile(r"float\(\s*([\"'])inf\1\s*\)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_TWO = ("**", "||", "<=", ">=", "==", "!=", "=>", "->", "~=", ":=")
_SINGLE = set("+-*/^_=<>()[]{},|.!'~&:;@")


BREAK = "line break"  # in the text itself, where it is asked for


def tokens(text: str, *, breaks: bool = False) -> list[Token]:
    """The tokens of a formula, an END last; line breaks of the text are tokens if asked for. Raises Unreadable."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(
            messages.formulas.TOO_LONG.format(count=len(text), most=MAX_CHARACTERS), MAX_CHARACTERS, len(text)
        )
    found = _Scanner(text, breaks=breaks).scan()
    if len(found) > MAX_TOKENS:
        raise Unreadable(messages.formulas.TOO_MANY_SIGNS.format(count=len(found), most=MAX_TOKENS), found[-1].start)
    return [*found, Token(Kind.END, "", len(text), len(text))]


class _Scanner:
    def __init__(self, text: str, *, breaks: bool) -> None:
        self.text, self.at, self.breaks = text, 0, breaks
        self.found: list[Token] = []
        self.space = True

    def scan(self) -> list[Token]:
        while self.at < len(self.text):
            start = self.at
            self._next()
            assert self.at > start
        return self.found

    def add(self, kind: Kind, text: str, length: int) -> None:
        self.found.append(Token(kind, text, self.at, self.at + length, glued=not self.space))
        self.at += length
        self.space = False

    def skip(self, length: int) -> None:
        self.at += length
        self.space = True

    def _next(self) -> None:
        c = self.text[self.at]
        if c.isascii():
            self._ascii(c)
        elif not self._unicode(c):
            raise Unreadable(_strange(c), self.at, self.at + 1)

    def _ascii(self, c: str) -> None:
        two = self.text[self.at : self.at + 2]
        if c == "~" and two != "~=" and self._in_subscript():
            self.add(Kind.OPERATOR, "~", 1)  # x~p of plain text; elsewhere it is LaTeX's space
        elif c == "\n" and self.breaks:
            self.add(Kind.OPERATOR, BREAK, 1)
            self.space = True
        elif c in " \t\r\n$" or (c == "~" and two != "~="):
            self.skip(1)
        elif c == "\\":
            self._command()
        elif match := _NUMBER.match(self.text, self.at):
            self._number(match.group())
        elif match := _INFINITY.match(self.text, self.at):
            self.add(Kind.COMMAND, "infty", len(match.group()))
        elif match := _WORD.match(self.text, self.at):
            self.add(Kind.WORD, match.group(), len(match.group()))
        elif two in _TWO:
            self.add(Kind.OPERATOR, {"**": "^", "==": "=", ":=": "="}.get(two, two), 2)
        elif c in _SINGLE:
            self.add(Kind.OPERATOR, "*" if c == "@" else c, 1)
        else:
            raise Unreadable(_meaningless(c), self.at, self.at + 1)

    def _in_subscript(self) -> bool:
        """Whether the last brace that is open was opened by a subscript."""
        depth = 0
        for i in range(len(self.found) - 1, -1, -1):
            text = self.found[i].text if self.found[i].kind is Kind.OPERATOR else ""
            depth += (text in ("}", ")")) - (text in ("{", "("))
            if depth < 0:
                return i > 0 and self.found[i - 1].is_("_")
        return len(self.found) > 1 and self.found[-2].is_("_")

    def _number(self, text: str) -> None:
        digits = sum(c.isdigit() for c in text)
        if digits > MAX_DIGITS:
            raise Unreadable(
                messages.formulas.TOO_MANY_DIGITS.format(count=digits, most=MAX_DIGITS), self.at, self.at + len(text)
            )
        mantissa, _, exponent = text.lower().partition("e")
        if exponent and abs(int(exponent)) > _MAX_EXPONENT:
            raise Unreadable(messages.formulas.EXPONENT_TOO_LARGE, self.at, self.at + len(text))
        if mantissa.endswith(".") and not exponent:  # the full stop at the end of a sentence
            text = mantissa[:-1]
        self.add(Kind.NUMBER, text, len(text))

    def _command(self) -> None:
        match = re.compile(r"\\([A-Za-z]+|.|\n)?\*?", re.DOTALL).match(self.text, self.at)
        assert match is not None
        name, length = match.group(1) or "", len(match.group())
        if match.group().endswith("*") and name not in ("operatorname", "\\", "tag"):
            length -= 1
        name = VARIANTS.get(name, name)
        if name in GREEK:
            self.add(Kind.WORD, name, length)
        elif name in LETTERS:
            self.add(Kind.WORD, LETTERS[name], length)
        elif name in SPACING:
            dotted = name in ("left", "right", "middle") and self.text[self.at + length : self.at + length + 1] == "."
            self.skip(length + dotted)
        elif name in OPERATORS:
            self.add(Kind.OPERATOR, OPERATORS[name], length)
        elif name in COMMANDS:
            self.add(Kind.COMMAND, name, length)
        else:
            self.add(Kind.COMMAND, UNKNOWN + visible(name), length)

    def _unicode(self, c: str) -> bool:
        if c in UNICODE:
            self.add(Kind.OPERATOR, UNICODE[c], 1)
        elif c in UNICODE_COMMANDS:
            self.add(Kind.COMMAND, UNICODE_COMMANDS[c], 1)
        elif c in FRACTIONS:
            self.add(Kind.NUMBER, FRACTIONS[c], 1)
        elif c in UNICODE_WORDS:
            self.add(Kind.WORD, UNICODE_WORDS[c], 1)
        elif c in SUBSCRIPTS:
            self._small("_", SUBSCRIPTS)
        elif c in SUPERSCRIPTS:
            self._small("^", SUPERSCRIPTS)
        elif c in ACCENTS:
            self.add(Kind.COMMAND, f"accent {ACCENTS[c]}", 1)
        elif c.isspace():
            self.skip(1)
        else:
            return self._letter(c)
        return True

    def _letter(self, c: str) -> bool:
        """A Greek or mathematical letter, with an accent perhaps."""
        plain = unicodedata.normalize("NFKD", c)
        base, marks = plain[0], plain[1:]
        name = unicodedata.name(base, "")
        if base.isascii() and base.isalpha() and (marks or "MATHEMATICAL" in unicodedata.name(c, "")):
            word = base
        elif name.startswith("GREEK ") and " LETTER " in name:
            word = name.split()[-1].lower().replace("lamda", "lambda")
            word = word.capitalize() if " CAPITAL " in name else word
        else:
            return False
        if word not in GREEK and len(word) > 1 or any(mark not in ACCENTS for mark in marks):
            return False
        self.add(Kind.WORD, word, 1)
        for mark in marks:
            self.found.append(Token(Kind.COMMAND, f"accent {ACCENTS[mark]}", self.at - 1, self.at, glued=True))
        return True

    def _small(self, sign: str, table: dict[str, str]) -> None:
        """A run of small characters: the sign, and what they say in braces."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in table:
            self.at += 1
        said = [table[c] for c in self.text[start : self.at]]
        self.found.append(Token(Kind.OPERATOR, sign, start, start, glued=True))
        self.found.append(Token(Kind.OPERATOR, "{", start, start, glued=True))
        run = "".join(said) if all(len(part) == 1 for part in said) else " ".join(said)
        for match in re.finditer(r"\d+|[A-Za-z]+|[-+*]", run):
            kind = Kind.NUMBER if match.group().isdigit() else Kind.WORD if match.group().isalpha() else Kind.OPERATOR
            self.found.append(Token(kind, match.group(), start, self.at, glued=True))
        self.found.append(Token(Kind.OPERATOR, "}", self.at, self.at, glued=True))
        self.space = False


def similar_command(name: str) -> str | None:
    """The known command that is spelled most like an unknown one."""
    return nearest(name, [*GREEK, *COMMANDS, *OPERATORS]) if len(name) > 1 else None


def _meaningless(c: str) -> str:
    if c == "%":
        return messages.formulas.PERCENT_SIGN
    if c in '"`':
        return messages.formulas.QUOTATION_MARK
    if not c.isprintable():
        return messages.formulas.CONTROL_CHARACTER.format(code=ord(c))
    return messages.formulas.SIGN_WITHOUT_MEANING.format(sign=c)


def _strange(c: str) -> str:
    name = unicodedata.name(c, f"U+{ord(c):04X}")
    if "CYRILLIC" in name or "ARMENIAN" in name or "FULLWIDTH" in name:
        return messages.formulas.LOOKS_LATIN.format(character=visible(c), name=name)
    if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cs", "Cn"):
        return messages.formulas.INVISIBLE.format(name=name)
    return messages.formulas.CHARACTER_WITHOUT_MEANING.format(character=visible(c), name=name)
