"""Changes -> what is said of them as a whole, and of their points: in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.listing import few
from autograder.messages import changes as messages
from autograder.regrade.changes.changed import Changed, CheckChange, Ended
from autograder.regrade.changes.changes import Changes, CheckCount
from autograder.report.lines import one_line
from autograder.report.text import points

_NOT_READ = 8  # as many old results that were not read are told of


def summary(changes: Changes) -> list[str]:
    """The first lines: how many submissions change, and the largest loss; one line if nothing changes."""
    if not changes.compared:
        return [messages.NOT_COMPARED]
    if not changes.all:
        return [messages.NOTHING.format(submissions=submissions(changes.compared))]
    counts = (
        (messages.COUNT_LOWERED, len(changes.lowered)),
        (messages.COUNT_RAISED, len(changes.raised)),
        (messages.COUNT_MOVED, len(changes.moved)),
        (messages.COUNT_SAME, changes.same),
    )
    said = ", ".join(text.format(count=count) for text, count in counts if count)
    lines = [messages.COMPARED.format(submissions=submissions(changes.compared), counts=said)]
    if changes.lowered:
        most = changes.lowered[0]
        lines.append(messages.LARGEST.format(points=points(-most.difference), name=one_line(most.name)))
    return lines


def remarks(changes: Changes) -> Iterator[str]:
    """What is not compared, or not in full, and where points are not settled yet; a line each."""
    for text, names in (
        (messages.FAULTS, changes.faults),
        (messages.WAITING, changes.waiting),
        (messages.TOTALS_ONLY, changes.totals_only),
        (messages.ONLY_OLD, changes.only_old),
        (messages.ONLY_NEW, changes.only_new),
        (messages.NEITHER, changes.neither),
    ):
        if names:
            yield text.format(submissions=submissions(len(names)), names=listed(names))
    for reason in changes.unreadable[:_NOT_READ]:
        yield messages.UNREADABLE.format(why=one_line(reason))
    if (more := len(changes.unreadable) - _NOT_READ) > 0:
        yield messages.UNREADABLE_MORE.format(count=more)


def submissions(count: int) -> str:
    """A number of submissions in words."""
    return messages.SUBMISSION if count == 1 else messages.SUBMISSIONS.format(count=count)


def listed(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    return few([one_line(name) for name in names])


def signed(number: float) -> str:
    """A difference of points: +2, −0.5, 0."""
    return f"{points(number):+}".replace("-", "−") if number else "0"


def scores(one: Changed) -> str:
    """The totals of a submission, before and now."""
    old, new = one.old, one.new
    if not one.difference and old.possible == new.possible:
        return messages.SAME_SCORE.format(new=new.score, possible=new.possible)
    difference = signed(one.difference)
    if old.possible == new.possible:
        return messages.SCORES.format(old=old.score, new=new.score, possible=new.possible, difference=difference)
    return messages.SCORES_AND_POSSIBLE.format(
        old=old.score, old_possible=old.possible, new=new.score, possible=new.possible, difference=difference
    )


def check_points(one: CheckChange) -> str:
    """The points of a check, before and now."""
    old, new = one.old, one.new
    if old is not None and new is not None and old.possible != new.possible:
        return messages.POINTS_AND_WORTH.format(
            old=old.points, old_possible=old.possible, new=new.points, possible=new.possible
        )
    return messages.POINTS.format(old=_points(old), new=_points(new))


def _points(side: Ended | None) -> str:
    return messages.NO_POINTS if side is None else str(side.points)


def label(number: str, name: str) -> str:
    """A check's number and name on one line; of adjustments the name alone."""
    return one_line(messages.ANY_NUMBER.format(number=number, name=name))


def lose(count: CheckCount) -> str:
    """How many submissions lose how many points by a check; nothing if none does."""
    text = messages.LOSE_ONE if len(count.lost) == 1 else messages.LOSE
    return text.format(count=len(count.lost), points=_range(count.lost)) if count.lost else ""


def gain(count: CheckCount) -> str:
    """How many submissions gain how many points by a check; nothing if none does."""
    text = messages.GAIN_ONE if len(count.gained) == 1 else messages.GAIN
    return text.format(count=len(count.gained), points=_range(count.gained)) if count.gained else ""


def others(count: CheckCount) -> str:
    """In how many submissions a check changed without other points, is new, or is gone."""
    ended = messages.OTHERWISE_ONE if count.otherwise == 1 else messages.OTHERWISE
    found = [(ended, count.otherwise), (messages.NEW_IN, count.new), (messages.GONE_IN, count.gone)]
    return ", ".join(text.format(count=number) for text, number in found if number)


def _range(amounts: Sequence[float]) -> str:
    least, most = points(min(amounts)), points(max(amounts))
    return str(most) if least == most else messages.FROM_TO.format(least=least, most=most)
