"""A copy of the project, for commands that write into it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the environment of the one that is tested."""
    folder = tmp_path_factory.mktemp("project")
    for place in folder.parents:
        if place == Path(tempfile.gettempdir()):
            break
        place.chmod(0o755)
    folder.chmod(0o755)
    names = ("autograder", "assignments", "reference", "submissions_sample", "docs")
    for name in names:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "results.json"))
    for name in (
        "setup.sh",
        "run_autograder",
        "requirements.txt",
        "requirements-pictures.txt",
        "requirements-cluster.txt",
        "requirements-dev.txt",
        "LICENSE",
        "pyproject.toml",
    ):
        shutil.copy(ROOT / name, folder / name)
    (folder / "metadata.json").write_text("{}")
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    return folder


def run(command: str, project: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody would who reads it."""
    return subprocess.run(
        ["bash", "-euc", command],
        cwd=project,
        env={**os.environ, "AUTOGRADER_VENV": sys.prefix, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
