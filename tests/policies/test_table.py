"""[policies] of assignment.toml: what is read, and how errors name file, key and cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.errors import AssignmentError
from autograder.model import Leaderboard, Visibility
from autograder.policies import table
from autograder.policies.declared import Column, Late, Limit, Policies

ROOT = Path(__file__).resolve().parents[2]
TOML = """
title = "Homework"
files = ["submission.py"]
reference = "reference.vae"
{top}
[parts.1]
title = "First"
points = 3
{part}
[parts.2]
title = "Second"
points = 2
{more}
"""


def load(folder: Path, more: str = "", *, part: str = "", top: str = "") -> Assignment:
    (folder / "assignment.toml").write_text(TOML.format(more=more, part=part, top=top), encoding="utf-8")
    return load_assignment(folder)


def test_without_policies_nothing_is_declared(tmp_path: Path) -> None:
    assignment = load(tmp_path)
    assert assignment.policies == Policies()
    assert not assignment.policies.need_metadata
    assert all((p.visibility, p.extra_credit, p.all_or_nothing) == (None, False, False) for p in assignment.parts)


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "assignments").glob("*/assignment.toml")), ids=lambda p: p.parent.name
)
def test_the_assignments_of_the_project_have_none(folder: Path) -> None:
    assert load_assignment(folder.parent).policies == Policies()


def test_the_example_at_the_top_of_the_file_can_be_read_and_says_everything(tmp_path: Path) -> None:
    example = (table.__doc__ or "").partition("\n\n")[2].replace('= "7"', '= "2"')
    policies = load(tmp_path, example).policies
    assert policies == Policies(
        late=Late(10.0, "day", "earned", 50.0, 15.0, 72.0),
        limit=Limit(5, 24.0, "latest"),
        hints_from=2,
        details_from=1,
        visibility={"4.1.2": Visibility.HIDDEN},
        columns=(Column(Leaderboard("Score"), "total"), Column(Leaderboard("Training"), "2")),
    )
    assert policies.need_metadata


def test_a_part_says_who_sees_it_and_how_it_counts(tmp_path: Path) -> None:
    part = 'visibility = "after_due_date"\nextra_credit = true\nall_or_nothing = true'
    first, second = load(tmp_path, part=part).parts
    assert (first.visibility, first.extra_credit, first.all_or_nothing) == (Visibility.AFTER_DUE_DATE, True, True)
    assert (second.visibility, second.extra_credit, second.all_or_nothing) == (None, False, False)


@pytest.mark.parametrize(
    ("text", "first"), [('"always"', 1), ('"never"', None), ("1", 1), ("3", 3)], ids=["always", "never", "1", "3"]
)
def test_hints_are_shown_always_never_or_from_an_attempt_on(tmp_path: Path, text: str, first: int | None) -> None:
    policies = load(tmp_path, f"[policies]\nhints = {text}").policies
    assert (policies.hints_from, policies.details_from) == (first, 1)
    assert policies.need_metadata is (text == "3")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[policies.lat]", "policies.lat is not a known key: did you mean late?"),
        ("[policies]\nlate = 3", "policies.late is 3, but should be a table"),
        ("[policies.late]\npercnt = 3", "policies.late.percnt is not a known key: did you mean percent?"),
        ("[policies.late]\ngrace_minutes = 3", "policies.late.percent is None, but should be what a late submission"),
        ("[policies.late]\npercent = 101", "policies.late.percent is 101, but should be at most 100"),
        ("[policies.late]\npercent = -1", "policies.late.percent is -1, but should be a positive number"),
        ("[policies.late]\npercent = nan", "policies.late.percent is nan, but should be a positive number"),
        ('[policies.late]\npercent = "10"', "policies.late.percent is '10', but should be a positive number"),
        (
            '[policies.late]\npercent = 1\nper = "dya"',
            'policies.late.per is \'dya\', but should be "hour", "day" or "once": did you mean "day"?',
        ),
        (
            '[policies.late]\npercent = 1\nof = "possibly"',
            'policies.late.of is \'possibly\', but should be "earned" or "possible": did you mean "possible"?',
        ),
        (
            "[policies.late]\nnothing_after_hours = 1\ngrace_minutes = 90",
            "policies.late.nothing_after_hours is 1, but should be longer than grace_minutes, which is 90",
        ),
        (
            "[policies.late]\npercent = 1\ngrace_minutes = 1e9",
            "policies.late.grace_minutes is 1000000000.0, but should",
        ),
        ("[policies.limit]", "policies.limit.submissions is None, but should be a whole number from 1"),
        ("[policies.limit]\nsubmissions = 0", "policies.limit.submissions is 0, but should be a whole number from 1"),
        ("[policies.limit]\nsubmissions = 2.5", "policies.limit.submissions is 2.5, but should be a whole number"),
        ("[policies.limit]\nsubmissions = true", "policies.limit.submissions is True, but should be a whole number"),
        ("[policies.limit]\nsubmisions = 2", "policies.limit.submisions is not a known key: did you mean submissions?"),
        ("[policies.limit]\nsubmissions = 2\nwithin_hours = 1e300", "policies.limit.within_hours is 1e+300, but"),
        (
            '[policies.limit]\nsubmissions = 2\ngives_back = "bets"',
            'policies.limit.gives_back is \'bets\', but should be "latest" or "best": did you mean "best"?',
        ),
        (
            '[policies]\nhints = "nevr"',
            'policies.hints is \'nevr\', but should be "always" or "never": did you mean "never"?',
        ),
        ("[policies]\nhints = 0", 'policies.hints is 0, but should be "always", "never" or the number of the attempt'),
        ("[policies]\ndetails = true", 'policies.details is True, but should be "always", "never" or the number'),
        ("[policies]\nhint = 2", "policies.hint is not a known key: did you mean hints?"),
        (
            '[policies.visibility]\n"1.1" = "hiden"',
            'policies.visibility.1.1 is \'hiden\', but should be "visible", "hidden", "after_due_date" or '
            '"after_published": did you mean "hidden"?',
        ),
        (
            '[policies.visibility]\n1.1 = "hidden"',
            "policies.visibility.1 is {'1': 'hidden'}, but should be a text; write the whole number in quotes",
        ),
        (
            '[policies.leaderboard]\n"Score" = "totl"',
            'policies.leaderboard.Score is \'totl\', but should be "total", "1" or "2": did you mean "total"?',
        ),
        ('[policies.leaderboard]\n"Score" = 1', 'policies.leaderboard.Score is 1, but should be "total", "1" or "2"'),
        ('[policies.leaderboard]\n" " = "1"', "policies.leaderboard has a column without a name: "),
    ],
)
def test_a_wrong_entry_names_file_key_and_cure(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(AssignmentError) as raised:
        load(tmp_path, more)
    assert str(raised.value).startswith(f"{tmp_path / 'assignment.toml'}: {message}")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            'visibility = "hiddn"',
            'parts.1.visibility is \'hiddn\', but should be "visible", "hidden", "after_due_date"',
        ),
        ("extra_credit = 1", "parts.1.extra_credit is 1, but should be true or false"),
        ("all_or_nothin = true", "parts.1.all_or_nothin is not a known key: did you mean all_or_nothing?"),
    ],
)
def test_a_wrong_entry_of_a_part_does_too(tmp_path: Path, part: str, message: str) -> None:
    with pytest.raises(AssignmentError) as raised:
        load(tmp_path, part=part)
    assert str(raised.value).startswith(f"{tmp_path / 'assignment.toml'}: {message}")


def test_not_every_part_can_be_extra_credit(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match="every part is extra credit; at least one must count"):
        load(tmp_path, "extra_credit = true", part="extra_credit = true")


def test_inputs_may_be_a_student_s_own(tmp_path: Path) -> None:
    assert load(tmp_path, top='inputs = "student"').inputs == "student"
    with pytest.raises(AssignmentError, match='"same", "submission" or "student": did you mean "student"?'):
        load(tmp_path, top='inputs = "students"')
