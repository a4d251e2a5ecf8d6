"""The command line, from outside: exit statuses, messages with their cure, and the file that is always valid."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORRECT = ROOT / "submissions_sample" / "vae" / "correct_reference"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


def command(*arguments, **options):
    """Start `autograder grade` with these arguments."""
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        **options,
    )


def run(*arguments, **options):
    process = command(*arguments, **options)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "homework"
    shutil.copytree(CORRECT, folder)
    return folder


# ------------------------------------------------------------------------------------- gradings


def test_a_grading_prints_the_report_and_writes_the_results_beside_the_submission(handed_in):
    status, out, err = run("vae", handed_in)
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == f"results: {handed_in.parent / 'results.json'}"
    results = json.loads((handed_in.parent / "results.json").read_text(encoding="utf-8"))
    assert all(test["status"] == "passed" for test in results["tests"])
    assert sorted(entry.name for entry in handed_in.parent.iterdir()) == ["homework", "results.json"]
    assert sorted(entry.name for entry in handed_in.iterdir()) == sorted(entry.name for entry in CORRECT.iterdir())


def test_a_score_of_zero_is_a_completed_grading_too(tmp_path):
    (tmp_path / "submission.py").write_text("raise ValueError('not done')\n")
    results = tmp_path / "elsewhere" / "out.json"
    status, out, err = run("vae", tmp_path / "submission.py", "--results", results, "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)  # nothing but JSON
    assert document == json.loads(results.read_text(encoding="utf-8"))
    assert sum(test["score"] for test in document["tests"]) == 0
    assert sum(test["max_score"] for test in document["tests"]) == 98
    assert not (tmp_path / "results.json").exists()


def test_a_selected_check_runs_with_what_it_requires_on_a_terminal_without_greek_too(handed_in, tmp_path, monkeypatch):
    monkeypatch.setitem(ENVIRONMENT, "PYTHONIOENCODING", "ascii")
    status, out, err = run("vae", handed_in, "--check", "4.1.2", "--results", tmp_path / "r.json", "--json")
    assert (status, err) == (0, "")
    assert [test["number"] for test in json.loads(out)["tests"]] == ["0", "4.1.1", "4.1.2"]


def test_an_unknown_check_names_the_nearest_and_leaves_no_results(handed_in, tmp_path):
    status, out, err = run("vae", handed_in, "--check", "4.1.9")
    assert (status, out) == (2, "")
    assert err.startswith("autograder: there is no check 4.1.9: did you mean 4.1.")
    assert not (tmp_path / "results.json").exists()


def test_a_valid_file_exists_from_the_first_second_and_after_a_kill(handed_in, tmp_path):
    results = tmp_path / "results.json"
    process = command("vae", handed_in, start_new_session=True)
    try:
        started_s = time.monotonic()
        while not results.exists():
            assert time.monotonic() - started_s < 10
            time.sleep(0.005)
        first_s = time.monotonic() - started_s
        first = json.loads(results.read_text(encoding="utf-8"))
        tests = first["tests"]
        while process.poll() is None and sum(test["status"] == "passed" for test in tests) < 3:
            tests = json.loads(results.read_text(encoding="utf-8"))["tests"]  # valid at any time
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
    finally:
        process.communicate(timeout=20)
    assert first_s < 2  # a second on an idle machine
    assert [test["number"] for test in first["tests"]] == ["1", "2", "3", "4", "5", "6", "7"]
    assert sum(test["max_score"] for test in first["tests"]) == 98
    last = json.loads(results.read_text(encoding="utf-8"))
    assert sum(test["max_score"] for test in last["tests"]) == 98
    assert "The score is preliminary: please tell the course staff." in last["output"]
    unfinished = [test for test in last["tests"] if test["status"] == "failed"]
    assert unfinished and all("the run ended before this check was reached" in test["output"] for test in unfinished)


# ------------------------------------------------------------------------------------- wrong command lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["vea", "."], "there is no assignment 'vea' in {assignments}: did you mean vae?"),
        (["vae"], "no submission given; say which folder, as in: vae my_homework"),
        (
            ["vae", "{tmp}/homewrok"],
            "{tmp}/homewrok: there is no such file or folder; did you mean {tmp}/homework?",
        ),
        (
            ["vae", "/no/such/place"],
            "/no/such/place: there is no such file or folder; give the folder that holds your files",
        ),
        (
            ["vae", "{tmp}/empty"],
            "{tmp}/empty: the folder is empty; put your files there, or name the folder that holds them",
        ),
        ([], "no assignment and no submission given, and there is no {tmp}/nowhere/submission as on Gradescope; try: "),
    ],
)
def test_a_wrong_command_line_says_what_to_do(handed_in, tmp_path, monkeypatch, arguments, message):
    (tmp_path / "empty").mkdir()
    monkeypatch.setitem(ENVIRONMENT, "AUTOGRADER_ROOT", str(tmp_path / "nowhere"))
    places = {"tmp": tmp_path, "assignments": ROOT / "assignments"}
    status, out, err = run(*[argument.format(**places) for argument in arguments])
    assert (status, out) == (2, "")
    assert err.startswith("autograder: " + message.format(**places))
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "results.json").exists()


@pytest.mark.parametrize("arguments", [["--chekc", "4.1"], ["vae", "a", "b"], ["vae", "a", "--results"]])
def test_an_unknown_option_is_a_usage_error(arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: ")


def test_a_broken_assignment_names_the_file_and_the_cure(tmp_path, handed_in):
    project = tmp_path / "project"
    shutil.copytree(ROOT / "autograder", project / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    (project / "assignments" / "hw").mkdir(parents=True)
    toml = project / "assignments" / "hw" / "assignment.toml"
    toml.write_text('tilte = "x"\n')
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "hw", handed_in],
        cwd=project,
        env={**ENVIRONMENT, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"autograder: {toml}: tilte is not a known key: did you mean title?\n"


# ------------------------------------------------------------------------------------- quick answers

PROBE = """
import sys
from autograder.__main__ import main
try:
    status = main(sys.argv[1:])
