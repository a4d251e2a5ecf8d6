"""The command, from outside: files, messages, and what it must not load."""

import csv
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from autograder import outputs
from autograder.classes.catalogue import catalogue
from autograder.report.record import read, recorded
from tests.classes.made_classes import MANUAL, submission, varied
from tests.made_reports import MIXED, verdict

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["Ada Lovelace", "Bob <b>", "=cmd", "Éva"]
# As `python -m autograder class ...` does it; then nothing slow may have been imported.
MAIN = """
import sys
from autograder.__main__ import main
status = main(sys.argv[1:])
slow = {"torch", "sympy", "pytest", "numpy"} & set(sys.modules)
assert not slow, slow
sys.exit(status)
"""


def table(path):
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def run(*arguments):
    command = [sys.executable, "-c", MAIN, "class", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    for name, entry in zip(NAMES, varied(len(NAMES)), strict=True):
        (folder / f"{name}.json").write_text(recorded(entry.report), encoding="utf-8")
    return folder


def test_a_page_and_a_table_are_written_without_any_name(results):
    (results / "notes.json").write_text("{}")
    done = run(results)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (results / "class").iterdir()) == ["class.csv", "class.html", "salt.txt"]
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [
        str(results / "class" / name) for name in ("class.html", "class.csv")
    ]
    assert done.stderr.strip() == (
        f"not counted: {results / 'notes.json'}: no record of this autograder, and no results.json"
    )
    written = "".join((results / "class" / name).read_text(encoding="utf-8") for name in ("class.html", "class.csv"))
    assert not [name for name in [*NAMES, "Ada", "Éva"] if name in written]


@pytest.mark.parametrize("with_a_result", [True, False])
def test_the_name_of_a_file_cannot_steer_the_terminal(tmp_path, with_a_result):
    (tmp_path / "\x1b[31m\u202e.json").write_text("{}")
    (tmp_path / "\udc80.json").write_text("{}")
    if with_a_result:
        (tmp_path / "ada\x1b[0m.json").write_text(recorded(MIXED), encoding="utf-8")
    done = run(tmp_path, "--staff-key")
    assert done.returncode == (0 if with_a_result else 2)
    assert "\\u001b[31m\\u202e.json" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr and "\u202e" not in done.stderr
    if with_a_result:
        assert "\x1b" not in (tmp_path / "class" / "key.csv").read_text(encoding="utf-8")


def test_the_same_folder_gives_the_same_files(results, tmp_path):
    run(results)
    first = {path.name: path.read_bytes() for path in (results / "class").iterdir()}
    run(results)
    assert {path.name: path.read_bytes() for path in (results / "class").iterdir()} == first


def test_names_are_written_only_with_a_roster_or_a_key(results, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("Name,SID,Submission\nAda,1,Ada Lovelace\nMallory,2,=cmd\nZoe,3,zoe\n", encoding="utf-8")
    done = run(results, "-o", tmp_path / "out", "--roster", roster, "--staff-key", "--column", "HW (7)")
    assert done.returncode == 0, done.stderr
    assert "1 in the roster handed nothing in, as far as can be told: Zoe" in done.stderr
    assert "2 submissions are nobody's in the roster: Bob <b>, Éva" in done.stderr
    assert "do not pass it on with the report" in done.stderr
    rows = table(tmp_path / "out" / "grades.csv")
    assert rows[0][-1] == "HW (7)" and [row[0] for row in rows[2:]] == ["Ada", "Mallory", "Zoe"]
    assert [row[-1] for row in rows[2:]] == ["2", "4", ""]
    key = dict(table(tmp_path / "out" / "key.csv")[1:])
    assert sorted(key.values()) == sorted(["Ada Lovelace", "Bob <b>", "'=cmd", "Éva"])
    totals = {key[row[0]]: row[1] for row in table(tmp_path / "out" / "class.csv")[1:]}
    assert totals["'=cmd"] == "4"
    assert "Ada" not in (tmp_path / "out" / "class.html").read_text(encoding="utf-8")


def test_preliminary_grades_are_told(tmp_path):
    (tmp_path / "ada.json").write_text(recorded(submission(verdict(MANUAL))), encoding="utf-8")
    roster = tmp_path / "roster.csv"
    roster.write_text("Name,SID\nZoe,1\n")
    assert "some of these grades are preliminary" not in run(tmp_path, "--roster", roster).stderr  # of nobody
    roster.write_text("Name,SID\nAda,ada\n")
    assert "some of these grades are preliminary" in run(tmp_path, "--roster", roster).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: there is no such folder"),
        (["{empty}"], "there is no result in it"),
        (["{results}", "--assignment", "vae"], "there is no result of vae; there are results of hw"),
        (["{results}", "--roster", "nowhere.csv"], "nowhere.csv: is not a CSV that can be read"),
    ],
)
def test_what_cannot_be_done_is_told_with_status_2(results, tmp_path, arguments, said):
    (tmp_path / "empty").mkdir()
    done = run(*[argument.format(results=results, empty=tmp_path / "empty") for argument in arguments])
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert not (results / "class" / "class.html").exists()


def test_a_grading_writes_a_record(tmp_path):
    options = Namespace(html=None, junit=None, summary=None, record=tmp_path / "new" / "ada.json", staff=False)
    outputs.write(options, MIXED)
    assert read(tmp_path / "new" / "ada.json") == MIXED


def test_known_mistakes_are_read_without_importing_them():
    """All of them, with what they stand for and their hints: as loading them would say."""
    from autograder.assignment import load_assignment
    from autograder.loading import all_mistakes, load_reference
    from autograder.written.expressions import name_of
    from autograder.written.questions import load_questions

    assignment = load_assignment(ROOT / "assignments" / "gan")
    load_reference(assignment)
    found = catalogue(assignment.folder)
    assert {name: (known.of, known.hints) for name, known in found.code.items()} == {
        known.name: (known.of, (known.hint,)) for known in all_mistakes(assignment)
    }
    asked = [(question, known) for question in load_questions(assignment) for known in question.mistakes]
    assert set(found.written) == {(question.number, name_of(known)) for question, known in asked}
    assert all(known.hint in found.written[question.number, name_of(known)].hints for question, known in asked)


def test_an_assignment_without_known_mistakes_has_none(tmp_path):
    assert catalogue(tmp_path).hints == set()
    (tmp_path / "mistakes.py").write_text("def broken(:")
    (tmp_path / "questions.toml").write_text("[[[")
    assert catalogue(tmp_path).hints == set()
