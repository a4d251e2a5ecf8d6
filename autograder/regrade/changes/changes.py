"""Old and new reports of a class -> what would change if the new ones were released: plain data, no more than that.

Each report is looked up once, and nothing of it is kept but what changed: either mapping may read them one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autograder.classes.catalogue import Catalogue
from autograder.classes.entry import number_key
from autograder.messages import changes as messages
from autograder.model import Report, Status
from autograder.regrade.changes.changed import LEAST, Changed, CheckChange, changed

_NONE = Catalogue()
_EXAMPLES = 2


@dataclass(frozen=True)
class CheckCount:
    """What one check does to the class: what each submission loses or gains by it, and where it changed otherwise."""

    number: str
    name: str
    lost: tuple[float, ...] = ()
    gained: tuple[float, ...] = ()
    otherwise: int = 0  # another status or other possible points, for the same points
    new: int = 0
    gone: int = 0
    examples: tuple[str, ...] = ()  # submissions that lose most by it, or else the first that change


@dataclass(frozen=True)
class Changes:
    """What would change in a class. `moved` have the same score, from other verdicts."""

    lowered: tuple[Changed, ...] = ()
    raised: tuple[Changed, ...] = ()
    moved: tuple[Changed, ...] = ()
    same: int = 0
    checks: tuple[CheckCount, ...] = ()  # those first by which most submissions lose
    faults: tuple[str, ...] = ()  # submissions of which a check could not be graded now
    waiting: tuple[str, ...] = ()  # with points that wait for a person now, and did not before
    totals_only: tuple[str, ...] = ()
    only_old: tuple[str, ...] = ()
    only_new: tuple[str, ...] = ()
    neither: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()  # old results, and why they are not read

    @property
    def compared(self) -> int:
        """How many submissions have an old and a new report."""
        return len(self.all) + self.same

    @property
    def all(self) -> tuple[Changed, ...]:
        """Every submission of which something would change, those first that lose most."""
        return (*self.lowered, *self.raised, *self.moved)


def changes(
    old: Mapping[str, Report],
    new: Mapping[str, Report],
    known: Catalogue = _NONE,
    *,
    names: Iterable[str] = (),
    unreadable: Iterable[str] = (),
) -> Changes:
    """What would change, by the names of submissions. The same reports, in any order, give the same changes.

    `known` has the assignment's mistakes in words; `names` are all submissions of the class, with a result or without;
    `unreadable` says which old results could not be read.
    """
    both = sorted(old.keys() & new.keys())
    reports = ((name, old[name], new[name]) for name in both)
    faults: list[str] = []
    found: list[Changed] = []
    for name, before, now in reports:
        one = changed(name, before, now, known)
        found += [one] if one is not None else []
        faults += [name] if now.with_status(Status.ERROR) else []
    lowered = [one for one in found if one.difference < -LEAST]
    raised = [one for one in found if one.difference > LEAST]
    return Changes(
        lowered=tuple(sorted(lowered, key=lambda one: (one.difference, one.name))),
        raised=tuple(sorted(raised, key=lambda one: (-one.difference, one.name))),
        moved=tuple(one for one in found if abs(one.difference) <= LEAST),
        same=len(both) - len(found),
        checks=_by_check(found),
        faults=tuple(faults),
        waiting=tuple(one.name for one in found if any(map(_waits_now, one.checks))),
        totals_only=tuple(one.name for one in found if one.totals_only),
        only_old=tuple(sorted(old.keys() - new.keys())),
        only_new=tuple(sorted(new.keys() - old.keys())),
        neither=tuple(sorted(set(names) - old.keys() - new.keys())),
        unreadable=tuple(unreadable),
    )


def _waits_now(change: CheckChange) -> bool:
    waited = change.old is not None and change.old.status is Status.MANUAL
    return change.new is not None and change.new.status is Status.MANUAL and not waited


# ------------------------------------------------------------------------------------- by check


def _by_check(found: Iterable[Changed]) -> tuple[CheckCount, ...]:
    """What each check does to the class, and what adjustments do."""
    by: dict[tuple[str, str], list[tuple[str, CheckChange]]] = {}
    adjusted: list[tuple[str, float]] = []
    for one in found:
        for check in one.checks:
            by.setdefault((check.number, check.name), []).append((one.name, check))
        adjusted += [(one.name, one.adjustment.difference)] if one.adjustment else []
    counts = [_count(number, name, own) for (number, name), own in by.items()]
    if adjusted:
        counts.append(_counted("", messages.ADJUSTMENTS, adjusted, Counter()))
    return tuple(sorted(counts, key=_most_first))


def _count(number: str, name: str, own: list[tuple[str, CheckChange]]) -> CheckCount:
    kinds: Counter[str] = Counter()
    for _, change in own:
        kinds["new"] += change.old is None
        kinds["gone"] += change.new is None
        kinds["otherwise"] += change.old is not None and change.new is not None and not change.difference
    return _counted(number, name, [(submission, change.difference) for submission, change in own], kinds)


def _counted(number: str, name: str, own: list[tuple[str, float]], kinds: Counter[str]) -> CheckCount:
    differences = sorted(difference for _, difference in own)
    shown = [one for one in own if one[1] < -LEAST] or own
    return CheckCount(
        number,
        name,
        lost=tuple(-difference for difference in differences if difference < -LEAST),
        gained=tuple(difference for difference in differences if difference > LEAST),
        otherwise=kinds["otherwise"],
        new=kinds["new"],
        gone=kinds["gone"],
        examples=tuple(submission for submission, _ in sorted(shown, key=lambda one: (one[1], one[0]))[:_EXAMPLES]),
    )


def _most_first(count: CheckCount) -> tuple[object, ...]:
    others = count.otherwise + count.new + count.gone
    return -len(count.lost), -sum(count.lost), -len(count.gained), -others, number_key(count.number), count.name
