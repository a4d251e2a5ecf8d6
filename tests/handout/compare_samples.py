"""Grades samples with the reference and in a handout, and compares what students see of the visible checks.

python -m tests.handout.compare_samples vae                         all samples of an assignment
python -m tests.handout.compare_samples gan "wrong_*" "correct_*"   some of them

Prints a line for every difference, and a count; the exit status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
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
            if seen["output"].startswith("Graded after submission."):
                counts["graded after submission"] += 1
            elif seen == wanted:
                counts["the same"] += 1
            else:
                counts["different"] += 1
                found.append(f"{sample.name} {number}:\n  after submission: {wanted}\n  in the handout:   {seen}")
    return found, counts


def main(arguments: list[str] | None = None) -> int:
    """Compare samples of an assignment. The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.handout.compare_samples")
    parser.add_argument("assignment")
    parser.add_argument("samples", nargs="*", help="names, as wrong_*; all if none is given")
    parser.add_argument("--handout", type=Path, help="an unpacked handout; a new one is made if none is given")
    options = parser.parse_args(arguments)
    place = Path(tempfile.mkdtemp(prefix="handout-"))
    try:
        handout = options.handout or place / "handout"
        if options.handout is None:
            made = command(ROOT, "handout", options.assignment, "--output", str(handout))
            print(made.stdout + made.stderr)
            assert made.returncode == 0
        found, counts = differences(options.assignment, handout, samples_of(options.assignment, options.samples))
        print("\n".join(found))
        print(f"{options.assignment}: {dict(counts)}")
        return 1 if found else 0
    finally:
        shutil.rmtree(place, ignore_errors=True)


def samples_of(name: str, patterns: Sequence[str] = ()) -> list[Path]:
    """The folders of an assignment's samples whose names match."""
    found = [path.parent for path in sorted(SAMPLES.glob(f"{name}/*/expected.toml"))]
    return [path for path in found if not patterns or any(path.match(pattern) for pattern in patterns)]


if __name__ == "__main__":
    sys.exit(main())
