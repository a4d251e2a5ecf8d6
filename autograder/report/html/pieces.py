"""Exhibits -> the pieces of a page: pictures with their text alternatives, formulas, examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from autograder.exhibits import Example, Exhibit, Formula, Images, Plot, Samples
from autograder.report import pictures
from autograder.report.described import described
from autograder.report.text import clean, clip

if TYPE_CHECKING:
    from markupsafe import Markup

LINE_CHARS, BLOCK_CHARS = 400, 3_000
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_ELEMENTS = set("math mrow mi mn mo mfrac msqrt msub msup msubsup mover munder munderover mspace".split())
_ATTRIBUTES = set("display form fence stretchy lspace rspace width accent mathvariant".split())


@dataclass(frozen=True)
class Sketch:
    """A picture: its markup, or None where none can be made; and what it shows, in words."""

    title: str
    caption: str
    said: str
    markup: Markup | None


@dataclass(frozen=True)
class Echo:
    """A formula: its markup if it is nothing but MathML, and the text."""

    label: str
    text: str
    markup: Markup | None


@dataclass(frozen=True)
class Snippet:
    """An example: code, what it gives, and what it should give."""

    code: str
    seen: str
    wanted: str


@dataclass(frozen=True)
class Pieces:
    """What belongs to one check."""

    sketches: tuple[Sketch, ...] = ()
    echoes: tuple[Echo, ...] = ()
    snippets: tuple[Snippet, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sketches or self.echoes or self.snippets)


@dataclass
class Sketcher:
    """Makes the pieces of one page: each picture has a name of its own there."""

    count: int = 0
    missing: bool = False  # there were pictures to make, and nothing to make them with
    can_draw: bool = field(default_factory=lambda: pictures.available())

    def pieces(self, exhibits: Iterable[Exhibit]) -> Pieces:
        """The exhibits of a check, by kind, in their order."""
        sketches, echoes, snippets = [], [], []
        for exhibit in exhibits:
            match exhibit:
                case Formula():
                    echoes.append(_echo(exhibit))
                case Example():
                    snippets.append(Snippet(block(exhibit.code), line(exhibit.seen), line(exhibit.wanted)))
                case _:
                    sketches.append(self._sketch(exhibit))
        return Pieces(tuple(sketches), tuple(echoes), tuple(snippets))

    def _sketch(self, picture: Plot | Samples | Images) -> Sketch:
        from markupsafe import Markup

        markup = None
        if self.can_draw:
            self.count += 1
            markup = Markup(pictures.svg(picture, f"picture-{self.count}"))
        else:
            self.missing = True
        return Sketch(line(picture.title), line(picture.caption), described(picture), markup)


def line(text: str, limit: int = LINE_CHARS) -> str:
    """A text as one line."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def block(text: str, limit: int = BLOCK_CHARS) -> str:
    """A text of several lines, as it stands."""
    return clip(clean(text).expandtabs(4), limit).strip("\n")


def _echo(formula: Formula) -> Echo:
    from markupsafe import Markup

    markup = Markup(formula.mathml) if is_mathml(formula.mathml) else None
    return Echo(line(formula.label), line(formula.text), markup)


def is_mathml(text: str) -> bool:
    """Whether a text is one <math> element with nothing in it but elements that show something."""
    if "<!" in text or "<?" in text:
        return False
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return False
    elements = list(root.iter())
    return root.tag == f"{_MATHML}math" and all(
        element.tag.removeprefix(_MATHML) in _ELEMENTS and _ATTRIBUTES.issuperset(element.attrib)
        for element in elements
    )
