"""The layers of isolation as staff meet them: the doctor, what is required, what is switched off, what reports say."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import grading
from autograder.assignment import load_assignment
from autograder.errors import AssignmentError
from autograder.model import Status, Visibility
from autograder.report import gradescope
from autograder.report.terminal import terminal
from tests.made_reports import check, report, verdict

ROOT = Path(__file__).resolve().parents[1]
CORRECT = ROOT / "submissions_sample" / "vae" / "correct_reference"
ORDINARY = ("setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups")

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the layers exist on Linux only")


def anyone_may_enter(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


as_ordinary_user = pytest.mark.skipif(
    os.geteuid() != 0
    or shutil.which("setpriv") is None
    or not (anyone_may_enter(Path(__file__)) and anyone_may_enter(Path(sys.executable))),
    reason="an ordinary user cannot be taken, or cannot read the project or Python",
)


def run(*arguments: object, before: tuple[str, ...] = (), **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **variables}
    command = [*before, sys.executable, "-m", "autograder", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


@on_linux
def test_the_doctor_names_every_layer_and_what_it_keeps_student_code_from() -> None:
    done = run("doctor", "vae")
    assert done.returncode == 0
    assert "on   files" in done.stdout and "on   system calls" in done.stdout
    assert "keeps it from the network" in done.stdout
    assert done.stdout.endswith("Every required layer holds.\n")


@on_linux
def test_the_doctor_says_why_a_layer_is_off_and_that_it_is_missed() -> None:
    done = run("doctor", AUTOGRADER_LAYERS_OFF="files, memory")
    assert done.returncode == 1
    assert "OFF  files" in done.stdout and "because switched off (required)" in done.stdout
    assert "Required and missing: memory, files." in done.stdout


@on_linux
@as_ordinary_user
def test_the_doctor_tells_an_ordinary_user_that_there_is_no_other_user() -> None:
    done = run("doctor", before=ORDINARY)
    assert done.returncode == 0
    assert "OFF  user" in done.stdout and "the grader is not root" in done.stdout


@pytest.mark.parametrize(
    ("variable", "text"),
    [("file", "there is no layer 'file': did you mean files?"), ("x" * 9, "there are own group, own place")],
)
def test_an_unknown_layer_is_refused_with_the_nearest(variable: str, text: str) -> None:
    done = run("doctor", AUTOGRADER_LAYERS_OFF=variable)
    assert done.returncode == 2
    assert text in done.stderr


@on_linux
def test_student_code_is_not_run_where_a_required_layer_is_missing(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    done = run(
        "grade", "vae", CORRECT, "--require-isolation", "--results", results, AUTOGRADER_LAYERS_OFF="system calls"
    )
    assert done.returncode == 2
    assert "student code is not run: system calls cannot be had here; see: python -m autograder doctor" in done.stderr
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    assert sum(test["score"] for test in tests) == 0
    assert all("fault of the autograder, not of your submission" in test["output"] for test in tests)


@on_linux
def test_staff_read_which_layers_held_and_students_do_not(tmp_path: Path) -> None:
    arguments = ("grade", "vae", CORRECT, "--check", "4.1.1", "--results", tmp_path / "results.json")
    done = run(*arguments, "--staff", "--require-isolation", AUTOGRADER_LAYERS_OFF="first victim")
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "Isolation: on: separate process, own group, own place, limits, memory" in text
    assert "first victim (switched off)" in text
    assert "Isolation" not in run(*arguments).stdout


def test_an_assignment_names_the_layers_that_it_insists_on(tmp_path: Path) -> None:
    text = (ROOT / "assignments" / "vae" / "assignment.toml").read_text(encoding="utf-8")
    (tmp_path / "assignment.toml").write_text('isolation = ["user", "files"]\n' + text, encoding="utf-8")
    assert load_assignment(tmp_path).isolation == ("user", "files")
    (tmp_path / "assignment.toml").write_text('isolation = ["usr"]\n' + text, encoding="utf-8")
    with pytest.raises(AssignmentError, match="isolation has 'usr', which is no layer: did you mean user?"):
        load_assignment(tmp_path)


# --------------------------------------------------------------------------------- what hidden checks give away


def test_a_visible_check_that_needs_a_hidden_one_does_not_name_it() -> None:
    hidden = verdict(Status.FAILED, "1.1", name="the posterior collapses", visibility=Visibility.HIDDEN)
    blocked = grading.blocked(check("1.2"), hidden)
    assert blocked.student_output == "Skipped: needs a check that is not shown, which failed."


def test_hidden_checks_and_what_needs_them_run_last() -> None:
    hidden = Visibility.HIDDEN
    checks = [
        check("1.1"),
        check("1.2", visibility=hidden),
        check("1.3", requires=("test_1.2",)),
        check("1.4", requires=("test_1.1",)),
        check("1.5", visibility=Visibility.AFTER_DUE_DATE),
    ]
    assert [grading.comes_late(one, checks) for one in checks] == [False, True, True, False, True]


def test_the_summary_does_not_number_hidden_answers() -> None:
    open_answer = verdict(Status.MANUAL, "1.1", name="why", visibility=Visibility.HIDDEN)
    assert "a person reads some answers." in gradescope.results(report(open_answer))["output"]


def test_the_isolation_is_for_staff_only() -> None:
    made = report(verdict(), isolation="on: separate process")
    assert "separate process" in terminal(made, staff=True)
    assert "separate process" not in terminal(made) + json.dumps(gradescope.results(made))
