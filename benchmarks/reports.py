"""python -m benchmarks.reports [ROUNDS]: what reports add to a grading, as ratios of processor time in one run.

Three samples, each graded in three ways, interleaved: with results.json alone; with the page and all its pictures; and
as on Gradescope, with pictures in results.json. Sizes and the number of pictures are told too.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import PYTHON, cost, spread

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("vae/correct_reference", "vae/wrong_variance_as_std", "gan/wrong_generator_losses_exchanged")
WAYS = ("results", "page", "platform")


def main(rounds: int) -> None:
    """Measure and print."""
    for sample in SAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            commands = {way: [PYTHON, "-m", "benchmarks.reports", "one", way, sample, folder] for way in WAYS}
            for command in commands.values():  # not counted: files come from the cache
                cost(command)
            measured = [{way: cost(command).cpu_s for way, command in commands.items()} for _ in range(rounds)]
            print(f"{sample}: results.json alone {spread([one['results'] for one in measured])} s CPU")
            for way in WAYS[1:]:
                ratios = [one[way] / one["results"] for one in measured]
                print(f"  {way:<9} {spread(ratios)} times that (median {statistics.median(ratios):.3f})")
            for path in sorted(Path(folder).iterdir()):
                text = path.read_text(encoding="utf-8")
                pictures = text.count("<svg") + text.count("<img")
                print(f"  {path.name:<22} {len(text.encode()) / 1024:.0f} KiB, {pictures} pictures")


def one(way: str, sample: str, folder: Path) -> None:
    """Grade a sample in one of the ways, in this process."""
    from autograder.assignment import load_assignment
    from autograder.pipeline import Progress, grade
    from autograder.report import gradescope

    assignment = load_assignment(ROOT / "assignments" / sample.split("/")[0])
    progress = Progress(assignment, lambda report, verdict, total: None)
    report = grade(assignment, ROOT / "submissions_sample" / sample, progress, exhibits=way != "results")
    gradescope.write(report, folder / f"results-{way}.json")
    if way == "page":
        from autograder.report.html import html

        (folder / "page.html").write_text(html(report), encoding="utf-8")
    elif way == "platform":
        from autograder.report.drawing import Drawing

        gradescope.write(report, folder / "results-platform.json", assignment.presentation.format, Drawing())


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        one(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
