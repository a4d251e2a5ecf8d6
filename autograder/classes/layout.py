"""What pages about a class have in common: `base.html` with `style.css`, `table.html`, and how templates are read."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from autograder.report.text import clean

_FOLDER = Path(__file__).parent


def templates(*folders: Path) -> Environment:
    """What reads templates from folders, and from this one. They escape every text and leave no control characters."""
    return Environment(
        loader=FileSystemLoader([*folders, _FOLDER]),
        bytecode_cache=_Compiled(str(_FOLDER / "__pycache__"), "%s.template"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, where Python keeps what it compiled of this package."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it if, as of a module, it is wanted and possible."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


def _printable(value: Any) -> Any:
    """What a template is given, without control characters; what it made itself as it is."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
