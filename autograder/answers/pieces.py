"""The pieces of one block: boxes, formulas, code, and the text between them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from markdown_it.token import Token

from autograder import messages
from autograder.answers.blocks import LISTED, Lines, language
from autograder.answers.formulas import MATHS, bare, scan
from autograder.answers.sheet import Kind, Piece, Problem

_BOX = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s{0,9}\[\s{0,3}([xX✓✔]?)\s{0,3}\](?=\s|$)")


def paragraph_pieces(source: str, line: int, problems: list[Problem]) -> Iterator[Piece]:
    """The boxes of a paragraph, and what stands before and between them."""
    rows = source.split("\n")
    boxes = [_BOX.match(row) for row in rows]
    start = 0
    for after in range(1, len(rows) + 1):
        if after < len(rows) and not boxes[after] and not (boxes[start] and LISTED.match(rows[after])):
            continue
        chunk, box = "\n".join(rows[start:after]), boxes[start]
        if box is not None:
            yield Piece(Kind.BOX, chunk[box.end() :].strip(), line + start, ticked=bool(box[1]))
        else:
            yield from _sentence_pieces(chunk, line + start, problems)
        start = after


def fence_pieces(token: Token, lines: Lines, problems: list[Problem]) -> Iterator[Piece]:
    """What stands in a fence: one piece, or none."""
    start, after = token.map or (0, 0)
    last = lines.lines[after - 1].strip()
    if after - 1 == start or last.strip(token.markup[0]) or len(last) < len(token.markup):
        problems.append(Problem(start + 1, messages.answers.OPEN_BLOCK.format(closer=token.markup)))
    is_maths = language(token.info) in MATHS
    kind, text = bare(Kind.MATH if is_maths else Kind.CODE, token.content.strip())
    if text:
        yield Piece(kind, text, start + 1, display=True)


def _sentence_pieces(source: str, line: int, problems: list[Problem]) -> Iterator[Piece]:
    """What a paragraph without boxes says: every character of it is in one piece, or is a delimiter or a space."""
    newlines = [found.start() for found in re.finditer("\n", source)]
    spans, unclosed = scan(source)
    for formula in unclosed:
        text = messages.answers.OPEN_FORMULA.format(closer=formula.closer)
        problems.append(Problem(line + bisect_right(newlines, formula.start), text))
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(source)]
    gaps = list(zip(edges[::2], edges[1::2], strict=True))
    is_alone = len(spans) == 1 and not any(source[start:end].strip(" \n\t.,;:") for start, end in gaps)
    for (start, end), span in zip(gaps, [*spans, None], strict=True):
        text = source[start:end].strip()
        if text:
            at = end - len(source[start:end].lstrip())
            yield Piece(Kind.TEXT, text, line + bisect_right(newlines, at))
        kind, text = bare(span.kind, span.text) if span else (Kind.TEXT, "")
        if span and text:
            yield Piece(kind, text, line + bisect_right(newlines, span.start), display=span.display or is_alone)
