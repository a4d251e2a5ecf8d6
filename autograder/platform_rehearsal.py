"""What Gradescope does with a zip and a submission, done in a private folder.

The steps are those of its build and of its harness, in their order. What cannot be had without a container is another
machine: the system's packages, the network and /tmp are this one's, and $AUTOGRADER_ROOT stands for /autograder.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from autograder.errors import UsageError
from autograder.metering import Ended, Meter, wait
from autograder.platform_layout import ROOT_VARIABLE
from autograder.platform_results import TIMED_OUT, Judged, judge

SCRIPTS = ("setup.sh", "run_autograder")
RUN = ("./run_autograder",)
_SETUP_TIMEOUT_S = 3600.0  # a build that hangs ends some time
_PATIENCE_S = 2.0
# What belongs to this shell and not to a fresh container, or is the harness's alone.
_NOT_INHERITED = (
    "AUTHENTICATION_TOKEN",
    "START_SSHD",
    "AUTOGRADER_",
    "PYTHON",
    "VIRTUAL_ENV",
    "OMP_",
    "MKL_",
    "OPENBLAS_",
    "TIMEOUT_SECONDS",
    "TMP",
    "TEMP",
)
_INHERITED = ("PYTHON",)  # the Python that setup.sh is to build on


@dataclass(frozen=True)
class Built:
    """How setup.sh ended."""

    status: int
    wall_s: float
    log: str

    @property
    def is_good(self) -> bool:
        """Would the platform take submissions?"""
        return self.status == 0


@dataclass(frozen=True)
class Run:
    """How run_autograder ended, and what the platform makes of what it left."""

    ended: Ended
    judged: Judged
    survivors: int = 0  # processes that were still there when the run was over


class Platform(Protocol):
    """Something that builds a zip and runs it on submissions."""

    def build(self, archive: Path) -> Built: ...  # noqa: D102

    def receive(self, submission: Sequence[Path], metadata: str) -> None: ...  # noqa: D102

    def run(self, timeout_s: float) -> Run: ...  # noqa: D102


@contextmanager
def private_folder(*, keep: bool = False) -> Iterator[Path]:
    """A folder that other users may pass through, as the users of workers must."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-rehearsal-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


class FolderPlatform:
    """The platform's places below a folder. With `environment`, setup.sh keeps or makes the environment there."""

    def __init__(self, base: Path, environment: Path | None = None) -> None:
        self.root = base / "autograder"
        self.source = self.root / "source"
        self._temporary = base / "tmp"
        self._log = base / "setup.log"
        self._environment = environment

    def build(self, archive: Path) -> Built:
        """Unpack the zip and run its setup.sh. Raises UsageError for what is no zip for the platform."""
        self.unpack(archive)
        for name in SCRIPTS:
            script = self.source / name
            script.write_bytes(script.read_bytes().replace(b"\r\n", b"\n"))
            script.chmod(script.stat().st_mode | 0o111)
        with self._log.open("wb") as log:
            process = self._start(["bash", str(self.source / "setup.sh")], log, self._variables())
            ended = _finish(process, _SETUP_TIMEOUT_S, None)
        self._clear_temporary()
        shutil.copy2(self.source / "run_autograder", self.root / "run_autograder")
        return Built(ended.status, ended.wall_s, self._log.read_text(encoding="utf-8", errors="replace"))

    def unpack(self, archive: Path) -> None:
        """Unpack the zip into source/ and make the places, without running anything."""
        for folder in (self.root, self._temporary, self.source):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        unzip(archive, self.source)
        for name in SCRIPTS:
            if not (self.source / name).is_file():
                raise UsageError(_missing(archive, name, self.source))
        self._clear_temporary()

    def receive(self, submission: Sequence[Path], metadata: str) -> None:
        """Put what is handed in where the platform does: made anew, as is the folder for results."""
        for folder in (self.root / "submission", self.root / "results"):
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir()
            folder.chmod(0o755)
        place(submission, self.root / "submission")
        path = self.root / "submission_metadata.json"
        path.write_text(metadata, encoding="utf-8")
        path.chmod(0o644)

    def run(
        self,
        timeout_s: float,
        command: Sequence[str] = RUN,
        meter: Meter | None = None,
        **variables: str,
    ) -> Run:
        """Run the grader as the platform does, and judge what it left."""
        printed, results = self.root / "results" / "stdout", self.root / "results" / "results.json"
        with printed.open("wb") as output:
            try:
                process = self._start(command, output, self._variables() | during_a_run(timeout_s) | variables)
            except OSError as error:  # such as a first line that names no program
                output.write(f"{command[0]}: {error.strerror}\n".encode())
                process = None
            ended = _finish(process, timeout_s, meter) if process else Ended(127, 0.0, 0.0, timed_out=False)
        survivors = _end_session(process.pid) if process else 0
        if ended.timed_out:  # by then what was written is lost, on the platform too
            results.unlink(missing_ok=True)
            results.write_text(timed_out_results(timeout_s), encoding="utf-8")
        text = results.read_bytes() if results.is_file() else None
        return Run(ended, judge(text, printed.read_bytes()), survivors)

    def _start(
        self, command: Sequence[str], output: IO[bytes], variables: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(command),
            cwd=self.root,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that what is left behind can be found
        )

    def _variables(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in _INHERITED or not name.startswith(_NOT_INHERITED)
        }
        kept |= {ROOT_VARIABLE: str(self.root), "TMPDIR": str(self._temporary), "CUDA_VISIBLE_DEVICES": ""}
        if self._environment is not None:
            kept["AUTOGRADER_VENV"] = str(self._environment.absolute())
        return kept

    def _clear_temporary(self) -> None:
        shutil.rmtree(self._temporary)
        self._temporary.mkdir()
        self._temporary.chmod(0o1777)


