"""What pages about a class have in common: `base.html` with `style.css`, `table.html`, and how templates are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.report.text import clean


def templates(*folders: Path) -> Environment:
    """What reads templates from folders, and from this one. They escape every text and leave no control characters."""
    return Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printable(value: Any) -> Any:
    """What a template is given, without control characters; what it made itself as it is."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
