"""Commands that grade nothing: they import no torch, and should be there at once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measure import PYTHON, cost
from benchmarks.page import Section, figure, table

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "submissions_sample" / "vae" / "wrong_kl_log_sigma"


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
            "`explain vae`, which was asked before": ["explain", "vae"],
            "`template vae`": ["template", "vae"],
            "`class`, the page of one graded submission": ["class", str(records), "-o", f"{made}/class"],
        }
        for arguments in commands.values():
            cost([*program, *arguments])
        times = {name: [cost([*program, *given]).cpu_s for _ in range(rounds)] for name, given in commands.items()}
    rows = [[name, figure(times[name])] for name in commands]
    return Section("Commands that grade nothing", table(["command", "CPU s"], rows))
