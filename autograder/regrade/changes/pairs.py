"""Which check of an old report is which check of the new one.

Two records say it by the check's id. A results.json has no ids: there a check is known by its number and name, then by
its name alone where only one has it, and last by its number, if it is worth as much as before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache

from autograder.model import Check, Report, Verdict
from autograder.report.text import clean, points

_NAME_CHARS = 399  # of a longer name results.json has no more than these, and an ellipsis
Pair = tuple[Verdict | None, Verdict | None]


def is_told(report: Report) -> bool:
    """Whether the report was read from a results.json, which has no parts and tells less than a record."""
    return not report.parts


def pairs(old: Report, new: Report) -> list[Pair]:
    """Each check of either report, old and new: in the order of the new one, then those that are gone."""
    before, now = dict(enumerate(old.verdicts)), dict(enumerate(new.verdicts))
    found: dict[int, Verdict] = {}
    told = is_told(old) or is_told(new)
    for key in (_number_and_name, _name, _number_and_worth) if told else (_id, _number_and_name, _name):
        if not before or not now:
            break
        places = _by(key, now)
        for known, place in _by(key, before).items():
            if known in places:
                found[places[known]] = before.pop(place)
                del now[places[known]]
    return [
        *((found.get(place), one) for place, one in enumerate(new.verdicts)),
        *((one, None) for one in before.values()),
    ]


def _by(key: Callable[[Check], Hashable], verdicts: Mapping[int, Verdict]) -> dict[Hashable, int]:
    """The places of the verdicts whose check no other is like."""
    places: dict[Hashable, list[int]] = {}
    for place, verdict in verdicts.items():
        places.setdefault(key(verdict.check), []).append(place)
    return {known: own[0] for known, own in places.items() if len(own) == 1}


def _id(check: Check) -> Hashable:
    return check.id


def _number_and_name(check: Check) -> Hashable:
    return plain(check.number), plain(check.name)


def _name(check: Check) -> Hashable:
    return plain(check.name)


def _number_and_worth(check: Check) -> Hashable:
    return plain(check.number), possible(check)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A number or a name as results.json has it."""
    return " ".join(clean(text).split())[:_NAME_CHARS]


def possible(check: Check) -> float:
    """The points that count as possible, as results.json has them."""
    return 0 if check.extra_credit else points(check.max_score)


def any_pair(found: Iterable[Pair]) -> bool:
    """Whether any check is in both reports."""
    return any(old is not None and new is not None for old, new in found)
