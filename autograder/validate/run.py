"""Measures assignments and says what falls short."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

from autograder import calibration, devices, measurement
from autograder.assignment import Assignment, find_assignment, known_assignments, load_assignment
from autograder.diagnosis import Mistake
from autograder.errors import AssignmentError, UsageError, nearest
from autograder.loading import all_mistakes, load_reference
from autograder.validate import calibrate, lint, measure, summary, written
from autograder.validate.cases import MISTAKE, REFERENCE, VARIANT, Case, cases
from autograder.validate.measure import Order, Outcome

FALLS_SHORT = 1


def validate(options: argparse.Namespace, root: Path) -> int:
    """Validate the assignments that were asked for."""
    names = options.assignments or known_assignments(root)
    if min(options.repeat, options.jobs) < 1:
        raise UsageError("--repeat and --jobs should be 1 or more")
    every = not options.mistake and not options.check and options.slice == "1/1"
    if options.store and (options.written or not every):
        raise UsageError("--store is for whole measurements: leave out --mistake, --check, --slice and --written")
    results, holds = [], True
    for name in names:
        assignment = load_assignment(find_assignment(name, root))
        answers = written.measure(assignment)
        holds = holds and (answers is None or answers.holds)
        shown = [str(answers)] if answers else []
        result = {"assignment": name, "written": asdict(answers) if answers else None}
        if not options.written:
            findings = lint.findings(assignment.checks_file)
            files = measurement.fingerprints(assignment)
            measured = _measure(assignment, options)
            holds = holds and measured.holds and not findings
            if options.store:
                measurement.save(assignment, replace(measure.stored(measured), files=files))
            shown = [*findings, summary.text(measured, matrix=not options.no_matrix, idle=every), *shown]
            result |= {**measure.plain(measured), "lint": findings}
        results.append(result)
        if not options.json:
            _print("\n".join(shown or [f"{name}: no written questions"]))
    if options.json:
        _print(json.dumps(results, indent=1, ensure_ascii=False))
    return 0 if holds else FALLS_SHORT


def recalibrate(options: argparse.Namespace, root: Path) -> int:
    """Calibrate the training checks of one assignment."""
    assignment = load_assignment(find_assignment(options.assignments[0], root))
    known = calibrate.training_checks(assignment)
    for number in options.check:
        if number not in known:
            raise UsageError(f"there is no check {number} that trains: there is {', '.join(known) or 'none'}")
    table = calibrate.calibrate(
        assignment,
        runs=options.runs,
        power_runs=options.power_runs,
        jobs=options.jobs,
        device=devices.chosen(options.device),
        only=options.check,
        progress=_tell,
    )
    calibration.save(assignment, table)
    _print(summary.calibrations(table))
    return 0 if not any(entry["fell_short"] for entry in table.values()) else FALLS_SHORT


def _measure(assignment: Assignment, options: argparse.Namespace) -> measure.Measured:
    known = _known(assignment)
    chosen = _sliced(_chosen(known, options.mistake), options.slice)
    only = tuple(options.check)
    standard = _standard(assignment, options.slice)
    total = len(standard) + len(chosen) + options.repeat - 1
    bar = _Bar(assignment.name, total, shown=sys.stderr.isatty())

    def grade(orders: list[Order]) -> list[Outcome]:
        device = devices.chosen(options.device)
        return measure.grade_cases(assignment, orders, jobs=options.jobs, device=device, progress=bar.advance)

    outcomes = grade([Order(case, only=only, reach=case.kind == REFERENCE) for case in standard])
    right = outcomes[0]
    outcomes += grade([_order(known_, right, only, trainings=options.trainings) for known_ in chosen])
    if not options.trainings:  # what nothing else catches, a training may
        found = measure.judge(assignment, known, outcomes)
        again = {judged.mistake.name for judged in found.survivors if _reaches_training(judged.mistake, right)}
        outcomes = [outcome for outcome in outcomes if outcome.case.name not in again]
        outcomes += grade([_order(k, right, only, trainings=True) for k in chosen if k.name in again])
    drawing = tuple(n for n in right.by_chance if options.trainings or n not in right.trains)
    if drawing:  # else every repeat is the first run again
        outcomes += grade([Order(Case(REFERENCE, REFERENCE), str(i), drawing) for i in range(1, options.repeat)])
    return measure.judge(assignment, known, outcomes)


def _order(mistake: Mistake, right: Outcome, only: tuple[str, ...], *, trainings: bool) -> Order:
    """A mistake with the checks that it can change, without those that train unless they are wanted."""
    reaching = [number for number, names in right.reached.items() if mistake.of in names]
    quick = [number for number in reaching if number not in right.trains]
    wanted = reaching if trainings or not quick else quick
    return Order(Case(MISTAKE, mistake.name, mistake.of), only=tuple(wanted) or only)


def _reaches_training(mistake: Mistake, right: Outcome) -> bool:
    return any(mistake.of in right.reached[number] for number in right.trains)


def _known(assignment: Assignment) -> list[Mistake]:
    load_reference(assignment)
    path = assignment.folder / "mistakes.py"
    known = all_mistakes(assignment)
    for mistake in known:
        if measure.own_part(assignment, mistake.of) is None:
            raise AssignmentError(
                f"{path}: {mistake.name} is a mistake in {mistake.of!r}, which is in no part's names in assignment.toml"
            )
    return known


def _chosen(known: list[Mistake], wanted: list[str]) -> list[Mistake]:
    if wanted == ["none"]:
        return []
    names = {mistake.name for mistake in known} | {mistake.of for mistake in known}
    for name in wanted:
        if name not in names:
            similar = nearest(name, names)
            raise UsageError(f"there is no mistake {name}" + (f": did you mean {similar}?" if similar else ""))
    return [mistake for mistake in known if not wanted or mistake.name in wanted or mistake.of in wanted]


def _standard(assignment: Assignment, share: str) -> list[Case]:
    """What has no mistake: reference and handout always, and with a slice of the mistakes a third of the variants."""
    everything = cases(assignment)
    if share == "1/1":
        return everything
    variants = [case for case in everything if case.kind == VARIANT]
    chosen = variants[int(share.partition("/")[0]) % 3 :: 3]
    return [case for case in everything if case.kind != VARIANT or case in chosen]


def _sliced(known: list[Mistake], share: str) -> list[Mistake]:
    first, _, step = share.partition("/")
    if not (first.isdecimal() and step.isdecimal() and 1 <= int(first) <= int(step)):
        raise UsageError(f"--slice is {share!r}, but should be K/N with K from 1 to N, as in 1/4")
    return known[int(first) - 1 :: int(step)]


class _Bar:
    """A line on the terminal that tells how far the measuring is."""

    def __init__(self, name: str, total: int, *, shown: bool) -> None:
        self._name, self._total, self._shown = name, total, shown
        self._done, self._lock = 0, threading.Lock()

    def advance(self, case: Case) -> None:
        with self._lock:
            self._done += 1
            if self._shown:
                end = "\n" if self._done == self._total else ""
                filled = 30 * self._done // self._total
                bar = "█" * filled + "░" * (30 - filled)
                sys.stderr.write(f"\r{self._name} {bar} {self._done}/{self._total} {case.name:.40}\x1b[K{end}")
                sys.stderr.flush()


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text}\x1b[K")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
