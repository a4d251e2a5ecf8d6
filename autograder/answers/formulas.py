"""Where formulas and code stand in a source text, found in one pass over its delimiters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

from autograder.answers.sheet import Kind

MATHS = {"math", "latex", "tex", "katex"}  # languages of fences

_ENVIRONMENTS = (
    "equation|align|alignat|aligned|alignedat|flalign|xalignat|gather|gathered|multline|eqnarray|split|cases|array"
    "|[pbBvV]?matrix"
)
MARK = re.compile(rf"\\(?:begin|end)\{{(?:{_ENVIRONMENTS})\*?\}}|\\[\\$()\[\]]|\$\$?|`+")
_CLOSERS = {"$$": "$$", r"\[": r"\]", r"\(": r"\)"}


@dataclass(frozen=True)
class Span:
    """A formula or code in a source, from `start` to before `end`, and its text without delimiters."""

    kind: Kind
    start: int
    end: int
    text: str
    display: bool


@dataclass(frozen=True)
class Unclosed:
    """A delimiter of a formula without the one that would close it."""

    start: int
    closer: str


def scan(source: str) -> tuple[list[Span], list[Unclosed]]:
    """The formulas and code in a source, and what is not closed in it: both in the order of the source."""
    marks = list(MARK.finditer(source))
    places = defaultdict(list)
    for number, mark in enumerate(marks):
        places[mark[0]].append(number)
    spans, unclosed, at = [], [], 0
    while at < len(marks):
        opener, closer = marks[at], _closer(marks[at][0])
        later = places.get(closer, [])
        following = bisect_right(later, at)
        at += 1
        if following < len(later):
            span = _span(source, opener, marks[later[following]])
            if span is not None:
                spans.append(span)
                at = later[following] + 1
        elif closer and closer != "$" and closer[0] != "`":
            unclosed.append(Unclosed(opener.start(), closer))
    return spans, unclosed


def bare(kind: Kind, text: str) -> tuple[Kind, str]:
    """The formula itself, if there is nothing else in a fence or in code but one with its delimiters."""
    spans = scan(text)[0] if text[:1] in ("$", "\\") else []
    if len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(text)):
        return spans[0].kind, spans[0].text
    return kind, text


def _closer(mark: str) -> str:
    """What closes a delimiter; nothing if it opens nothing."""
    if mark.startswith(r"\begin"):
        return mark.replace("begin", "end", 1)
    return mark if mark == "$" or mark[0] == "`" else _CLOSERS.get(mark, "")


def _span(source: str, opener: re.Match[str], closing: re.Match[str]) -> Span | None:
    inner, start, end = source[opener.end() : closing.start()], opener.start(), closing.end()
    if opener[0][0] == "`":
        if source[max(start - 1, 0) : start] == "\\":
            return None
        return Span(*_code(inner, opener[0], start, end), display=False)
    if opener[0] == "$":
        if not _is_formula(inner, source[end : end + 1]):
            return None
        is_ticked = len(inner) > 2 and inner[0] == inner[-1] == "`"  # $`…`$, as some code hosts have it
        return Span(Kind.MATH, start, end, inner[1:-1] if is_ticked else inner.strip(), display=False)
    text = source[start:end] if opener[0].startswith(r"\begin") else inner.strip()
    return Span(Kind.MATH, start, end, text, display=opener[0] != r"\(")


def _code(inner: str, delimiter: str, start: int, end: int) -> tuple[Kind, int, int, str]:
    """Inline code; also a fence that opens and closes on one line."""
    language, _, rest = inner.strip().partition(" ")
    if len(delimiter) >= 3 and language.casefold() in MATHS:
        return Kind.MATH, start, end, rest.strip()
    return Kind.CODE, start, end, inner.strip()


def _is_formula(inner: str, following: str) -> bool:
    """Is what stands between two dollars a formula, and not the "5 and " of "costs $5 and $6"?"""
    spaces = inner[:1].isspace() + inner[-1:].isspace()
    if not inner.strip() or following.isdigit() or spaces == 1:
        return False
    return spaces == 0 or len(inner.strip()) <= 3 or re.search(r"[\\^_{}=+*/]", inner) is not None
