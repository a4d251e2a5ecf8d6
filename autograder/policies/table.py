"""[policies] of assignment.toml -> Policies, with errors that name file, key and cure.

[policies]
hints = 2                    # shown from the second attempt on; or "always" (as if left out), or "never"
details = "always"           # likewise: what a result is, and what it should be

[policies.late]
percent = 10                 # what a late submission loses, ...
per = "day"                  # for every day that has begun; or "hour", or "once"
of = "earned"                # of the points earned; or "possible"
at_most_percent = 50
grace_minutes = 15           # so late is not late, and the days are counted from then
nothing_after_hours = 72     # later than that: no points

[policies.limit]
submissions = 5              # as many are graded ...
within_hours = 24            # in any 24 hours; in all if left out
gives_back = "latest"        # the results that every other submission gets; or "best"

[policies.visibility]        # "visible", "hidden", "after_due_date" or "after_published"
"4.1.2" = "hidden"           # a check, or all whose numbers begin so; goes before parts.4.visibility and checks.py

[policies.leaderboard]
"Score" = "total"            # a column's name, and what stands in it: "total", or the number of a part
"Training" = "7"
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.errors import AssignmentError
from autograder.model import Leaderboard, Part, Visibility
from autograder.policies.declared import TOTAL, UNITS_S, Column, Late, Limit, Policies
from autograder.tables import Table

VISIBILITIES = tuple(member.value for member in Visibility)
_A_YEAR_HOURS = 366 * 24.0
_SHOWN = ("always", "never")


def policies_of(table: Table, parts: Sequence[Part]) -> Policies:
    """The policies that a table declares. Raises AssignmentError."""
    table.only("late", "limit", "hints", "details", "visibility", "leaderboard")
    return Policies(
        late=_late(table.below("late")) if "late" in table.content else None,
        limit=_limit(table.below("limit")) if "limit" in table.content else None,
        hints_from=_first_attempt(table, "hints"),
        details_from=_first_attempt(table, "details"),
        visibility=_visibility(table.below("visibility")),
        columns=_columns(table.below("leaderboard"), [part.number for part in parts]),
    )


def visibility(table: Table, key: str) -> Visibility:
    """When students see something."""
    return Visibility(table.one_of(key, VISIBILITIES, Visibility.VISIBLE.value))


def _late(table: Table) -> Late:
    table.only("percent", "per", "of", "at_most_percent", "grace_minutes", "nothing_after_hours")
    if not {"percent", "nothing_after_hours"} & set(table.content):
        raise table.wrong("percent", "what a late submission loses; or set nothing_after_hours")
    late = Late(
        percent=table.up_to("percent", 100.0, 0.0),
        per=table.one_of("per", (*UNITS_S, "once"), Late.per),
        of=table.one_of("of", ("earned", "possible"), Late.of),
        at_most_percent=table.up_to("at_most_percent", 100.0, Late.at_most_percent),
        grace_minutes=table.up_to("grace_minutes", _A_YEAR_HOURS * 60, Late.grace_minutes),
        nothing_after_hours=table.positive("nothing_after_hours") if "nothing_after_hours" in table.content else None,
    )
    if late.nothing_after_hours is not None and late.nothing_after_hours * 60 < late.grace_minutes:
        raise table.wrong("nothing_after_hours", f"longer than grace_minutes, which is {late.grace_minutes:g}")
    return late


def _limit(table: Table) -> Limit:
    table.only("submissions", "within_hours", "gives_back")
    hours = table.up_to("within_hours", _A_YEAR_HOURS, 0.0)
    gives_back = table.one_of("gives_back", ("latest", "best"), Limit.gives_back)
    return Limit(table.count("submissions"), hours or None, gives_back)


def _first_attempt(table: Table, key: str) -> int | None:
    value = table.content.get(key, "always")
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if not isinstance(value, str):
        raise table.wrong(key, '"always", "never" or the number of the attempt from which on they are shown')
    return 1 if table.one_of(key, _SHOWN, "always") == "always" else None


def _visibility(table: Table) -> dict[str, Visibility]:
    for number, value in table.content.items():
        if isinstance(value, dict):  # what TOML makes of 4.1.2 = "hidden"
            raise table.wrong(number, 'a text; write the whole number in quotes, as in "4.1.2" = "hidden"')
    return {number: visibility(table, number) for number in table.content}


def _columns(table: Table, numbers: Sequence[str]) -> tuple[Column, ...]:
    known = (TOTAL, *numbers)
    columns = []
    for name in table.content:
        if not name.strip():
            raise AssignmentError(f'{table.path}: policies.leaderboard has a column without a name: "Score" = "total"')
        columns.append(Column(Leaderboard(name), table.one_of(name, known, TOTAL)))
    return tuple(columns)
