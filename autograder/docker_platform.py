"""The rehearsal in containers: an image is built from the zip as the platform builds it, and run on a submission.

What is copied goes through `docker cp`, not through mounted folders: files then belong to root, as on the platform, and
an engine on another machine works too. The commands are made by pure functions and run one after another.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.containers import Container
from autograder.errors import GraderError
from autograder.metering import Ended
from autograder.platform_rehearsal import Built, Run, during_a_run, place, timed_out_results
from autograder.platform_results import judge

_BUILD_S, _COPY_S = 3600.0, 300.0

# The steps seen in the platform's build logs. The base image may lack what a first step installs.
_DOCKERFILE = """\
FROM {image}
USER root
COPY autograder.zip /tmp/autograder.zip
RUN apt-get update && apt-get install -y curl unzip dos2unix
RUN mkdir -p /autograder/source && unzip -qo -d /autograder/source /tmp/autograder.zip \\
 && cp /autograder/source/run_autograder /autograder/run_autograder \\
 && dos2unix /autograder/run_autograder /autograder/source/run_autograder /autograder/source/setup.sh \\
 && chmod +x /autograder/run_autograder /autograder/source/run_autograder /autograder/source/setup.sh
RUN apt-get update && bash /autograder/source/setup.sh && apt-get clean \\
 && rm -rf /var/lib/apt/lists/* /tmp/* /var/tmp/*
RUN mkdir -p /autograder/submission /autograder/results
WORKDIR /autograder
"""


def dockerfile(image: str) -> str:
    """How the platform makes an image of a zip, upon a base image."""
    return _DOCKERFILE.format(image=image)


def build_command(folder: Path, tag: str) -> list[str]:
    """Build the image; the platform has no cache of an earlier zip either."""
    return ["docker", "build", "--no-cache", "--progress", "plain", "--tag", tag, str(folder)]


def create_command(tag: str, name: str, container: Container, timeout_s: float) -> list[str]:
    """A container with the memory as a hard limit and no swap, and with the share of processors."""
    memory = f"{container.memory_mib:.0f}m"
    variables = [part for key, value in during_a_run(timeout_s).items() for part in ("--env", f"{key}={value}")]
    limits = ["--cpus", f"{container.cpus:g}", "--memory", memory, "--memory-swap", memory]
    return [
        *("docker", "create", "--name", name, "--workdir", "/autograder", "--user", "root"),
        *(*limits, *variables, "--entrypoint", "/autograder/run_autograder", tag),
    ]


def copy_in_commands(name: str, submission: Path, metadata: Path) -> list[list[str]]:
    """Copy what is handed in, and its metadata, into a container that was not started yet."""
    return [
        ["docker", "cp", f"{submission}/.", f"{name}:/autograder/submission"],
        ["docker", "cp", str(metadata), f"{name}:/autograder/submission_metadata.json"],
    ]


def start_command(name: str) -> list[str]:
    """Start it; what it prints, comes here."""
    return ["docker", "start", "--attach", name]


def copy_out_command(name: str, results: Path) -> list[str]:
    """Fetch what it left."""
    return ["docker", "cp", f"{name}:/autograder/results/results.json", str(results)]


def remove_commands(name: str, tag: str) -> list[list[str]]:
    """Leave nothing behind."""
    return [["docker", "rm", "--force", "--volumes", name], ["docker", "image", "rm", "--force", tag]]


def has_engine() -> bool:
    """Is there a container engine that answers?"""
    if shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class DockerPlatform:
    """The platform in containers, for one run at a time."""

    def __init__(self, base: Path, image: str, container: Container) -> None:
        self._base, self._image, self._container = base, image, container
        self._tag = self._name = base.name.lower()  # a temporary folder's: nobody else's

    def build(self, archive: Path) -> Built:
        """Build the image from the zip, as the platform does."""
        context = self._base / "context"
        context.mkdir()
        shutil.copyfile(archive, context / "autograder.zip")
        (context / "Dockerfile").write_text(dockerfile(self._image), encoding="utf-8")
        started_s = time.monotonic()
        done = _call(build_command(context, self._tag), _BUILD_S)
        return Built(
            done.returncode, time.monotonic() - started_s, (done.stdout + done.stderr).decode("utf-8", "replace")
        )

    def receive(self, submission: Sequence[Path], metadata: str) -> None:
        """Keep what is handed in, for the run."""
        folder = self._base / "submission"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        place(submission, folder)
        (self._base / "submission_metadata.json").write_text(metadata, encoding="utf-8")

    def run(self, timeout_s: float) -> Run:
        """Run the grader in a fresh container, and judge what it left."""
        _call(["docker", "rm", "--force", "--volumes", self._name], _COPY_S)
        _must(create_command(self._tag, self._name, self._container, timeout_s))
        for command in copy_in_commands(self._name, self._base / "submission", self._base / "submission_metadata.json"):
            _must(command)
        printed, results = self._base / "stdout", self._base / "results.json"
        results.unlink(missing_ok=True)
        started_s = time.monotonic()
        with printed.open("wb") as output:
            process = subprocess.Popen(
                start_command(self._name), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            try:
                status, timed_out = process.wait(timeout_s), False
            except subprocess.TimeoutExpired:
                _call(["docker", "kill", self._name], _COPY_S)
                status, timed_out = process.wait(), True
        wall_s = time.monotonic() - started_s
        if timed_out:
            results.write_text(timed_out_results(timeout_s), encoding="utf-8")
        else:
            _call(copy_out_command(self._name, results), _COPY_S)  # it fails where there is none
        text = results.read_bytes() if results.is_file() else None
        return Run(Ended(status, wall_s, 0.0, timed_out), judge(text, printed.read_bytes()))

    def remove(self) -> None:
        """Remove the container and the image."""
        for command in remove_commands(self._name, self._tag):
            _call(command, _COPY_S)


def _call(command: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired:
        raise GraderError(f"{' '.join(command)}: took longer than {timeout_s:.0f} s") from None


def _must(command: Sequence[str]) -> None:
    done = _call(command, _COPY_S)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise GraderError(f"{' '.join(command[:2])} failed: {said}")