def during_a_run(timeout_s: float) -> dict[str, str]:
    """The variables that the harness leaves to run_autograder; its own AUTHENTICATION_TOKEN is taken away first."""
    return {
        "TIMEOUT_SECONDS": f"{timeout_s:g}",
        "SUBMISSION_URL": "https://platform.invalid/submissions/1",
        "SUBMIT_RESULTS_URL": "https://platform.invalid/submissions/1/results",
        "ASSET_HOST": "https://platform.invalid/assets",
    }


def timed_out_results(timeout_s: float) -> str:
    """What the harness writes over results.json when the time is over."""
    return f'{{"score": 0, "output": "{TIMED_OUT.format(seconds=timeout_s)}"}}'


def place(submission: Sequence[Path], folder: Path) -> None:
    """Put files into a folder as an upload: one zip is unpacked, a folder's files keep their relative paths."""
    if len(submission) == 1 and submission[0].suffix.lower() == ".zip" and submission[0].is_file():
        unzip(submission[0], folder)
        (folder / f"__{submission[0].name}__").touch()  # the mark that the platform leaves
        return
    for path in submission:
        if path.is_dir():
            shutil.copytree(path, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        elif path.is_file():
            shutil.copyfile(path, folder / path.name)
        else:
            raise UsageError(f"{path}: there is no such file or folder to hand in")


def unzip(archive: Path, folder: Path) -> None:
    """Unpack a zip as `unzip` does, with the modes that it holds. Raises UsageError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                mode = entry.external_attr >> 16
                if stat.S_ISLNK(mode):
                    raise UsageError(f"{archive}: {entry.filename} is a link; put the file itself into the zip")
                written = Path(opened.extract(entry, folder))
                if stat.S_IMODE(mode):
                    written.chmod(stat.S_IMODE(mode) | (0o700 if entry.is_dir() else 0o600))
    except FileNotFoundError:
        raise UsageError(f"{archive}: there is no such zip") from None
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise UsageError(f"{archive}: cannot be unpacked: {error}") from None


def _missing(archive: Path, name: str, source: Path) -> str:
    inside = sorted(path.parent.name for path in source.glob(f"*/{name}"))
    if inside:
        return f"{archive}: {name} is in the folder {inside[0]}, but should be at the zip's root: zip the files, not it"
    return f"{archive}: has no {name} at its root; make the zip with: python -m autograder bundle ASSIGNMENT"


def _finish(process: subprocess.Popen[bytes], timeout_s: float, meter: Meter | None) -> Ended:
    try:
        return wait(process, timeout_s, meter)
    except BaseException:  # told to stop: nothing may go on without us
        process.kill()
        _end_session(process.pid, patience_s=0.0)
        raise


def _end_session(session: int, patience_s: float = _PATIENCE_S) -> int:
    """End what a run left behind; how many processes there were. The grader's own go by themselves, and quickly."""
    deadline_s = time.monotonic() + patience_s
    while (left := _session(session)) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    for pid in left:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(left)


def _session(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, of = (entry / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()[:4]
            if int(of) == session and state != "Z":
                found.append(int(entry.name))
    return found
