"""python -m tests.red_team [CASE...]: grades the corpus as every user there is, and prints a table for the docs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from tests.red_team import arena, cases, judge

GROUPS = {
    "a": "score tampering",
    "e": "forged frames, lying values",
    "b f": "reading secrets",
    "k": "past the kernel's fences",
    "c g": "denial",
    "d h": "broken homework",
}
_COLUMNS = {
    "unearned marks": ("unearned",),
    "breaches": ("breach", "trace"),
    "secrets leaked": ("leak",),
    "no valid result": ("no result", "our fault"),
    "marks lost": ("lost",),
    "no clear message": ("message",),
}


def main() -> int:
    chosen = {case.name: case for case in cases.load(arena.FOLDER, sys.argv[1:])}
    graded = arena.grade_everywhere(list(chosen))
    failed = 0
    for user in arena.users():
        results = {name: graded[name, user] for name in chosen if (name, user) in graded}
        found = {name: judge.problems(chosen[name], result) for name, result in results.items()}
        print(f"\nAs {user}:\n")
        print("\n".join(_table(results, found)))
        for name, wrong in found.items():
            failed += bool(wrong)
            for problem in wrong:
                print(f"{name}: {problem.kind}: {problem.text[:400]}")
        failed += len(chosen) - len(results)
    return 1 if failed else 0


def _table(results: dict[str, dict[str, Any]], found: dict[str, list[judge.Problem]]) -> list[str]:
    lines = ["| group | files | " + " | ".join(_COLUMNS) + " | worst time over the limits |"]
    lines.append("|---|" + "---|" * (len(_COLUMNS) + 2))
    for letters, title in [*GROUPS.items(), ("", "all")]:
        names = [name for name in results if not letters or name[0] in letters.split()]
        if names:
            lines.append(_row(title, names, results, found))
    return lines


def _row(
    title: str, names: Sequence[str], results: dict[str, dict[str, Any]], found: dict[str, list[judge.Problem]]
) -> str:
    counts = [
        sum(any(problem.kind in kinds for problem in found[name]) for name in names) for kinds in _COLUMNS.values()
    ]
    worst = max((over for name in names for over in results[name].get("over_s", {}).values()), default=0.0)
    return f"| {title} | {len(names)} | " + " | ".join(map(str, counts)) + f" | {worst:.1f} s |"


if __name__ == "__main__":
    sys.exit(main())
