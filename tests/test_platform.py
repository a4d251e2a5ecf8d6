"""Gradescope's container, imitated in a folder: where things are read and written, who may see them, and time."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder import platform_layout
from autograder.errors import UsageError
from autograder.platform_layout import Places

pytestmark = pytest.mark.in_turn(3)

ROOT = Path(__file__).resolve().parents[1]
CHECKS = """
from autograder import assert_close, number, timeout, weight

@number("1.1")
@weight(2)
def test_double(student, reference):
    "double doubles"
    assert_close(student.double(2), reference.double(2), name="double(2)")

@number("1.2")
@weight(1)
@timeout(5)
def test_slow(student):
    "slow ends"
    student.slow()
"""
GOOD = "def double(x): return 2 * x\ndef slow(): pass\n"


@pytest.fixture
def platform(tmp_path):
    """The platform's layout with a small project in source/."""
    source = tmp_path / "source"
    shutil.copytree(ROOT / "autograder", source / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "reference").mkdir()
    (source / "reference" / "__init__.py").touch()
    (source / "reference" / "double.py").write_text("def double(x): return 2 * x\n")
    add_assignment(source, "hw")
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "submission.py").write_text(GOOD)
    (tmp_path / "results").mkdir()
    (tmp_path / "submission_metadata.json").write_text("{}")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "temporary").chmod(0o1777)
    for folder in (tmp_path, *tmp_path.parents):
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)  # workers of root's are other users, who must be able to pass
    return tmp_path


def add_assignment(source, name):
    folder = source / "assignments" / name
    folder.mkdir(parents=True)
    (folder / "checks.py").write_text(CHECKS)
    (folder / "assignment.toml").write_text(
        'title = "Homework"\nfiles = ["submission.py"]\nreference = "reference.double"\n'
        '[parts.1]\ntitle = "Doubles"\npoints = 3\n'
    )


def grade(platform, **variables):
    source = platform / "source"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AUTOGRADER_")},
        "AUTOGRADER_ROOT": str(platform),
        "PYTHONPATH": str(source),
        "TMPDIR": str(platform / "temporary"),
        "OMP_NUM_THREADS": "1",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-m", "autograder", "grade"],
        cwd=platform,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def results(platform):
    tests = json.loads((platform / "results" / "results.json").read_text(encoding="utf-8"))["tests"]
    return {test["number"]: test for test in tests}


def mode(path):
    return path.stat().st_mode & 0o777


def test_a_run_reads_submission_writes_results_closes_what_is_secret_and_leaves_nothing(platform):
    done = grade(platform)
    assert (done.returncode, done.stderr) == (0, "")
    assert {number: test["status"] for number, test in results(platform).items()} == {
        "0": "passed",
        "1.1": "passed",
        "1.2": "passed",
    }
    source = platform / "source"
    for folder in (platform / "submission", platform / "results", source / "assignments", source / "reference"):
        assert mode(folder) == 0o700
    assert mode(platform / "submission_metadata.json") == 0o600
    assert list((platform / "temporary").iterdir()) == []
    assert [entry.name for entry in (platform / "results").iterdir()] == ["results.json"]


def test_an_empty_submission_fails_the_import_check_and_blocks_the_rest(platform):
    (platform / "submission" / "submission.py").unlink()
    (platform / "submission_metadata.json").unlink()  # it is not needed
    done = grade(platform)
    assert (done.returncode, done.stderr) == (0, "")
    tests = results(platform)
    assert tests["0"]["output"] == "submission.py is missing: nothing was handed in"
    assert tests["1.1"]["output"].startswith("Skipped: needs 0 ")
    assert sum(test["max_score"] for test in tests.values()) == 3


def test_a_submission_that_is_too_large_still_gets_results(platform):
    for number in range(1001):
        (platform / "submission" / f"{number}.txt").touch()
    done = grade(platform)
    assert (done.returncode, done.stderr) == (0, "")
    assert results(platform)["0"]["output"].startswith("what was handed in has more than 1000 files and folders or ")


def test_the_run_ends_before_the_platform_s_timeout(platform):
    # 120 s leave a budget of 90 s: a check that may take 80 s, and an import of 30 s, are not begun.
    checks = platform / "source" / "assignments" / "hw" / "checks.py"
    checks.write_text(checks.read_text().replace("@timeout(5)", "@timeout(80)"))
    done = grade(platform, TIMEOUT_SECONDS="120")
    tests = results(platform)
    assert tests["1.1"]["status"] == "passed"
    assert "the time for the whole run is over" in tests["1.2"]["output"]
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("variable", "budget_s"),
    [
        ("600", 570),
        ("1200", 1170),
        ("60", 30),
        ("40", 20),
        ("6", 3),
        ("", 570),
        ("soon", 570),
        ("nan", 570),
        ("inf", 570),
        ("0", 570),
        ("-5", 570),
        (None, 570),
    ],
)
def test_the_budget_is_the_platform_s_timeout_with_a_reserve(monkeypatch, variable, budget_s):
    if variable is None:
        monkeypatch.delenv("TIMEOUT_SECONDS", raising=False)
    else:
        monkeypatch.setenv("TIMEOUT_SECONDS", variable)
    assert Places(Path("/r"), Path("/a"), ()).budget_s == budget_s


def test_several_assignments_need_a_name(platform, monkeypatch):
    add_assignment(platform / "source", "gan")
    assignments = platform / "source" / "assignments"
    monkeypatch.delenv(platform_layout.ASSIGNMENT_VARIABLE, raising=False)
    with pytest.raises(UsageError) as raised:
        platform_layout.find(platform, assignments)
    assert str(raised.value) == f"{assignments} holds gan, hw; name the one to grade in AUTOGRADER_ASSIGNMENT"
    monkeypatch.setenv(platform_layout.ASSIGNMENT_VARIABLE, "wh")
    with pytest.raises(UsageError, match="holds gan, hw; name the one to grade"):
        platform_layout.find(platform, assignments)
    monkeypatch.setenv(platform_layout.ASSIGNMENT_VARIABLE, "hw")
    assert platform_layout.find(platform, assignments).assignment == assignments / "hw"


def test_a_place_without_the_layout_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(platform_layout.ROOT_VARIABLE, str(tmp_path))
    with pytest.raises(UsageError, match=f"there is no {tmp_path}/submission as on Gradescope"):
        platform_layout.root()


@pytest.mark.parametrize("fault", ["a broken assignment.toml", "two assignments"])
def test_a_fault_of_ours_before_the_grading_still_leaves_results(platform, fault):
    if fault == "two assignments":
        add_assignment(platform / "source", "gan")
    else:
        (platform / "source" / "assignments" / "hw" / "assignment.toml").write_text("title =")
    done = grade(platform)
    assert done.returncode == 2
    document = json.loads((platform / "results" / "results.json").read_text())
    assert [(test["score"], test["status"]) for test in document["tests"]] == [(0, "failed")]
    assert "a fault of the autograder, not of your submission" in document["tests"][0]["output"]
    assert "assignment.toml" not in json.dumps(document)
