"""Results of an earlier submission, given back: the same tests, valid again, and the reason above them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.metadata import Earlier, Metadata, moment
from autograder.model import Adjustment, Leaderboard, Part, Report, Status, Visibility
from autograder.policies.declared import Limit, Policies
from autograder.policies.given_back import over_the_limit
from autograder.report import gradescope
from autograder.report.terminal import terminal
from tests.made_reports import report, reports, verdict
from tests.test_report import SCHEMA

NOW = moment("2025-05-20T12:00:00-07:00")
assert NOW is not None
EMPTY = report()
TEST_KEYS = "name name_format number output output_format score max_score status tags visibility extra_data".split()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "value", "x"]), inner),
    max_leaves=4,
)


def normalised(results: dict[str, Any]) -> dict[str, Any]:
    """Results as the platform gives them back: every key that it knows, null where none was set."""
    top = "score output output_format test_output_format test_name_format execution_time visibility extra_data".split()
    tests = [{key: test.get(key) for key in TEST_KEYS} for test in results["tests"]]
    found = {key: results.get(key) for key in top}
    again: dict[str, Any] = json.loads(json.dumps({**found, "leaderboard": results.get("leaderboard"), "tests": tests}))
    return again


def metadata(*results: Any, faults: int = 0) -> Metadata:
    """Earlier submissions with these results, a day apart, the last a day ago."""
    earlier = [
        Earlier(NOW - timedelta(days=len(results) - place), place < faults, result)
        for place, result in enumerate(results)
    ]
    return Metadata(NOW, earlier=tuple(earlier))


def back(*results: Any, limit: Limit | None = None, faults: int = 0) -> Report | None:
    limit = limit or Limit(max(1, len(results) - faults))
    return over_the_limit(EMPTY, Policies(limit=limit), metadata(*results, faults=faults))


def given_back(*results: Any, limit: Limit | None = None) -> Report:
    found = back(*results, limit=limit)
    assert found is not None
    return found


def written(made: Report) -> dict[str, Any]:
    return gradescope.results(made)


def scored(points: float, **options: Any) -> dict[str, Any]:
    return normalised(written(report(verdict(Status.FAILED, points=10.0, score=points), **options)))


def test_within_the_limit_nothing_is_given_back() -> None:
    assert back(scored(3), limit=Limit(2)) is None
    assert over_the_limit(EMPTY, Policies(), metadata(scored(3))) is None
    assert over_the_limit(EMPTY, Policies(limit=Limit(1)), None) is None


@settings(max_examples=100, deadline=None)
@given(reports())
def test_any_results_of_ours_come_back_with_the_same_tests(made: Report) -> None:
    first = written(made)
    again = written(given_back({**normalised(first), "extra_data": None}))
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(again, allow_nan=False)))
    assert again["tests"] == first["tests"]
    assert again.get("leaderboard") == first.get("leaderboard")
    assert again.get("score") == first.get("score")


def test_the_score_of_then_counts_and_extra_credit_stays_on_top() -> None:
    extra = verdict(points=2.0, number="2.1", name="more", extra_credit=True)
    made = report(verdict(points=10.0), extra, adjustments=(Adjustment("Late by 1 h: −4.5", -4.5),))
    found = given_back(normalised(written(made)))
    assert (found.earned, found.score, found.max_score) == (12, 7.5, 10)
    again = written(found)
    assert (again["score"], again["tests"][1]["score"], again["tests"][1]["max_score"]) == (7.5, 2, 0)
    assert "Of 12 points earned 7.5 counted" in again["output"] and "Late by 1 h: −4.5" in again["output"]


def test_where_checks_are_hidden_no_figure_is_given() -> None:
    hidden = verdict(points=10.0, visibility=Visibility.HIDDEN)
    found = given_back(normalised(written(report(hidden, adjustments=(Adjustment("Late", -4.5),)))))
    assert written(found)["score"] == 5.5
    assert not {"10", "5.5"} & set(written(found)["output"].split())


def test_the_reason_says_the_limit_whose_results_they_are_and_when_the_next_is_graded() -> None:
    found = given_back(scored(3), scored(4), limit=Limit(2, 60.0))
    assert found.notes[0] == (
        "This submission was not graded: 2 submissions are graded in 60 hours. Shown is what the submission of "
        "2025-05-19 12:00 -07:00 got. The next one can be graded from 2025-05-21 00:00 -07:00 on."
    )
    assert "1 submission is graded. Shown" in given_back(scored(3)).notes[0]
    assert found.notes[0] in " ".join(terminal(found).split())


def test_the_latest_or_the_best_comes_back() -> None:
    results = (scored(3), scored(8), scored(4))
    assert given_back(*results).score == 4
    best = given_back(*results, limit=Limit(3, gives_back="best"))
    assert best.score == 8
    assert "the submission of 2025-05-18" in best.notes[0]


def test_being_refused_again_and_again_changes_nothing() -> None:
    """The platform gives back the latest results only: those of a submission that was not graded itself."""
    first = scored(4, notes=("answers.md: line 3 is no heading",))
    second = written(given_back(first, limit=Limit(1)))
    third = written(given_back(None, normalised(second), limit=Limit(1)))
    fourth = written(given_back(None, None, normalised(third), limit=Limit(1)))
    assert first["tests"][0]["score"] == fourth["tests"][0]["score"] == 4
    assert third["output"].count("was not graded") == fourth["output"].count("was not graded") == 1
    assert fourth["output"].count("line 3 is no heading") == 1
    assert "the submission of 2025-05-17" in fourth["output"]  # the one that was graded


def test_results_of_a_fault_are_not_given_back() -> None:
    assert back(scored(3), scored(4), faults=2, limit=Limit(1)) is None
    found = over_the_limit(EMPTY, Policies(limit=Limit(1)), metadata(scored(3), faults=0))
    assert found is not None


@pytest.mark.parametrize(
    "results",
    [
        None,
        {},
        {"tests": None},
        {"tests": []},
        {"tests": ["x"]},
        {"tests": [{"score": "soon"}]},
        {"tests": [{"score": -1}]},
        {"tests": [{"score": float("nan")}]},
        {"tests": [{"score": 1, "max_score": [1]}]},
        {"tests": [{"score": 1}], "score": "x"},
    ],
)
def test_results_that_cannot_be_used_are_not_given_back(results: Any) -> None:
    assert back(results, limit=Limit(1)) is None
    older = given_back(scored(3), results, limit=Limit(1))
    assert older.score == 3


def test_a_test_with_nothing_set_is_given_back() -> None:
    found = given_back({"tests": [dict.fromkeys(TEST_KEYS)], "visibility": "hidden"})
    only = found.verdicts[0]
    assert (only.status, only.score, only.check.visibility) == (Status.PASSED, 0, Visibility.HIDDEN)
    assert given_back({"tests": [{"visibility": "sometimes"}]}).verdicts[0].check.visibility is Visibility.HIDDEN


def test_parts_and_title_are_those_of_the_assignment() -> None:
    empty = Report("hw", "The title", (Part("1", "First", 10.0),), (), 0.0)
    found = over_the_limit(empty, Policies(limit=Limit(1)), metadata(scored(3)))
    assert found is not None and (found.title, found.parts) == ("The title", empty.parts)


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {"tests": st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(TEST_KEYS, JSON)), max_size=3)},
        optional=dict.fromkeys(["score", "output", "visibility", "leaderboard"], JSON | st.lists(JSON, max_size=3)),
    )
)
def test_whatever_comes_back_is_valid_or_not_used(results: Any) -> None:
    found = back(results, limit=Limit(1))
    if found is not None:
        document = json.loads(json.dumps(written(found), allow_nan=False))
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        assert found.score >= 0
        terminal(found, staff=True)


def test_columns_come_back() -> None:
    made = report(verdict(leaderboard=Leaderboard("loss", "asc"), value=0.25), columns=((Leaderboard("Score"), 2.0),))
    assert given_back(normalised(written(made))).columns == (
        (Leaderboard("loss", "asc"), 0.25),
        (Leaderboard("Score"), 2.0),
    )
