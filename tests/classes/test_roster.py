"""A roster: columns by many names, students by what there is, and errors that say what to write instead."""

import pytest

from autograder.classes.roster import matched, read_roster
from autograder.errors import GraderError


def roster(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


def match(tmp_path, text, *submissions):
    path = roster(tmp_path, text)
    names = {name: [] for name in submissions}
    return {student.name: name for student, name in matched(read_roster(path), names, path).items()}


def test_canvas_own_export_is_a_roster(tmp_path):
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (1)\n    Points Possible,,,,,10\n"
        '"Lovelace, Ada",17,0042,ada,A,9\n"Student, Test",99,,x,A,\n'
    )
    (ada,) = read_roster(roster(tmp_path, text, "utf-8-sig"))
    assert (ada.name, ada.canvas_id, ada.sid, ada.login, ada.section) == ("Lovelace, Ada", "17", "0042", "ada", "A")


def test_gradescope_s_own_roster_is_one(tmp_path):
    (ada,) = read_roster(roster(tmp_path, "First Name,Last Name,SID,Email,Sections\r\nAda,Lovelace,42,ada@x.org,A\r\n"))
    assert (ada.name, ada.sid, ada.email, ada.section) == ("Ada Lovelace", "42", "ada@x.org", "A")


def test_a_plain_id_is_the_student_s(tmp_path):
    (ada,) = read_roster(roster(tmp_path, "Name,ID\nAda,42\n"))
    assert (ada.sid, ada.canvas_id) == ("42", "")


def test_a_student_is_found_by_submission_id_login_address_or_name(tmp_path):
    text = (
        "Name,SID,Email,Login,Submission\nAda,1,,,group-7\nBob,2,,,group-7\nEve,3,,,\nFay,,,fay,\nGil,,g@x,,\nHal,,,,\n"
    )
    found = match(tmp_path, text, "group-7", "late/3", "FAY", "g@x", "hal", "nobody")
    assert found == {"Ada": "group-7", "Bob": "group-7", "Eve": "late/3", "Fay": "FAY", "Gil": "g@x", "Hal": "hal"}


def test_who_handed_nothing_in_has_no_submission(tmp_path):
    assert match(tmp_path, "Name,SID\nAda,1\n", "2") == {"Ada": None}


def test_a_student_who_could_be_either_of_two_is_told(tmp_path):
    with pytest.raises(GraderError, match=r"line 2: 1 fits several submissions: a/1, b/1; add a column Submission"):
        match(tmp_path, "Name,SID\nAda,1\n", "a/1", "b/1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nmae,SID\nAda,1\n", r'no column Name: is "nmae" meant for it\?'),
        ("Name,Emial\nAda,1\n", r'no column SID, Email or Submission: is "emial" meant for it\?'),
        ("x,y\n1,2\n", r"no column Name; add it to the first line \(its columns: x, y\)"),
        ("", "is empty"),
        ('Name,SID\n"Ada', "is not a CSV"),
    ],
)
def test_a_roster_that_cannot_be_used_is_told_with_the_cure(tmp_path, text, said):
    with pytest.raises(GraderError, match=said):
        read_roster(roster(tmp_path, text))


def test_a_roster_that_is_not_there_or_not_text_is_told(tmp_path):
    with pytest.raises(GraderError, match="export it as CSV in UTF-8"):
        read_roster(tmp_path / "none.csv")
    with pytest.raises(GraderError, match="export it as CSV in UTF-8"):
        read_roster(roster(tmp_path, "Name,SID\nÄda,1\n", "latin-1"))
