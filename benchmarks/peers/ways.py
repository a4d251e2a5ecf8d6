"""The ways in which others grade the same homework: a command each, with its environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.worker.starting import ONE_THREAD
from benchmarks.measure import PYTHON
from benchmarks.peers import generated
from benchmarks.peers.calling import names

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Way:
    """A way to grade a submission. The command exits with 0 only if every check passed.

    `isolation` says what a check shares with others; `environment` is the command's whole environment, and `results`
    is where it writes what came out.
    """

    name: str
    isolation: str
    command: list[str]
    environment: dict[str, str]
    results: Path


def ways(homework: Path, submission: Path, scratch: Path, environments: Mapping[str, Path | str]) -> list[Way]:
    """All ways that there are environments for. What they need and write goes to folders of their own in `scratch`.

    homework, submission: folders with checks.py and reference.py, and with submission.py.
    environments: what `environments.available()` returned.
    """
    homework, submission, scratch = (path.resolve() for path in (homework, submission, scratch))
    scratch.mkdir(parents=True, exist_ok=True)
    found = [
        _script("bare script, 1 thread", "in_process.py", homework, submission, scratch, ONE_THREAD),
        _script("bare script", "in_process.py", homework, submission, scratch),
        _script("gradescope-utils, 1 thread", "json_test_runner.py", homework, submission, scratch, ONE_THREAD),
        _script("gradescope-utils", "json_test_runner.py", homework, submission, scratch),
        _script("pytest", "plain_pytest.py", homework, submission, scratch, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
    ]
    otter, check50 = environments.get("otter"), environments.get("check50")
    if isinstance(otter, Path):
        found.append(_otter(homework, submission, scratch, otter.resolve()))
    if isinstance(check50, Path):
        found += _check50(homework, submission, scratch, check50.resolve())
    return found


def _script(
    name: str,
    script: str,
    homework: Path,
    submission: Path,
    scratch: Path,
    more: Mapping[str, str] | None = None,
) -> Way:
    results = _place(scratch, name) / "results"
    command = [PYTHON, str(HERE / script), str(homework), str(submission), str(results)]
    return Way(name, "none", command, _variables(more or {}), results)


def _otter(homework: Path, submission: Path, scratch: Path, environment: Path) -> Way:
    """otter-grader: a Jupyter kernel runs the submission, and the tests in its namespace."""
    name = "otter-grader"
    place = _place(scratch, name)
    zipped = generated.otter_zip(homework, place / "autograder.zip")
    run = [str(environment / "bin" / "otter"), "run", str(submission / "submission.py"), "--no-logo"]
    command = [*run, "-a", str(zipped), "-o", str(place)]
    own = {"IPYTHONDIR": str(place / "ipython"), "JUPYTER_DATA_DIR": str(place / "jupyter")}  # not the user's own
    results = place / "results.json"
    return Way(name, "process per submission", _judged(homework, place, results, command), _library(own), results)


def _check50(homework: Path, submission: Path, scratch: Path, environment: Path) -> list[Way]:
    """check50: checks that import the submission in a pool of processes, and checks that start a Python each."""
    kinds = (
        ("check50, checks import", "pool of processes", generated.check50_imports),
        ("check50, checks run a command", "process per check", generated.check50_commands),
    )
    found = []
    for name, isolation, write in kinds:
        place = _place(scratch, name)
        results = place / "results.json"
        run = [str(environment / "bin" / "check50"), "--dev", str(write(homework, place / "checks"))]
        command = [*run, "-o", "json", "--output-file", str(results)]
        found.append(Way(name, isolation, _judged(homework, submission, results, command), _library({}), results))
    return found


def _judged(homework: Path, folder: Path, results: Path, command: list[str]) -> list[str]:
    """The command, run in a folder, and what fails unless its results say that all checks passed."""
    count = str(len(names(homework)))
    return [PYTHON, "-I", "-S", str(HERE / "all_passed.py"), str(folder), str(results), count, *command]


def _place(scratch: Path, name: str) -> Path:
    place = scratch / name.replace(",", "").replace(" ", "-")
    place.mkdir(exist_ok=True)
    return place


def _library(more: Mapping[str, str]) -> dict[str, str]:
    """Variables with which the project can be imported by the Python of another environment."""
    return _variables({"PYTHONPATH": str(ROOT), **more})


def _variables(more: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables, without what says how many threads there are or where packages lie; and more."""
    hidden = (*ONE_THREAD, "PYTHONPATH", "PYTHONHOME")
    return {**{name: value for name, value in os.environ.items() if name not in hidden}, **more}
