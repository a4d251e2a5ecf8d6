"""Ids: the same for a submission, and no way back from them."""

import pytest

from autograder.classes.anonymous import anonymous, ids, salt_in
from autograder.errors import GraderError


def test_an_id_stays_the_same_with_its_salt_and_changes_with_another(tmp_path):
    salt = salt_in(tmp_path)
    assert salt_in(tmp_path) == salt
    assert anonymous("ada", salt) == anonymous("ada", salt)
    (tmp_path / "other").mkdir()
    assert anonymous("ada", salt_in(tmp_path / "other")) != anonymous("ada", salt)


def test_only_the_owner_reads_the_salt(tmp_path):
    salt_in(tmp_path)
    assert (tmp_path / "salt.txt").stat().st_mode & 0o777 == 0o600


def test_an_id_is_no_number_and_has_no_name():
    found = ids([f"student-{n}" for n in range(2000)], "ab" * 32)
    assert all(one.startswith("s") and len(one) == 9 and one.isalnum() for one in found.values())
    assert len(set(found.values())) == 2000
    assert anonymous("a\udc80b", "ab" * 32)  # a name that is no Unicode


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe", b"zz" * 32])
def test_a_broken_salt_is_told(tmp_path, content):
    (tmp_path / "salt.txt").write_bytes(content)
    with pytest.raises(GraderError, match=r"salt\.txt"):
        salt_in(tmp_path)
