"""The zip for Gradescope: what is in it, and that only a zip that works is written."""

import argparse
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder import bundle
from autograder.assignment import load_assignment
from autograder.bundle_files import bundle_files
from autograder.errors import AssignmentError, UsageError
from autograder.packing import ENGINE, write_zip

pytestmark = pytest.mark.in_turn(3)

ROOT = Path(__file__).resolve().parents[1]
ALL = sorted(path.parent.name for path in ROOT.glob("assignments/*/assignment.toml"))
CHECKS = """
from autograder import assert_close, number, weight
from reference.helping import two

@number("1.1")
@weight(3)
def test_double(student, reference):
    "double doubles"
    assert_close(student.double(two()), reference.double(two()), name="double(2)")
"""
TOML = 'title = "Homework"\nfiles = ["submission.py"]\nreference = "reference.double"\n'
PART = '[parts.1]\ntitle = "Doubles"\npoints = 3\nnames = ["double"]\n'
RIGHT = "def double(x):\n    return 2 * x\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project, whose folder is the current one; its assignments/ is returned."""
    root = tmp_path / "project"
    files = {
        "reference/__init__.py": "",
        "reference/double.py": RIGHT,
        "reference/helping.py": "def two():\n    return 2\n",
        "reference/unused.py": "import torch\n",
        "assignments/hw/assignment.toml": TOML + PART,
        "assignments/hw/checks.py": CHECKS,
        "assignments/hw/variants/other.py": "def double(x):\n    return x + x\n",
        "assignments/hw/handout/submission.py": "def double(x):\n    raise NotImplementedError\n",
        "submissions_sample/hw/correct_reference/submission.py": RIGHT,
        "submissions_sample/hw/correct_reference/expected.toml": "score = 3\n",
        "submissions_sample/hw/wrong/submission.py": "",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in ENGINE:
        shutil.copy2(ROOT / name, root / name)
    (root / "autograder").symlink_to(ROOT / "autograder")
    monkeypatch.chdir(root)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path("/tmp"):  # workers of root's are other users, who must be able to pass
            break
        folder.chmod(0o755)
    return root / "assignments"


@pytest.fixture
def make(project, capsys):
    """make(*options): the exit status and what was printed."""

    def made(*options):
        parser = argparse.ArgumentParser()
        bundle.add_to(parser.add_subparsers(), ["hw"])
        status = bundle.run(parser.parse_args(["bundle", "hw", *options]), project)
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return made


def without_engine(names):
    return sorted(name for name in names if not name.startswith("autograder/") and name not in ENGINE)


def test_the_zip_has_what_the_assignment_needs_and_nothing_else(project):
    assert without_engine(bundle_files(load_assignment(project / "hw"))) == [
        "README.md",
        "assignments/hw/assignment.toml",
        "assignments/hw/checks.py",
        "reference/__init__.py",
        "reference/double.py",
        "reference/helping.py",
        "submissions_sample/hw/correct_reference/submission.py",
    ]


@pytest.mark.parametrize("name", ALL)
def test_no_zip_has_another_assignment_a_handout_a_variant_a_test_or_a_page(name):
    found = bundle_files(load_assignment(ROOT / "assignments" / name))
    tops = {entry.split("/")[0] for entry in found}
    assert tops == {*ENGINE, "README.md", "assignments", "autograder", "reference", "submissions_sample"}
    assert {entry.split("/")[1] for entry in found if entry.startswith(("assignments/", "submissions_sample/"))} == {
        name
    }
    own = [entry for entry in found if entry.startswith("assignments/")]
    assert not [entry for entry in own if "/handout/" in entry or "/variants/" in entry]
    assert not [entry for entry in found if "__pycache__" in entry]
    assert f"assignments/{name}/questions.toml" in found
    assert f"assignments/{name}/calibration.json" in found
    samples = {entry.split("/")[2] for entry in found if entry.startswith("submissions_sample/")}
    assert len(samples) == 1


def test_the_closed_forms_that_questions_name_come_with_what_they_import():
    found = bundle_files(load_assignment(ROOT / "assignments" / "vae"))
    assert {"reference/closed_forms/gaussian.py", "reference/closed_forms/form.py"} <= found.keys()
    assert "reference/closed_forms/cycle.py" not in found
    assert "reference/gan_losses.py" not in found


def test_a_zip_that_works_is_written_with_what_was_measured(make, project):
    status, text = make()
    assert status == 0, text
    assert "handout             no fault of the autograder" in text
    assert "correct submission  full marks, 3" in text
    assert "1 CPU, 1.5 GB" in text
    assert "<- declared" in text
    assert text.splitlines()[-1].startswith("hw.zip: ")
    with zipfile.ZipFile("hw.zip") as archive:
        assert archive.testzip() is None
        assert "autograder/pipeline.py" in archive.namelist()
    assert sorted(path.name for path in Path.cwd().iterdir() if path.suffix == ".zip" or ".zip" in path.name) == [
        "hw.zip"
    ]


def test_the_zip_is_the_same_every_time(make):
    assert make("--no-check", "--output", "a.zip")[0] == 0
    for path in Path("assignments/hw").rglob("*"):
        path.touch()
    status, text = make("--no-check", "--output", "b.zip")
    assert (status, text.endswith(" s, not tried out\n")) == (0, True)
    assert Path("a.zip").read_bytes() == Path("b.zip").read_bytes()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "submissions_sample/hw/correct_reference/submission.py",
            "def double(x):\n    return 3 * x\n",
            "correct_reference, which should be correct, loses points at:\n    1.1 double doubles: 0/3\n",
        ),
        (
            "reference/double.py",
            "def double(x):\n    raise RuntimeError('broken')\n",
            "graded from the zip, meets a fault of the autograder (exit status 2):\n",
        ),
        (
            "assignments/hw/assignment.toml",
            f"{TOML}[container]\ntimeout_minutes = 0.02\n{PART}",
            "container is 1 CPU, 1.5 GB, 0.02 minutes, which is too small: the run needs ",
        ),
    ],
)
def test_a_zip_that_does_not_work_is_not_written(make, project, file, text, message):
    (project.parent / file).write_text(text)
    shutil.rmtree(project / "hw" / "handout")
    Path("hw.zip").write_bytes(b"older")
    status, printed = make()
    assert status == 1
    assert message in printed
    assert "bundle: hw.zip was not written; an older one is there and was left as it was." in printed
    assert Path("hw.zip").read_bytes() == b"older"
    assert not [path.name for path in Path.cwd().iterdir() if path.name.endswith(".unchecked")]


