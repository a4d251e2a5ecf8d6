"""Reports as the policies want them: what counts, what is shown, and what nobody must be able to tell."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.metadata import Earlier, Metadata, moment
from autograder.model import Leaderboard, Part, Report, Status, Verdict, Visibility
from autograder.policies.adjusted import adjusted
from autograder.policies.declared import Column, Late, Limit, Policies
from autograder.report import gradescope
from autograder.report.terminal import terminal
from tests.made_reports import MIXED, report, reports, verdict
from tests.test_report import SCHEMA

DUE = moment("2025-05-20T12:00:00-07:00")
assert DUE is not None
TEN_PERCENT = Policies(late=Late(percent=10))
STRICT = Part("1", "Densities", 4.0, all_or_nothing=True)
HIDDEN = Visibility.HIDDEN
HINTED = verdict(Status.FAILED, text="kl is 1, but should be 2\nHint: look at the sign\n\nYour code printed:\nx")
LATES = st.builds(
    Late, percent=st.floats(1, 100), per=st.sampled_from(["hour", "once"]), grace_minutes=st.floats(0, 99)
)


def handed_in(late_h: float = 0.0, attempts_before: int = 0, **more: Any) -> Metadata:
    at = DUE + timedelta(hours=late_h)
    earlier = tuple(Earlier(at - timedelta(hours=n + 1)) for n in reversed(range(attempts_before)))
    return Metadata(at, DUE, ("7",), earlier, **more)


def results(made: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(gradescope.results(made), allow_nan=False))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


@pytest.mark.parametrize("metadata", [None, Metadata(), handed_in(50, 9)])
def test_without_policies_a_report_stays_as_it_is(metadata: Metadata | None) -> None:
    assert adjusted(MIXED, Policies(), metadata) == MIXED


# ------------------------------------------------------------------------------------- lateness


def test_a_late_submission_has_its_line_and_its_score_and_tests_keep_what_they_earned() -> None:
    made = adjusted(report(verdict(points=45.0)), TEN_PERCENT, handed_in(3.2))
    document = results(made)
    assert (document["score"], document["tests"][0]["score"]) == (40.5, 45)
    assert document["output"] == "Homework\nLate by 3 h 12 min: −10 % of 45 = −4.5"
    shown = terminal(made).splitlines()
    assert shown[-3:] == [f"{'Earned':<75}45/45", "Late by 3 h 12 min: −10 % of 45 = −4.5", f"{'Total':<73}40.5/45"]


def test_in_time_or_without_metadata_nothing_is_said_or_written() -> None:
    for metadata in (None, handed_in(0), handed_in(-30)):
        made = adjusted(report(verdict(points=45.0)), TEN_PERCENT, metadata)
        assert "score" not in results(made)
        assert results(made)["output"] == "Homework"
        assert terminal(made) == terminal(report(verdict(points=45.0)))


@pytest.mark.parametrize("problem", ["submission_metadata.json is not JSON", ""])
def test_metadata_that_says_nothing_costs_nothing_and_staff_are_told(problem: str) -> None:
    metadata = Metadata(problems=(problem,)) if problem else Metadata(DUE)
    made = adjusted(report(verdict()), TEN_PERCENT, metadata)
    assert "score" not in results(made) and results(made)["output"] == "Homework"
    said = f"Staff: {problem or 'There is no due date: no submission is late.'}"
    assert said in terminal(made, staff=True).splitlines() and "Staff:" not in terminal(made)


@settings(max_examples=150, deadline=None)
@given(reports(), LATES, st.floats(0, 1e4), st.floats(0, 1e4))
def test_the_score_falls_with_lateness_from_what_was_earned_to_nothing(
    made: Report, late: Late, one: float, other: float
) -> None:
    sooner, later = (adjusted(made, Policies(late=late), handed_in(hours)) for hours in sorted((one, other)))
    assert made.score >= sooner.score >= later.score >= 0
    for of in (sooner, later):
        document = results(of)
        assert [test["score"] for test in document["tests"]] == [test["score"] for test in results(made)["tests"]]
        assert 0 <= document.get("score", 0) <= made.earned + 1e-3


# ------------------------------------------------------------------------------------- all or nothing


def test_a_failed_check_costs_its_part_and_no_other() -> None:
    parts = (STRICT, Part("2", "Second", 3.0))
    made = report(verdict(), verdict(Status.FAILED, "1.2"), verdict(number="2.1", points=3.0), parts=parts)
    made = adjusted(made, Policies(), None)
    assert (made.earned, made.score) == (5, 3)
    document = results(made)
    assert document["score"] == 3
    assert [test["score"] for test in document["tests"]] == [2, 0, 3]
    assert document["output"].splitlines()[1] == "Part 1 counts only if all its checks pass, and 1.2 did not: −2"
    assert document["tests"][0]["output"] == "The points count only if all checks of part 1 pass."
    assert document["tests"][2]["output"] == ""
    assert "Part 1  Densities (all or nothing)" in terminal(made)


def test_a_part_whose_checks_all_pass_counts_whole() -> None:
    made = adjusted(report(verdict(), verdict(number="1.2"), parts=(STRICT,)), Policies(), None)
    assert made.score == 4 and "score" not in results(made)


@pytest.mark.parametrize("status", [Status.ERROR, Status.MANUAL])
def test_our_faults_and_what_a_person_decides_cost_nothing_else(status: Status) -> None:
    made = adjusted(report(verdict(), verdict(status, "1.2"), parts=(STRICT,)), Policies(), None)
    assert made.score == 2 and made.adjustments == ()
    told = [note for note in made.staff_notes if "a person decides 1.2" in note]
    assert len(told) == (status is Status.MANUAL)


@pytest.mark.parametrize("status", [Status.FAILED, Status.BLOCKED])
def test_a_failure_beside_a_fault_of_ours_still_costs_the_part(status: Status) -> None:
    verdicts = [verdict(), verdict(Status.ERROR, "1.2"), verdict(status, "1.3")]
    assert adjusted(report(*verdicts, parts=(STRICT,)), Policies(), None).score == 0


def test_lateness_is_taken_from_what_counts() -> None:
    parts = (STRICT, Part("2", "Second", 10.0))
    made = report(verdict(), verdict(Status.FAILED, "1.2"), verdict(number="2.1", points=10.0), parts=parts)
    made = adjusted(made, TEN_PERCENT, handed_in(1))
    assert made.score == 9
    assert [adjustment.points for adjustment in made.adjustments] == [-2, -1]


# ------------------------------------------------------------------------------------- extra credit


def test_extra_credit_comes_on_top_and_the_denominator_is_honest() -> None:
    parts = (Part("1", "Densities", 4.0), Part("2", "More", 3.0, extra_credit=True))
    extra = verdict(number="2.1", points=3.0, extra_credit=True)
    made = adjusted(report(verdict(points=4.0), extra, parts=parts), Policies(), None)
    assert (made.score, made.max_score, made.extra_credit) == (7, 4, (3, 3))
    assert [(test["score"], test["max_score"]) for test in results(made)["tests"]] == [(4, 4), (3, 0)]
    shown = terminal(made)
    assert "Part 2  More (extra credit)" in shown and "3/3" in shown
    assert shown.splitlines()[-2:] == [f"{'Total':<77}7/4", "3 of 3 points of extra credit are in it."]


# ------------------------------------------------------------------------------------- hints and details


def output(policies: Policies, metadata: Metadata | None, of: Verdict = HINTED) -> str:
    return adjusted(report(of), policies, metadata).verdicts[0].student_output


def test_hints_come_with_the_attempt_from_which_on_they_are_shown() -> None:
    policies = Policies(hints_from=3)
    assert "Hint:" not in output(policies, handed_in(0, 0))
    assert "Hint:" not in output(policies, handed_in(0, 1))
    assert output(policies, handed_in(0, 2)) == HINTED.student_output
    made = adjusted(report(HINTED), policies, handed_in(0, 1))
    assert made.notes == ("Hints are shown from attempt 3 on; this is attempt 2.",)
    assert made.verdicts[0].student_output == "kl is 1, but should be 2\n\nYour code printed:\nx"
    assert made.staff_notes == ("Attempt 2.",)


def test_at_home_hints_are_shown_unless_they_never_are() -> None:
    assert "Hint:" in output(Policies(hints_from=3), None)
    assert "Hint:" not in output(Policies(hints_from=None), None)
    assert adjusted(report(HINTED), Policies(hints_from=None), None).notes == ()


def test_details_give_way_to_the_property() -> None:
    of = Verdict(HINTED.check, Status.FAILED, 0.0, HINTED.student_output, brief="This does not hold: x\nHint: sign")
    assert output(Policies(details_from=2), handed_in(0, 0), of) == "This does not hold: x\nHint: sign"
    assert output(Policies(details_from=2, hints_from=None), handed_in(0, 0), of) == "This does not hold: x"
    assert output(Policies(details_from=2), handed_in(0, 1), of) == HINTED.student_output


def test_a_module_that_cannot_be_imported_is_always_explained() -> None:
    of = verdict(Status.FAILED, "0", 0.0, "submission.py is missing\nHint: rename it")
    policies = Policies(hints_from=None, details_from=None)
    assert output(policies, None, of) == of.student_output


def test_a_submission_over_the_limit_that_was_graded_says_so() -> None:
    made = adjusted(report(verdict()), Policies(limit=Limit(1)), handed_in(0, 1))
    assert made.notes == ("This submission is over the limit. It was graded, because no earlier results could be "
                          "given back.",)  # fmt: skip


# ------------------------------------------------------------------------------------- the leaderboard


def test_columns_of_the_total_and_of_parts() -> None:
    columns = (Column(Leaderboard("Score"), "total"), Column(Leaderboard("Second"), "2"))
    parts = (Part("1", "First", 10.0), Part("2", "Second", 3.0))
    made = report(verdict(points=10.0), verdict(number="2.1", points=3.0), parts=parts)
    made = adjusted(made, Policies(late=Late(percent=10), columns=columns), handed_in(1))
    assert results(made)["leaderboard"] == [
        {"name": "Score", "value": 11.7, "order": "desc"},
        {"name": "Second", "value": 3, "order": "desc"},
    ]


# ------------------------------------------------------------------------------------- hidden checks


@pytest.mark.parametrize("metadata", [None, handed_in(30), handed_in(0, 5)])
def test_nothing_that_students_see_depends_on_a_hidden_check(metadata: Metadata | None) -> None:
    parts = (STRICT, Part("2", "Second", 3.0))
    policies = Policies(
        late=Late(percent=10, nothing_after_hours=99),
        hints_from=2,
        details_from=2,
        columns=(Column(Leaderboard("Score"), "total"), Column(Leaderboard("First"), "1")),
    )

    def seen(status: Status) -> tuple[Any, ...]:
        hidden = verdict(status, "1.2", visibility=HIDDEN, text="", staff="secret")
        made = report(verdict(), hidden, verdict(number="2.1", points=3.0), parts=parts)
        document = results(adjusted(made, policies, metadata))
        tests = [test for test in document["tests"] if test["visibility"] == "visible"]
        return document["output"], document["leaderboard"], tests

    assert seen(Status.PASSED) == seen(Status.FAILED)


@settings(max_examples=100, deadline=None)
@given(reports(), st.booleans(), LATES, st.floats(0, 1e3), st.sampled_from([None, 1, 2, 3]))
def test_any_report_with_any_policies_is_valid(
    made: Report, strict: bool, late: Late, hours: float, first: int | None
) -> None:
    parts = tuple(Part(number, "Part", 1.0, all_or_nothing=strict) for number in "123")
    whole = Report(made.assignment, made.title, parts, made.verdicts, made.wall_s)
    policies = Policies(
        late=late, hints_from=first, details_from=first, columns=(Column(Leaderboard("Score"), "total"),)
    )
    final = adjusted(whole, policies, handed_in(hours, 1))
    assert 0 <= final.score <= final.earned == made.earned
    results(final)
    terminal(final, staff=True)
