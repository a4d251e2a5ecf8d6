"""Changes -> a page without scripts or network: the layout is in changes.html, the rest that of the class report."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment

from autograder.classes.layout import templates
from autograder.messages import changes as messages
from autograder.regrade.changes.changed import Changed
from autograder.regrade.changes.changes import Changes
from autograder.regrade.changes.summary import check_points, gain, label, lose, others, remarks, scores, signed, summary
from autograder.report.text import points

MOST = 500  # submissions in a list: more make a page that no browser scrolls through with ease


def page(changes: Changes, title: str) -> str:
    """The page. The same changes give the same page."""
    template = _environment().get_template("changes.html")
    return template.render(
        title=messages.PAGE_TITLE.format(title=title),
        changes=changes,
        summary=summary(changes),
        remarks=list(remarks(changes)),
        largest=points(-changes.lowered[0].difference) if changes.lowered else 0,
        lists=[(heading.format(count=len(found)), found[:MOST], _further(found)) for heading, found in _lists(changes)],
    )


def _lists(changes: Changes) -> list[tuple[str, tuple[Changed, ...]]]:
    found = [
        (messages.LOWERED, changes.lowered),
        (messages.RAISED, changes.raised),
        (messages.MOVED, changes.moved),
    ]
    return [(heading, own) for heading, own in found if own]


def _further(found: tuple[Changed, ...]) -> str:
    """How many submissions are left out, in words; nothing if none is."""
    more = len(found) - MOST
    if more <= 0:
        return ""
    return messages.PAGE_FURTHER_ONE if more == 1 else messages.PAGE_FURTHER.format(count=more)


@cache
def _environment() -> Environment:
    environment = templates(Path(__file__).parent)
    environment.filters.update(scores=scores, check_points=check_points, lose=lose, gain=gain, others=others)
    environment.filters.update(signed=signed)
    environment.globals.update(messages=messages, label=label)
    return environment
