"""Where in an answer its formulas are: displayed, within sentences, or typed as text; remarks on them are left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.answers import Answer, Kind, Piece
from autograder.maths.remarks import states_a_law

_REMARK = re.compile(
    r"\b(?:since|because|as|where|when|if|iff|for|from|with|attained|check|using|by|der|weil|da|denn|mit)\b",
    re.IGNORECASE,
)
_SAID_BEFORE = re.compile(r"(?i)^\W*(?:answer|antwort|result|solution)\s*[:=]\s*|^[^\W\d_][^=:$\\\\]{1,60}:\s+")
_FORMULA = re.compile(r"[0-9=∞½¼]|\boo\b|\binf")
_EQUALITY = re.compile(r"\W*(?:with|where|and)?\W*(?:equality|gleichheit|check|probe)\b", re.IGNORECASE)
_SINGLE = {"zero": "0", "null": "0", "one": "1", "two": "2", "three": "3", "four": "4", "infinity": "oo",
           "infinite": "oo", "unendlich": "oo"}  # fmt: skip
_BEHIND_A_NUMBER = re.compile(r"\s+(?:\([^()]*[^\W\d_]{3}[^()]*\)|(?:nats|numbers|each|in total)\b).*$", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """A formula of an answer, and the line of the file it stands in."""

    text: str
    line: int
    code: bool = False  # every line is a formula of its own


def last_formula(answer: Answer) -> Written:
    """The formula that answers a question: the last one, but no line behind one that ends with a remark."""
    found = formulas(answer)
    texts = [piece for piece in answer.pieces if piece.kind is Kind.TEXT]
    if len(answer.pieces) == 1 and texts and (word := _REMARK.search(texts[0].text)):
        before = [
            written for written in found if written.line <= texts[0].line + texts[0].text[: word.start()].count("\n")
        ]
        return before[-1] if before else found[-1]
    return found[-1]


def formulas(answer: Answer) -> list[Written]:
    """The formulas of an answer: what is displayed; else what is set as maths or code; else every line of text."""
    pieces = _without_remarks(answer.pieces)
    set_apart = [p for p in pieces if p.kind in (Kind.MATH, Kind.CODE)]
    set_apart = [p for p in set_apart if not states_a_law(p.text)] or set_apart
    lines = [written for piece in pieces if piece.kind is Kind.TEXT for written in _lines(piece)]
    if displayed := [p for p in set_apart if p.display]:  # not the symbols within a sentence
        return [Written(p.text, p.line, p.kind is Kind.CODE) for p in displayed]
    inline = [Written(p.text, p.line, p.kind is Kind.CODE) for p in set_apart]
    taken = {written.line for written in inline}
    typed = [w for w in lines if not inline or (w.line not in taken and any(sign in w.text for sign in "=<>≤≥"))]
    return sorted([*inline, *typed], key=lambda written: written.line)


def in_sentences(answer: Answer) -> list[Written]:
    """Formulas within sentences, where others are displayed: a derivation may name parts of it in words."""
    displayed = {(written.line, written.text) for written in formulas(answer)}
    found = [Written(p.text, p.line) for p in answer.pieces if p.kind is Kind.MATH and not p.display]
    return [written for written in found if (written.line, written.text) not in displayed]


def number_in(text: str) -> str:
    """A number without the words around it: `two`, `2 numbers`, `0 (vanishing gradient)`, `ln(2) nats`."""
    plain = _BEHIND_A_NUMBER.sub("", text).strip().rstrip(".")
    return _SINGLE.get(plain.casefold(), plain or text)


def _without_remarks(pieces: Sequence[Piece]) -> list[Piece]:
    """Without `, since $a = b$`: what stands behind such a word, to the end of its line, is no answer."""
    kept: list[Piece] = []
    remark_on = -1  # the line that a remark goes on in
    for piece in pieces:
        in_remark = piece.line == remark_on and not piece.display
        if in_remark and (piece.kind is not Kind.TEXT or "\n" not in piece.text):
            continue
        if piece.kind is Kind.TEXT:
            behind = bool(kept) and kept[-1].line + kept[-1].text.count("\n") == piece.line
            lines = [_cut(line, behind=behind and i == 0) for i, line in enumerate(piece.text.split("\n"))]
            if in_remark:
                lines[0] = ("", True)
            remark_on = piece.line + len(lines) - 1 if lines[-1][1] else -1
            piece = replace(piece, text="\n".join(text for text, _ in lines))
        kept.append(piece)
    return [piece for piece in kept if piece.text.strip()]


def _cut(line: str, *, behind: bool) -> tuple[str, bool]:
    """A line of text up to a remark, and whether there is one; `behind` says that a formula stands before it."""
    word = _REMARK.search(line)
    if word is None or not (behind or _FORMULA.search(line[: word.start()]) or _EQUALITY.match(line)):
        return line, False
    return line[: word.start()].rstrip(" ,;("), True


def _lines(piece: Piece) -> list[Written]:
    found = []
    for offset, line in enumerate(piece.text.splitlines()):
        text = _SAID_BEFORE.sub("", line).strip().removeprefix("- ").strip("*` ")
        if text:
            found.append(Written(text, piece.line + offset))
    return found
