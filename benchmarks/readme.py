"""The README's comparison: a few columns of docs/benchmarks.md, so that it says nothing that was not measured."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.page import cells, table

ROOT = Path(__file__).resolve().parents[1]
README, PAGE = ROOT / "README.md", ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- as measured by python -m benchmarks -->\n", "\n<!-- end of what was measured -->"
_ROWS = {  # of the page -> what the README calls them
    "bare script, 1 thread": "a script that imports the submission",
    "gradescope-utils": "gradescope-utils, as most graders on the platform",
    "pytest": "pytest",
    "otter-grader": "otter-grader",
    "check50, checks import": "check50, checks that import the submission",
    "check50, checks run a command": "check50, checks that start a Python each",
    "ours, on Gradescope": "**this project, on Gradescope**",
}
_SINGLE, _MISBEHAVING = "One submission: the same and", "What a submission can do"


def comparison(page: str) -> str:
    """The table. `page` is the text of docs/benchmarks.md."""
    single, misbehaving = _table(page, _SINGLE), _table(page, _MISBEHAVING)
    rows = [
        [name, single[row][3], single[row][5], single[row][0], *misbehaving[row][1:]]
        for row, name in _ROWS.items()
        if row in single
    ]
    head = ["20 checks, one of which trains", "CPU, × the script", "peak MiB", "a check has of its own"]
    return table([*head, "submission asks the reference", "passed, where one check ends the process"], rows)


def updated(readme: str, page: str) -> str:
    """The README with the table of this page."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{comparison(page)}\n{END}{after}"


def _table(page: str, heading: str) -> dict[str, list[str]]:
    """The first table under the heading that begins so."""
    section = next(part for part in re.split(r"^## ", page, flags=re.MULTILINE) if part.startswith(heading))
    return cells(section)
