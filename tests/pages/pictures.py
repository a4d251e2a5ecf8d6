"""Draws the pictures of docs/architecture.md, from what that page and pyproject.toml say: nothing is drawn by hand.

.venv/bin/python -m tests.pages.pictures     writes them anew

A browser shows them light or dark, as its reader likes, on a ground of their own: text can be read on any page.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

from tests.pages import structure

IMAGES = structure.ROOT / "docs" / "images"

_STYLE = """
  .ground { fill: #ffffff }
  text { fill: #1f2328; font: 12px ui-sans-serif, system-ui, sans-serif }
  .title { font-weight: 600; font-size: 14px }
  .code { font: 11.5px ui-monospace, monospace }
  .small { font: 10.5px ui-monospace, monospace }
  .soft { fill: #59636e }
  .box { fill: #f6f8fa; stroke: #848d97 }
  .behind { fill: #fff1e5; stroke: #bc4c00 }
  .wall { stroke: #bc4c00; stroke-width: 3; stroke-dasharray: 9 5 }
  .arrow { fill: none; stroke: #59636e; stroke-width: 1.5 }
  .head { fill: #59636e }
  .no { fill: none; stroke: #d1242f; stroke-width: 1.5 }
  .never { fill: #d1242f }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #e6edf3 }
    .soft { fill: #9198a1 }
    .box { fill: #161b22 }
    .behind { fill: #2b1a0e; stroke: #f0883e }
    .wall { stroke: #f0883e }
    .arrow { stroke: #9198a1 }
    .head { fill: #9198a1 }
    .no { stroke: #f85149 }
    .never { fill: #f85149 }
  }
"""
_HEAD = (
    '<marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">'
    '<path class="head" d="M0 0 9 4 0 8z"/></marker>'
)


def _picture(width: int, height: int, title: str, body: list[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">',
            f"<title>{title}</title>",
            f"<style>{_STYLE}</style>",
            f"<defs>{_HEAD}</defs>",
            f'<rect class="ground" width="{width}" height="{height}" rx="8"/>',
            *body,
            "</svg>\n",
        ]
    )


def _text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{style} text-anchor="{anchor}">{escape(content)}</text>'


# --- the groups ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a group stands: its row, its columns, and what it is for, in a few words."""

    row: int
    first: int
    last: int
    purpose: str


PLACES = {
    "Commands": Place(0, 0, 3, "what people start"),
    "Platform": Place(1, 0, 0, "Gradescope, imitated"),
    "Flow": Place(1, 1, 3, "one submission, from its files to a report"),
    "Reports": Place(2, 0, 0, "how a report is shown"),
    "Checks": Place(2, 1, 3, "find them, run them, say whose fault it was and which known mistake it is"),
    "Written": Place(3, 1, 1, "formulas, derivations"),
    "Student": Place(3, 2, 2, "the wall, seen by a check"),
    "Comparison": Place(3, 3, 3, "is it right?"),
    "Submission": Place(4, 1, 2, "what was handed in, staged"),
    "Assignment": Place(5, 0, 2, "one homework, its points and policies"),
    "Worker": Place(6, 0, 1, "student code runs here, confined"),
    "Nouns": Place(6, 2, 3, "plain data and words that all share"),
}
_COLUMN, _GAP, _EDGE, _LINE, _BETWEEN = 210, 12, 16, 15, 30


def architecture(groups: structure.Groups, arrows: list[structure.Arrow], rules: list[structure.Forbidden]) -> str:
    """The groups of modules, what each imports, and what is forbidden."""
    if unknown := set(groups) ^ set(PLACES):
        raise SystemExit(f"docs/architecture.md and PLACES in tests/pages/pictures.py differ in {sorted(unknown)}")
    lines = {group: _wrapped(modules, PLACES[group]) for group, modules in groups.items()}
    tops = _tops(lines)
    boxes = {group: _Box(group, PLACES[group], tops, lines[group]) for group in groups}
    drawn = [_import(boxes[start], boxes[end]) for start, end in arrows]
    width = 2 * _EDGE + 4 * _COLUMN + 3 * _GAP
    panel, bottom = _rules(rules, tops[-1] + 8, width)
    body = [*(box.drawn() for box in boxes.values()), *drawn, *panel]
    return _picture(width, bottom, "The groups of modules, what each imports, and what is forbidden", body)


def _wrapped(modules: tuple[str, ...], place: Place) -> list[str]:
    columns = place.last - place.first + 1
    width = columns * _COLUMN + (columns - 1) * _GAP - 20
    return textwrap.wrap(", ".join(modules), int(width / 7), break_long_words=False, break_on_hyphens=False)


def _tops(lines: dict[str, list[str]]) -> list[float]:
    tops = [float(_EDGE)]
    for row in range(1 + max(place.row for place in PLACES.values())):
        tallest = max(len(lines[group]) for group, place in PLACES.items() if place.row == row)
        tops.append(tops[-1] + 44 + _LINE * tallest + _BETWEEN)
    return tops


class _Box:
    def __init__(self, group: str, place: Place, tops: list[float], lines: list[str]) -> None:
        self.group, self.place, self.lines = group, place, lines
        self.left = _EDGE + place.first * (_COLUMN + _GAP)
        self.right = _EDGE + place.last * (_COLUMN + _GAP) + _COLUMN
        self.top, self.bottom = tops[place.row], tops[place.row + 1] - _BETWEEN

    def drawn(self) -> str:
        kind = "behind" if self.group == "Worker" else "box"
        size = f'width="{self.right - self.left:g}" height="{self.bottom - self.top:g}"'
        x = self.left + 10
        return "\n".join(
            [
                f'<g data-group="{self.group}">',
                f'<rect class="{kind}" x="{self.left:g}" y="{self.top:g}" {size} rx="6"/>',
                _text(x, self.top + 19, self.group, "title"),
                _text(x, self.top + 35, self.place.purpose, "soft"),
                *(_text(x, self.top + 53 + _LINE * n, line, "code") for n, line in enumerate(self.lines)),
                "</g>",
            ]
        )


def _import(start: _Box, end: _Box) -> str:
    left, right = max(start.left, end.left), min(start.right, end.right)
    if left >= right or start.bottom >= end.top:
        raise SystemExit(
            f"{start.group} imports {end.group}, which does not stand below it: move it in PLACES of "
            "tests/pages/pictures.py, or mend the import"
        )
    x = (left + right) / 2
    ends = f'data-from="{start.group}" data-to="{end.group}"'
    return f'<path class="arrow" {ends} marker-end="url(#head)" d="M{x:g} {start.bottom:g}V{end.top:g}"/>'


def _rules(rules: list[structure.Forbidden], top: float, width: int) -> tuple[list[str], int]:
    """The forbidden imports, one in each line: by whom, what, and who may nevertheless."""
    drawn = [_text(_EDGE, top + 12, "Never imported", "title never")]
    y = top + 36
    for rule in rules:
        drawn.append('<g data-rule="">')
        drawn.append(_text(_EDGE, y, _short(rule.by), "code by"))
        drawn.append(f'<path class="no" d="M176 {y - 4:g}h46m-28 -7l12 14m0 -14l-12 14"/>')
        drawn.append(_text(240, y, _short(rule.what), "code what"))
        if rule.but:
            y += _LINE + 2
            drawn.append(_text(240, y, "but by", "soft"))
            drawn.append(_text(284, y, _short(rule.but), "code but"))
        drawn.append("</g>")
        y += 23
    return drawn, int(y) - 4


def _short(modules: tuple[str, ...]) -> str:
    return ", ".join(module.removeprefix("autograder.") for module in modules)


# --- one submission -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A station of a submission: a noun or a few words, the file that it stands in, and its place in the picture."""

    name: str
    file: str
    x: int
    y: int
    kind: str = "box"


STEPS = (
    Step("handed in", "", 12, 112),
    Step("Workspace", "autograder/workspace.py", 186, 112),
    Step("Student", "autograder/student.py", 392, 112),
    Step("checks", "assignments/vae/checks.py", 566, 112),
    Step("Verdict", "autograder/verdicts.py", 728, 112),
    Step("Report", "autograder/model.py", 890, 112),
    Step("reference", "reference", 566, 16),
    Step("Worker", "autograder/worker/serve.py", 392, 268, "behind"),
    Step("Nursery", "autograder/worker/nursery.py", 566, 268, "behind"),
    Step("results.json", "autograder/report/gradescope.py", 890, 212),
    Step("terminal", "autograder/report/terminal.py", 890, 272),
    Step("page", "autograder/report/html", 890, 332),
)
WIDE, HIGH = 134, 46
# From where to where, along which line, what it says, and where that stands.
_WAYS = (
    ("handed in", "Workspace", "M146 135H186", "stage", 165, 128, "middle"),
    ("Workspace", "Worker", "M253 158V291H392", "a copy per check", 261, 284, "start"),
    ("checks", "Student", "M566 135H526", "calls", 547, 128, "middle"),
    ("Student", "Worker", "M439 158V268", "anything", 433, 190, "end"),
    ("Worker", "Student", "M479 268V158", "plain data only", 485, 190, "start"),
    ("Nursery", "Worker", "M566 291H526", "forks", 547, 284, "middle"),
    ("reference", "checks", "M633 62V112", "right values", 639, 92, "start"),
    ("checks", "Verdict", "M700 135H728", "", 0, 0, "start"),
    ("Verdict", "Report", "M862 135H890", "", 0, 0, "start"),
    ("Report", "results.json", "M957 158V212", "render", 963, 190, "start"),
    ("Report", "terminal", "M916 158V176H876V295H890", "", 0, 0, "start"),
    ("Report", "page", "M904 158V168H866V355H890", "", 0, 0, "start"),
)


def one_submission() -> str:
    """What happens to one submission, and what of it behind the wall."""
    body = [
        '<path class="wall" d="M340 222H740"/>',
        _text(346, 214, "the wall", "soft"),
        _text(392, 334, "Below the wall nothing is secret. The nursery is forked first, before", "soft"),
        _text(392, 350, "checks, reference or expected values are loaded; a worker confines", "soft"),
        _text(392, 366, "itself, and then imports the student's module.", "soft"),
        _text(12, 176, "files, a folder, a zip,", "soft"),
        _text(12, 192, "a notebook", "soft"),
    ]
    for step in STEPS:
        middle = step.x + WIDE / 2
        label = step.file.removeprefix("autograder/").replace("assignments/vae/", "")
        body += [
            f'<g data-step="{step.name}" data-file="{step.file}">',
            f'<rect class="{step.kind}" x="{step.x}" y="{step.y}" width="{WIDE}" height="{HIGH}" rx="6"/>',
            _text(middle, step.y + (19 if label else 28), step.name, "title", "middle"),
            *(
                [_text(middle, step.y + 37, label + ("" if "." in label else "/"), "small soft", "middle")]
                if label
                else []
            ),
            "</g>",
        ]
    for start, end, line, says, x, y, anchor in _WAYS:
        body.append(f'<path class="arrow" data-from="{start}" data-to="{end}" marker-end="url(#head)" d="{line}"/>')
        if says:
            body.append(_text(x, y, says, "soft", anchor))
    return _picture(1036, 394, "One submission, from its files to its report", body)


def drawn() -> dict[Path, str]:
    """The pictures, as they should be."""
    groups = structure.groups_of_the_page(structure.PAGE.read_text(encoding="utf-8"))
    arrows = structure.reduced(structure.between_groups(groups, structure.imports()))
    return {
        IMAGES / "architecture.svg": architecture(groups, arrows, structure.forbidden()),
        IMAGES / "one-submission.svg": one_submission(),
    }


if __name__ == "__main__":
    for place, picture in drawn().items():
        place.write_text(picture, encoding="utf-8")
        print(place.relative_to(structure.ROOT))
