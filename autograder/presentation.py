"""How an assignment's reports look on Gradescope: the table [report] of its assignment.toml."""

from __future__ import annotations

from dataclasses import dataclass

AUTOMATIC = "auto"  # html for what has a picture or an example, and text for the rest
FORMATS = (AUTOMATIC, "text", "md", "html", "ansi")


@dataclass(frozen=True)
class Presentation:
    """The platform's format of a test's output, and whether pictures are drawn for it."""

    format: str = AUTOMATIC
    pictures: bool = True
