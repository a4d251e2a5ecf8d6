"""Commands that grade nothing: they import no torch, and should be there at once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measure import PYTHON, cost
from benchmarks.page import Section, figure, table

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "submissions_sample" / "vae" / "wrong_kl_log_sigma"


def _first(kept: Path, command: list[str]) -> float:
    kept.unlink(missing_ok=True)
    return cost(command).cpu_s


def section(rounds: int) -> Section:
    """Processor time of each."""
    program = [PYTHON, "-m", "autograder"]
    with tempfile.TemporaryDirectory() as made:
        records = Path(made) / "records"
        kept = ["--results", f"{made}/results.json", "--record", f"{records}/one.json"]
        records.mkdir()
        cost([*program, "grade", "vae", str(SAMPLE), *kept])
        commands = {
            "`--help`": ["--help"],
            "`regrade --help`": ["regrade", "--help"],
            "`explain vae`, asked before": ["explain", "vae"],
            "`template vae`": ["template", "vae"],
            "`class`, the page of one graded submission": ["class", str(records), "-o", f"{made}/class"],
        }
        for arguments in commands.values():
            cost([*program, *arguments])
        times = {name: [cost([*program, *given]).cpu_s for _ in range(rounds)] for name, given in commands.items()}
        kept = ROOT / "assignments" / "vae" / "__pycache__" / "explained.json"
        first = "`explain vae`, asked for the first time: it imports the checks, and torch"
        times[first] = [_first(kept, [*program, "explain", "vae"]) for _ in range(rounds)]
    rows = [[name, figure(times[name])] for name in times]
    return Section("Commands that grade nothing", table(["command", "CPU s"], rows))
