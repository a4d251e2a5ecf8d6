"""Folders of folders, zips, notebooks and modules: what is a submission, by which name, and what is told to staff."""

import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.regrade.downloads import class_zip
from autograder.regrade.downloads.reading import opened
from tests.regrade.downloaded import MODULE, files, names, read, tree, zipped


def test_folders_zips_notebooks_and_modules_are_submissions(tmp_path):
    tree(tmp_path, "ada/vae.py", "bob.zip", "eve.ipynb", "fay.py", "gil.py.txt", "Hal.PY")
    found = read(tmp_path)
    assert names(found) == ["Hal", "ada", "bob", "eve", "fay", "gil"]
    places = {one.name: one.place and one.place.name for one in found.submissions}
    assert places == {"ada": "ada", "bob": "bob.zip", "eve": "eve.ipynb", "fay": None, "gil": None, "Hal": None}
    assert found.remarks == ()
    assert not found.has_times


def test_a_module_that_has_the_student_s_name_is_handed_in_as_the_module(tmp_path):
    tree(tmp_path, "ada.py", "bob.py.txt")
    assert files(read(tmp_path)) == {"ada": {MODULE: "ada.py"}, "bob": {MODULE: "bob.py.txt"}}


def test_what_systems_leave_behind_is_not_mentioned(tmp_path):
    tree(tmp_path, "ada/vae.py", "bob/vae.py", "__MACOSX/x", ".DS_Store", "Thumbs.db", ".git/x", "._ada")
    assert (names(read(tmp_path)), read(tmp_path).remarks) == (["ada", "bob"], ())


def test_what_is_no_submission_is_told_with_its_reason(tmp_path):
    tree(tmp_path, "ada/", "bob/", "grades.csv", "old.csv", "README", "fay.rar", "gil.tar.gz")
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "loop.py").symlink_to("loop.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert set(read(tmp_path).remarks) == {
        "not taken: grades.csv, old.csv: a file ending in .csv is no submission",
        "not taken: README: a file without an ending is no submission",
        "not taken: fay.rar, gil.tar.gz: an archive that is not read: unpack it into a folder of that name, or the "
        "student gets no grade",
        "not taken: link, loop.py: a link is not followed",
        "not taken: pipe.py: neither a file nor a folder",
    }


def test_many_are_counted(tmp_path):
    tree(tmp_path, "ada/", "bob/", *(f"{number:02}.pdf" for number in range(20)))
    (remark,) = read(tmp_path).remarks
    assert remark.startswith("not taken: 00.pdf, 01.pdf") and "07.pdf and 12 more: a file" in remark


def test_two_that_would_have_one_name_have_their_full_names(tmp_path):
    tree(tmp_path, "ada/vae.py", "ada.zip", "bob.py", "bob.ipynb", "Bob.zip", "eve.py")
    found = read(tmp_path)
    assert names(found) == ["Bob.zip", "ada", "ada.zip", "bob.ipynb", "bob.py", "eve"]
    assert found.remarks == (
        "Bob.zip, bob.ipynb, bob.py: would have one name, so each counts as a submission by its full name",
        "ada, ada.zip: would have one name, so each counts as a submission by its full name",
    )


def test_odd_names_become_names_of_folders(tmp_path):
    odd = ["=cmd|'x'", "a\nb", "\x1b[31mred", "results", "CLASS", "x" * 250, " y ", "..z", "e\u0301va", "\u202egp"]
    tree(tmp_path, *(f"{name}/vae.py" for name in odd if not name.startswith(".")), b"\xff\xfe/vae.py")
    found = read(tmp_path)
    assert len(found.submissions) == len(odd)
    assert {"=cmd|'x'", "a_b", "_[31mred", "results_", "CLASS_", "y", "éva", "_gp", "__"} < set(names(found))
    for one in found.submissions:
        (tmp_path / "out" / one.name).mkdir(parents=True)
        assert one.place.is_dir()
        json.dumps(one.name).encode()
        one.name.encode()


# One extra folder on top


