"""Half a processor, as Gradescope's smallest container has: a whole assignment in a group with a quota."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.measure import PYTHON, Cost, cost
from benchmarks.page import Section, figure, table

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = {"vae": "correct_reference", "gan": "correct_plain"}
PROCESSORS = 0.5
TIMEOUT_S = 600  # Gradescope's default
_PERIOD_US = 100_000
_CPU_1, _UNIFIED = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


def section(rounds: int) -> Section:
    """Wall time of whole assignments with half a processor, as a share of the platform's limit."""
    heading = "Half a processor"
    with tempfile.TemporaryDirectory() as made, _group() as group:
        if group is None:
            return Section(
                heading, "Not measured: this machine lets nobody make a group with a quota of processor time."
            )
        rows = []
        for name, sample_name in SAMPLES.items():
            sample = ROOT / "submissions_sample" / name / sample_name
            grade = [PYTHON, "-m", "autograder", "grade", name, str(sample), "--results", f"{made}/results.json"]
            join = ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "-"]
            free: list[Cost] = []
            bound: list[Cost] = []
            for _ in range(rounds):
                free.append(cost(grade))
                bound.append(cost([*join, *grade]))
            walls = [spent.wall_s for spent in bound]
            shares = [wall / TIMEOUT_S for wall in walls]
            rows.append([f"`{name}`", figure([s.wall_s for s in free]), figure(walls, 1), f"1/{1 / max(shares):.0f}"])
    head = ["a correct submission", "wall s, free", f"wall s, {PROCESSORS:g} processors", f"of {TIMEOUT_S} s, at most"]
    return Section(heading, table(head, rows))


@contextmanager
def _group() -> Iterator[Path | None]:
    """A group of processes that gets half a processor, or None where none can be made."""
    parent = _CPU_1 if _CPU_1.is_dir() else _UNIFIED
    group = parent / f"benchmark-{os.getpid()}"
    quota = int(_PERIOD_US * PROCESSORS)
    try:
        group.mkdir()
        if parent == _CPU_1:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "cpu.max").write_text(f"{quota} {_PERIOD_US}")
    except OSError:
        with suppress(OSError):
            group.rmdir()
        yield None
        return
    try:
        yield group
    finally:
        with suppress(OSError):
            group.rmdir()
