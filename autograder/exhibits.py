"""Exhibits: what a report shows beside a message, as plain data. Curves, samples, images, a formula, an example.

A check puts them together (showing.py); every rendering draws them in its own way, or says in words what they show.
Numbers are finite, and there are never more of them than a picture can show: they may come from a student's process.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

Numbers = tuple[float, ...]


class Role(enum.Enum):
    """Whose something is: every picture draws the same in the same colour."""

    STUDENT = "student"
    EXPECTED = "expected"  # what the reference gives
    DATA = "data"
    OTHER = "other"


@dataclass(frozen=True)
class Line:
    """One line of a plot: y over x, as many of the one as of the other. Of `not_finite` values there are none here."""

    label: str
    x: Numbers
    y: Numbers
    role: Role = Role.STUDENT
    not_finite: int = 0


@dataclass(frozen=True)
class Band:
    """What is between `low` and `high` at each x: where the runs of the reference lie."""

    label: str
    x: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class Plot:
    """Lines over a common axis, and bands behind them."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    bands: tuple[Band, ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class Sample:
    """Points of one kind: on a line, or in a plane if there is a `y`. Of `count` points some may be left out."""

    label: str
    x: Numbers
    y: Numbers = ()
    role: Role = Role.STUDENT
    count: int = 0  # 0: as many as there are here
    not_finite: int = 0  # further points, of which there are none here


@dataclass(frozen=True)
class Samples:
    """Samples beside each other, all on a line or all in a plane. `marks` are places on the line, such as modes."""

    title: str
    samples: tuple[Sample, ...]
    marks: Numbers = ()
    caption: str = ""

    @property
    def in_a_plane(self) -> bool:
        """Whether the points have two coordinates."""
        return any(sample.y for sample in self.samples)


@dataclass(frozen=True)
class Strip:
    """Images in a row, each as rows of pixels from 0 (black) to 1 (white)."""

    label: str
    images: tuple[tuple[Numbers, ...], ...]
    not_finite: int = 0  # pixels, which are black here


@dataclass(frozen=True)
class Images:
    """Strips of images below each other, the first image of one below the first of the other."""

    title: str
    strips: tuple[Strip, ...]
    caption: str = ""


@dataclass(frozen=True)
class Formula:
    """A formula: as one line of unicode, and as MathML that `maths.mathml` made."""

    label: str
    text: str
    mathml: str


@dataclass(frozen=True)
class Example:
    """Three lines of Python that show a failure, and what they give and should give."""

    code: str
    seen: str
    wanted: str


Picture = Plot | Samples | Images
Exhibit = Picture | Formula | Example
