"""A table of a TOML file, read with errors that name file, place and cure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import AssignmentError, nearest


def only_known(path: Path, prefix: str, content: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raise AssignmentError, with the nearest key there is, if a table of a file has a key that is not known."""
    for key in content:
        if key not in known:
            raise AssignmentError(f"{path}: {prefix}{key} is not a known key: {cure(key, known)}")


def cure(name: str, known: Sequence[str]) -> str:
    """What to write instead of a name that is not known: the nearest one, or all there are."""
    similar = nearest(name, known)
    return f"did you mean {similar}?" if similar else f"known are {', '.join(known)}"


class Table:
    """A table of the file, with errors that name the place in it."""

    def __init__(self, path: Path, prefix: str, content: dict[str, Any]) -> None:
        self.path, self.prefix, self.content = path, prefix, content

    def only(self, *known: str) -> None:
        """Refuse every other key."""
        only_known(self.path, self.prefix, self.content, known)

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        """The value of a key, which must be of a kind."""
        value = self.content.get(key, default)
        if value is None:
            raise AssignmentError(f"{self.path}: {self.prefix}{key} is missing; add it as {_KINDS[kind]}")
        if not isinstance(value, kind):
            raise self.wrong(key, _KINDS[kind])
        return value

    def below(self, key: str) -> Table:
        """The table under a key; an empty one if there is none."""
        return Table(self.path, f"{self.prefix}{key}.", self.take(key, dict, {}))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if the key is left out."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.wrong(key, 'a list as in ["kl"]')
        return tuple(value)

    def one_of(self, key: str, known: Sequence[str], default: str) -> str:
        """One of the known texts."""
        value = self.content.get(key, default)
        if not isinstance(value, str) or value not in known:
            quoted = [f'"{name}"' for name in known]
            listed = " or ".join([*([", ".join(quoted[:-1])] if quoted[1:] else []), quoted[-1]])
            similar = nearest(str(value), known)
            raise self.wrong(key, listed + (f': did you mean "{similar}"?' if similar else ""))
        return value

    def positive(self, key: str) -> float:
        """A positive number."""
        value = self.content.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not (0 < value < math.inf):
            raise self.wrong(key, "a positive number")
        return float(value)

    def up_to(self, key: str, most: float, default: float) -> float:
        """A positive number that is not larger than `most`."""
        if key not in self.content:
            return default
        value = self.positive(key)
        if value > most:
            raise self.wrong(key, f"at most {most:g}")
        return value

    def count(self, key: str) -> int:
        """A whole number from 1."""
        value = self.content.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.wrong(key, "a whole number from 1")
        return value

    def wrong(self, key: str, should_be: str) -> AssignmentError:
        """The error that a value deserves."""
        value = self.content.get(key)
        return AssignmentError(f"{self.path}: {self.prefix}{key} is {value!r}, but should be {should_be}")


_KINDS = {str: "a text", list: "a list", dict: "a table", bool: "true or false"}
