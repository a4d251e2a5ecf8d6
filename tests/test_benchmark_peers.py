"""The graders that the benchmarks compare with grade for real: each passes right work, and fails wrong work."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.peers import all_passed, environments
from benchmarks.peers.calling import names
from benchmarks.peers.ways import Way, ways

HOMEWORK = Path(__file__).resolve().parents[1] / "benchmarks" / "homework"
RIGHT_LINE, WRONG_LINE = "mu + (0.5 * logvar).exp() *", "mu + logvar.exp() *"
KEPT = ("test_kl_float32", "test_sample_statistics")  # the second finds the mistake
# What says that it was this check that failed.
SEEN = {
    "bare script, 1 thread": "the mean square of the noise is",
    "gradescope-utils, 1 thread": "the mean square of the noise is",
    "pytest": "1 failed, 1 passed",
    "otter-grader": "2 of 2 checks ran; not passed: test_sample_statistics",
    "check50, checks import": "2 of 2 checks ran; not passed: test_sample_statistics",
    "check50, checks run a command": "2 of 2 checks ran; not passed: test_sample_statistics",
}


@dataclass(frozen=True)
class Ended:
    """How a command ended, and all that it said."""

    status: int
    said: str


@pytest.fixture(scope="module")
def homework(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The benchmark's homework with two of its checks, and a right and a wrong submission."""
    folder = tmp_path_factory.mktemp("homework")
    text = (HOMEWORK / "checks.py").read_text(encoding="utf-8")
    (folder / "checks.py").write_text(_only(text, KEPT), encoding="utf-8")
    (folder / "reference.py").write_bytes((HOMEWORK / "reference.py").read_bytes())
    right = (HOMEWORK / "submission" / "submission.py").read_text(encoding="utf-8")
    assert RIGHT_LINE in right
    for name, code in (("right", right), ("wrong", right.replace(RIGHT_LINE, WRONG_LINE))):
        (folder / name).mkdir()
        (folder / name / "submission.py").write_text(code, encoding="utf-8")
    return folder


def _only(text: str, kept: tuple[str, ...]) -> str:
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name not in kept:
            del lines[node.decorator_list[0].lineno - 1 : node.end_lineno]
    return "".join(lines)


@pytest.fixture(scope="module")
def ended(homework: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Ended]]:
    """What became of the right and the wrong submission in every way: two commands at a time."""
    found = {}
    for kind in ("right", "wrong"):
        for way in ways(homework, homework / kind, tmp_path_factory.mktemp(kind), environments.existing()):
            if way.name in SEEN:
                found[way.name, kind] = way
    with ThreadPoolExecutor(2) as pool:
        yield dict(zip(found, pool.map(_run, found.values()), strict=True))


def _run(way: Way) -> Ended:
    done = subprocess.run(way.command, env=way.environment, capture_output=True, text=True, timeout=120)
    results = way.results.read_text(encoding="utf-8") if way.results.exists() else ""
    return Ended(done.returncode, done.stdout + done.stderr + results)


def _of(ended: dict[tuple[str, str], Ended], name: str, kind: str) -> Ended:
    if (name, kind) not in ended:
        reasons = environments.existing()
        pytest.skip(str(reasons["otter" if name == "otter-grader" else "check50"]))
    return ended[name, kind]


@pytest.mark.parametrize("name", SEEN)
def test_a_way_passes_right_work(name: str, ended: dict[tuple[str, str], Ended]) -> None:
    right = _of(ended, name, "right")
    assert right.status == 0, right.said


@pytest.mark.parametrize("name", SEEN)
def test_a_way_fails_wrong_work_for_what_is_wrong(name: str, ended: dict[tuple[str, str], Ended]) -> None:
    wrong = _of(ended, name, "wrong")
    assert wrong.status != 0
    assert SEEN[name] in wrong.said


def test_one_thread_is_all_that_two_variants_differ_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # the caller's own must not make both the same
    found = {way.name: way for way in ways(HOMEWORK, HOMEWORK / "submission", tmp_path, {})}
    for name in ("bare script", "gradescope-utils"):
        default, one = found[name], found[f"{name}, 1 thread"]
        assert default.command[:-1] == one.command[:-1] and default.results != one.results
        assert "OMP_NUM_THREADS" not in default.environment and one.environment["OMP_NUM_THREADS"] == "1"


