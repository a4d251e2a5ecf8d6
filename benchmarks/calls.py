"""What one call through the wall costs: a tensor of 64×784 to the student's function and back, and its backward."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from autograder.assignment import load_assignment  # noqa: E402
from autograder.pipeline import start_nursery  # noqa: E402
from autograder.submission import stage  # noqa: E402

REPEATS = 200


def milliseconds(action: Callable[[], object]) -> float:
    """The median time of an action, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def main() -> None:
    """Print the cost of a call, of a call with backward, and of a worker that makes one call."""
    folder = ROOT / "benchmarks" / "homework"
    assignment = load_assignment(folder)
    with closing(start_nursery(assignment)) as nursery, stage(folder / "submission", assignment) as workspace:
        import torch

        from autograder.host import Host, Transcript
        from benchmarks.homework.submission import submission

        host = Host(nursery, workspace, assignment)
        plain = torch.randn(64, 784)
        leaf = torch.randn(64, 784, requires_grad=True)

        def worker() -> None:
            with host.student("call", 10, Transcript()) as student:
                student.gaussian_kl(plain, plain)

        with host.student("calls", 60, Transcript()) as student:
            for name, module in (("through the wall", student), ("in process", submission)):
                call = milliseconds(lambda module=module: module.gaussian_kl(plain, plain))
                both = milliseconds(lambda module=module: module.gaussian_kl(leaf, plain).sum().backward())
                print(f"{name:<18} one call {call:6.2f} ms   with backward {both:6.2f} ms")
        times = []
        for _ in range(30):
            started = time.perf_counter()
            worker()
            times.append(1000 * (time.perf_counter() - started))
        print(f"a worker from fork to end, with one call: {statistics.median(times):.1f} ms")


if __name__ == "__main__":
    main()
