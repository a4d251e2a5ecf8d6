"""assignment.toml: what is read, and how errors name file, key and cure."""

from pathlib import Path

import pytest

from autograder.assignment import Limits, find_assignment, known_assignments, load_assignment
from autograder.errors import AssignmentError, UsageError
from autograder.model import Part

TOML = """
title = "Homework"
files = ["submission.py", "helper.py"]
reference = "reference.vae"

[parts.10]
title = "Last"
points = 2.5

[parts.2]
title = "First"
points = 3
"""


@pytest.fixture
def load(tmp_path):
    def write_and_load(text):
        folder = tmp_path / "hw"
        folder.mkdir()
        (folder / "assignment.toml").write_text(text, encoding="utf-8")
        return load_assignment(folder)

    return write_and_load


def test_everything_is_read_and_the_rest_has_defaults(load):
    assignment = load(TOML)
    assert (assignment.name, assignment.title, assignment.reference) == ("hw", "Homework", "reference.vae")
    assert (assignment.files, assignment.module_file) == (("submission.py", "helper.py"), "submission.py")
    assert assignment.parts == (Part("2", "First", 3.0), Part("10", "Last", 2.5))  # by number, not as texts
    assert assignment.limits == Limits(timeout_s=10.0, import_timeout_s=30.0, memory_mib=512, output_mib=64)
    assert assignment.checks_file == assignment.folder / "checks.py"


def test_limits_can_be_set_one_by_one(load):
    assignment = load(TOML + "[limits]\ntimeout_s = 0.5\nmemory_mib = 1024\n")
    assert assignment.limits == Limits(timeout_s=0.5, memory_mib=1024)


def test_a_part_has_the_names_that_a_student_defines_for_it(load):
    assert [part.names for part in load(TOML + 'names = ["kl", "elbo"]\n').parts] == [("kl", "elbo"), ()]


@pytest.mark.parametrize("names", ['"kl"', "[3]", '[""]'])
def test_names_that_are_no_list_of_texts_are_refused(load, tmp_path, names):
    with pytest.raises(AssignmentError) as raised:
        load(TOML + f"names = {names}\n")
    assert str(raised.value).startswith(f"{tmp_path / 'hw' / 'assignment.toml'}: parts.2.names is ")
    assert str(raised.value).endswith('but should be a list as in ["kl"]')


def test_a_name_belongs_to_one_part_only(load, tmp_path):
    names = 'names = ["kl", "elbo"]\n'
    with pytest.raises(AssignmentError) as raised:
        load(TOML.replace("points = 2.5\n", f"points = 2.5\n{names}") + 'names = ["elbo"]\n')
    toml = tmp_path / "hw" / "assignment.toml"
    assert str(raised.value) == f"{toml}: parts.2.names has elbo, which another part has too"


def test_the_assignments_of_the_project_can_be_loaded():
    root = Path(__file__).resolve().parents[1] / "assignments"
    assert known_assignments(root)
    for name in known_assignments(root):
        assert load_assignment(root / name).name == name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Homework"', "", "title is missing; add it as a text"),
        ('title = "Homework"', "title = 3", "title is 3, but should be a text"),
        ('reference = "reference.vae"', "", "reference is missing; add it as a text"),
        ('["submission.py", "helper.py"]', '"submission.py"', "files is 'submission.py', but should be a list"),
        (
            '["submission.py", "helper.py"]',
            "[]",
            'files is [], but should be a list of file names such as ["submission.py"]',
        ),
        (
            '["submission.py", "helper.py"]',
            '["a/b.py"]',
            "files is ['a/b.py'], but should be a list of file names such as [\"submission.py\"]",
        ),
        ("points = 3", "points = 0", "parts.2.points is 0, but should be a positive number"),
        ("points = 3", "points = -3", "parts.2.points is -3, but should be a positive number"),
        ("points = 3", "points = nan", "parts.2.points is nan, but should be a positive number"),
        ("points = 3", "points = inf", "parts.2.points is inf, but should be a positive number"),
        ("points = 3", "points = true", "parts.2.points is True, but should be a positive number"),
        ("points = 3", 'points = "3"', "parts.2.points is '3', but should be a positive number"),
        ("points = 3", "", "parts.2.points is None, but should be a positive number"),
        ("points = 3", "points = 3\nweight = 1", "parts.2.weight is not a known key: known are title, points"),
        ("[parts.2]", "[parts.two]", "parts.two should be a table named by a number, as in [parts.4]"),
        ("[parts.2]", '[parts."²"]', "parts.² should be a table named by a number, as in [parts.4]"),
        (
            "points = 3",
            "points = 3\n[limits]\ntimeout = 3",
            "limits.timeout is not a known key: did you mean timeout_s?",
        ),
        (
            "points = 3",
            'points = 3\n[limits]\ntimeout_s = "60"',
            "limits.timeout_s is '60', but should be a positive number",
        ),
        ("\n[parts.10]", "tilte = 3\n[parts.10]", "tilte is not a known key: did you mean title?"),
        (
            "\n[parts.10]",
            'recorded = "yes"\n[parts.10]',
            "recorded is 'yes', but should be true or false",
        ),
        ("\n[parts.10]", "limits = 3\n[parts.10]", "limits is 3, but should be a table"),
    ],
)
def test_a_wrong_entry_names_file_key_and_cure(load, tmp_path, old, new, message):
    assert old in TOML
    with pytest.raises(AssignmentError) as raised:
        load(TOML.replace(old, new))
    assert str(raised.value).startswith(f"{tmp_path / 'hw' / 'assignment.toml'}: {message}")


def test_an_assignment_without_parts_is_refused(load):
    with pytest.raises(
        AssignmentError, match="has no parts; add at least one, as in \\[parts.1\\] with title and points"
    ):
        load('title = "H"\nfiles = ["a.py"]\nreference = "r"\n[parts]\n')


def test_what_is_no_toml_is_refused_with_the_place(load):
    with pytest.raises(AssignmentError, match=r"assignment.toml: is not valid TOML: .*line 1"):
        load("title = \n")


def test_what_is_no_utf_8_is_refused(tmp_path):
    (tmp_path / "assignment.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(AssignmentError, match="assignment.toml: is not valid TOML: "):
        load_assignment(tmp_path)


def test_a_folder_without_the_file_is_refused(tmp_path):
    with pytest.raises(AssignmentError) as raised:
        load_assignment(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}/assignment.toml: cannot be read (No such file or directory); every assignment needs one"
    )


def test_an_unknown_assignment_names_the_nearest_or_all(tmp_path):
    for name in ("vae", "gan"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "assignment.toml").touch()
    (tmp_path / "notes").mkdir()
    assert known_assignments(tmp_path) == ["gan", "vae"]
    assert find_assignment("vae", tmp_path) == tmp_path / "vae"
    with pytest.raises(UsageError, match="there is no assignment 'vea' in .*: did you mean vae\\?$"):
        find_assignment("vea", tmp_path)
    with pytest.raises(UsageError, match=": there is gan, vae$"):
        find_assignment("diffusion", tmp_path)
    with pytest.raises(UsageError, match=": there is none$"):
        find_assignment("vae", tmp_path / "notes")
