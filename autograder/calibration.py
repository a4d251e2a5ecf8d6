"""calibration.json: what trainings of the reference reached, for each training check, and the bounds it is judged by.

{"7.4": {"check": "...", "runs": 50, "torch": "2.13.0", "at_most": {"w1": 1.0}, "at_least": {},
         "figures": {"w1": [0.04, ...]},
         "curves": {"The loss of train_vae": {"step": [1, ...], "low": [44.1, ...], "high": [44.4, ...]}}}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from autograder.assignment import Assignment
from autograder.errors import AssignmentError

FILE = "calibration.json"


def load(assignment: Assignment) -> dict[str, dict[str, Any]]:
    """The calibration of every training check, by number; empty if there is no file. Raises AssignmentError."""
    path = assignment.folder / FILE
    if not path.is_file():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AssignmentError(f"{path}: is not valid JSON: {error}; calibrate again") from None
    if not isinstance(table, dict) or not all(
        isinstance(entry, dict) and "figures" in entry for entry in table.values()
    ):
        raise AssignmentError(f"{path}: should hold an object with figures for every check; calibrate again")
    return table


def bands(assignment: Assignment) -> dict[str, Mapping[str, list[float]]]:
    """What trainings of the reference reached: the number of the check -> figure -> values."""
    return {number: entry["figures"] for number, entry in load(assignment).items()}


def curves(assignment: Assignment) -> dict[str, Mapping[str, Mapping[str, list[float]]]]:
    """Where loss curves of the reference lie: the number of the check -> title -> "step", "low" and "high"."""
    return {number: entry.get("curves", {}) for number, entry in load(assignment).items()}


def save(assignment: Assignment, table: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the calibration, one line for each figure."""
    path = assignment.folder / FILE
    path.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
