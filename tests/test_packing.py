"""Zips are the same for the same files, and hold what they should."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.packing import ENGINE, engine_files, files_below, write_zip

ROOT = Path(__file__).resolve().parents[1]


def files(folder):
    folder.mkdir(parents=True)
    (folder / "run").write_bytes(b"#!/bin/sh\n")
    (folder / "text.md").write_bytes("μ\r\n".encode())
    return {"b/run": folder / "run", "a/text.md": folder / "text.md", "made": b"here"}


def test_the_bytes_depend_on_names_and_contents_alone(tmp_path):
    first = files(tmp_path / "one")
    write_zip(tmp_path / "one.zip", first)
    before = os.umask(0o077)
    try:
        second = files(tmp_path / "two")
        second["b/run"].chmod(0o600)
        os.utime(second["a/text.md"], (0, 1e9))
        write_zip(tmp_path / "two.zip", dict(reversed(second.items())))
    finally:
        os.umask(before)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_what_begins_as_a_script_can_be_executed_and_contents_are_kept(tmp_path):
    write_zip(tmp_path / "a.zip", files(tmp_path / "one"))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        modes = {entry.filename: stat.filemode(entry.external_attr >> 16) for entry in archive.infolist()}
        assert modes == {"a/text.md": "-rw-r--r--", "b/run": "-rwxr-xr-x", "made": "-rw-r--r--"}
        assert archive.read("a/text.md") == "μ\r\n".encode()
        assert archive.read("made") == b"here"
        assert archive.testzip() is None


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a/../b", "a\\b", "a//b", "./a", "a/", ""])
def test_a_name_outside_of_the_zip_is_refused(tmp_path, name):
    with pytest.raises(GraderError, match="cannot name a file in a zip"):
        write_zip(tmp_path / "a.zip", {name: b""})
    assert list(tmp_path.iterdir()) == []


def test_a_zip_that_cannot_be_completed_leaves_the_older_one_and_nothing_else(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"older")
    with pytest.raises(GraderError, match=r"missing.txt: No such file or directory; .*a.zip was not written"):
        write_zip(tmp_path / "a.zip", {"a": b"", "b": tmp_path / "missing.txt"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == b"older"


def test_caches_hidden_files_and_links_are_left_out(tmp_path):
    for name in ("a.py", "sub/b.toml", "__pycache__/a.pyc", "sub/.DS_Store", "old.pyc", ".git/config"):
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "folder" / "link.py").symlink_to(tmp_path / "folder" / "a.py")
    assert list(files_below(tmp_path / "folder", "in/zip")) == ["in/zip/a.py", "in/zip/sub/b.toml"]


def test_the_engine_has_its_scripts_templates_and_data():
    found = engine_files(ROOT)
    assert {*ENGINE, "autograder/__main__.py", "autograder/report/results.schema.json"} <= found.keys()
    assert "autograder/new_assignment/assignment.toml" in found
    assert all(path.is_file() for path in found.values())
    assert not [name for name in found if "__pycache__" in name or name.startswith(("tests/", "assignments/"))]


def test_a_project_without_a_script_is_named(tmp_path):
    (tmp_path / "autograder").mkdir()
    with pytest.raises(GraderError, match=f"{tmp_path}/setup.sh is missing"):
        engine_files(tmp_path)
