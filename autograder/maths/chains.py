"""A chain `a = b >= c`: its sides, and the relations between them.

Display lines and aligned blocks are chains: a line that begins with a relation goes on from the line before, one that
begins with + or - continues it, and any other line (or one behind an arrow) begins a new chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder import messages
from autograder.maths.cursor import Cursor, turn
from autograder.maths.names import Names
from autograder.maths.nodes import negated
from autograder.maths.problems import Unreadable
from autograder.maths.readings import Reading, readings
from autograder.maths.remarks import is_called, is_label, without_asides, without_optimum, without_remarks
from autograder.maths.rewrite import is_number
from autograder.maths.tokens import BREAK, Kind, Token, tokens

RELATIONS = {"=": "=", "<=": "≤", ">=": "≥", "<": "<", ">": ">", "~=": "≈", "!=": "≠", "propto": "∝", "=d": "≗"}
_BREAKS = ("=>", "->", "\n")
_DISPLAYS = set(
    "aligned align split gather gathered equation multline eqnarray alignedat flalign displaymath math".split()
)


@dataclass(frozen=True)
class Side:
    """One side of a chain: the relation to the side before ("" for the first), and what it may mean or why not."""

    relation: str
    text: str
    start: int
    readings: tuple[Reading, ...] = ()
    problem: Unreadable | None = None
    label: bool = False  # only the name of the quantity, as in `KL(q‖p) = ...`, or `max_D V(D)`
    aside: bool = False  # a remark such as `... < 0`: compared with its neighbour, but never the answer
    negative: bool = False  # of a label: `-V(D) = ...` states the negative of what is asked for

    @property
    def opposite(self) -> Side:
        """The side with the other sign."""
        note = messages.formulas.READ_AS_NEGATIVE
        turned = tuple(Reading(negated(r.node), (*r.notes, note)) for r in self.readings)
        return replace(self, readings=turned)


Chain = tuple[Side, ...]


def chains(text: str, names: Names, *, code: bool = False) -> list[Chain]:
    """All chains of a text, in order. Raises Unreadable only if not even the tokens can be told apart.

    In code a line of the text is a line of the derivation; in LaTeX it is one if it has a relation of its own.
    """
    found, current = [], list[Side]()
    for relation, piece in _split(without_asides(_lines(_undisplayed(tokens(text, breaks=True)), code=code))):
        if relation in _BREAKS and current:
            found.append(tuple(current))
            current = []
        current.append(_side(RELATIONS.get(relation, ""), piece, text, names))
    return [_without_bounds(chain) for chain in ([*found, tuple(current)] if current else found)]


def _without_bounds(chain: Chain) -> Chain:
    """A number behind an inequality at the end (`... >= 0`) is a remark, not what the chain comes to."""
    last = chain[-1]
    is_bound = last.relation in "≥≤><" and last.relation and len(chain) > 1 and bool(last.readings)
    if is_bound and is_number(last.readings[0].node) and not all(side.label for side in chain[:-1]):
        alone = sum(not side.label for side in chain[:-1]) == 1 and last.relation in "<>"  # f''(y) = ... < 0
        first = tuple(replace(side, aside=alone) for side in chain[:-1])
        return (*first, replace(last, aside=True))
    return chain


def final(text: str, names: Names, *, code: bool = False) -> Side:
    """The side that answers the question: the last one that is more than the name of the quantity."""
    sides = [stated(chain, side) for chain in chains(text, names, code=code) for side in chain if side.text]
    if not sides:
        raise Unreadable(messages.formulas.NO_FORMULA, 0, len(text))
    return next((side for side in reversed(sides) if not side.label and not side.aside), sides[-1])


def stated(chain: Chain, side: Side) -> Side:
    """What a side says of the quantity: its opposite, if the chain begins with the negative of the quantity's name."""
    return side.opposite if chain and chain[0].label and chain[0].negative and not side.label else side


def _side(relation: str, piece: list[Token], text: str, names: Names) -> Side:
    piece = without_remarks(piece)
    start, end = (piece[0].start, piece[-1].end) if piece else (0, 0)
    said = text[start:end].strip()
    if not piece:
        return Side(relation, "", start)
    negative = piece[0].is_("-") and is_label(piece[1:], names)
    label = negative or is_label(piece, names)
    piece, optimised = without_optimum(piece)
    label = label or optimised
    try:
        end_token = Token(Kind.END, "", end, end)
        return Side(relation, said, start, tuple(readings([*piece, end_token], names)), label=label, negative=negative)
    except Unreadable as problem:
        label = label or is_called(piece)
        return Side(relation, said, start, problem=problem, label=label, negative=negative)


