"""What outcomes come to: killed, named, ambiguous, with collateral, rejected. No grading is done here."""

from pathlib import Path

import pytest

from autograder.assignment import Assignment, Limits
from autograder.diagnosis import Mistake
from autograder.model import Part
from autograder.validate import measure, summary
from autograder.validate.cases import Case
from autograder.validate.measure import Outcome, Seen

ASSIGNMENT = Assignment(
    Path("hw"),
    "Halves",
    ("submission.py",),
    "right",
    (Part("1", "Half", 2.0, ("half",)), Part("2", "Total", 1.0, ("total",))),
    Limits(),
)
THIRD = Mistake(lambda x: x / 3, "half", "Into how many parts?", "H1")
THIRD.function.__name__ = "third"
TWIN = Mistake(lambda x: x / 3, "half", "Another hint")
TWIN.function.__name__ = "twin"


def seen(number, status="passed", text="", mistakes=(), staff="", worth=1.0, wall_s=0.25):
    lost = 0.0 if status == "passed" else worth
    return Seen(
        number=number,
        status=status,
        worth=worth,
        lost=lost,
        text=text,
        staff=staff,
        mistakes=tuple(mistakes),
        wall_s=wall_s,
    )


def outcome(kind, name, *verdicts, salt=""):
    given = {verdict.number: verdict for verdict in verdicts}
    return Outcome(Case(kind, name), salt, tuple(given.get(number, seen(number)) for number in ("1.1", "1.2", "2.1")))


HANDOUT = outcome("handout", "handout", *(seen(number, "failed") for number in ("1.1", "1.2", "2.1")))
RIGHT = outcome("reference", "reference")
NAMED = outcome("mistake", "third", seen("1.1", "failed", "off\nHint: Into how many parts?", ["third"]))


def judged(*outcomes, known=(THIRD, TWIN)):
    kinds = {given.case.kind for given in outcomes}
    others = [other for other in (HANDOUT, RIGHT) if other.case.kind not in kinds]
    return measure.judge(ASSIGNMENT, known, [*others, *outcomes])


def printed(measured, **options):
    return summary.text(measured, **{"matrix": False, "idle": False, **options})


def test_a_mistake_that_fails_its_own_part_with_its_own_hint_is_killed_and_named():
    result = judged(NAMED)
    assert result.holds
    assert (result.survivors, result.unnamed, result.collateral, result.rejected) == ((), (), (), ())
    assert result.named_share == 1
    assert printed(result).splitlines()[2] == (
        "hw: 1 mistakes, 1 killed, 1 named, 0 with collateral; 0 of 0 variants full marks; "
        "0 false alarms in 1 runs of the reference; 0 cases with ERROR; 0.8 s a submission"
    )


def test_a_mistake_that_fails_no_check_of_its_part_survives_whatever_else_fails():
    for verdicts in ((), (seen("2.1", "failed"),), (seen("1.1", "blocked"),)):
        result = judged(outcome("mistake", "third", *verdicts))
        assert [one.mistake.name for one in result.survivors] == ["third"]
        assert not result.holds
        assert "SURVIVES  third (of half, H1): no check of part 1 fails" in printed(result)


def test_a_mistake_without_its_hint_is_unnamed_and_its_first_failure_is_shown():
    result = judged(outcome("mistake", "third", seen("1.1", "failed", "off\nby far", ["twin"]), seen("1.2", "failed")))
    assert [one.mistake.name for one in result.unnamed] == ["third"]
    assert result.holds  # one may go unnamed: a slice has few
    both = judged(*[outcome("mistake", name, seen("1.1", "failed", "off")) for name in ("third", "twin")])
    assert len(both.unnamed) == 2 and not both.holds  # less than 95 % named
    assert "UNNAMED   third (of half, H1): fails 1.1, 1.2; taken for twin\n          | off\n          | by far\n" in (
        printed(result)
    )


def test_two_unnamed_mistakes_of_forty_may_be():
    many = [NAMED] * 38 + [outcome("mistake", "third", seen("1.1", "failed"))] * 2
    assert judged(*many).holds
    assert not judged(*many[1:]).holds


def test_a_named_mistake_that_another_cannot_be_told_from_is_ambiguous_but_holds():
    result = judged(outcome("mistake", "third", seen("1.1", "failed", THIRD.hint, ["third", "twin"])))
    assert result.holds
    assert result.mistakes[0].confused_with == ("twin",)
    assert "AMBIGUOUS third (of half, H1): behaves like twin too" in printed(result)
    assert printed(result, matrix=True).splitlines()[6] == "third  F·· n*"


