"""answers.md as a whole: what is missing, what is ours to answer for, and what the report says."""

import time
from pathlib import Path

import pytest

from autograder.bounded import TookTooMuch, bounded
from autograder.model import Status
from autograder.written import sheet
from autograder.written.questions import load_questions
from autograder.written.sheet import Answers
from autograder.written.template import template
from tests.written.sheets import CHOICE, KL, OPTIMUM, made


def answers(folder: Path, questions, text: str | None) -> Answers:
    path = folder / "answers.md"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return Answers(list(questions.values()), path)


def verdicts(given: Answers):
    return {check.id: given.verdict(check) for check in given.checks}


def test_without_the_file_every_question_says_so(tmp_path):
    found = verdicts(answers(tmp_path, made(tmp_path, CHOICE), None))
    assert {v.status for v in found.values()} == {Status.FAILED}
    assert all("answers.md is missing" in v.student_output for v in found.values())


def test_a_missing_heading_and_an_empty_answer_are_named(tmp_path):
    given = answers(tmp_path, made(tmp_path, CHOICE), "## half\n\n## facts\n- [x] a)\n")
    found = verdicts(given)
    assert found["half"].student_output == "Nothing stands under the heading (line 1)."
    assert "add ## early" in found["early"].student_output
    assert any("early" in note for note in given.notes)


def test_a_misspelt_heading_is_named_with_its_neighbour(tmp_path):
    given = answers(tmp_path, made(tmp_path, CHOICE), "## hafl\n\n0.5\n")
    assert any("did you mean half?" in note for note in given.notes)


def test_a_text_waits_for_a_person_and_full_marks_are_possible_without_it(tmp_path):
    questions = made(tmp_path, CHOICE)
    given = answers(tmp_path, questions, template(_assignment(tmp_path), list(questions.values()), solutions=True))
    found = verdicts(given)
    assert found["why"].status is Status.MANUAL
    assert {v.status for k, v in found.items() if k != "why"} == {Status.PASSED}
    assert all(v.score == v.check.max_score for v in found.values())


def test_the_template_earns_nothing_and_loses_nothing(tmp_path):
    questions = made(tmp_path, CHOICE)
    given = answers(tmp_path, questions, template(_assignment(tmp_path), list(questions.values())))
    assert given.notes == ()
    assert sum(v.score for v in verdicts(given).values()) == 0


def test_a_formula_that_cannot_be_read_costs_nothing_before_a_person_looked(tmp_path):
    found = verdicts(answers(tmp_path, made(tmp_path, OPTIMUM), "## value\n$$\\foo$$\n"))["value"]
    assert found.status is Status.MANUAL and found.score == 0
    assert "a person will look at it" in found.student_output
    assert r"Wanted: -\log 4" in found.staff_output and "Wanted" not in found.student_output


def test_a_fault_in_a_question_is_an_error_and_not_the_student_s(tmp_path):
    questions = made(tmp_path, KL.replace(r"expect = '\frac12\log(2\pi e\sigma^2)'", r"expect = '\frac12\log('"))
    found = verdicts(answers(tmp_path, questions, r"## kl" + "\n" + r"$$\frac12(\mu^2+\sigma^2-1-\log\sigma^2)$$"))[
        "kl"
    ]
    assert found.status is Status.ERROR
    assert "a fault of the autograder" in found.student_output


def test_an_answer_that_takes_too_long_goes_to_a_person(tmp_path, monkeypatch):
    questions = made(tmp_path, OPTIMUM)
    given = answers(tmp_path, questions, "## value\n$$1$$\n")
    monkeypatch.setattr(sheet, "_TIMEOUT_S", 0.3)
    monkeypatch.setitem(sheet._KINDS, "expr", lambda question, answer: time.sleep(60))
    started_s = time.monotonic()
    found = given.verdict(questions["value"].check)
    assert found.status is Status.MANUAL
    assert "could not be compared in time" in found.student_output
    assert time.monotonic() - started_s < 10


def test_bounded_work_is_killed_by_time_and_by_memory_and_passes_errors_on():
    assert bounded(lambda: 6 * 7, 5.0) == 42
    with pytest.raises(TookTooMuch):
        bounded(lambda: time.sleep(60), 0.2)
    with pytest.raises(TookTooMuch):
        bounded(lambda: len(bytearray(3 << 30)), 20.0)
    with pytest.raises(ZeroDivisionError):
        bounded(lambda: 1 / 0, 5.0)


def test_other_spellings_of_the_file_s_name_are_found(tmp_path):
    (tmp_path / "Answers.MD").write_text("x", encoding="utf-8")
    assert sheet._file(tmp_path).name == "Answers.MD"
    (tmp_path / "answers.md").write_text("x", encoding="utf-8")
    assert sheet._file(tmp_path).name == "answers.md"


def _assignment(folder: Path):
    from autograder.assignment import Assignment, Limits
    from autograder.model import Part

    return Assignment(folder, "Homework", ("submission.py",), "reference.vae", (Part("1", "Part", 1.0),), Limits())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "number"', 'kind = "numbr"', "kind is 'numbr', but known are"),
        ("points = 1", "points = -1", "points is -1, but should be a positive number"),
        ('number = "1.5"', 'number = "1.4"', "two questions have the number 1.4"),
        ('title = "A number"', "", "title is missing"),
        ("expect = '\\frac12'", "", "a question of kind number needs expect"),
        ('ask = "W1?"', 'ask = "W1?"\nalow = []', "alow is not a known key: did you mean allow?"),
        ('ask = "W1?"', 'ask = "W1?"\nallow = ["SUM"]', "allow has 'SUM', but known are"),
        ('ask = "W1?"', 'ask = "W1?"\nuses = ["names"]', "there is no [shared.names]"),
        ('ask = "W1?"', 'ask = "W1?"\nnames = { a = "reel" }', "'a' is 'reel': did you mean real?"),
        ('id = "half"', "", "a question has no id"),
        ('ask = "W1?"', 'ask = "W1?"\nrubric = ["a", "b"]', "rubric is ['a', 'b'], but should be a text"),
        ('ask = "W1?"', 'ask = "W1?"\nspellings = "1/2"', "spellings is '1/2', but should be a list"),
        ('ask = "W1?"', 'ask = "W1?"\nvisibility = "hiden"', 'visibility is "hiden": did you mean hidden?'),
        ('text = "closer to 0", right', 'txet = "closer to 0", right', "txet"),
    ],
)
def test_a_fault_in_questions_toml_names_the_place_and_the_cure(tmp_path, old, new, said):
    from autograder.errors import AssignmentError

    assert old in CHOICE
    (tmp_path / "questions.toml").write_text(CHOICE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AssignmentError) as raised:
        load_questions(_assignment(tmp_path))
    assert said in str(raised.value)
    assert str(tmp_path / "questions.toml") in str(raised.value)
