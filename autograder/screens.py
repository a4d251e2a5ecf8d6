"""What is at the other end of standard output or standard error: a terminal or not, how wide, with colours or not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

UNKNOWN_COLUMNS = 80
_DUMB = ("", "dumb", "unknown")


@dataclass(frozen=True)
class Screen:
    """Where a text is going to be read. `redraws` says whether a line can be written over."""

    is_terminal: bool = False
    columns: int = UNKNOWN_COLUMNS
    colour: bool = False
    redraws: bool = False

    @classmethod
    def of(cls, stream: TextIO, environment: Mapping[str, str]) -> Screen:
        """The screen of a stream. See no-color.org for NO_COLOR."""
        try:
            if not stream.isatty():
                return cls()
        except ValueError:  # it is closed
            return cls()
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):  # it does not say
            columns = 0
        wished = environment.get("COLUMNS", "")
        columns = int(wished) if wished.isdecimal() and int(wished) else columns or UNKNOWN_COLUMNS
        is_dumb = environment.get("TERM", "").lower() in _DUMB
        return cls(True, columns, colour=not is_dumb and not environment.get("NO_COLOR"), redraws=not is_dumb)
