"""What stands on a side beside its formula: labels, equation numbers, remarks, the name of the quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.maths.cursor import Cursor, turn
from autograder.maths.names import Names
from autograder.maths.problems import Unreadable
from autograder.maths.tokens import Kind, Token, tokens

_WORDS = ("where", "with", "since", "because", "as", "if", "for", "when", "using", "which", "by")
_THEN = ("so", "hence", "thus", "therefore", "and", "then")


def without_asides(found: list[Token]) -> list[Token]:
    """Without `, since a = b` to the end of a line; behind `, hence` a new formula begins."""
    kept: list[Token] = []
    depth, i = 0, 0
    while i < len(found):
        token = found[i]
        depth += turn(token)
        word, after = _word_behind(found, i) if depth == 0 and token.is_(",", ";") else ("", i)
        if word in _WORDS:
            while i < len(found) and not found[i].is_("\n"):
                i += 1
            continue
        if word in _THEN:
            kept.append(replace(token, text="\n"))
            i = after
            continue
        kept.append(token)
        i += 1
    return kept


def _word_behind(found: list[Token], at: int) -> tuple[str, int]:
    """The word behind a comma, set as text perhaps, and where it ends."""
    i = at + 1
    while i < len(found) and found[i].is_("quad", "qquad"):
        i += 1
    if i + 1 < len(found) and found[i].is_("text", "textrm", "mbox", "mathrm") and found[i + 1].is_("{"):
        end = Cursor(found).closing(i + 1) + 1
        return (found[i + 2].text, end) if i + 2 < len(found) else ("", end)
    return (found[i].text, i + 1) if i < len(found) and found[i].kind is Kind.WORD else ("", i)


def without_remarks(piece: list[Token]) -> list[Token]:
    """Without spacing, labels, equation numbers, remarks, and the punctuation at the end of a sentence."""
    piece = _unnumbered(_cut_behind(piece))
    while piece and (piece[-1].is_(",", ".", ";", ":", "quad", "qquad", "square", "qed")):
        piece = piece[:-1]
    while piece and piece[0].is_("quad", "qquad", ",", ";", ":", "therefore", "because"):
        piece = piece[1:]
    return [token for token in piece if not token.is_("quad", "qquad")]


def _unnumbered(piece: list[Token]) -> list[Token]:
    """Without an equation's number in brackets, at the beginning or the end: `(2) = a + b`, `a + b (3)`."""
    if len(piece) >= 3 and _is_number(piece[:3]) and (len(piece) == 3 or not piece[3].glued):
        piece = piece[3:]
    if len(piece) > 3 and _is_number(piece[-3:]) and not piece[-3].glued and piece[-4].kind is not Kind.WORD:
        piece = piece[:-3]
    return piece


def _is_number(three: list[Token]) -> bool:
    return three[0].is_("(") and three[1].kind is Kind.NUMBER and three[1].text.isdigit() and three[2].is_(")")


def _cut_behind(piece: list[Token]) -> list[Token]:
    depth = 0
    for i, token in enumerate(piece):
        depth += turn(token)
        if depth == 0 and token.is_("in", "label", "tag", "forall"):
            return piece[:i]
        if depth == 0 and token.is_("quad", "qquad") and i > 0:
            rest = [t for t in piece[i:] if not t.is_("quad", "qquad")]
            if rest and rest[0].is_("(") and rest[1].is_("text", "textrm", "mbox", "mathrm"):
                return piece[:i]
            numbered = len(rest) == 3 and rest[0].is_("(") and rest[1].kind is Kind.NUMBER
            if not rest or numbered or rest[0].is_("text", "textrm", "mbox", ",", "forall", "where"):
                return piece[:i]
        if depth == 0 and i > 0 and token.is_(",") and _is_remark(piece[i + 1 :]):
            return piece[:i]
        if depth == 0 and i > 0 and token.is_("text", "mbox") and _is_sentence(piece[i + 1 :]):
            return piece[:i]
    return piece


def states_a_law(text: str) -> bool:
    r"""Whether a formula is only a remark such as `\epsilon \sim N(0, 1)` or `x \in [0, 1]`."""
    try:
        found = tokens(text)[:-1]
    except Unreadable:
        return False
    before = [token for token in found[: _first_law(found)] if not token.is_("quad", "qquad", "{", "}", "_")]
    return _is_remark(found) and len(before) <= 3 and not any(token.is_("=", ",") for token in before)


