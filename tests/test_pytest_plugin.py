"""An ordinary pytest on an assignment's checks: the verdicts are the grader's, the options are pytest's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.grading_bench import Bench

pytestmark = pytest.mark.in_turn(3)

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "submissions_sample" / "vae"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONPATH": str(ROOT),
    "COLUMNS": "200",
}

CHECKS = """
import warnings

@number("1.1")
@weight(1)
def test_double(student, reference):
    "double doubles"
    warnings.warn("what a project makes of warnings is no matter of a check's", DeprecationWarning)
    assert_close(student.double(torch.ones(2)), reference.double(torch.ones(2)), name="double")

@number("1.2")
@weight(2)
def test_triple(student, reference):
    "triple triples"
    assert_close(student.triple(torch.ones(2)), reference.triple(torch.ones(2)), name="triple")

@number("1.3")
@weight(1)
@requires(test_triple)
def test_triple_twice(student):
    "triple triples twice"

@number("1.4")
@weight(1)
@visibility("hidden")
def test_hidden(student):
    "triple of three is nine"
    assert student.triple(torch.tensor(3.0)) == 9, "the secret number is nine"

@number("1.5")
@weight(1)
def test_ours(student):
    "a fault of ours"
    raise KeyError("our own")

@number("1.6")
@partial_credit(4)
def test_partly(student, set_score=None):
    "some of it"
    set_score(1.5)

@pytest.mark.parametrize("n", [1, 2])
@number("1.7")
@weight(0.5)
def test_each(student, n):
    "each of them"

class TestMore:
    @number("1.8")
    @weight(1)
    def test_method(self, student):
        "a method is a check too"
"""
SUBMISSION = """
print("hello from the student")

def double(x):
    return 2 * x

def triple(x):
    return 2 * x
"""
REFERENCE = "def double(x):\n    return 2 * x\n\ndef triple(x):\n    return 3 * x\n"
QUESTIONS = """
[[questions]]
id = "half"
number = "2.1"
title = "A half"
points = 2
kind = "number"
ask = "?"
expect = "1/2"

