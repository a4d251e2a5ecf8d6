"""docs/benchmarks.md: the sections that were measured, as Markdown."""

from __future__ import annotations

import math
import os
import platform
import re
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

HEAD = """\
# Benchmarks

Written by `.venv/bin/python -m benchmarks`, which measures everything on this page in one run: do not edit it. Ways to
do the same are run in turns, one round after another, so what else the machine does is fair to all of them. **The
ratios count**: seconds are those of one machine on one day. A cell has the median, and the smallest and the largest in
brackets; a single figure is of one run, or of a whole class. CPU is the processor time of a whole process tree; memory
is the peak of its proportional set sizes (PSS).

{machine}
"""


@dataclass(frozen=True)
class Section:
    """A part of the page: its heading, and paragraphs and tables in Markdown."""

    heading: str
    text: str


def page(sections: Sequence[Section]) -> str:
    """The whole page."""
    parts = [f"## {section.heading}\n\n{section.text.strip()}\n" for section in sections]
    return "\n".join([HEAD.format(machine=machine()), *parts])


def machine() -> str:
    """Where this is measured."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "pytest", "gradescope-utils"))
    here = f"{os.cpu_count()} processors, Linux {platform.release().split('-')[0]}" if sys.platform == "linux" else ""
    return f"Measured on {here or platform.platform()}, Python {platform.python_version()}, {versions}."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first column is text, the others are figures."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(values: Sequence[float], digits: int = 2) -> str:
    """A cell: the median, and between which values the others lie."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def mebibytes(value: float) -> str:
    """A cell for a peak of memory, which only root can measure."""
    return "needs root" if math.isnan(value) else f"{value:.0f}"


def ratios(values: Sequence[float], base: Sequence[float], digits: int = 2) -> str:
    """A cell: the ratios of what was measured in the same rounds."""
    return figure([value / other for value, other in zip(values, base, strict=False)], digits)


def cells(text: str, number: int = 0) -> dict[str, list[str]]:
    """A table of a text again, the first if not another: the cells of each row by its first one, medians alone."""
    tables = [block for block in re.split(r"\n\n+", text) if block.startswith("|")]
    lines = tables[number].splitlines()[2:]
    split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first: [re.sub(r" \(.*\)$", "", cell) for cell in rest] for first, *rest in split}