def test_one_extra_folder_on_top_is_the_class(tmp_path):
    tree(tmp_path, "hw1/ada/vae.py", "hw1/bob/code/vae.py", "hw1/eve/notes.txt", "__MACOSX/hw1/ada/._vae.py")
    found = read(tmp_path)
    assert names(found) == ["ada", "bob", "eve"]
    assert found.remarks == ("hw1 was taken for the folder of the class: it is all that is there",)


@pytest.mark.parametrize(
    "paths",
    [
        ["hw1/ada/vae.ipynb", "hw1/bob/vae.ipynb"],
        ["hw1/ada.zip", "hw1/bob.zip"],
        ["hw1/doejane_1_2_vae.py", "hw1/roejim_3_4_vae.py"],
        ["hw1/Ada L_1_assignsubmission_file/vae.py", "hw1/Bob M_2_assignsubmission_file/x.py"],
        ["hw1/submission_1/vae.py", "hw1/submission_2/x.py", "hw1/submission_metadata.yml"],
        ["assignment_77_export/submission_1/a.py", "assignment_77_export/submission_metadata.yml"],
    ],
)
def test_an_extra_folder_on_top_of_any_layout(tmp_path, paths):
    tree(tmp_path, *paths)
    assert len(names(read(tmp_path))) == len([path for path in paths if not path.endswith(".yml")])


@pytest.mark.parametrize(
    "paths",
    [
        ["ada/vae.py", "ada/answers.md"],
        ["ada/code/vae.py", "ada/data/x.csv"],
        ["ada/code/vae.py", "ada/old/VAE.py"],
        ["ada/code/vae.ipynb", "ada/trial/trial.ipynb"],
        ["ada/a/vae.ipynb", "ada/b/vae.ipynb", "ada/c/vae.py"],
        ["ada/a/vae.py", "ada/b/vae.py", "ada/vae.py"],
        ["ada/code/vae.py", "ada/a.zip", "ada/b.zip"],
        ["ada/doejane_1_2_vae.py", "ada/roejim_3_4_x.py", "ada/roejim_3_5_y.py", "ada/vae.py"],
        ["ada/submission_metadata.yml", "ada/vae.py"],
        ["ada/submission_metadata.yml", "ada/submission_1/vae.py"],
        ["ada/first.ipynb", "ada/second.ipynb"],
        ["ada/"],
    ],
)
def test_one_student_s_package_is_not_taken_for_a_class(tmp_path, paths):
    tree(tmp_path, *paths)
    found = read(tmp_path)
    assert names(found) == ["ada"]
    assert found.remarks == ("there is only one submission, ada: if that is the folder of the class, name it instead",)


# What is no class


@pytest.mark.parametrize("file", ["vae.py", "answers.md", "vae.ipynb"])
def test_one_submission_is_sent_to_the_command_grade(tmp_path, file):
    tree(tmp_path, file, "data/x.csv")
    with pytest.raises(UsageError, match=rf"{file} lies directly in it, so it is one submission.*command grade"):
        read(tmp_path)
    with pytest.raises(UsageError, match="lies directly in it"):
        read(zipped(tmp_path / "all.zip", file, "data/x.csv"))


def test_a_file_is_no_class(tmp_path):
    tree(tmp_path, "ada.py", "notes.txt", "broken.zip")
    with pytest.raises(UsageError, match="is one submission and no class; grade it with the command grade"):
        read(tmp_path / "ada.py")
    for name in ("notes.txt", "broken.zip"):
        with pytest.raises(UsageError, match="is no zip that can be read; unpack it, and name the folder"):
            read(tmp_path / name)


def test_a_path_that_is_not_there_is_told_with_the_nearest(tmp_path):
    tree(tmp_path, "submissions/ada/vae.py")
    with pytest.raises(UsageError, match=r"there is no such folder or zip; did you mean .*/submissions\?"):
        read(tmp_path / "submisions")
    with pytest.raises(UsageError, match="name the folder or the zip that holds the submissions"):
        read(tmp_path / "none" / "at all")
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / ("x" * 300))


def test_a_folder_without_submissions_is_told(tmp_path):
    with pytest.raises(UsageError, match="is empty; name the folder or the zip"):
        read(tree(tmp_path / "empty", ".DS_Store"))
    with pytest.raises(UsageError, match=r"holds no submission;(.|\n)*grades.csv: a file ending in .csv"):
        read(tree(tmp_path / "other", "grades.csv"))


