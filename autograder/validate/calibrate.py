"""What trainings of the reference reach: measured over many seeds, and stored beside the assignment.

For every check with the fixture `trains` the figures of many trainings of the reference are recorded, with the bounds
that the check states, and the power: how many trainings with each known mistake fall short of the bounds.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from autograder import calibration, declarations
from autograder.assignment import Assignment, load_assignment
from autograder.compare.training import Recorder
from autograder.errors import AssignmentError
from autograder.exhibits import Numbers
from autograder.loading import all_mistakes, load_beside, load_reference
from autograder.replay import as_in_a_worker
from autograder.showing import Show
from autograder.standin import StandIn
from autograder.student import InProcess

_CHUNK = 5  # seeds of one task
_CURVE_POINTS = 40
_FIXTURES = ("student", "reference", "recipes", "trains", "device", "seed", "show")


class CurveRecorder(Show):
    """Keeps the loss curves that a check shows, and nothing else."""

    def __init__(self) -> None:
        super().__init__(wanted=False)
        self.values: dict[str, list[Numbers]] = {}

    def loss_curve(self, title: str, losses: Any, *, y_label: str = "", caption: str = "") -> None:
        """One curve of a training."""
        self.values.setdefault(title, []).append(tuple(float(loss) for loss in losses))


@dataclass(frozen=True)
class _Measured:
    """What trainings gave, how many of them fell short, and their loss curves by title."""

    figures: dict[str, list[float]]
    fell_short: int
    curves: dict[str, list[Numbers]]


@dataclass(frozen=True)
class _Task:
    """Trainings of one check with one mistake, or with none: done in a process of its own."""

    folder: Path
    number: str
    mistake: str | None
    seeds: range
    device: str

    def measure(self) -> _Measured:
        """Train."""
        torch.set_num_threads(1)
        assignment = load_assignment(self.folder)
        stand_in = StandIn(assignment)
        worn = [known for known in all_mistakes(assignment) if known.name == self.mistake]
        recorder, curves = Recorder(self.seeds), CurveRecorder()
        with stand_in.with_mistakes(worn) as student, as_in_a_worker(0):  # a mistake may change settings
            try:
                _call(assignment, training_checks(assignment)[self.number], student, recorder, self.device, curves)
            except Exception:  # noqa: BLE001 - a mistake may end a training in any way; then it is caught
                if not worn:
                    raise
                return _Measured({}, len(self.seeds), {})
        rows = [dict(zip(recorder.figures, row, strict=True)) for row in zip(*recorder.figures.values(), strict=True)]
        return _Measured(recorder.figures, sum(bool(recorder.bounds.short_of(row)) for row in rows), curves.values)


def calibrate(
    assignment: Assignment,
    *,
    runs: int,
    power_runs: int,
    jobs: int,
    device: str,
    only: Sequence[str],
    progress: Callable[[str], None],
) -> dict[str, dict[str, Any]]:
    """Measure every training check, or only those with the given numbers; returns the whole calibration."""
    table = calibration.load(assignment)
    checks = training_checks(assignment)
    table = {number: entry for number, entry in table.items() if number in checks}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for number, check in checks.items():
            if not only or number in only:
                known_power = table.get(number, {}).get("power", {})
                table[number] = _entry(assignment, number, check, runs, power_runs, known_power, device, pool, progress)
    return table


def training_checks(assignment: Assignment) -> dict[str, Callable[..., Any]]:
    """The checks of an assignment that train, by number."""
    module = load_beside(assignment, "checks")
    found = {}
    for name, function in vars(module).items() if module else ():
        if name.startswith("test_") and callable(function):
            inner = declarations.unwrap(function)
            if "trains" in inspect.signature(inner).parameters:
                found[str(getattr(inner, "__number__", name))] = inner
    return found


def _entry(
    assignment: Assignment,
    number: str,
    check: Callable[..., Any],
    runs: int,
    power_runs: int,
    known_power: dict[str, float],
    device: str,
    pool: ProcessPoolExecutor,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    bounds, touched = _first_run(assignment, check, device)
    right = [_Task(assignment.folder, number, None, seeds, device) for seeds in _chunks(runs)]
    wrong = [
        _Task(assignment.folder, number, known.name, range(power_runs), device)
        for known in all_mistakes(assignment)
        if known.of in touched and power_runs
    ]
    figures: dict[str, list[float]] = {}
    curves: dict[str, list[Numbers]] = {}
    short, power = 0, {} if power_runs else known_power
    for task, found in zip([*right, *wrong], pool.map(_Task.measure, [*right, *wrong]), strict=True):
        progress(f"{number} {task.mistake or 'reference'}")
        if task.mistake:
            power[task.mistake] = found.fell_short / power_runs
        else:
            short += found.fell_short
            for name, values in found.figures.items():
                figures.setdefault(name, []).extend(values)
            for title, more in found.curves.items():
                curves.setdefault(title, []).extend(more)
    return {
        "check": (inspect.getdoc(check) or "").partition("\n")[0],
        "runs": runs,
        "fell_short": short,
        "torch": torch.__version__.partition("+")[0],
        "device": device,
        "at_most": dict(bounds.bounds.at_most),
        "at_least": dict(bounds.bounds.at_least),
        "figures": {name: sorted(round(value, 5) for value in values) for name, values in figures.items()},
        "power": power,
        "curves": {title: _band(several) for title, several in curves.items()},
    }


def _band(curves: list[Numbers]) -> dict[str, list[float]]:
    """Where curves lie: at some steps, the least and the greatest of all runs."""
    length = min(map(len, curves))
    stride = max(1, math.ceil(length / _CURVE_POINTS))
    places = sorted({*range(0, length, stride), length - 1})
    columns = [[curve[place] for curve in curves] for place in places]
    return {
        "step": [float(place + 1) for place in places],
        "low": [float(f"{min(column):.4g}") for column in columns],
        "high": [float(f"{max(column):.4g}") for column in columns],
    }


def _first_run(assignment: Assignment, check: Callable[..., Any], device: str) -> tuple[Recorder, set[str]]:
    recorder = Recorder(range(1))
    with StandIn(assignment).with_mistakes(()) as student:
        _call(assignment, check, student, recorder, device, CurveRecorder())
        return recorder, student.touched


def _call(
    assignment: Assignment,
    check: Callable[..., Any],
    student: InProcess,
    recorder: Recorder,
    device: str,
    curves: CurveRecorder,
) -> None:
    offered: Mapping[str, Any] = {
        "student": student,
        "reference": InProcess(load_reference(assignment)),
        "recipes": load_beside(assignment, "recipes"),
        "trains": recorder,
        "device": device,
        "seed": 0,
        "show": curves,
    }
    wanted = inspect.signature(check).parameters
    if unknown := [name for name in wanted if name not in offered]:
        raise AssignmentError(
            f"{assignment.checks_file}: {check.__name__} trains and asks for {unknown[0]}, "
            f"but can be calibrated with {', '.join(_FIXTURES)} only"
        )
    check(**{name: offered[name] for name in wanted})


def _chunks(runs: int) -> list[range]:
    return [range(start, min(start + _CHUNK, runs)) for start in range(0, runs, _CHUNK)]