def _is_remark(rest: list[Token]) -> bool:
    depth = 0
    for token in rest:
        depth += turn(token)
        if depth == 0 and (token.is_("~", "in") or (token.kind is Kind.WORD and token.text in _WORDS)):
            return True
    return False


def _first_law(found: list[Token]) -> int:
    return next((i for i, token in enumerate(found) if token.is_("~", "in")), len(found))


def _is_sentence(rest: list[Token]) -> bool:
    r"""Whether a \text{...} is a remark: in brackets, or of several words."""
    inside = rest[1:-1] if rest and rest[0].is_("{") and rest[-1].is_("}") else []
    return bool(inside) and (inside[0].is_("(") or sum(t.kind is Kind.WORD for t in inside) > 2)


def without_optimum(piece: list[Token]) -> tuple[list[Token], bool]:
    r"""What is optimised in `\min_G \max_D V(D, G)`; such a side is not compared with its neighbours."""
    cursor = Cursor.over(piece)
    found = False
    while cursor.next.is_("arg", "argmax", "argmin", "max", "min", "sup", "inf"):
        is_function = cursor.next.is_("max", "min") and cursor.ahead(1).is_("(")
        is_infinity = cursor.next.is_("inf") and not cursor.ahead(1).is_("_")
        if is_function or is_infinity:
            break
        found = True
        cursor.take()
        if cursor.took("_"):
            cursor.at = cursor.closing(cursor.at) + 1 if cursor.next.is_("{") else cursor.at + 1
    return (piece[cursor.at :], True) if found and cursor.at < len(piece) else (piece, False)


def is_called(piece: list[Token]) -> bool:
    """Whether a side that cannot be read is a name, perhaps with one bracket: `V(D, G)`, `KL(N(m, v) || N(0, 1))`."""
    cursor = Cursor.over(piece)
    if cursor.next.is_("-"):
        cursor.take()
    if cursor.next.is_("frac", "dfrac", "tfrac") and cursor.ahead(1).is_("{"):  # a derivative of the quantity
        derived = cursor.ahead(2).is_("partial") or cursor.ahead(2).text[:1] == "d"
        second = cursor.closing(cursor.at + 1) + 1
        return derived and piece[second:] != [] and piece[second].is_("{") and cursor.closing(second) == len(piece) - 1
    if cursor.next.kind is Kind.COMMAND and cursor.ahead(1).is_("{"):
        cursor.at = cursor.closing(cursor.at + 1) + 1
    elif cursor.next.kind is Kind.WORD:
        cursor.take()
    else:
        return False
    while cursor.next.is_("_", "^", "'"):
        cursor.take()
        if cursor.next.is_("{"):
            cursor.at = cursor.closing(cursor.at) + 1
        elif not cursor.ended and not cursor.next.is_("(", "["):
            cursor.take()
    if cursor.next.is_("(", "["):
        cursor.at = cursor.closing(cursor.at) + 1
    return cursor.ended


def is_label(piece: list[Token], names: Names) -> bool:
    """Whether a side is only the name of the quantity, perhaps with its arguments."""
    flat = _flat(piece)
    if not flat:
        return False
    for called in names.called:
        if flat == called:
            return True
        if flat.startswith(called) and flat[len(called)] in "([" and flat.endswith((")", "]")):
            cursor = Cursor.over(piece)
            first = next((i for i, t in enumerate(piece) if t.is_("(", "[") and _flat(piece[:i]) == called), None)
            if first is not None and cursor.closing(first) == len(piece) - 1:
                return not _has_arithmetic(piece[first:])
    return False


def _has_arithmetic(bracket: list[Token]) -> bool:
    """Whether a bracket holds more than arguments; the star of D^* is none."""
    pairs = zip(bracket, bracket[1:], strict=False)
    starred = [one.is_("^") or other.is_(",", ")", "]") for one, other in pairs]
    return any(t.is_("frac", "tfrac", "dfrac", "+", "/") for t in bracket) or any(
        t.is_("*") and not (bracket[i - 1].is_("^") or starred[i]) for i, t in enumerate(bracket[:-1]) if i
    )


def _flat(piece: Sequence[Token]) -> str:
    r"""A side as plain characters: `D_{\mathrm{KL}}` is D_KL."""
    kept = [t for t in piece if not (t.is_("{", "}") or t.kind is Kind.COMMAND)]
    return "".join(t.text for t in kept)
