from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.claims import claim, is_own


def test_what_is_claimed_nobody_else_gets_until_it_is_given_back(tmp_path: Path) -> None:
    lock = claim(tmp_path / "lock")
    with pytest.raises(BlockingIOError):
        claim(tmp_path / "lock")
    os.close(lock)
    os.close(claim(tmp_path / "lock"))


def test_a_fork_has_it_too_and_keeps_it(tmp_path: Path) -> None:
    lock = claim(tmp_path / "lock")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reading, 1)
        os._exit(0)
    os.close(lock)
    with pytest.raises(BlockingIOError):
        claim(tmp_path / "lock")
    os.write(writing, b"x")
    os.waitpid(child, 0)
    os.close(claim(tmp_path / "lock"))
    os.close(reading)
    os.close(writing)


def test_a_refused_claim_keeps_no_descriptor(tmp_path: Path) -> None:
    lock = claim(tmp_path / "lock")
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    with pytest.raises(BlockingIOError):
        claim(tmp_path / "lock")
    assert os.open(os.devnull, os.O_RDONLY) == lowest
    os.close(lowest)
    os.close(lock)


def test_no_link_is_followed_and_no_file_made_unless_wanted(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        claim(tmp_path / "link")
    with pytest.raises(FileNotFoundError):
        claim(tmp_path / "lock", make=False)
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_a_folder_is_own_if_it_is_no_link_no_file_and_nobody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "file").touch()
    assert is_own(folder)
    assert not is_own(tmp_path / "link")
    assert not is_own(tmp_path / "file")
    if os.geteuid() == 0:
        os.chown(folder, 60_000, 60_000)
        assert not is_own(folder)