# Zips


def test_a_zip_is_unpacked_while_the_block_runs(tmp_path):
    archive = zipped(tmp_path / "class.zip", "hw1/ada/vae.py", "hw1/bob/vae.py", "__MACOSX/hw1/._ada")
    with opened(archive, MODULE) as found:
        assert names(found) == ["ada", "bob"]
        place = found.submissions[0].place
        assert (place / MODULE).read_text() == "hw1/ada/vae.py"
    assert not place.exists()


def test_no_entry_of_a_zip_is_written_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    hostile = ["../out.py", "/abs.py", "a/../../out.py", "ada/..\\..\\bob\\vae.py"]
    archive = zipped(tmp_path / "class.zip", "ada/vae.py", "bob/vae.py", *hostile)
    with zipfile.ZipFile(archive, "a") as file:
        link = zipfile.ZipInfo("bob/link.py")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("ada/" + "n" * 300, "x")
        file.writestr("ada/vae.py/below.py", "x")
    with opened(archive, MODULE) as found:
        assert names(found) == ["ada", "bob"]
        written = {
            str(path.relative_to(path.parents[1]))
            for path in (tmp_path / "tmp").rglob("*")
            if path.is_file() and path.name != ".held"
        }
        assert written == {"ada/vae.py", "bob/vae.py"}
        assert found.submissions[1].place.joinpath(MODULE).read_text() == "bob/vae.py"
    assert [remark for remark in found.remarks if "would lie outside" in remark and "bob/link.py" in remark]
    assert [remark for remark in found.remarks if "cannot be unpacked" in remark and "below.py" in remark]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.zip", "tmp"]


def test_a_damaged_entry_costs_only_itself(tmp_path):
    archive = tmp_path / "class.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ada/vae.py", "a = 1 # first")
        file.writestr("bob/vae.py", "b = 2 # second")
        file.writestr("bob/more.py", "c")
    content = archive.read_bytes()
    archive.write_bytes(content.replace(b"b = 2", b"b = 3"))
    with opened(archive, MODULE) as found:
        assert names(found) == ["ada", "bob"]
        assert [path.name for path in found.submissions[1].place.iterdir()] == ["more.py"]  # no half of a file
    assert found.remarks == ("not taken: bob/vae.py: an entry of the zip that cannot be unpacked",)


def test_the_bounds_of_a_zip(tmp_path, monkeypatch):
    archive = zipped(tmp_path / "class.zip", "ada/vae.py", "bob/vae.py")
    with monkeypatch.context() as patch, pytest.raises(UsageError, match="has more than 1 entries; unpack it"):
        patch.setattr(class_zip, "MAX_ENTRIES", 1)
        read(archive)
    with monkeypatch.context() as patch, pytest.raises(UsageError, match="holds more than 0 GiB; unpack it"):
        patch.setattr(class_zip, "MAX_GIB", 0)
        read(archive)
    with monkeypatch.context() as patch, pytest.raises(UsageError, match=r"but .* has 0 MiB left; make room, set TMPD"):
        patch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 300 << 10}))
        read(archive)


def test_a_zip_that_lies_about_sizes_is_bounded(tmp_path):
    archive = tmp_path / "class.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ada/vae.py", b"0" * 5_000_000)
        file.writestr("bob/vae.py", "x")
    content = archive.read_bytes()
    archive.write_bytes(content.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with opened(archive, MODULE) as found:
        assert names(found) == ["ada", "bob"]
        assert list(found.submissions[0].place.iterdir()) == []
    assert found.remarks == ("not taken: ada/vae.py: an entry of the zip that cannot be unpacked",)


# Many


def test_thousands_are_read_in_seconds_and_no_file_is_opened(tmp_path, monkeypatch):
    for number in range(3000):
        folder = tmp_path / "hw1" / f"student{number:04}"
        folder.mkdir(parents=True)
        (folder / MODULE).touch()
    monkeypatch.setattr(Path, "open", None)
    begun = time.monotonic()
    assert len(read(tmp_path).submissions) == 3000
    assert time.monotonic() - begun < 5