except SystemExit as error:
    status = error.code
heavy = {name.partition(".")[0] for name in sys.modules} & {"torch", "numpy", "sympy", "pytest", "_pytest"}
print(f"status {status}, heavy {sorted(heavy)}", file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--help"], 0),
        (["grade", "--help"], 0),
        (["grade", "vea", "."], 2),
        (["grade", "vae", "/no/such/place"], 2),
        (["grade", "--chekc"], 2),
        (["validate", "--help"], 0),
        (["calibrate", "--help"], 0),
        (["validate", "--repeat", "often"], 2),
        (["calibrate"], 2),
        ([], 2),
    ],
)
def test_help_and_wrong_command_lines_do_not_wait_for_torch(arguments, status):
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.stderr.splitlines()[-1] == f"status {status}, heavy []"


def test_the_help_names_the_assignments_the_exit_statuses_and_an_example():
    status, out, err = run("--help")
    assert (status, err) == (0, "")
    assert "assignments: " in out and "vae" in out
    assert "exit status: 0 when the grading was completed, whatever the score" in out
    assert "--check NUMBER" in out and "--results PATH" in out and "--json" in out
    assert max(map(len, out.splitlines())) <= 120


def test_a_reader_that_has_read_enough_is_no_fault():
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", "template", "vae"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.parametrize("arguments", [["--help"], ["template", "vae"]])
def test_a_full_disk_is_said_in_one_line(arguments):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "autograder", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.stderr == "autograder: cannot write: No space left on device\n"
    assert done.returncode == 2


def test_a_wrong_check_leaves_an_earlier_result_as_it_was(handed_in, tmp_path):
    earlier = tmp_path / "results.json"
    earlier.write_text('{"earlier": true}')
    status, _, _ = run("vae", handed_in, "--check", "4.1.9")
    assert status == 2
    assert earlier.read_text() == '{"earlier": true}'
