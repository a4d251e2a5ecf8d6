"""explain: what is known of an assignment's checks is measured, or said not to be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import measurement
from autograder.assignment import load_assignment
from autograder.errors import AssignmentError
from autograder.explain.remembered import remembered
from autograder.measurement import Measurement

pytestmark = pytest.mark.in_turn(3)

ROOT = Path(__file__).resolve().parents[1]

TOML = """
title = "Doubling"
files = ["submission.py"]
reference = "doubling"

[parts.1]
title = "Doubles"
points = 6
names = ["double", "noise", "train"]

[parts.2]
title = "Questions"
points = 3
by_hand = 1
"""
CHECKS = """
import torch
from autograder import *

def of_its_own(draws, *, false_alarm):
    assert_standard_normal(draws[::2], again=draws[1::2], false_alarm=false_alarm / 2, name="noise")

@number("1.1")
@weight(2)
def test_double(student, reference):
    "double doubles"
    assert_matches(student.double, reference.double, normal(3, seed=1))

@number("1.2")
@weight(1)
@visibility("hidden")
@requires(test_double)
def test_noise(student):
    "noise is standard normal"
    for _ in range(2):
        assert_standard_normal(student.noise(400), again=student.noise(400), false_alarm=1e-9, name="noise")
    of_its_own(student.noise(800), false_alarm=3e-9)

@number("1.3")
@weight(1)
def test_drawn(student):
    "noise is finite"
    assert student.noise(4).isfinite().all()

@number("1.4")
@weight(2)
@timeout(33)
def test_train(student, trains):
    "train learns"
    trains(lambda seed: {"loss": float(student.train(seed))}, at_most={"loss": 1.0})
"""
REFERENCE = """
import torch

def double(x):
    return 2 * x

def noise(n):
    return torch.randn(n, 2)

def train(seed):
    return torch.zeros(())
"""
MISTAKES = """
from autograder import mistake
import torch

@mistake("double", "Twice?")
def tripled(x):
    return 3 * x

@mistake("noise", "Which distribution?")
def uniform(n):
    return torch.rand(n, 2)

@mistake("train", "Does it learn?")
def never_learns(seed):
    return torch.ones(()) * 5
"""
QUESTIONS = """
[[questions]]
id = "half"
number = "2.1"
title = "A half"
points = 2
kind = "number"
ask = "?"
expect = "1/2"
[[questions.mistakes]]
when = "2"
hint = "The other way round."

