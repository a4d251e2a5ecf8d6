"""Derivations: every line by itself and against the line before, and the right end.

A derivation earns half of the points for its end, and half for what it has to contain (its slots; without slots, for a
chain of two or more lines that hold). A line that does not follow costs a quarter of the points, and is named: a right
end behind two errors that cancel is seen so.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import mpmath
from mpmath import mpf

from autograder import messages
from autograder.answers import Answer
from autograder.maths import equal, nodes
from autograder.maths.chains import Chain, Side, chains, stated
from autograder.maths.equal import Outcome
from autograder.maths.evaluate import value
from autograder.maths.operators_used import operators
from autograder.maths.problems import NoValue, Unreadable
from autograder.maths.render import rendered
from autograder.maths.worlds import DIGITS, World, world
from autograder.written.expressions import (
    judged,
    known_mistake,
    left_over,
    name_of,
    solution,
    understood,
    unreadable,
)
from autograder.written.found import Written, formulas, in_sentences
from autograder.written.graded import Graded, joined
from autograder.written.questions import Mistake, Question, Slot
from autograder.written.solved import put_in_solution

_END, _BROKEN = 0.5, 0.25
_ALMOST_ZERO = mpf(10) ** -30
_MOST_SIDES = 60
_RELATIONS: dict[str, Callable[[mpf, mpf], bool]] = {
    "=": lambda a, b: equal.same(a, b),
    "≈": lambda a, b: equal.same(a, b, mpf("0.01")),
    "≥": lambda a, b: a >= b - _ALMOST_ZERO,
    "≤": lambda a, b: a <= b + _ALMOST_ZERO,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "≠": lambda a, b: not equal.same(a, b),
}


@dataclass(frozen=True)
class Line:
    """A side of a derivation and where it stands."""

    side: Side
    written: Written
    chain: int
    negative: bool = False  # it states the negative of the quantity: `-V = ...`

    @property
    def node(self) -> nodes.Node:
        return self.side.readings[0].node

    @property
    def place(self) -> str:
        """How a message names it."""
        above = self.written.text.count("\n", 0, self.side.start)
        return messages.answers.LINE.format(line=self.written.line + above)


@dataclass(frozen=True)
class Link:
    """Two neighbouring sides of which the second does not follow from the first."""

    before: Line
    after: Line
    why: str = ""

    def __str__(self) -> str:
        step = f"{_shown(self.before)}  {self.after.side.relation}  {_shown(self.after)}"
        said = messages.answers.STEP_BROKEN.format(place=self.after.place, step=step)
        return f"{said}\n{self.why}" if self.why else said


def derivation(question: Question, answer: Answer) -> Graded:
    """Grade a derivation."""
    lines = list(itertools.islice(lines_of(question, answer), _MOST_SIDES))
    readable = [line for line in lines if line.side.problem is None]
    unread = [line for line in lines if line.side.problem is not None and not line.side.label]
    sides = [line for line in lines if not line.side.label]
    ends = [line for line in sides if not line.side.aside] or sides
    if not ends:
        return Graded(0.0, messages.answers.NO_FORMULA)
    if ends[-1].side.problem is not None:
        return unreadable(question, ends[-1].written, ends[-1].side.problem)
    end = _end(question, ends[-1])
    broken = [*_links(question, lines), *_contradictions(question, lines)]
    everything = [*readable, *_in_sentences(question, answer)]
    slots = [(slot, _contains(question, everything, slot)) for slot in question.slots]
    share = _END * end.share + (1 - _END) * _shown_share(slots, everything, broken)
    known = _known(question, readable)
    on_the_way = [] if broken else [(line, k) for line, k in known if line is not readable[-1] and not line.side.label]
    mistaken = [f"{line.place}: {_shown(line)}\nHint: {mistake.hint}" for line, mistake in on_the_way]
    if broken or mistaken:
        share = max(0.0, share - _BROKEN)
    missing = [_missing(slot) for slot, found in slots if not found]
    right_end = end.share == 1.0
    if right_end and (broken or mistaken):
        head = messages.answers.RIGHT_END
    else:
        head = end.text if not right_end or not missing else understood(ends[-1].side.readings[0])
    not_read = [messages.answers.NOT_LOOKED_AT.format(place=line.place, problem=line.side.problem) for line in unread]
    mistakes = tuple(dict.fromkeys([*end.mistakes, *[name_of(mistake) for _, mistake in known]]))
    hint = _hint_in(head)  # it is said once
    said = [str(link).replace(hint, "").rstrip() if hint else str(link) for link in broken[:3]]
    text = joined(head, *said, *mistaken[:3], *missing, *not_read)
    staff = joined(end.staff, *[f"{line.place}: {_shown(line)}" for line in readable], *not_read)
    undecided = unread and share < 1.0  # what could not be read may be what is missing
    if undecided:
        text = joined(messages.answers.PARTLY_UNREAD, text)
    return Graded(round(share, 4), text, staff, mistakes, by_hand=end.by_hand or bool(undecided))


def _in_sentences(question: Question, answer: Answer) -> Iterator[Line]:
    for written in in_sentences(answer):
        with suppress(Unreadable):
            for side in [side for sides in chains(written.text, question.names) for side in sides if side.readings]:
                yield Line(side, written, -1)


def _hint_in(text: str) -> str:
    """The line of a text that is its hint."""
    return next((line for line in text.splitlines() if line.startswith("Hint: ")), "")


def lines_of(question: Question, answer: Answer) -> Iterator[Line]:
    """All sides of all formulas; a formula that begins with a relation goes on from the one before."""
    chain = 0
    first: Chain = ()
    last: Line | None = None
    for written in formulas(answer):
        try:
            found = chains(written.text, question.names, code=written.code)
        except Unreadable as problem:
            chain += 1
            yield Line(Side("", written.text, problem.start, problem=problem), written, chain)
            continue
        for sides in found:
            goes_on = bool(sides and sides[0].relation) and last is not None
            if not goes_on:
                chain, first = chain + 1, sides
            for side in sides:
                if side.text:
                    last = Line(side, written, chain, negative=stated(first, side) is not side)
                    yield last


def _end(question: Question, line: Line) -> Graded:
    """The last side: the wanted formula, with no more operators than the question allows."""
    readings = (line.side.opposite if line.negative else line.side).readings
    fits = tuple(r for r in readings if not left_over(question, r.node))
    if not fits:
        used = ", ".join(sorted(left_over(question, line.node)))
        text = messages.answers.END_HAS.format(place=line.place, formula=_shown(line), names=used)
        return Graded(0.0, text, messages.answers.END_RULED_OUT)
    return judged(question, fits, line.place)


def _links(question: Question, lines: list[Line]) -> Iterator[Link]:
    for before, after in itertools.pairwise(lines):
        if before.side.problem is not None or after.side.problem is not None:
            continue
        if after.chain != before.chain or after.side.relation not in _RELATIONS:
            continue
        if before.side.label or after.side.label:
            continue
        if not _follows(question, before, after):
            yield Link(before, after, _why(question, after))


def _contradictions(question: Question, lines: list[Line]) -> Iterator[Link]:
    """Two lines `L = ...` that say different things of the same L, with the same names."""
    said: dict[str, Line] = {}
    for label, line in itertools.pairwise(lines):
        is_said = label.side.label and line.side.relation == "=" and line.chain == label.chain
        if not is_said or line.side.problem is not None or line.side.label:
            continue
        before = said.setdefault("".join(label.side.text.split()).lstrip("-−"), line)
        comparable = not question.solved or _free(before.node) == _free(line.node)
        if before is not line and comparable and not _say_the_same(question, before, line):
            yield Link(before, line, messages.answers.CONTRADICTION.format(label=label.side.text))


def _say_the_same(question: Question, one: Line, other: Line) -> bool:
    """Whether two lines state the same of a quantity; one may state its negative."""
    if one.negative == other.negative:
        return _follows(question, one, other)
    return _follows(question, replace(one, side=one.side.opposite), other)


def _free(node: nodes.Node) -> set[str]:
    """The names in a formula."""
    return {part.name for part in node.walk() if isinstance(part, (nodes.Name, nodes.Item))}


def _follows(question: Question, before: Line, after: Line) -> bool:
    """Whether a side is in its relation to the side before, in any reading of both; so too if that is undecided."""
    holds = _RELATIONS[after.side.relation]
    pairs = itertools.product(before.side.readings, after.side.readings)
    return any(_hold(question, holds, a.node, b.node) for a, b in pairs)


def _hold(question: Question, holds: Callable[[mpf, mpf], bool], a: nodes.Node, b: nodes.Node) -> bool:
    """Whether two formulas are in a relation: everywhere, or at the solution of what the question solves for."""

    def outcome(adapt: Callable[[World], None] | None = None) -> Outcome:
        return equal.compare(b, a, question.names, lambda q, p: holds(p, q), adapt).outcome

    if outcome() is not Outcome.DIFFERENT:
        return True
    return bool(question.solved) and outcome(lambda place: put_in_solution(question, place)) is not Outcome.DIFFERENT


def _why(question: Question, line: Line) -> str:
    known = known_mistake(question, line.node)
    return f"Hint: {known.hint}" if known else ""


def _known(question: Question, lines: list[Line]) -> list[tuple[Line, Mistake]]:
    """Lines that are wrong wherever they stand, although they follow from the line before or from none."""
    everywhere = [known for known in question.mistakes if known.middle]
    found = [(line, known_mistake(question, line.node, everywhere)) for line in lines]
    return [(line, known) for line, known in found if known is not None]


def _shown_share(slots: list[tuple[Slot, bool]], lines: list[Line], broken: list[Link]) -> float:
    steps = sum(not line.side.label for line in lines)
    if steps < 2:  # the end alone, although it may hold what a slot asks for, is no derivation
        return 0.0
    if slots:
        return sum(found for _, found in slots) / len(slots)
    return 1.0 if len(broken) < steps - 1 else 0.0


def _contains(question: Question, lines: list[Line], slot: Slot) -> bool:
    """Whether a side, or a part of one, equals what a slot asks for."""
    with mpmath.workdps(DIGITS):  # elsewhere even a minus sign rounds to 15 digits
        return any(_found(question, lines, solution(form, question.names)) for form in slot.forms)


def _found(question: Question, lines: list[Line], wanted: nodes.Node) -> bool:
    here = world(question.names, 0)
    there = _value(wanted, here)
    worked_out = question.allow | operators(wanted)  # to restate the question is no step
    for line in lines:
        for part in _parts(line.node):
            if not operators(part) <= worked_out:
                continue
            mine = _value(part, here)
            whole = part is line.node and not line.negative  # inside, a term may be subtracted
            signs = (part,) if whole else (part, nodes.negated(part))
            near = mine is not None and there is not None and (equal.same(mine, there) or equal.same(mine, -there))
            for candidate in signs if near else ():
                if equal.compare(candidate, wanted, question.names).outcome is Outcome.EQUAL:
                    return True
    return False


def _value(node: nodes.Node, place: World) -> mpf | None:
    try:
        found = value(node, place)
    except (NoValue, KeyError):  # a part of a sum alone has no index
        return None
    return found if isinstance(found, mpf) else None


def _parts(node: nodes.Node) -> Iterator[nodes.Node]:
    """A formula, its parts, and the runs of neighbouring terms of its sums."""
    for part in itertools.islice(node.walk(), 400):
        yield part
        if isinstance(part, nodes.Add):
            count = len(part.terms)
            for start, stop in itertools.combinations(range(count + 1), 2):
                if 1 < stop - start < count:
                    yield replace(part, terms=part.terms[start:stop])


def _missing(slot: Slot) -> str:
    words = messages.answers.NOT_FOUND_HINT if slot.hint else messages.answers.NOT_FOUND
    return words.format(slot=slot.name, hint=slot.hint)


def _shown(line: Line) -> str:
    return rendered(line.node)
