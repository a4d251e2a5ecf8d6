"""submission_metadata.json: what real files have is understood, and no file whatever ends a run."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import metadata
from autograder.metadata import Metadata, moment, number, read_metadata, understood

DUE = "2025-05-20T12:00:00.000000-07:00"
EARLIER = {"id": 6, "submission_time": "2025-05-19T10:00:00-07:00", "score": "20.0", "autograder_error": False}
# As the platform writes it: numbers as texts, nulls, keys that its documents do not have.
REAL: dict[str, Any] = {
    "id": 1,
    "users": [
        {
            "id": 2,
            "email": "student@example.edu",
            "name": "A Student",
            "sid": "",
            "assignment": {"release_date": "2025-05-01T00:00:00.000000-07:00", "due_date": DUE, "late_due_date": None},
        }
    ],
    "created_at": "2025-05-20T17:57:40.143363-07:00",
    "assignment_id": None,
    "assignment": {
        "id": 3,
        "title": "Homework",
        "release_date": "2025-05-01T00:00:00.000000-07:00",
        "due_date": DUE,
        "late_due_date": None,
        "total_points": "30.0",
        "course_id": 4,
        "group_submission": False,
        "group_size": None,
        "outline": [{"id": 5, "type": "ProgrammingQuestion", "weight": "30.0", "content": [], "index": 1}],
    },
    "submission_method": "upload",
    "previous_submissions": [EARLIER],
}
MESSY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just(DUE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "due_date", "assignment", "submission_time", "results", "extra_data", "x"]), inner
        )
    ),
    max_leaves=12,
)


def user(number: Any, due: Any = DUE) -> dict[str, Any]:
    return {"id": number, "assignment": {"due_date": due}}


def at(text: str) -> datetime:
    found = moment(text)
    assert found is not None
    return found


def test_a_real_file_is_understood_without_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "submission_metadata.json"
    path.write_text(json.dumps(REAL))
    found = read_metadata(path)
    assert found is not None and found.problems == ()
    assert found.submitted_at == at("2025-05-20T17:57:40.143363-07:00")
    assert (found.due_at, found.students) == (at(DUE), ("2",))
    assert [earlier.submitted_at for earlier in found.earlier] == [at("2025-05-19T17:00:00Z")]


def test_without_a_file_there_is_no_metadata(tmp_path: Path) -> None:
    assert read_metadata(tmp_path / "submission_metadata.json") is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON (JSONDecodeError)"),
        (b'{"created_at": ', "is not JSON (JSONDecodeError)"),
        (b"\xff\xfe\x00", "is not JSON ("),
        (b"[" * 200_000, "is not JSON (RecursionError)"),
        (b"[]", "is no JSON object"),
        (b'"2025-05-20"', "is no JSON object"),
        (b"1" * 6000, "is not JSON (ValueError)"),
    ],
)
def test_a_broken_file_is_told_to_staff_and_says_nothing(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "submission_metadata.json"
    path.write_bytes(content)
    found = read_metadata(path)
    assert found == Metadata(problems=found.problems if found else ())
    assert found is not None and found.problems[0].startswith(f"submission_metadata.json {why}")
    assert found.problems[0].endswith("no policy that needs it was applied")


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    found = read_metadata(tmp_path)
    assert found is not None and found.problems[0].startswith(f"{tmp_path.name} is no file;")


def test_a_file_that_is_too_large_still_says_who_and_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "_MOST_BYTES", 64 * 4000)
    path = tmp_path / "submission_metadata.json"
    named = {**REAL, "users": [{**REAL["users"][0], "name": 'x", "previous_submissions": ['}]}
    path.write_text(json.dumps({**named, "previous_submissions": [{**EARLIER, "results": {"output": "x" * 300_000}}]}))
    found = read_metadata(path)
    assert found is not None
    assert (found.students, found.due_at, found.submitted_at) == (("2",), at(DUE), at(REAL["created_at"]))
    assert found.earlier == () and "earlier submissions were not counted" in found.problems[0]
    path.write_text("x" * 300_000)
    found = read_metadata(path)
    assert found is not None and found.submitted_at is None and "has more than" in found.problems[0]


# ------------------------------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-05-20T17:57:40.143363-07:00", "2025-05-21T00:57:40.143363+00:00"),
        ("2025-05-20T17:57:40-07:00", "2025-05-21T00:57:40+00:00"),
        ("2025-05-20T17:57:40.1-0700", "2025-05-21T00:57:40.100000+00:00"),
        ("2025-05-20 17:57:40 -07", "2025-05-21T00:57:40+00:00"),
        ("2025-05-20T17:57+05:45", "2025-05-20T12:12:00+00:00"),
        ("2025-05-20T17:57:40.123456789Z", "2025-05-20T17:57:40.123456+00:00"),
        ("2025-05-20 17:57:40.120 UTC", "2025-05-20T17:57:40.120000+00:00"),
    ],
)
def test_times_are_read_in_every_way_that_they_are_written(text: str, utc: str) -> None:
    assert at(text).astimezone(timezone.utc).isoformat() == utc


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        1.7e9,
        True,
        "",
        "soon",
        "2025-05-20",
        "2025-05-20T17:57:40",  # in which time zone?
        "2025-13-20T17:57:40Z",
        "2025-05-20T25:57:40Z",
        "2025-05-20T17:57:40+99:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "٢٠٢٥-05-20T17:57:40Z",
        "2025-05-20T17:57:40Z" + " " * 100,
        ["2025-05-20T17:57:40Z"],
    ],
)
def test_what_is_no_moment_is_none(value: Any) -> None:
    assert moment(value) is None


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_any_moment_is_read_as_it_was_written(naive: datetime, minutes: int) -> None:
    written = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(written.isoformat()) == written


def test_a_time_without_its_offset_is_told_and_not_used() -> None:
    found = understood({**REAL, "created_at": "2025-05-20T17:57:40"})
    assert found.submitted_at is None
    assert found.problems == (
        "submission_metadata.json: created_at is '2025-05-20T17:57:40', but should be a time with its offset",
    )
    assert found.earlier == ()  # before what?


# ------------------------------------------------------------------------------------- due dates and students


def test_an_extension_goes_before_everybody_s_due_date() -> None:
    extended = "2025-05-23T12:00:00-07:00"
    assert understood({**REAL, "users": [user(2, extended)]}).due_at == at(extended)
    assert understood({**REAL, "users": [user(2, None)]}).due_at == at(DUE)
    assert understood({**REAL, "users": [{"id": 2}]}).due_at == at(DUE)
    assert understood({**REAL, "users": None}).due_at == at(DUE)


def test_a_group_has_the_latest_due_date_of_its_members_and_all_their_ids() -> None:
    found = understood({**REAL, "users": [user(31, "2025-05-21T00:00:00Z"), user("4", "2025-05-22T00:00:00Z")]})
    assert (found.due_at, found.students) == (at("2025-05-22T00:00:00Z"), ("31", "4"))
    turned = understood({**REAL, "users": [user(4), user(31)]})
    assert turned.students == found.students


def test_a_due_date_that_cannot_be_read_may_be_an_extension() -> None:
    found = understood({**REAL, "users": [user(1), user(2, "next week")]})
    assert found.due_at is None
    assert "due_date is 'next week'" in found.problems[0]


@pytest.mark.parametrize(
    "users",
    [{"id": 2}, "nobody", [user(1), "a member"], [user(1), {"id": 2, "assignment": ["due"]}]],
)
def test_users_of_an_odd_form_may_have_an_extension(users: Any) -> None:
    found = understood({**REAL, "users": users})
    assert found.due_at is None
    assert found.problems


def test_an_assignment_without_a_due_date_is_no_problem() -> None:
    found = understood({**REAL, "users": [user(1, None)], "assignment": {"due_date": None}})
    assert (found.due_at, found.problems) == (None, ())


@pytest.mark.parametrize("users", [[{"name": "x"}], [{"id": True}], [user(1), {"id": None}], [{"id": [1]}], [3], "x"])
def test_users_without_an_id_are_not_known(users: Any) -> None:
    found = understood({**REAL, "users": users})
    assert found.students == () and found.problems


def test_an_email_stands_in_for_an_id_that_is_missing() -> None:
    assert understood({**REAL, "users": [{"id": None, "email": "a@b"}]}).students == ("a@b",)


# ------------------------------------------------------------------------------------- earlier submissions


def earlier(time: str, **more: Any) -> dict[str, Any]:
    return {**EARLIER, "submission_time": time, **more}


def test_earlier_submissions_are_sorted_and_later_ones_left_out() -> None:
    times = ["2025-05-18T00:00:00Z", "2025-05-25T00:00:00Z", "2025-05-17T23:00:00-07:00", REAL["created_at"]]
    found = understood({**REAL, "previous_submissions": [earlier(time) for time in times]})
    assert [one.submitted_at for one in found.earlier] == [at(times[0]), at(times[2])]


@pytest.mark.parametrize(
    ("more", "is_fault"),
    [
        ({"autograder_error": True}, True),
        ({"autograder_error": "true"}, True),
        ({"autograder_error": None}, False),
        ({"autograder_error": "false"}, False),
        ({"results": {"extra_data": {"ungraded_points": 2}}}, True),
        ({"results": {"extra_data": {"ungraded_points": "2.5"}}}, True),
        ({"results": {"extra_data": {"ungraded_points": 0}}}, False),
        ({"results": {"extra_data": [3]}}, False),
        ({"results": "x"}, False),
    ],
)
def test_faults_that_are_not_the_student_s_are_known(more: dict[str, Any], is_fault: bool) -> None:
    found = understood({**REAL, "previous_submissions": [earlier(DUE, **more)]})
    assert [one.is_fault for one in found.earlier] == [is_fault]


def test_an_earlier_submission_without_a_time_does_not_count_and_is_told() -> None:
    found = understood({**REAL, "previous_submissions": [earlier("yesterday"), 3, earlier(DUE)]})
    assert len(found.earlier) == 1
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    ("value", "read"),
    [(3, 3.0), ("20.0", 20.0), (True, None), ("", None), ("nan", None), (1e999, None), (10**400, None), (None, None)],
)
def test_numbers_are_read_as_texts_too_and_are_finite(value: Any, read: float | None) -> None:
    assert number(value) == read


@given(
    st.fixed_dictionaries(
        {},
        optional={key: MESSY for key in ("created_at", "users", "assignment", "previous_submissions", "id")},
    )
    | MESSY
)
def test_any_document_is_understood_somehow(document: Any) -> None:
    found = understood(document)
    assert all(isinstance(problem, str) for problem in found.problems)
    assert list(found.earlier) == sorted(found.earlier, key=lambda one: one.submitted_at)