def test_a_mistake_that_costs_points_elsewhere_has_collateral():
    for status in ("failed", "blocked"):
        result = judged(outcome("mistake", "third", *NAMED.verdicts[:2], seen("2.1", status, "the total is off")))
        assert not result.holds
        assert "COLLATERAL third (of half, H1): costs points in 2.1\n          | the total is off\n" in printed(result)


def test_a_correct_submission_that_loses_points_is_rejected():
    wrong = seen("2.1", "failed", "the total is off")
    result = judged(outcome("variant", "einsum", wrong), outcome("reference", "reference", wrong, salt="3"), RIGHT)
    assert not result.holds
    assert "REJECTED  variant einsum: loses 1 points in 2.1\n          | the total is off\n" in printed(result)
    assert "REJECTED  reference reference (repeat 3): loses 1 points in 2.1" in printed(result)
    assert "0 of 1 variants full marks; 1 false alarms in 2 runs of the reference" in printed(result)


def test_an_error_anywhere_is_told_with_what_staff_would_read():
    broken = seen("1.2", "error", staff="KeyError: 'kl'")
    for kind in ("handout", "variant", "mistake"):
        own = {"handout": HANDOUT.verdicts, "variant": (), "mistake": NAMED.verdicts}[kind]
        result = judged(outcome(kind, "third", *own, broken))
        assert not result.holds
        assert f"ERROR     {kind} third: 1.2\n          | KeyError: 'kl'\n" in printed(result)
        assert "1 cases with ERROR" in printed(result)


def test_an_error_in_a_check_that_is_worth_nothing_rejects_a_correct_submission_too():
    unworthy = seen("1.2", "error", staff="KeyError: 'kl'", worth=0.0)
    result = judged(outcome("variant", "einsum", unworthy))
    assert [one.case.name for one in result.rejected] == ["einsum"]
    assert "0 of 1 variants full marks" in printed(result)


def test_a_handout_that_earns_points_is_told():
    result = judged(outcome("handout", "handout", seen("1.1", "failed"), seen("2.1", "failed")))
    assert not result.holds
    assert "HANDOUT   the handout as given earns 1 points" in printed(result)


def test_a_handout_is_judged_by_the_checks_that_were_graded():
    assert judged(Outcome(Case("handout", "handout"), "", (seen("1.1", "failed"),)), NAMED).holds


def test_the_kill_matrix_has_a_row_for_every_mistake_and_a_column_for_every_check():
    twin = Outcome(Case("mistake", "twin"), "", (seen("1.1", "error"), seen("2.1", "blocked")))
    result = judged(NAMED, twin)
    assert printed(result, matrix=True).splitlines()[2:8] == [
        "Kill matrix: F failed, b blocked, E error, · passed, blank not reached; n named, * ambiguous",
        "       112",
        "       ...",
        "       121",
        "third  F·· n",
        "twin   E b  ",
    ]


def test_checks_that_nothing_fails_are_told_where_all_mistakes_were_measured():
    blocked = outcome("handout", "handout", seen("1.1", "failed"), seen("1.2", "failed"), seen("2.1", "blocked"))
    assert "Checks that nothing fails: 2.1\n" in printed(judged(NAMED, blocked), idle=True)
    assert "Checks that nothing fails" not in printed(judged(NAMED, blocked), idle=False)
    assert "Checks that nothing fails" not in printed(judged(NAMED), idle=True)  # the handout fails all three


def test_the_slowest_checks_are_those_of_the_first_run_of_the_reference():
    slow = seen("2.1", wall_s=0.75)
    result = judged(RIGHT, outcome("reference", "reference", slow, salt="1"))
    assert measure.seconds(result) == pytest.approx({"1.1": 0.25, "1.2": 0.25, "2.1": 0.25})
    assert printed(result).splitlines()[-1] == "Slowest checks: 1.1 0.25 s, 1.2 0.25 s, 2.1 0.25 s"


def test_an_assignment_without_mistakes_is_measured_by_its_variants_alone():
    result = judged(known=())
    assert result.holds and result.named_share == 1
    assert printed(result, matrix=True).splitlines()[2].startswith("hw: 0 mistakes, 0 killed, 0 named")
