"""What was handed in becomes a workspace: only regular files, nothing of other tools, and nothing stays behind."""

import os
from pathlib import Path

import pytest

from autograder import submission
from autograder.assignment import Assignment, Limits
from autograder.errors import UsageError
from autograder.submission import check_path, stage

ASSIGNMENT = Assignment(Path("hw"), "Homework", ("submission.py",), "reference", (), Limits())


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "handed_in"
    folder.mkdir()
    return folder


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def staged(path):
    with stage(path, ASSIGNMENT) as workspace:
        return sorted(str(file.relative_to(workspace.staged)) for file in workspace.staged.rglob("*") if file.is_file())


def problem(path):
    with stage(path, ASSIGNMENT) as workspace:
        return workspace.problem


def test_a_folder_is_copied_with_its_subfolders(handed_in):
    (handed_in / "submission.py").write_text("x = 1\n")
    (handed_in / "data").mkdir()
    (handed_in / "data" / "numbers.txt").write_text("1 2 3")
    assert staged(handed_in) == ["data/numbers.txt", "submission.py"]
    assert problem(handed_in) is None


def test_the_file_alone_can_be_handed_in(handed_in):
    (handed_in / "submission.py").write_text("x = 1\n")
    (handed_in / "secret.txt").touch()
    assert staged(handed_in / "submission.py") == ["submission.py"]


@pytest.mark.parametrize("left_behind", ["__MACOSX", "__pycache__", ".git", ".venv", ".ipynb_checkpoints"])
def test_what_other_tools_leave_behind_is_not_copied(handed_in, left_behind):
    (handed_in / "submission.py").touch()
    (handed_in / left_behind).mkdir()
    (handed_in / left_behind / "submission.py").touch()
    (handed_in / ".DS_Store").touch()
    assert staged(handed_in) == ["submission.py"]


def test_one_extra_folder_on_top_is_looked_through(handed_in):
    (handed_in / "__MACOSX").mkdir()
    (handed_in / "homework").mkdir()
    (handed_in / "homework" / "submission.py").touch()
    assert staged(handed_in) == ["submission.py"]


def test_a_folder_beside_the_module_is_no_extra_folder(handed_in):
    (handed_in / "submission.py").touch()
    (handed_in / "homework").mkdir()
    (handed_in / "homework" / "submission.py").touch()
    assert staged(handed_in) == ["homework/submission.py", "submission.py"]


def test_links_and_pipes_are_not_followed(handed_in, tmp_path):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "answer.py").write_text("42")
    (handed_in / "helper.py").symlink_to(tmp_path / "answers" / "answer.py")
    (handed_in / "folder").symlink_to(tmp_path / "answers")
    os.mkfifo(handed_in / "pipe")
    (handed_in / "submission.py").touch()
    assert staged(handed_in) == ["submission.py"]


def test_a_link_in_place_of_the_folder_on_top_is_not_followed(handed_in, tmp_path):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "submission.py").touch()
    (handed_in / "homework").symlink_to(tmp_path / "answers")
    assert staged(handed_in) == []


# ------------------------------------------------------------------------------------- what is missing


def test_an_empty_folder_is_named(handed_in):
    assert problem(handed_in) == "submission.py is missing: nothing was handed in"


def test_a_link_in_place_of_the_module_is_named(handed_in):
    (handed_in / "submission.py").symlink_to("/etc/hostname")
    assert problem(handed_in) == "submission.py is a link, but should be a file"


@pytest.mark.parametrize("name", ["submissions.py", "vae.py"])
def test_a_module_of_another_name_is_found(handed_in, name):
    (handed_in / name).touch()
    assert problem(handed_in) == (
        f"submission.py is missing; found {name}\nHint: if {name} is your solution, rename it to submission.py."
    )


def test_files_that_look_like_nothing_are_listed_in_part(handed_in):
    for number in range(12):
        (handed_in / f"{number:02}.txt").touch()
    assert problem(handed_in) == (
        "submission.py is missing; found " + ", ".join(f"{number:02}.txt" for number in range(10)) + " …"
    )


