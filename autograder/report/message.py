"""What a student reads about a check -> its pieces: what was seen, what should be, where, hints, and the rest.

Messages keep to one grammar: `what is X, but should be Y [where]`, then `Hint: ...`, each on its own line. A text that
does not is all reason. A student's text may hold the same words: then it is cut elsewhere, and none of it is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder import messages

HINT = "Hint: "
_BUT = ", but should "
_BE = "be "
PRINTED = messages.grading.PRINTED.format(printed="")


@dataclass(frozen=True)
class Message:
    """The pieces of a text, in their order; those that it does not have are empty.

    `reason` is its first line; `seen`, `wanted` and `where` are the pieces of that line. `rest` is all that is neither
    the reason nor the hint; several hints stay in it, each behind what it is for.
    """

    reason: str
    seen: str = ""
    wanted: str = ""
    where: str = ""
    hints: tuple[str, ...] = ()
    rest: str = ""


def message(text: str) -> Message:
    """The pieces of what a student reads about a check."""
    reason, _, rest = text.strip("\n").partition("\n")
    rest, printed, by_the_student = rest.partition(PRINTED)
    lines = rest.splitlines()
    hints = tuple(dict.fromkeys(line.removeprefix(HINT) for line in lines if line.startswith(HINT)))
    if len(hints) > 1:  # of a derivation: each belongs to the line before it
        hints, others = (), rest.strip("\n")
    else:
        others = "\n".join(line for line in lines if not line.startswith(HINT)).strip("\n")
    others = f"{others}{printed}{by_the_student}".strip("\n")
    statement, where = _place(reason)
    seen, but, wanted = statement.partition(_BUT)
    if not but or not wanted.startswith(_BE):  # "but should move" reads as one sentence only
        return Message(reason, hints=hints, rest=others)
    return Message(reason, seen, f"should {wanted}", where, hints, others)


def _place(reason: str) -> tuple[str, str]:
    """A reason without the place in brackets that it ends with, and the place."""
    if not reason.endswith("]"):
        return reason, ""
    start = _opening(reason)
    if start < 1 or reason[start - 1] != " ":
        start = reason.rfind(" [") + 1  # brackets that are no pairs stand in what a student chose
    return (reason[: start - 1], reason[start + 1 : -1]) if start > 0 else (reason, "")


def _opening(text: str) -> int:
    """Where the bracket is opened that the text ends with; -1 if it is not."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += {"]": 1, "[": -1}.get(text[place], 0)
        if not depth:
            return place
    return -1