def _split(found: list[Token]) -> list[tuple[str, list[Token]]]:
    """The pieces between relations, arrows and line breaks, each with the sign before it."""
    pieces: list[tuple[str, list[Token]]] = [("", [])]
    depth = 0
    for token in found:
        sign = token.text if token.kind is Kind.OPERATOR else ""
        depth = max(0, depth + turn(token))
        if depth == 0 and sign in (*RELATIONS, *_BREAKS):
            if sign in RELATIONS and not pieces[-1][1] and pieces[-1][0] in _BREAKS:
                pieces.pop()  # a line that begins with its relation
            pieces.append((sign, []))
        elif sign != "\n" and not (token.is_("quad", "qquad") and not pieces[-1][1]):
            if pieces[-1] == ("\n", []) and len(pieces) > 1 and _continues(token, pieces[-2][1]):
                pieces.pop()
            pieces[-1][1].append(token)
    return [(sign, piece) for i, (sign, piece) in enumerate(pieces) if piece or (i > 0 and sign in RELATIONS)]


def _lines(found: list[Token], *, code: bool) -> list[Token]:
    """With every line break of the text kept that separates two formulas, and no others."""
    kept: list[Token] = []
    for i, token in enumerate(found):
        if not token.is_(BREAK):
            kept.append(token)
        elif code or _has_relation_inside(found[i + 1 :]):
            kept.append(replace(token, text="\n"))
    return kept


def _has_relation_inside(rest: list[Token]) -> bool:
    """Whether the line that follows has a relation outside brackets, but not as its first sign."""
    depth = 0
    for i, token in enumerate(rest):
        if token.is_(BREAK, "\n"):
            return False
        depth += turn(token)
        if depth == 0 and token.kind is Kind.OPERATOR and token.text in RELATIONS:
            return i > 0
    return False


def _continues(token: Token, before: Sequence[Token]) -> bool:
    """Whether a new line goes on with the formula of the line before."""
    if not before or (len(before) == 1 and before[0].kind is Kind.NUMBER):  # `... = 0` is complete
        return False
    return token.is_("+", "-", "*", "/", ")", "]", "}", "}}") or before[-1].is_("+", "-", "*", "/", "(", "[")


def _undisplayed(found: list[Token]) -> list[Token]:
    r"""Without \begin{aligned}, alignment marks and the END."""
    kept, i = [], 0
    while i < len(found):
        token = found[i]
        if token.is_("begin", "end"):
            cursor = Cursor(found)
            cursor.at = i + 1
            if not cursor.next.is_("{"):
                raise cursor.error(messages.formulas.BRACE_EXPECTED.format(command=token.text))
            close = cursor.closing(i + 1)
            name = "".join(t.text for t in found[i + 2 : close]).rstrip("*")
            if name not in _DISPLAYS:
                raise Unreadable(
                    messages.formulas.COLUMNS.format(command=token.text, name=name), token.start, token.end
                )
            i = close
        elif token.is_("boxed") and i + 1 < len(found) and found[i + 1].is_("{"):
            close = Cursor(found).closing(i + 1)
            found = [*found[:i], *found[i + 2 : close], *found[close + 1 :]]
            continue
        elif token.is_("overset", "underset", "stackrel") and i + 1 < len(found) and found[i + 1].is_("{"):
            sign, i = _under_a_sign(found, i)
            kept += sign
        elif not token.is_("&") and token.kind is not Kind.END:
            kept.append(token)
        i += 1
    return kept


def _under_a_sign(found: list[Token], at: int) -> tuple[list[Token], int]:
    r"""What stands in the second group of `\overset{d}{=}`; an equals sign there is no equality of formulas."""
    cursor = Cursor(found)
    second = cursor.closing(at + 1) + 1
    if second >= len(found) or not found[second].is_("{"):
        raise cursor.error(messages.formulas.BRACE_EXPECTED.format(command=found[at].text), found[at])
    close = cursor.closing(second)
    inside = found[second + 1 : close]
    if inside and inside[-1].text in ("E", "}") and any(token.text == "E" for token in inside):  # \underset{x}{E}
        return [*inside, replace(found[at], kind=Kind.OPERATOR, text="_"), *found[at + 1 : second]], close
    if len(inside) == 1 and inside[0].is_("="):
        inside = [replace(inside[0], text="=d")]
    return inside, close
