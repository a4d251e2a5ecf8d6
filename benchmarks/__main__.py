"""python -m benchmarks [ROUNDS]: measures what the README claims, side by side and interleaved in one run."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import PYTHON, Cost, cost, peak_pss_mib, spread

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
HOMEWORK = HERE / "homework"
VAE_SAMPLE = ROOT / "submissions_sample" / "vae" / "correct_reference"


def main(rounds: int) -> None:
    """Run everything and print it."""
    with tempfile.TemporaryDirectory() as folder:
        results = str(Path(folder) / "results.json")
        own = str(Path(folder) / "floor")
        floor = [PYTHON, str(HERE / "peers" / "in_process.py"), str(HOMEWORK), str(HOMEWORK / "submission"), own]
        floor = ["env", "OMP_NUM_THREADS=1", *floor]
        wall = [PYTHON, str(HERE / "through_wall.py"), str(HOMEWORK), str(HOMEWORK / "submission"), results]
        vae = [PYTHON, str(HERE / "through_wall.py"), str(ROOT / "assignments" / "vae"), str(VAE_SAMPLE), results]
        for command in (floor, wall, vae):  # one run each that is not counted: files come from the cache
            cost(command)
        measured: list[tuple[Cost, Cost]] = [(cost(floor), cost(wall)) for _ in range(rounds)]
        report(measured)
        print(f"assignment vae, correct sample: {spread([cost(vae).wall_s for _ in range(rounds)])} s wall")
        print(f"peak memory of the tree, 20 checks with a training: {peak_pss_mib(wall):.0f} MiB (sum of PSS)")
        print(f"peak memory of the tree, assignment vae:            {peak_pss_mib(vae):.0f} MiB (sum of PSS)")
        print(f"peak memory of the bare script:                     {peak_pss_mib(floor):.0f} MiB")
    from benchmarks import calls

    calls.main()


def report(measured: list[tuple[Cost, Cost]]) -> None:
    """Print the table of the two ways to run the same 20 checks."""
    print(f"the same 20 checks, {len(measured)} interleaved rounds: smallest / median / largest")
    for name, side in (("in one process, no isolation", 0), ("through the wall, a worker a check", 1)):
        walls = spread([pair[side].wall_s for pair in measured])
        cpus = spread([pair[side].cpu_s for pair in measured])
        print(f"  {name:<36} wall {walls} s   CPU {cpus} s")
    cpu = [through.cpu_s / bare.cpu_s for bare, through in measured]
    wall = [through.wall_s / bare.wall_s for bare, through in measured]
    print(f"  ratio, paired: CPU {spread(cpu)} (median {statistics.median(cpu):.2f}), wall {spread(wall)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
