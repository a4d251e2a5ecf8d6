"""Where the start of a grading goes: what its imports take, and what is not imported."""

from __future__ import annotations

import re
import statistics
import subprocess
from collections import defaultdict
from pathlib import Path

from benchmarks.measure import PYTHON, cost
from benchmarks.page import Section, figure, ratios, table

ROOT = Path(__file__).resolve().parents[1]
_LINE = re.compile(r"import time:\s*(\d+) \|\s*\d+ \| +([\w.]+)")
_OURS = {"autograder", "reference", "benchmarks"}
_GRADE = (
    "from benchmarks.homework import submission; import autograder.grade_command, autograder.collect, autograder.host"
)
_OPTIMIZER = "torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])"
_LATE = "from autograder.worker.lazy_compiler import import_compiler_when_asked_for as late; late(); "
_PROCESSES = {
    "Python": "pass",
    "`import torch`": "import torch",
    "the same, with the garbage collector off, as a grading does it": "import gc; gc.disable(); import torch",
    "`import torch` and a first optimizer": f"import torch; {_OPTIMIZER}",
    "the same, with torch's compiler imported when it is asked for": f"import torch; {_LATE}{_OPTIMIZER}",
    "both, as a grading does it": f"import gc; gc.disable(); import torch; {_LATE}{_OPTIMIZER}",
}


def section(rounds: int) -> Section:
    """Processes that do nothing but start, and what a grading imports, by library."""
    costs: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, code in _PROCESSES.items():
            costs[name].append(cost([PYTHON, "-c", code]).cpu_s)
    base = costs["`import torch`"]
    rows = [[name, figure(costs[name]), ratios(costs[name], base)] for name in _PROCESSES]
    text = table(["a process that starts, does this and ends", "CPU s", "× import torch"], rows)
    shares = _by_library()
    total = sum(shares.values())
    largest = sorted(shares.items(), key=lambda pair: -pair[1])
    rows = [
        [f"`{name}`", f"{1000 * share:.0f}", f"{share / total:.0%}"] for name, share in largest if share > 0.01 * total
    ]
    split = table(["what a grading imports", "ms, each module's own", "share"], rows)
    return Section("Where the start goes", f"{text}\n\n{split}")


def _by_library() -> dict[str, float]:
    """Seconds that the modules of each library took by themselves, in the median of three runs."""
    runs = [_imports() for _ in range(3)]
    names = set().union(*runs)
    return {name: statistics.median(run.get(name, 0.0) for run in runs) for name in names}


def _imports() -> dict[str, float]:
    done = subprocess.run(
        [PYTHON, "-X", "importtime", "-c", _GRADE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = defaultdict(float)
    for own_us, name in _LINE.findall(done.stderr):
        library = name.partition(".")[0].removeprefix("_")
        found["the grader's own modules" if library in _OURS else library] += int(own_us) / 1e6
    known = {
        name: seconds
        for name, seconds in found.items()
        if name in ("torch", "numpy", "pytest", "the grader's own modules")
    }
    return {**known, "Python's own and other libraries": sum(found.values()) - sum(known.values())}
