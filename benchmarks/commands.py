"""Commands that grade nothing: they import no torch, and should be there at once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measure import PYTHON, cost
from benchmarks.page import Section, figure, ratios, table

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "submissions_sample" / "vae" / "wrong_kl_log_sigma"


TORCH = "`import torch`, to compare"
FIRST = "`explain vae`, asked for the first time: it imports the checks, and torch"


def section(rounds: int) -> Section:
    """Processor time of each, in turns."""
    program = [PYTHON, "-m", "autograder"]
    with tempfile.TemporaryDirectory() as made:
        records = Path(made) / "records"
        kept = ["--results", f"{made}/results.json", "--record", f"{records}/one.json"]
        records.mkdir()
        cost([*program, "grade", "vae", str(SAMPLE), *kept])
        commands = {
            "`--help`": [*program, "--help"],
            "`regrade --help`": [*program, "regrade", "--help"],
            "`template vae`": [*program, "template", "vae"],
            "`class`, the page of one graded submission": [*program, "class", str(records), "-o", f"{made}/class"],
            FIRST: [*program, "explain", "vae"],
            "`explain vae`, asked before": [*program, "explain", "vae"],
            TORCH: [PYTHON, "-c", "import torch"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(rounds + 1):
            for name, command in commands.items():
                if name == FIRST:
                    (ROOT / "assignments" / "vae" / "__pycache__" / "explained.json").unlink(missing_ok=True)
                spent = cost(command).cpu_s
                times[name] += [spent] if turn else []  # the first turn is for what is read from the disk
    rows = [[name, figure(times[name]), ratios(times[name], times[TORCH])] for name in commands]
    return Section("Commands that grade nothing", table(["command", "CPU s", "× import torch"], rows))