[[questions]]
id = "words"
number = "2.2"
title = "In words"
points = 1
kind = "text"
ask = "?"
rubric = "..."
"""
OUTCOMES = {"passed": "passed", "failed": "failure", "blocked": "skipped", "manual": "skipped", "error": "error"}


def run(*arguments, cwd=ROOT):
    """Run pytest. What it printed, and its exit status."""
    command = [sys.executable, "-m", "pytest", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    return done.stdout + done.stderr, done.returncode


def read(path):
    """The testcases of a JUnit file: by number its properties, its outcome and its text."""
    found = {}
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        properties = {entry.get("name"): entry.get("value") for entry in case.iter("property")}
        children = [child for child in case if child.tag in ("failure", "skipped", "error")]
        assert len(children) <= 1
        outcome = children[0].tag if children else "passed"
        text = (children[0].get("message") if outcome == "skipped" else children[0].text) if children else ""
        found[properties["number"]] = {**properties, "outcome": outcome, "text": text}
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """An assignment with every kind of verdict: what the grader says of it, and what pytest does."""
    place = tmp_path_factory.mktemp("plugin")
    with Bench(place) as bench:
        folder = bench.write(
            CHECKS,
            points={"1": 12, "2": 3},
            by_hand={"2": 1},
            submission=SUBMISSION,
            reference=REFERENCE,
            beside={"questions.toml": QUESTIONS},
            answers="## half\n\n$1/2$\n\n## words\n\nBecause.\n",
        )
        expected = bench.grade(folder)
    output, status = run(
        "-p",
        "autograder.pytest_plugin",
        "-W",
        "error",
        folder / "checks.py",
        "--submission",
        folder / "handed_in",
        f"--junitxml={place / 'report.xml'}",
        cwd=place,
    )
    return folder, expected, output, status, read(place / "report.xml")


def again(graded, *arguments, cwd=None):
    folder = graded[0]
    return run("-p", "autograder.pytest_plugin", *arguments, cwd=cwd or folder.parents[1])


def test_every_verdict_is_the_grader_s(graded):
    _, expected, output, status, cases = graded
    assert status == 1, output
    assert set(expected.statuses.values()) == {"PASSED", "FAILED", "BLOCKED", "ERROR", "MANUAL"}
    assert {number: case["verdict"].upper() for number, case in cases.items()} == {
        number: verdict["status"] for number, verdict in expected.verdicts.items()
    }
    for number, case in cases.items():
        assert case["outcome"] == OUTCOMES[case["verdict"]]
        assert float(case["points"]) == expected[number]["score"]
        assert float(case["max_points"]) == expected[number]["max_score"]
        assert case["part"] == number[0]


def test_what_failed_says_what_the_student_reads(graded):
    _, expected, output, _, cases = graded
    assert cases["1.2"]["text"] == expected["1.2"]["student"].strip()
    assert "triple[0] is 2, but should be 3" in output
    assert "hello from the student" in cases["1.2"]["text"]
    assert "assert_close(" not in output.replace(cases["1.5"]["text"], "")  # no source, no analysis of pytest's
    assert cases["1.4"]["text"] == "This does not hold: triple of three is nine"
    assert "the secret number" not in output


def test_what_was_not_run_says_why(graded):
    cases = graded[4]
    assert cases["1.3"]["text"] == 'Skipped: needs 1.2 "triple triples", which failed.'
    assert cases["2.2"]["text"].startswith("A person decides.")


def test_a_fault_of_ours_is_an_error_with_its_traceback(graded):
    text = graded[4]["1.5"]["text"]
    assert "a fault of the autograder" in text
    assert "KeyError: 'our own'" in text


def test_the_points_are_added_up(graded):
    _, expected, output, _, _ = graded
    assert f"Total: {expected.score:g}/{expected.max_score:g}, and 1 that a person gives" in output
    assert "Part 2  Part: 2/2" in output


def test_staff_see_more_when_they_ask(graded):
    folder = graded[0]
    arguments = [folder / "checks.py", "--submission", folder / "handed_in", "-k", "test_hidden"]
    assert "the secret number is nine" in again(graded, *arguments, "--staff")[0]


def test_pytest_selects(graded):
    folder = graded[0]
    given = ["--submission", folder / "handed_in"]
    output, _ = again(graded, folder, *given, "-k", "1.2 or half", "-v")  # the folder names its checks
    assert "2/12" not in output and "half PASSED" in output and "test_triple FAILED" in output
    assert "1 failed, 1 passed" in output
    output, _ = again(graded, f"{folder / 'checks.py'}::TestMore::test_method", *given, "-v")
    assert "1 passed" in output and "Total: 1/1" in output
    output, _ = again(graded, folder / "checks.py", *given, "-x")
    assert "1 failed" in output and "stopping after 1 failures" in output
    output, _ = again(graded, folder / "checks.py", *given, "--lf", "-v")
    assert "test_triple FAILED" in output and "test_double" not in output


def test_collecting_needs_no_submission(graded):
    folder = graded[0]
    output, status = again(graded, folder / "checks.py", "--collect-only", "-q")
    assert status == 0
    names = [line.partition("::")[2] for line in output.splitlines() if "::" in line]
    assert names[:4] == ["import", "half", "words", "test_double"]
    assert "test_each[1]" in names and "TestMore::test_method" in names
    assert "12 tests collected" in output


def test_a_missing_submission_is_asked_for():
    output, status = run("assignments/vae/checks.py")
    assert status == 4
    assert "no submission given; say which, as in: pytest assignments/vae/checks.py --submission my_homework" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["assignments/vae/checks.py", "--submission", "nowhere"], "nowhere"),
        (["assignments/vae", "assignments/gan", "--submission", str(SAMPLES)], "not with vae and gan"),
        (["assignments/vae", "--submission", str(SAMPLES), "-n", "2"], "leave out -n"),
        (["assignments", "--submission", str(SAMPLES)], "name the checks too"),
    ],
)
def test_what_cannot_be_graded_is_refused(arguments, says):
    output, status = run(*arguments)
    assert status == 4
    assert says in output
    assert "Traceback" not in output


@pytest.mark.parametrize("given", [["--submission", "{}"], ["--submission={}"]])
def test_no_file_of_a_submission_is_imported_by_pytest(tmp_path, given):
    mark = tmp_path / "imported"
    (tmp_path / "hw").mkdir()
    for name in ("conftest.py", "test_more/conftest.py", "submission.py"):
        path = tmp_path / "hw" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(mark)!r}, 'w').close()\n" if name != "submission.py" else "")
    (tmp_path / "hw" / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    options = [word.format(tmp_path / "hw") for word in given]
    output, status = run("assignments/vae/checks.py", *options, "-k", "4.1.1")
    assert status == 1, output
    assert not mark.exists()


def test_a_submission_before_the_checks_is_refused(tmp_path):
    (tmp_path / "conftest.py").touch()
    (tmp_path / "submission.py").touch()
    output, status = run("--submission", tmp_path, "assignments/vae/checks.py", "-k", "4.1.1")
    assert status == 4
    assert "name the checks first, or write --submission=PATH" in output


def test_faults_of_an_assignment_are_told(graded, tmp_path):
    folder = tmp_path / "assignments" / "hw"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text((graded[0] / "assignment.toml").read_text())
    (folder / "checks.py").write_text("from autograder import number\n\n\ndef test_x(student): ...\n")
    (folder / "submission.py").write_text(SUBMISSION)
    output, status = again(graded, folder / "checks.py", "--submission", folder / "submission.py", cwd=tmp_path)
    assert status == 4
    assert "test_x has no number" in output
    (folder / "checks.py").write_text("raise KeyError('k')")
    output, status = again(graded, folder / "checks.py", "--submission", folder / "submission.py", cwd=tmp_path)
    assert status == 2
    assert "ERROR collecting" in output and "KeyError: 'k'" in output


FORKED = """
import sys
import pytest
from autograder.worker.nursery import Nursery
right = Nursery.start
def start(**options):
    known = {name.partition(".")[0] for name in sys.modules}
    ours = {name for name in sys.modules if name.startswith("autograder.") and "worker" not in name}
    print("SECRETS", sorted(known & {"reference", "checks", "mistakes", "recipes", "sympy"}))
    print("ASSIGNMENTS", [name for name in sys.modules if name.startswith("assignments.") and "conftest" not in name])
    print("OURS", sorted(ours & {"autograder.collect", "autograder.loading", "autograder.pytest_checks"}))
    print("CACHE", any(hasattr(frame, "f_locals") and "lastfailed" in frame.f_locals for frame in frames()))
    return right(**options)
