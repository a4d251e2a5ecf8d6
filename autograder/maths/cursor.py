"""A place in a list of tokens: looking ahead, taking, and finding the bracket that closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from autograder import messages
from autograder.maths.problems import Unreadable
from autograder.maths.tokens import Kind, Token

OPENING = {"(": ")", "[": "]", "{": "}", "{{": "}}"}
_CLOSING = {close: opening for opening, close in OPENING.items()}
_MAX_DEPTH = 60
Read = TypeVar("Read")


def turn(token: Token) -> int:
    """How a token changes the depth of brackets: 1, -1 or 0."""
    if token.kind is not Kind.OPERATOR:
        return 0
    return (token.text in OPENING) - (token.text in _CLOSING)


class Cursor:
    """Where in the tokens the reading is. The last token is an END."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    @classmethod
    def over(cls, piece: list[Token]) -> Cursor:
        """A cursor over tokens that lack their END."""
        return cls([*piece, Token(Kind.END, "", piece[-1].end, piece[-1].end)])

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    @property
    def ended(self) -> bool:
        """Whether all tokens are taken."""
        return self.next.kind is Kind.END

    def ahead(self, count: int) -> Token:
        """The token after the next one, for 1, and so on; END beyond the end."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.next
        if token.kind is not Kind.END:
            self.at += 1
        return token

    def took(self, *texts: str) -> bool:
        """Take the next token if it is one of these."""
        if self.next.is_(*texts):
            self.at += 1
            return True
        return False

    def expect(self, text: str, after: Token | None = None) -> Token:
        if not self.next.is_(text):
            wanted, instead = _shown(text), found(self.next)
            if after is None:
                raise self.error(messages.formulas.EXPECTED.format(wanted=wanted, found=instead))
            column = after.start + 1
            raise self.error(
                messages.formulas.EXPECTED_FOR.format(wanted=wanted, opened=after.text, column=column, found=instead)
            )
        return self.take()

    def error(self, message: str, token: Token | None = None, hint: str = "") -> Unreadable:
        token = token or self.next
        return Unreadable(message, token.start, max(token.end, token.start + 1), hint)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level further down; raises Unreadable beyond the deepest that is read."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.error(messages.formulas.TOO_DEEP.format(levels=_MAX_DEPTH))
        try:
            yield
        finally:
            self.depth -= 1

    def closing(self, at: int) -> int:
        """The index of the token that closes the bracket at an index."""
        open_brackets = []
        for i in range(at, len(self.tokens)):
            token = self.tokens[i]
            if token.kind is not Kind.OPERATOR:
                continue
            if token.text in OPENING:
                open_brackets.append(token)
            elif token.text in _CLOSING:
                opened = open_brackets.pop() if open_brackets else token
                if OPENING.get(opened.text) != token.text:
                    raise self.error(_closes_another(token, opened), token)
                if not open_brackets:
                    return i
        start = self.tokens[at]
        raise self.error(messages.formulas.NEVER_CLOSED.format(bracket=_shown(start.text)), start)

    def within(self, start: int, stop: int, read: Callable[[], Read]) -> Read:
        """Read the tokens from start to stop, all of them, as if there were no others."""
        rest, place = self.tokens, self.at
        end = Token(Kind.END, "", rest[stop].start, rest[stop].end)
        self.tokens, self.at = [*rest[start:stop], end], 0
        try:
            result = read()
            if self.next.kind is not Kind.END:
                raise self.error(messages.formulas.UNEXPECTED.format(found=found(self.next)))
            return result
        finally:
            self.tokens, self.at = rest, place

    def group(self, read: Callable[[], Read]) -> Read:
        """Read what stands in the bracket that comes next, and pass it."""
        close = self.closing(self.at)
        with self.deeper():
            result = self.within(self.at + 1, close, read)
        self.at = close + 1
        return result

    def top_level(self, *texts: str) -> list[int]:
        """The indices of these operators or commands outside all brackets, from here to the end."""
        return [i for i in self._outside() if self.tokens[i].is_(*texts)]

    def _outside(self) -> Iterator[int]:
        i = self.at
        while i < len(self.tokens):
            yield i
            token = self.tokens[i]
            i = self.closing(i) + 1 if token.kind is Kind.OPERATOR and token.text in OPENING else i + 1


def found(token: Token) -> str:
    """A token as messages name it."""
    if token.kind is Kind.END:
        return messages.formulas.THE_END
    if token.kind is Kind.COMMAND:
        return "\\" + token.text.removeprefix("accent ")
    return _shown(token.text)


def _closes_another(token: Token, opened: Token) -> str:
    if opened is token:
        return messages.formulas.CLOSES_NO_OTHER.format(bracket=_shown(token.text))
    bracket, other = _shown(token.text), _shown(opened.text)
    return messages.formulas.DOES_NOT_CLOSE.format(bracket=bracket, opened=other, column=opened.start + 1)


def _shown(text: str) -> str:
    return {"{{": "\\{", "}}": "\\}", "\n": messages.formulas.A_NEW_LINE, "~": "∼", "||": "‖"}.get(text, text)
