"""README.md of a handout: one page, for students."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograder.assignment import Assignment
from autograder.model import Check, Visibility
from autograder.report.text import points

_TEXT = """\
# {title}

Your files are in `submission/`. Fill them in, keep their names, and hand in that folder's files (or a zip of them).

{files}

## Try it out

```
./run_autograder
```

grades what is in `submission/` and writes `results.json` beside it. `./run_autograder --check {number}` runs one check,
and what it requires. With `--html report.html` the report is a page too (`./setup.sh --pictures` installs what draws
its pictures), with `--plain` it has no table. You need Python 3.10 or newer with pip, on Linux (macOS has not been
tried yet); on Windows use WSL (`wsl --install`, then open this folder there). The first run builds a local `.venv`: a
few minutes, about 1 GB, most of it PyTorch. No other program is installed, nothing is sent anywhere, and you need not
be an administrator. If something does not work, `.venv/bin/python -m autograder doctor` says what is wrong with the
machine, and what to do.

## What the report says

| | |
|---|---|
| `pass` | the check holds: you have its points |
| `FAIL` | it does not: the report says what was seen, what should be, and often why |
| `skip` | it was not run, because a check that it needs failed: look at that one first |
| `wait` | it is graded after submission only |
| `????` | a fault of the autograder, not of yours: tell the course staff |

The verdicts and messages of these checks are those that you get after submission. {waiting}

| part | points | of these graded here |
|---|---|---|
{table}

The checks are in `assignments/{name}/checks.py`: read them if a message is not enough. What the solution gives for
their inputs is recorded in `expected.safetensors`; the solution itself is not here.
"""


def readme(assignment: Assignment, waiting: Sequence[Check], checks: Sequence[Check]) -> str:
    """The page. `waiting` are the checks that are graded after submission only."""
    later = {check.id for check in waiting}
    here = [c for c in checks if c.visibility is Visibility.VISIBLE and c.id not in later and c.max_score > 0]
    rows = []
    for part in assignment.parts:
        graded = math.fsum(check.max_score for check in here if check.part == part.number)
        rows.append(f"| {part.number}. {part.title} | {points(part.points)} | {points(graded)} |")
    total, graded = (math.fsum(group) for group in ([p.points for p in assignment.parts], [c.max_score for c in here]))
    rows.append(f"| all | {points(total)} | {points(graded)} |")
    wait = math.fsum(check.max_score + check.by_hand for check in waiting)
    return _TEXT.format(
        title=assignment.title,
        files="\n".join(f"- `submission/{name}`" for name in assignment.files),
        number=here[0].number if here else "1.1",
        waiting=f"{points(wait)} points are graded after submission only." if wait else "",
        table="\n".join(rows),
        name=assignment.name,
    )
