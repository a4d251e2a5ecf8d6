r"""questions.toml -> Questions, with errors that name file, question, key and cure.

    [shared.gauss]                       # names that several questions use
    mu = "real"
    sigma = "positive"

    [[questions]]
    id = "kl_std"                        # the heading of the answer
    number = "1.1"
    title = "KL(N(mu, sigma^2) || N(0, 1))"  # one line, shown in reports
    points = 4
    kind = "steps"                       # expr, steps, number, choice, match, text
    ask = "..."                          # the question, as the template quotes it
    uses = ["gauss"]
    names = { "q(x)" = "normal(mu, sigma)" }
    alias = { "sigma_q" = "sigma" }
    allow = []                           # operators of the final formula
    hidden = ["sigma_p"]                 # names that are read, but not listed: only wrong answers have them
    final = ["mu", "sigma"]              # the only names of the final formula; all, if left out
    expect = '\frac12(\mu^2+\sigma^2-1-\log\sigma^2)'
    form = "gaussian.KL_STANDARD_NORMAL" # the closed form that proves it
    spellings = ['...']                  # other ways to write it, which `validate` tries
    solved = { "D(x)" = '...' }          # an equation need not hold everywhere, but where this is put in
    solution = "..."                     # a whole answer that earns full marks: of a derivation, its lines

    [[questions.slots]]                  # steps: what a derivation has to contain (a list: one of them is enough)
    name = "the cross-entropy"
    expect = '\frac12\log(2\pi)+\frac12(\mu^2+\sigma^2)'
    hint = "..."

    [[questions.mistakes]]               # known wrong formulas
    when = '\frac12(1-\log\sigma^2+\mu^2+\sigma^2)'
    hint = "Evaluate your formula where q equals p. What must a divergence be there?"
    share = 0.25                         # of the points that it still earns
    source = "KL1"
    middle = false                       # true: wrong on the way of a derivation too, not only at its end

    [[questions.options]]                # choice: what can be ticked
    key = "a"
    text = "closer to 0"
    right = true
    hint = "..."                         # for whoever ticks it, if it is wrong

    [[questions.reasons]]                # a second list of boxes; `for` names the option that a reason supports
    [[questions.pairs]]                  # match: key, text, expect (a key of options)

The rubric of a text question goes to staff with the answer; its points are given by a person.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.maths.names import OPERATORS, Names, declare, known_operators
from autograder.model import Check, Visibility
from autograder.tables import cure, only_known

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KINDS = ("expr", "steps", "number", "choice", "match", "text")
WITHOUT_SOLUTIONS = "questions.json"  # what a handout has of questions.toml
_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Mistake:
    """A known wrong formula, the hint it deserves, and its share of the points."""

    when: str
    hint: str
    share: float = 0.0
    source: str = ""
    middle: bool = False  # wrong wherever it stands in a derivation, not only at its end


@dataclass(frozen=True)
class Slot:
    """What a derivation has to contain: a formula that one of its lines, or a part of one, should equal."""

    name: str
    expect: str | tuple[str, ...]  # any one of several is enough
    hint: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The formulas of which one is enough."""
        return (self.expect,) if isinstance(self.expect, str) else tuple(self.expect)


@dataclass(frozen=True)
class Option:
    """What can be ticked. `supports` names the option that a reason is for."""

    key: str
    text: str
    right: bool = False
    hint: str = ""
    supports: str = ""


