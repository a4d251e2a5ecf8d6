"""What Canvas gives: a flat folder, in which the names of files tell whose they are."""

import pytest

from autograder.classes.roster import matched, read_roster
from autograder.regrade.handed_in import Person
from tests.regrade.downloaded import MODULE, files, names, read, tree, zipped

CLASS = (
    "doejane_12345_9001_vae.py",
    "doejane_12345_9002_answers.md",
    "roejim_LATE_23456_9003_vae.ipynb",
    "müllerzoë_34567_9004_hw 1 (final).zip",
    "team3b_45678_9005_vae-2.py",
    "o_neill_56789_9006_12_34_notes.txt",
)


def test_files_of_one_student_are_one_submission_by_their_own_names(tmp_path):
    assert files(read(tree(tmp_path, *CLASS))) == {
        "doejane_12345": {"vae.py": CLASS[0], "answers.md": CLASS[1]},
        "roejim_23456": {"vae.ipynb": CLASS[2]},
        "müllerzoë_34567": {"hw 1 (final).zip": CLASS[3]},
        "team3b_45678": {"vae-2.py": CLASS[4]},  # which the engine understands
        "o_neill_56789": {"12_34_notes.txt": CLASS[5]},
    }


def test_a_zip_of_canvas_is_the_same(tmp_path):
    assert names(read(zipped(tmp_path / "submissions.zip", *CLASS))) == names(read(tree(tmp_path / "c", *CLASS)))


def test_people_have_names_but_no_number_of_another_list(tmp_path):
    found = {one.name: one.people for one in read(tree(tmp_path, *CLASS)).submissions}
    assert found["doejane_12345"] == (Person("doejane"),)
    assert found["o_neill_56789"] == (Person("o_neill"),)


def test_who_is_late_is_told_for_no_time_is_known(tmp_path):
    found = read(tree(tmp_path, *CLASS))
    assert "Canvas marks 1 as late, but not by how much: no late penalty is taken" in found.remarks
    assert not found.has_times


def test_a_class_without_names(tmp_path):
    tree(tmp_path, "anon_X7bQ2_9001_vae.py", "LATE_anon_a1B2c_9002_vae.py", "anon_X7bQ2_9003_answers.md")
    found = read(tmp_path)
    assert files(found) == {
        "anon_X7bQ2": {"vae.py": "anon_X7bQ2_9001_vae.py", "answers.md": "anon_X7bQ2_9003_answers.md"},
        "anon_a1B2c": {"vae.py": "LATE_anon_a1B2c_9002_vae.py"},
    }
    assert [one.people for one in found.submissions] == [(), ()]


def test_what_was_typed_in_is_no_submission(tmp_path):
    tree(tmp_path, CLASS[0], CLASS[2], "roejim_LATE_23456_text.html", "xu_9_link.html", "anon_abcde_text.html")
    found = read(tmp_path)
    assert names(found) == ["doejane_12345", "roejim_23456"]
    assert found.remarks[-1] == (
        "not taken: anon_abcde_text.html, roejim_LATE_23456_text.html, xu_9_link.html: text that was typed in, or a "
        "link that was given, in place of files"
    )


UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (["1_vae.py"], {"vae.py": 1}),
        (["1_vae-1.py"], {"vae-1.py": 1}),  # understood, and told of, by the engine
        (["1_vae-3.ipynb"], {"vae-3.ipynb": 1}),
        (["1_layers-1.py"], {"layers.py": 1}),  # nobody imports layers-1
        (["1_answers-2.md"], {"answers.md": 1}),
        (["1_Answers-2.md"], {"Answers.md": 1}),
        (["1_part-1.ipynb", "2_part-2.ipynb"], {"part-1.ipynb": 1, "part-2.ipynb": 2}),  # the student's own numbers
        (["1_points-1.csv"], {"points-1.csv": 1}),
        (["1_vae.py", "2_vae-1.py"], {"vae.py": 2}),
        (["3_vae-10.py", "2_vae-9.py"], {"vae.py": 3}),
        (["9_vae-1.ipynb", "2_vae-2.ipynb"], {"vae.ipynb": 2}),
        ([f"1_vae-{UUID}.py", "2_vae-7.py"], {"vae.py": 1}),
        ([f"1_layers-{UUID}.py"], {"layers.py": 1}),
        (["1_points.csv", "2_points-1.csv"], {"points.csv": 2}),
        (["7_vae.py", "8_vae.py"], {"vae.py": 8}),
        (["1_model-2024.py"], {"model-2024.py": 1}),
    ],
)
def test_marks_of_versions(tmp_path, given, taken):
    tree(tmp_path, *(f"doejane_5_{name}" for name in given))
    (one,) = read(tmp_path).submissions
    assert {name: int(path.name.split("_")[2]) for name, path in one.files.items()} == taken
    older = [remark for remark in read(tmp_path).remarks if "an older version of a file: the newest counts" in remark]
    assert len(older) == (len(given) > len(taken))


@pytest.mark.parametrize("name", ["..", ".", ".DS_Store"])
def test_a_name_that_is_none_is_not_taken(tmp_path, name):
    tree(tmp_path, "doejane_5_1_vae.py", f"doejane_5_2_{name}", f"roejim_6_3_{name}")
    assert files(read(tmp_path)) == {"doejane_5": {"vae.py": "doejane_5_1_vae.py"}}


def test_other_entries_among_them_are_what_they_are_anywhere(tmp_path):
    tree(tmp_path, *CLASS, "grades.csv", "late_by_mail/vae.py", "Eve.py")
    found = read(tmp_path)
    assert {"late_by_mail", "Eve"} < set(names(found))
    assert files(found)["Eve"] == {MODULE: "Eve.py"}
    assert "not taken: grades.csv: a file ending in .csv is no submission" in found.remarks


def test_one_name_of_that_form_does_not_make_it_canvas(tmp_path):
    tree(tmp_path, "doejane_12345_9001_vae.py", "ada.py", "bob.py")
    assert names(read(tmp_path)) == ["ada", "bob", "doejane_12345_9001_vae"]


def test_names_that_are_no_text(tmp_path):
    tree(tmp_path, b"doe\xff_12_34_vae.py", "roe\u0301jim_5_6_vae.py", "_7_8_vae.py", b"xu_9_1_\xff\n\x1b.py")
    found = read(tmp_path)
    assert names(found) == ["7", "doe__12", "roéjim_5", "xu_9"]
    assert all(path.exists() for one in found.submissions for path in one.files.values())


def test_canvas_own_list_finds_them(tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
        '"Doe, Jane",12345,23456,jd1,A\n"Roe, Jim",23456,12345,jr1,A\n"Müller, Zoë",34567,77,mz,A\n'
        '"O_Neill",56789,1,x,A\n"Doe, Jane",99,2,y,B\n'
    )
    found = read(tree(tmp_path / "class", *CLASS))
    called = {one.name: [person.name for person in one.people] for one in found.submissions}
    of = {
        (student.name, student.canvas_id): name
        for student, name in matched(read_roster(roster), called, roster).items()
    }
    assert of == {
        ("Doe, Jane", "12345"): "doejane_12345",
        ("Roe, Jim", "23456"): "roejim_23456",  # and not the other's, whose number he has
        ("Müller, Zoë", "34567"): "müllerzoë_34567",
        ("O_Neill", "56789"): "o_neill_56789",
        ("Doe, Jane", "99"): None,
    }
