"""Names of submissions, and of files in them, whatever students or platforms call them."""

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.regrade.downloads import canvas, moodle
from autograder.regrade.downloads.entries import Entry, Kind
from autograder.regrade.downloads.left_out import LeftOut
from autograder.regrade.downloads.naming import Candidate, named, usable
from autograder.regrade.handed_in import HandedIn

# What a file system takes for a name: no slash, no NUL, bytes that are no text.
STEPS = st.one_of(
    st.text(st.characters(exclude_characters="/\0"), min_size=1),
    st.text("._-1aé\udcff\n \\", min_size=1, max_size=6),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text()), max_size=8))
def test_no_name_escapes_and_all_are_unique(given_names):
    found, _ = named([Candidate(HandedIn(name), full) for name, full in given_names])
    assert len({one.name.casefold() for one in found}) == len(given_names)
    base = Path("/results")
    for one in found:
        assert os.path.normpath(base / one.name) == str(base / one.name)
        assert (base / one.name).parent == base and not one.name.startswith(".")
        assert 0 < len(one.name.encode()) < 240 and one.name.isprintable()


def test_a_usable_name_stays_as_it_is():
    for name in ("doejane_12345", "Jane Doe_77", "Ágnes O'Neill", "群 一", "submission_1"):
        assert usable(name) == name


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(STEPS, st.integers(0, 99), st.booleans(), STEPS), min_size=1, max_size=6))
def test_no_name_in_a_download_escapes_and_no_file_is_lost_unsaid(parts):
    theirs = {f"{who.lower()}_{'LATE_' * late}{number}_{number}_{file}" for who, number, late, file in parts}
    theirs = {name for name in theirs if canvas.fits(entry(name))}
    of_moodle = {f"{who}_{number}_assignsubmission_file_{file}" for who, number, _, file in parts}
    for names, submissions in (
        (theirs, lambda entries, left_out: canvas.submissions(entries, "vae.py", left_out)[0]),
        (of_moodle, moodle.submissions),
    ):
        left_out = LeftOut()
        found = submissions([entry(name) for name in sorted(names)], left_out)
        for one in named(found)[0]:
            assert Path(os.path.normpath(Path("/results") / one.name)).parent == Path("/results")
            for file in one.files:
                assert os.path.normpath(f"/staged/{file}") == f"/staged/{file}" and "/" not in file
        taken = [path.name for candidate in found for path in candidate.handed_in.files.values()]
        assert len(taken) == len(set(taken)) and set(taken) <= names
        hidden = {name for name in names if is_hidden(name)}
        assert set(taken) | hidden == names or left_out.remarks()


def entry(name: str) -> Entry:
    return Entry(name, Path("/class") / name, Kind.FILE)


def is_hidden(name: str) -> bool:
    """Whether what a student called the file may be hidden."""
    return "_." in name or any(junk in name.lower() for junk in ("thumbs.db", "desktop.ini", "__macosx"))
