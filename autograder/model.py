"""What a grading is about: Check, Verdict and Report. Plain frozen data, valid from birth.

A check comes out of an assignment's `checks.py`, exactly one verdict is reached for each check of each
submission, and a report is all verdicts of one submission. Every rendering is a function of a report.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field, replace

from autograder.exhibits import Exhibit


class Status(enum.Enum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"  # a check that this one requires failed; it was not run
    ERROR = "error"  # a fault of the grader's, never shown as the student's
    MANUAL = "manual"  # a person decides: prose, and what could not be read or compared
    LATER = "later"  # graded after submission only: what a handout's grader does not know


class Visibility(enum.Enum):
    """When Gradescope shows a test to students (the platform's closed set)."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"


@dataclass(frozen=True)
class Leaderboard:
    """A leaderboard column that a check may fill: gradescope-utils' `leaderboard` decorator."""

    name: str
    order: str = "desc"  # "desc" or "asc"


@dataclass(frozen=True)
class Check:
    """One graded statement about the student's code.

    `id` is unique in its assignment (the pytest name, with parameters in brackets); `number` orders and labels
    it ("4.1.2"), and its first component names the part; `requires` holds ids of earlier checks.
    """

    id: str
    name: str
    number: str
    max_score: float
    timeout_s: float
    visibility: Visibility = Visibility.VISIBLE
    requires: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    hide_errors: str | None = None
    leaderboard: Leaderboard | None = None
    partial_credit: bool = False  # the check itself says how many points were earned
    by_hand: float = 0.0  # further points, which a person gives
    extra_credit: bool = False  # its points come on top of those that count as possible

    def __post_init__(self) -> None:
        if not (math.isfinite(self.max_score) and self.max_score >= 0):
            raise ValueError(f"check {self.id}: max_score is {self.max_score}, but should be finite and not negative")
        if not (math.isfinite(self.timeout_s) and self.timeout_s > 0):
            raise ValueError(f"check {self.id}: timeout_s is {self.timeout_s}, but should be finite and positive")

    @property
    def part(self) -> str:
        """The part that the check belongs to: "4" for "4.1.2"."""
        return self.number.split(".")[0]

    @property
    def label(self) -> str:
        """How messages name the check: its number and its name."""
        return f'{self.number} "{self.name}"'


@dataclass(frozen=True)
class Verdict:
    """The result of one check for one submission.

    `student_output` is what the student may read; `staff_output` has everything else. `wall_s` is the wall time
    of the check. `leaderboard_value` is what the check set, if it has a leaderboard column. `mistakes` names the known
    mistakes that the student's code behaves like: one, or those that the check cannot tell apart. `brief` is what the
    student reads where a policy withholds details; None if `student_output` has no more than that. `exhibits` are
    pictures, formulas and examples that belong to `student_output`; `seed` is what the check's worker was seeded with.
    """

    check: Check
    status: Status
    score: float
    student_output: str = ""
    staff_output: str = ""
    wall_s: float = 0.0
    leaderboard_value: float | str | None = None
    mistakes: tuple[str, ...] = ()
    brief: str | None = None
    exhibits: tuple[Exhibit, ...] = ()
    seed: int | None = None
    blocks: bool = True  # what requires the check, unless it passed: not where the rest of a file could be taken

    @property
    def open_points(self) -> float:
        """Of the check's own points, those that a person has still to decide."""
        return self.check.max_score - self.score if self.status is Status.MANUAL else 0.0

    @property
    def by_hand(self) -> float:
        """Points that a person has still to give, the further ones included; none where nothing was answered."""
        is_empty = self.status is Status.FAILED and not self.check.max_score
        return self.open_points + (0.0 if is_empty else self.check.by_hand)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.score) and 0 <= self.score <= self.check.max_score):
            raise ValueError(
                f"check {self.check.id}: score is {self.score}, but should be from 0 to {self.check.max_score}"
            )
        if isinstance(self.leaderboard_value, float) and not math.isfinite(self.leaderboard_value):
            raise ValueError(
                f"check {self.check.id}: leaderboard_value is {self.leaderboard_value}, but should be finite"
            )