def test_a_folder_that_has_the_module_s_name_is_no_module(handed_in):
    (handed_in / "submission.py").mkdir()
    (handed_in / "notes.txt").touch()
    assert problem(handed_in) == "submission.py is a folder, but should be a file"


def test_a_module_that_is_not_saved_as_utf_8_is_named(handed_in):
    (handed_in / "submission.py").write_text("x = 1\n", encoding="utf-16")
    assert problem(handed_in).startswith("submission.py is not saved as UTF-8 text")


def test_a_pipe_in_place_of_the_module_is_named(handed_in):
    os.mkfifo(handed_in / "submission.py")
    assert problem(handed_in) == "submission.py is a pipe, a socket or a device, but should be a file"


def test_a_link_that_is_all_that_was_handed_in_is_named(handed_in, tmp_path):
    (handed_in / "homework").symlink_to(tmp_path)
    assert problem(handed_in) == "submission.py is missing: homework is a link"


def test_folders_count_as_files_do(handed_in, monkeypatch):
    monkeypatch.setattr(submission, "_MAX_FILES", 3)
    (handed_in / "submission.py").touch()
    for name in "abc":
        (handed_in / name).mkdir()
    assert problem(handed_in).startswith("what was handed in has more than 3 files and folders")


def test_more_files_than_the_limit_are_refused_in_words_for_the_student(handed_in, monkeypatch):
    monkeypatch.setattr(submission, "_MAX_FILES", 3)
    for name in ("submission.py", "a", "b", "c"):
        (handed_in / name).touch()
    assert problem(handed_in) == (
        "what was handed in has more than 3 files and folders or 100 MiB\n"
        "Hint: hand in only the files that the sheet asks for."
    )


def test_more_bytes_than_the_limit_are_refused(handed_in, monkeypatch):
    monkeypatch.setattr(submission, "_MAX_MIB", 1)
    (handed_in / "submission.py").touch()
    (handed_in / "data").write_bytes(bytes((1 << 20) + 1))
    assert problem(handed_in).startswith("what was handed in has more than 1000 files and folders or 1 MiB")


# ------------------------------------------------------------------------------------- homes


def test_every_worker_has_a_fresh_copy_that_is_removed(handed_in, temporary):
    (handed_in / "submission.py").write_text("x = 1\n")
    with stage(handed_in, ASSIGNMENT) as workspace:
        with workspace.home() as first:
            (first.folder / "submission.py").write_text("x = 2\n")
            (first.temporary / "left").touch()
        assert not first.folder.exists() and not first.temporary.exists()
        with workspace.home() as second:
            assert (second.folder / "submission.py").read_text() == "x = 1\n"
            assert list(second.temporary.iterdir()) == []
            assert second.folder.stat().st_mode & 0o777 == 0o700
        assert workspace.staged.stat().st_mode & 0o777 == 0o700
    assert list(temporary.iterdir()) == []
    assert (handed_in / "submission.py").read_text() == "x = 1\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root gives workers users of their own")
def test_every_worker_has_a_user_of_its_own(handed_in):
    (handed_in / "submission.py").touch()
    with stage(handed_in, ASSIGNMENT) as workspace:
        with workspace.home() as first, workspace.home() as second:
            assert first.user_id != second.user_id
            assert 0 not in (first.user_id, second.user_id)
            for home in (first, second):
                assert {path.stat().st_uid for path in (home.folder, home.temporary, *home.folder.iterdir())} == {
                    home.user_id
                }


def test_folders_without_rights_are_removed_and_links_are_left_alone(handed_in, temporary, tmp_path):
    ours = tmp_path / "ours"
    ours.mkdir(mode=0o755)
    with stage(handed_in, ASSIGNMENT) as workspace, workspace.home() as home:
        locked = home.folder / "locked" / "deeper"
        locked.mkdir(parents=True)
        (home.folder / "link").symlink_to(ours)
        locked.parent.chmod(0o000)
    assert list(temporary.iterdir()) == []
    assert ours.stat().st_mode & 0o777 == 0o755


