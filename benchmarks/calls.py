"""What the wall costs: a worker by its steps and its layers of confinement, one call, one backward, and large tensors.

python -m benchmarks.calls [ROUNDS] measures in a process of its own, as a grading is one, and prints JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.worker import starting
from benchmarks.measure import PYTHON
from benchmarks.page import Section, figure, table

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"1 KiB": 1 << 10, "32 KiB": 1 << 15, "1 MiB": 1 << 20, "16 MiB": 1 << 24, "64 MiB": 1 << 26}  # of one tensor
_FLOAT_BYTES = 4
_ENOUGH_S = 0.4  # for the calls of one size


def sections(rounds: int) -> list[Section]:
    """Measured in another process."""
    command = [PYTHON, "-m", "benchmarks.calls", str(rounds)]
    begun = starting.environment()
    done = subprocess.run(command, cwd=ROOT, env=begun, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    return [_workers(found), _calls(found)]


def _workers(found: dict[str, Any]) -> Section:
    steps = table(
        ["a worker for one check", "wall ms"], [[name, figure(times, 1)] for name, times in found["worker"].items()]
    )
    layers = [[name, figure(times)] for name, times in found["layers"].items()]
    total = sum(statistics.median(times) for times in found["layers"].values())
    cost = table(["layer of confinement, applied by a fresh fork", "ms"], [*layers, ["all of them", f"{total:.2f}"]])
    allowed = f"A system call that is allowed takes {found['call_ns'][0]:.0f} ns under Landlock and seccomp, and " \
              f"{found['call_ns'][1]:.0f} ns without."  # fmt: skip
    return Section("What isolation costs, by layer", f"{steps}\n\n{cost}\n\n{allowed}")


def _calls(found: dict[str, Any]) -> Section:
    rows = [[size, *(f"{found['calls'][size][kind]:.2f}" for kind in _KINDS)] for size in SIZES]
    head = ["each tensor", *(f"{kind}, ms" for kind in _KINDS)]
    what = "A function gets two tensors and returns one (`reparameterize`); then all gradients of its sum."
    return Section("What a call costs, by the size of its tensors", f"{what}\n\n{table(head, rows)}")


_KINDS = ("a call", "with backward", "in process", "with backward, in process")


def measure(rounds: int) -> dict[str, Any]:
    """All of it, in this process."""
    from benchmarks import confinement

    layers = confinement.layer_times(rounds)
    calls_ns = [confinement.call_ns(confined=True), confinement.call_ns(confined=False)]
    from autograder.assignment import load_assignment
    from autograder.pipeline import start_nursery
    from autograder.submission import stage

    folder = ROOT / "benchmarks" / "homework"
    assignment = load_assignment(folder)
    assignment = replace(assignment, limits=replace(assignment.limits, memory_mib=4096))
    with closing(start_nursery(assignment)) as nursery, stage(folder / "submission", assignment) as workspace:
        from autograder.host import Host

        host = Host(nursery, workspace, assignment)
        found: dict[str, Any] = {"worker": _worker(host, rounds), "calls": _by_size(host)}
    return {**found, "layers": {name: [1e3 * t for t in times] for name, times in layers.items()}, "call_ns": calls_ns}


def _worker(host: Any, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of a worker that is asked for nothing, and of one that is called once, interleaved."""
    import torch

    from autograder.host import Transcript

    value = torch.randn(3, 5)

    def one(calls: int) -> float:
        started = time.perf_counter()
        with host.student("worker", 60, Transcript()) as student:
            for _ in range(calls):
                student.gaussian_kl(value, value)
        return 1000 * (time.perf_counter() - started)

    one(1)
    pairs = [(one(0), one(1)) for _ in range(rounds)]
    return {
        "copy of the submission, fork, confinement, import, end": [pair[0] for pair in pairs],
        "the same with one call, its first": [pair[1] for pair in pairs],
    }


def _by_size(host: Any) -> dict[str, dict[str, float]]:
    """Milliseconds of calls, by the size of a tensor and by what is called."""
    import torch

    from autograder.host import Transcript
    from benchmarks.homework.submission import submission

    found = {}
    with host.student("calls", 600, Transcript()) as student:
        for name, size in SIZES.items():
            plain = torch.zeros(1, size // _FLOAT_BYTES)
            leaf = plain.clone().requires_grad_()

            def backward(module: Any, leaf: Any = leaf) -> None:
                module.reparameterize(leaf, leaf).sum().backward()
                leaf.grad = None

            found[name] = {
                "a call": _ms(lambda plain=plain: student.reparameterize(plain, plain)),
                "with backward": _ms(lambda: backward(student)),
                "in process": _ms(lambda plain=plain: submission.reparameterize(plain, plain)),
                "with backward, in process": _ms(lambda: backward(submission)),
            }
    return found


def _ms(action: Callable[[], object]) -> float:
    """The median time of an action, in milliseconds."""
    action()
    times: list[float] = []
    while len(times) < 5 or (sum(times) < 1000 * _ENOUGH_S and len(times) < 200):
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


if __name__ == "__main__":
    os.environ.update(starting.ONE_THREAD)
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 30)))
