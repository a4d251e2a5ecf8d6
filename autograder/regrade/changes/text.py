"""Changes -> text for a terminal: in short, then check by check, then the first submissions, those first that lose."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console

from autograder.messages import changes as messages
from autograder.regrade.changes.changed import Changed, CheckChange
from autograder.regrade.changes.changes import Changes, CheckCount
from autograder.regrade.changes.summary import (
    check_points,
    gain,
    label,
    listed,
    lose,
    others,
    remarks,
    scores,
    signed,
    summary,
)
from autograder.report.lines import cut, one_line, spread, wrapped
from autograder.report.terminal import NARROWEST, WIDEST

MOST_SUBMISSIONS, MOST_CHECKS = 20, 20
_CHECKS_OF_ONE, _WHY_LINES = 6, 4
_CHECK, _DETAIL = 2, 6  # columns that stand in front


def text(changes: Changes, width: int = 80) -> str:
    """What would change, in lines of at most `width` columns. What has no room here is in the table and on the page."""
    return "\n".join(_Text(min(max(width, NARROWEST), WIDEST)).lines(changes))


class _Text:
    """The lines for a terminal of one width."""

    def __init__(self, width: int) -> None:
        self.width = width
        # Told everything, so that nothing is taken from the environment; it breaks lines, and prints nothing.
        self.console = Console(file=io.StringIO(), width=width, height=25, color_system=None, force_jupyter=False)

    def lines(self, changes: Changes) -> Iterator[str]:
        if changes.all:
            yield from self._heading(messages.TITLE, "=")
        for line in [*summary(changes), *remarks(changes)]:
            yield from self._wrapped(line)
        if changes.checks:
            yield ""
            yield from self._heading(messages.BY_CHECK, "-")
            yield from self._checks(changes.checks)
        yield from self._submissions(changes)

    def _heading(self, heading: str, rule: str) -> list[str]:
        return [heading, rule * cell_len(heading)]

    def _wrapped(self, line: str, indent: int = 0, most: int | None = None) -> list[str]:
        """The lines of a text; of more than `most` the last one that is shown ends with an ellipsis."""
        lines = wrapped(self.console, line, self.width, indent)
        if most is None or len(lines) <= most:
            return lines
        return [*lines[: most - 1], cut(f"{lines[most - 1]} {lines[most].lstrip()}", self.width)]

    def _checks(self, counts: Sequence[CheckCount]) -> Iterator[str]:
        for count in counts[:MOST_CHECKS]:
            said = ", ".join(filter(None, [lose(count), gain(count), others(count)]))
            examples = messages.EXAMPLES.format(names=listed(count.examples))
            yield cut(f"{' ' * _CHECK}{label(count.number, count.name)}", self.width)
            yield from self._wrapped(messages.COUNTS_AND_EXAMPLES.format(counts=said, examples=examples), _DETAIL)
        if len(counts) > MOST_CHECKS:
            yield f"{' ' * _CHECK}{messages.MORE_CHECKS.format(count=len(counts) - MOST_CHECKS)}"

    def _submissions(self, changes: Changes) -> Iterator[str]:
        room = MOST_SUBMISSIONS
        for heading, found in (
            (messages.LOWERED, changes.lowered),
            (messages.RAISED, changes.raised),
            (messages.MOVED, changes.moved),
        ):
            if found[:room]:
                yield ""
                yield from self._heading(heading.format(count=len(found)), "-")
            for one in found[:room]:
                yield from self._submission(one)
            room = max(0, room - len(found))
        more = len(changes.all) - MOST_SUBMISSIONS
        if more > 0:
            yield ""
            yield messages.FURTHER_ONE if more == 1 else messages.FURTHER.format(count=more)

    def _submission(self, one: Changed) -> Iterator[str]:
        yield from self._wrapped(messages.SUBMISSION_LINE.format(name=one_line(one.name), change=scores(one)))
        for check in one.checks[:_CHECKS_OF_ONE]:
            yield from self._check(check)
        if (more := len(one.checks) - _CHECKS_OF_ONE) > 0:
            words = messages.FURTHER_CHECKS_ONE if more == 1 else messages.FURTHER_CHECKS
            yield f"{' ' * _CHECK}{words.format(count=more)}"
        if one.adjustment is not None:
            moved = messages.POINTS.format(old=signed(one.adjustment.old), new=signed(one.adjustment.new))
            yield spread(f"{' ' * _CHECK}{messages.ADJUSTED}", moved, self.width)
            if one.adjustment.why:
                yield from self._wrapped(one_line(one.adjustment.why), _DETAIL, _WHY_LINES)

    def _check(self, check: CheckChange) -> Iterator[str]:
        yield spread(f"{' ' * _CHECK}{label(check.number, check.name)}", check_points(check), self.width)
        yield from self._wrapped(one_line(check.why), _DETAIL, _WHY_LINES)
