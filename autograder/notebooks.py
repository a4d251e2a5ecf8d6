"""A Jupyter or Colab notebook -> the text of a Python file, and where each of its lines stood.

Only code cells count. Lines that are no Python (`%magics`, `!commands`, `help?`) are blanked; a cell that begins with a
cell magic for another language or the shell is left out, one with %%time or the like keeps its body.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from autograder import messages

_OF_PYTHON = ("time", "timeit", "capture", "prun", "python", "python3")
_NOT_PYTHON = re.compile(r"\s*(?:[%!?]|[\w.\[\]]+\?{1,2}\s*$)")
_ASSIGNED = re.compile(r"\s*\w[\w, ]*=\s*[%!]")


class NotANotebook(Exception):
    """The file is no notebook that can be read; the text says why."""


@dataclass(frozen=True)
class Notebook:
    """The code of a notebook in one text, and for every line of it the cell and the line in that cell, from 1."""

    source: str
    places: tuple[tuple[int, int], ...]

    def place(self, line: int) -> str:
        """Where a line of the source stood, for messages."""
        if not 1 <= line <= len(self.places):
            return messages.handing_in.LINE.format(line=line)
        cell, within = self.places[line - 1]
        return messages.handing_in.CELL_LINE.format(cell=cell, line=within)


def read_notebook(content: bytes) -> Notebook:
    """The code of a notebook of format 3 or 4. Raises NotANotebook."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotANotebook(messages.handing_in.NO_JSON.format(why=str(error)[:100])) from None
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    for number, cell in enumerate(_cells(document), start=1):
        if cell.get("cell_type") != "code":
            continue
        text = _python(_text(cell.get("source", cell.get("input", ""))))
        lines += text
        places += [(number, within) for within in range(1, len(text) + 1)]
    return Notebook("\n".join(lines) + "\n", tuple(places))


def _cells(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        raise NotANotebook(messages.handing_in.NOT_A_NOTEBOOK)
    cells = document.get("cells")
    if cells is None and isinstance(document.get("worksheets"), list):  # format 3
        sheets = [sheet for sheet in document["worksheets"] if isinstance(sheet, dict)]
        lists = [sheet["cells"] for sheet in sheets if isinstance(sheet.get("cells"), list)]
        cells = [cell for found in lists for cell in found]
    if not isinstance(cells, list):
        raise NotANotebook(messages.handing_in.NO_CELLS)
    return [cell for cell in cells if isinstance(cell, dict)]


def _text(source: Any) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _python(text: str) -> list[str]:
    """The lines of a cell, blank where they are no Python."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if lines[first][2:].split(maxsplit=1)[:1] not in [[name] for name in _OF_PYTHON]:
            return [""] * len(lines)
        lines[first] = ""
    return [_blank(line) for line in lines]


def _blank(line: str) -> str:
    """The line, or as much of a statement as keeps a block valid where it is no Python."""
    if _NOT_PYTHON.match(line) or _ASSIGNED.match(line):
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}pass" if indent else ""
    return line
