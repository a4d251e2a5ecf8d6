"""A submission as bytes: the same for the same files, and what is unpacked is graded as the folder itself is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.regrade.handed_in import HandedIn
from autograder.regrade.packed import packed, unpack


def write(folder: Path) -> Path:
    (folder / "part" / "empty").mkdir(parents=True)
    (folder / "vae.py").write_text("x = 1\n")
    (folder / "part" / "ä.txt").write_bytes(b"\xff")
    (folder / "link.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    return folder


def test_the_bytes_depend_on_names_and_contents_alone(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    os.utime(second / "vae.py", (0, 0))
    (second / "vae.py").chmod(0o600)
    assert packed(HandedIn("ada", first)) == packed(HandedIn("bob", second))
    (second / "vae.py").write_text("x = 2\n")
    assert packed(HandedIn("ada", first)).digest != packed(HandedIn("ada", second)).digest


def test_what_is_unpacked_is_what_was_packed_and_links_lead_nowhere(tmp_path: Path) -> None:
    given, made = write(tmp_path / "given"), tmp_path / "made"
    made.mkdir()
    unpack(packed(HandedIn("ada", given)).data, made)
    assert (made / "vae.py").read_text() == "x = 1\n" and (made / "part" / "ä.txt").read_bytes() == b"\xff"
    assert (made / "part" / "empty").is_dir() and (made / "pipe").is_fifo()
    assert (made / "link.py").is_symlink() and not (made / "link.py").exists()


def test_too_much_is_refused_for_the_student_without_being_read(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with (tmp_path / "folder" / "data.bin").open("wb") as file:
        file.truncate(1 << 30)  # takes no room on the disk
    for handed_in in (HandedIn("a", tmp_path / "folder"), HandedIn("a", tmp_path / "folder" / "data.bin")):
        found = packed(handed_in)
        assert "more than" in found.refusal and len(found.data) < 1 << 20


def test_a_path_that_no_copy_can_have_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    deep = folder.joinpath(*["n" * 200] * 6)
    deep.mkdir(parents=True)
    assert "whose path is longer" in packed(HandedIn("a", folder)).refusal


def test_what_is_not_there_any_more_is_our_matter(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="cannot be read"):
        packed(HandedIn("ada", tmp_path / "gone"))
