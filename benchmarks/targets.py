"""What was asked for, and what came out: a table from the other sections."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.commands import FIRST, TORCH
from benchmarks.page import Section, cells, figure, table
from benchmarks.single import COMMON

OURS = "ours, on Gradescope"
_ISOLATING = ("otter-grader", "check50, checks import", "check50, checks run a command")


def section(found: Sequence[Section]) -> Section:
    """Every target with its measurement, whether it was met or not."""

    def of(heading: str, number: int = 0) -> dict[str, list[str]]:
        return cells(next(one.text for one in found if one.heading.startswith(heading)), number)

    trains, checks = of("One submission: the same and"), of("One submission: 19 checks")
    plain_class, training_class = (of(name)["regrade, 2 workers"] for name in _class_headings(found))
    memory = of("By the size of the class", 1)
    commands, container = of("Commands that grade nothing"), of("Half a processor")
    quick = max(float(cell[0]) for name, cell in commands.items() if name not in (FIRST, TORCH))
    more = [float(cell[-1]) for cell in _rows(found, "By the size of the class") if cell[-1]]
    per_check = [float(cell[2]) for cell in of("By the number of checks").values() if cell[2]]
    peers = [trains[name][3] for name in _ISOLATING if name in trains]
    rows = [
        _ratio("one submission, 20 checks of which one trains, CPU × the bare script", "≤ 1.05", trains[OURS][3], 1.05),
        _ratio(f"the same, CPU × {COMMON}", "≤ 0.85", trains[OURS][4], 0.85),
        _ratio("19 checks, none of which trains, CPU × the bare script", "≤ 1.05", checks[OURS][3], 1.05),
        _ratio(f"the same, CPU × {COMMON}", "≤ 0.85", checks[OURS][4], 0.85),
        [
            f"CPU × the bare script, of those that isolate: {', '.join(peers)}",
            "less",
            *_met(trains[OURS][3], float(trains[OURS][3]) < min(map(float, peers), default=9e9)),
        ],
        [
            f"class, with a training: submissions a minute × {COMMON}",
            "≥ 3",
            *_met(training_class[1], float(training_class[1]) >= 3),
        ],
        [f"class, without: submissions a minute × {COMMON}", "≥ 6", *_met(plain_class[1], float(plain_class[1]) >= 6)],
        ["one more submission of a class, CPU s", "≤ 0.9", *_met(figure(more), statistics.median(more) <= 0.9)],
        [
            "one more check, with gradients compared, CPU ms",
            "≤ 35",
            *_met(figure(per_check, 0), statistics.median(per_check) <= 35),
        ],
        _ratio("peak MiB, no training", "≤ 300", checks[OURS][5], 300),
        _ratio("peak MiB, with a training", "≤ 400", trains[OURS][5], 400),
        _ratio("peak MiB, a class with two workers and a training", "≤ 450", memory["2"][1], 450),
        _ratio("commands that grade nothing, CPU s, the slowest", "≤ 0.3", f"{quick:.2f}", 0.3),
        _ratio("`vae` with half a processor, s", "≤ 60", container.get("`vae`", ["", "nan"])[1], 60),
    ]
    return Section("Targets", table(["", "asked", "measured", "met"], rows))


def _class_headings(found: Sequence[Section]) -> list[str]:
    return [one.heading for one in found if one.heading.startswith("A class of")]


def _rows(found: Sequence[Section], heading: str) -> list[list[str]]:
    """All rows of the first table under a heading, also those that begin alike."""
    text = next(one.text for one in found if one.heading.startswith(heading))
    lines = text.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _ratio(what: str, asked: str, measured: str, most: float) -> list[str]:
    try:
        return [what, asked, *_met(measured, float(measured) <= most)]
    except ValueError:  # not measured here
        return [what, asked, measured, "-"]


def _met(measured: str, is_met: bool) -> list[str]:
    return [measured, "yes" if is_met else "**no**"]
