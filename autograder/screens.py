"""What is at the other end of standard output or standard error: a terminal or not, how wide, with colours or not."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
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


def show(text: str) -> None:
    """Print to standard output. Where that cannot be (`| head`, a full disk), files have it all."""
    try:
        print(text, flush=True)
    except OSError as error:
        with suppress(OSError):
            print(f"autograder: the report could not be printed ({error.strerror})", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python would try once more when it ends
