"""What may be wrong with a formula: it cannot be read, or it has no value."""

from __future__ import annotations

from dataclasses import dataclass

from autograder import messages


@dataclass
class Unreadable(Exception):
    """A formula that cannot be read: what is wrong, at which characters, and the cure."""

    message: str
    start: int = 0
    end: int = 0
    hint: str = ""
    ruled_out: bool = False  # it can be read, but the question does not allow it

    def __str__(self) -> str:
        return self.message

    def shown(self, text: str) -> str:
        """The message with the line of the formula that it is about, and carets beneath the place."""
        start = min(max(self.start, 0), len(text))
        begin = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", start)
        line = text[begin : stop if stop >= 0 else len(text)]
        first = max(0, start - begin - 60)  # a long line is cut around the place
        width = max(1, min(self.end, begin + len(line)) - start)
        excerpt = line[first : first + 120]
        carets = " " * (start - begin - first) + "^" * min(width, 60)
        cure = f"\nHint: {self.hint}" if self.hint else ""
        return messages.formulas.SHOWN.format(
            message=self.message, column=start - begin + 1, excerpt=visible(excerpt), carets=carets, cure=cure
        )


class NoValue(Exception):
    """A formula that has no value where it is looked at: log 0, a quotient by 0, a sum that is too large."""


def visible(text: str) -> str:
    """A text without control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
