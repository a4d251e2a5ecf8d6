"""What a student wrote, as plain data."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from autograder import messages


class Kind(enum.Enum):
    """What a piece of an answer is."""

    MATH = "math"
    CODE = "code"
    BOX = "box"
    TEXT = "text"


@dataclass(frozen=True)
class Piece:
    """A piece of an answer, without its delimiters, and the line (from 1) on which it starts.

    `ticked` says so of a BOX. `display` tells a formula or code that stands by itself (a fence, `$$`, or all that
    its paragraph says) from one within a sentence.
    """

    kind: Kind
    text: str
    line: int
    ticked: bool = False
    display: bool = False


@dataclass(frozen=True)
class Answer:
    """What stands under a question's heading, in the order of the file; without pieces if nothing does."""

    id: str
    line: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Problem:
    """What was not as it should be, for the student and staff; without a line if it concerns the whole file."""

    line: int | None
    text: str

    def __str__(self) -> str:
        return self.text if self.line is None else messages.answers.AT_LINE.format(line=self.line, text=self.text)


@dataclass(frozen=True)
class Sheet:
    """The answers that have a heading, in the order of the questions, and the problems, in the order of the lines."""

    answers: Mapping[str, Answer]
    problems: tuple[Problem, ...]