def test_a_peer_without_an_environment_is_left_out(tmp_path: Path) -> None:
    reasons = environments.existing(tmp_path / "nowhere")
    assert [str(reason).split(":")[0] for reason in reasons.values()] == ["otter is left out", "check50 is left out"]
    assert len(ways(HOMEWORK, HOMEWORK / "submission", tmp_path / "scratch", reasons)) == 5


def test_every_check_of_the_homework_is_generated(tmp_path: Path) -> None:
    anywhere = {"check50": tmp_path, "otter": tmp_path}
    found = {way.name: way for way in ways(HOMEWORK, HOMEWORK / "submission", tmp_path, anywhere)}
    assert len(found) == 8 and len(names(HOMEWORK)) == 20
    for name in ("check50, checks import", "check50, checks run a command"):
        written = (found[name].results.parent / "checks" / "checks.py").read_text(encoding="utf-8")
        assert re.findall(r"^    graded\('(\w+)'\)$", written, re.MULTILINE) == names(HOMEWORK)
    with zipfile.ZipFile(found["otter-grader"].results.parent / "autograder.zip") as made:
        tests = [name for name in made.namelist() if name.startswith("tests/")]
    assert [Path(name).stem.split("_", 1)[1] for name in tests] == names(HOMEWORK)


PIP_OFFLINE = """#!/bin/sh
echo "WARNING: Retrying" >&2
echo "ERROR: Could not find a version that satisfies the requirement check50==3.5.0" >&2
echo "ERROR: No matching distribution found" >&2
exit 1
"""


def test_an_environment_that_pip_cannot_fill_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], failure: str) -> None:
        if "venv" not in command:
            return real(command, failure)
        python = Path(command[-1], "bin", "python")
        python.parent.mkdir(parents=True)
        python.write_text(PIP_OFFLINE)
        return python.chmod(0o755)

    real = environments._run
    monkeypatch.setattr(environments, "_run", run)
    assert environments.available(tmp_path)["check50"] == (
        "check50 is left out: pip could not install requirements-check50.txt: "
        "Could not find a version that satisfies the requirement check50==3.5.0."
    )
    assert list(tmp_path.iterdir()) == []  # nothing half made that a later run would take for whole


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reason = str(environments.available(tmp_path / "file")["otter"])
    assert reason == f"otter is left out: {tmp_path / 'file'} cannot be made (File exists)."


def test_an_environment_of_other_versions_is_stale(tmp_path: Path) -> None:
    (tmp_path / "otter").mkdir()
    (tmp_path / "otter" / "made.stamp").write_text("of another time")
    assert "is not made yet" in str(environments.existing(tmp_path)["otter"])


# ------------------------------------------------------------------------------- what judges a grader's results file

OTTER = {"tests": [{"name": "Public Tests", "status": "passed"}, {"name": "a", "score": 1.0, "max_score": 1.0}]}
CHECK50 = {"results": [{"name": "a", "passed": True}]}
TOOL = "import sys; open(sys.argv[1], 'w').write(sys.argv[2]); sys.exit(int(sys.argv[3]))"


@pytest.mark.parametrize("told", [OTTER, CHECK50])
def test_a_grader_that_says_all_passed_is_believed(told: object, tmp_path: Path) -> None:
    assert _judge(told, 1, 0, tmp_path) == 0


@pytest.mark.parametrize(
    ("told", "count", "status"),
    [
        pytest.param(CHECK50, 2, 0, id="one check was not run"),
        pytest.param(CHECK50, 1, 3, id="the grader itself failed"),
        pytest.param({"results": [{"name": "a", "passed": None}]}, 1, 0, id="a check broke"),
        pytest.param({"results": []}, 1, 0, id="nothing ran"),
        pytest.param({"tests": [{"name": "a", "score": 0.0, "max_score": 1.0}]}, 1, 0, id="otter exits with 0"),
        pytest.param({"error": {"type": "Error"}}, 1, 0, id="an error instead of results"),
        pytest.param(None, 1, 0, id="no results"),
    ],
)
def test_a_grader_that_does_not_say_so_is_not(told: object, count: int, status: int, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(json.dumps(CHECK50))  # of an earlier run
    assert _judge(told, count, status, tmp_path) != 0


def _judge(told: object, count: int, status: int, folder: Path) -> int:
    results = str(folder / "results.json")
    program = TOOL if told is not None else "import sys; sys.exit(int(sys.argv[3]))"
    python = [sys.executable, "-I", "-S"]
    tool = [*python, "-c", program, results, json.dumps(told), str(status)]
    return subprocess.run([*python, all_passed.__file__, str(folder), results, str(count), *tool]).returncode