@dataclass(frozen=True)
class Part:
    """A part of an assignment: its number ("4"), title and points, and the names that a student defines for it."""

    number: str
    title: str
    points: float
    names: tuple[str, ...] = ()
    by_hand: float = 0.0  # of the points: those that a person gives
    visibility: Visibility | None = None  # of its checks, whatever they say themselves
    extra_credit: bool = False  # its points come on top of the total
    all_or_nothing: bool = False  # its points count only if all its checks pass

    @property
    def automatic(self) -> float:
        """The points of its checks."""
        return self.points - self.by_hand


@dataclass(frozen=True)
class Adjustment:
    """What a policy adds to the points earned, or takes from them: in words for the student, and for staff."""

    text: str
    points: float
    staff_text: str = ""  # with the figures, where hidden checks keep them from the student

    def __post_init__(self) -> None:
        if not math.isfinite(self.points):
            raise ValueError(f"adjustment {self.text!r}: points is {self.points}, but should be finite")


@dataclass(frozen=True)
class Report:
    """All verdicts of one submission, in the order of the checks, and what policies make of them."""

    assignment: str
    title: str
    parts: tuple[Part, ...]
    verdicts: tuple[Verdict, ...]
    wall_s: float
    isolation: str = ""
    notes: tuple[str, ...] = field(default=())
    adjustments: tuple[Adjustment, ...] = ()
    columns: tuple[tuple[Leaderboard, float | str], ...] = ()  # of the leaderboard, beside those of checks
    staff_notes: tuple[str, ...] = ()
    submission: str = ""  # the name of the folder or file that was handed in
    place: str = ""  # where it lay, as the command line said it: for staff

    @property
    def earned(self) -> float:
        """Points earned by checks."""
        return math.fsum(verdict.score for verdict in self.verdicts)

    @property
    def score(self) -> float:
        """Points that count: those earned, after the adjustments."""
        return max(0.0, math.fsum([self.earned, *(adjustment.points for adjustment in self.adjustments)]))

    @property
    def max_score(self) -> float:
        """Points of all checks without extra credit: the same whatever the submission does."""
        return math.fsum(v.check.max_score for v in self.verdicts if not v.check.extra_credit)

    @property
    def extra_credit(self) -> tuple[float, float]:
        """Points of extra credit: earned, and possible."""
        extra = [verdict for verdict in self.verdicts if verdict.check.extra_credit]
        return math.fsum(v.score for v in extra), math.fsum(v.check.max_score for v in extra)

    @property
    def is_shown_whole(self) -> bool:
        """Whether students see all its checks: else no figure may say what the others earned."""
        return all(verdict.check.visibility is Visibility.VISIBLE for verdict in self.verdicts)

    @property
    def has_exhibits(self) -> bool:
        """Whether a verdict has pictures, formulas or an example."""
        return any(verdict.exhibits for verdict in self.verdicts)

    @property
    def by_hand(self) -> float:
        """Points that a person still has to give: of prose, and of answers that could not be read or compared."""
        return math.fsum(verdict.by_hand for verdict in self.verdicts)

    @property
    def visible(self) -> Report:
        """The report with the verdicts only that students see from the first."""
        own = tuple(verdict for verdict in self.verdicts if verdict.check.visibility is Visibility.VISIBLE)
        return replace(self, verdicts=own)

    @property
    def later(self) -> float:
        """Points of checks that are graded after submission only."""
        return math.fsum(v.check.max_score for v in self.verdicts if v.status is Status.LATER)

    @property
    def ungraded_points(self) -> float:
        """Points of checks that ended in an ERROR of the grader's."""
        return math.fsum(v.check.max_score for v in self.verdicts if v.status is Status.ERROR)

    def with_status(self, status: Status) -> tuple[Verdict, ...]:
        """The verdicts that have the given status."""
        return tuple(verdict for verdict in self.verdicts if verdict.status is status)
