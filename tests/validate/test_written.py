"""validate measures written questions: what survives, what is unnamed, what is refused, and what is incomplete."""

import pytest

from autograder.validate import written
from tests.validate import homework
from tests.written.sheets import CHOICE, OPTIMUM, made

GOOD = r"""
[[questions]]
id = "half"
number = "3.1"
title = "A half"
points = 2
kind = "expr"
ask = "Half of x?"
names = { x = "real" }
expect = '\frac{x}{2}'
spellings = ['x/2', '0.5x', '½ x']
"""
MISTAKE = """
[[questions.mistakes]]
when = '{when}'
hint = "{hint}"
"""


def mistakes(*rows):
    return GOOD + "".join(MISTAKE.format(when=when, hint=hint) for when, hint in rows)


def findings(tmp_path, text):
    return [line for question in made(tmp_path, text).values() for line in written._findings(question)]


def test_a_question_that_holds_has_no_finding(tmp_path):
    assert findings(tmp_path, mistakes(("2x", "Half, not twice."), ("-x/2", "Look at the sign."))) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (mistakes(("x - x/2", "Never said.")), "SURVIVES  half: x - x/2"),
        (mistakes(("2x", "One hint."), ("x+x", "Another.")), "AMBIGUOUS half: 2x and x+x are equal"),
        (GOOD.replace("'0.5x'", "'0.6x'"), "REJECTED  half: 0.6x"),
        (GOOD.replace("'0.5x'", "'0.5y'"), "REJECTED  half: 0.5y"),
        (GOOD.replace(r"\frac{x}{2}", r"\frac{x}{2"), "INCOMPLETE half: expect cannot be read"),
        (GOOD.replace(r"\frac{x}{2}", r"\log(-1) x"), "INCOMPLETE half: its solution has no value in any world"),
        (
            OPTIMUM.replace('allow = ["JSD"]', "allow = []"),
            "INCOMPLETE value: its solution uses JSD, which allow lacks",
        ),
        (OPTIMUM, "INCOMPLETE d_star: a derivation needs a solution"),
    ],
)
def test_what_falls_short_is_named(tmp_path, text, found):
    assert any(line.startswith(found) for line in findings(tmp_path, text)), findings(tmp_path, text)


def test_a_mistake_without_its_hint_is_unnamed(tmp_path, monkeypatch):
    question = made(tmp_path, mistakes(("2x", "Half, not twice.")))["half"]
    graded = written.answered(question, "2x")
    monkeypatch.setattr(written, "answered", lambda *_: graded.__class__(0.0, "No hint."))
    assert any(line.startswith("UNNAMED   half: 2x") for line in written._mistake_findings(question))


def test_the_template_and_the_file_with_all_solutions_are_graded(tmp_path):
    questions = made(tmp_path, CHOICE)
    assert list(written._whole_file(_assignment(tmp_path), list(questions.values()))) == []


def test_the_command_measures_the_written_half_alone(tmp_path):
    folder = homework.write(tmp_path)
    place = folder / "assignments" / "hw"
    (place / "questions.toml").write_text(mistakes(("2x", "Half, not twice.")), encoding="utf-8")
    status, out, err = homework.run(folder, "validate", "hw", "--written")
    assert (status, out, err) == (0, "written: 1 questions, 3 spellings accepted, 1 mistakes, 1 named\n", "")
    (place / "questions.toml").write_text(mistakes(("x/2", "Never said.")), encoding="utf-8")
    status, out, _ = homework.run(folder, "validate", "hw", "--written")
    assert status == 1 and out.startswith("SURVIVES  half: x/2\n")


def test_the_command_template_prints_what_students_fill_in(tmp_path):
    folder = homework.write(tmp_path)
    (folder / "assignments" / "hw" / "questions.toml").write_text(GOOD, encoding="utf-8")
    status, out, _ = homework.run(folder, "template", "hw")
    assert status == 0 and "## half\n" in out and "> Half of x?" in out and r"\frac{x}{2}" not in out
    status, out, _ = homework.run(folder, "template", "hw", "--solutions")
    assert r"\frac{x}{2}" in out
    (folder / "assignments" / "hw" / "questions.toml").unlink()
    status, _, err = homework.run(folder, "template", "hw")
    assert status == 2 and "hw has no written questions" in err


def _assignment(folder):
    from autograder.assignment import Assignment, Limits
    from autograder.model import Part

    return Assignment(folder, "Homework", ("submission.py",), "reference.vae", (Part("1", "Part", 1.0),), Limits())
