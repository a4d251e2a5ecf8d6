"""The tables: numbers as numbers, no text that a spreadsheet could take for a formula, columns that Canvas knows."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classes.exports import for_canvas, for_gradescope, key, of_class, safe, table
from autograder.classes.roster import Student
from tests.classes.made_classes import FAILED, PASSED, entries, submission
from tests.made_reports import report, verdict

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", '"=1', "'=1", "\r=1", "\n=1", "＝1", "=cmd|' /C calc'!A0"]


def read(text):
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula(text):
    (row,) = read(table([[text]]))
    assert row[0][0] in "'\\"


@given(st.text())
def test_any_text_is_one_harmless_cell(text):
    rows = read(table([[text, 1.5], ["x", 2]]))
    assert [len(row) for row in rows] == [2, 2] and rows[0][1] == "1.5"
    assert not rows[0][0].lstrip(' "').startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_ordinary_text_stays_as_it_is():
    assert [safe(text) for text in ("Ada Lovelace", "0042", "x@y.org", "a-b")] == [
        "Ada Lovelace",
        "0042",
        "x@y.org",
        "a-b",
    ]


def test_the_class_has_a_line_for_each_submission_with_points_and_status_of_each_check():
    made = entries(
        submission(verdict(PASSED, "4.1"), verdict(FAILED, "4.2", score=0.5)), submission(verdict(FAILED, "4.1"))
    )
    assert read(of_class(made[::-1])) == [
        ["id", "total", "max", "part 4", "4.1 points", "4.1 status", "4.2 points", "4.2 status"],
        ["s00", "2.5", "4", "2.5", "2", "passed", "0.5", "failed"],
        ["s01", "0", "2", "0", "0", "failed", "", ""],
    ]


ADA = Student(2, "=Ada", "0042", "17", "ada", "ada@x.org", "A")
BOB = Student(3, "Bob")


def test_canvas_has_its_columns_and_the_line_with_the_points_possible():
    rows = read(for_canvas({ADA: report(verdict()), BOB: None}, "GAN I (12345)", 98.5))
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "GAN I (12345)"],
        ["    Points Possible", "", "", "", "", "98.5"],
        ["'=Ada", "17", "0042", "ada", "A", "2"],
        ["Bob", "", "", "", "", ""],
    ]


def test_gradescope_s_list_has_total_and_maximum():
    rows = read(for_gradescope({ADA: report(verdict()), BOB: None}, 4.0))
    assert rows[1:] == [["'=Ada", "0042", "ada@x.org", "2", "4"], ["Bob", "", "", "", "4"]]


def test_the_key_is_in_the_order_of_the_ids():
    assert read(key({"ada": "s9", "=bob": "s1"})) == [["id", "submission"], ["s1", "'=bob"], ["s9", "ada"]]
