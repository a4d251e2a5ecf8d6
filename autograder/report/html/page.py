"""Report -> a page: one file that needs no network, no scripts and no fonts of its own.

Jinja2 escapes every text. What is markup already is made here and nowhere else: the style sheet, pictures, and
formulas that hold nothing but MathML. A policy in the page's head forbids everything else to load or run.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.messages import html as messages
from autograder.model import Report
from autograder.report.html.pieces import Sketcher
from autograder.report.html.sections import anchors, sections
from autograder.report.html.summary import Summary, staff_summary
from autograder.report.shown import shown

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent


def html(report: Report, *, staff: bool = False) -> str:
    """The page of one submission. Without `staff` it has only what students may see."""
    from markupsafe import Markup

    report = shown(report, staff=staff)
    sketcher = Sketcher()
    parts = sections(report, sketcher, staff=staff)
    return _template().render(
        messages=messages,
        style=Markup(_read("style.css")),  # our own file
        summary=Summary.of(report, anchors(report), staff=staff),
        parts=parts,
        staff=staff_summary(report, anchors(report)) if staff else None,
        pictures_missing=sketcher.missing,
    )


@cache
def _template() -> Template:
    from jinja2 import DictLoader, Environment, StrictUndefined

    names = ("page.html.j2", "check.html.j2")
    environment = Environment(
        loader=DictLoader({name: _read(name) for name in names}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
