"""What Moodle gives: a folder for each student, or all files in one."""

import pytest

from autograder.regrade.handed_in import Person
from tests.regrade.downloaded import files, names, read, tree, zipped


@pytest.mark.parametrize("end", ["", "_"])
def test_a_folder_for_each_student(tmp_path, end):
    tree(
        tmp_path, f"Jane Doe_1_assignsubmission_file{end}/vae.py", f"Zoë van der Roe_23_assignsubmission_file{end}/a.md"
    )
    found = read(tmp_path)
    assert names(found) == ["Jane Doe_1", "Zoë van der Roe_23"]
    assert [one.people for one in found.submissions] == [(Person("Jane Doe"),), (Person("Zoë van der Roe"),)]
    assert [one.place.name.partition("_assign")[0] for one in found.submissions] == names(found)
    assert found.remarks == ()


FLAT = (
    "Jane Doe_1_assignsubmission_file_vae.py",
    "Jane Doe_1_assignsubmission_file_my_answers.md",
    "Jim Roe_2_assignsubmission_file_hw.zip",
)


def test_without_folders(tmp_path):
    expected = {"Jane Doe_1": {"vae.py": FLAT[0], "my_answers.md": FLAT[1]}, "Jim Roe_2": {"hw.zip": FLAT[2]}}
    assert files(read(tree(tmp_path / "class", *FLAT))) == expected
    assert files(read(zipped(tmp_path / "class.zip", *FLAT))) == expected


def test_what_was_typed_in_is_no_submission(tmp_path):
    tree(tmp_path, "Jane Doe_1_assignsubmission_file/vae.py", "Jane Doe_1_assignsubmission_onlinetext/onlinetext.html")
    tree(tmp_path, "Jim Roe_2_assignsubmission_onlinetext_onlinetext.html", "A B_3_assignsubmission_onlinetext_/x.html")
    found = read(tmp_path)
    assert names(found) == ["Jane Doe_1"]
    typed = next(remark for remark in found.remarks if "typed in" in remark)
    assert all(name in typed for name in ("Jane Doe_1_", "Jim Roe_2_", "A B_3_"))


def test_groups_and_hidden_names(tmp_path):
    tree(
        tmp_path,
        *("Participant_77_assignsubmission_file/vae.py", "Participant 7_78_assignsubmission_file/vae.py"),
        *("Default group_assignsubmission_file/vae.py", "Group A_5_assignsubmission_file_/vae.py"),
    )
    found = {one.name: one.people for one in read(tmp_path).submissions}
    assert found == {
        "Participant_77": (),
        "Participant 7_78": (),
        "Default group": (Person("Default group"),),
        "Group A_5": (Person("Group A"),),
    }


def test_a_folder_counts_before_files_beside_it(tmp_path):
    tree(
        tmp_path,
        "J D_1_assignsubmission_file/vae.py",
        "J D_1_assignsubmission_file_vae.py",
        "K_2_assignsubmission_file/x",
    )
    found = read(tmp_path)
    assert found.submissions[0].place.is_dir() and not found.submissions[0].files
    assert found.remarks == ("not taken: J D_1_assignsubmission_file_vae.py: the folder of the same student counts",)


def test_names_alike_are_told_apart_by_their_ids(tmp_path):
    tree(tmp_path, "Jane Doe_1_assignsubmission_file/vae.py", "Jane Doe_2_assignsubmission_file/vae.py")
    assert names(read(tmp_path)) == ["Jane Doe_1", "Jane Doe_2"]


@pytest.mark.parametrize("name", ["..", ".", ""])
def test_a_name_that_is_none_is_not_taken(tmp_path, name):
    tree(tmp_path, *FLAT[:1], f"Jim Roe_2_assignsubmission_file_{name}")
    found = read(tmp_path)
    assert names(found) == ["Jane Doe_1"]
    assert any("has no name of its own" in remark for remark in found.remarks)


def test_other_entries_among_them_are_what_they_are_anywhere(tmp_path):
    tree(tmp_path, *FLAT, "by mail/vae.py", "grades.csv")
    assert names(read(tmp_path)) == ["Jane Doe_1", "Jim Roe_2", "by mail"]


def test_hostile_names(tmp_path):
    tree(
        tmp_path,
        b"\xff_1_assignsubmission_file/vae.py",
        "._2_assignsubmission_file/x",
        "a\n\x1bb_3_assignsubmission_file/x",
    )
    assert names(read(tmp_path)) == ["__1", "a__b_3"]