def test_a_submission_that_cannot_be_read_leaves_nothing_behind(handed_in, temporary, monkeypatch):
    def fail(*arguments):
        raise OSError("the disk is full")

    (handed_in / "submission.py").touch()
    monkeypatch.setattr("shutil.copyfile", fail)
    with pytest.raises(OSError, match="the disk is full"):
        with stage(handed_in, ASSIGNMENT):
            pass
    assert list(temporary.iterdir()) == []


# ------------------------------------------------------------------------------------- paths


def test_a_folder_with_files_and_a_file_can_be_graded(handed_in):
    (handed_in / "submission.py").touch()
    check_path(handed_in)
    check_path(handed_in / "submission.py")


def test_a_link_is_not_graded(handed_in):
    (handed_in / "submission.py").touch()
    link = handed_in.parent / "link"
    link.symlink_to(handed_in)
    with pytest.raises(UsageError, match="is a link, which is not followed"):
        check_path(link)


def test_a_path_that_is_not_there_names_the_nearest(handed_in):
    with pytest.raises(UsageError) as raised:
        check_path(handed_in.parent / "handed_inn")
    assert str(raised.value) == (
        f"{handed_in.parent / 'handed_inn'}: there is no such file or folder; did you mean {handed_in}?"
    )
    with pytest.raises(UsageError, match="there is no such file or folder; give the folder that holds your files$"):
        check_path(handed_in / "no" / "such")


def test_an_empty_folder_cannot_be_graded(handed_in):
    with pytest.raises(UsageError, match="the folder is empty; put your files there"):
        check_path(handed_in)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives workers users of their own")
def test_what_a_worker_leaves_where_everybody_may_write_is_removed(handed_in, temporary):
    (handed_in / "submission.py").write_text("x = 1\n")
    with stage(handed_in, ASSIGNMENT) as workspace:
        with workspace.home() as home:
            stray, folder, ours = temporary / "stray", temporary / "folder", temporary / "ours"
            stray.write_text("x" * 100)
            folder.mkdir()
            (folder / "file").touch()
            ours.touch()
            for path in (stray, folder, folder / "file"):
                os.chown(path, home.user_id, home.user_id)
        assert not stray.exists() and not folder.exists() and ours.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives workers users of their own")
def test_two_gradings_at_a_time_never_share_users(handed_in):
    (handed_in / "submission.py").write_text("x = 1\n")
    with stage(handed_in, ASSIGNMENT) as first, stage(handed_in, ASSIGNMENT) as second:
        users = [[], []]
        for workspace, given in zip((first, second), users, strict=True):
            for _ in range(3):
                with workspace.home() as home:
                    given.append(home.user_id)
    assert not set(users[0]) & set(users[1])


# ------------------------------------------------------------------------------------- folders within folders


def make_deep(folder, depth):
    """Folders within folders, deeper than a path may be long."""
    before = Path.cwd()
    try:
        os.chdir(folder)
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("file").touch()
    finally:
        os.chdir(before)


def test_thousands_of_folders_within_one_another_are_removed(handed_in, temporary):
    (handed_in / "submission.py").touch()
    with stage(handed_in, ASSIGNMENT) as workspace:
        with workspace.home() as home:
            make_deep(home.temporary, 3000)
        assert not home.temporary.exists()
    assert list(temporary.iterdir()) == []


def test_a_submission_of_folders_within_folders_is_refused(handed_in, temporary):
    (handed_in / "submission.py").touch()
    make_deep(handed_in, 30)
    with stage(handed_in, ASSIGNMENT) as workspace:
        assert workspace.problem == "what was handed in has folders within folders, more than 20 deep"
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives workers users of their own")
def test_a_temporary_folder_that_workers_cannot_enter_is_not_taken(handed_in, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr("tempfile.tempdir", str(closed))
    (handed_in / "submission.py").touch()
    with stage(handed_in, ASSIGNMENT) as workspace:
        assert not workspace.root.is_relative_to(closed)
