"""python -m benchmarks: measures all that docs/benchmarks.md says, what is compared in turns, and writes it.

It takes half an hour on two processors, on which nothing else should run meanwhile. With --only one part of it is
measured, and printed.
"""

from __future__ import annotations

import argparse
import compileall
from collections.abc import Callable
from pathlib import Path

from benchmarks import calls, commands, container, regrading, scale, single, startup, targets
from benchmarks.page import Section, page
from benchmarks.readme import PAGE, README, updated

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each way is run (5)")
    parser.add_argument("--class", type=int, default=30, dest="size", help="submissions of the class (30)")
    parser.add_argument("--only", choices=(*_parts(Path(), 0, 0),), help="measure this alone, and print it")
    parser.add_argument("--output", type=Path, default=PAGE, help="where the page goes (docs/benchmarks.md)")
    options = parser.parse_args()
    for folder in ("autograder", "benchmarks", "reference"):
        compileall.compile_dir(str(ROOT / folder), quiet=1)  # else every process would, where nothing may be written
    with regrading.project() as source:
        parts = _parts(source, options.rounds, options.size)
        found: list[Section] = []
        for name, measure in parts.items():
            if options.only in (None, name):
                for section in measure():
                    print(f"{section.heading}\n\n{section.text}\n", flush=True)
                    found.append(section)
    if options.only is None:
        found.insert(0, targets.section(found))
        options.output.write_text(page(found), encoding="utf-8")
        print(f"written: {options.output}")
        if options.output == PAGE:
            README.write_text(updated(README.read_text(encoding="utf-8"), page(found)), encoding="utf-8")
            print(f"written: the table in {README}")


def _parts(source: Path, rounds: int, size: int) -> dict[str, Callable[[], list[Section]]]:
    return {
        "single": lambda: single.sections(source, source.parent / "scratch", rounds),
        "startup": lambda: [startup.section(rounds)],
        "calls": lambda: calls.sections(10 * rounds),
        "scale": lambda: [scale.section(source, max(rounds // 2, 1))],
        "class": lambda: regrading.sections(source, size),
        "commands": lambda: [commands.section(rounds)],
        "container": lambda: [container.section(max(rounds // 2, 1))],
    }


if __name__ == "__main__":
    main()
