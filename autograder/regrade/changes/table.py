"""Changes -> CSV: a line for each check of each submission that changed, those first that lose most.

Unlike the terminal and the page it leaves nothing out. A check's number and name share a cell: a spreadsheet would take
a number such as 4.10 for 4.1, and 4.1 for a day in January.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from autograder.classes.exports import Cell
from autograder.classes.exports import table as csv
from autograder.messages import changes as messages
from autograder.messages.classes import STATUSES
from autograder.regrade.changes.changed import AdjustmentChange, Changed, CheckChange, Ended
from autograder.regrade.changes.changes import Changes
from autograder.regrade.changes.summary import label

_HEADER = (
    messages.CSV_SUBMISSION,
    messages.CSV_CHANGE,
    messages.CSV_OLD_TOTAL,
    messages.CSV_NEW_TOTAL,
    messages.CSV_TOTAL_DIFFERENCE,
    messages.CSV_CHECK,
    messages.CSV_OLD,
    messages.CSV_NEW,
    messages.CSV_DIFFERENCE,
    messages.CSV_OLD_POSSIBLE,
    messages.CSV_NEW_POSSIBLE,
    messages.CSV_OLD_STATUS,
    messages.CSV_NEW_STATUS,
    messages.CSV_WHY,
    messages.CSV_PEOPLE,
)
_NOBODY: Mapping[str, str] = {}
_OF_A_CHECK = 9  # columns
_NONE: tuple[Cell, ...] = ("",) * _OF_A_CHECK


def table(changes: Changes, people: Mapping[str, str] = _NOBODY) -> str:
    """All that changed, as CSV in which no text can be taken for a formula; `people` has who handed in what."""
    rows: list[Sequence[Cell]] = [*_rows(changes), *_not_compared(changes)]
    return csv([_HEADER, *([*row, people.get(str(row[0]), "")] for row in rows)])


def _rows(changes: Changes) -> Iterator[Sequence[Cell]]:
    for word, found in (
        (messages.CSV_LOWER, changes.lowered),
        (messages.CSV_HIGHER, changes.raised),
        (messages.CSV_SAME, changes.moved),
    ):
        for one in found:
            total: tuple[Cell, ...] = (one.name, word, one.old.score, one.new.score, one.difference)
            yield from ((*total, *cells) for cells in _changes_of(one))


def _changes_of(one: Changed) -> Iterator[Sequence[Cell]]:
    """The cells of each of its checks and of its adjustments; empty ones if there are neither."""
    yield from map(_check, one.checks)
    if one.adjustment is not None:
        yield _adjustment(one.adjustment)
    if not one.checks and one.adjustment is None:
        yield _NONE


def _check(check: CheckChange) -> Sequence[Cell]:
    old, new = check.old, check.new
    return (
        *(label(check.number, check.name), _points(old), _points(new), check.difference),
        *(_possible(old), _possible(new), _status(old), _status(new), check.why),
    )


def _adjustment(one: AdjustmentChange) -> Sequence[Cell]:
    return (messages.ADJUSTMENTS, one.old, one.new, one.difference, "", "", "", "", one.why)


def _points(side: Ended | None) -> Cell:
    return "" if side is None else side.points


def _possible(side: Ended | None) -> Cell:
    return "" if side is None else side.possible


def _status(side: Ended | None) -> str:
    return "" if side is None else STATUSES[side.status.value]


def _not_compared(changes: Changes) -> Iterator[Sequence[Cell]]:
    for word, names in (
        (messages.CSV_ONLY_OLD, changes.only_old),
        (messages.CSV_ONLY_NEW, changes.only_new),
        (messages.CSV_NEITHER, changes.neither),
    ):
        yield from ((name, word, "", "", "", *_NONE) for name in names)
