"""python -m benchmarks.confinement [ROUNDS]: what the confinement of a worker costs, layer by layer and as a whole.

Each layer is timed in a fresh child, after those before it. The whole is the time from asking for a worker to its word
that the student's module is imported, with all layers and without the last two, interleaved in one run.
"""

from __future__ import annotations

import os
import statistics
import struct
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from autograder.worker import confine, starting
from benchmarks.measure import spread

SOURCE = "def f(x):\n    return x\n"


def main(rounds: int) -> None:
    """Measure and print."""
    os.environ.update(starting.ONE_THREAD)
    from autograder.worker import survey
    from autograder.worker.nursery import Nursery

    print(survey.system())
    print(f"each layer, {rounds} rounds: smallest / median / largest, in ms")
    for name, times in layer_times(rounds).items():
        print(f"  {name:<20} {spread([1000 * seconds for seconds in times])}")
    with closing(Nursery.start()) as full, closing(Nursery.start(without=("files", "system calls"))) as less:
        pairs = [(worker_s(full), worker_s(less)) for _ in range(rounds)]
    print(f"a worker, from fork to imported module, {rounds} interleaved rounds, in ms")
    for side, name in enumerate(("all layers", "without Landlock and seccomp")):
        print(f"  {name:<30} {spread([1000 * pair[side] for pair in pairs])}")
    print(f"  difference, median             {statistics.median(1000 * (one - other) for one, other in pairs):.2f}")
    print(
        f"a system call that is allowed    {call_ns(confined=True):.0f} ns confined, "
        f"{call_ns(confined=False):.0f} ns not"
    )


def layer_times(rounds: int) -> dict[str, list[float]]:
    """Seconds that each layer took, by name."""
    from autograder.worker import readable, seccomp, survey

    names = survey.names(survey.survey())
    readable.paths(False), seccomp.prepared(False)  # as the nursery does
    layers = [layer for layer in confine.LAYERS if layer.name in names]
    found: dict[str, list[float]] = {layer.name: [] for layer in layers}
    for _ in range(rounds):
        for layer, seconds in zip(layers, in_child(lambda: applied(layers), len(layers)), strict=True):
            found[layer.name].append(seconds)
    return found


def applied(layers: list) -> list[float]:
    """Confine this process; seconds for every layer."""
    plan = a_plan()
    times = []
    for layer in layers:
        started = time.perf_counter()
        layer.apply(plan)
        times.append(time.perf_counter() - started)
    return times


def a_plan():
    """A plan for a worker in the temporary folder."""
    user_id = 60_001 if confine.may_change_user() else None
    return confine.Plan(tempfile.gettempdir(), tempfile.gettempdir(), user_id, 512, 60)


def in_child(work, count: int) -> list[float]:
    """What `work` returns in a forked process: so many numbers."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, struct.pack(f"{count}d", *work()))
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(writing)
    data = os.read(reading, 8 * count)
    os.close(reading)
    return list(struct.unpack(f"{count}d", data))


def worker_s(nursery) -> float:
    """Seconds from the request for a worker to its imported module."""
    from autograder.assignment import Limits
    from autograder.session import Session
    from autograder.worker import serve
    from autograder.workspace import Workspace

    workspace = Workspace("submission.py")
    try:
        (workspace.staged / "submission.py").write_text(SOURCE)
        with workspace.home() as home:
            plan = confine.Plan(str(home.folder), str(home.temporary), home.user_id, 512, 60)
            started = time.perf_counter()
            with Session(nursery, serve.Task(plan, "submission.py", 1), Limits()):
                return time.perf_counter() - started
    finally:
        workspace.remove()


def call_ns(confined: bool) -> float:
    """Nanoseconds of one system call."""

    def measure() -> list[float]:
        if confined:
            applied([layer for layer in confine.LAYERS if layer.name in ("no new privileges", "files", "system calls")])
        count = 200_000
        started = time.perf_counter()
        for _ in range(count):
            os.getppid()
        return [1e9 * (time.perf_counter() - started) / count]

    return in_child(measure, 1)[0]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
