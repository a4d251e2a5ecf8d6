"""The folder of a class's results, and which of them are finished: a run that was killed goes on where it was.

    RESULTS/submissions/NAME/results.json, record.json, report.html     the same bytes for the same class
    RESULTS/submissions/NAME/.finished.json                             written last: what the files were made from
    RESULTS/times.csv, grades.csv, class/, changes.csv                  written when all are graded

A result is finished if its mark has the key that the submission has now, and its files are what they were when the mark
was written. So what was being written when a run was killed is made again, and nothing else is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from autograder.claims import claim
from autograder.errors import UsageError
from autograder.messages import regrading as messages
from autograder.regrade.order import PAGE, RECORD, RESULTS, Graded
from autograder.whole_files import write_whole

SUBMISSIONS, MARK, LOCK, LOG = "submissions", ".finished.json", ".lock", "regrade.log"
FORMAT = 1
_NAME_BYTES = 1000
FILES = {RESULTS, RECORD, PAGE}


@dataclass(frozen=True)
class Finished:
    """A finished result: what it was made from, and how long that took."""

    key: str
    isolation: str
    seconds: float
    slowest: str
    slowest_seconds: float
    errors: int  # checks that met a fault of ours: the next run grades the submission again


class Results:
    """A folder of results."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self, assignment: str) -> Iterator[None]:
        """Have the folder, which is made, for this run alone.

        Raises UsageError where another run has it, or where results of another assignment are in it.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # hidden checks, and whose results they are
            (self.folder / SUBMISSIONS).mkdir(mode=0o700, exist_ok=True)
            lock = claim(self.folder / LOCK)
        except BlockingIOError:
            raise UsageError(messages.IN_USE.format(folder=self.folder)) from None
        except OSError as error:
            raise UsageError(messages.NO_FOLDER.format(folder=self.folder, why=error.strerror)) from None
        try:
            self._take(assignment, lock)
            yield
        finally:
            os.close(lock)

    def _take(self, assignment: str, lock: int) -> None:
        """Have the folder for an assignment, whose name is in the locked file."""
        whose = os.pread(lock, _NAME_BYTES, 0).decode("utf-8", "replace").strip()
        if whose not in ("", assignment):
            raise UsageError(messages.OF_ANOTHER.format(folder=self.folder, whose=whose, assignment=assignment))
        os.pwrite(lock, f"{assignment}\n".encode(), 0)

    @contextmanager
    def log(self) -> Iterator[TextIO]:
        """Where slots say what went wrong with them; there is no such file if nothing did."""
        path = self.folder / LOG
        try:
            with path.open("w", encoding="utf-8") as file:
                yield file
        finally:
            if not path.stat().st_size:
                path.unlink()

    def of(self, name: str) -> Path:
        """The folder of one submission's results."""
        return self.folder / SUBMISSIONS / name

    def finished(self, name: str, key: str) -> Finished | None:
        """The finished result of a submission, if it has the key."""
        found = self._mark(name)
        if found is None or found["key"] != key:
            return None
        try:
            if any(_digest(self.of(name) / file) != digest for file, digest in found["files"].items()):
                return None
        except OSError:
            return None
        return Finished(**{field: found[field] for field in Finished.__dataclass_fields__})

    def keep(self, graded: Graded) -> None:
        """Write a result, and then its mark. Raises GraderError."""
        folder = self.of(graded.name)
        for file in (MARK, *sorted(FILES - set(graded.files))):  # what an earlier run wrote, and this one does not
            (folder / file).unlink(missing_ok=True)
        for file, text in graded.files.items():
            write_whole(folder / file, text, messages.WRITE_CURE)
        finished = Finished(**{field: getattr(graded, field) for field in Finished.__dataclass_fields__})
        files = {file: hashlib.sha256(text.encode()).hexdigest() for file, text in graded.files.items()}
        mark = json.dumps({"format": FORMAT, **asdict(finished), "files": files}, indent=1)
        write_whole(folder / MARK, mark + "\n", messages.WRITE_CURE)

    def _mark(self, name: str) -> dict[str, Any] | None:
        path = self.of(name) / MARK
        try:
            found = json.loads(path.read_bytes())
            wanted = {"format", "files", *Finished.__dataclass_fields__}
            is_ours = isinstance(found, dict) and set(found) == wanted and found["format"] == FORMAT
        except (OSError, ValueError):
            return None
        return found if is_ours and isinstance(found["files"], dict) else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
