"""Grades samples with the reference and in a handout, and compares what students see of the visible checks.

python -m tests.handout.compare_samples vae [HANDOUT_FOLDER]     all samples of an assignment; makes the handout if none

Prints a line for every difference, and a count; the exit status is 1 if there is one.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.handout.conftest import ROOT, command, graded

SAMPLES = ROOT / "submissions_sample"


def differences(name: str, handout: Path, samples: list[Path]) -> tuple[list[str], Counter[str]]:
    """What differs in the visible checks, and how many verdicts are the same, differ, or wait."""
    counts: Counter[str] = Counter()
    found = []
    after, before = (graded(side, name, samples) for side in (ROOT, handout))
    for sample in samples:
        for number, seen in before[str(sample)].items():
            wanted = after[str(sample)].get(number)
            if seen["output"] == "Graded after submission.":
                counts["graded after submission"] += 1
            elif seen == wanted:
                counts["the same"] += 1
            else:
                counts["different"] += 1
                found.append(f"{sample.name} {number}:\n  after submission: {wanted}\n  in the handout:   {seen}")
    return found, counts


def main(name: str, folder: str | None = None) -> int:
    """Compare all samples of an assignment. The exit status."""
    place = Path(tempfile.mkdtemp(prefix="handout-"))
    try:
        handout = Path(folder) if folder else place / "handout"
        if folder is None:
            made = command(ROOT, "handout", name, "--output", str(handout))
            print(made.stdout + made.stderr)
            assert made.returncode == 0
        samples = sorted(path.parent for path in SAMPLES.glob(f"{name}/*/expected.toml"))
        found, counts = differences(name, handout, samples)
        print("\n".join(found))
        print(f"{name}: {len(samples)} samples, {dict(counts)}")
        return 1 if found else 0
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
