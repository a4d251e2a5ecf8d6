"""An assignment made by `new` validates as it is, and grades."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.scaffold import create

pytestmark = pytest.mark.in_turn(3)

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without assignments."""
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "__init__.py").touch()
    (tmp_path / "assignments").mkdir()
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    return tmp_path


def command(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(project), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_new_assignment_validates_and_its_handout_earns_nothing(project: Path) -> None:
    made = command(project, "new", "my_hw")
    assert made.returncode == 0, made.stderr
    assert "wrote assignments/my_hw/checks.py" in made.stdout
    assert "python -m autograder validate my_hw" in made.stdout
    validated = command(project, "validate", "my_hw")
    assert validated.returncode == 0, validated.stdout + validated.stderr
    graded = command(project, "grade", "my_hw", "assignments/my_hw/handout", "--results", "results.json")
    assert graded.returncode == 0, graded.stderr
    assert any(line.startswith("Total ") and line.endswith(" 0/10") for line in graded.stdout.splitlines())


@pytest.mark.parametrize("name", ["My_hw", "1st", "my-hw", "hw/../x", "class", "", "übung"])
def test_a_name_that_no_module_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a module"):
        create(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["assignments/my_hw/assignment.toml", "reference/my_hw.py"])
def test_nothing_that_is_there_is_written_over(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).parent.mkdir(parents=True)
    (tmp_path / taken).write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        create(tmp_path, "my_hw")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / taken]