@dataclass(frozen=True)
class Pair:
    """A row of a matching question: what belongs to `text` is the option with the key `expect`."""

    key: str
    text: str
    expect: str
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """One written question."""

    id: str
    number: str
    title: str
    points: float
    kind: str
    ask: str
    names: Names = field(default_factory=Names)
    allow: frozenset[str] = frozenset()
    final: frozenset[str] = frozenset()  # the only names of the final formula, if any are stated
    expect: str = ""
    form: str = ""
    tolerance: float = 1e-4
    spellings: tuple[str, ...] = ()
    solution: str = ""
    solved: tuple[tuple[str, str], ...] = ()  # what is solved for, and its value: equations hold there only
    slots: tuple[Slot, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    options: tuple[Option, ...] = ()
    reasons: tuple[Option, ...] = ()
    pairs: tuple[Pair, ...] = ()
    several: bool = False  # more than one option may be ticked
    rubric: str = ""
    visibility: Visibility = Visibility.VISIBLE

    @property
    def check(self) -> Check:
        """The check that a report shows for it."""
        automatic = 0.0 if self.kind == "text" else self.points
        return Check(
            self.id,
            self.title,
            self.number,
            automatic,
            _TIMEOUT_S,
            visibility=self.visibility,
            by_hand=self.points - automatic,
        )


def has_questions(assignment: Assignment) -> bool:
    """Whether an assignment has written questions."""
    return _file(assignment).is_file()


def _file(assignment: Assignment) -> Path:
    return assignment.folder / (WITHOUT_SOLUTIONS if assignment.recorded else "questions.toml")


def load_questions(assignment: Assignment) -> tuple[Question, ...]:
    """The written questions of an assignment, in the order of their numbers; none if there is no questions.toml."""
    if not has_questions(assignment):
        return ()
    path = _file(assignment)
    table = read_table(path)
    only_known(path, "", table, ("questions", "shared"))
    shared = table.get("shared", {})
    found = [_question(path, content, shared, assignment.recorded) for content in table.get("questions", [])]
    for key in ("id", "number"):
        values = [getattr(question, key) for question in found]
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise AssignmentError(f"{path}: two questions have the {key} {twice}")
    return tuple(sorted(found, key=lambda question: [int(part) for part in question.number.split(".")]))


_KEYS = (
    "id number title points kind ask uses names alias allow final default size called dropped hidden expect form "
    "tolerance spellings solution solved slots mistakes options reasons pairs several rubric visibility"
).split()


def read_table(path: Path) -> dict[str, Any]:
    """The content of a file in TOML, or in JSON. Raises AssignmentError."""
    read: Callable[[str], dict[str, Any]] = json.loads if path.suffix == ".json" else tomllib.loads
    try:
        return read(path.read_text(encoding="utf-8"))
    except ValueError as error:  # of both, and of what is not UTF-8
        raise AssignmentError(f"{path}: is not valid {path.suffix[1:].upper()}: {error}") from None


def _question(
    path: Path, content: Mapping[str, Any], shared: Mapping[str, Mapping[str, str]], is_handout: bool
) -> Question:
    identifier = content.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise AssignmentError(f'{path}: a question has no id; add it as in id = "kl_std"')
    place = f"{path}: question {identifier}"
    only_known(path, f"question {identifier}: ", content, _KEYS)
    _well_formed(place, content)
    if not is_handout:
        _complete(place, content)
    names = dict(content.get("names", {}))
    for used in content.get("uses", []):
        if used not in shared:
            raise AssignmentError(f"{place}: uses has {used!r}, but there is no [shared.{used}]")
        names = {**shared[used], **names}
    return Question(
        id=identifier,
        number=content["number"],
        title=content["title"],
        points=float(content["points"]),
        kind=content["kind"],
        ask=content["ask"].strip(),
        names=declare(
            names,
            alias=content.get("alias"),
            allow=OPERATORS,
            size=content.get("size", "k"),
            default=content.get("default"),
            called=content.get("called", ()),
            dropped=content.get("dropped", ()),
            hidden=content.get("hidden", ()),
            place=place,
        ),
        allow=known_operators(content.get("allow", []), place),
        final=frozenset(content.get("final", ())),
        expect=content.get("expect", ""),
        form=content.get("form", ""),
        tolerance=float(content.get("tolerance", 1e-4)),
        spellings=tuple(content.get("spellings", ())),
        solution=content.get("solution", "").strip(),
        solved=tuple(content.get("solved", {}).items()),
        slots=tuple(_made(Slot, place, "slots", row) for row in content.get("slots", ())),
        mistakes=tuple(_made(Mistake, place, "mistakes", row) for row in content.get("mistakes", ())),
        options=tuple(_made(Option, place, "options", row) for row in content.get("options", ())),
        reasons=tuple(_made(Option, place, "reasons", row) for row in content.get("reasons", ())),
        pairs=tuple(_made(Pair, place, "pairs", row) for row in content.get("pairs", ())),
        several=bool(content.get("several", False)),
        rubric=content.get("rubric", "").strip(),
        visibility=Visibility(content.get("visibility", "visible")),
    )


_SHAPES = (
    ("id number title kind ask expect form solution rubric size visibility", str, "a text"),
    ("uses allow final called dropped hidden spellings slots mistakes options reasons pairs", list, "a list"),
    ("names alias default solved", dict, "a table"),
)


def _well_formed(place: str, content: Mapping[str, Any]) -> None:
    for keys, shape, words in _SHAPES:
        for key in keys.split():
            if key in content and not isinstance(content[key], shape):
                raise AssignmentError(f"{place}: {key} is {content[key]!r}, but should be {words}")
    if (seen := content.get("visibility", "visible")) not in (known := [member.value for member in Visibility]):
        raise AssignmentError(f'{place}: visibility is "{seen}": {cure(seen, known)}')
    for key in ("number", "title", "ask", "kind"):
        if not isinstance(content.get(key), str):
            raise AssignmentError(f"{place}: {key} is missing or not a text")
    points, kind = content.get("points"), content["kind"]
    if isinstance(points, bool) or not isinstance(points, (int, float)) or not 0 < points < math.inf:
        raise AssignmentError(f"{place}: points is {points!r}, but should be a positive number")
    if kind not in KINDS:
        raise AssignmentError(f"{place}: kind is {kind!r}, but known are {', '.join(KINDS)}")
    if not all(part.isdecimal() for part in content["number"].split(".")):
        raise AssignmentError(f'{place}: number is {content["number"]!r}, but should be as in "1.2"')


def _complete(place: str, content: Mapping[str, Any]) -> None:
    kind = content["kind"]
    needed = {"expr": "expect", "steps": "expect", "number": "expect", "choice": "options", "match": "pairs",
              "text": "rubric"}[kind]  # fmt: skip
    if not content.get(needed):
        raise AssignmentError(f"{place}: a question of kind {kind} needs {needed}")
    if kind == "choice" and not any(option.get("right") for option in content["options"]):
        raise AssignmentError(f"{place}: none of the options is right")


def _made(kind: type, place: str, key: str, row: Mapping[str, Any]) -> Any:
    content = {("supports" if name == "for" else name): value for name, value in row.items()}
    try:
        return kind(**content)
    except TypeError as error:
        reason = str(error).partition("__init__() ")[2]
        raise AssignmentError(f"{place}: {key}: {reason or error}") from None
