"""What students hand in instead of the file that was asked for: understood, or refused in a sentence."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.assignment import Assignment, Limits
from autograder.host import Host, Transcript
from autograder.model import Part
from autograder.report import gradescope
from autograder.submission import stage
from autograder.worker.nursery import Nursery
from autograder.workspace import Workspace
from tests.made_reports import report, verdict

SOURCE = "def f():\n    return 1\n"


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    parts = (Part("1", "Everything", 1.0),)
    return Assignment(tmp_path, "", ("vae.py", "answers.md"), "reference.vae", parts, Limits(import_timeout_s=10))


def hand_in(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / "handed_in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "handed_in"


def zipped(folder: Path, files: dict[str, str | bytes]) -> bytes:
    path = folder / "packed.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path.read_bytes()


def notebook(*sources: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]})


def understood(workspace: Workspace) -> tuple[str | None, tuple[str, ...]]:
    return workspace.problem, workspace.recognised.notes


@pytest.mark.parametrize(
    "name",
    [
        "vae (1).py",
        "VAE.py",
        "Vae.PY",
        "vae.py.txt",
        "vae(2).py",
        "vae_2.py",
        "vae - Copy.py",
        "vae_final.py",
        "vae 3.py",
    ],
)
def test_a_name_that_can_only_mean_the_file_is_taken(assignment: Assignment, tmp_path: Path, name: str) -> None:
    with stage(hand_in(tmp_path, {name: SOURCE, "answers.md": ""}), assignment) as workspace:
        assert understood(workspace) == (None, (f"{name} was taken for vae.py.",))
        assert (workspace.staged / "vae.py").read_text() == SOURCE


@pytest.mark.parametrize("name", ["gan.py", "vaegan.py", "vae2b.py", "vae.pyc", "vae.md"])
def test_another_name_is_not_guessed(assignment: Assignment, tmp_path: Path, name: str) -> None:
    with stage(hand_in(tmp_path, {name: SOURCE}), assignment) as workspace:
        assert workspace.problem is not None and workspace.problem.startswith(f"vae.py is missing; found {name}")


def test_of_two_that_could_be_meant_none_is_taken(assignment: Assignment, tmp_path: Path) -> None:
    with stage(hand_in(tmp_path, {"vae (1).py": SOURCE, "vae (2).py": SOURCE}), assignment) as workspace:
        assert workspace.problem == "vae.py is missing; it could be vae (1).py, vae (2).py: hand in one of them"


def test_the_file_itself_is_taken_whatever_lies_beside_it(assignment: Assignment, tmp_path: Path) -> None:
    files = {"vae.py": SOURCE, "vae (1).py": "", "vae.ipynb": "{}", "old/vae.py": ""}
    with stage(hand_in(tmp_path, files), assignment) as workspace:
        assert understood(workspace) == (None, ())


def test_a_file_deeper_down_is_found_with_what_lies_beside_it(assignment: Assignment, tmp_path: Path) -> None:
    files = {"readme.txt": "", "hw1/part/vae.py": SOURCE, "hw1/part/helper.py": "", "hw1/part/answers.md": "## 1"}
    with stage(hand_in(tmp_path, files), assignment) as workspace:
        assert understood(workspace) == (None, ("vae.py was found in the folder hw1/part.",))
        assert {"vae.py", "helper.py", "answers.md"} <= {path.name for path in workspace.staged.iterdir()}


def test_two_deeper_down_are_named(assignment: Assignment, tmp_path: Path) -> None:
    with stage(hand_in(tmp_path, {"a/vae.py": SOURCE, "b/vae.py": SOURCE}), assignment) as workspace:
        assert workspace.problem == "vae.py is there more than once: a/vae.py, b/vae.py; hand in one of them"


# ---------------------------------------------------------------------------------------------------------- zips


@pytest.mark.parametrize("top", ["", "hw1/"])
def test_a_zip_is_unpacked(assignment: Assignment, tmp_path: Path, top: str) -> None:
    packed = zipped(tmp_path, {f"{top}vae.py": SOURCE, f"__MACOSX/{top}._vae.py": b"\0", f"{top}.DS_Store": b"\0"})
    folder = hand_in(tmp_path, {"homework.zip": packed, "__homework.zip__": ""})
    for path in (folder, folder / "homework.zip"):
        with stage(path, assignment) as workspace:
            assert understood(workspace) == (None, ())
            assert (workspace.staged / "vae.py").read_text() == SOURCE


def test_a_zip_in_a_zip_is_unpacked(assignment: Assignment, tmp_path: Path) -> None:
    packed = zipped(tmp_path, {"inner.zip": zipped(tmp_path, {"vae.py": SOURCE})})
    with stage(hand_in(tmp_path, {"homework.zip": packed}), assignment) as workspace:
        assert understood(workspace) == (None, ())


def test_nothing_is_written_outside_and_no_link_is_made(assignment: Assignment, tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("link.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
        for name in ("../outside.py", "/absolute.py", "a/../../outside.py", "..\\outside.py"):
            file.writestr(name, "x")
        file.writestr("vae.py", SOURCE)
    with stage(path, assignment) as workspace:
        assert [entry.name for entry in workspace.staged.iterdir()] == ["vae.py"]
        assert not list(workspace.root.rglob("outside.py")) and not Path("/absolute.py").exists()


@pytest.mark.parametrize(
    ("content", "why"), [(b"PK\x03\x04 no zip", "cannot be unpacked"), (b"", "cannot be unpacked")]
)
def test_a_zip_that_cannot_be_read_is_said(assignment: Assignment, tmp_path: Path, content: bytes, why: str) -> None:
    with stage(hand_in(tmp_path, {"homework.zip": content}), assignment) as workspace:
        assert workspace.problem is not None and why in workspace.problem


def test_a_zip_that_grows_without_end_is_refused(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.unpacking.MAX_MIB", 1)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("vae.py", bytes(3 << 20))
    with stage(path, assignment) as workspace:
        assert workspace.problem is not None and "holds more than 1 MiB" in workspace.problem


# ----------------------------------------------------------------------------------------------------- notebooks


def test_a_notebook_is_read_without_running_it(assignment: Assignment, tmp_path: Path) -> None:
    cells = ("!pip install torch\nimport torch", "from google.colab import drive\ndrive.mount('/x')", SOURCE, "f() / 0")
    with stage(hand_in(tmp_path, {"vae.ipynb": notebook(*cells)}), assignment) as workspace:
        assert workspace.problem is None
        assert workspace.recognised.notes == (
            "vae.ipynb was read as vae.py: its definitions, imports and constants.",
            "vae.ipynb: not run, because it defines nothing: "
            "cell 2, line 2: drive.mount('/x'); cell 4, line 1: f() / 0.",
        )


def test_any_notebook_is_taken_if_it_is_the_only_one(assignment: Assignment, tmp_path: Path) -> None:
    with stage(hand_in(tmp_path, {"my homework.ipynb": notebook(SOURCE)}), assignment) as workspace:
        assert workspace.problem is None
    with stage(hand_in(tmp_path, {"other.ipynb": notebook(SOURCE)}), assignment) as workspace:
        assert workspace.problem == "vae.py is missing; it could be my homework.ipynb, other.ipynb: hand in one of them"
    with stage(hand_in(tmp_path, {"VAE (1).ipynb": notebook(SOURCE)}), assignment) as workspace:
        assert workspace.problem is None


def test_a_broken_cell_is_named_and_costs_only_itself(assignment: Assignment, tmp_path: Path) -> None:
    with stage(hand_in(tmp_path, {"vae.ipynb": notebook("def g(:\n  pass", SOURCE)}), assignment) as workspace:
        assert "vae.ipynb, cell 1, line 1: def g(: (invalid syntax)" in workspace.recognised.notes[1]
        assert "def f()" in (workspace.staged / "vae.py").read_text()


def test_what_is_no_notebook_is_said(assignment: Assignment, tmp_path: Path) -> None:
    with stage(hand_in(tmp_path, {"vae.ipynb": "{}"}), assignment) as workspace:
        assert workspace.problem == "vae.py is missing, and vae.ipynb cannot be read as a notebook: it has no cells"


def test_later_definitions_win_and_errors_name_cell_and_line(
    assignment: Assignment, tmp_path: Path, nursery: Nursery
) -> None:
    cells = ("def f():\n    return 1", "# again\ndef f():\n    return 2\n\ndef g():\n    return 1 / 0")
    with stage(hand_in(tmp_path, {"vae.ipynb": notebook(*cells)}), assignment) as workspace:
        with Host(nursery, workspace, assignment).student("a", 10, Transcript()) as student:
            assert student.f() == 2
            with pytest.raises(
                AssertionError, match=r"g\(\) raised ZeroDivisionError.*\n  vae.ipynb, cell 2, line 6, in g"
            ):
                student.g()


# ------------------------------------------------------------------------- never a fault of ours, never our voice


def damaged(folder: Path, method: int) -> bytes:
    path = folder / "damaged.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("vae.py", SOURCE * 50)
    content = bytearray(path.read_bytes())
    content[40:70] = bytes(30)
    return bytes(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_a_damaged_zip_is_the_student_s_to_pack_again(assignment: Assignment, tmp_path: Path, method: int) -> None:
    with stage(hand_in(tmp_path, {"homework.zip": damaged(tmp_path, method)}), assignment) as workspace:
        assert workspace.problem is not None and "cannot be unpacked" in workspace.problem


def test_nothing_beside_a_zip_is_in_the_way(assignment: Assignment, tmp_path: Path) -> None:
    packed = zipped(tmp_path, {"vae.py": SOURCE, "__x__/helper.py": ""})
    with stage(hand_in(tmp_path, {"vae.py/homework.zip": packed, "__x__": ""}), assignment) as workspace:
        assert workspace.problem is None


def test_a_notebook_with_characters_that_no_file_can_hold_is_read(assignment: Assignment, tmp_path: Path) -> None:
    with stage(hand_in(tmp_path, {"vae.ipynb": notebook("x = '\ud800'\n" + SOURCE)}), assignment) as workspace:
        assert workspace.problem is None


def test_the_name_of_a_file_writes_no_lines_into_the_report(assignment: Assignment, tmp_path: Path) -> None:
    with stage(hand_in(tmp_path, {"h\n100 of 100 points.ipynb": notebook(SOURCE)}), assignment) as workspace:
        made = report(verdict(), notes=workspace.recognised.notes)
    assert "\n100 of 100 points" not in gradescope.results(made)["output"]


@pytest.mark.parametrize("name", ["vae.py", "VAE.py", "homework.ipynb"])
def test_what_lies_beside_the_file_comes_with_it(assignment: Assignment, tmp_path: Path, name: str) -> None:
    content = notebook(SOURCE) if name.endswith(".ipynb") else SOURCE
    files = {f"hw/part1/{name}": content, "hw/part1/answers.md": "", "hw/part1/helper.py": "", "other.txt": ""}
    with stage(hand_in(tmp_path, files), assignment) as workspace:
        assert workspace.problem is None
        assert {"vae.py", "answers.md", "helper.py"} <= {path.name for path in workspace.staged.iterdir()}
