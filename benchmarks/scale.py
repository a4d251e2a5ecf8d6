"""How a grading grows with the number of checks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from autograder.worker import starting
from benchmarks.measure import PYTHON, cost, peak_pss_mib
from benchmarks.page import Section, figure, mebibytes, table

HERE = Path(__file__).resolve().parent
SUBMISSION = HERE / "homework" / "submission"
COUNTS = (10, 30, 100, 300)
_CHECK = '''

@number("1.{number}")
@weight(1)
def test_kl_{number}(student, reference):
    """gaussian_kl is right at place {number}"""
    assert_matches(student.gaussian_kl, reference.gaussian_kl, *posterior({batch}, 5))
'''


def section(source: Path, rounds: int) -> Section:
    """Processor time and memory by the number of checks: each compares values and gradients of one function."""
    rows, before = [], None
    for count in COUNTS:
        folder = _homework(source, count)
        command = [PYTHON, str(HERE / "through_wall.py"), str(folder), str(SUBMISSION), str(source.parent / "s.json")]
        begun = starting.environment()  # as ./run_autograder begins
        cost(command, begun)
        costs = [cost(command, begun) for _ in range(rounds)]
        cpu = [spent.cpu_s for spent in costs]
        more = f"{1000 * (min(cpu) - before[1]) / (count - before[0]):.0f}" if before else ""
        peak = peak_pss_mib(command, begun)
        rows.append([str(count), figure([spent.wall_s for spent in costs]), figure(cpu), more, mebibytes(peak)])
        before = count, min(cpu)
    head = ["checks", "wall s", "CPU s", "CPU ms for one more", "peak MiB"]
    what = (
        "Each check asks for values and gradients of one function, with a worker of its own. What one more costs is "
        "the difference to the row above, of the smallest: fork, import, call, backward, compare, end, results.json."
    )
    return Section("By the number of checks", f"{what}\n\n{table(head, rows)}")


def _homework(source: Path, count: int) -> Path:
    """The benchmark's homework with so many checks of one kind."""
    folder = source / "assignments" / f"checks_{count}"
    shutil.copytree(HERE / "homework", folder, ignore=shutil.ignore_patterns("__pycache__"))
    checks, toml = folder / "checks.py", folder / "assignment.toml"
    head = checks.read_text().partition('@number("1.1")')[0].rstrip()
    many = [_CHECK.format(number=number + 1, batch=2 + number % 7) for number in range(count)]
    checks.write_text("\n".join([head, *many]))
    kept = toml.read_text().partition("[parts.2]")[0]
    limits = "[limits]" + toml.read_text().partition("[limits]")[2]
    toml.write_text(re.sub(r"points = \d+", f"points = {count}", kept) + limits)
    return folder
