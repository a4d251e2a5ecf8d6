"""What a submission can do to a grader: the same two, given to all of them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.page import Section, table
from benchmarks.peers.calling import names
from benchmarks.peers.ways import Way

HERE = Path(__file__).resolve().parent
CORRECT = HERE / "homework" / "submission" / "submission.py"
_TIMEOUT_S = 300.0

# Solves nothing, and asks the reference that lies in the same process's memory.
_TAKES = """

def gaussian_kl(mu, logvar):
    import gc
    import types

    for found in gc.get_objects():
        if isinstance(found, types.ModuleType) and "reference" in found.__name__ and hasattr(found, "gaussian_kl"):
            return found.gaussian_kl(mu, logvar)
    return 0 * mu.sum(-1)
"""
# All is right but one function, which ends the process.
_ENDS = """

def g_loss_sat(fake_logits):
    import os

    os._exit(0)
"""
SUBMISSIONS = {"takes": _TAKES, "ends": _ENDS}
_LINE_OF_ONE = re.compile(rb"\bpassed\b")
_LOST = ("failure", "error", "skipped")  # in a testcase of JUnit's


def written(folder: Path) -> dict[str, Path]:
    """Folders with these submissions."""
    for name, added in SUBMISSIONS.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "submission.py").write_text(CORRECT.read_text(encoding="utf-8") + added, encoding="utf-8")
    return {name: folder / name for name in SUBMISSIONS}


def section(homework: Path, taking: Sequence[Way], ending: Sequence[Way]) -> Section:
    """What became of them: each way with the one submission, and with the other."""
    count = len(names(homework))
    rows = []
    for taker, ender in zip(taking, ending, strict=True):
        _run(taker)
        stolen = "full marks" if passed(taker.results) == count else "fails"
        _run(ender)
        others = passed(ender.results)
        survived = f"{others} of {count - 1}" if others < count else f"all {count}, the one that should fail too"
        rows.append([taker.name, taker.isolation, stolen, survived])
    what = (
        "One submission solves nothing of `gaussian_kl` and asks the reference, if that lies in its process's memory. "
        "The other is right, but for one function that ends the process: its check should fail, and all others pass."
    )
    head = [
        "",
        "what a check has of its own",
        "asks the reference",
        "passed, where one ends the process",
    ]
    return Section("What a submission can do to its grader", f"{what}\n\n{table(head, rows)}")


def _run(way: Way) -> None:
    """Run it, however it ends: some graders are ended with the submission."""
    way.results.unlink(missing_ok=True)
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(way.command, env=way.environment, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        process.wait(_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def passed(results: Path) -> int:
    """How many checks are said to have passed in a results file, whichever grader wrote it."""
    try:
        text = results.read_bytes()
    except OSError:
        return 0
    if text.startswith(b"<?xml"):
        cases = ElementTree.fromstring(text).iter("testcase")
        return sum(not any(case.find(lost) is not None for lost in _LOST) for case in cases)
    try:
        found = json.loads(text)
    except ValueError:
        return len(_LINE_OF_ONE.findall(text))
    if "results" in found:
        return sum(one["passed"] is True for one in found["results"] or ())
    return sum(0 < one.get("score", 0) == one.get("max_score") for one in found.get("tests", ()))
