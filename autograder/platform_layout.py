"""Gradescope's places: where the container has the submission, its metadata and the results.

$AUTOGRADER_ROOT (/autograder)
  source/                     this project, unpacked from the zip
  submission/                 what the student handed in; made anew for every run
  submission_metadata.json    who and when
  results/results.json        what we write
"""

from __future__ import annotations

import math
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import known_assignments
from autograder.errors import UsageError

ROOT_VARIABLE = "AUTOGRADER_ROOT"
ASSIGNMENT_VARIABLE = "AUTOGRADER_ASSIGNMENT"
_DEFAULT_ROOT = "/autograder"
_DEFAULT_TIMEOUT_S = 600.0  # the platform's default
_RESERVE_S = 30.0


@dataclass(frozen=True)
class Places:
    """The platform's places, for one assignment."""

    root: Path
    assignment: Path
    secrets: tuple[Path, ...]

    @property
    def submission(self) -> Path:
        """What was handed in."""
        return self.root / "submission"

    @property
    def results(self) -> Path:
        """What the platform reads."""
        return results_in(self.root)

    @property
    def metadata(self) -> Path:
        """Who handed in, and when; what hidden checks said before stands in it too."""
        return self.root / "submission_metadata.json"

    @property
    def budget_s(self) -> float:
        """Seconds after which no check is begun."""
        return max(self._timeout_s - _RESERVE_S, self._timeout_s / 2)

    @property
    def last_moment_s(self) -> float:
        """Seconds after which the run is ended as it is."""
        return (self.budget_s + self._timeout_s) / 2

    @property
    def _timeout_s(self) -> float:
        """Seconds after which the platform kills the run, and throws its results away."""
        try:
            timeout_s = float(os.environ.get("TIMEOUT_SECONDS", ""))
        except ValueError:
            timeout_s = 0.0
        if not 0 < timeout_s < math.inf:  # missing, or nonsense
            timeout_s = _DEFAULT_TIMEOUT_S
        return timeout_s

    def protect(self) -> None:
        """Close what the student's user must not read. At every run: the platform makes folders anew."""
        with suppress(OSError):  # writing the results then says what is wrong with their place
            self.results.parent.mkdir(exist_ok=True)
        for path in (self.submission, self.results.parent, self.metadata, *self.secrets, *self._unpacked()):
            with suppress(OSError):
                path.chmod(path.stat().st_mode & 0o700)

    def _unpacked(self) -> list[Path]:
        """Everything that the zip held, but for the environment that workers run with."""
        source = self.root / "source"
        environment = Path(sys.prefix).resolve()
        entries = source.iterdir() if source.is_dir() else ()
        return [entry for entry in entries if entry.resolve() != environment and not entry.is_symlink()]


def root() -> Path:
    """Where the platform's places lie. Raises UsageError where there is no such layout."""
    found = Path(os.environ.get(ROOT_VARIABLE, _DEFAULT_ROOT))
    if not (found / "submission").is_dir():
        raise UsageError(
            f"no assignment and no submission given, and there is no {found / 'submission'} as on Gradescope; "
            "try: ./run_autograder --help"
        )
    return found


def results_in(root: Path) -> Path:
    """The file that the platform reads."""
    return root / "results" / "results.json"


def find(root: Path, assignments: Path) -> Places:
    """The platform's places below `root`. Raises UsageError if it is not clear what to grade."""
    known = known_assignments(assignments)
    name = os.environ.get(ASSIGNMENT_VARIABLE) or (known[0] if len(known) == 1 else "")
    if name not in known:
        raise UsageError(
            f"{assignments} holds {', '.join(known) or 'no assignment'}; name the one to grade in {ASSIGNMENT_VARIABLE}"
        )
    secrets = (assignments, assignments.parent / "reference", assignments.parent / "submissions_sample")
    return Places(root, assignments / name, secrets)