def frames():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back
Nursery.start = start
sys.exit(pytest.main(["assignments/vae/checks.py", "-s", "-q", "-k", "4.1.1", "--submission", sys.argv[1]]))
"""


@pytest.mark.in_turn(1)
def test_no_secret_is_loaded_when_the_nursery_is_forked():
    command = [sys.executable, "-c", FORKED, str(SAMPLES / "correct_reference")]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    for line in ("SECRETS []", "ASSIGNMENTS []", "OURS []", "CACHE False"):
        assert line in done.stdout


@pytest.mark.parametrize("sample", ["wrong_kl_log_sigma", "broken_missing_file"])
def test_a_sample_has_the_same_verdicts_as_from_the_command_line(sample, tmp_path):
    command = ["grade", "vae", str(SAMPLES / sample), "--json", "--results", str(tmp_path / "results.json")]
    grading = subprocess.Popen(
        [sys.executable, "-m", "autograder", *command], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    )
    report = tmp_path / "report.xml"
    run("assignments/vae/checks.py", "--submission", SAMPLES / sample, f"--junitxml={report}")
    tests = {test["number"]: test for test in json.loads(grading.communicate()[0])["tests"]}
    cases = read(report)
    assert {number: float(case["points"]) for number, case in cases.items()} == {
        number: test["score"] for number, test in tests.items()
    }
    for number, case in cases.items():
        if case["outcome"] == "failure":
            assert case["text"] == tests[number]["output"].strip()