[[questions]]
id = "words"
number = "2.2"
title = "In words"
points = 1
kind = "text"
ask = "?"
rubric = "..."
"""
POWER = {"never_learns": 1.0, "tripled": 0.25, "uniform": 0.0}
ENTRY = {"check": "", "runs": 100, "fell_short": 0, "figures": {"loss": [0.0]}, "power": POWER}
MAIN = """
import sys
from pathlib import Path
import autograder.__main__ as program
program.ASSIGNMENTS = Path(sys.argv[1])
sys.exit(program.main(sys.argv[2:]))
"""


def write(place):
    folder = place / "assignments" / "doubling_hw"
    (folder / "handout").mkdir(parents=True)
    (folder / "handout" / "submission.py").write_text("def double(x): ...\n")
    (place / "doubling.py").write_text(REFERENCE)
    files = {"assignment.toml": TOML, "checks.py": CHECKS, "mistakes.py": MISTAKES, "questions.toml": QUESTIONS}
    for name, text in {**files, "calibration.json": json.dumps({"1.4": ENTRY})}.items():
        (folder / name).write_text(text)
    return folder


def call(folder, *arguments):
    command = [sys.executable, "-c", MAIN, str(folder.parent), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    return done.stdout, done.stderr, done.returncode


def explained(folder, *arguments):
    output, errors, status = call(folder, "explain", "doubling_hw", "--json", *arguments)
    assert status == 0, errors
    document = json.loads(output)
    return document, {check["number"]: check for part in document["parts"] for check in part["checks"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("explain"))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """An assignment whose measurement is stored, and what validate said."""
    folder = write(tmp_path_factory.mktemp("stored"))
    output, errors, status = call(folder, "validate", "doubling_hw", "--store", "--jobs", "1")
    assert status in (0, 1), errors
    assert (folder / "measured.json").is_file(), output + errors
    return folder


def test_what_was_not_measured_is_said_not_to_be(folder):
    document, checks = explained(folder)
    assert document["measured"] is None
    assert [check["took_s"] for check in checks.values()] == [None] * 6
    assert checks["1.1"]["false_alarm"] == {"probability": None, "why": "not measured"}
    assert checks["1.1"]["catches"] == ["tripled"] and not checks["1.1"]["catches_is_measured"]
    assert checks["1.4"]["catches"] == ["never_learns"]  # by the names that the check asks for, in a lambda too


def test_what_is_declared_is_listed(folder):
    document, checks = explained(folder)
    assert (document["title"], document["points"]) == ("Doubling", 9)
    assert [part["names"] for part in document["parts"]] == [["double", "noise", "train"], []]
    assert list(checks) == ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2"]
    assert (checks["1.2"]["visibility"], checks["1.2"]["requires"]) == ("hidden", ["1.1"])
    assert (checks["1.4"]["timeout_s"], checks["1.4"]["kind"]) == (33, "training")
    assert (checks["2.1"]["kind"], checks["2.1"]["points"]) == ("number", 2)
    assert [answer["when"] for answer in checks["2.1"]["wrong_answers"]] == ["2"]
    assert checks["2.1"]["false_alarm"]["probability"] == 0
    assert (checks["2.2"]["kind"], checks["2.2"]["by_hand"]) == ("text", 1)
    assert checks["2.2"]["false_alarm"] == {"probability": None, "why": "a person decides"}


def test_measuring_observes_times_and_false_alarms(folder):
    _, checks = explained(folder, "--measure")
    assert all(checks[number]["took_s"] > 0 for number in ("1.1", "1.2", "1.3", "1.4"))
    assert checks["1.1"]["false_alarm"] == {"probability": 0, "why": "nothing is drawn"}
    # twice 1e-9 in the loop, and 3e-9 of a function of the check's own, of which the engine's is a part
    assert checks["1.2"]["false_alarm"] == {"probability": pytest.approx(5e-9), "why": "stated by the check"}
    assert checks["1.3"]["false_alarm"]["probability"] is None
    assert "states no false alarm" in checks["1.3"]["false_alarm"]["why"]
    assert not checks["1.1"]["catches_is_measured"]


def test_a_training_s_false_alarm_is_bounded_by_what_was_calibrated(folder):
    _, checks = explained(folder)
    alarm = checks["1.4"]["false_alarm"]
    assert alarm["probability"] == pytest.approx((1 - 0.05 ** (1 / 100)) ** 3, rel=1e-6)
    assert alarm["why"] == "0 of 100 trainings of the reference fell short; 3 in a row must"


def test_the_bound_is_that_of_clopper_and_pearson():
    from autograder.explain.explanation import at_most

    assert at_most(0, 100) == pytest.approx(0.029513, rel=1e-4)
    assert at_most(1, 10) == pytest.approx(0.394163, rel=1e-4)
    assert at_most(5, 5) == 1.0


def test_the_table_fits_a_terminal(folder):
    output, _, status = call(folder, "explain", "doubling_hw")
    assert status == 0
    assert max(map(len, output.splitlines())) <= 80
    assert "Nothing was measured" in output
    assert "visibility: hidden" in output and "needs 1.1" in output and "knows 1 wrong answer" in output
    assert "1 known mistake in what it asks for" in output


def test_validate_stores_what_explain_reads(stored):
    document, checks = explained(stored)
    assert document["measured"]["changed_since"] == [] and document["measured"]["torch"]
    assert checks["1.1"]["catches"] == ["tripled"] and checks["1.1"]["catches_is_measured"]
    assert checks["1.2"]["catches"] == ["uniform"]
    assert checks["1.4"]["catches"] == ["never_learns"]
    assert checks["1.4"]["catches_some"] == {"tripled": 0.25}
    assert checks["1.2"]["false_alarm"]["probability"] == pytest.approx(5e-9)
    assert checks["1.1"]["took_s"] > 0
    output, _, _ = call(stored, "explain", "doubling_hw")
    assert "Measured with torch" in output and "catches tripled" in output


def test_a_change_makes_what_is_stored_stale(stored, tmp_path):
    folder = write(tmp_path)
    (folder / "measured.json").write_text((stored / "measured.json").read_text())
    (folder / "mistakes.py").write_text(MISTAKES + "\n# changed\n")
    document, _ = explained(folder)
    assert document["measured"]["changed_since"] == ["mistakes.py"]
    assert "Measured before mistakes.py changed" in " ".join(call(folder, "explain", "doubling_hw")[0].split())


def test_only_a_whole_measurement_is_stored(folder):
    for arguments in (["--mistake", "none"], ["--slice", "1/2"]):
        _, errors, status = call(folder, "validate", "doubling_hw", "--store", *arguments)
        assert status == 2
        assert "--store is for whole measurements" in errors
    assert not (folder / "measured.json").exists()


def test_an_assignment_that_is_not_there_is_named(folder):
    _, errors, status = call(folder, "explain", "doublin_hw")
    assert status == 2
    assert "did you mean doubling_hw?" in errors


def test_a_measurement_comes_back_as_it_was_saved(tmp_path):
    assignment = load_assignment(write(tmp_path))
    assert measurement.load(assignment) is None
    measured = Measurement(
        {"1.1": 0.5}, ["1.2"], {"1.2": 1e-9}, {"tripled": ["1.1"]}, "2.13.0", measurement.fingerprints(assignment)
    )
    measurement.save(assignment, measured)
    loaded = measurement.load(assignment)
    assert loaded == measured
    assert measurement.changed(assignment, loaded) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"seconds": 3}', "{"])
def test_a_broken_measurement_names_file_and_cure(text, tmp_path):
    folder = write(tmp_path)
    (folder / "measured.json").write_text(text)
    with pytest.raises(AssignmentError, match=r"measured.json: cannot be read: .* validate doubling_hw --store"):
        measurement.load(load_assignment(folder))


def test_what_is_stored_of_the_assignments_can_be_read():
    for path in ROOT.glob("assignments/*/measured.json"):
        assignment = load_assignment(path.parent)
        measured = measurement.load(assignment)
        assert measured.seconds and measured.caught
        assert set(measured.files) == {"checks.py", "mistakes.py"}


# ------------------------------------------------------------------------------------- said again


def explained_in(place, *options):
    """What the command prints, and whether it had to import torch for that."""
    probe = (
        MAIN.replace("sys.exit(", "status = (") + "\nprint('torch' in sys.modules, file=sys.stderr)\nsys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, str(place / "assignments"), "explain", "doubling_hw", *options],
        cwd=place,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{place}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout, done.stderr.strip().endswith("True")


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    place = tmp_path_factory.mktemp("said")
    write(place)
    text, imported = explained_in(place)
    assert imported
    return place, text


def test_what_was_said_is_said_again_without_torch(said):
    place, text = said
    assert explained_in(place) == (text, False)
    as_json, imported = explained_in(place, "--json")
    assert not imported and json.loads(as_json)["assignment"] == "doubling_hw"


def test_a_change_of_any_file_is_seen(said):
    place, _ = said
    folder = place / "assignments" / "doubling_hw"
    files = [folder / "checks.py", folder / "questions.toml", folder / "calibration.json", place / "doubling.py"]
    for file in files:
        file.write_text(file.read_text() + "\n")
        assert explained_in(place)[1], file
    (folder / "recipes.py").write_text("")
    assert explained_in(place)[1]
    assert not explained_in(place)[1]


@pytest.mark.parametrize("spoiled", ["", "[]", '{"texts": 3, "files": {}, "environment": []}'])
def test_what_was_kept_and_cannot_be_read_does_no_harm(said, spoiled):
    place, _ = said
    (place / "assignments" / "doubling_hw" / "__pycache__" / "explained.json").write_text(spoiled)
    assert remembered(load_assignment(place / "assignments" / "doubling_hw")) is None


def test_where_nothing_can_be_kept_it_is_said_all_the_same(tmp_path):
    write(tmp_path)
    (tmp_path / "assignments" / "doubling_hw" / "__pycache__").write_text("in the way")
    text, imported = explained_in(tmp_path)
    assert imported and "doubl" in text.lower()