def test_what_is_tried_out_is_the_zip_and_not_the_project(make, project, monkeypatch):
    def without_a_module(path, files):
        write_zip(path, {name: content for name, content in files.items() if name != "reference/helping.py"})

    monkeypatch.setattr(bundle, "write_zip", without_a_module)
    status, text = make()
    assert status == 1
    assert "No module named 'reference.helping'" in text
    assert not Path("hw.zip").exists()


def test_the_correct_submission_may_be_given_or_be_a_variant(project, tmp_path):
    assignment = load_assignment(project / "hw")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "submission.py").write_text(RIGHT)
    given = bundle_files(assignment, tmp_path / "mine")
    assert given["submissions_sample/hw/correct_given/submission.py"] == (tmp_path / "mine" / "submission.py")
    with pytest.raises(UsageError, match="yours: there is no such folder"):
        bundle_files(assignment, tmp_path / "yours")
    shutil.rmtree(project.parent / "submissions_sample")
    assert "submissions_sample/hw/correct_other/submission.py" in bundle_files(assignment)
    shutil.rmtree(project / "hw" / "variants")
    with pytest.raises(AssignmentError, match=r"there is no correct submission to try the zip with: put one into "):
        bundle_files(assignment)


def test_the_readme_says_what_the_zip_is_and_whom_it_is_not_for(project):
    text = bundle_files(load_assignment(project / "hw"))["README.md"].decode()
    assert "Container: 1 CPU, 1.5 GB, 10 minutes." in text
    assert "do not hand it to students" in text


def test_bundle_needs_no_torch_of_its_own():
    source = "import sys, autograder.bundle, autograder.rehearse; print('torch' in sys.modules, 'sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
